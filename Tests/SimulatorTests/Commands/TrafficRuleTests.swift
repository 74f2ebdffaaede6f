import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// What semantics.md says of users, exact totals, unlisted cache classes and limits of output, from
/// the file to the table.
@Suite struct TrafficRuleTests {
  private static let classes =
    "{classes: {heavy: {share: 4%, weight: 8}, regular: {share: 46%, weight: 1.2}, "
    + "light: {share: 50%, weight: 0.3}}}"

  private static func text(
    _ extra: String, _ call: String = "volume: 1000, input: 1000, output: 100"
  ) -> String {
    """
    period: {start: 2025-11-01, days: 30}
    plans: [10]
    catalog:
      models:
        m: {provider: acme, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens, \
    reasoning: $8 per 1M tokens}
    policy: {rules: [{name: all, model: m}]}
    workloads: {w: {\(call)}}
    \(extra)
    """
  }

  private func scenario(_ extra: String, _ call: String = "volume: 1000, input: 1000, output: 100")
    throws -> Scenario
  {
    let folder = try ScenarioFolder(["s.yaml": Self.text(extra, call)])
    return try ScenarioReader.read(path: folder.path("s.yaml"))
  }

  private func result(_ scenario: Scenario, users: Int = 10) throws -> PlanResult {
    try Simulation(scenario).result(of: PlanSpec(name: "p", users: users), run: 1)
  }

  private func expected(_ scenario: Scenario, users: Int = 10) -> Double {
    Expectation(scenario: scenario, plan: PlanSpec(name: "p", users: users)).cost
  }

  /// A call costs $0.0014, so a user $1.40 a month.
  @Test func tenUsersAreTenMeanUsersWithAndWithoutAccountPlans() throws {
    let plans = "  account_plans: {starter: 60%, pro: 30%, scale: 8%, enterprise: 2%}"
    let alone = try scenario("users:\n  activity: \(Self.classes)")
    let both = try scenario("users:\n  activity: \(Self.classes)\n" + plans)
    for users in [1, 2, 3, 10, 13, 50, 137] {
      #expect(abs(expected(alone, users: users) - 1.4 * Double(users)) < 1e-9)
      #expect(abs(expected(both, users: users) - 1.4 * Double(users)) < 1e-9)
    }
    let (one, two) = (try result(alone), try result(both))
    #expect(one.calls == two.calls && one.cost == two.cost)
    // Poisson, 10,000 expected: 5 standard deviations.
    #expect(abs(one.calls - 10_000) < 500)
  }

  @Test func exactMeansTheStatedTotalInEveryPopulation() throws {
    let exact = "traffic: {arrivals: exact}\nusers:\n  "
    let call = "volume: 10.35, input: 1000, output: 100"
    let factors = call + ", volume_by_account_plan: {a: 1, b: 2.5}"
    for (users, traffic, text, calls) in [
      (10, "activity: \(Self.classes)", call, 104), (10, "activity: {cv: 3}", call, 104),
      (1, "activity: {cv: 3}", call, 10), (3, "activity: \(Self.classes)", call, 31),
      // Five of each account plan: 10.35 · (5 + 12.5) = 181.125.
      (10, "activity: \(Self.classes)\n  account_plans: {a: 50%, b: 50%}", factors, 181),
      (10, "activity: {cv: 3}\n  account_plans: {a: 50%, b: 50%}", factors, 181),
    ] {
      let scenario = try scenario(exact + traffic, text)
      #expect(try result(scenario, users: users).calls == Int64(calls), "\(traffic), \(users)")
      #expect(abs(expected(scenario, users: users) - 0.0014 * Double(calls)) < 1e-9)
      let months = try self.scenario(
        exact + traffic, text
      ).withMonths(3)
      let stated = [31: 93, 10: 31, 104: 311, 181: 543][calls]
      #expect(try result(months, users: users).calls == Int64(stated ?? 0))
    }
  }

  @Test func aCacheDefaultStandsForEveryClassThatIsNotListed() throws {
    for call in ["", ", cache_class: faqs", ", cache_class: other"] {
      for mode in ["rate", "keyed"] {
        let cache =
          "cache: {mode: \(mode), default: {ttl: 1h, hit_rate: 100%}, "
          + "classes: {faq: {ttl: 1h, hit_rate: 0%}}}"
        let scenario = try scenario(
          cache, "volume: 1000, input: 1000, output: 100, prompts: {pool: 1}" + call)
        let result = try result(scenario)
        #expect(result.cacheHits + result.cacheMisses == result.calls)
        if mode == "rate" { #expect(result.cacheMisses == 0 && expected(scenario) == 0) }
        if mode == "keyed" { #expect(result.cacheHits > result.calls / 10) }
        let bounds = Expectation(scenario: scenario, plan: scenario.plans[0]).cacheBounds
        #expect(bounds.map(\.name) == ["default"])
        let told = try Explain.explanation(ofCall: 1, in: scenario, run: 1)
        let name = call.isEmpty ? "default" : "\(call.dropFirst(15)) (not listed: default)"
        #expect(ExplanationText.text(told).contains("  class           \(name), "))
      }
    }
    let without = "cache: {mode: rate, classes: {faq: {hit_rate: 50%}}}"
    #expect(throws: InputErrors.self) {
      try scenario(without, "volume: 1, input: 1, cache_class: faqs")
    }
    let off = try result(try scenario(without, "volume: 100, input: 1, cache_class: other"))
    #expect(off.cacheHits + off.cacheMisses == 0)
  }

  /// Thinking of 800, an answer of 500, at most 1,000 together or the answer alone.
  @Test(arguments: [
    ("", 1_000, 800), (", max_tokens_covers: all", 1_000, 800),
    (", max_tokens_covers: answer", 1_300, 800),
  ])
  func maxTokensCutsTheAnswer(key: String, output: Int64, reasoning: Int64) throws {
    let call = "volume: 100, input: 0, output: 500, reasoning: 800, max_tokens: 1000" + key
    let scenario = try scenario("traffic: {arrivals: exact}", call)
    let result = try result(scenario)
    let cell = try #require(result.costs.first)
    #expect(cell.outputTokens == 1_000 * output)
    #expect(cell.reasoningTokens == 1_000 * reasoning)
    let dollars = Double(output - reasoning) * 4e-3 + Double(reasoning) * 8e-3
    #expect(abs(result.cost.dollars - dollars) < 1e-9)
    #expect(abs(expected(scenario) - dollars) < 1e-9)
    let told = ExplanationText.text(try Explain.explanation(ofCall: 1, in: scenario, run: 1))
    #expect(told.contains("all that max_tokens allows") == (output == 1_000))
  }

  @Test func thinkingThatFillsTheLimitLeavesNoAnswer() throws {
    let call = "volume: 100, input: 0, output: 500, reasoning: 1200, max_tokens: 1000"
    let cell = try #require(
      try result(try scenario("traffic: {arrivals: exact}", call)).costs.first)
    #expect(cell.outputTokens == 1_000_000 && cell.reasoningTokens == 1_000_000)
  }

  /// Of 60,000 runs; χ² of 2 degrees is beyond 29 with a chance of 5e-7.
  @Test func endsOfAWholeNumberRangeAreAsLikelyAsTheMiddle() throws {
    let call = "volume: 100, input: 10, output: 10, max_tokens: {low: 1, high: 3}"
    let draws = InputDraws(try scenario("", call))
    var counts: [Double: Double] = [:]
    for run in 1...60_000 {
      guard case .value(let value) = draws.settings(run: run)[0].change else { continue }
      counts[value, default: 0] += 1
    }
    #expect(counts.keys.sorted() == [1, 2, 3])
    let square = counts.values.reduce(0) { $0 + ($1 - 20_000) * ($1 - 20_000) / 20_000 }
    #expect(square < 29, "\(counts)")
  }

  @Test func whatUsersAreDealtIsTold() throws {
    let folder = try ScenarioFolder([
      "scenario.yaml": Self.text(
        "users:\n  activity: \(Self.classes)\n  account_plans: {starter: 60%, pro: 40%}")
    ])
    let outcome = try Program.run([
      "run", folder.path("scenario.yaml"), "--out", folder.path("r"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let report = try String(contentsOfFile: folder.path("r/scenario/report.md"), encoding: .utf8)
    #expect(report.contains("| class regular        |  5 of weight 1.60 |"))
    #expect(report.contains("| account plan starter |                 6 |"))
    let record = try String(contentsOfFile: folder.path("r/scenario/run.json"), encoding: .utf8)
    #expect(record.contains("\"mean_weight\": \"1.000000000\""))
    #expect(record.contains("\"weight\": \"0.400000000\""))
  }
}

extension Scenario {
  fileprivate func withMonths(_ count: Int) -> Scenario {
    var scenario = self
    scenario.period = AnalysisScenario.period(months: count)
    return scenario
  }
}
