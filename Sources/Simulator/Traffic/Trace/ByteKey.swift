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

  /// Eight bytes at a time through a folded 64 × 64-bit product, as wyhash does.
  static func hash(_ bytes: Bytes) -> UInt64 {
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return mix(0, 0) }
    let count = bytes.count
    var state = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= count {
      let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
      state = mix(state, word)
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < count {
      tail = tail << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return mix(mix(state, tail), 0x8EBC_6AF0_9C88_C6E3)
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
