import CostModel
import Testing

/// docs/validation.md: whatever the traffic, admitted in any span Δ ≤ b + rΔ.
@Suite struct QuotaLawTests {
  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7] as [UInt64])
  func noSpanAdmitsMoreThanBurstPlusRate(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var limits = QuotaLimits()
    let (perMinute, burst) = (60 + random.below(600), 1 + random.below(9))
    limits.requestsPerMinute = perMinute
    limits.burst = burst
    limits.tokensPerMinute = 5000
    if random.chance(1, in: 2) { limits.maxWait = µs(random.below(3_000_000)) }
    if random.chance(1, in: 3) { limits.concurrent = 3 }
    var quota = Quota(limits)
    var admitted: [(start: Int64, tokens: Int64)] = []
    var t: Int64 = 0
    for _ in 0..<700 {
      t += random.chance(1, in: 3) ? 0 : random.below(400_000)
      let tokens = random.chance(1, in: 5) ? random.below(5001) : random.below(100)
      let booking = quota.book(
        at: at(t), tokens: tokens, audio: .zero, duration: µs(random.below(300_000)))
      if case .start(let start) = booking { admitted.append((start.microseconds, tokens)) }
    }
    #expect(admitted.count > 100)
    var excesses = 0
    for first in admitted.indices {
      var tokens: Int64 = 0
      for last in first..<admitted.count {
        tokens += admitted[last].tokens
        let span = admitted[last].start - admitted[first].start
        let calls = Int64(last - first + 1)
        let fits =
          calls * 60_000_000 <= burst * 60_000_000 + perMinute * span
          && tokens * 60_000_000 <= 5000 * 60_000_000 + 5000 * span
        excesses += fits ? 0 : 1
      }
    }
    #expect(excesses == 0, "seed \(seed)")
  }
}
