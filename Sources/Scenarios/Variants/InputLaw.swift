import Support

/// How well an input is known: a distribution of the value that it really has.
package enum InputLaw: Hashable, Sendable {
  /// `{low, likely, high}`. Triangular: drawn from one uniform number with + − × ÷ √ alone, and
  /// what people know of an input is no more than these three numbers.
  case triangular(low: Double, likely: Double, high: Double)
  case uniform(low: Double, high: Double)
  /// Cut at the bounds of the input's kind.
  case normal(mean: Double, sd: Double)
  case lognormal(mean: Double, cv: Double)

  /// What a run without draws takes: the most likely value, else the mean.
  package var likely: Double {
    switch self {
    case .triangular(_, let likely, _): likely
    case .uniform(let low, let high): 0.5 * (low + high)
    case .normal(let mean, _): mean
    case .lognormal(let mean, _): mean
    }
  }

  /// The value that is exceeded with probability 1 − u, for 0 < u < 1. IEEE + − × ÷ √ only.
  /// - Parameter isWhole: whether it will be rounded: both ends of a uniform law are then as likely
  ///   as the whole numbers between them.
  package func quantile(_ u: Double, isWhole: Bool = false) -> Double {
    switch self {
    case .uniform(let low, let high) where isWhole && high > low:
      return min(max(low - 0.5 + u * (high - low + 1), low), high)
    case .triangular(let low, let likely, let high):
      guard high > low else { return low }
      let split = (likely - low) / (high - low)
      return u < split
        ? low + (u * (high - low) * (likely - low)).squareRoot()
        : high - ((1 - u) * (high - low) * (high - likely)).squareRoot()
    case .uniform(let low, let high):
      return low + u * (high - low)
    case .normal(let mean, let sd):
      return mean + sd * ExactMath.normalQuantile(u)
    case .lognormal(let mean, let cv):
      guard mean > 0, cv > 0 else { return mean }
      let variance = ExactMath.log(1 + cv * cv)
      let mu = ExactMath.log(mean) - 0.5 * variance
      return ExactMath.exp(mu + variance.squareRoot() * ExactMath.normalQuantile(u))
    }
  }

  /// Every value times so much.
  package func scaled(by factor: Double) -> InputLaw {
    switch self {
    case .triangular(let low, let likely, let high):
      .triangular(low: low * factor, likely: likely * factor, high: high * factor)
    case .uniform(let low, let high): .uniform(low: low * factor, high: high * factor)
    case .normal(let mean, let sd): .normal(mean: mean * factor, sd: sd * factor)
    case .lognormal(let mean, let cv): .lognormal(mean: mean * factor, cv: cv)
    }
  }
}
