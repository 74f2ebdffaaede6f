import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// The range of bills that conversations make up, where it is told.
@Suite struct ConversationLawTests {
  /// 400 months of 20 users whose activity differs (cv 1.5) with 10 conversations each: how many lie below
  /// the law's percentiles, within 5.2 standard deviations of a binomial number (false alarm 2·10⁻⁷ each).
  @Test func theLawOfConversationsIsThatOfSimulatedMonths() throws {
    let scenario = try ScenarioFolder([
      "catalog.yaml": """
      models:
        m: {provider: a, latency: 1s, input: $2 per 1M tokens, cache_read: $0.20 per 1M tokens,
          cache_write: $2.50 per 1M tokens, output: $10 per 1M tokens}
      """,
      "s.yaml": """
      period: 2025-11
      plans: [20]
      seed: 7
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: m}]}
      users: {activity: {cv: 1.5}}
      models: {m: {prompt_cache: {preset: anthropic}}}
      workloads:
        chat:
          volume: 10
          conversation: {prefix: 1500, turns: 3, user: {mean: 200, cv: 1}, answer: 300, think: 60s}
      """,
    ]).read()
    let expectation = Expectation(scenario: scenario, plan: scenario.plans[0])
    let law = try #require(expectation.percentiles, "\(expectation.whyNoChance ?? "")")
    let simulation = Simulation(scenario)
    let runs = 400
    let costs = try (1...runs).map {
      try simulation.result(of: scenario.plans[0], run: $0).cost.dollars
    }
    for (edge, chance) in [(law.p05, 0.05), (law.p50, 0.5), (law.p95, 0.95)] {
      let below = Double(costs.count { $0 <= edge })
      let expected = Double(runs) * chance
      let deviation = (expected * (1 - chance)).squareRoot()
      #expect((below - expected).magnitude < 5.2 * deviation, "\(below) of \(expected)")
    }
  }

  /// A single user's few conversations make a law of their own, as do contexts that are compacted.
  @Test func fewConversationsTellNoChance() throws {
    func why(_ volume: Int, _ rest: String) throws -> String? {
      let scenario = try ScenarioFolder([
        "catalog.yaml": """
        models:
          m: {provider: a, latency: 1s, context_window: 100000, input: $2 per 1M tokens,
            output: $10 per 1M tokens}
        """,
        "s.yaml": """
        period: 2025-11
        plans: [1]
        seed: 7
        catalog: catalog.yaml
        policy: {rules: [{name: all, model: m}]}
        workloads:
          chat:
            volume: \(volume)
            conversation: {prefix: 1500, turns: 3, user: 200, answer: 300, think: 60s\(rest)}
        """,
      ]).read()
      return Expectation(scenario: scenario, plan: scenario.plans[0]).whyNoChance
    }
    // All cost the same: the skewness is that of a Poisson number, 1/√N: 0.032 and 0.029.
    #expect(try why(1_000, "")?.contains("not their law") == true)
    #expect(try why(1_200, "") == nil)
    let full = ", full: {at: 3000, do: compact, to: 200}"
    #expect(try why(1_200, full)?.contains("not their law") == true)
  }
}
