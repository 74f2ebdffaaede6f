import Foundation

package typealias Bytes = UnsafeBufferPointer<UInt8>

/// 64-bit keys of texts, the same on every machine and in every run.
///
/// Two prompts of 10 million share a key by accident with a probability below 1 in 300,000.
package enum ByteKey {
  /// Never 0, which stands for "none".
  @inline(__always)
  package static func key(_ bytes: Bytes) -> UInt64 {
    let hash = hash(bytes)
    return hash == 0 ? 1 : hash
  }

  /// Eight bytes at a time through a folded 64 × 64-bit product, as wyhash does; the last eight may
  /// overlap those before.
  @inline(__always)
  package static func hash(_ bytes: Bytes) -> UInt64 {
    // What most keys of prompts are: 16 hexadecimal digits.
    if bytes.count == 16, let base = UnsafeRawPointer(bytes.baseAddress) {
      return end(mix(start(16), word(base, 0)), word(base, 8))
    }
    return otherHash(bytes)
  }

  @inline(never)
  private static func otherHash(_ bytes: Bytes) -> UInt64 {
    let count = bytes.count
    var state = start(count)
    guard let base = UnsafeRawPointer(bytes.baseAddress), count >= 8 else {
      return end(state, short(bytes))
    }
    for offset in stride(from: 0, to: count &- 8, by: 8) { state = mix(state, word(base, offset)) }
    return end(state, word(base, count &- 8))
  }

  @inline(__always)
  private static func start(_ count: Int) -> UInt64 { UInt64(count) &* 0x9E37_79B9_7F4A_7C15 }

  @inline(__always)
  private static func end(_ state: UInt64, _ tail: UInt64) -> UInt64 {
    mix(mix(state, tail), 0x8EBC_6AF0_9C88_C6E3)
  }

  @inline(__always)
  private static func word(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    base.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }

  /// Fewer than eight bytes.
  private static func short(_ bytes: Bytes) -> UInt64 {
    bytes.reduce(0) { $0 &<< 8 | UInt64($1) }
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
  package func equals(_ other: Bytes) -> Bool {
    guard count == other.count, let own = baseAddress, let others = other.baseAddress else {
      return count == other.count
    }
    return memcmp(own, others, count) == 0
  }

  @inline(__always)
  package func equals(_ other: [UInt8]) -> Bool { other.withUnsafeBufferPointer { equals($0) } }
}
