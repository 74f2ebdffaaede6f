import CostModel
import Testing

@testable import Catalogs
@testable import Scenarios

/// The shipped catalogs, as facts (docs/pricing.md, "What the catalogs say of our models").
@Suite struct MarketCatalogTests {
  private static func read(_ name: String) throws -> Catalog {
    try CatalogReader.read(path: ShippedScenarioTests.folder + "/catalogs/\(name).yaml")
  }

  @Test(
    arguments: [
      ("deepseek-v3", "1.14", "4.56", nil), ("deepseek-r1", "1.35", "5.40", nil),
      ("phi-4-mini", "0.075", "0.30", nil), ("phi-4-multimodal", "0.08", "0.32", nil),
      ("llama-3.3-70b", "0.71", "0.71", nil), ("mistral", "2", "6", nil),
      ("claude-haiku-4-5-20251001", "1", "5", "0.10"), ("grok-4.6", "2", "6", "0.50"),
      ("gpt-4o", "2.50", "10", "1.25"),
      ("gpt-4o-mini", "0.15", "0.60", "0.075"), ("gpt-3.5-turbo", "0.50", "1.50", nil),
      ("gpt-4", "30", "60", nil), ("claude-3.5-sonnet", "3", "15", "0.30"),
    ] as [(String, String, String, String?)])
  func pricesAreThoseOfTheSources(
    name: String, input: String, output: String, cached: String?
  ) throws {
    let catalog = try Self.read("market")
    let id = try #require(catalog.id(named: name))
    let sheet = try #require(catalog[id].prices.first)
    let figures: [(BillingDimension, String?)] = [
      (.inputTokens, input), (.outputTokens, output), (.cacheReadTokens, cached),
    ]
    for (dimension, figure) in figures {
      let text = sheet.rates[dimension].map { RateText.text($0, .tokens) }
      #expect(text == figure.map { "$\($0) per 1M tokens" }, "\(name) \(dimension)")
    }
    #expect(sheet.source != nil && sheet.checked != nil)
  }

  @Test func everyFigureHasItsSourceAndDate() throws {
    for model in try Self.read("market").models {
      #expect(!model.prices.isEmpty, "\(model.name)")
      for sheet in model.prices { #expect(sheet.source != nil && sheet.checked != nil) }
    }
  }

  /// A scenario can take either catalog: what the documents' one has a price for, but for a machine
  /// of their own, the market's has as well, by the same names.
  /// Their other names are the documents' own: `mistral-large` is another model at its maker.
  @Test func theDocumentsModelsAreInBoth() throws {
    let market = try Self.read("market")
    for model in try Self.read("documents").models where model.name != "llama-self-hosted" {
      #expect(market.id(named: model.name) != nil, "\(model.name)")
    }
  }

  /// Where the documents are wrong by more than a factor of five, lint says so.
  @Test func lintFindsTheDocumentsErrors() throws {
    let documents = try Self.read("documents")
    let lint = CatalogLint(
      documents, against: [try Self.read("market")], limits: try LintLimits.shipped(),
      date: CivilDate(year: 2026, month: 10, day: 21))
    #expect(
      lint.findings(documents).map { "\($0.model) \($0.rule.rawValue)" } == [
        "phi-4-multimodal outlier", "phi4-mini outlier", "gpt-4o outlier", "gpt-4o-mini outlier",
      ])
  }
}
