import Foundation

/// The distribution of a sum, from its characteristic function φ at the multiples of a step h: over
/// one period 2π/h around the mean the Fourier series
///
///     F(x) = (x − a)·h/2π + Σ_j Im[φ(jh)·(e^{−ijha} − e^{−ijhx})]/(jπ)
///
/// is the distribution function (Bohman, Ann. Math. Stat. 32, 1961), up to what lies outside.
package struct FourierLaw: Sendable {
  /// Mean of the sum, and its standard deviation; 0: a point.
  package let mean: Double
  package let deviation: Double
  /// No bill is lower.
  package let floor: Double
  /// Nobody pays less than a; the period ends where next to nothing lies beyond.
  private let start: Double
  private let step: Double
  private let terms: [Complex]
  /// Σ Im[φ(jh)·e^{−ijha}]/(jπ).
  private let offset: Double

  /// Standard deviations of the period below and above the mean. Of laws with a skewness of 1, 1 in
  /// 10,000 lies beyond six; the heaviest that are met leave that beyond thirty.
  private static let below = 10.0
  private static let above = 30.0
  /// Values that occur again and again (calls of a fixed price) give φ no end: they are spread by
  /// this share of the standard deviation, normally.
  private static let blur = 0.02
  private static let negligible = 1e-9

  /// - Parameters:
  ///   - logarithm: of φ less what its mean turns it by, log E e^{it(S − mean)}; asked for ascending
  ///     t, which start at the step.
  package init(
    mean: Double, variance: Double, floor: Double = 0,
    logarithm: (_ t: Double) -> Complex
  ) {
    self.mean = mean
    self.floor = min(floor, mean)
    deviation = variance > 0 ? variance.squareRoot() : 0
    guard deviation > 0 else {
      (start, step, terms, offset) = (0, 0, [], 0)
      return
    }
    step = 2 * Double.pi / ((Self.below + Self.above) * deviation)
    start = -Self.below * deviation
    var terms: [Complex] = []
    var offset = 0.0
    var quiet = 0
    let blur = Self.blur * deviation
    for j in 1...4_000 {
      let t = Double(j) * step
      let damping = exp(-0.5 * t * t * blur * blur)
      let term = logarithm(t).exponential.scaled(by: damping / (Double(j) * Double.pi))
      terms.append(term)
      offset += (term * Complex.turn(-t * start)).imaginary
      // Some laws (calls of a fixed price) are quiet in between.
      quiet = term.squaredSize < Self.negligible * Self.negligible ? quiet + 1 : 0
      if quiet == 8 || damping < Self.negligible { break }
    }
    (self.terms, self.offset) = (terms, offset)
  }

  /// Between these lies the sum, but for next to nothing.
  package var lowest: Double { max(floor, mean - Self.below * deviation) }
  package var highest: Double { mean + Self.above * deviation }

  /// P(S ≤ x).
  package func cdf(_ x: Double) -> Double {
    guard deviation > 0 else { return x >= mean ? 1 : 0 }
    let y = x - mean
    if x < floor || y <= start { return 0 }
    if y >= Self.above * deviation { return 1 }
    // e^{−ijhy} by multiplication: ten times as fast as a sine for each.
    let turn = Complex.turn(-step * y)
    var power = Complex.one
    var sum = offset + (y - start) / ((Self.below + Self.above) * deviation)
    for term in terms {
      power = power * turn
      sum -= term.real * power.imaginary + term.imaginary * power.real
    }
    return min(1, max(0, sum))
  }

  /// P(S > x).
  package func exceedance(_ x: Double) -> Double { deviation > 0 ? 1 - cdf(x) : (mean > x ? 1 : 0) }
}
