import CostModel
import Testing

@testable import Analysis
@testable import Audit
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import costsim

/// `select`'s choices on a small catalog whose figures can be worked out by hand.
@Suite struct SelectionTests {
  private static let catalog = """
    models:
      good: { provider: p, latency: 500ms..1500ms, input: $2 per 1M tokens, output: $8 per 1M tokens }
      fast: { provider: p, latency: 500ms, input: $1 per 1M tokens, output: $4 per 1M tokens }
      poor: { provider: p, latency: 500ms, input: $1 per 1M tokens, output: $5 per 1M tokens }
      eyes:
        { provider: p, capabilities: [vision], latency: 2s, input: $3 per 1M tokens,
          output: $9 per 1M tokens }
      untold: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens }
      slow: { provider: p, input: $1 per 1M tokens, output: $1 per 1M tokens }
      rented: { provider: p, latency: 1s, fixed_monthly: $10 }
      gone:
        { provider: p, deprecated: 2026-05-31, latency: 1s, input: $1 per 1M tokens,
          output: $1 per 1M tokens }
      tiny:
        { provider: p, context_window: 1000, latency: 1s, input: $1 per 1M tokens,
          output: $1 per 1M tokens }
      ears: { provider: p, latency: 1s, audio: $1 per hour }
    """
  private static let scenario = """
    period: { start: 2026-06-01, days: 30 }
    plans: [10]
    catalog: catalog.yaml
    policy:
      rules:
        - { name: see, when: { task: vision }, model: eyes }
        - { name: all, model: good }
    workloads:
      chat: { volume: 100, input: 1000, output: 500, conversion: 2% }
      look: { volume: 10, task: vision, frames: 2, tokens_per_frame: 300, input: 100, output: 100 }
    selection:
      fallback: fast
      quality:
        sight: { figures: [{ model: eyes, quality: 99%, when: { task: vision } }] }
        tests:
          figures:
            - { model: good, quality: 95%, source: our tests }
            - { model: fast, quality: 80% }
            - { model: poor, quality: 60% }
            - { model: eyes, quality: 50% }
            - { model: slow, quality: 90% }
    """

  private func study(
    catalog: String = catalog, _ change: (inout SelectionRules) -> Void = { _ in }
  ) throws -> SelectionStudy {
    let folder = try ScenarioFolder(["catalog.yaml": catalog, "s.yaml": Self.scenario])
    let scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    var rules = try #require(scenario.selection)
    change(&rules)
    return SelectionStudy(scenario, rules: rules)
  }

  private func answer(_ name: String, _ study: SelectionStudy) throws -> SelectionAnswer {
    try #require(study.answers.first { $0.calls.name == name })
  }

  private func names(_ study: SelectionStudy, _ candidates: [SelectionCandidate]) -> [String] {
    candidates.map { study.scenario.catalog[$0.model].name }
  }

  private func verdicts(
    _ study: SelectionStudy, _ answer: SelectionAnswer
  ) -> [String: SelectionCandidate.Verdict] {
    Dictionary(uniqueKeysWithValues: zip(names(study, answer.candidates), answer.candidates))
      .mapValues(\.verdict)
  }

  // MARK: Verdicts

  @Test func everyModelGetsItsVerdict() throws {
    let study = try study()
    let chat = try answer("chat", study)
    #expect(
      verdicts(study, chat) == [
        "good": .scored, "fast": .scored, "poor": .scored, "eyes": .scored,
        "untold": .unscored("quality"), "slow": .unscored("latency"),
        "rented": .incapable("it costs a fixed sum a month"),
        "gone": .incapable("it was withdrawn on 31 May 2026"),
        "tiny": .incapable("its window of 1,000 tokens is too small"),
        "ears": .incapable("it has no price for input"),
      ])
    let look = try verdicts(study, answer("look", study))
    #expect(look["eyes"] == .scored)
    #expect(
      look["good"] == .incapable("the catalog lists no vision among its capabilities"))
  }

  /// The period begins on 1 June: a model that is off on that day answers nothing, one that goes on the next
  /// answers a day's calls. Nobody states its quality, so that it is not scored.
  @Test(arguments: [
    ("2026-06-01", SelectionCandidate.Verdict.incapable("it was withdrawn on 1 June 2026")),
    ("2026-06-02", .unscored("quality")),
  ])
  func aModelIsGoneFromItsLastDay(date: String, verdict: SelectionCandidate.Verdict) throws {
    let study = try study(catalog: Self.catalog.replacing("2026-05-31", with: date))
    #expect(try verdicts(study, answer("chat", study))["gone"] == verdict)
  }

  /// 0.4 quality + 0.3 (1 − latency / 5 s) + 0.2 (1 − cost / $1) + 0.1 conversion, by hand.
  @Test func theScoreIsTheDocuments() throws {
    let study = try study()
    let chat = try answer("chat", study)
    #expect(names(study, chat.left) == ["good", "fast", "poor", "eyes"])
    let cost = (1_000 * 2 + 500 * 8) / 1e6
    let expected = 0.4 * 0.95 + 0.3 * (1 - 1.0 / 5) + 0.2 * (1 - cost) + 0.1 * 0.02
    let score = try #require(chat.left.first?.score?.total)
    #expect((score - expected).magnitude < 1e-12)
    #expect(names(study, chat.frontier) == ["fast", "good"])
    #expect(chat.choice == .best(study.scenario.catalog.id(named: "good") ?? ModelID(9)))
    #expect(chat.bestWhereCostCounts(study.rules).map { study.scenario.catalog[$0].name } == "fast")
  }

  /// Two models can be compared on the second scale, one alone on the first.
  @Test func callsAreJudgedOnTheScaleThatComparesMost() throws {
    let study = try study()
    #expect(try answer("chat", study).scale?.name == "tests")
    let look = try answer("look", study)
    #expect(look.scale?.name == "sight" && look.left.first?.quality?.value == 0.99)
  }

  @Test func limitsDropWhatBreaksThem() throws {
    let study = try study {
      $0.maxLatency = SimDuration(microseconds: 900_000)
      $0.minQuality = 0.7
      $0.maxCost = MoneySum(picodollars: 4_000_000_000)
    }
    let chat = try answer("chat", study)
    let found = verdicts(study, chat)
    #expect(found["good"] == .dropped(["max_latency", "max_cost"]))
    #expect(found["poor"] == .dropped(["min_quality"]))
    #expect(found["eyes"] == .dropped(["max_latency", "max_cost", "min_quality"]))
    #expect(names(study, chat.left) == ["fast"])
    let look = try answer("look", study)
    #expect(look.choice == .fallback(study.scenario.catalog.id(named: "fast")))
    let text = SelectionMarkdown(study: study)
    #expect(
      text.headline().contains(
        "For 1 kind of call no model is left, so the rule falls back to fast."))
    #expect(
      text.text(hasPicture: true).contains("breaks the limit of 900 ms latency and the limit of"))
  }

  @Test func aStandInScoresWhatNobodyRates() throws {
    let study = try study { $0.standIn = 0.99 }
    let chat = try answer("chat", study)
    let untold = try #require(
      chat.left.first { study.scenario.catalog[$0.model].name == "untold" })
    #expect(untold.quality?.value == 0.99 && untold.quality?.source == nil)
    #expect(chat.left.first?.model == untold.model)
  }

  // MARK: Figures

  /// The expected price of fixed sizes is what the library bills, whatever they are.
  @Test(arguments: (1...40).map { 5_200 + $0 } as [UInt64])
  func costsAreTheLibrarys(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    var builder = ScenarioBuilder()
    builder.models = ["a", "b"].map {
      ScenarioBuilder.model(
        $0, input: Double(1 + random.below(900)) / 100, output: Double(1 + random.below(900)) / 100)
    }
    var usage = Usage()
    usage.inputTokens = Int64(random.below(9_000))
    usage.reasoningTokens = Int64(random.below(500))
    usage.outputTokens = Int64(random.below(2_000)) + usage.reasoningTokens
    usage.calls = 1
    var variant = ScenarioBuilder.variant(
      input: Double(usage.inputTokens), output: Double(usage.outputTokens - usage.reasoningTokens))
    variant.reasoning = .fixed(Double(usage.reasoningTokens))
    builder.workloads = [ScenarioBuilder.workload("w", volume: 10, mix: [variant])]
    let scenario = builder.build()
    let study = SelectionStudy(
      scenario, rules: try SelectionReader.standard(for: scenario.catalog))
    for candidate in try answer("w", study).candidates {
      let cost = try Pricer(scenario.catalog[candidate.model])
        .cost(of: usage, at: scenario.period.start).total
      #expect(
        ((candidate.cost ?? -1) - MoneySum(cost).dollars).magnitude <= 1e-12,
        "\(candidate) against \(cost)")
    }
  }

  /// Against a sweep from the cheapest model on, which keeps what is better than all before it.
  @Test(arguments: (1...40).map { 6_100 + $0 } as [UInt64])
  func theFrontierIsThatOfASweep(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    var builder = ScenarioBuilder()
    let count = 2 + random.below(9)
    // Few prices and qualities, so that many are equal.
    let prices = (0..<count).map { _ in Double(1 + random.below(5)) }
    builder.models = prices.indices.map {
      ScenarioBuilder.model("m\($0)", input: prices[$0], output: prices[$0])
    }
    let scenario = builder.build()
    var rules = try SelectionReader.standard(for: scenario.catalog)
    let qualities = (0..<count).map { _ in Double(random.below(5)) / 5 }
    rules.scales = [
      SelectionRules.Scale(
        name: "s", title: "s",
        figures: qualities.indices.map {
          SelectionRules.Figure(
            model: ModelID(UInt16($0)), conditions: [], quality: qualities[$0], source: "")
        })
    ]
    let found = try answer("w", SelectionStudy(scenario, rules: rules)).frontier.map(\.model.index)
    var expected: [Int] = []
    var best = -1.0
    for price in Set(prices).sorted() {
      let here = prices.indices.filter { prices[$0] == price }
      guard let top = here.map({ qualities[$0] }).max(), top > best else { continue }
      expected += here.filter { qualities[$0] == top }
      best = top
    }
    #expect(found == expected)
  }

  /// Every round of an assistant is the same kind of call; tools and variants are kinds of their own.
  @Test func kindsOfCallsHaveTheirNames() throws {
    let path = RepositoryFiles.root.appendingPathComponent("scenarios/huntaze-engineering.yaml")
      .path
    let scenario = try ScenarioReader.read(path: path)
    let cases = SelectionCase.all(of: scenario, plan: scenario.plans[0])
    #expect(cases.count == 18)
    let butler = try #require(cases.first { $0.name == "butler" })
    #expect(butler.parts.count == 4, "three rounds and a confirmation")
    // A tool is called in 1 − 70 % × 80 % × 85 % × 95 % × 95 % = 57.041 % of the rounds, and the next one
    // follows: 1 + 0.57041 + 0.57041² rounds, and 10 % confirmations, of 90 conversations a user.
    #expect((butler.calls / (50 * 90) - (1 + 0.57041 + 0.325368 + 0.1)).magnitude < 0.01)
    #expect(cases.contains { $0.name == "campaigns: creative" })
    #expect(cases.contains { $0.name == "butler: analyze_fans" })
  }

  /// A conversation's calls cost what the whole plan does were the model the only one, call by call.
  @Test func callsOfConversationsArePricedInThem() throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": """
      models:
        near: { provider: p, latency: 1s, input: $3 per 1M tokens,
          output: $15 per 1M tokens, cache_read: $0.30 per 1M tokens,
          cache_write: $3.75 per 1M tokens }
        plain: { provider: q, latency: 1s, input: $1 per 1M tokens, output: $20 per 1M tokens }
      """,
      "s.yaml": """
      period: { start: 2026-06-01, days: 30 }
      plans: [10]
      catalog: catalog.yaml
      models:
        near: { prompt_cache: { match: breakpoint, ttl: 5min, minimum_tokens: 1024 } }
      policy: { rules: [{ name: all, model: near }] }
      workloads:
        chat:
          volume: 20
          conversation: { turns: 4, prefix: 2000, user: 100, answer: 300, think: 1min }
      selection:
        quality:
          tests: { figures: [{ model: near, quality: 90% }, { model: plain, quality: 80% }] }
      """,
    ])
    let scenario = try folder.read()
    let study = SelectionStudy(scenario, rules: try SelectionReader.rules(of: scenario))
    let answer = try #require(study.answers.first)
    #expect(study.answers.count == 1 && answer.current == scenario.catalog.id(named: "near"))
    // 10 users, 20 conversations of 4 calls each.
    for model in ["near", "plain"] {
      let alone = try folder.read(overrides: ["policy.rules.0.model=\(model)"])
      let bill = ExpectedCost(scenario: alone, plan: alone.plans[0]).total
      let id = try #require(scenario.catalog.id(named: model))
      let cost = try #require(answer.cost(of: id))
      #expect((cost * 800 / bill - 1).magnitude < 1e-9, "\(model) \(cost) \(bill)")
    }
    // The mean call sends 2,700 tokens and answers with 300: $0.0126 if nothing were read from the cache.
    #expect(try #require(answer.currentCost) < 0.0126)
  }
}
