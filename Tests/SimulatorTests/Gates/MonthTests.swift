import CostModel
import Foundation
import Synchronization
import Testing

@testable import Gates
@testable import Scenarios
@testable import Simulator

/// Thresholds judged by independent months, where breakers and queues correlate calls.
@Suite struct MonthTests {
  /// Few, clustered failures: a breaker opens for hours, and a small quota queues what is left.
  private static let limits = """
    models: { default: { failure_rate: 6% } }
    breaker: { failures: 2, window: 2h, open: 12h }
    quotas: { small: { requests_per_minute: 1, burst: 1, max_wait: 10min } }
    """

  private static func folder(_ thresholds: String) throws -> GateFolder {
    try GateFolder(arrivals: "poisson", extra: limits + "\nthresholds: " + thresholds)
  }

  private static func checks(_ scenario: Scenario) throws -> [GateCheck] {
    let outcome = try ScenarioPricing(threads: 2).price(scenario)
    return try ThresholdJudge(scenario: scenario, threads: 2).checks(
      scenario.plans[0], outcome.figures.plans[0].figures, outcome.results[0])
  }

  /// Limits that the mean of 400 other months keeps (14.62 %, 27.3 s), so that chance fails one of
  /// 320 checks in 6,500 tries and two in 86 million. A binomial error would fail every thirteenth.
  @Test func breakersAndQueuesFailNothingByChance() throws {
    let folder = try Self.folder("{ error_rate: [\"rate<=14.7%\"], latency_ms: [\"p(99)<=29s\"] }")
    var (failed, binomial) = (0, 0)
    for seed in 1_001...1_160 {
      let scenario = try folder.files.read(overrides: ["plans=[10]", "seed=\(seed)"])
      let checks = try Self.checks(scenario)
      #expect(checks.count == 2 && checks.allSatisfy { $0.months?.figures.count == 21 })
      failed += checks.count { $0.outcome == .failed }
      let own = try #require(checks[0].months?.figures[0]).low
      if own - 5 * (own * (1 - own) / 1_000).squareRoot() > 0.147 { binomial += 1 }
    }
    #expect(failed <= 1)
    #expect(binomial >= 2, "the scenario does not tell the two apart")
  }

  /// What is broken in every month fails under every seed, and the message has the error.
  @Test(arguments: 1...5) func whatEveryMonthBreaksFails(seed: Int) throws {
    let folder = try Self.folder("{ error_rate: [\"rate<3%\"] }")
    let scenario = try folder.files.read(overrides: ["plans=[10]", "seed=\(seed)"])
    let check = try #require(try Self.checks(scenario).first)
    #expect(check.outcome == .failed)
    let rates = try Simulation(scenario).reduced(
      to: { Double($0.failedCalls) / Double($0.calls) }, of: scenario.plans[0], runs: 1...21,
      threads: 2)
    let mean = rates.reduce(0, +) / 21
    let error = (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20 / 21).squareRoot()
    let months = try #require(check.months)
    #expect((months.mean - mean).magnitude < 1e-12)
    #expect((months.standardError - error).magnitude < 1e-12)
    #expect(months.broken == 21 && months.low == rates.min() && months.high == rates.max())
    #expect(check.message.contains("; in 21 independent months "))
    #expect(check.message.contains("(standard error \(GateWords.share(error)))"))
    #expect(check.message.hasSuffix(", beyond the limit in all of them"))
  }

  /// A bill whose closed form is approximate is judged in the same way: growth, too.
  @Test func approximateBillsAreJudgedByMonths() throws {
    let folder = try Self.folder("{ cost_usd: [\"sum<=$0.001\"] }")
    let scenario = try folder.files.read(overrides: ["plans=[10]"])
    let check = try #require(try Self.checks(scenario).first)
    #expect(check.outcome == .failed && check.months?.broken == 21)
    try folder.baseline()
    try folder.files.write(
      "s.yaml", GateFolder.scenario(arrivals: "poisson", volume: 130, extra: Self.limits))
    let all = ["--ignore-below-usd", "0", "--users", "10"]
    #expect(try folder.check(["--max-increase", "1%"] + all).code == 99)
    let half = try folder.check(["--max-increase", "30%"] + all)
    #expect(half.code == 0, "\(half.output)")
  }

  @Test(arguments: [
    (3, Threshold.Comparison.below, 3.0, true, 21), (3, .atMost, 3, false, 0),
    (3, .equal, 3, false, 0), (3, .notEqual, 3, true, 21), (4, .identical, 3, true, 21),
  ])
  func constantMonths(
    value: Double, comparison: Threshold.Comparison, limit: Double, breaks: Bool, broken: Int
  ) {
    let months = MonthSpread(
      Array(repeating: .exactly(value), count: 21), comparison, limit)
    #expect(months.breaks == breaks && months.broken == broken)
  }

  @Test func equalityNeedsAllMonthsOnOneSide() {
    let months = MonthSpread(
      (0..<21).map { .exactly($0 % 2 == 0 ? 2 : 4) }, .equal, 3)
    #expect(months.broken == 21 && !months.breaks)
    let one = MonthSpread((0..<21).map { .exactly($0 == 7 ? 2 : 4) }, .atMost, 3)
    #expect(one.broken == 20 && !one.breaks)
  }

  // MARK: Buckets

  @Test(
    arguments: [
      ("max<2000", false), ("max<=2000", true), ("max<2s", false), ("max<=2s", true),
      ("max>=2000", true), ("max>2000", false), ("max==2000", true), ("max!=2000", false),
      ("p(50)<1000", false), ("p(50)<=1s", true), ("p(50)<1000.4", true), ("max<=1999.9", false),
      ("max>=2000.5", false),
    ], ["latency_ms", "latency_ms{model:large}"])
  func aConstantLatencyIsJudgedExactly(bound: (text: String, passes: Bool), key: String) throws {
    if key.contains("large"), bound.text.hasPrefix("p(50)") { return }
    let folder = try GateFolder(extra: "thresholds: { \"\(key)\": [\"\(bound.text)\"] }")
    try folder.files.write(
      "catalog.yaml",
      GateFolder.catalog(output: "$10").replacing("1s, input: $2", with: "2s, input: $2"))
    let scenario = try folder.files.read(overrides: ["plans=[4]"])
    let check = try #require(try Self.checks(scenario).first)
    #expect((check.outcome == .passed) == bound.passes, "\(check.message)")
  }

  /// Drawn latencies and fallbacks: a limit at the very value of a percentile holds with `<=` alone.
  @Test(arguments: [50.0, 90, 95, 99, 99.9, 100], ["", "small", "large"])
  func drawnLatenciesAreJudgedExactly(percent: Double, model: String) throws {
    let extra = """
      models:
        default: { failure_rate: 10%, latency: { mean: 3s, cv: 0.5 } }
      chains: { standard: [small, large] }
      breaker: none
      """
    let folder = try GateFolder(arrivals: "poisson", extra: extra)
    let scenario = try folder.files.read(overrides: ["plans=[4]"])
    let plan = scenario.plans[0]
    let found = Mutex<[Int64]>([])
    let result = try Simulation(scenario).result(
      of: plan, run: 1,
      log: CallLog { records, names in
        found.withLock { all in
          for record in records where !record.isFailed {
            if model.isEmpty {
              all.append(record.latency)
            } else if record.answeredBy.map({ names.compiled.targets[$0].name }) == model {
              all.append(record.answerLatency)
            }
          }
        }
      })
    let values = found.withLock { $0.sorted() }
    let rank = Int((percent / 100 * Double(values.count)).rounded(.up))
    let exact = Double(values[rank - 1]) / 1_000
    let histogram =
      model.isEmpty
      ? result.latency : try #require(result.performance.first { $0.model == model }).latency
    #expect(histogram.total == Int64(values.count))
    #expect(histogram.bucket(ofPercentile: percent)?.values.contains(values[rank - 1]) == true)
    let key = model.isEmpty ? "latency_ms" : "latency_ms{model:\(model)}"
    for (sign, keeps) in [("<", false), ("<=", true), (">", false), (">=", true)] {
      try folder.files.write(
        "s.yaml",
        GateFolder.scenario(
          arrivals: "poisson",
          extra: extra + "\nthresholds: { \"\(key)\": [\"p(\(percent))\(sign)\(exact)\"] }"))
      let judged = try folder.files.read(overrides: ["plans=[4]"])
      let figure = try #require(
        try MonthFigures(
          simulation: Simulation(judged), plan: plan, thresholds: judged.thresholds
        ).figures(result)[0])
      #expect(figure == .exactly(exact))
      #expect(figure.keeps(judged.thresholds[0].comparison, judged.thresholds[0].limit) == keeps)
    }
  }
}
