/// The distribution of one number of a call (tokens, seconds, microseconds of latency).
package enum Distribution: Hashable, Sendable {
  case fixed(Double)
  /// Uniform in `low ... high`: of whole numbers, all of them alike, both ends included.
  case uniform(low: Double, high: Double)
  /// Lognormal with that mean and coefficient of variation *before* the cap is applied.
  case lognormal(mean: Double, cv: Double, cap: Double?)
  /// An empirical histogram: uniform inside a bin `low ... high` (equal: the value itself), as above;
  /// a value at which two bins meet belongs to either by half.
  case histogram([Bin])

  package struct Bin: Hashable, Sendable {
    package var low: Double
    package var high: Double
    /// Relative; any positive sum.
    package var weight: Double

    package init(low: Double, high: Double, weight: Double) {
      self.low = low
      self.high = high
      self.weight = weight
    }
  }
}

extension Distribution {
  /// No draw is below it.
  package var least: Double {
    switch self {
    case .fixed(let value): value
    case .uniform(let low, _): low
    case .lognormal(let mean, let cv, let cap): cv > 0 ? 0 : min(mean, cap ?? mean)
    case .histogram(let bins): bins.map(\.low).min() ?? 0
    }
  }

  /// What a uniform law is rounded from so that all whole numbers from `low` to `high` are alike.
  package static func beforeRounding(low: Double, high: Double) -> Bin {
    beforeRounding([Bin(low: low, high: high, weight: 1)])[0]
  }

  /// What bins are rounded from: half a unit longer at either end, but where another bin goes on.
  /// Bins that do not begin and end at whole numbers stay as they are, and so keep their means.
  package static func beforeRounding(_ bins: [Bin]) -> [Bin] {
    let wide = bins.filter { $0.high > $0.low && $0.weight > 0 }
    let (starts, ends) = (Set(wide.map(\.low)), Set(wide.map(\.high)))
    return bins.map { bin in
      guard bin.high > bin.low, bin.low == bin.low.rounded(), bin.high == bin.high.rounded() else {
        return bin
      }
      return Bin(
        low: bin.low - (ends.contains(bin.low) ? 0 : 0.5),
        high: bin.high + (starts.contains(bin.high) ? 0 : 0.5), weight: bin.weight)
    }
  }
}
