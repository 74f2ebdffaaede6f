import Foundation
import Support

/// Student's t distribution, for any number of degrees above 0.
package enum StudentT {
  /// With more of them it differs from the normal distribution by less than 1e-7.
  private static let many = 1e7

  /// P(T < t).
  package static func cdf(_ t: Double, degrees: Double) -> Double {
    if degrees > many { return Normal.cdf(t) }
    let tail = 0.5 * beta(degrees / (degrees + t * t), degrees / 2, 0.5)
    return t > 0 ? 1 - tail : tail
  }

  /// The t with P(T < t) = p, for 0 < p < 1, by Newton's method from the normal quantile: above the
  /// median that one is smaller and `cdf` is concave, so that every step stays below the root.
  package static func quantile(_ p: Double, degrees: Double) -> Double {
    if p < 0.5 { return -quantile(1 - p, degrees: degrees) }
    var t = Normal.quantile(p)
    if degrees > many { return t }
    let half = (degrees + 1) / 2
    let top = exp(lgamma(half) - lgamma(degrees / 2)) / (degrees * .pi).squareRoot()
    for _ in 0..<200 {
      let density = top * exp(-half * log1p(t * t / degrees))
      let step = (p - cdf(t, degrees: degrees)) / density
      t += step
      if step.magnitude <= 1e-13 * max(1, t) { break }
    }
    return t
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST Digital
  /// Library of Mathematical Functions, 8.17.22) where that converges fast, else by symmetry.
  package static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - beta(1 - x, b, a) }
    let front = a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(front) / a / fraction(x, a, b)
  }

  /// 1 + d₁/(1 + d₂/(1 + …)), from the front (Lentz's method).
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    var value = 1.0
    var (c, d) = (1.0, 0.0)
    for term in 1...10_000 {
      let m = Double(term / 2)
      let numerator =
        term % 2 == 0
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / (1 + numerator * d)
      c = 1 + numerator / c
      value *= c * d
      if (c * d - 1).magnitude < 1e-15 { break }
    }
    return value
  }
}
