/// A name of up to 16 bytes as words: its first and its last eight bytes and its length.
struct NameKey {
  var low: UInt64
  var high: UInt64
  var count: UInt32

  /// nil: an empty name or a longer one. The bytes must be followed by `FieldList.padding` readable
  /// ones. A shorter name than eight bytes stands at the words' upper ends.
  @inline(__always)
  init?(_ text: (base: UnsafePointer<UInt8>, count: Int)) {
    guard UInt(bitPattern: text.count) &- 1 < 16 else { return nil }
    let base = UnsafeRawPointer(text.base)
    let shift = UInt64(truncatingIfNeeded: max(0, 64 &- 8 &* text.count))
    low = base.loadUnaligned(as: UInt64.self).littleEndian &<< shift
    let last = base.loadUnaligned(fromByteOffset: max(0, text.count &- 8), as: UInt64.self)
    high = last.littleEndian &<< shift
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
