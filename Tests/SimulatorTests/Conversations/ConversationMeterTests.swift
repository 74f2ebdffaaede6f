import CostModel
import Testing

@testable import Analysis
@testable import Gates
@testable import Scenarios
@testable import Simulator

/// What conversations' calls are metered for beside tokens, each against a bill by hand.
@Suite struct ConversationMeterTests {
  /// 10 users with 10 conversations each; tokens are free.
  private static func folder(
    workload: String = "", conversation: String, arrivals: String = "exact"
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-01-01, days: 30}
      plans: [10]
      catalog:
        models:
          m: {provider: p, latency: 1s, input: $0 per 1M tokens, output: $0 per 1M tokens,
            searches: $10 per 1K searches, pages: $2 per 1K pages, audio: $0.36 per hour,
            context_window: 100000}
          rerank: {provider: p, latency: 1s, searches: $2 per 1K searches, search_documents: 100}
          web: {provider: p, latency: 1s, searches: $5 per 1K searches}
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: \(arrivals)}
      workloads:
        chat:
          volume: 10
          \(workload)
          conversation: {user: 60, answer: 100, think: 60s, \(conversation)}

      """
    ])
  }

  private static func bill(
    workload: String = "", conversation: String, arrivals: String = "exact"
  ) throws -> (result: PlanResult, expected: PlanExpectation) {
    let scenario = try folder(
      workload: workload, conversation: conversation, arrivals: arrivals
    ).read()
    let plan = scenario.plans[0]
    return (
      try Simulation(scenario).result(of: plan, run: 1),
      PlanExpectation(scenario: scenario, plan: plan)
    )
  }

  private static let steps = "tools: {steps: 1, call: 20, result: 50"

  /// 100 conversations of 3 turns, each with one tool step: 300 tool steps and 300 answers. Dollars in all:
  /// a search of m is $0.01, a page $0.002, 20 s of audio $0.002; a search of web $0.005, 140 documents at
  /// rerank $0.004.
  @Test(arguments: [
    ("searches: 2", "turns: 3, \(steps)}", 12.0),
    ("", "turns: 3, searches: 2, \(steps)}", 12.0),
    // Tool steps say otherwise, or answers do.
    ("searches: 2", "turns: 3, \(steps), searches: 0}", 6.0),
    ("", "turns: 3, \(steps), searches: 2}", 6.0),
    ("searches: 2", "turns: 3, searches: 1, \(steps), pages: 3}", 7.8),
    ("audio: 20s", "turns: 3, \(steps)}", 1.2),
    ("uses: {web: {searches: 1}}", "turns: 3, \(steps)}", 3.0),
    (
      "uses: {web: {searches: 1}}",
      "turns: 3, \(steps), uses: {rerank: {documents: 140}}}", 1.5 + 1.2
    ),
    // One sub-agent a tool step, with two answers: it takes what the workload says, not the conversation.
    (
      "searches: 1",
      "turns: 3, pages: 5, \(steps)}, agents: {helper: {conversation: {turns: 2, user: 9, answer: 9, "
        + "think: 1s}}}", 12.0 + 6.0
    ),
    (
      "searches: 1",
      "turns: 3, \(steps)}, agents: {helper: {searches: 0, pages: 1, conversation: {user: 9, answer: 9}}}",
      6.0 + 0.6
    ),
  ])
  func everyCallIsMetered(workload: String, conversation: String, dollars: Double) throws {
    let bill = try Self.bill(workload: workload, conversation: conversation)
    #expect(bill.result.failedCalls == 0)
    #expect(bill.result.cost == MoneySum(picodollars: Int128((dollars * 1e12).rounded())))
    #expect((bill.expected.cost / dollars - 1).magnitude < 1e-12)
    // What is told of conversations is all of it.
    #expect(bill.result.conversations.first?.cost == bill.result.cost)
  }

  /// A prompt of 160 tokens a turn more is summarized at 300: compactions search for nothing.
  @Test func compactionsHaveNone() throws {
    let bill = try Self.bill(
      workload: "searches: 1",
      conversation: "uses: {web: {searches: 1}}, turns: 6, full: {at: 300, do: compact, to: 50}")
    let told = try #require(bill.result.conversations.first)
    #expect(told.calls[Int(ConversationCall.compaction.rawValue)] > 0)
    // 600 answers.
    #expect(bill.result.cost == MoneySum(picodollars: 9_000_000_000_000))
  }

  /// A conversation has N turns, N geometric of mean 2 and variance 2, each with 1 to 8 pages, of mean 4.5
  /// and variance 5.25: E S = 9 and Var S = 2 · 5.25 + 2 · 4.5² = 51 pages at $0.002. Poisson arrivals:
  /// 100 · (51 + 81).
  @Test func spreadOfDrawnMeters() throws {
    let scenario = try Self.folder(
      workload: "pages: 1..8", conversation: "turns: {continue: 50%}", arrivals: "poisson"
    ).read()
    let cost = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    #expect((cost.total / (100 * 9 * 0.002) - 1).magnitude < 1e-9)
    let variance = 100 * (51 + 81) * 0.002 * 0.002
    #expect((cost.variance / variance - 1).magnitude < 1e-6)
    // The simulated bill within 5 deviations (a false alarm in 1.7 million; the seed is fixed).
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect((result.cost.dollars - cost.total).magnitude < 5 * variance.squareRoot())
  }

  /// What another model costs may vary as well: 50 to 450 documents are 1 to 5 searches, of mean
  /// 1,201 / 401.
  @Test func usesAreDrawnForEachCall() throws {
    let bill = try Self.bill(
      workload: "uses: {rerank: {documents: 50..450}}", conversation: "turns: 3, \(Self.steps)}")
    let mean = 600 * 0.002 * 1_201.0 / 401.0
    #expect((bill.expected.cost / mean - 1).magnitude < 1e-6)
    let error = 0.002 * 1.158 * 600.0.squareRoot()
    #expect((bill.result.cost.dollars - mean).magnitude < 5 * error)
  }

  @Test(arguments: [
    ("input_audio: 5", "turns: 3", "'input_audio' and 'conversation' exclude each other"),
    ("video: 2s", "turns: 3", "'m', which has no price for 'video'"),
    ("", "turns: 3, characters: 5", "'m', which has no price for 'characters'"),
    ("", "turns: 3, \(steps), uses: {webb: {searches: 1}}}", "unknown model 'webb'"),
    ("uses: {web: {pages: 1}}", "turns: 3", "'web', which has no price for 'pages'"),
    ("searches: -1", "turns: 3", "s.yaml:"),
  ])
  func whatCannotBeIsAnError(workload: String, conversation: String, message: String) throws {
    let errors = try Self.folder(workload: workload, conversation: conversation).errors()
    #expect(errors.contains(message) && errors.contains("s.yaml:"), "\(errors)")
  }

  /// What moved the bill is named: 300 answers search once more.
  @Test func aChangeIsNamed() throws {
    let old = try Self.folder(workload: "searches: 1", conversation: "turns: 3")
    let new = try Self.folder(workload: "searches: 2", conversation: "turns: 3")
    let outcome = try Program.run(["diff", old.path("s.yaml"), new.path("s.yaml")])
    #expect(
      outcome.output.contains("searches of chat: 1 → 2"), "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("+$3.00"), "\(outcome.output)")
  }
}
