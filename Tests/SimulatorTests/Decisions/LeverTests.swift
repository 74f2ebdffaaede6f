import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Support

@Suite struct LeverTests {
  private static let shorter = Lever(
    name: "shorter", title: "Shorter",
    with: ["workloads.**.output*=40%", "workloads.**.output.mean*=40%"])
  private static let cheaper = Lever(
    name: "cheaper", title: "$by in place of $model for $use_case",
    with: ["swaps.+={use_case: $use_case, model: $model, by: $by}"],
    substitutes: [("big", "small"), ("fixed", "small")])
  private static let nothing = Lever(
    name: "nothing", title: "Nothing", with: ["workloads.**.audio*=40%"])
  private static let wrong = Lever(name: "wrong", title: "Wrong", with: ["cache.mode=fast"])
  private static let idle = Lever(name: "idle", title: "Idle", with: ["breaker=none"])
  private static let chained = Lever(
    name: "chained", title: "Chained", with: ["seed=1"],
    without: ["swaps.+={model: small, by: big}"])
  private static let elsewhere: Lever = {
    var lever = Lever(
      name: "elsewhere", title: "Elsewhere",
      with: ["policy={rules: [{name: all, model: fixed}]}", "chains.standard=[fixed]"])
    lever.isAlternative = true
    return lever
  }()
  private static let all = [shorter, cheaper, nothing, wrong, idle, chained, elsewhere]

  private func study(_ levers: [Lever] = all, threads: Int = 1) throws -> LeverStudy {
    let (tree, scenario) = try DecisionFolder.tree()
    return try LeverStudy(tree, scenario, levers: levers, threads: threads)
  }

  // MARK: Verdicts

  @Test func everyLeverGetsItsVerdict() throws {
    let study = try study()
    let states = Dictionary(
      study.results.map { ($0.lever.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    #expect(
      states == [
        "shorter": "available", "cheaper: hard work, big to small": "available",
        "nothing": "does not apply", "wrong": "does not apply", "idle": "no effect",
        "chained": "in use", "elsewhere": "alternative",
      ])
    let reasons = study.results.compactMap { result -> String? in
      if case .inapplicable(let reason) = result.verdict { return reason }
      return nil
    }
    #expect(reasons.contains("the scenario has nothing that it changes"))
    #expect(reasons.contains { $0.hasPrefix("expected off, rate or keyed, not 'fast'") })
    #expect(study.results.map(\.lever.title).contains("small in place of big for hard work"))
  }

  /// A response cache with an assumed hit rate saves only where prompts come back.
  @Test func theStandardCacheNeedsPromptsThatComeBack() throws {
    let levers = try StandardFiles.levers().filter {
      ["response-cache", "longer-ttl"].contains($0.name)
    }
    for (more, ttl, cache) in [
      ("", "does not apply", "does not apply"),
      ("\n    prompts: {pool: 5}", "does not apply", "available"),
      ("\ncache: {mode: rate, default: {ttl: 1h, hit_rate: 20%}}", "no effect", "in use"),
    ] {
      let folder = try ScenarioFolder([
        "catalog.yaml": ChangeTests.catalog, "s.yaml": DecisionFolder.scenario + more,
      ])
      let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
      let study = try LeverStudy(tree, scenario, levers: levers, threads: 1)
      let states = study.results.sorted { $0.lever.name < $1.lever.name }.map(\.state)
      #expect(states == [ttl, cache], "\(more)")
    }
    let log = try DecisionFolder.make(
      "levers: {x: {title: X, needs: [repeated prompt], with: [cache=off]}}"
    ).errors()
    #expect(log.contains("expected response cache or repeated prompts, not 'repeated prompt'"))
  }

  @Test func whatIsInUseSavesWhatItsAbsenceWouldCost() throws {
    let study = try study()
    let (tree, scenario) = try DecisionFolder.tree()
    let without = try tree.scenario(overrides: Self.chained.without)
    let used = try #require(study.results.first { $0.lever.name == "chained" })
    #expect(
      used.saving(from: study.base)
        == (try DecisionFolder.bill(without)) - (try DecisionFolder.bill(scenario)))
  }

  // MARK: Together

  /// "All together" is the simulation of all overrides at once, not a sum of savings; and the steps
  /// add up to it, to the picodollar.
  @Test func allTogetherIsASimulation() throws {
    let study = try study()
    let (tree, scenario) = try DecisionFolder.tree()
    let cheaper = try #require(
      study.results.first { $0.lever.name.hasPrefix("cheaper") }?.lever)
    let all = try tree.scenario(overrides: Self.shorter.with + cheaper.with)
    #expect(study.steps.count == 2)
    #expect(study.together.amount == (try DecisionFolder.bill(all)))
    let base = try DecisionFolder.bill(scenario)
    #expect(study.base.amount == base)
    let steps = study.steps.reduce(MoneySum.zero) { $0 + $1.saving }
    #expect(base - steps == study.together.amount)
    let alone = study.results.filter { result in
      study.steps.contains { $0.lever.name == result.lever.name }
    }.reduce(MoneySum.zero) { $0 + ($1.saving(from: study.base) ?? .zero) }
    // What one makes cheaper leaves less for the other.
    #expect(alone > steps)
    #expect(study.steps[0].saving > .zero)
  }

  @Test func ranksBySaving() throws {
    let study = try study()
    let savings = study.results.compactMap { $0.saving(from: study.base) }
    #expect(savings.count == 4)
    #expect(zip(savings, savings.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test func threadsDoNotMatter() throws {
    #expect(LeverReport.json(try study()).text == LeverReport.json(try study(threads: 3)).text)
  }

  /// Alone, each works; together the second names a class that the first has taken away.
  @Test func leversThatExcludeOneAnotherSaySo() throws {
    let first = Lever(name: "a", title: "A", with: ["workloads.easy=null"])
    let second = Lever(name: "b", title: "B", with: ["workloads.easy.volume*=10%"])
    let study = try study([first, second])
    #expect(study.steps.map(\.lever.name) == ["a"])
    #expect(study.clashes.map(\.lever.name) == ["b"])
  }

  /// 1,000 calls of 1,000 tokens in at $1 and 500 out at $2 a million cost $2. Answers of 200 tokens save $0.60,
  /// by either of two levers, of which the second adds nothing to the first; those of 300 save $0.40 alone,
  /// and cost $0.20 more on top; 900 tokens in save $0.10 more.
  @Test func whatSavesNothingOnTopOfOthersIsLeftOut() throws {
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-06-01, days: 30}
      plans: [10]
      catalog:
        models:
          m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens}
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: exact}
      workloads: {chat: {volume: 100, input: 1000, output: 500}}
      """
    ])
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let levers = [
      ("short", "Short", "output*=40%"), ("half", "Two hundred", "output=200"),
      ("fixed", "Three hundred", "output=300"), ("less", "Less", "input=900"),
    ].map { Lever(name: $0.0, title: $0.1, with: ["workloads.chat.\($0.2)"]) }
    let study = try LeverStudy(read.tree, read.scenario, levers: levers, threads: 1)
    #expect(study.steps.map(\.lever.name) == ["half", "less"])
    #expect(study.steps.map(\.saving.dollars) == [0.6, 0.1])
    #expect(study.together.amount.dollars == 1.3)
    #expect(study.clashes.map(\.lever.name) == ["short", "fixed"])
    let page = LeverMarkdown.text(study, others: [])
    #expect(page.contains("All 2 levers together save **$0.70** (35.0 %)"))
    #expect(page.contains("\n- Short is left out: it adds nothing to those above.\n"))
    #expect(
      page.contains(
        "\n- Three hundred is left out: on top of those above it would make the bill $0.20 higher.\n"
      ))
  }

  /// A lever that is in use has no figure that only its own overrides assume.
  @Test func whatIsInUseHasItsOwnTitle() throws {
    var lever = Self.chained
    lever.titleInUse = "The swap"
    #expect(try study([lever]).results.map(\.lever.title) == ["The swap"])
    lever.without = []
    #expect(try study([lever]).results.map(\.lever.title) == ["Chained"])
  }

  /// A lever whose figures are of 20 users says nothing of a plan of 10; every plan has its column,
  /// and what a source says that a lever saves stands beside what it does save.
  @Test func everyPlanIsToldAndFiguresOfAnotherOneAreNot() throws {
    var twenty = Self.shorter
    twenty.users = 20
    twenty.published = Lever.Published(
      saving: MoneySum(picodollars: 58 * 1_000_000_000_000), share: 0.93, users: 20)
    twenty.source = "guide.md:7"
    let folder = try DecisionFolder.make()
    let studies = try [10, 20].map { users in
      let read = try ScenarioReader.tree(
        path: folder.path("s.yaml"), overrides: ["plans=[\(users)]"])
      return try LeverStudy(
        read.tree, read.scenario, levers: [twenty, Self.cheaper], isInDetail: users == 10,
        threads: 1)
    }
    #expect(
      studies.map { $0.results.first { $0.lever.name == "shorter" }?.state }
        == ["does not apply", "available"])
    let page = LeverMarkdown.text(studies[0], others: [studies[1]])
    #expect(
      page.contains(
        "- Shorter: does not apply here: its figures are of 20 users. Published saving: $58.00, "
          + "93.0 % with 20 users (guide.md:7)."))
    #expect(page.contains("## Plan by plan\n\n- With 20 users, AI costs **"))
    let row = try #require(page.split(separator: "\n").last { $0.hasPrefix("| Shorter") })
    let cells = row.split(separator: "|").map { $0.filter { $0 != " " } }
    #expect(cells[1] == "–" && cells[3].hasSuffix("%)"))
    #expect(cells[5] == "$58.00,93.0%with20users(guide.md:7)")
    let json = LeverReport.json(studies).text
    #expect(json.contains("other_plans"))
  }

  // MARK: Other prices

  /// The same models; `small` is dear there and `big` cheap, so that the order of levers turns round.
  private static let other = """
    name: elsewhere
    checked: 2026-05-01
    models:
      small: {provider: a, input: $8 per 1M tokens, output: $2 per 1M tokens}
      big: {provider: b, input: $9 per 1M tokens, output: $3 per 1M tokens}
    """

  /// Every month at the other prices is the one that the other catalog itself gives; a factor of a
  /// lever holds there too, and so does a price that a lever states.
  @Test func everythingIsPricedTwice() throws {
    let folder = try DecisionFolder.make("compare_catalog: other.yaml")
    try folder.write("other.yaml", Self.other)
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let dearer = Lever(name: "dearer", title: "Dearer", with: ["price_changes.+={factor: 200%}"])
    let stated = Lever(
      name: "stated", title: "Stated", with: ["prices.small.input=$0.50 per 1M tokens"])
    let study = try LeverStudy(
      tree, scenario, levers: Self.all + [dearer, stated], threads: 2)
    let prices = try #require(study.otherPrices)
    let whole = Self.other + "\n  fixed: {provider: b, fixed_monthly: $200}"
    try folder.write(
      "whole.yaml",
      whole.replacing("provider: a,", with: "provider: a, latency: 1s,")
        .replacing("provider: b,", with: "provider: b, latency: 1s,"))
    let there = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["catalog=whole.yaml", "compare_catalog=null"])
    let base = try DecisionFolder.bill(there.scenario)
    #expect(prices.base.amount == base && base != study.base.amount)
    for lever in [Self.shorter, dearer, stated, Self.elsewhere] {
      let bill = try DecisionFolder.bill(there.tree.scenario(overrides: lever.with))
      #expect(prices.months[lever.name]?.amount == bill, "\(lever.name)")
    }
    #expect(prices.months["dearer"]?.amount == base + base)
    let used = try DecisionFolder.bill(there.tree.scenario(overrides: Self.chained.without))
    #expect(prices.months["chained"]?.amount == used)
    let together = try DecisionFolder.bill(
      there.tree.scenario(
        overrides: LeverLab.overrides(
          of: study.steps.map(\.lever), in: study.results.map(\.lever))))
    #expect(prices.together?.amount == together)
    let steps = study.steps.indices.compactMap(prices.stepSaving).reduce(.zero, +)
    #expect(prices.base.amount - steps == together)
  }

  /// What saves most, and what no longer does, by hand: `small` in place of `big` saves little there.
  @Test func theAnswerSaysWhatBecomesOfTheOrder() throws {
    let folder = try DecisionFolder.make("compare_catalog: other.yaml")
    try folder.write("other.yaml", Self.other)
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let study = try LeverStudy(tree, scenario, levers: [Self.shorter, Self.cheaper], threads: 1)
    #expect(study.results.map(\.lever.name) == ["cheaper: hard work, big to small", "shorter"])
    let text = try #require(LeverPricesMarkdown.sentence(study))
    #expect(
      text.hasPrefix("At the prices of the elsewhere catalog (checked 1 May 2026) the bill is $"))
    #expect(text.contains("; what saves most is then shorter, $"))
    #expect(text.contains(", and no longer small in place of big for hard work, $"))
    #expect(text.contains(" The same 2 levers together then save $"))
    let page = LeverMarkdown.text(study)
    #expect(page.contains("## At the prices of elsewhere"))
    #expect(page.contains("| saves at elsewhere prices | rank there |"))
    let same = try LeverStudy(tree, scenario, levers: [Self.idle], threads: 1)
    #expect(LeverPricesMarkdown.sentence(same)?.contains("the bill is $") == true)
    let none = try self.study()
    #expect(none.otherPrices == nil && LeverPricesMarkdown.sentence(none) == nil)
    #expect(!LeverMarkdown.text(none).contains("At the prices of"))
  }

  /// A model that the other catalog does not price can still be used here.
  @Test func whatOnlyOneCatalogPricesStillApplies() throws {
    let folder = try DecisionFolder.make("compare_catalog: other.yaml")
    try folder.write(
      "other.yaml", Self.other + "\n  fixed: {provider: b, input: $1 per 1M tokens}")
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let study = try LeverStudy(tree, scenario, levers: [Self.elsewhere], threads: 1)
    #expect(study.results.map(\.state) == ["alternative"])
    #expect(study.otherPrices?.months["elsewhere"] == nil)
    #expect(LeverPricesMarkdown.section(study).contains(" no price there |"))
  }

  // MARK: Standard levers

  @Test func theStandardLeversAreSound() throws {
    let levers = try StandardFiles.levers()
    #expect(levers.count == 10)
    #expect(levers.allSatisfy { $0.quality != nil })
    let documents = try ScenarioReader.read(
      path: ShippedScenarioTests.folder + "/huntaze-engineering.yaml")
    #expect(documents.levers.count == 16 && documents.capacities.count == 3)
    #expect(documents.levers.allSatisfy { $0.source != nil && $0.quality != nil })
    #expect(Set(documents.levers.map(\.name)).count == documents.levers.count)
    #expect(documents.capacities.allSatisfy { $0.source != nil })
    #expect(try StandardFiles.shocks().count >= 7)
  }

  /// What every company is asked about names no company's models or documents.
  @Test func theStandardFilesNameNoModel() throws {
    let documents = try CatalogReader.read(
      path: ShippedScenarioTests.folder + "/catalogs/documents.yaml")
    let names = documents.models.flatMap { [$0.name] + $0.aliases } + ["documents'", "guide.md"]
    let sources = RepositoryFiles.root.appendingPathComponent("Sources").path
    for file in [
      "Decisions/Standard/levers.yaml", "Decisions/Standard/shocks.yaml",
      "Decisions/Standard/experiments.yaml", "Scenarios/Standard/selection.yaml",
    ] {
      let text = try String(contentsOfFile: sources + "/" + file, encoding: .utf8)
        .split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
      for name in names {
        #expect(!text.contains { $0.contains(name) }, "\(file) names \(name)")
      }
    }
  }

  /// Every lever of the documents applies to at least one shipped scenario, and those about conversations
  /// to one that has some: none is a slip of the pen that "does not apply" would hide.
  @Test func everyStandardLeverAppliesSomewhere() throws {
    var trees = try ShippedReports.scenarios.map {
      try ScenarioReader.tree(path: ShippedScenarioTests.folder + "/\($0).yaml")
    }
    let talks = try ScenarioFolder(["s.yaml": ConversationDecisionTests.scenario])
    trees.append(try ScenarioReader.tree(path: talks.path("s.yaml")))
    for lever in try StandardFiles.merged(
      StandardFiles.levers(), with: trees[0].scenario.levers, name: \.name)
    {
      let text = VariantText(values: [
        "use_case": "fan messages", "model": "deepseek-v3", "by": "phi4-mini",
      ])
      for overrides in [lever.with, lever.without] where !overrides.isEmpty {
        let applies = trees.contains { tree, _ in
          (try? tree.variant(overrides.map(text.override), source: "test").get()) != nil
        }
        #expect(applies, "\(lever.name)")
      }
    }
  }

  // MARK: The program

  @Test func writesItsFilesAndOwnLeversCount() throws {
    let folder = try DecisionFolder.make(
      """
      levers:
        response-cache: {title: Our cache, with: ["cache={mode: rate, default: {ttl: 1h, hit_rate: 50%}}"]}
      capacity:
        box: {title: A box, models: [small, big], unit_price: $1, tokens_per_minute: 1000}
      """)
    let outcome = try Program.run([
      "levers", folder.path("s.yaml"), "--out", folder.path("out"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("With 10 users, AI costs $"))
    let page = try String(contentsOfFile: folder.path("out/s/levers.md"), encoding: .utf8)
    #expect(page.contains("| Our cache "))
    #expect(page.contains("| A box "))
    let rows = try CSVReader.rows(
      Array(Data(contentsOf: folder.url.appendingPathComponent("out/s/levers.csv"))))
    #expect(rows[1][2] == "base")
    #expect(rows.last?[2] == "together")
    let bad = try DecisionFolder.make("levers: {a: {title: A, with: [cache]}, b: {title: B}}")
    let errors = bad.errors()
    #expect(errors.contains("s.yaml:19:31: error: expected path=value, not 'cache'"))
    #expect(errors.contains("s.yaml:19:43: error: a lever needs 'with', 'without' or both"))
  }
}
