import CostModel
import Testing

@testable import Decisions
@testable import Scenarios

/// `catalog refresh`: every price again, by its key in a list.
@Suite struct CatalogRefreshTests {
  private let folder: ScenarioFolder

  init() throws {
    folder = try ScenarioFolder([
      "c.yaml": """
      name: c
      source: litellm 1
      checked: 2026-01-01
      models:
        ours:
          provider: azure
          aliases: [own]
          latency: 1s
          input: $1 per 1M tokens
          output: $2 per 1M tokens
          source_keys: {litellm: azure/m}
        p/same: {provider: p, input: $3 per 1M tokens}
        gone: {provider: p, input: $4 per 1M tokens, source_keys: {litellm: p/gone}}
        private: {provider: p, input: $5 per 1M tokens, source: contract}
      """,
      "list.json": """
      {"azure/m": {"litellm_provider": "azure", "input_cost_per_token": 1.5e-06,
         "output_cost_per_token": 2e-06, "deprecation_date": "2027-01-01"},
       "p/same": {"litellm_provider": "p", "input_cost_per_token": 3e-06}}
      """,
    ])
  }

  private func refresh(_ options: String...) throws -> Program.Outcome {
    try Program.run(
      ["catalog", "refresh", folder.path("c.yaml"), "--from", folder.path("list.json")] + options)
  }

  @Test func differencesAreShownAndFail() throws {
    let outcome = try refresh("--checked", "2026-11-29")
    #expect(outcome.code == 99)
    #expect(
      outcome.output.replacing(folder.url.path + "/", with: "") == """
        ~ ours
            input: $1 per 1M tokens → $1.50 per 1M tokens (+50.0 %)
            deprecated: none → 2027-01-01
        Not in the list any more, and left as they are: gone (p/gone).
        Not checked, since the catalog has no key of theirs in this list: private.
        c.yaml: 2 models checked in litellm (list.json): 1 differs

        """)
  }

  /// A list's price of a query is the price of a search where the catalog has one, and of a call elsewhere.
  @Test func aQueryMayBeASearch() throws {
    try folder.write(
      "r.yaml",
      """
      source: litellm 1
      models:
        search: {provider: p, searches: $2 per 1K searches, source_keys: {litellm: rank}}
        dear: {provider: p, searches: $3 per 1K searches, source_keys: {litellm: rank}}
        call: {provider: p, calls: $2 per 1K calls, source_keys: {litellm: rank}}
      """)
    try folder.write(
      "ranks.json",
      #"{"rank": {"litellm_provider": "p", "mode": "rerank", "input_cost_per_query": 0.002}}"#)
    let outcome = try Program.run(
      ["catalog", "refresh", folder.path("r.yaml"), "--from", folder.path("ranks.json")])
    #expect(outcome.code == 99)
    #expect(outcome.output.contains("3 models checked") && outcome.output.contains("1 differs"))
    #expect(outcome.output.contains("~ dear\n") && !outcome.output.contains("~ search"))
  }

  @Test func theRefreshedCatalogIsClean() throws {
    let out = folder.path("new.yaml")
    #expect(try refresh("--checked", "2026-11-29", "-o", out).code == 0)
    let catalog = try CatalogReader.read(path: out)
    let model = try #require(catalog.id(named: "own").map { catalog[$0] })
    #expect(model.prices[0].rates[.inputTokens] == Rate(picodollars: 1_500_000, per: 1))
    #expect(model.prices[0].source == "litellm (list.json), azure/m")
    #expect(model.prices[0].checked == CivilDate(year: 2026, month: 11, day: 29))
    #expect(model.latency != nil && model.sourceKeys == ["litellm": "azure/m"])
    let again = try Program.run(["catalog", "refresh", out, "--from", folder.path("list.json")])
    #expect(!again.output.contains("~") && again.output.contains("2 models checked"))
  }
}
