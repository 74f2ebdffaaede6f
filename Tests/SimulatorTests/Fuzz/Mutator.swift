import Foundation

@testable import Simulator

/// Damages files the way editors, networks and attackers do.
struct Mutator {
  var random: TestRandom
  /// Words of the format, put in the wrong place.
  let words: [[UInt8]]

  private static let pieces: [[UInt8]] =
    [
      "\"", "\"\"", "'", "\n", "\r\n", ",", ";", ":", ": ", "- ", "{", "}", "[", "]", "\\u", "\t",
      "&a ", "*a", "? ", "<<: ", "!!int ", "| ", "> ", "#", "---\n", "-", "-1", "0", "1e308",
      "1e-30",
      "NaN", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999",
      "0.000000000000000001", "null", "~", "true", "100%", "$", "1h", "1000000000000y", "=1+1",
      "\u{1B}[31m", "\u{202E}", "\u{E000}", "../../etc/passwd", "2026-02-30",
      "9999-12-31T23:59:60Z",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xEF, 0xBB, 0xBF], [0xC3], [0x50, 0x4B, 3, 4]]

  init(seed: UInt64, words text: [UInt8]) {
    random = TestRandom(seed: seed)
    words = text.split { !($0 == 0x5F || (0x30...0x39).contains($0) || ($0 | 0x20) >= 0x61) }
      .map(Array.init)
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.bits() % UInt64(max(1, bound))) }

  mutating func mutated(_ seed: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(4) { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let at = below(bytes.count + 1)
    let end = min(bytes.count, at + 1 + below(40))
    switch below(8) {
    case 0: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: at)
    case 1: bytes.insert(contentsOf: words.isEmpty ? [] : words[below(words.count)], at: at)
    case 2: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.bits()) }
    case 3: bytes.removeSubrange(at..<end)
    case 4: bytes.insert(contentsOf: bytes[at..<end], at: below(bytes.count + 1))
    case 5: replaceNumber(&bytes, from: at)
    case 6: duplicateLine(&bytes, around: at)
    default: if below(8) == 0 { bytes.removeSubrange(at...) } else { bytes[at..<end].reverse() }
    }
  }

  /// The next number of the text becomes an extreme one.
  private mutating func replaceNumber(_ bytes: inout [UInt8], from at: Int) {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    guard let first = bytes[at...].firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    let extremes = [
      "0", "-1", "1", "7", "1e9", "9223372036854775807", "18446744073709551616", "0.5",
    ]
    bytes.replaceSubrange(first..<end, with: Array(extremes[below(extremes.count)].utf8))
  }

  private mutating func duplicateLine(_ bytes: inout [UInt8], around at: Int) {
    let start = bytes[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let end = bytes[at...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    bytes.insert(contentsOf: bytes[start..<end], at: below(2) == 0 ? end : start)
  }
}
