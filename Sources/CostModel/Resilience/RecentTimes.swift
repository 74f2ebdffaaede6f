/// Nondecreasing times, of which those too old are dropped: a queue in a ring that grows to the most
/// that it ever holds.
@usableFromInline
struct RecentTimes: Sendable {
  private var ring: [SimTime] = []
  private var first = 0
  private(set) var count = 0

  mutating func add(_ e: SimTime) {
    if count == ring.count { grow() }
    ring[place(count)] = e
    count += 1
  }

  /// Drops the times t with e − t ≥ window.
  mutating func drop(at e: SimTime, _ window: SimDuration) {
    while count > 0, e - ring[first] >= window {
      first = place(1)
      count -= 1
    }
  }

  mutating func removeAll() { (first, count) = (0, 0) }

  /// How many of them are not too old at `t`.
  func count(at t: SimTime, within window: SimDuration) -> Int {
    var copy = self
    copy.drop(at: t, window)
    return copy.count
  }

  /// The size is a power of two.
  private func place(_ offset: Int) -> Int { (first &+ offset) & (ring.count &- 1) }

  private mutating func grow() {
    let old = (0..<count).map { ring[place($0)] }
    ring = old + Array(repeating: .distantPast, count: max(16, count))
    first = 0
  }
}
