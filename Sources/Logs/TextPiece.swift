import Foundation
import Simulator
import Support

/// A part of a log's text that begins and ends between records, so that parts can be read at once.
package struct TextPiece: @unchecked Sendable {
  package var range: Range<Int>
  /// Of a table, where its first row does not lie in this piece. Each piece has its own, which no other
  /// thread uses.
  var table: LogTable?

  package init(range: Range<Int>) { self.range = range }

  /// The pieces of a text, of about so many bytes, whatever the number of threads; one, where records cannot
  /// be told apart by looking at line ends.
  package static func pieces(of text: LogText, size: Int) -> [TextPiece] {
    let bytes = text.bytes
    let whole = [TextPiece(range: 0..<bytes.count)]
    guard bytes.count > size else { return whole }
    var scanner = JSONScan(bytes)
    scanner.skipSeparators()
    let isObject = scanner.byte == UInt8(ascii: "{")
    guard isObject || scanner.byte != UInt8(ascii: "["), firstNUL(bytes, whole[0].range) == nil
    else { return whole }
    let ends = isObject ? objectEnds(bytes, size) : rowEnds(bytes, size)
    var pieces: [TextPiece] = []
    var start = 0
    for end in ends + [bytes.count] where end > start {
      pieces.append(TextPiece(range: start..<end))
      start = end
    }
    // A record that may be too long is judged by whoever reads one after the other.
    guard pieces.allSatisfy({ $0.range.count <= InputLimit.recordBytes.value }) else {
      return whole
    }
    guard !isObject else { return pieces }
    guard let header = header(of: bytes) else { return whole }
    for place in pieces.indices.dropFirst() {
      pieces[place].table = LogTable(names: header.names, delimiter: header.delimiter)
    }
    return pieces
  }

  /// Where, behind every so many bytes, an object ends with its line and another one begins: between two
  /// within a list there would be a comma.
  private static func objectEnds(_ bytes: [UInt8], _ size: Int) -> [Int] {
    var ends: [Int] = []
    var place = size
    while let line = lineEnd(bytes, from: place) {
      let last = bytes[..<line].last { $0 > 0x20 }
      let next = bytes[(line + 1)...].first { $0 > 0x20 }
      if last == UInt8(ascii: "}"), next == UInt8(ascii: "{") {
        ends.append(line + 1)
        place = line + size
      } else {
        place = line + 1
      }
    }
    return ends
  }

  /// Where, behind every so many bytes, a line ends outside of quotes.
  private static func rowEnds(_ bytes: [UInt8], _ size: Int) -> [Int] {
    var ends: [Int] = []
    var (counted, quotes, place) = (0, 0, size)
    while let line = lineEnd(bytes, from: place) {
      quotes += Self.quotes(bytes, counted..<line)
      counted = line
      if quotes.isMultiple(of: 2) {
        ends.append(line + 1)
        place = line + size
      } else {
        place = line + 1
      }
    }
    return ends
  }

  private static func quotes(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var count = 0
      for place in range where bytes[place] == UInt8(ascii: "\"") { count &+= 1 }
      return count
    }
  }

  private static func lineEnd(_ bytes: [UInt8], from place: Int) -> Int? {
    first(0x0A, in: bytes, place..<max(place, bytes.count))
  }

  /// The first NUL byte, which no text has.
  static func firstNUL(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    first(0, in: bytes, range)
  }

  private static func first(_ byte: Int32, in bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    return bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, range.upperBound <= bytes.count,
        let found = memchr(start + range.lowerBound, byte, range.count)
      else { return nil }
      return UnsafeRawPointer(found) - start
    }
  }

  private static func header(of bytes: [UInt8]) -> LogTable? {
    guard let delimiter = RecordReader.delimiter(of: bytes) else { return nil }
    var table: LogTable?
    let reader = CSVReader { row in
      if table == nil { table = LogTable(header: row, delimiter: delimiter) }
    }
    for start in stride(from: 0, to: bytes.count, by: headBytes) where table == nil {
      guard (try? reader.feed(bytes[start..<min(start + headBytes, bytes.count)])) != nil else {
        return nil
      }
    }
    return table
  }

  private static let headBytes = 1 << 16
}
