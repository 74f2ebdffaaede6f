import Foundation

/// Hit ratios of one key that is asked for at a Poisson rate (docs/validation.md, "TTL cache").
/// Rates are per second, times in seconds.
package enum CacheHitRatio {
  /// The TTL runs from the write: λT/(1+λT).
  package static func fixed(rate: Double, ttl: Double) -> Double {
    let x = rate * ttl
    return x.isInfinite ? 1 : x / (1 + x)
  }

  /// Every hit starts the TTL anew: 1 − e^{−λT}.
  package static func refreshing(rate: Double, ttl: Double) -> Double { -expm1(-rate * ttl) }

  /// The TTL runs from the last write, a write takes a response time `latency` < `ttl` after its
  /// miss, and misses meanwhile all go through and write: λ(T+A)/(1+λ(L+T+A)) with
  /// A = L − (1−e^{−λL})/λ. Where only a share s of the misses is answered and stored, 1/s misses come
  /// before a write, and A is that of λs: λ(T+A)/(1/s+λ(L+T+A)).
  package static func withLatency(
    rate: Double, ttl: Double, latency: Double, stored: Double = 1
  ) -> Double {
    guard rate > 0, ttl > 0, stored > 0 else { return 0 }
    let spread = latency + expm1(-rate * stored * latency) / (rate * stored)
    let live = rate * (ttl + spread)
    return live / (1 / stored + rate * latency + live)
  }

  /// Share of the hits lost, within a `span` that starts with an empty cache, against a cache
  /// that has been running forever: (1−h)T/(2·span) to first order, h being the stationary ratio.
  package static func coldStartLoss(hitRatio: Double, ttl: Double, span: Double) -> Double {
    min(1, (1 - hitRatio) * ttl / (2 * span))
  }
}
