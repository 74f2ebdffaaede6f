import CostModel
import Testing

/// The breaker under Poisson failures against docs/validation.md, "Breaker". False alarms: see
/// `Estimate`, rarer than 1e-6; the seeds are fixed.
@Suite struct BreakerClosedFormTests {
  private let window = 1e6
  private let open = 700_000.0

  private func settings(probes: Int) -> BreakerSettings {
    BreakerSettings(
      failures: 3, window: µs(Int64(window)), open: µs(Int64(open)), probes: probes)
  }

  /// Both branches of the formula: real roots from 1.39 failures a window on.
  @Test(arguments: [0.5, 1, 1.3, 1.5, 3, 6])
  func meanTimeToOpen(perWindow: Double) {
    var arrivals = PoissonProcess(meanGap: window / perWindow, seed: 21)
    let times = (0..<3000).map { _ in
      var breaker = Breaker(settings(probes: 0))
      let begin = arrivals.next()
      // The process has no memory: the wait for the first failure is begun anew.
      while true {
        let e = arrivals.next()
        if breaker.record(success: false, at: at(e), isProbe: false) { return Double(e - begin) }
      }
    }
    let expected = ClosedForms.meanTimeToOpen(rate: perWindow / window, window: window)
    #expect(Estimate(times).agrees(with: expected), "\(Estimate(times)), expected \(expected)")
  }

  /// Poisson attempts see time averages: the share blocked is the share of time that is shut.
  private func blockedShare(
    perWindow: Double, failing: Double, probes: Int, probeLatency: Int64
  ) -> Estimate {
    var breaker = Breaker(settings(probes: probes))
    var arrivals = PoissonProcess(meanGap: window / perWindow, seed: 22)
    var luck = SplitMix64(seed: 23)
    var probeOutcome: (at: Int64, success: Bool)?
    let shares = (0..<200).map { _ in
      (0..<600).reduce(0.0) { blocked, _ in
        let t = arrivals.next()
        if let outcome = probeOutcome, outcome.at <= t {
          _ = breaker.record(success: outcome.success, at: at(outcome.at), isProbe: true)
          probeOutcome = nil
        }
        if breaker.blocks(at: at(t)) { return blocked + 1.0 / 600 }
        let success = luck.uniform() >= failing
        if breaker.begin(at: at(t)) {
          probeOutcome = (t + probeLatency, success)
        } else {
          _ = breaker.record(success: success, at: at(t), isProbe: false)
        }
        return blocked
      }
    }
    return Estimate(shares)
  }

  @Test(arguments: [(2.0, 1.0), (4, 0.5), (20, 0.1)])
  func shareOfTimeOpenWithoutProbes(perWindow: Double, failing: Double) {
    let share = blockedShare(
      perWindow: perWindow, failing: failing, probes: 0, probeLatency: 0)
    let closed = ClosedForms.meanTimeToOpen(rate: perWindow * failing / window, window: window)
    let expected = open / (open + closed)
    #expect(share.agrees(with: expected), "\(share), expected \(expected)")
  }

  /// With probes a cycle has 1/(1 − p) rounds of open time, wait for an attempt and probe.
  @Test(arguments: [(4.0, 0.5, 1), (20, 0.1, 1), (5, 0.8, 1), (4, 0.5, 300_000)])
  func shareOfTimeShutWithProbes(perWindow: Double, failing: Double, latency: Int64) {
    let share = blockedShare(
      perWindow: perWindow, failing: failing, probes: 1, probeLatency: latency)
    let closed = ClosedForms.meanTimeToOpen(rate: perWindow * failing / window, window: window)
    let rounds = 1 / (1 - failing)
    let shut = rounds * (open + Double(latency))
    let expected = shut / (shut + rounds * window / perWindow + closed)
    #expect(share.agrees(with: expected), "\(share), expected \(expected)")
  }
}
