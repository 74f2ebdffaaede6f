import CostModel
import Testing

@testable import Analysis
@testable import Simulator

/// The butler of complete-guide.md:2498–2558: a round that calls a tool forces another one, and a tool
/// in the third ends the flow in an error.
@Suite struct ForcedRoundsTests {
  /// Three tools, as the scenario has had them, of fixed sizes. A token costs $1 per million.
  private static func folder(
    rule: String = "until: no_tool, error: Trop d'actions", tools: String? = nil,
    volume: Int = 20_000, workload: String = ""
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog: {models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens}}}
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: exact}
      workloads:
        butler:
          volume: \(volume)
          input: 900
          output: 100
          rounds:
            \(rule.replacing(", ", with: "\n      "))
            max: 3
            input_growth: 500
            tools: \(tools ?? usual)
      \(workload)
      """
    ])
  }

  private static let usual = """
    {generate_content: {probability: 30%, input: 3000}, analyze_fans: {probability: 15%, input: 9000},
        get_smart_replies: {probability: 20%, input: 400}}
    """

  /// By hand: no tool is called with 0.7 · 0.85 · 0.8 = 0.476, so that one is with p = 0.524. A flow
  /// has 1 + p + p² = 1 + 0.524 + 0.274576 = 1.798576 rounds, and p³ = 0.143877824 of them end in the
  /// error. Rounds cost 1,000 + 1,500p + 2,000p² = 1,000 + 786 + 549.152 = 2,335.152 µ$, and each
  /// round's tools 0.3 · 3,100 + 0.15 · 9,100 + 0.2 · 500 = 2,395 µ$, in all rounds that there are:
  /// 1.798576 · 2,395 = 4,307.58952. Together 6,642.74152 µ$ a flow, and $132.8548304 for 20,000.
  @Test func toolsForceRounds() throws {
    let scenario = try Self.folder().read()
    let expected = scenario.workloads[0].expectedRounds
    #expect((expected.rounds - 1.798576).magnitude < 1e-12)
    #expect((expected.givesUp - 0.143877824).magnitude < 1e-12)
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((bill.cost - 132.8548304).magnitude < 1e-9)

    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let flow = try #require(result.flows.first)
    #expect(flow.givesUpWith == "Trop d'actions")
    #expect(flow.started == 20_000)
    #expect(flow.completed + flow.gaveUp == 20_000)
    #expect(flow.latency.total == flow.completed)
    // 5.1 standard deviations: one false alarm in three million.
    let p = 0.143877824
    let deviation = (p * (1 - p) / 20_000).squareRoot()
    #expect((Double(flow.gaveUp) / 20_000 - p).magnitude < 5.1 * deviation)
    // Var of the rounds: (1 − p) + 4p(1 − p) + 9p² − 1.798576² = 0.476 + 0.997696 + 2.471184 −
    // 3.234876 = 0.710004.
    let rounds = 1 + Double(flow.furtherRounds) / 20_000
    #expect((rounds - 1.798576).magnitude < 5.1 * (0.710004 / 20_000).squareRoot())
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)
  }

  /// By hand: where rounds continue by chance, their tools do not matter, and no flow gives up. Rounds
  /// cost 1,000 + 1,500 · 0.35 + 2,000 · 0.1225 = 1,770 µ$, tools 1.4725 · 2,395 = 3,526.6375.
  @Test func continuingIsAnotherRule() throws {
    let scenario = try Self.folder(rule: "continue: 35%").read()
    let flow = try #require(Simulation(scenario).result(of: scenario.plans[0], run: 1).flows.first)
    #expect(flow.gaveUp == 0 && flow.completed == 20_000 && flow.givesUpWith == nil)
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((bill.cost - 20_000 * 5_296.6375e-6).magnitude < 1e-9)
  }

  /// Every outcome of three rounds of three tools, one after the other, against the closed form's
  /// moments: what a round's tools cost and whether another round follows hang together.
  @Test func momentsAreThoseOfAllOutcomes() throws {
    let scenario = try Self.folder().read()
    let chances = [0.3, 0.15, 0.2]
    let costs = [3_100e-6, 9_100e-6, 500e-6]
    var outcomes: [(chance: Double, cost: Double)] = []
    func play(_ round: Int, _ chance: Double, _ cost: Double) {
      let here = cost + (1_000 + 500 * Double(round)) * 1e-6
      for called in 0..<8 {
        let isCalled = (0..<3).map { called & (1 << $0) > 0 }
        let often = zip(chances, isCalled).reduce(chance) { $0 * ($1.1 ? $1.0 : 1 - $1.0) }
        let sum = zip(costs, isCalled).reduce(here) { $0 + ($1.1 ? $1.0 : 0) }
        if called == 0 || round == 2 {
          outcomes.append((often, sum))
        } else {
          play(round + 1, often, sum)
        }
      }
    }
    play(0, 1, 0)
    func moment(_ power: Int) -> Double {
      outcomes.reduce(0) { sum, outcome in
        sum + (0..<power).reduce(outcome.chance) { product, _ in product * outcome.cost }
      }
    }
    let cost = ExpectedCost(scenario: scenario, users: 1)
    let flow = try #require(cost.counted.first?.moments)
    #expect((flow.mean / moment(1) - 1).magnitude < 1e-12)
    #expect((flow.square / moment(2) - 1).magnitude < 1e-12)
    #expect((flow.cube / moment(3) - 1).magnitude < 1e-12)
  }

  /// By hand: a tool called with 50 % that calls a model half of those times forces 1 + 0.5 + 0.25 =
  /// 1.75 rounds, and costs in a quarter of them; 0.125 give up.
  @Test func toolsWithoutAModelForceRoundsToo() throws {
    let tools = "{schedule_post: {probability: 50%, calls_model: 50%, input: 3900}}"
    let scenario = try Self.folder(tools: tools).read()
    let expected = scenario.workloads[0].expectedRounds
    #expect(expected.rounds == 1.75 && expected.givesUp == 0.125)
    // 1,000 + 0.5 · 1,500 + 0.25 · 2,000 = 2,250 µ$ for the rounds, 1.75 · 0.25 · 4,000 = 1,750 for tools.
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((bill.cost - 20_000 * 4_000e-6).magnitude < 1e-9)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)
    let flow = try #require(result.flows.first)
    let deviation = (0.125 * 0.875 / 20_000).squareRoot()
    #expect((Double(flow.gaveUp) / 20_000 - 0.125).magnitude < 5.1 * deviation)
  }

  /// By hand: half of all calls fail, and with any of them the flow. The butler answers with 1/2; its
  /// tool is called with 1/2 and then fails with 1/2. So 1/2 + 1/2 · 1/4 = 5/8 of the flows fail in round
  /// 1, 1/4 end, and 1/8 come to round 2, of which it is the same again.
  @Test func failuresEndRounds() throws {
    let scenario = try Self.folder(
      tools: "{t: {probability: 50%, input: 900}}", workload: "models: {m: {failure_rate: 50%}}"
    ).read()
    let calls = ExpectedCost(scenario: scenario, users: 1).calls.map(\.perFlow)
    let expected = [1, 0.25, 0.125, 0.03125, 0.015625, 0.00390625]
    for (found, wanted) in zip(calls, expected) { #expect((found - wanted).magnitude < 1e-12) }
    #expect(calls.count == expected.count)
    let flow = try #require(Simulation(scenario).result(of: scenario.plans[0], run: 1).flows.first)
    // 5/8 · (1 + 1/8 + 1/64) fail, 1/512 give up.
    let fails = 0.625 * (1 + 0.125 + 0.015625)
    #expect(
      (Double(flow.failed) / 20_000 - fails).magnitude < 5.1
        * (fails * (1 - fails) / 20_000).squareRoot())
    #expect((1...120).contains(flow.gaveUp))
  }

  @Test func mistakesAreShown() throws {
    #expect(
      try Self.folder(rule: "until: no_tool, continue: 35%").errors()
        .contains("'continue' and 'until' exclude each other"))
    #expect(
      try Self.folder(rule: "error: x, continue: 35%").errors().contains("'error' needs 'until'"))
    #expect(
      try Self.folder(rule: "confirm: 10%").errors()
        .contains("'continue' or 'until' is missing in this rounds"))
    #expect(
      try Self.folder(tools: "{}").errors().contains("'until: no_tool' needs 'tools'"))
    #expect(
      try Self.folder(tools: "{t: {calls_model: 120%}}").errors().contains("120%"))
  }
}
