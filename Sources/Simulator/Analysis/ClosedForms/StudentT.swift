import Foundation

/// Student's t distribution, for any number of degrees above 0.
enum StudentT {
  /// P(T < t).
  static func cdf(_ t: Double, degrees: Double) -> Double {
    let tail = 0.5 * beta(degrees / (degrees + t * t), degrees / 2, 0.5)
    return t > 0 ? 1 - tail : tail
  }

  /// The t with P(T < t) = p, for 0 < p < 1: bisection of `cdf`.
  static func quantile(_ p: Double, degrees: Double) -> Double {
    precondition(p > 0 && p < 1, "a probability inside (0, 1)")
    if p < 0.5 { return -quantile(1 - p, degrees: degrees) }
    var low = 0.0
    var high = 1.0
    while high < 1e12, cdf(high, degrees: degrees) < p { (low, high) = (high, 2 * high) }
    for _ in 0..<80 {
      let middle = 0.5 * (low + high)
      if cdf(middle, degrees: degrees) < p { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST Digital
  /// Library of Mathematical Functions, 8.17.22) where that converges fast, else by symmetry.
  static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
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
