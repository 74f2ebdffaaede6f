/// Gives pairs of words with a tag dense ids in order of first appearance: a hash table with linear probing,
/// at most half full.
package struct WordTable: Sendable {
  fileprivate struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var id: UInt32 = 0
    var tag = Self.free

    /// The tag of a slot that is free.
    static let free = UInt32.max
  }

  private static let smallest = 16

  private var slots = Array(repeating: Slot(), count: Self.smallest)
  package private(set) var count = 0

  /// Where the pair is or would be, and its id; nil if it is new.
  @inline(__always)
  package func find(_ low: UInt64, _ high: UInt64, _ tag: UInt32) -> (place: Int, id: UInt32?) {
    withFinder { $0.find(low, high, tag) }
  }

  /// Finds many pairs in a table that stays as it is.
  package struct Finder {
    fileprivate let slots: UnsafePointer<Slot>
    /// One less than there are slots.
    fileprivate let mask: Int

    /// As `find` of the table.
    @inline(__always)
    package func find(_ low: UInt64, _ high: UInt64, _ tag: UInt32) -> (place: Int, id: UInt32?) {
      var place = WordTable.hash(low, high) & mask
      while true {
        let slot = slots + place
        if slot.pointee.low == low, slot.pointee.high == high, slot.pointee.tag == tag {
          return (place, slot.pointee.id)
        }
        if slot.pointee.tag == Slot.free { return (place, nil) }
        place = (place &+ 1) & mask
      }
    }
  }

  @inline(__always)
  package func withFinder<Result>(_ body: (Finder) -> Result) -> Result {
    slots.withUnsafeBufferPointer { slots in
      // There are always some.
      body(Finder(slots: slots.baseAddress.unsafelyUnwrapped, mask: slots.count &- 1))
    }
  }

  /// Adds a new pair where `find` has seen that it is not.
  package mutating func add(_ low: UInt64, _ high: UInt64, _ tag: UInt32, at place: Int) -> UInt32 {
    let id = UInt32(count)
    slots[place] = Slot(low: low, high: high, id: id, tag: tag)
    count += 1
    if count * 2 > slots.count { grow() }
    return id
  }

  package mutating func removeAll() {
    guard count > 0 else { return }
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: Slot()) }
    count = 0
  }

  @inline(__always)
  fileprivate static func hash(_ low: UInt64, _ high: UInt64) -> Int {
    let product = (low &+ 0xA076_1D64_78BD_642F)
      .multipliedFullWidth(by: high &+ 0xE703_7ED1_A0B4_28DB)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: old.count * 2)
    for slot in old where slot.tag != Slot.free {
      slots[find(slot.low, slot.high, slot.tag).place] = slot
    }
  }
}
