import CostModel
import Foundation
import Testing

/// Quotas under Poisson traffic against docs/validation.md, "Quotas". False alarms: see `Estimate`,
/// rarer than 1e-6; the seeds are fixed.
@Suite struct QuotaClosedFormTests {
  /// The waits of Poisson calls in microseconds, nil if throttled, in batches.
  private func waits(
    _ set: (inout QuotaLimits) -> Void, meanGap: Double, meanDuration: Double = 0,
    batchSize: Int = 400
  ) -> [[Int64?]] {
    var limits = QuotaLimits()
    set(&limits)
    var quota = Quota(limits)
    var arrivals = PoissonProcess(meanGap: meanGap, seed: 11)
    var durations = SplitMix64(seed: 12)
    return (0..<200).map { _ in
      (0..<batchSize).map { _ in
        let t = arrivals.next()
        let duration = Int64(durations.exponential(mean: meanDuration))
        let booking = quota.book(at: at(t), tokens: 0, audio: .zero, duration: µs(duration))
        guard case .start(let start) = booking else { return nil }
        return start.microseconds - t
      }
    }
  }

  private func share(of waits: [[Int64?]], where holds: (Int64?) -> Bool) -> Estimate {
    Estimate(waits.map { Double($0.count(where: holds)) / Double($0.count) })
  }

  @Test(arguments: [(1, 0.8), (3, 0.9), (3, 1.5), (8, 1.1)])
  func bucketThatDrops(burst: Int, rho: Double) {
    let w = waits(
      {
        $0.requestsPerMinute = 60
        $0.burst = Int64(burst)
        $0.maxWait = .zero
      }, meanGap: 1e6 / rho)
    let lost = share(of: w) { $0 == nil }
    let expected = ClosedForms.bucketLoss(burst: burst, rho: rho)
    #expect(lost.agrees(with: expected), "\(lost), expected \(expected)")
  }

  @Test(arguments: [(0, 1), (2, 1), (0, 4), (3, 2)])
  func bucketThatQueues(calls: Int, burst: Int) {
    let rho = 0.7
    let w = waits(
      {
        $0.requestsPerMinute = 60
        $0.burst = Int64(burst)
      }, meanGap: 1e6 / rho)
    let early = share(of: w) { ($0 ?? .max) <= 1_000_000 * Int64(calls) }
    let expected = ClosedForms.bucketWait(atMost: calls, burst: burst, rho: rho)
    #expect(early.agrees(with: expected), "\(early), expected \(expected)")
  }

  /// Digits from the definition, E max(0, N − K) / a, summed with another program.
  @Test func lossesAt83AMinuteAgainst100() {
    func percent(_ x: Double) -> String { String(format: "%.4f", x * 100) }
    #expect(percent(ClosedForms.windowLoss(limit: 100, mean: 83)) == "0.1581")
    #expect(percent(ClosedForms.windowLoss(limit: 16, mean: 83.0 / 6)) == "4.8427")
    #expect(percent(ClosedForms.windowLoss(limit: 1, mean: 83.0 / 60)) == "45.8367")
    #expect(percent(ClosedForms.bucketLoss(burst: 20, rho: 0.83)) == "0.0156")
  }

  /// Batches of whole windows, which are independent.
  @Test(arguments: [(1, 1), (10, 16), (60, 100)])
  func windowThatDrops(length: Int64, admits: Int) {
    var limits = QuotaLimits()
    limits.requestsPerMinute = 100
    limits.window = seconds(length)
    limits.maxWait = .zero
    var quota = Quota(limits)
    var arrivals = PoissonProcess(meanGap: 60e6 / 83, seed: 13)
    let batch = 600 * Int64(1_000_000)
    var calls = [Double](repeating: 0, count: 200)
    var lost = calls
    var t = arrivals.next()
    while t < 200 * batch {
      calls[Int(t / batch)] += 1
      let booking = quota.book(at: at(t), tokens: 9, audio: .zero, duration: .second)
      lost[Int(t / batch)] += booking == .throttled ? 1 : 0
      t = arrivals.next()
    }
    let share = Estimate(ratioOf: lost, to: calls)
    let expected = ClosedForms.windowLoss(limit: admits, mean: 83 * Double(length) / 60)
    #expect(share.agrees(with: expected), "\(share), expected \(expected)")
  }

  @Test(arguments: [(1, 0.5), (3, 2), (10, 12)])
  func slotsThatDropFollowErlangB(servers: Int, load: Double) {
    let w = waits(
      {
        $0.concurrent = servers
        $0.maxWait = .zero
      }, meanGap: 1e6 / load, meanDuration: 1e6)
    let lost = share(of: w) { $0 == nil }
    let expected = ClosedForms.erlangB(servers: servers, load: load)
    #expect(lost.agrees(with: expected), "\(lost), expected \(expected)")
  }

  @Test(arguments: [(1, 0.5), (3, 2), (10, 6)])
  func slotsThatQueueFollowErlangC(servers: Int, load: Double) {
    let w = waits(
      { $0.concurrent = servers }, meanGap: 1e6 / load, meanDuration: 1e6)
    let delayed = share(of: w) { ($0 ?? 0) > 0 }
    let expected = ClosedForms.erlangC(servers: servers, load: load)
    #expect(delayed.agrees(with: expected), "\(delayed), expected \(expected)")
    let mean = Estimate(w.map { $0.reduce(0) { $0 + Double($1 ?? 0) } / Double($0.count) })
    let expectedMean = expected / (Double(servers) - load) * 1e6
    #expect(mean.agrees(with: expectedMean), "\(mean), expected \(expectedMean)")
  }
}
