/// XXH64 with seed 0 (Yann Collet, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md),
/// what `xxhsum -H1` prints: the content hash of logs, which are too long for a slower one.
package struct XXH64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private typealias Lanes = (UInt64, UInt64, UInt64, UInt64)

  private var lanes: Lanes = (prime1 &+ prime2, prime2, 0, 0 &- prime1)
  private var length: UInt64 = 0
  /// Fewer than 32 bytes that wait for more.
  private var rest: [UInt8] = []

  package init() {}

  /// More of the content, in pieces of any size.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(bytes.count, 32 - rest.count)
      rest.append(contentsOf: bytes[..<start])
      guard rest.count == 32 else { return }
      let full = rest
      rest.removeAll(keepingCapacity: true)
      full.withUnsafeBytes { addStripes($0) }
    }
    let end = start + (bytes.count - start) & ~31
    addStripes(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    rest.append(contentsOf: bytes[end...])
  }

  /// Multiples of 32 bytes.
  private mutating func addStripes(_ bytes: UnsafeRawBufferPointer) {
    guard var place = bytes.baseAddress else { return }
    let end = place + bytes.count
    var lanes = lanes
    if bytes.count & 32 != 0 {
      Self.addStripe(place, to: &lanes)
      place += 32
    }
    // Two stripes at a time: in between, lanes need not be moved to where a turn expects them.
    while place < end {
      Self.addStripe(place, to: &lanes)
      Self.addStripe(place + 32, to: &lanes)
      place += 64
    }
    self.lanes = lanes
  }

  @inline(__always)
  private static func addStripe(_ place: UnsafeRawPointer, to lanes: inout Lanes) {
    lanes.0 = round(lanes.0, place.loadUnaligned(as: UInt64.self).littleEndian)
    lanes.1 = round(lanes.1, (place + 8).loadUnaligned(as: UInt64.self).littleEndian)
    lanes.2 = round(lanes.2, (place + 16).loadUnaligned(as: UInt64.self).littleEndian)
    lanes.3 = round(lanes.3, (place + 24).loadUnaligned(as: UInt64.self).littleEndian)
  }

  /// The hash of all that was added.
  package var value: UInt64 {
    var hash = Self.prime5
    if length >= 32 {
      hash =
        Self.rotated(lanes.0, 1) &+ Self.rotated(lanes.1, 7) &+ Self.rotated(lanes.2, 12)
        &+ Self.rotated(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
      }
    }
    return rest.withUnsafeBytes { Self.finish(hash &+ length, $0) }
  }

  private static func finish(_ start: UInt64, _ rest: UnsafeRawBufferPointer) -> UInt64 {
    var hash = start
    var offset = 0
    while rest.count - offset >= 8 {
      hash = rotated(hash ^ round(0, word(rest, offset)), 27) &* prime1 &+ prime4
      offset += 8
    }
    if rest.count - offset >= 4 {
      let half = rest.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
      hash = rotated(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
      offset += 4
    }
    for byte in rest[offset...] { hash = rotated(hash ^ (UInt64(byte) &* prime5), 11) &* prime1 }
    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }

  @inline(__always)
  private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }
}
