import Foundation

/// The formulas of docs/validation.md that single machines must follow; rates and times are in any
/// one unit. Independent of the product's own.
enum ClosedForms {
  /// Hit ratio of one key at `rate` with lifetime `ttl` from the write, overwritten by concurrent
  /// misses of `latency` < `ttl`.
  static func hitRatio(rate: Double, ttl: Double, latency: Double = 0) -> Double {
    let a = latency - (1 - exp(-rate * latency)) / rate
    return rate * (ttl + a) / (1 + rate * (latency + ttl + a))
  }

  /// Share of calls refused by a bucket of `burst` calls at load `rho`.
  static func bucketLoss(burst: Int, rho: Double) -> Double {
    let w = bucketSum(upTo: burst - 1, rho: rho)
    return 1 - w / (1 + rho * w)
  }

  /// P(wait ≤ `calls`/rate) in the queue before a bucket at load `rho` < 1.
  static func bucketWait(atMost calls: Int, burst: Int, rho: Double) -> Double {
    (1 - rho) * bucketSum(upTo: calls + burst - 1, rho: rho)
  }

  /// Σ_{k≤y} e^{ρ(y−k)} (−ρ(y−k))^k / k!
  private static func bucketSum(upTo y: Int, rho: Double) -> Double {
    (0...y).reduce(0) { sum, k in
      let load = rho * Double(y - k)
      return sum + (1...max(k, 1)).reduce(exp(load)) { k == 0 ? $0 : -$0 * load / Double($1) }
    }
  }

  /// Share refused by windows that admit `limit` of `mean` Poisson calls.
  static func windowLoss(limit: Int, mean a: Double) -> Double {
    var term = exp(-a)
    var below = 0.0  // F(limit − 1)
    for k in 0..<limit {
      below += term
      term *= a / Double(k + 1)
    }
    return 1 - (a * below + Double(limit) * (1 - below - term)) / a
  }

  static func erlangB(servers: Int, load a: Double) -> Double {
    (1...servers).reduce(1) { b, n in a * b / (Double(n) + a * b) }
  }

  static func erlangC(servers: Int, load a: Double) -> Double {
    let b = erlangB(servers: servers, load: a)
    return b / (1 - a / Double(servers) * (1 - b))
  }

  /// Mean time until 3 failures of a Poisson process of `rate` lie within `window`.
  static func meanTimeToOpen(rate v: Double, window: Double) -> Double {
    let q = exp(-v * window)
    let discriminant = 1 - 4 * q
    let root = v / 2 * abs(discriminant).squareRoot()
    let growth = exp(v / 2 * window)
    let z: Double
    if discriminant > 0 {
      let (s1, s2) = (v / 2 + root, v / 2 - root)
      let (e1, e2) = (growth * exp(root * window), growth * exp(-root * window))
      z = (s1 * e2 - s2 * e1) / (s1 - s2 - q * (s1 * e1 - s2 * e2))
    } else {
      // s₂ and e₂ are the conjugates of s₁ = v/2 + i·root and e₁: the quotient of imaginary parts.
      let (c, s) = (growth * cos(root * window), growth * sin(root * window))
      z = (root * c - v / 2 * s) / (root - q * (root * c + v / 2 * s))
    }
    return (1 + z) / v
  }
}
