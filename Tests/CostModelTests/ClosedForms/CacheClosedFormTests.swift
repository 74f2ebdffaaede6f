import CostModel
import Testing

/// The response cache under Poisson traffic on one key against docs/validation.md, "TTL cache".
/// False alarms: see `Estimate`, rarer than 1e-6; the seeds are fixed.
@Suite struct CacheClosedFormTests {
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
