import CostModel
import Testing

@testable import Analysis
@testable import Support

/// How often a breaker turns attempts away, against the breaker itself under Poisson attempts of 500
/// to 2,000 cycles. Cycles are independent, so an estimate has a standard error of its own: the formula
/// must lie within its stated bounds around six of them (1 in 500 million by chance).
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

  /// Failures by number, within 3 %; in a row, within 8 %.
  @Test(arguments: [
    Case(rule: .failures(1, consecutive: false), attempts: 1, failing: 0.05),
    Case(rule: .failures(2, consecutive: false), attempts: 1, failing: 0.1, probes: 1),
    Case(rule: .failures(3, consecutive: false), attempts: 1, failing: 0.05),
    Case(rule: .failures(3, consecutive: false), attempts: 5, failing: 0.5),
    Case(rule: .failures(3, consecutive: false), attempts: 5, failing: 0.02, probes: 1),
    Case(rule: .failures(5, consecutive: false), attempts: 5, failing: 0.04),
    Case(rule: .failures(10, consecutive: false), attempts: 2, failing: 0.4),
    Case(rule: .failures(20, consecutive: false), attempts: 3, failing: 0.5),
    Case(rule: .failures(50, consecutive: false), attempts: 5, failing: 0.8),
    Case(rule: .failures(50, consecutive: false), attempts: 10, failing: 0.8),
  ])
  func failuresByNumber(_ item: Case) { expect(item, within: 0.97...1.03) }

  @Test(arguments: [
    Case(rule: .failures(2, consecutive: true), attempts: 2, failing: 0.2),
    Case(rule: .failures(3, consecutive: true), attempts: 0.3, failing: 0.5),
    Case(rule: .failures(5, consecutive: true), attempts: 20, failing: 0.6, probes: 1),
    Case(rule: .failures(5, consecutive: true), attempts: 0.3, failing: 0.9),
    Case(rule: .failures(10, consecutive: true), attempts: 0.5, failing: 0.95),
    Case(rule: .failures(30, consecutive: true), attempts: 2, failing: 0.9),
  ])
  func failuresInARow(_ item: Case) { expect(item, within: 0.92...1.08) }

  /// By rate: where more fail than the share, nearly exact; else it opens less often than is said, down
  /// to four in ten.
  @Test(arguments: [
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 10), attempts: 3, failing: 0.8),
    Case(rule: .rate(billionths: 100_000_000, minimumCalls: 100), attempts: 30, failing: 0.12),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 20), attempts: 1.5, failing: 0.7),
    Case(rule: .rate(billionths: 50_000_000, minimumCalls: 50), attempts: 4, failing: 0.08),
    Case(rule: .rate(billionths: 900_000_000, minimumCalls: 10), attempts: 2, failing: 0.97),
  ])
  func ratesAboveTheShare(_ item: Case) { expect(item, within: 0.8...1.05) }

  @Test(arguments: [
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 10), attempts: 3, failing: 0.4),
    Case(rule: .rate(billionths: 100_000_000, minimumCalls: 20), attempts: 10, failing: 0.1),
    Case(rule: .rate(billionths: 200_000_000, minimumCalls: 10), attempts: 2, failing: 0.05),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 20), attempts: 5, failing: 0.3),
    Case(rule: .rate(billionths: 100_000_000, minimumCalls: 100), attempts: 30, failing: 0.08),
    Case(rule: .rate(billionths: 50_000_000, minimumCalls: 50), attempts: 4, failing: 0.03),
    Case(rule: .rate(billionths: 500_000_000, minimumCalls: 10), attempts: 0.5, failing: 0.3),
  ])
  func ratesBelowTheShare(_ item: Case) { expect(item, within: 0.4...1.05) }

  /// - Parameter bounds: of the mean time between openings that the formula gives, over the true one.
  private func expect(_ item: Case, within bounds: ClosedRange<Double>) {
    var random = TestRandom(seed: 77)
    var breaker = Breaker(Self.settings(item))
    var (time, opened, all, away) = (Int64(0), Int64(0), 0, 0)
    var cycles = SampleMean()
    while cycles.count < 2_000, cycles.count < 500 || all < 1_000_000 {
      time += 1 + Int64(-ExactMath.log(1 - random.uniform()) / item.attempts * 1e6)
      let now = SimTime(microseconds: time)
      all += 1
      if breaker.blocks(at: now) {
        away += 1
        continue
      }
      let isProbe = breaker.begin(at: now)
      let success = random.uniform() >= item.failing
      if breaker.record(success: success, at: now, isProbe: isProbe) {
        cycles.add(Double(time - opened) / 1e6)
        opened = time
      }
    }
    let share = BreakerShare(Self.settings(item), attempts: item.attempts, failing: item.failing)
    let ratio = 1 / share.openings / cycles.mean
    let slack = 6 * cycles.error / cycles.mean
    #expect(
      ratio > bounds.lowerBound - slack && ratio < bounds.upperBound + slack,
      "\(item): \(ratio) ± \(slack / 6)")
    // 5 s of each opening, of all attempts' time.
    #expect((share.turnedAway - 5 * share.openings).magnitude < 1e-12)
    let seen = Double(away) / Double(all)
    #expect(share.turnedAway / seen > 0.95 / (bounds.upperBound + slack), "\(share) \(seen)")
    #expect(share.turnedAway / seen < 1.05 / (bounds.lowerBound - slack), "\(share) \(seen)")
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

  /// Three failures, by the formula of docs/validation.md as it stands where it has all its digits, by
  /// hand: for 30 and more failures a window the third of them opens it; for few, the second and third
  /// follow within a window with the chance x²/2.
  @Test(arguments: [
    (30.0, 3.0), (100, 3), (700, 3), (5_000, 3), (1e-4, 2e8), (1e-7, 2e14), (1e-9, 2e18),
  ])
  func threeFailuresAtTheEnds(perWindow x: Double, failures: Double) {
    #expect((BreakerOpening.meanFailures(3, perWindow: x) / failures - 1).magnitude < 1e-3)
  }

  /// No gap between the formula's branches.
  @Test(arguments: [1e-6, 1.3862943611198906])
  func threeFailuresAreOneCurve(at x: Double) {
    let (below, above) = (x * (1 - 1e-6), x * (1 + 1e-6))
    let values = [below, above].map { BreakerOpening.meanFailures(3, perWindow: $0) }
    #expect(values[0] > values[1] && values[0] / values[1] - 1 < 1e-5)
  }

  /// However many there are: finite or so rare that a Double does not hold it, and in order.
  @Test(arguments: [2, 3, 4, 5, 10, 100, 20_000]) func moreFailuresTakeLonger(count: Int) {
    for x in [0.01, 0.5, 3, 50, 25_000] {
      let (fewer, more) = (
        BreakerOpening.meanFailures(count, perWindow: x),
        BreakerOpening.meanFailures(count + 1, perWindow: x)
      )
      #expect(fewer >= Double(count) - 1e-6 && more > fewer || more == .infinity, "\(x)")
    }
  }
}
