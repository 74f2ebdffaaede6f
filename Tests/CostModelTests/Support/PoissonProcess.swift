import Foundation

/// Arrivals with independent exponential gaps, cut to microseconds.
struct PoissonProcess {
  var random: SplitMix64
  /// Microseconds.
  let meanGap: Double
  private var now = 0.0

  init(meanGap: Double, seed: UInt64) {
    random = SplitMix64(seed: seed)
    self.meanGap = meanGap
  }

  mutating func next() -> Int64 {
    now += random.exponential(mean: meanGap)
    return Int64(now)
  }
}

extension SplitMix64 {
  mutating func exponential(mean: Double) -> Double { -mean * log(uniform()) }
}
