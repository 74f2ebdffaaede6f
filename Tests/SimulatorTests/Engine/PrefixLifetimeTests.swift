import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// For how long a provider keeps the static prefix of calls that are no conversation's.
@Suite struct PrefixLifetimeTests {
  private static func scenario(_ first: String, _ second: String) throws -> Scenario {
    try ScenarioFolder([
      "catalog.yaml": """
      models:
        m: { provider: p, latency: 1s, input: $3 per 1M tokens, output: $15 per 1M tokens,
          cache_read: $0.30 per 1M tokens, cache_write: $3.75 per 1M tokens,
          cache_write_long: $6 per 1M tokens }
      """,
      "s.yaml": """
      period: { start: 2026-06-01, days: 30 }
      plans: [1]
      catalog: catalog.yaml
      models: { m: { prompt_cache: { match: breakpoint, ttl: 5min, long_ttl: 1h } } }
      policy: { rules: [{ name: all, model: m }] }
      traffic: { arrivals: exact }
      workloads:
        check:
          volume: 10
          input: 100
          output: 10
          stages:
            - calls: { ask: { prefix: { tokens: 2000, name: doc, per: conversation\(first) } } }
            - delay: 10min
              calls: { again: { prefix: { tokens: 2000, name: doc, per: conversation\(second) } } }
      """,
    ]).read()
  }

  /// Of each of 10 flows: the text and the answers of two calls $0.0009; the prefix written for an hour
  /// $0.012 and, 10 minutes later, read $0.0006: $0.135 in all. Written for 5 minutes it is written
  /// twice at $0.0075: $0.159.
  @Test(
    arguments: [(", lifetime: long", 135_000_000_000), ("", 159_000_000_000)] as [(String, Int64)])
  func aPrefixIsKeptAsLongAsItStates(lifetime: String, picodollars: Int64) throws {
    let scenario = try Self.scenario(lifetime, lifetime)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.cost.picodollars == Int128(picodollars))
    guard !lifetime.isEmpty else { return }
    let expected = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    #expect((expected.total - 0.135).magnitude < 1e-12)
  }

  @Test func callsThatShareAPrefixKeepItAlike() {
    #expect {
      try Self.scenario("", ", lifetime: long")
    } throws: { error in
      "\(error)".contains(
        "the prefix 'doc' has 'lifetime: short' in a call above, expected the same")
    }
  }
}
