import Support

/// Moments in closed form (docs/validation.md, "Token sizes").
///
/// `rounded`: of the whole number that the engine draws, halves up and never below 0, where both ends
/// of a uniform and of a bin are as likely as the values between. A point, a
/// uniform and a histogram are rounded exactly; a lognormal is not, since rounding a density that
/// is smooth over whole numbers leaves its mean and adds 1/12 to its variance, which nobody sees.
extension Distribution {
  /// E[X^k; X < x]; everything for an infinite x. Bounds on rounded numbers are given at halves.
  package func moments(below x: Double = .infinity, rounded: Bool = false) -> PartialMoments {
    switch self {
    case .fixed(let value):
      return Self.point(value, below: x, rounded: rounded)
    case .uniform(let low, let high):
      let law =
        rounded ? Self.beforeRounding(low: low, high: high) : Bin(low: low, high: high, weight: 1)
      return Self.uniform(law.low, law.high, below: x, rounded: rounded)
    case .lognormal(let mean, let cv, let cap):
      return Self.lognormal(mean: mean, cv: cv, cap: cap, below: x, rounded: rounded)
    case .histogram(let bins):
      let total = bins.reduce(0) { $0 + $1.weight }
      return (rounded ? Self.beforeRounding(bins) : bins).reduce(PartialMoments()) { sum, bin in
        sum
          + Self.uniform(bin.low, bin.high, below: x, rounded: rounded)
          .scaled(by: bin.weight / total)
      }
    }
  }

  /// Of min(X, cap), `cap` a whole number if rounded.
  package func moments(cappedAt cap: Double, rounded: Bool = false) -> PartialMoments {
    guard cap < .infinity else { return moments(rounded: rounded) }
    let below = moments(below: rounded ? cap - 0.5 : cap, rounded: rounded)
    return below + .point(cap, mass: 1 - below.mass)
  }

  package var mean: Double { moments().first }

  /// Whether it always takes the same value.
  package var isConstant: Bool {
    switch self {
    case .fixed: true
    case .uniform(let low, let high): low == high
    case .lognormal(let mean, let cv, _): mean <= 0 || cv == 0
    case .histogram(let bins): bins.allSatisfy { $0.low == bins[0].low && $0.high == $0.low }
    }
  }

  /// P(X > x).
  package func exceedance(_ x: Double) -> Double { max(0, 1 - moments(below: x.nextUp).mass) }

  private static func point(_ value: Double, below x: Double, rounded: Bool) -> PartialMoments {
    guard value < x else { return PartialMoments() }
    return .point(rounded ? max(0, (value + 0.5).rounded(.down)) : value)
  }

  private static func lognormal(
    mean: Double, cv: Double, cap: Double?, below x: Double, rounded: Bool
  ) -> PartialMoments {
    guard mean > 0 else { return point(0, below: x, rounded: rounded) }
    guard cv > 0 else { return point(min(mean, cap ?? mean), below: x, rounded: rounded) }
    let law = Lognormal(mean: mean, cv: cv)
    let edge = min(x, cap ?? .infinity)
    let inside = PartialMoments(
      mass: law.partialMoment(0, below: edge), first: law.partialMoment(1, below: edge),
      second: law.partialMoment(2, below: edge), third: law.partialMoment(3, below: edge))
    guard let cap, cap < x else { return inside }
    return inside + point(cap, below: x, rounded: rounded).scaled(by: 1 - inside.mass)
  }

  private static func uniform(
    _ low: Double, _ high: Double, below x: Double, rounded: Bool
  ) -> PartialMoments {
    guard high > low else { return point(low, below: x, rounded: rounded) }
    let upper = min(x, high)
    guard upper > low else { return PartialMoments() }
    let integral = rounded ? roundedIntegral : plainIntegral
    var result = integral(upper) - integral(low)
    result.mass = upper - low
    return result.scaled(by: 1 / (high - low))
  }

  /// ∫₀^x t^k dt.
  private static func plainIntegral(_ x: Double) -> PartialMoments {
    PartialMoments(
      mass: x, first: x * x / 2, second: x * x * x / 3, third: x * x * x * x / 4)
  }

  /// ∫₀^x max(0, round t)^k dt: with n = round x, n^k·x − Σ_{j≤n}(j^k − (j−1)^k)(j − ½).
  private static func roundedIntegral(_ x: Double) -> PartialMoments {
    guard x > 0 else { return PartialMoments(mass: x) }
    let n = (x + 0.5).rounded(.down)
    let sum1 = n * (n + 1) / 2
    let sum2 = n * (n + 1) * (2 * n + 1) / 6
    let sum3 = sum1 * sum1
    return PartialMoments(
      mass: x, first: n * x - n * n / 2, second: n * n * x - n * (4 * n * n - 1) / 6,
      third: n * n * n * x - (3 * sum3 - 4.5 * sum2 + 2.5 * sum1 - n / 2))
  }
}
