import CostModel
import Testing

@testable import Scenarios
@testable import Simulator
@testable import Support

/// The rolling alerts beside a look at the whole call log at every minute.
@Suite struct RollingAlertTests {
  private struct Ended {
    var at: Int64
    var latency: Int64?
    var cache: CallRecord.Cache
    var rated: Bool?
    var converted: Bool?
    var quality: QualityValues
  }
  private struct Fired: Equatable {
    var at: Int64
    var rule: String
    var state: AlertEvent.State
    var value: Double
    var worst: Double
  }

  private static func alerts(_ random: inout TestRandom) -> [RollingAlert] {
    let metrics: [(name: String, threshold: Double)] = [
      ("latency_p95", 2_000), ("latency_p50", 900), ("error_rate", 0.2), ("cache_hit_rate", 0.5),
      ("satisfaction", 0.7), ("conversion", 0.3), ("hallucination", 0.2), ("technical_error", 0.3),
      ("response_time", 60_000),
    ]
    return (0..<13).map { number in
      let metric = metrics[number % metrics.count]
      return RollingAlert(
        name: "alert-\(number)", type: .error, severity: .low,
        metric: ScenarioBuilder.metric(metric.name),
        comparison: random.oneOf([.above, .below]), threshold: metric.threshold,
        window: SimDuration(microseconds: random.oneOf([1, 5, 10, 60]) * 60_000_000),
        minSamples: random.oneOf([1, 5, 20]), message: "")
    }
  }

  /// Six hours of bursts, outages, queues, retries and caches.
  private static func scenario(seed: UInt64) -> Scenario {
    var random = TestRandom(seed: seed)
    var builder = ScenarioBuilder()
    builder.seed = seed
    builder.models = ["m0", "m1"].map { ScenarioBuilder.model($0) }
    var behaviour = ScenarioBuilder.behaviour(
      latency: .histogram([
        Distribution.Bin(low: 0, high: 1_500_000, weight: 3),
        Distribution.Bin(low: 2_000_000, high: 2_000_000, weight: 1),
        Distribution.Bin(low: 60_000_000, high: 60_000_000, weight: 0.2),
      ]))
    behaviour.quota.concurrent = 3
    behaviour.failureRate = 0.1
    builder.behaviours = [behaviour]
    var rated = ScenarioBuilder.variant(input: 10, output: 10, share: 0.5)
    rated.satisfaction = 0.7
    rated.ratedShare = 0.6
    rated.quality = QualityRates(
      sent: 0.7, engagement: 0.8, responseTime: .lognormal(mean: 60, cv: 1, cap: nil),
      hallucination: 0.2, technicalError: 0.1)
    rated.prompts = .pool(size: 5, exponent: 0.5, perUser: false)
    var sale = ScenarioBuilder.variant(input: 10, output: 10, share: 0.5)
    sale.conversion = 0.3
    sale.prompts = random.oneOf([.none, .pool(size: 3, exponent: 1, perUser: true)])
    builder.workloads = [
      ScenarioBuilder.workload("w", volume: 150, arrivals: .gamma(cv: 4), mix: [rated, sale])
    ]
    builder.workloads[0].stages[0].delay = random.oneOf([.zero, .minute])
    let hour = SimDuration.hour.microseconds
    builder.period.months = [
      Period.Span(start: ScenarioBuilder.at(0), end: ScenarioBuilder.at(6 * hour))
    ]
    builder.period.days = Array(builder.period.days.prefix(1))
    var scenario = builder.build()
    scenario.outages = [
      Outage(
        model: ModelID(0), from: ScenarioBuilder.at(2 * hour), to: ScenarioBuilder.at(3 * hour),
        rate: 0.9)
    ]
    scenario.cache.mode = .keyed
    scenario.cache.latency = random.oneOf([
      SimDuration(microseconds: 5_000), SimDuration(microseconds: 150_000_000), .zero,
    ])
    scenario.cache.defaultClass = CacheSettings.Class(ttl: SimDuration(microseconds: 600_000_000))
    scenario.alerts = alerts(&random)
    return scenario
  }

  @Test(arguments: (1...12).map { 900 + $0 } as [UInt64])
  func everyAlertIsThatOfTheCallLog(seed: UInt64) throws {
    let scenario = Self.scenario(seed: seed)
    let run = try LoggedRun(scenario)
    let ended = Self.ended(run, scenario)
    var expected: [Fired] = []
    var firing = Array(repeating: false, count: scenario.alerts.count)
    // The last event, or the end of the period if that is later.
    let last = max(
      scenario.period.end.microseconds,
      ended.filter { $0.cache != .hit || run.isFlow }.map(\.at).max() ?? 0)
    var boundary = scenario.period.start.microseconds + 60_000_000
    while boundary <= last {
      for (number, alert) in scenario.alerts.enumerated() {
        let from = boundary - alert.window.microseconds
        let seen = ended.filter { from <= $0.at && $0.at < boundary }
        guard let value = Self.value(alert, seen) else { continue }
        let holds = alert.comparison == .above ? value > alert.threshold : value < alert.threshold
        if holds, firing[number],
          let place = expected.lastIndex(where: { $0.rule == alert.name && $0.state == .fired }),
          (value - alert.threshold).magnitude
            > (expected[place].worst - alert.threshold).magnitude
        {
          expected[place].worst = value
        }
        guard holds != firing[number] else { continue }
        firing[number] = holds
        expected.append(
          Fired(
            at: boundary, rule: alert.name, state: holds ? .fired : .cleared, value: value,
            worst: value))
      }
      boundary += 60_000_000
    }
    let found = run.result.alerts.map {
      Fired(
        at: $0.at.microseconds, rule: $0.rule, state: $0.state, value: $0.value,
        worst: $0.worst)
    }
    #expect(found == expected, "seed \(seed)")
    #expect(found.count > 10)
    #expect(Set(found.map(\.state)).count == 2)
    #expect(found.contains { $0.worst != $0.value })
  }

  /// What performance_hours.csv says of all models together is what the call log says.
  @Test(arguments: (1...6).map { 900 + $0 } as [UInt64])
  func theLastHoursAreThoseOfTheCallLog(seed: UInt64) throws {
    var scenario = Self.scenario(seed: seed)
    scenario.performanceHours = [1, 3]
    let run = try LoggedRun(scenario)
    let ended = Self.ended(run, scenario)
    let hour = SimDuration.hour.microseconds
    let samples = run.result.hours.filter { $0.model == nil }.map(\.sample)
    for sample in samples {
      let until = sample.until.microseconds
      let seen = ended.filter { until - Int64(sample.hours) * hour <= $0.at && $0.at < until }
      #expect(sample.counts.calls == Int64(seen.count))
      #expect(sample.counts.hits == Int64(seen.count { $0.cache == .hit }))
      #expect(sample.counts.misses == Int64(seen.count { $0.cache == .miss }))
      #expect(sample.counts.failedCalls == Int64(seen.count { $0.latency == nil }))
      let sorted = seen.compactMap(\.latency).sorted()
      for (percent, found) in [(50, sample.p50), (95, sample.p95), (99, sample.p99)] {
        let rank = (1...max(1, sorted.count)).first { $0 * 100 >= percent * sorted.count } ?? 1
        #expect(found == (sorted.isEmpty ? nil : LatencyHistogramTests.reported(sorted[rank - 1])))
      }
    }
    let hourly = samples.filter { $0.hours == 1 }
    #expect(hourly.map(\.counts.calls).reduce(0, +) == run.result.calls)
    let attempts = run.records.map { Int64($0.attempts) }.reduce(0, +)
    #expect(hourly.map(\.counts.attempts).reduce(0, +) == attempts)
    #expect(hourly.map(\.counts.cost).reduce(.zero, +) == run.result.cost)
    #expect(samples.count { $0.hours == 3 } >= hourly.count && hourly.count > 5)
  }

  /// A latency of exactly the threshold is not above it, however the threshold is stored.
  @Test(arguments: [1_000, 1_001, 1_003, 1_100, 1_999] as [Int64])
  func aLatencyOfTheThresholdIsNotAboveIt(microseconds: Int64) {
    func alerts(latency: Int64) -> Int {
      let alert = RollingAlert(
        name: "p50", type: .performance, severity: .low,
        metric: ScenarioBuilder.metric("latency_p50"),
        comparison: .above, threshold: Double(microseconds) / 1_000, window: .minute,
        minSamples: 1, message: "")
      var watch = RollingWatch(alerts: [alert], start: ScenarioBuilder.at(0), cacheLatency: .zero)
      var counts = CallCounts()
      counts[.calls] = 1
      watch.add(counts, latency: latency, at: ScenarioBuilder.at(1).microseconds)
      watch.check(upTo: ScenarioBuilder.at(60_000_000).microseconds)
      return watch.alerts.count
    }
    #expect(alerts(latency: microseconds) == 0)
    #expect(alerts(latency: microseconds + 1) == 1)
  }

  /// The alert's metric over those calls; nil with too few of what it measures.
  private static func value(_ alert: RollingAlert, _ calls: [Ended]) -> Double? {
    func rate(_ outcomes: [Bool]) -> Double? {
      if outcomes.count < alert.minSamples { return nil }
      return Double(outcomes.count { $0 }) / Double(outcomes.count)
    }
    switch alert.metric.measure {
    case .latency(let percent):
      let sorted = calls.compactMap(\.latency).sorted()
      guard sorted.count >= alert.minSamples else { return nil }
      let rank = (1...sorted.count).first { $0 * 100 >= Int(percent) * sorted.count } ?? 1
      return Double(LatencyHistogramTests.reported(sorted[rank - 1])) / 1_000
    case .ratio(.failed, _): return rate(calls.map { $0.latency == nil })
    case .ratio(.hits, _): return rate(calls.filter { $0.cache != .off }.map { $0.cache == .hit })
    case .quality(.satisfaction): return rate(calls.compactMap(\.rated))
    case .quality(.conversion): return rate(calls.compactMap(\.converted))
    case .quality(let metric):
      let told = calls.map { $0.quality[metric] }.filter { $0 >= 0 }
      guard told.count >= alert.minSamples else { return nil }
      return Double(told.reduce(0, +)) / Double(told.count) / metric.scale
    case .ratio, .spending, .accountMonth: return nil
    }
  }

  /// Every call at its last outcome, with the draws of its quality made anew.
  private static func ended(_ run: LoggedRun, _ scenario: Scenario) -> [Ended] {
    let draws = Draws(seed: scenario.seed, run: 1)
    let variants = scenario.workloads[0].stages[0].calls[0].mix
    return run.records.map { record in
      let call = record.call
      let variant = variants[Int(call.kind)]
      let word = draws.block(
        .outcome, call: UInt64(call.index), user: UInt64(call.user), workload: Draws.key(of: "w"))
      var ended = Ended(
        at: call.time + record.latency, latency: record.isFailed ? nil : record.latency,
        cache: record.cache, quality: record.quality)
      if let satisfaction = variant.satisfaction, !record.isFailed,
        word.1.unit < variant.ratedShare
      {
        ended.rated = word.2.unit < satisfaction
      }
      if let conversion = variant.conversion, !record.isFailed {
        ended.converted = word.3.unit < conversion
      }
      return ended
    }
  }
}

extension LoggedRun {
  /// Whether the first workload's calls are parts of flows.
  fileprivate var isFlow: Bool { !result.flows.isEmpty }
}
