import CostModel
import Testing

@testable import Simulator

/// The knowledge base of complete-guide.md:897–925 and 1003–1027, which learns from conversions; and the
/// streaming of routing-strategy.md:36–37, which costs nothing.
@Suite struct KnowledgeBaseTests {
  private static func folder(_ base: String, model: String = "{}") throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog:
        models:
          mini: {provider: azure, latency: 2s, input: $0.40 per 1M tokens, output: $0.40 per 1M tokens}
      policy: {rules: [{name: all, model: mini}]}
      models: {mini: \(model)}
      traffic: {arrivals: exact}
      knowledge_base: \(base)
      workloads: {replies: {volume: 10000, input: 1000, output: 100, conversion: 10%}}
      """
    ])
  }

  /// By hand: 10,000 replies bring 1,000 conversions. With n known, 0.4 · n/(n + 1,000) of the requests
  /// are answered: over n from 0 to 1,000 that is 0.4 · (1 − ln 2) = 0.1227411 in the mean. A reply by
  /// the model costs 1,100 · $0.40/M = $0.00044, so all cost 10,000 · 0.8772589 · 0.00044 = $3.85993906.
  @Test func conversionsTeach() throws {
    let scenario = try Self.folder("{workloads: [replies], ceiling: 40%, half_at: 1000}").read()
    let plan = scenario.plans[0]
    let bill = PlanExpectation(scenario: scenario, plan: plan)
    #expect((bill.cost - 3.859_939).magnitude < 1e-6)
    #expect(bill.approximations.map(\.part) == ["the knowledge base"])
    let result = try Simulation(scenario).result(of: plan, run: 1)
    // A request's own chance has a deviation of 0.0033 in the share, what is learnt 0.0026 at most:
    // 0.0042 together, of which 5.1 are 0.0214 (one false alarm in three million).
    let share = Double(result.knownCalls) / 10_000
    #expect((share - 0.122_741_1).magnitude < 0.0214)
    // Binomial: 30 conversions are one deviation.
    #expect((Double(result.knownConversions) - 1_000).magnitude < 5.1 * 30)
    #expect(result.billedCalls == 10_000 - result.knownCalls && result.failedCalls == 0)
    #expect(result.cost == MoneySum(picodollars: 440_000_000 * Int128(10_000 - result.knownCalls)))
    #expect(result.latency.total == 10_000)
  }

  /// Answers of the base are answers like any other in all tables that tell of answers.
  @Test func itsAnswersAreCountedWhereAnswersAre() throws {
    var scenario = try Self.folder(
      "{workloads: [replies], ceiling: 40%, half_at: 1000, known: 1000000000}"
    ).read()
    scenario.tables = [.quality]
    scenario.performanceHours = [24]
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.knownCalls > 3_000 && result.calls == 10_000)
    #expect(result.quality.map(\.counts.calls).reduce(Int64(0), +) == 10_000)
    // 30 days: the views over 24 hours that end with a day hold each call once.
    let all = result.hours.filter { $0.model == nil }.map(\.sample)
    let days = all.filter { ($0.until - scenario.period.start).microseconds % 86_400_000_000 == 0 }
    #expect(days.count == 30 && days.map(\.counts.calls).reduce(Int64(0), +) >= 9_990)
  }

  /// By hand: with all that it can know it helps 40 % of the requests with a quarter of the prompt:
  /// 350 · $0.40/M = $0.00014 in place of $0.00044 (1,000,000,000 known: 0.4 less 4e-7 of it).
  @Test func aSmallerPromptIsBilled() throws {
    let base = "{workloads: [replies], ceiling: 40%, half_at: 1000, known: 1000000000, prompt: 25%}"
    let scenario = try Self.folder(base).read()
    let plan = scenario.plans[0]
    let bill = PlanExpectation(scenario: scenario, plan: plan)
    #expect((bill.cost - 10_000 * (0.6 * 0.00044 + 0.4 * 0.00014)).magnitude < 1e-5)
    let result = try Simulation(scenario).result(of: plan, run: 1)
    #expect((Double(result.knownCalls) - 4_000).magnitude < 5.1 * 49)
    #expect(result.billedCalls == 10_000)
    let known = Int128(result.knownCalls)
    #expect(
      result.cost == MoneySum(picodollars: 440_000_000 * (10_000 - known) + 140_000_000 * known))
  }

  /// Nothing that is billed or drawn changes, whether it is told when the first token comes or not.
  @Test func streamingCostsNothing() throws {
    let base = "{workloads: [replies], ceiling: 40%, half_at: 1000}"
    func run(_ model: String) throws -> PlanResult {
      let scenario = try Self.folder(base, model: model).read()
      return try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    }
    let (whole, streamed) = (try run("{}"), try run("{first_token: 25%}"))
    #expect(whole.performance[0].firstToken == nil)
    #expect(whole.cost == streamed.cost && whole.knownCalls == streamed.knownCalls)
    let first = try #require(streamed.performance[0].firstToken)
    #expect(first.total == streamed.billedCalls)
    // 25 % of 2 s; histograms know latencies to one part in 128.
    #expect((Double(first.percentile(50) ?? 0) / 500_000 - 1).magnitude < 1.0 / 64)
    #expect((Double(streamed.latency.percentile(99) ?? 0) / 2_000_000 - 1).magnitude < 1.0 / 64)
  }

  @Test func mistakesAreShown() throws {
    #expect(
      try Self.folder("{workloads: [repies], ceiling: 40%, half_at: 1}").errors()
        .contains("did you mean 'replies'"))
    #expect(try Self.folder("{workloads: [replies], ceiling: 40%}").errors().contains("half_at"))
    #expect(
      try Self.folder("{workloads: [replies], ceiling: 140%, half_at: 1}").errors().contains("140%")
    )
  }
}
