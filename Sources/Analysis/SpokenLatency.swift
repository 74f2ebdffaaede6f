import CostModel
import Scenarios

extension TargetBehaviour {
  /// Microseconds from start to outcome of an attempt of such calls, what their audio adds included. Exact
  /// where the latency itself or the audio is always the same; else the audio is cut into cells.
  package func latency(of variant: Variant) -> Distribution {
    let each = Double(latencyPerAudioSecond.microseconds)
    guard each > 0, variant.audio != .fixed(0) else { return latency }
    if case .fixed(let base) = latency {
      return variant.audio.stretched(by: each, later: base)
    }
    let bins = variant.audio.cells.flatMap { audio in
      latency.bins.map { bin in
        Distribution.Bin(
          low: bin.low + each * audio.value, high: bin.high + each * audio.value,
          weight: audio.chance * bin.weight)
      }
    }
    return .histogram(bins)
  }
}

extension Distribution {
  /// The law of `each` times a draw, and so much more.
  fileprivate func stretched(by each: Double, later base: Double) -> Distribution {
    switch self {
    case .fixed(let value): .fixed(base + each * value)
    case .uniform(let low, let high): .uniform(low: base + each * low, high: base + each * high)
    case .lognormal(let mean, let cv, let cap) where base == 0:
      .lognormal(mean: each * mean, cv: cv, cap: cap.map { each * $0 })
    case .lognormal, .histogram:
      .histogram(
        bins.map { bin in
          Bin(low: base + each * bin.low, high: base + each * bin.high, weight: bin.weight)
        })
    }
  }

  /// The law as bins whose weights add up to 1.
  fileprivate var bins: [Bin] {
    switch self {
    case .fixed(let value): return [Bin(low: value, high: value, weight: 1)]
    case .uniform(let low, let high): return [Bin(low: low, high: high, weight: 1)]
    case .lognormal:
      return cells.map { Bin(low: $0.value, high: $0.value, weight: $0.chance) }
    case .histogram(let bins):
      let sum = bins.reduce(0) { $0 + $1.weight }
      return bins.map { Bin(low: $0.low, high: $0.high, weight: $0.weight / sum) }
    }
  }
}
