import CostModel
import Testing

@testable import Simulator

/// How often a breaker turns attempts away, against the breaker itself under Poisson attempts of 2,000
/// cycles or more: an estimate within about 5 %, while the formula is good to a factor.
@Suite struct BreakerShareTests {
  struct Case: Sendable {
    var rule: BreakerSettings.Rule
    var attempts: Double
    var failing: Double
    var probes = 0
  }

  private static func settings(_ item: Case) -> BreakerSettings {
    BreakerSettings(
      rule: item.rule, window: SimDuration(microseconds: 10_000_000),
      open: SimDuration(microseconds: 5_000_000), probes: item.probes)
  }

  @Test(arguments: [
    Case(rule: .failures(3, consecutive: false), attempts: 1, failing: 0.05),
    Case(rule: .failures(3, consecutive: false), attempts: 5, failing: 0.5),
    Case(rule: .failures(3, consecutive: false), attempts: 5, failing: 0.02, probes: 1),
    Case(rule: .failures(2, consecutive: true), attempts: 2, failing: 0.2),
    Case(rule: .failures(5, consecutive: true), attempts: 20, failing: 0.6, probes: 1),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 10), attempts: 3, failing: 0.8),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 10), attempts: 3, failing: 0.4),
    Case(rule: .rate(billionths: 100_000_000, minimumCalls: 20), attempts: 10, failing: 0.1),
    Case(rule: .rate(billionths: 200_000_000, minimumCalls: 10), attempts: 2, failing: 0.05),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 20), attempts: 5, failing: 0.3),
    Case(rule: .rate(billionths: 100_000_000, minimumCalls: 100), attempts: 30, failing: 0.08),
  ])
  func isAsTheBreakerDoes(_ item: Case) {
    var random = TestRandom(seed: 77)
    var breaker = Breaker(Self.settings(item))
    var (time, away, openings, all) = (Int64(0), 0, 0, 0)
    while openings < 2_000, all < 2_000_000 {
      time += 1 + Int64(-ExactMath.log(1 - random.uniform()) / item.attempts * 1e6)
      let now = SimTime(microseconds: time)
      all += 1
      if breaker.blocks(at: now) {
        away += 1
        continue
      }
      let isProbe = breaker.begin(at: now)
      let success = random.uniform() >= item.failing
      if breaker.record(success: success, at: now, isProbe: isProbe) { openings += 1 }
    }
    let share = BreakerShare(Self.settings(item), attempts: item.attempts, failing: item.failing)
    let seen = Double(away) / Double(all)
    #expect(seen > 0.001, "\(item): the case is about something")
    #expect(share.turnedAway / seen > 0.5 && share.turnedAway / seen < 2, "\(share) \(seen)")
    let rate = Double(openings) / (Double(time) / 1e6)
    #expect(share.openings / rate > 0.5 && share.openings / rate < 2, "\(share) \(rate)")
  }

  /// The issue of a breaker by number: 0.5 % of 3 million calls a month trip 3 failures in 5 minutes,
  /// and a rate of half of at least 100 calls never.
  @Test func aRateIsNotTrippedByTraffic() {
    let minutes5 = SimDuration(microseconds: 300_000_000)
    func share(_ rule: BreakerSettings.Rule) -> BreakerShare {
      BreakerShare(
        BreakerSettings(rule: rule, window: minutes5, open: .minute), attempts: 3e6 / 2.592e6,
        failing: 0.005)
    }
    #expect(share(.failures(3, consecutive: false)).turnedAway > 0.05)
    #expect(share(.rate(billionths: 500_000_000, minimumCalls: 100)).turnedAway == 0)
  }

  /// Exact for three failures, by another formula.
  @Test(arguments: [0.01, 0.1, 10])
  func threeFailuresAreAsTheExactFormulaSays(perWindow: Double) {
    let rate = perWindow / 10
    let item = Case(rule: .failures(3, consecutive: false), attempts: rate, failing: 1)
    let share = BreakerShare(Self.settings(item), attempts: rate, failing: 1)
    let exact = 1 / (5 + BreakerOpening.meanTime(rate: rate, window: 10))
    #expect((share.openings / exact - 1).magnitude < 0.2, "\(share.openings) \(exact)")
  }
}
