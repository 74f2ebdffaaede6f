import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Support

/// What inputs are called, and which of them are moved together.
@Suite struct InputWordsTests {
  private func input(_ path: String, _ kind: InputKind = .count) -> ScenarioInput {
    ScenarioInput(
      path: path.split(separator: ".").map(String.init), locations: [], kind: kind, value: 1)
  }

  @Test(arguments: [
    ("workloads.chat.conversation.user", "tokens of a user's message in chat"),
    ("workloads.chat.conversation.user.mean", "tokens of a user's message in chat"),
    ("workloads.chat.conversation.user.cv", "spread (cv) of tokens of a user's message in chat"),
    ("workloads.chat.conversation.prefix.tokens", "tokens of tools and system prompt in chat"),
    ("workloads.chat.conversation.turns.continue", "chance of another turn in chat"),
    ("workloads.chat.conversation.tools.steps.continue", "chance of another tool step in chat"),
    ("workloads.chat.conversation.tools.parallel", "tool calls of a step in chat"),
    ("workloads.chat.conversation.agents.find.parallel", "sub-agents at once in chat, find"),
    (
      "workloads.chat.conversation.agents.find.conversation.answer",
      "tokens of an answer in chat, find"
    ),
    ("workloads.conversation.volume", "volume of conversation"),
    ("workloads.chat.conversation.turns.cap", "cap on turns of a conversation in chat"),
    ("workloads.chat.input.mean", "input of chat"),
    ("workloads.chat.input.cap", "cap on input of chat"),
  ])
  func numbersOfConversationsHaveWords(path: String, words: String) {
    #expect(InputWords.label(input(path)) == words)
  }

  /// Each number that a conversation can state has words of its own: a key alone ("think of chat") tells
  /// a founder nothing.
  @Test func noNumberOfAConversationIsToldByItsKey() {
    let objects: [(FormatObject, String)] = [
      (ScenarioFormat.conversation, "conversation"), (ScenarioFormat.tools, "conversation.tools"),
      (ScenarioFormat.agent, "conversation.agents.find"),
      (ScenarioFormat.fullContext, "conversation.full"),
      (ScenarioFormat.conversationPrefix, "conversation.prefix"),
      (ScenarioFormat.howOften, "conversation.turns"),
    ]
    let passed = ScenarioFormat.conversationCallKeys
    for (object, path) in objects {
      for field in object.fields where !passed.contains(field.key) {
        let isNumber = field.kind.alternatives.contains {
          switch $0 {
          case .count, .share, .duration, .number, .money, .price: true
          default: false
          }
        }
        guard isNumber else { continue }
        let told = InputWords.label(input("workloads.w.\(path).\(field.key)"))
        #expect(
          told.hasSuffix(" in w") || told.hasSuffix(" in w, find"), "\(path).\(field.key): \(told)")
      }
    }
  }

  private static let batch = """
    period: { start: 2026-06-01, days: 30 }
    plans: [10]
    policy: { rules: [{ name: all, model: m }] }
    catalog:
      models:
        m: { provider: p, latency: 1s, input: $10 per 1M tokens, output: $1 per 1M tokens, batch: { factor: 0.5 } }
    budget: $1
    workloads:
      w: { volume: 100, batch: true, input: 1000, output: 0 }
    """

  private func assessor() throws -> (Assessor, Scenario) {
    let folder = try ScenarioFolder(["s.yaml": Self.batch])
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: [])
    return (Assessor(read.tree, scenario: read.scenario, runs: nil, threads: 2), read.scenario)
  }

  /// 10 users x 100 calls x 1,000 tokens at half of $10 a million are $5. Half of all prices is $2.50: were
  /// the batch's factor scaled as well, $1.25.
  @Test func scaledPricesLeaveTheFactorsOfTiers() throws {
    let folder = try ScenarioFolder(["s.yaml": Self.batch])
    let half = try folder.read(overrides: ["prices.***=50%"])
    #expect(abs(Outcome(expected: half, plan: half.plans[0]).cost - 2.5) < 1e-9)
    let (assessor, scenario) = try assessor()
    let knob = try #require(Knob("prices.***", in: assessor.tree))
    #expect(knob.inputs.map(\.name) == ["prices.m.input", "prices.m.output"])
    #expect(Knob("prices.m.batch.factor*", in: assessor.tree)?.inputs.count == 1)
    // A fifth less and more of $5.
    let rows = try Sensitivity(assessor, scenario: scenario, share: 0.2, isBundled: true).rows
    for name in ["prices.m.**", "prices.m.batch.factor"] {
      let row = try #require(rows.first { $0.input.name == name })
      #expect(abs(row.atLow.cost - 4) < 1e-9 && abs(row.atHigh.cost - 6) < 1e-9, "\(name)")
    }
  }

  /// A factor has at most nine decimals, so that halving comes to values that the scenario cannot have:
  /// 0.369140625 keeps $3.70 ($10 x 0.37), the next ones that can be written do not.
  @Test func solvingEndsWhereNoValueLiesBetween() throws {
    let (assessor, _) = try assessor()
    let knob = try #require(Knob("prices.m.batch.factor", in: assessor.tree))
    let solution = try Solver(assessor: assessor, limits: [.budget(3.7)], months: 1)
      .solve(knob, in: nil)
    #expect(solution.answer == 0.3691)
  }
}
