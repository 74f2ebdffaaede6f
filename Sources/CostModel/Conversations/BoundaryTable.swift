/// Entries by their boundaries: open addressing with linear probing, at most half full, so that an
/// entry takes 32 to 64 bytes.
struct BoundaryTable: Sendable {
  private struct Slot: Sendable, BitwiseCopyable {
    /// 0: unused; no entry has that boundary.
    var boundary: UInt64 = 0
    var entry = ContextEntry(expiry: .distantPast, isLong: false)
  }

  private var slots = Array(repeating: Slot(), count: 16)
  private(set) var count = 0

  private var mask: Int { slots.count &- 1 }

  private func home(_ boundary: UInt64) -> Int {
    Int(truncatingIfNeeded: boundary.mixed) & mask
  }

  /// Where the boundary is, or would go.
  private func slot(of boundary: UInt64) -> Int {
    var slot = home(boundary)
    while slots[slot].boundary != boundary, slots[slot].boundary != 0 { slot = (slot &+ 1) & mask }
    return slot
  }

  subscript(boundary: UInt64) -> ContextEntry? {
    let slot = slots[slot(of: boundary)]
    return slot.boundary == 0 ? nil : slot.entry
  }

  mutating func set(_ boundary: UInt64, _ entry: ContextEntry) {
    guard boundary != 0 else { return }
    let slot = slot(of: boundary)
    let isNew = slots[slot].boundary == 0
    slots[slot] = Slot(boundary: boundary, entry: entry)
    guard isNew else { return }
    count += 1
    if 2 * count > slots.count { refill(2 * slots.count) { _ in true } }
  }

  mutating func remove(_ boundary: UInt64) {
    var hole = slot(of: boundary)
    guard slots[hole].boundary != 0 else { return }
    count -= 1
    var next = (hole &+ 1) & mask
    // What would no longer be found moves into the hole.
    while slots[next].boundary != 0 {
      let distance = (next &- home(slots[next].boundary)) & mask
      if distance >= (next &- hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    slots[hole] = Slot()
  }

  mutating func removeAll() { self = BoundaryTable() }

  /// Forgets what is not live at a moment.
  mutating func sweep(at s: SimTime) {
    var size = 16
    while size < 4 * liveCount(at: s) { size *= 2 }
    refill(size) { $0.isLive(at: s) }
  }

  func liveCount(at s: SimTime) -> Int {
    slots.count { $0.boundary != 0 && $0.entry.isLive(at: s) }
  }

  private mutating func refill(_ size: Int, where isKept: (ContextEntry) -> Bool) {
    let old = slots
    slots = Array(repeating: Slot(), count: size)
    count = 0
    for slot in old where slot.boundary != 0 && isKept(slot.entry) {
      slots[self.slot(of: slot.boundary)] = slot
      count += 1
    }
  }
}
