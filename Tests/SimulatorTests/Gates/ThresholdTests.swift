import CostModel
import Foundation
import Testing

@testable import Gates
@testable import Scenarios

/// k6's grammar of thresholds, and what breaks one.
@Suite struct ThresholdTests {
  private static func threshold(_ key: String, _ text: String) throws -> Threshold {
    let folder = try GateFolder(extra: "thresholds: { \"\(key)\": [\"\(text)\"] }")
    return try #require(try folder.files.read().thresholds.first)
  }

  @Test(arguments: [
    ("sum<=1000", Threshold.Comparison.atMost, 1_000.0), ("sum < 0.5", .below, 0.5),
    (" sum>=1e3 ", .atLeast, 1_000), ("sum>2", .above, 2), ("sum==3", .equal, 3),
    ("sum===3", .identical, 3), ("sum!=3", .notEqual, 3),
  ])
  func operators(text: String, comparison: Threshold.Comparison, limit: Double) throws {
    let read = try Self.threshold("cost_usd{plan:users-4, model:large}", text)
    #expect(read.comparison == comparison && read.limit == limit && read.aggregation == .sum)
    #expect(read.selector == [.plan: "users-4", .model: "large"])
  }

  @Test(arguments: [("p(95)<5", 95.0), ("p(99.9)<5", 99.9), ("med<5", 50), ("max<5", 100)])
  func percentiles(text: String, percent: Double) throws {
    #expect(try Self.threshold("latency_ms", text).aggregation == .percentile(percent))
  }

  @Test func boundsOfASpread() {
    let spread = Spread(low: 9, high: 11)
    let breaking: [(Threshold.Comparison, Double)] = [
      (.below, 9), (.atMost, 8.9), (.above, 11), (.atLeast, 11.1), (.equal, 8), (.identical, 12),
    ]
    for (comparison, limit) in breaking { #expect(spread.breaks(comparison, limit)) }
    let keeping: [(Threshold.Comparison, Double)] = [
      (.below, 9.1), (.atMost, 9), (.above, 10.9), (.atLeast, 11), (.equal, 10), (.notEqual, 10),
    ]
    for (comparison, limit) in keeping { #expect(!spread.breaks(comparison, limit)) }
    #expect(Spread.exactly(3).breaks(.notEqual, 3))
  }

  /// Exact closed form and simulated bill: either may break a bound, noise may not.
  @Test(arguments: [(10.0, 10.0, false), (12, 11, true), (10, 12, false), (10, 20, true)])
  func judgingABill(expected: Double, simulated: Double, breaks: Bool) {
    #expect(
      BillJudge.breaks(expected: expected, simulated: simulated, standardError: 1) {
        $0.breaks(.atMost, 11.5)
      } == breaks)
  }

  @Test(arguments: [
    ("cost_usd", "sum<=0.2", true), ("cost_usd", "sum<=0.01", false),
    ("cost_usd{plan:users-4}", "sum<0.2", true), ("cost_usd{model:large}", "sum<0.001", false),
    ("cost_usd{model:small}", "sum>=0", true), ("cost_usd{use_case:chat}", "sum<0.001", false),
    ("latency_ms", "p(95)<900", false),
    ("latency_ms", "max<=1000", true), ("latency_ms{model:large}", "med<900", false),
    ("error_rate", "rate<0.01", false), ("error_rate{model:small}", "rate<=1", true),
    ("cache_hit_rate", "rate>=0.6", false), ("cache_hit_rate", "rate>=0.2", true),
  ])
  func aBreachIsFound(key: String, text: String, passes: Bool) throws {
    let extra = """
      thresholds: { "\(key)": ["\(text)"] }
      models: { default: { failure_rate: 20% } }
      breaker: none
      cache: { mode: rate, default: { ttl: 1h, hit_rate: 30% } }
      """
    let scenario = try GateFolder(extra: extra).files.read(overrides: ["plans=[4]"])
    let outcome = try ScenarioPricing(threads: 1).price(scenario)
    let checks = try ThresholdJudge(scenario: scenario).checks(
      scenario.plans[0], outcome.figures.plans[0].figures, outcome.results[0])
    #expect(checks.map(\.passed) == [passes], "\(checks)")
  }

  @Test(arguments: [
    ("plan:users-5", "unknown plan 'users-5'"), ("use_case:chatt", "unknown use case 'chatt'"),
    ("tier:standart", "unknown tier 'standart'"),
  ])
  func whatIsNotThereIsAnError(tag: String, error: String) throws {
    let folder = try GateFolder(extra: "thresholds: { \"cost_usd{\(tag)}\": [\"sum<1\"] }")
    let outcome = try Program.run(["check", folder.files.path("s.yaml")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(error) && outcome.errors.contains("did you mean"))
  }
}
