import Foundation

/// How many failures, one after the other at a constant rate, come until so many of them lie within a
/// window (docs/validation.md, "Breaker").
package enum BreakerOpening {
  /// - Parameter x: failures expected in a window, above 0.
  package static func meanFailures(_ count: Int, perWindow x: Double) -> Double {
    switch count {
    case 1: 1
    case 2: 1 - 1 / expm1(-x)
    // Below, the digits of Z are lost, and three are two at once.
    case 3: x < 1e-6 ? 2 / (x * x) : 1 + (4 * exp(-x) < 1 ? realZ(x) : complexZ(x))
    default: many(count, PoissonLaw(mean: x))
    }
  }

  // MARK: Three: (1 + Z) with q = e^{−νW}, s₁,₂ = ν/2·(1 ± √(1−4q)), e_i = e^{s_i W},
  // Z = (s₁e₂ − s₂e₁)/(s₁ − s₂ − q(s₁e₁ − s₂e₂)), complex where 4q > 1.

  /// Numerator and denominator over s₂·q·e₁, in which s₁·s₂ = q: nothing cancels or overflows.
  private static func realZ(_ x: Double) -> Double {
    let q = exp(-x)
    let d = (1 - 4 * q).squareRoot()
    guard d > 1e-6 else { return limitZ(x) }
    let small = 2 * q / (1 + d)
    let large = 1 - small
    func slope(_ y: Double) -> Double { y < 1e-300 ? 1 : expm1(y) / y }
    return (2 * large * x * slope(2 * small * x) - (1 + large) / large)
      / (d * x * slope(small * x) - 1 + q * exp(2 * small * x))
  }

  /// s = (1 ± iδ)/2: every difference is twice an imaginary part.
  private static func complexZ(_ x: Double) -> Double {
    let q = exp(-x)
    let delta = (4 * q - 1).squareRoot()
    guard delta > 1e-6 else { return limitZ(x) }
    let angle = delta * x / 2
    let half = exp(-x / 2)
    let (sine, versine) = (sin(angle), 2 * pow(sin(angle / 2), 2))
    // δ − e^{−x/2}(δ·cos + sin), of which the first order in x cancels.
    let rest = delta * (half * versine - expm1(-x / 2)) - half * sine
    return (delta * cos(angle) - sine) / (half * rest)
  }

  /// Both roots 1/2, at q = 1/4.
  private static func limitZ(_ x: Double) -> Double {
    let (q, size) = (exp(-x), exp(x / 2))
    return size * (1 - x / 2) / (1 - q * size * (1 + x / 2))
  }

  // MARK: Any number

  /// Beyond so many the chances of two and three windows are not summed.
  private static let summedUpTo = 10_000
  /// A chance to go on for another window that is nearer to 1 is told by the rate of openings.
  private static let rare = 1e-5

  /// Within the first window exactly; then by the chances Q that none opens it in 1, 2 and 3 windows
  /// (Naus, J. Am. Stat. Assoc. 77, 1982), and Q₃/Q₂ for each that follows; where openings are rare by
  /// their rate (Alm, 1983).
  private static func many(_ k: Int, _ law: PoissonLaw) -> Double {
    let x = law.mean
    let first = law.mean(cappedAt: k)
    let q1 = 1 - law.atLeast(k)
    guard q1 > 1e-12 else { return first }
    func byRate() -> Double {
      let factor = max(1 - x / Double(k), 1 / Double(k).squareRoot())
      return first + q1 / (factor * law.mass(k - 1))
    }
    guard k <= summedUpTo else { return byRate() }
    let (q2, q3) = twoAndThree(k, law)
    guard q2 > 1e-9 else { return first + x * between(q1, max(q2, 0)) }
    let ratio = q3 / q2
    guard ratio < 1 - rare else { return byRate() }
    let later = ratio > 0 ? q3 / -log(ratio) : 0
    return first + x * (between(q1, q2) + between(q2, max(q3, 0)) + later)
  }

  /// ∫ over a window of a chance that falls from a to b, in a straight line on a logarithmic scale.
  private static func between(_ a: Double, _ b: Double) -> Double {
    guard b > 0 else { return 0.5 * a }
    return a - b > 1e-9 * a ? (a - b) / log(a / b) : a
  }

  /// Naus's Q₂ and Q₃.
  private static func twoAndThree(_ k: Int, _ law: PoissonLaw) -> (Double, Double) {
    let x = law.mean
    let mass = (0...2 * k).map(law.mass)
    var upTo: [Double] = []
    for n in 0..<k { upTo.append((upTo.last ?? 0) + mass[n]) }
    func below(_ n: Int) -> Double { n >= 0 ? upTo[n] : 0 }
    let (count, all, own) = (Double(k), below(k - 1), mass[k])
    let q2 =
      all * all - (count - 1) * own * mass[k - 2] - (count - 1 - x) * own * below(k - 3)
    let a1 = 2 * own * all * ((count - 1) * below(k - 2) - x * below(k - 3))
    let a2 =
      0.5 * own * own
      * ((count - 1) * (count - 2) * below(k - 3) - 2 * (count - 2) * x * below(k - 4)
        + x * x * below(k - 5))
    var a3 = 0.0
    var a4 = 0.0
    for r in 1..<k {
      a3 += mass[2 * k - r] * below(r - 1) * below(r - 1)
      a4 += mass[2 * k - r] * mass[r] * (Double(r - 1) * below(r - 2) - x * below(r - 3))
    }
    return (q2, all * all * all - a1 + a2 + a3 - a4)
  }
}
