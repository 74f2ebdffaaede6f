/// At most so many calls in flight, in flight being [start, outcome).
///
/// A call needs a free slot at its start even if its outcome is at the same instant.
@frozen
@usableFromInline
struct ConcurrencySlots: Sendable {
  let limit: Int
  /// The outcomes of calls that may still be in flight: a binary heap, the earliest first. Never
  /// more than `limit`, so the slots are full only if it is, and then until the earliest outcome.
  var outcomes: [SimTime] = []

  /// `limit` is positive.
  init(limit: Int) { self.limit = limit }

  /// The first microsecond from `s` on with a free slot; slots taken so far only become free.
  func earliest(from s: SimTime) -> SimTime { hasFree(at: s) ? s : outcomes[0] }

  /// Whether a slot is free at `s`.
  @inline(__always)
  func hasFree(at s: SimTime) -> Bool { outcomes.count < limit || outcomes[0] <= s }

  /// Takes a slot from `start`, at which one is free, until `outcome`.
  mutating func take(from start: SimTime, until outcome: SimTime) {
    while let first = outcomes.first, first <= start { removeFirst() }
    outcomes.append(outcome)
    siftUp()
  }

  /// Calls in flight at `s`, which is not before the last start.
  func inFlight(at s: SimTime) -> Int { outcomes.count { $0 > s } }

  private mutating func siftUp() {
    var child = outcomes.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if outcomes[parent] <= outcomes[child] { return }
      outcomes.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func removeFirst() {
    let last = outcomes.removeLast()
    if outcomes.isEmpty { return }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= outcomes.count { break }
      if child + 1 < outcomes.count, outcomes[child + 1] < outcomes[child] { child += 1 }
      if last <= outcomes[child] { break }
      outcomes[parent] = outcomes[child]
      parent = child
    }
    outcomes[parent] = last
  }
}
