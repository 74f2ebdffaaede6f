/// The distribution of one number of a call (tokens, seconds, microseconds of latency).
enum Distribution: Hashable, Sendable {
  case fixed(Double)
  /// Uniform in `low ..< high`.
  case uniform(low: Double, high: Double)
  /// Lognormal with that mean and coefficient of variation *before* the cap is applied.
  case lognormal(mean: Double, cv: Double, cap: Double?)
  /// An empirical histogram: uniform inside a bin `low ... high` (equal: the value itself).
  case histogram([Bin])

  struct Bin: Hashable, Sendable {
    var low: Double
    var high: Double
    /// Relative; any positive sum.
    var weight: Double
  }
}
