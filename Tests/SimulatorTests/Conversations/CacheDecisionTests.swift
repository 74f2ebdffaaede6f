import Testing

@testable import Analysis

/// D7 to D9 of docs/validation.md, "Conversations".
@Suite struct CacheDecisionTests {
  /// No other number of calls between compactions costs less: to within the difference that a whole call
  /// makes, by the sum of the calls of a cycle.
  @Test(arguments: [1.0, 0.9, 0.5])
  func noOtherThresholdCostsLess(hit: Double) {
    let prices = CacheDecisions.Prices(input: 3, read: 0.3, write: 3.75, output: 15)
    let (prefix, summary, growth) = (14_300.0, 4_000.0, 935.6)
    let again = hit * prices.read + (1 - hit) * prices.write
    func cost(_ calls: Double) -> Double {
      let least = prefix + summary
      let call = again * (least + calls * growth / 2) + prices.write * growth
      let compaction = again * (least + calls * growth) + (prices.output + prices.write) * summary
      return call + compaction / calls
    }
    let best = CacheDecisions.bestThreshold(
      prefix: prefix, summary: summary, growth: growth, prices: prices, hit: hit)
    for calls in 1...500 { #expect(cost(best.calls) <= cost(Double(calls))) }
    let at = 18_300 + best.calls * 935.6
    #expect(near(best.at, at, 1e-9))
  }

  /// 710 real sessions: 90.51 % read with 5 minutes, 95.37 % with an hour.
  @Test func anHourIsCheaperWhereItReadsEnoughMore() {
    func isLong(_ short: Double, _ long: Double) -> Bool {
      CacheDecisions.longIsCheaper(
        short: short, long: long, write: 1.25, longWrite: 2, read: 0.1)
    }
    let rule = 1.9 * 0.9537 - 1.15 * 0.9051
    #expect(near(rule, 0.7712, 1e-4))
    #expect(isLong(0.9051, 0.9537))
    #expect(!isLong(0.9051, 0.9425) && isLong(0.9051, 0.9427))
    let cost = CacheDecisions.inputCost(readShare: 0.9051, write: 1.25, read: 0.1)
    #expect(near(cost, 0.2091, 1e-4))
  }

  @Test func cachingPaysFromSomeReadShareOn() {
    #expect(near(CacheDecisions.leastReadShare(write: 1.25, read: 0.1), 0.2174, 1e-4))
    #expect(near(CacheDecisions.leastReadShare(write: 2, read: 0.1), 0.5263, 1e-4))
    let least = CacheDecisions.leastReadShare(write: 1.25, read: 0.1)
    #expect(near(CacheDecisions.inputCost(readShare: least, write: 1.25, read: 0.1), 1))
  }

  /// At 100,000 tokens a model written at 2.5 µ$ costs (2.5 − 0.3)·0.1 = $0.22 to warm up, against the one
  /// before, which is read at 0.3: 22 calls that save a cent each.
  @Test func switchingPaysWithEnoughCallsLeft() {
    func pays(_ calls: Double) -> Bool {
      CacheDecisions.switchingPays(
        prompt: 100_000, callsLeft: calls, saving: 10_000, read: 0.3, write: 2.5)
    }
    #expect(!pays(22) && pays(22.01))
  }

  @Test func aPrefixIsWorthElevenEmptyReads() {
    #expect(CacheDecisions.warmingReads(write: 1.25, read: 0.1) == 11)
    #expect(CacheDecisions.warmingReads(write: 2, read: 0.1) == 19)
    #expect(CacheDecisions.warmingReads(write: 1.2, read: 0.2) == 5)
  }
}

private func near(_ a: Double, _ b: Double, _ most: Double = 1e-12) -> Bool {
  (a - b).magnitude < most
}
