import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// The router of models-explained.md:258–267, right in 92 % of cases (complete-guide.md:433): a call of
/// phi4-mini before each request, and the wrong model billed in 8 % of them.
@Suite struct ClassifierTests {
  private static func folder(
    accuracy: String = "92%", wrong: String = "{r1: 75%, mini: 25%}", extra: String = ""
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog:
        models:
          mini: {provider: azure, latency: 300ms, input: $0.40 per 1M tokens, output: $0.40 per 1M tokens}
          v3: {provider: azure, latency: 800ms, input: $1.14 per 1M tokens, output: $4.56 per 1M tokens}
          r1: {provider: azure, latency: 3s, input: $1.35 per 1M tokens, output: $5.40 per 1M tokens}
      policy:
        rules:
          - {name: hard, when: {complexity: high}, model: r1, estimated_cost: $0.20, estimated_latency: 3000ms}
          - {name: rest, model: v3, estimated_cost: $0.11, estimated_latency: 800ms}
      traffic: {arrivals: exact}
      classifier:
        model: mini
        accuracy: \(accuracy)
        wrong: \(wrong)
        call: {input: 300, output: 10}
      workloads:
        easy: {volume: 8000, input: 1000, output: 200}
        hard: {volume: 2000, complexity: high, input: 1000, output: 200}
      \(extra)
      """
    ])
  }

  /// By hand, a request of 1,000 + 200 tokens costs $0.002052 at V3, $0.00243 at R1 and $0.00048 at
  /// mini; classifying one costs 310 · $0.40/M = $0.000124, 10,000 of them $1.24.
  ///
  /// Of 8,000 easy ones 8 % are named wrong, 75 % of these R1 and 25 % mini: a wrong one costs 0.75 ·
  /// 0.00243 + 0.25 · 0.00048 = $0.0019425, $0.0001095 less than V3: 640 · −0.0001095 = −$0.07008. Of
  /// 2,000 hard ones R1 is right, so that mini is the only wrong one: 160 · (0.00048 − 0.00243) =
  /// −$0.312. Rightly routed all cost 8,000 · 0.002052 + 2,000 · 0.00243 = $21.276.
  @Test func misroutingIsBilled() throws {
    let scenario = try Self.folder().read()
    let plan = scenario.plans[0]
    let bill = PlanExpectation(scenario: scenario, plan: plan)
    let right = PlanExpectation(scenario: scenario.withoutMisrouting, plan: plan)
    #expect((right.cost - 22.516).magnitude < 1e-9)
    #expect((bill.cost - right.cost + 0.38208).magnitude < 1e-9)

    let result = try Simulation(scenario).result(of: plan, run: 1)
    #expect(result.calls == 20_000)
    let own = result.costs.filter { $0.tier == Classifier.tier }
    #expect(own.reduce(0) { $0 + $1.calls } == 10_000)
    #expect(own.reduce(.zero) { $0 + $1.cost } == MoneySum(picodollars: 1_240_000_000_000))
    // 800 of 10,000, within 5.1 standard deviations (27.1 each): one false alarm in three million.
    #expect((Double(result.misroutedCalls) - 800).magnitude < 5.1 * 27.13)
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)

    let always = try Simulation(scenario.withoutMisrouting).result(of: plan, run: 1)
    #expect(always.misroutedCalls == 0)
    #expect(always.cost == MoneySum(picodollars: 22_516_000_000_000))
  }

  /// What is classified right meets the same luck as with a classifier that is never wrong.
  @Test func rightAnswersKeepTheirLuck() throws {
    let scenario = try Self.folder().read()
    let (fallible, always) = (try LoggedRun(scenario), try LoggedRun(scenario.withoutMisrouting))
    #expect(fallible.records.count == always.records.count)
    var differ = 0
    for (a, b) in zip(fallible.records, always.records) where a.call.routed != b.call.routed {
      differ += 1
    }
    #expect(Int64(differ) == fallible.result.misroutedCalls)
  }

  /// The policy's estimates (complete-guide.md:1410, 1448): 8,000 at $0.11 and 2,000 at $0.20 are $1,280,
  /// and the calls cost $21.276 when all are routed right.
  @Test func estimatesStandBesideTheBill() throws {
    let scenario = try Self.folder(accuracy: "100%").read()
    let rows = PolicyEstimates(scenario, plan: scenario.plans[0]).rows
    #expect(rows.map(\.rule) == ["hard", "rest"])
    #expect(rows.map { ($0.estimated ?? 0).rounded() } == [400, 880])
    #expect((rows.reduce(0) { $0 + $1.expected } - 21.276).magnitude < 1e-9)
    #expect(rows.map(\.meanLatency.microseconds) == [3_000_000, 800_000])
  }

  @Test func mistakesAreShown() throws {
    #expect(try Self.folder(wrong: "{r2: 100%}").errors().contains("r2"))
    #expect(try Self.folder(wrong: "{r1: 50%}").errors().contains("the wrong answers"))
    #expect(try Self.folder(accuracy: "192%").errors().contains("192%"))
    let flow = "  f: {volume: 1, stages: [{calls: {a: {input: 1}}}, {calls: {b: {input: 1}}}]}"
    let scenario = try Self.folder(extra: flow).read()
    #expect(scenario.workloads.map(\.stages.count) == [2, 2, 2])
    #expect(scenario.workloads[2].stages[0].calls[0].mix[0].isClassifier == false)
  }
}
