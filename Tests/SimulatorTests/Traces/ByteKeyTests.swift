import Testing

@testable import Simulator

/// Keys against their definition, whichever way a length takes.
@Suite struct ByteKeyTests {
  private static let seed: UInt64 = 20_261_124

  private func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ 0xA076_1D64_78BD_642F)
      .multipliedFullWidth(by: word ^ 0xE703_7ED1_A0B4_28DB)
    return (product.high ^ product.low ^ (state << 29 | state >> 35)) &+ word
  }

  /// Eight bytes as a number, the first one the lowest.
  private func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func definition(_ bytes: [UInt8]) -> UInt64 {
    var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var rest = bytes[...]
    while rest.count > 8 {
      state = mix(state, word(rest.prefix(8)))
      rest = rest.dropFirst(8)
    }
    let isShort = bytes.count < 8
    let tail = isShort ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : word(bytes.suffix(8))
    return mix(mix(state, tail), 0x8EBC_6AF0_9C88_C6E3)
  }

  @Test func everyLengthIsKeyedAsDefined() {
    var random = TestRandom(seed: Self.seed)
    for count in 0...40 {
      for _ in 0..<10 {
        let bytes = (0..<count).map { _ in UInt8(random.below(256)) }
        #expect(bytes.withUnsafeBufferPointer { ByteKey.key($0) } == definition(bytes))
      }
    }
  }
}
