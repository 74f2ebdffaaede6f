import Testing

@testable import Support

/// Values of the reference implementation, xxHash 0.8.
@Suite struct XXH64Tests {
  private func hash(_ bytes: [UInt8], pieces: Int = .max) -> UInt64 {
    var hash = XXH64()
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + min(pieces, bytes.count))
      bytes[start..<end].withUnsafeBytes { hash.add($0) }
      start = end
    }
    return hash.value
  }

  @Test(
    arguments: [
      ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
      ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
    ] as [(String, UInt64)])
  func knownTexts(text: String, value: UInt64) {
    #expect(hash(Array(text.utf8)) == value)
  }

  @Test func piecesDoNotMatter() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let whole = hash(bytes)
    for pieces in [1, 3, 31, 32, 33, 64, 500] { #expect(hash(bytes, pieces: pieces) == whole) }
  }
}
