import Foundation

/// How long a breaker of three failures takes to open (docs/validation.md, "Breaker").
enum BreakerOpening {
  /// Mean time in seconds until 3 failures, Poisson at `rate` a second, lie within `window`:
  /// (1+Z)/ν with q = e^{−νW}, s₁,₂ = ν/2·(1 ± √(1−4q)), e_i = e^{s_i W},
  /// Z = (s₁e₂ − s₂e₁)/(s₁ − s₂ − q(s₁e₁ − s₂e₂)), complex where 4q > 1.
  static func meanTime(rate: Double, window: Double) -> Double {
    let x = rate * window
    let q = exp(-x)
    let root = 1 - 4 * q
    return (1 + (root >= 0 ? realZ(x, q, root.squareRoot()) : complexZ(x, q, (-root).squareRoot())))
      / rate
  }

  /// In units of ν: s = (1 ± d)/2.
  private static func realZ(_ x: Double, _ q: Double, _ d: Double) -> Double {
    guard d > 1e-6 else { return limitZ(x, q) }
    let s = (0.5 * (1 + d), 0.5 * (1 - d))
    // Divided by e₁ throughout, so that nothing overflows.
    let ratio = exp((s.1 - s.0) * x)
    return (s.0 * ratio - s.1) / (d * exp(-s.0 * x) - q * (s.0 - s.1 * ratio))
  }

  /// s = (1 ± iδ)/2: every difference is twice an imaginary part.
  private static func complexZ(_ x: Double, _ q: Double, _ delta: Double) -> Double {
    guard delta > 1e-6 else { return limitZ(x, q) }
    let size = exp(x / 2)
    let angle = delta * x / 2
    let crossed = size * (delta * cos(angle) - sin(angle)) / 2
    let straight = size * (delta * cos(angle) + sin(angle)) / 2
    return crossed / (delta / 2 - q * straight)
  }

  /// Both roots 1/2, at q = 1/4.
  private static func limitZ(_ x: Double, _ q: Double) -> Double {
    let size = exp(x / 2)
    return size * (1 - x / 2) / (1 - q * size * (1 + x / 2))
  }
}
