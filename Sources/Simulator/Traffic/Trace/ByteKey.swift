import Foundation

typealias Bytes = UnsafeBufferPointer<UInt8>

/// 64-bit keys of texts, the same on every machine and in every run.
///
/// Two prompts of 10 million share a key by accident with a probability below 1 in 300,000.
enum ByteKey {
  /// Never 0, which stands for "none".
  @inline(__always)
  static func key(_ bytes: Bytes) -> UInt64 {
    let hash = hash(bytes)
    return hash == 0 ? 1 : hash
  }

  /// Eight bytes at a time through a folded 64 × 64-bit product, as wyhash does; the last eight may
  /// overlap those before.
  @inline(__always)
  static func hash(_ bytes: Bytes) -> UInt64 {
    let count = bytes.count
    var state = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
    var tail: UInt64 = 0
    if let base = UnsafeRawPointer(bytes.baseAddress) {
      var offset = 0
      while offset &+ 8 < count {
        state = mix(state, word(base, offset))
        offset &+= 8
      }
      tail = count < 8 ? short(base, count) : word(base, count &- 8)
    }
    return mix(mix(state, tail), 0x8EBC_6AF0_9C88_C6E3)
  }

  @inline(__always)
  private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    base.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }

  /// Fewer than eight bytes.
  private static func short(_ base: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<count {
      word = word &<< 8 | UInt64(base.load(fromByteOffset: offset, as: UInt8.self))
    }
    return word
  }

  @inline(__always)
  private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ 0xA076_1D64_78BD_642F)
      .multipliedFullWidth(by: word ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low ^ state.rotated(by: 29) &+ word
  }
}

extension UInt64 {
  @inline(__always)
  fileprivate func rotated(by bits: UInt64) -> UInt64 { self << bits | self >> (64 - bits) }
}

extension UnsafeBufferPointer<UInt8> {
  /// The same bytes; `elementsEqual` would compare them one by one.
  @inline(__always)
  func equals(_ other: Bytes) -> Bool {
    guard count == other.count, let own = baseAddress, let others = other.baseAddress else {
      return count == other.count
    }
    return memcmp(own, others, count) == 0
  }

  @inline(__always)
  func equals(_ other: [UInt8]) -> Bool { other.withUnsafeBufferPointer { equals($0) } }
}
