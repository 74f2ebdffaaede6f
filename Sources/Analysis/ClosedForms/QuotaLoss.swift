import Foundation

/// Shares of Poisson calls that a limit refuses (docs/validation.md, "Quotas").
package enum QuotaLoss {
  /// A bucket of `burst` calls refilled at r, offered λ = `load`·r, without a queue: with
  /// w = Σ_{k<b} e^{ρ(b−1−k)}(−ρ(b−1−k))^k/k!, 1 − w/(1+ρw).
  package static func bucket(load: Double, burst: Int) -> Double {
    guard load > 0 else { return 0 }
    precondition(burst > 0, "a bucket holds a call")
    let w = renewalSum(load: load, upTo: Double(burst - 1))
    return w < 1e300 ? max(0, 1 - w / (1 + load * w)) : 1 - 1 / load
  }

  /// P(wait ≤ x/r) of a queue behind a bucket of b calls, ρ < 1: with y = x+b−1,
  /// (1−ρ)Σ_{k≤y} e^{ρ(y−k)}(−ρ(y−k))^k/k!.
  package static func waitWithin(calls x: Double, load: Double, burst: Int) -> Double {
    load < 1 ? (1 - load) * renewalSum(load: load, upTo: x + Double(burst - 1)) : 0
  }

  /// At most `limit` a window of fixed length with `mean` calls expected in it:
  /// 1 − [a·F(K−1) + K(1−F(K))]/a, F being Poisson(a).
  package static func fixedWindow(mean a: Double, limit: Int) -> Double {
    guard a > 0 else { return 0 }
    let below = poissonCDF(limit - 1, mean: a)
    let upTo = poissonCDF(limit, mean: a)
    return max(0, 1 - (a * below + Double(limit) * (1 - upTo)) / a)
  }

  /// P(N ≤ n) of a Poisson number with that mean.
  package static func poissonCDF(_ n: Int, mean: Double) -> Double {
    guard n >= 0 else { return 0 }
    var sum = 0.0
    for k in 0...n { sum += exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1)) }
    return min(1, sum)
  }

  /// w(y) = Σ_{k≤y} e^{ρ(y−k)}(−ρ(y−k))^k/k!.
  ///
  /// The alternating sum loses all its digits from y ≈ 30 on, so beyond 8 the equation that it
  /// solves, w′(y) = ρ(w(y) − w(y−1)), is integrated instead (trapezoids, relative error 1e-6).
  private static func renewalSum(load: Double, upTo y: Double) -> Double {
    guard y > 8 else { return alternatingSum(load: load, upTo: y) }
    let steps = 256
    let a = load / Double(2 * steps)
    var w = (0...steps).map { exp(load * Double($0) / Double(steps)) }
    let last = Int((y * Double(steps)).rounded())
    w.reserveCapacity(last + 1)
    while w.count <= last {
      let n = w.count - 1
      w.append((w[n] * (1 + a) - a * (w[n - steps] + w[n + 1 - steps])) / (1 - a))
      if w[n + 1] > 1e300 { return .infinity }
    }
    return w[last]
  }

  private static func alternatingSum(load: Double, upTo y: Double) -> Double {
    guard y >= 0 else { return 0 }
    return (0...Int(y)).reduce(0.0) { sum, k in
      let x = load * (y - Double(k))
      let term = (1...max(1, k)).prefix(k).reduce(exp(x)) { $0 * -x / Double($1) }
      return sum + term
    }
  }
}
