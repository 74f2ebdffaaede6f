import CostModel
import Testing

/// The quota and its reference on random schedules: limits of a few microseconds a call, so that
/// every wait is checked microsecond by microsecond, with ties and calls larger than the limit.
@Suite struct QuotaAgainstReferenceTests {
  @Test func agreeOnRandomBuckets() {
    agree(seeds: 0..<1000) { random in
      var limits = self.bucketsOrNone(&random)
      self.addOthers(to: &limits, &random)
      return limits
    }
  }

  @Test func agreeOnRandomWindows() {
    agree(seeds: 10_000..<10_700) { random in
      var limits = QuotaLimits()
      let window = 1 + random.below(12)
      limits.window = µs(window)
      func limit() -> Int64 { (60_000_000 * (1 + random.below(4)) + random.below(50)) / window + 1 }
      if random.chance(2, in: 3) { limits.requestsPerMinute = limit() }
      if random.chance(2, in: 3) { limits.tokensPerMinute = limit() }
      self.addOthers(to: &limits, &random)
      return limits
    }
  }

  @Test func agreeOnRandomSlotsAndAudio() {
    agree(seeds: 20_000..<20_500) { random in
      var limits = QuotaLimits()
      limits.concurrent = 1 + Int(random.below(4))
      if random.chance(1, in: 3) { limits.audioPerDay = µs(1 + random.below(20)) }
      if random.chance(1, in: 3) { limits.maxWait = µs(random.below(20)) }
      return limits
    }
  }

  /// About one call or token in 2 to 20 microseconds.
  private func bucketsOrNone(_ random: inout SplitMix64) -> QuotaLimits {
    var limits = QuotaLimits()
    if random.chance(2, in: 3) {
      limits.requestsPerMinute = 3_000_000 + random.below(27_000_000)
      limits.burst = 1 + random.below(4)
    }
    if random.chance(2, in: 3) { limits.tokensPerMinute = 1 + random.below(60_000_000) }
    return limits
  }

  private func addOthers(to limits: inout QuotaLimits, _ random: inout SplitMix64) {
    if random.chance(1, in: 3) { limits.concurrent = 1 + Int(random.below(3)) }
    if random.chance(1, in: 6) { limits.audioPerDay = µs(1 + random.below(60)) }
    if random.chance(1, in: 3) { limits.maxWait = µs(random.below(25)) }
  }

  private func agree(seeds: Range<UInt64>, limits make: (inout SplitMix64) -> QuotaLimits) {
    var stepped = 0
    for seed in seeds {
      var random = SplitMix64(seed: seed)
      let limits = make(&random)
      var fast = Quota(limits)
      var slow = QuotaReference(limits)
      var t: Int64 = random.below(40) - 20
      for n in 0..<25 {
        t += random.chance(1, in: 2) ? 0 : random.below(15)
        let call = call(n, limits: limits, &random)
        let expected = slow.book(
          at: t, tokens: call.tokens, audio: call.audio, duration: call.duration)
        let wait = fast.wait(at: at(t), tokens: call.tokens, audio: µs(call.audio))
        // What starts at once may be asked for as that, with the same state after it.
        let startsNow = fast.bookAtOnce(
          at: at(t), tokens: call.tokens, audio: µs(call.audio), duration: µs(call.duration))
        let booking =
          startsNow
          ? .start(at(t))
          : fast.book(
            at: at(t), tokens: call.tokens, audio: µs(call.audio), duration: µs(call.duration))
        #expect(startsNow == (booking == .start(at(t))), "seed \(seed), call \(n) of \(limits)")
        guard booking == (expected.map { .start(at($0)) } ?? .throttled) else {
          Issue.record(
            "seed \(seed), call \(n) of \(limits): \(booking), expected \(expected as Any)")
          return
        }
        let isExplained =
          booking == .start(wait.start)
          || booking == .throttled && limits.maxWait.map { wait.start - at(t) > $0 } == true
        #expect(isExplained, "seed \(seed), call \(n) of \(limits): \(booking) but \(wait)")
        #expect((wait.cause == nil) == (wait.start == at(t)), "seed \(seed): \(wait)")
      }
      stepped += slow.steppedStarts
    }
    #expect(stepped > 5 * seeds.count, "most starts are checked microsecond by microsecond")
  }

  private func call(
    _ n: Int, limits: QuotaLimits, _ random: inout SplitMix64
  ) -> (tokens: Int64, audio: Int64, duration: Int64) {
    var tokens = random.below(6)
    // The first call empties the token bucket but for a little, or leaves a debt: a bucket of a
    // minute's worth would otherwise never be felt within microseconds.
    if let perMinute = limits.tokensPerMinute, limits.window == nil, n == 0 {
      tokens = max(0, perMinute - 10 + random.below(20))
    } else if random.chance(1, in: 40), let perMinute = limits.tokensPerMinute {
      tokens = random.below(2 * perMinute)
    }
    return (tokens, random.chance(1, in: 2) ? 0 : random.below(25), random.below(15))
  }
}
