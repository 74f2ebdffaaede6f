import Support

/// A name of up to 16 bytes as words: its first and its second eight bytes and its length.
package struct NameKey {
  package var low: UInt64
  package var high: UInt64
  /// The name's length less one.
  package var last: UInt32

  /// Entry n: which bits of a word belong to a name of which n − 7 bytes are left there.
  package nonisolated(unsafe) static let masks: UnsafePointer<UInt64> = {
    let masks = UnsafeMutablePointer<UInt64>.allocate(capacity: 24)
    for place in 0..<24 { masks[place] = ~(~0 << UInt64(8 * max(0, place - 7))) }
    return UnsafePointer(masks)
  }()

  /// nil: an empty name or a longer one. The bytes must be followed by `FieldList.padding` readable
  /// ones.
  @inline(__always)
  package init?(
    _ text: (base: UnsafePointer<UInt8>, count: Int),
    _ masks: UnsafePointer<UInt64> = NameKey.masks
  ) {
    let last = text.count &- 1
    guard UInt(bitPattern: last) < 16 else { return nil }
    let base = UnsafeRawPointer(text.base)
    low = base.loadUnaligned(as: UInt64.self).littleEndian & masks[last &+ 8]
    high = base.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian & masks[last]
    self.last = UInt32(truncatingIfNeeded: last)
  }
}

/// Remembers numbers of some names, those that were met last: for columns of few names, which are
/// found here without the care that a table takes which must know all of them.
package final class NameMemo {
  /// 32 bytes, so that its place needs no multiplication.
  private struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// The name's length less one, and above it what `age` was.
    var tag: UInt64 = 0
    var id: UInt64 = 0
  }

  private static let size = 256
  /// Above the lengths of names.
  private static let year: UInt64 = 32

  private let slots: UnsafeMutablePointer<Slot>
  /// Slots of another age are empty.
  private var age = NameMemo.year

  package init() {
    slots = .allocate(capacity: Self.size)
    slots.initialize(repeating: Slot(), count: Self.size)
  }

  deinit { slots.deallocate() }

  /// The number of a name; nil if it is not remembered.
  @inline(__always)
  private static func find(
    _ key: NameKey, _ slots: UnsafeRawPointer, _ age: UInt64
  ) -> UInt32? {
    let tag = UInt64(key.last) | age
    var offset = offset(of: key)
    var slot = slots.load(fromByteOffset: offset, as: Slot.self)
    if slot.low == key.low, slot.high == key.high, slot.tag == tag {
      return UInt32(truncatingIfNeeded: slot.id)
    }
    offset ^= MemoryLayout<Slot>.stride
    slot = slots.load(fromByteOffset: offset, as: Slot.self)
    guard slot.low == key.low, slot.high == key.high, slot.tag == tag else { return nil }
    return UInt32(truncatingIfNeeded: slot.id)
  }

  /// Writes the numbers of names behind each other, `stride` bytes apart, from a row on until a name
  /// is not remembered; returns that row, else the end.
  @inline(never)
  package func find(
    _ names: FieldColumn, from row: Int, to end: Int, _ target: UnsafeMutableRawPointer,
    stride: Int
  ) -> Int {
    let (masks, slots, age) = (NameKey.masks, UnsafeRawPointer(slots), age)
    return names.run(from: row, to: end) { text, row in
      guard let key = NameKey(text, masks), let id = Self.find(key, slots, age) else {
        return false
      }
      (target + row &* stride).storeBytes(of: id, as: UInt32.self)
      return true
    }
  }

  /// Remembers a name's number, in place of another one's if need be.
  package func remember(_ key: NameKey, _ id: UInt32) {
    let place = Self.offset(of: key) / MemoryLayout<Slot>.stride
    let isTaken = slots[place].tag & ~(Self.year &- 1) == age
    slots[isTaken ? place ^ 1 : place] = Slot(
      low: key.low, high: key.high, tag: UInt64(key.last) | age, id: UInt64(id))
  }

  /// Begins anew.
  package func forget() { age &+= Self.year }

  /// Where a name's first slot begins; its second one is the other of two.
  @inline(__always)
  private static func offset(of key: NameKey) -> Int {
    let product = (key.low &+ key.high &<< 3) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product &>> 51) & ((size &- 1) * MemoryLayout<Slot>.stride)
  }
}
