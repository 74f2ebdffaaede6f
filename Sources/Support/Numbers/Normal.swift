import Foundation

/// The standard normal distribution.
package enum Normal {
  /// P(Z < z).
  package static func cdf(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with P(Z < z) = p, for 0 < p < 1: bisection of `cdf`, exact to 1e-14.
  package static func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a probability inside (0, 1)")
    var low = -39.0
    var high = 39.0
    for _ in 0..<80 {
      let middle = 0.5 * (low + high)
      if cdf(middle) < p { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
