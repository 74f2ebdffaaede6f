import CostModel
import Foundation
import Testing

@testable import Scenarios
@testable import Support

/// Prices that calls cannot use, and calls that cost more than can be counted.
struct UsedPriceTests {
  /// A scenario of one workload at `m`, whose prices and whose calls are these.
  private func folder(
    prices: String, call: String, more: String = "", models: String = ""
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [10]
      policy: {rules: [{name: all, model: m}]}
      catalog:
        models:
          m: {provider: p, latency: 1s, \(prices)}
      \(models.isEmpty ? "" : "    " + models)
      \(more)
      workloads:
        w: {volume: 10, \(call)}

      """
    ])
  }

  @Test(arguments: [
    ("searches: $10 per 1K searches", "prompts: none", "'searches'"),
    ("audio: $1 per hour", "images: 0", "'audio'"),
    ("input: $1 per 1M tokens, output: $4 per 1M tokens", "audio: 0s", "'input', 'output'"),
    ("characters: $1 per 1M characters", "input: 0, output: 0", "'characters'"),
  ])
  func aModelWhosePricesNoCallStatesIsAnError(prices: String, call: String, names: String) throws {
    let errors = try folder(prices: prices, call: call).errors()
    #expect(
      errors.hasPrefix(
        "s.yaml:10:6: error: this call can reach 'm', whose prices are for \(names) alone"))
    #expect(errors.contains("it would cost $0"))
  }

  /// Fallbacks, experiments and acting budgets reach models too, and prices change with time.
  @Test(arguments: [
    ("chains: {standard: [f]}", "'f'"),
    (
      "budget: {amount: $9, thresholds: [{at: 50%, act: {policy: {rules: [{name: x, model: f}]}}}]}",
      "'f'"
    ),
    (
      "experiments: {e: {workloads: [w], variants: {a: {share: 50%}, b: {share: 50%, model: f}}}}",
      "'f'"
    ),
    ("swaps: [{model: m, by: f}]", "'f'"),
  ])
  func everyModelThatACallReachesIsLookedAt(more: String, model: String) throws {
    let errors = try folder(
      prices: "calls: $1 per call", call: "prompts: none", more: more,
      models: "f: {provider: p, latency: 1s, pages: $1 per 1K pages}"
    ).errors()
    #expect(errors.contains("this call can reach \(model), whose prices are for"), "\(errors)")
  }

  /// The fallback `f` cannot price the calls, which matters to those alone that may fall back to it.
  @Test(arguments: [false, true])
  func fallbacksThatCannotDoTheTaskAreNotLookedAt(isUnfit: Bool) throws {
    let folder = try folder(
      prices: "calls: $1 per call", call: "prompts: none", more: "chains: {standard: [f]}",
      models: "f: {provider: p, latency: 1s, calls: $1 per call}")
    var scenario = try folder.read()
    let fallback = try #require(scenario.catalog.id(named: "f"))
    var sheet = PriceSheet()
    sheet.rates[.pages] = Rate(picodollars: 1, per: 1)
    scenario.catalog[fallback].prices = [sheet]
    let log = InputLog()
    let text = try String(contentsOfFile: folder.path("s.yaml"), encoding: .utf8)
    let node = try #require(
      YAMLDocument.parse(SourceFile(path: "s.yaml", order: 0, text: text), log: log))
    let root = try #require(Fields(node, as: ScenarioFormat.scenario, log: log))
    var variant = try #require(scenario.variants.first)
    if isUnfit { variant.unfit = [fallback] }
    var checks = ScenarioChecks(log: log, scenario: scenario, root: root, isRoutingSound: true)
    checks.run([PlacedVariant(variant: variant, place: node.place)])
    #expect(log.count == (isUnfit ? 0 : 1), "\(log.diagnostics)")
  }

  @Test func whatIsFreeMayCostNothing() throws {
    let scenario = try folder(
      prices:
        "input: $0 per 1M tokens, searches: $10 per 1K searches, cache_write: $1 per 1M tokens",
      call: "input: 100"
    ).read()
    #expect(
      scenario.unbilled == [UnbilledPrices(model: "m", dimensions: [.cacheWriteTokens, .searches])])
    #expect(
      scenario.unbilled.map(\.text) == ["tokens written to the prompt cache and searches of m"])
    // The rent is due whatever the calls state.
    let rented = try folder(
      prices: "fixed_monthly: $10, searches: $1 per 1K searches", call: "input: 0"
    ).read()
    #expect(rented.unbilled.map(\.text) == ["searches of m"])
  }

  @Test func whatIsNotBilledIsListed() throws {
    let folder = try folder(
      prices: "input: $1 per 1M tokens, searches: $10 per 1K searches", call: "input: 100")
    let validated = try Program.run(["validate", folder.path("s.yaml")])
    #expect(validated.output.contains("not billed here: searches of m"))
    let json = try Program.run(["validate", folder.path("s.yaml"), "--json"])
    #expect(json.output.contains("\"not_billed\""))
    let run = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out"), "-q"])
    #expect(run.code == 0, "\(run.errors)")
    for file in ["report.md", "run.json"] {
      let text = try String(contentsOfFile: folder.path("out/s/\(file)"), encoding: .utf8)
      #expect(text.contains("searches"), "\(file)")
    }
  }

  /// Each thing that a catalog can price is told in plain words, wherever it is not counted: the label of
  /// the dimension, which is no key of a file.
  @Test func everyPriceThatIsNotCountedIsToldInPlainWords() throws {
    let labels = BillingDimension.allCases.map(\.label)
    #expect(Set(labels).count == labels.count)
    for dimension in BillingDimension.allCases {
      let (label, key) = (dimension.label, CatalogFormat.key(dimension))
      #expect(
        label.wholeMatch(of: /[a-z]+( [a-z]+)*/) != nil
          && (label == key ? !key.contains("_") : !label.contains(key + "_")),
        "\(dimension) has no plain words: '\(label)'")
    }
    let prices = CatalogFormat.rates.filter { $0.dimension != .calls }
      .map { "\($0.key): $1 per \(Self.unit($0.unit))" }
    let folder = try folder(
      prices: prices.joined(separator: ", ") + ", calls: $1 per call", call: "prompts: none")
    let told = try #require(try folder.read().unbilled.first?.text)
    for dimension in BillingDimension.allCases where dimension != .calls {
      #expect(told.contains(dimension.label), "\(dimension) is not told in '\(told)'")
    }
    #expect(!told.contains("_") && told.hasSuffix(" and documents of m"), "\(told)")
    let run = try Program.run(["run", folder.path("s.yaml"), "--out", folder.path("out")])
    let screen = run.output.replacing(/\s+/, with: " ")
    #expect(screen.contains("Not counted " + told + "; taxes"), "\(run.output)")
  }

  private static func unit(_ kind: Quantity.PriceUnit.Kind) -> String {
    switch kind {
    case .tokens: "1M tokens"
    case .characters: "1M characters"
    case .time: "hour"
    case .calls: "call"
    case .images: "image"
    case .pages: "page"
    case .searches: "search"
    case .documents: "document"
    }
  }

  /// An embedding's output at $0 moves no bill, a cache read at $0 does: it would be billed as input.
  @Test func whatIsFreeIsNotCountedAsLeftOut() throws {
    let scenario = try folder(
      prices:
        "input: $1 per 1M tokens, output: $0 per 1M tokens, searches: $0 per search, cache_read: $0 per 1M tokens",
      call: "input: 100, output: 0"
    ).read()
    #expect(scenario.unbilled.map(\.text) == ["tokens read from the prompt cache of m"])
  }

  // MARK: The most that a call can cost

  @Test func moreThanMoneyHoldsIsRefusedWhileReading() throws {
    let errors = try folder(
      prices: "images: $1000 per image", call: "images: 10000"
    ).errors()
    #expect(
      errors.hasPrefix(
        "s.yaml:10:6: error: this call can reach 'm', where it costs more than $9,223,372"))
    #expect(
      try folder(prices: "images: $922 per image", call: "images: 10000").errors() == "no error")
  }

  /// A size that is drawn can be larger than what was read; retries that are billed add up.
  @Test(arguments: [
    ("calls: $9000000 per call, input: $10000 per 1M tokens", "input: {mean: 10000000, cv: 3}", ""),
    (
      "calls: $5000000 per call", "prompts: none",
      "bill_failures: all, retry: {max: 2}, models: {m: {failure_rate: 90%}}"
    ),
  ])
  func aDrawnCallThatCostsTooMuchNamesTheLimit(prices: String, call: String, more: String) throws {
    let lines = more.replacing(", retry", with: "\nretry").replacing(", models", with: "\nmodels")
    let folder = try folder(prices: prices, call: call, more: lines)
    for verb in ["run", "levers"] {
      let outcome = try Program.run([verb, folder.path("s.yaml"), "--out", folder.path("out")])
      #expect(outcome.code == 2)
      #expect(outcome.errors.contains("it costs more than $9,223,372"), "\(outcome.errors)")
    }
  }

  @Test func logsAndUsageNameTheLimitToo() throws {
    let folder = try folder(
      prices: "calls: $9000000 per call, input: $10000 per 1M tokens", call: "input: 1")
    try folder.write(
      "log.csv", "timestamp,model,input_tokens,output_tokens\n2025-11-01T00:00:00Z,m,100000000,0\n")
    let replay = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"),
    ])
    #expect(replay.code == 2)
    #expect(
      replay.errors.contains("it costs more than $9,223,372, the most that one call can cost"))
    #expect(!replay.errors.contains("unknown price"))
    try folder.write(
      "c.yaml",
      "models: {m: {provider: p, calls: $9000000 per call, input: $10000 per 1M tokens}}\n")
    try folder.write("u.csv", "model,input_tokens,calls\nm,100000000,1\n")
    let priced = try Program.run([
      "price", folder.path("u.csv"), "--catalog", folder.path("c.yaml"),
    ])
    #expect(priced.code == 2)
    #expect(priced.errors.contains("$9,223,372"), "\(priced.errors)")
  }
}
