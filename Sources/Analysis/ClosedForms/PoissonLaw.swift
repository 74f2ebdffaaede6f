import Foundation

/// A Poisson number.
package struct PoissonLaw {
  package let mean: Double

  /// P(N = k); 0 below 0.
  package func mass(_ k: Int) -> Double {
    guard k >= 0, mean > 0 else { return k == 0 ? 1 : 0 }
    return exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1))
  }

  /// P(N ≥ k).
  package func atLeast(_ k: Int) -> Double {
    guard k > 0 else { return 1 }
    let spread = mean.squareRoot()
    if Double(k) < mean - 10 * spread { return 1 }
    if Double(k) > mean + 40 * spread + 40 { return 0 }
    // The sum of the terms from k on keeps its digits where they are tiny.
    var term = mass(k)
    var sum = term
    var next = Double(k)
    while term > 1e-17 * sum, term > 0 {
      next += 1
      term *= mean / next
      sum += term
    }
    return min(1, sum)
  }

  /// E min(N, k).
  package func mean(cappedAt k: Int) -> Double {
    mean * (1 - atLeast(k - 1)) + Double(k) * atLeast(k)
  }

  /// P(N = 0), P(N = 1) … as far as there are any.
  package var masses: [Double] {
    guard mean > 0 else { return [1] }
    return (0...Int(mean + 12 * mean.squareRoot() + 30)).map(mass)
  }
}
