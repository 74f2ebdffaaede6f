import CostModel
import Testing

@testable import Analysis
@testable import Gates
@testable import Scenarios

/// Whatever differs between two scenarios is found, and found again nowhere else.
@Suite struct InputChangesTests {
  private static func scenario(_ seed: Int) -> Scenario {
    var scenario = RandomScenario(seed: UInt64(seed)).scenario
    var random = TestRandom(seed: UInt64(seed))
    for place in scenario.workloads.indices {
      scenario.workloads[place].volume = Double(1 + random.below(50))
      // Which models cannot answer a call follows from the catalog, here for none.
      scenario.workloads[place].changeVariants { $0.unfit = [] }
    }
    return scenario
  }

  private static func bill(_ scenario: Scenario, _ users: Int) -> Double {
    let plan = PlanSpec(name: "p", users: users)
    return ExpectedCost(scenario: scenario.withoutMissing, plan: plan).total
  }

  private func expectSame(_ a: Double, _ b: Double, _ note: Comment) {
    #expect((a - b).magnitude <= 1e-9 * b.magnitude + 1e-12, note)
  }

  /// Making every change turns the one into the other: no input that moves a bill is forgotten.
  @Test(arguments: 1...60) func allChangesTogetherAreTheNewScenario(seed: Int) {
    let (base, head) = (Self.scenario(seed), Self.scenario(seed + 1_000))
    let aligned = AlignedScenarios(base: base, head: head)
    var state = InputChange.State(scenario: aligned.base, users: 3)
    expectSame(Self.bill(aligned.base, 3), Self.bill(base, 3), "aligned")
    let changes = InputChanges(aligned, users: (3, 5)).list
    for change in changes { change.apply(&state) }
    #expect(state.users == 5)
    expectSame(Self.bill(state.scenario, 5), Self.bill(head, 5), "seed \(seed)")
    state.scenario.workloads.removeAll { $0.stages.isEmpty }
    let left = InputChanges(AlignedScenarios(base: state.scenario, head: head), users: (5, 5)).list
    #expect(left.map(\.words) == [])
  }

  /// What one side lacks costs that side nothing, not even its model's fixed price.
  @Test func whatIsMissingIsFree() throws {
    let rented = """
      models:
        large: { provider: p, latency: 1s, fixed_monthly: $7 }
        small: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens }
      """
    let folder = try GateFolder().files
    try folder.write("catalog.yaml", rented)
    let mix = ["workloads.chat.mix.easy.share=100%", "workloads.chat.mix.hard=null"]
    let (base, head) = (try folder.read(overrides: mix), try folder.read())
    let aligned = AlignedScenarios(base: base, head: head)
    expectSame(Self.bill(aligned.base, 4), Self.bill(base, 4), "without")
    expectSame(Self.bill(aligned.head, 4), Self.bill(head, 4), "with")
    let back = AlignedScenarios(base: head, head: base)
    expectSame(Self.bill(back.head, 4), Self.bill(base, 4), "back")
    #expect(InputChanges(aligned, users: (4, 4)).list.map(\.cause) == [.mix])
  }

  @Test(arguments: 1...20) func aScenarioDoesNotDifferFromItself(seed: Int) {
    let scenario = Self.scenario(seed)
    let aligned = AlignedScenarios(base: scenario, head: scenario)
    #expect(InputChanges(aligned, users: (3, 3)).list.map(\.words) == [])
  }

  /// One override of a shipped scenario is one change, in plain words, under its cause.
  @Test(arguments: [
    (
      "users.account_plans={starter: 70%, pro: 20%, scale: 8%, enterprise: 2%}", Cause.volume,
      "account plans: starter 60 %, pro 30 %, scale 8 %, enterprise 2 % → "
        + "starter 70 %, pro 20 %, scale 8 %, enterprise 2 %"
    ),
    ("workloads.butler.volume=120", .volume, "calls per user and month of butler: 90 → 120"),
    (
      "workloads.butler.rounds.confirm=20%", .volume,
      "how often the steps of butler are taken"
    ),
    (
      "workloads.classification.output=12", .tokens,
      "output tokens of classification: 10 → 12"
    ),
    (
      "workloads.fan-messages.mix.quick.input=200", .tokens,
      "input tokens of fan-messages/quick: 300 on average (cv 0.5, at most 2,000) → 200"
    ),
    (
      "workloads.fan-messages.mix.quick.complexity=high", .routing,
      "attributes of fan-messages/quick: task generation, complexity simple, priority high, "
        + "tier economy, action fan-message, use_case fan messages → task generation, "
        + "complexity high, priority high, tier economy, action fan-message, "
        + "use_case fan messages"
    ),
    (
      "cache.classes.creative.hit_rate=50%", .cache,
      "cache class creative: kept 10 min, 40 % hits → kept 10 min, 50 % hits"
    ),
    (
      "prices.mistral.calls=$6 per 15K calls", .price,
      "price of mistral, calls: $0.333333333333 → $0.40 per 1,000 calls"
    ),
    (
      "chains.economy=[phi4, llama]", .routing,
      "fallback chain of economy: phi4-mini → phi4-mini, llama"
    ),
    ("models.claude-3-5.failure_rate=1%", .failures, "failure rate of claude-3-5: 0.1 % → 1 %"),
    ("retry={max: 1, base: 1s}", .failures, "retries: 0 → 1"),
    ("bill_failures=all", .failures, "what a failed attempt costs: none → all"),
    ("traffic.weekdays=[1, 1, 1, 1, 1, 1, 1]", .timing, "hours of fan-messages"),
    (
      "budget.thresholds.1.act={shed: {priority: [low, medium]}}", .enforcement,
      "lines of the budget that act: none → budget-90 at $900.00: shed for priority low or medium"
    ),
    ("cache.flush=[2025-11-10T09:00]", .cache, "cache flushes: 0 → 1"),
    ("seed=43", .timing, "seed: 42 → 43"),
  ])
  func inputsAreNamed(override: String, cause: Cause, words: String) throws {
    let path = ShippedScenarioTests.folder + "/huntaze-engineering.yaml"
    let aligned = AlignedScenarios(
      base: try ScenarioReader.read(path: path),
      head: try ScenarioReader.read(path: path, overrides: [override]))
    let changes = InputChanges(aligned, users: (50, 50)).list
    #expect(changes.first?.words == words)
    #expect(Set(changes.map(\.cause)) == [cause])
  }

  /// What calls bill beside the model that answers them, and who is asked first, moves a bill as well.
  @Test(arguments: ["price of search, searches", "price of judge, input tokens"])
  func pricesOfModelsThatNoRuleNamesAreTold(words: String) throws {
    func catalog(_ search: String, _ judge: String) -> String {
      """
      models:
        small: { provider: p, latency: 1s, input: $0.10 per 1M tokens, output: $0.40 per 1M tokens }
        search: { provider: p, latency: 1s, searches: \(search) per 1K searches }
        judge: { provider: p, latency: 1s, input: \(judge) per 1M tokens, output: $1 per 1M tokens }
      """
    }
    let folder = try ScenarioFolder([
      "catalog.yaml": catalog("$1", "$1"),
      "policy.yaml": "rules:\n  - { name: rest, model: small }",
      "s.yaml": """
      period: { start: 2026-01-01, days: 30 }
      seed: 1
      plans: [4]
      catalog: catalog.yaml
      policy: policy.yaml
      classifier: { model: judge, accuracy: 90%, wrong: { judge: 100% }, call: { input: 100, output: 1 } }
      workloads:
        chat: { volume: 10, input: 500, output: 200, uses: { search: { searches: 1 } } }
      """,
    ])
    let base = try folder.read()
    try folder.write(
      "catalog.yaml", words.contains("search") ? catalog("$2", "$1") : catalog("$1", "$9"))
    let head = try folder.read()
    let changes = InputChanges(AlignedScenarios(base: base, head: head), users: (4, 4)).list
    #expect(changes.map(\.cause) == [.price])
    #expect(changes.first?.words.hasPrefix(words) == true, "\(changes.map(\.words))")
  }

  /// Models have other places in a catalog that lists them in another order, and calls go where they went.
  @Test func theOrderOfACatalogIsNoChange() throws {
    let models = [
      "small: { provider: p, latency: 1s, input: $0.10 per 1M tokens, output: $0.40 per 1M tokens }",
      "large: { provider: p, latency: 1s, input: $3 per 1M tokens, output: $9 per 1M tokens }",
      "judge: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens }",
    ]
    func catalog(_ models: [String]) -> String {
      "models:\n" + models.map { "  " + $0 }.joined(separator: "\n")
    }
    let folder = try ScenarioFolder([
      "catalog.yaml": catalog(models),
      "policy.yaml": "rules:\n  - { name: rest, model: small }",
      "s.yaml": """
      period: { start: 2026-01-01, days: 30 }
      seed: 1
      plans: [4]
      catalog: catalog.yaml
      policy: policy.yaml
      classifier: { model: judge, accuracy: 90%, wrong: { large: 100% }, call: { input: 100, output: 1 } }
      workloads:
        chat: { volume: 10, input: 500, output: 200 }
      """,
    ])
    let base = try folder.read()
    try folder.write("catalog.yaml", catalog(models.reversed()))
    let head = try folder.read()
    let aligned = AlignedScenarios(base: base, head: head)
    #expect(InputChanges(aligned, users: (4, 4)).list.map(\.words) == [])
    expectSame(Self.bill(aligned.base, 4), Self.bill(aligned.head, 4), "aligned")
    expectSame(Self.bill(aligned.base, 4), Self.bill(base, 4), "moved")
  }
}
