import CostModel
import Testing

@testable import Analysis
@testable import Gates
@testable import Scenarios
@testable import Support

/// Gates take conversations like any other calls.
@Suite struct ConversationChangesTests {
  private static let catalog = """
    models:
      small:
        provider: p
        latency: 1s
        input: $1 per 1M tokens
        output: $2 per 1M tokens
        cache_read: $0.10 per 1M tokens
        cache_write: $1.25 per 1M tokens
        cache_write_long: $2 per 1M tokens
      other: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens }
    """

  private static func scenario(
    turns: String = "3", user: Int = 100, extra: String = "", cache: String = ""
  ) -> String {
    """
    period: { start: 2026-01-01, days: 30 }
    plans: [4]
    catalog: catalog.yaml
    policy: policy.yaml
    traffic: { arrivals: exact }
    \(cache)
    workloads:
      chat:
        volume: 10
        conversation:
          prefix: 1000
          turns: \(turns)
          user: \(user)
          answer: 200
          think: 1min
    \(extra)
    """
  }

  private static func folder(_ scenario: String = scenario()) throws -> GateFolder {
    let folder = try GateFolder()
    try folder.files.write("catalog.yaml", catalog)
    try folder.files.write("policy.yaml", "rules: [{ name: all, model: small }]\n")
    try folder.files.write("s.yaml", scenario)
    return folder
  }

  /// 40 conversations without a cache. 3 turns of 100 tokens send 1,100 + 1,400 + 1,700 = 4,200 tokens;
  /// 4 turns 6,200; 3 turns of 200 tokens 4,800, and 4 of them 7,200. So the turns add, in the mean of both
  /// orders, (2,000 + 2,400) / 2 = 2,200 tokens at $1 and 200 of an answer at $2 a million: $0.0026, and
  /// the messages (600 + 1,000) / 2 = 800 tokens: $0.0008, each 40 times.
  @Test func whatMovedTheBillIsNamed() throws {
    let folder = try Self.folder()
    try folder.files.write("new.yaml", Self.scenario(turns: "4", user: 200))
    let outcome = try Program.run(
      ["diff", "s.yaml", "new.yaml", "--out", folder.files.path("out")], in: folder.files.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("turns of chat: 3 → 4"))
    #expect(outcome.output.contains("tokens of a user's message of chat: 100 → 200"))
    let plan = try #require(try folder.json("out/check.json")["plans"]?.items.first)
    #expect(plan["change_usd"]?.string == "0.136")
    let causes = plan["causes"]?.items ?? []
    #expect(causes.map { $0["cause"]?.string } == ["volume", "tokens"])
    #expect(causes.map { $0["change_usd"]?.string } == ["0.104", "0.032"])
  }

  /// 40 conversations of 4,200 + 600 tokens cost $0.216; output of $3 a million adds 40 · 600 · $1.
  @Test func aDearerConversationFailsTheCheck() throws {
    let folder = try Self.folder()
    try folder.baseline()
    #expect(try folder.check("--max-increase", "1%").code == 0)
    try folder.files.write("catalog.yaml", Self.catalog.replacing("$2 per", with: "$3 per"))
    let outcome = try folder.check("--max-increase", "1%")
    #expect(outcome.code == 99, "\(outcome.errors)")
    #expect(
      outcome.output.contains("costs $0.24 instead of $0.216 (+$0.024, +11.1 %)"),
      "\(outcome.output)")
    #expect(outcome.output.contains("price of small, output tokens: $2.00 → $3.00"))
  }

  /// What no closed form tells is refused with the key that stands against it.
  @Test func whatNoFormulaTellsIsRefused() throws {
    let folder = try Self.folder(
      Self.scenario(cache: "models: { small: { failure_rate: 5% } }"))
    let outcome = try Program.run(
      ["baseline", folder.files.path("s.yaml"), "-o", folder.files.path("baseline.yaml")])
    #expect(outcome.code == 2 && outcome.errors.contains("failure_rate"), "\(outcome.errors)")
  }

  private static let cached = "models: { small: { prompt_cache: { preset: anthropic } } }"
  private static let long = """
          tools: { steps: 2, call: 40, result: 300, time: 5s }
          agents:
            look: { chance: 50%, result: 80, conversation: { prefix: 700, user: 60, answer: 90 } }
          full: { at: 9000, do: compact, to: 500, instruction: 50 }
    """

  private static let changes: [(override: String, cause: Cause, words: String)] = [
    ("turns=5", Cause.volume, "turns of chat: 3 → 5"),
    ("abandon=10%", .volume, "chance to abandon a conversation of chat: 0 % → 10 %"),
    ("prefix=2000", .tokens, "prefix tokens of chat: 1,000 → 2,000"),
    ("user=150", .tokens, "tokens of a user's message of chat: 100 → 150"),
    (
      "answer={mean: 300, cv: 1}", .tokens,
      "tokens of an answer of chat: 200 → 300 on average (cv 1)"
    ),
    ("reasoning=100", .tokens, "reasoning tokens of chat: 0 → 100"),
    ("keep_reasoning=all", .tokens, "reasoning that is sent again of chat: none → all"),
    ("think=20min", .cache, "time to the next message of chat: 1 min → 20 min"),
    (
      "think={mean: 2min, cv: 1}", .cache,
      "time to the next message of chat: 1 min → 2 min on average (cv 1)"
    ),
    (
      "breakpoints=prefix", .cache,
      "where prompts are marked for the cache of chat: rolling → prefix"
    ),
    ("lifetime.prefix=long", .cache, "lifetime of the cached prefix of chat: short → long"),
    ("tools.steps=3", .volume, "tool steps of a turn of chat: 2 → 3"),
    ("tools.call=50", .tokens, "tokens of a tool call of chat: 40 → 50"),
    ("tools.result=400", .tokens, "tokens of a tool's result of chat: 300 → 400"),
    ("tools.parallel=2", .volume, "tools that run together of chat: 1 → 2"),
    ("agents.look.parallel=2", .volume, "sub-agents that run together of chat/look: 1 → 2"),
    (
      "agents.look.result=100", .tokens,
      "tokens that a sub-agent brings back of chat/look: 80 → 100"
    ),
    ("tools.time=7min", .cache, "time of tools of chat: 5 s → 7 min"),
    ("agents.look.chance=60%", .volume, "chance of a sub-agent of chat/look: 50 % → 60 %"),
    (
      "agents.look.conversation.answer=95", .tokens,
      "tokens of an answer of chat/look: 90 → 95"
    ),
    ("full.to=600", .tokens, "tokens of a summary of chat: 500 → 600"),
    (
      "full.at=8000", .tokens,
      "when the context is full of chat: at 9,000 compact (instruction 50, keep 0) → at 8,000 "
        + "compact (instruction 50, keep 0)"
    ),
  ]

  /// A new key of conversations is one more change to be named: what is not tried here is what calls of any
  /// kind have, or what makes others of them.
  @Test func everyKeyIsTried() {
    let tried = Set(
      Self.changes.compactMap { $0.override.split(separator: "=").first }.map(String.init))
    let objects: [(FormatObject, String)] = [
      (ScenarioFormat.conversation, ""), (ScenarioFormat.tools, "tools."),
      (ScenarioFormat.agent, "agents.look."), (ScenarioFormat.lifetime, "lifetime."),
      (ScenarioFormat.fullContext, "full."),
    ]
    let elsewhere: Set<String> = [
      "tools", "agents", "lifetime", "full", "agents.look.conversation", "agents.look.fork",
      "full.do",
      "full.keep", "full.instruction", "lifetime.rest", "full.model",
    ]
    let untried = objects.flatMap { object, path in
      object.keys.filter { !ScenarioFormat.conversationCallKeys.contains($0) }.map { path + $0 }
    }.filter { !tried.contains($0) && !elsewhere.contains($0) }
    #expect(untried == [])
  }

  /// One override is one change under its cause, and making it gives the new bill.
  @Test(arguments: changes)
  func fieldsAreNamed(override: String, cause: Cause, words: String) throws {
    let folder = try Self.folder(Self.scenario(extra: Self.long, cache: Self.cached))
    let path = folder.files.path("s.yaml")
    let base = try ScenarioReader.read(path: path)
    let head = try ScenarioReader.read(
      path: path, overrides: ["workloads.chat.conversation." + override])
    let aligned = AlignedScenarios(base: base, head: head)
    let changes = InputChanges(aligned, users: (4, 4)).list
    #expect(changes.map(\.words) == [words])
    #expect(changes.map(\.cause) == [cause])
    var state = InputChange.State(scenario: aligned.base, users: 4)
    for change in changes { change.apply(&state) }
    let plan = PlanSpec(name: "p", users: 4)
    let made = ExpectedCost(scenario: state.scenario, plan: plan).total
    let wanted = ExpectedCost(scenario: head, plan: plan).total
    #expect((made - wanted).magnitude <= 1e-12 * wanted, "\(made) is not \(wanted)")
    #expect(InputChanges(AlignedScenarios(base: base, head: base), users: (4, 4)).list.isEmpty)
  }

  /// What takes another key beside it, or has no closed form: the rest is kept no longer than the prefix, and
  /// a summary by another model is a call that goes elsewhere.
  @Test(arguments: [
    (
      "lifetime.prefix=long", "lifetime.rest=long", Cause.cache,
      "lifetime of the cached rest of chat: short → long"
    ),
    (
      "turns=3", "full.model=other", .routing,
      "model that summarizes for chat: the policy's → other"
    ),
  ])
  func keysBesideOthersAreNamed(
    both: String, override: String, cause: Cause, words: String
  ) throws {
    let folder = try Self.folder(Self.scenario(extra: Self.long, cache: Self.cached))
    let read = { (overrides: [String]) in
      try ScenarioReader.read(
        path: folder.files.path("s.yaml"),
        overrides: overrides.map { "workloads.chat.conversation." + $0 })
    }
    let aligned = AlignedScenarios(base: try read([both]), head: try read([both, override]))
    let changes = InputChanges(aligned, users: (4, 4)).list
    #expect(changes.map(\.words) == [words])
    #expect(changes.map(\.cause) == [cause])
    var state = InputChange.State(scenario: aligned.base, users: 4)
    for change in changes { change.apply(&state) }
    #expect(
      state.scenario.workloads.map(\.conversation) == aligned.head.workloads.map(\.conversation))
  }

  /// Other kinds of calls are one change, and so are conversations in place of single calls.
  @Test(arguments: [
    (["conversation.tools=null"], "kinds of calls in the conversations of chat"),
    (
      ["conversation=null", "input=100", "output=20"],
      "chat has single calls instead of conversations"
    ),
  ])
  func otherCallsAreOneChange(overrides: [String], words: String) throws {
    let folder = try Self.folder(
      Self.scenario(extra: Self.long.split(separator: "\n")[0] + "\n", cache: Self.cached))
    let path = folder.files.path("s.yaml")
    let base = try ScenarioReader.read(path: path)
    let head = try ScenarioReader.read(
      path: path, overrides: overrides.map { "workloads.chat." + $0 })
    let back = words.replacing(
      "single calls instead of conversations", with: "conversations instead of single calls")
    for (old, new, text) in [(base, head, words), (head, base, back)] {
      let aligned = AlignedScenarios(base: old, head: new)
      let changes = InputChanges(aligned, users: (4, 4)).list
      #expect(changes.map(\.words) == [text])
      var state = InputChange.State(scenario: aligned.base, users: 4)
      for change in changes { change.apply(&state) }
      let plan = PlanSpec(name: "p", users: 4)
      #expect(
        ExpectedCost(scenario: state.scenario.withoutMissing, plan: plan).total
          == ExpectedCost(scenario: new, plan: plan).total)
    }
  }

  /// A workload of conversations that is new or gone is one change: 40 of them cost $0.216 (see above).
  @Test func newConversationsAreNamed() throws {
    let folder = try Self.folder()
    try folder.files.write(
      "single.yaml",
      Self.scenario().replacing(
        "chat:\n", with: "other:\n    volume: 10\n    input: 100\n  chat:\n"))
    try folder.files.write(
      "only.yaml",
      Self.scenario().split(separator: "workloads:")[0]
        + "workloads:\n  other: { volume: 10, input: 100 }\n")
    for (base, head, change, words) in [
      ("only.yaml", "single.yaml", "0.216", "new workload chat"),
      ("single.yaml", "only.yaml", "-0.216", "workload removed: chat"),
    ] {
      let outcome = try Program.run(
        ["diff", base, head, "--out", folder.files.path("out")], in: folder.files.url)
      #expect(outcome.code == 0 && outcome.output.contains(words), "\(outcome.errors)")
      let plan = try #require(try folder.json("out/check.json")["plans"]?.items.first)
      #expect(plan["change_usd"]?.string == change)
    }
  }
}
