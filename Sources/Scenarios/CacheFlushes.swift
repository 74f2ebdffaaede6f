import CostModel

extension CacheSettings {
  /// What a class's hit rate h is at a moment in `rate` mode: after a flush it rises from 0 in a
  /// straight line and is whole again (1 − h) × ttl later (docs/semantics.md, "Response cache").
  package static func hitRate(
    _ rate: Double, ttl: SimDuration, at time: Int64, flushes: [SimTime]
  ) -> Double {
    guard let flush = flushes.last(where: { $0.microseconds <= time }) else { return rate }
    let passed = Double(time - flush.microseconds)
    let whole = (1 - rate) * Double(ttl.microseconds)
    return passed < whole ? rate * (passed / whole) : rate
  }
}
