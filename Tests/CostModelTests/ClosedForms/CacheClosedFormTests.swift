import CostModel
import Testing

/// The response cache under Poisson traffic on one key against docs/validation.md, "TTL cache".
/// False alarms: see `Estimate`, rarer than 1e-6; the seeds are fixed.
@Suite struct CacheClosedFormTests {
  /// A flush costs a key h²/2 misses more than it would have had, which is what a hit rate costs that
  /// climbs from 0 back to h in a straight line over (1 − h) of the ttl: λ·h·(1 − h)·T/2 calls, with
  /// λT = h/(1 − h).
  @Test(arguments: [0.2, 0.5, 0.8, 0.95]) func aFlushCostsASquareOfTheHitRate(hitRate h: Double) {
    let ttl: Int64 = 1_000_000
    let perTTL = h / (1 - h)
    var seed: UInt64 = 40
    let extra = (0..<400).map { _ in
      (0..<25).reduce(0.0) { sum, _ in
        seed += 1
        var arrivals = PoissonProcess(meanGap: Double(ttl) / perTTL, seed: seed)
        let key = ResponseCacheKey(model: ModelID(0), prompt: 1)
        var (calm, flushed) = (ResponseCache(), ResponseCache())
        var more = 0.0
        // Long before the flush and long after it both have forgotten how they began.
        var isFlushed = false
        while true {
          let t = arrivals.next()
          if t > 40 * ttl { break }
          if t >= 20 * ttl, !isFlushed {
            isFlushed = true
            flushed = ResponseCache()
          }
          if !calm.lookup(key, at: at(t)) {
            more -= 1
            calm.store(key, at: at(t), ttl: µs(ttl))
          }
          if !flushed.lookup(key, at: at(t)) {
            more += 1
            flushed.store(key, at: at(t), ttl: µs(ttl))
          }
        }
        return sum + more / 25
      }
    }
    let estimate = Estimate(extra)
    #expect(estimate.agrees(with: h * h / 2), "\(estimate), expected \(h * h / 2)")
  }

  @Test(arguments: [(0.3, 0.0), (1, 0), (5, 0), (0.5, 0.4), (2, 0.5), (4, 0.9)])
  func hitRatio(perTTL: Double, latencyPerTTL: Double) {
    let ttl: Int64 = 1_000_000
    let latency = Int64(latencyPerTTL * Double(ttl))
    var arrivals = PoissonProcess(meanGap: Double(ttl) / perTTL, seed: 7)
    var cache = ResponseCache()
    let key = ResponseCacheKey(model: ModelID(0), prompt: 1)
    var completions: [Int64] = []
    var next = 0
    let hits = (0..<200).map { _ in
      (0..<400).reduce(0.0) { hits, _ in
        let t = arrivals.next()
        while next < completions.count, completions[next] <= t {
          cache.store(key, at: at(completions[next]), ttl: µs(ttl))
          next += 1
        }
        if cache.lookup(key, at: at(t)) { return hits + 1.0 / 400 }
        completions.append(t + latency)
        return hits
      }
    }
    // The write of a miss without latency precedes the next arrival, not its own.
    let expected = ClosedForms.hitRatio(
      rate: perTTL, ttl: 1, latency: latencyPerTTL)
    #expect(Estimate(hits).agrees(with: expected), "\(Estimate(hits)), expected \(expected)")
  }
}
