/// A name of up to 16 bytes as words: its first and its second eight bytes and its length.
struct NameKey {
  var low: UInt64
  var high: UInt64
  var count: UInt32

  /// By length: which bits of the words belong to the name.
  nonisolated(unsafe) static let masks: UnsafePointer<(low: UInt64, high: UInt64)> = {
    let masks = UnsafeMutablePointer<(low: UInt64, high: UInt64)>.allocate(capacity: 17)
    for count in 0...16 {
      (masks + count).initialize(
        to: (~(~0 << UInt64(8 * count)), ~(~0 << UInt64(8 * max(0, count - 8)))))
    }
    return UnsafePointer(masks)
  }()

  /// nil: an empty name or a longer one. The bytes must be followed by `FieldList.padding` readable
  /// ones.
  @inline(__always)
  init?(
    _ text: (base: UnsafePointer<UInt8>, count: Int),
    _ masks: UnsafePointer<(low: UInt64, high: UInt64)> = NameKey.masks
  ) {
    guard UInt(bitPattern: text.count) &- 1 < 16 else { return nil }
    let base = UnsafeRawPointer(text.base)
    let mask = masks + text.count
    low = base.loadUnaligned(as: UInt64.self).littleEndian & mask.pointee.low
    high =
      base.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian & mask.pointee.high
    count = UInt32(truncatingIfNeeded: text.count)
  }
}

/// Remembers numbers of some names, those that were met last: for columns of few names, which are
/// found here without the care that a table takes which must know all of them.
final class NameMemo {
  private struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// The name's length, and above it what `age` was.
    var tag: UInt32 = 0
    var id: UInt32 = 0
  }

  private static let size = 256
  /// Above the lengths of names.
  private static let year: UInt32 = 32

  private let slots: UnsafeMutablePointer<Slot>
  /// Slots of another age are empty.
  private var age = NameMemo.year

  init() {
    slots = .allocate(capacity: Self.size)
    slots.initialize(repeating: Slot(), count: Self.size)
  }

  deinit { slots.deallocate() }

  /// The number of a name; nil if it is not remembered.
  @inline(__always)
  func find(_ key: NameKey) -> UInt32? {
    let tag = key.count | age
    var slot = slots + Self.place(of: key)
    if slot.pointee.low == key.low, slot.pointee.high == key.high, slot.pointee.tag == tag {
      return slot.pointee.id
    }
    slot = slots + (Self.place(of: key) ^ 1)
    if slot.pointee.low == key.low, slot.pointee.high == key.high, slot.pointee.tag == tag {
      return slot.pointee.id
    }
    return nil
  }

  /// Writes the numbers of names behind each other, `stride` bytes apart, from a row on until a name
  /// is not remembered; returns that row, else the end.
  @inline(never)
  func find(
    _ names: FieldColumn, from row: Int, to end: Int, _ target: UnsafeMutableRawPointer,
    stride: Int
  ) -> Int {
    let masks = NameKey.masks
    return names.run(from: row, to: end) { text, row in
      guard let key = NameKey(text, masks), let id = find(key) else { return false }
      (target + row &* stride).storeBytes(of: id, as: UInt32.self)
      return true
    }
  }

  /// Remembers a name's number, in place of another one's if need be.
  func remember(_ key: NameKey, _ id: UInt32) {
    let place = Self.place(of: key)
    let isTaken = slots[place].tag & ~(Self.year &- 1) == age
    slots[isTaken ? place ^ 1 : place] = Slot(
      low: key.low, high: key.high, tag: key.count | age, id: id)
  }

  /// Begins anew.
  func forget() {
    age &+= Self.year
    guard age == 0 else { return }
    slots.update(repeating: Slot(), count: Self.size)
    age = Self.year
  }

  @inline(__always)
  private static func place(of key: NameKey) -> Int {
    let product = (key.low ^ key.high &>> 7) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product &>> 56)
  }
}
