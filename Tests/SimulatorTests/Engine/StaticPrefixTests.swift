import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// Static prefixes of calls that are no conversation's: whose they are, and what they cost.
@Suite struct StaticPrefixTests {
  private func result(
    _ workload: String, cache: String = "{ttl: 1h}", write: Bool = false, days: Int = 1
  ) throws -> (PlanResult, Scenario) {
    let price = write ? ", cache_write: $3.75 per 1M tokens" : ""
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: \(days)}
      plans: [1]
      catalog:
        models:
          m: {provider: p, latency: 1s, input: $3 per 1M tokens, output: $15 per 1M tokens, \
      cache_read: $0.30 per 1M tokens\(price)}
      policy: {rules: [{name: all, model: m}]}
      models: {m: {prompt_cache: \(cache)}}
      traffic: {arrivals: exact}
      workloads: {w: \(workload)}
      """
    ])
    let scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    return (try Simulation(scenario).result(of: scenario.plans[0], run: 1), scenario)
  }

  private func read(_ result: PlanResult) -> Int64 {
    result.costs.reduce(0) { $0 + $1.cachedInputTokens }
  }

  /// 1,000 sent tokens make no other 9,000 cached: each length is a prefix of its own, unless it is named.
  @Test func aLongerPrefixIsNotReadWhereOnlyAShorterOneWasSent() throws {
    let stages = { (prefix: String) in
      "{volume: 1, stages: [{calls: {a: {prefix: {tokens: 1000\(prefix)}}}}, "
        + "{calls: {b: {prefix: {tokens: 9000\(prefix)}}}}]}"
    }
    #expect(read(try result(stages("")).0) == 0)
    let named = try result(stages(", name: tools"), cache: "{preset: deepseek}").0
    #expect(read(named) == 1_000)
    // The longer one has left the end of the shorter one, too.
    let twice =
      "{volume: 1, stages: [{calls: {a: {prefix: {tokens: 9000, name: t}}}}, "
      + "{calls: {b: {prefix: {tokens: 9000, name: t}}}}]}"
    #expect(read(try result(twice).0) == 9_000)
  }

  /// All rounds of an assistant are one kind of call; each conversation may have a prefix of its own.
  @Test func roundsShareTheirPrefix() throws {
    let rounds = { (per: String) in
      "{volume: 2, prefix: {tokens: 1000, per: \(per)}, "
        + "rounds: {max: 3, continue: 100%, delay: 10s}}"
    }
    #expect(read(try result(rounds("all"), cache: "{ttl: 24h}").0) == 5_000)
    #expect(read(try result(rounds("conversation"), cache: "{ttl: 24h}").0) == 4_000)
  }

  /// A write price bills what is written: one of two calls, $3.75 in place of $3 a million.
  @Test func writesAreBilledWhereTheyHaveAPrice() throws {
    let calls = "{volume: 2, input: 100, prefix: 1000}"
    let (plain, _) = try result(calls, cache: "{ttl: 24h}")
    #expect(plain.cost.picodollars == (1_000 + 200) * 3_000_000 + 1_000 * 300_000)
    let (billed, scenario) = try result(calls, cache: "{ttl: 24h}", write: true)
    #expect(billed.cost.picodollars == 200 * 3_000_000 + 1_000 * 3_750_000 + 1_000 * 300_000)
    #expect(scenario.tellsCaching && billed.caching.count == 1)
    let counts = try #require(billed.caching.first).counts
    #expect(counts.calls == 2 && counts.input == 2_200 && counts.read == 1_000)
    #expect(counts.short == 1_000 && counts.long == 0 && counts.lost == 0)
    #expect(counts.achievable == 1_000 && counts.premium.picodollars == 750_000 * 1_000)
    #expect(counts.saved.picodollars == 1_000 * 2_700_000 - 1_000 * 750_000)
    #expect(billed.costs[0].writtenTokens == 1_000)
  }

  /// The expected bill knows of writes, too: 5 standard errors.
  @Test func theExpectedBillHasTheWrites() throws {
    let (found, scenario) = try result(
      "{volume: 3000, input: 100, output: 10, prefix: 5000, traffic: {arrivals: poisson}}",
      cache: "{ttl: 5min}", write: true, days: 30)
    let expected = Expectation(scenario: scenario, plan: scenario.plans[0])
    #expect(expected.explains(found.cost), "\(found.cost.dollars), \(expected.cost)")
    #expect(read(found) > 0 && found.costs[0].writtenTokens > 0)
  }

  /// A quota that leaves reads out lets through what would otherwise wait.
  @Test func uncachedChargesLeaveReadsOut() throws {
    let folder = { (charge: String) in
      try ScenarioFolder([
        "s.yaml": """
        period: {start: 2025-11-01, days: 1}
        plans: [1]
        catalog:
          models:
            m: {provider: p, latency: 0s, input: $3 per 1M tokens, output: $15 per 1M tokens}
        policy: {rules: [{name: all, model: m}]}
        models: {m: {prompt_cache: {ttl: 24h}}}
        quotas: {m: {tokens_per_minute: 10000, charge: \(charge)}}
        traffic: {arrivals: exact}
        workloads: {w: {volume: 1, stages: [{calls: {a: {prefix: {tokens: 9000, name: p}}}}, \
        {calls: {b: {prefix: {tokens: 9000, name: p}}}}]}}
        """
      ])
    }
    func wait(_ charge: String) throws -> SimDuration {
      let files = try folder(charge)
      let scenario = try ScenarioReader.read(path: files.path("s.yaml"))
      return try Simulation(scenario).result(of: scenario.plans[0], run: 1).queueMax
    }
    #expect(try wait("uncached") == .zero)
    // 8,000 tokens short, at 10,000 a minute.
    #expect(try wait("actual").microseconds == 48_000_000)
  }
}
