import CostModel
import Testing

/// Names resolve by id, alias, then provider-qualified key; a name that may mean several does not.
@Suite struct CatalogNameTests {
  private let catalog: Catalog

  init() {
    var catalog = Catalog()
    for (name, provider, aliases) in [
      ("gpt-4o", "openai", ["gpt-4o-2024-11-20"]), ("azure/gpt-4o", "azure", []),
      ("azure/eu/gpt-4o", "azure", []), ("azure_ai/DeepSeek-R1", "azure_ai", []),
      ("deepseek/deepseek-r1", "deepseek", []), ("bedrock/Titan", "bedrock", ["azure/titan"]),
    ] as [(String, String, [String])] {
      var model = Model(name: name, provider: provider)
      model.aliases = aliases
      catalog.add(model)
    }
    self.catalog = catalog
  }

  private func names(_ match: Catalog.Match) -> [String] {
    switch match {
    case .model(let id): [catalog[id].name]
    case .ambiguous(let ids): ids.map { catalog[$0].name }
    case .unknown: []
    }
  }

  @Test(
    arguments: [
      ("gpt-4o", nil, ["gpt-4o"]), ("gpt-4o-2024-11-20", nil, ["gpt-4o"]),
      ("openai/gpt-4o", nil, ["gpt-4o"]), ("OpenAI/GPT-4o", nil, ["gpt-4o"]),
      ("azure/gpt-4o", nil, ["azure/gpt-4o"]), ("eu/gpt-4o", nil, ["azure/eu/gpt-4o"]),
      ("gpt-4o", "azure", ["azure/gpt-4o", "azure/eu/gpt-4o"]), ("gpt-4o", "openai", ["gpt-4o"]),
      ("gpt-4o", "bedrock", []), ("azure_ai/deepseek-r1", nil, ["azure_ai/DeepSeek-R1"]),
      ("deepseek-r1", nil, ["azure_ai/DeepSeek-R1", "deepseek/deepseek-r1"]),
      ("deepseek-r1", "deepseek", ["deepseek/deepseek-r1"]), ("azure/deepseek-r1", nil, []),
      ("titan", nil, ["bedrock/Titan"]), ("azure/titan", nil, ["bedrock/Titan"]), ("", nil, []),
      ("gpt", nil, []),
    ] as [(String, String?, [String])])
  func resolves(name: String, provider: String?, expected: [String]) {
    let match = catalog.resolve(name, provider: provider)
    #expect(names(match) == expected)
    if provider == nil {
      #expect(
        catalog.id(named: name).map { [catalog[$0].name] } ?? []
          == (expected.count == 1 ? expected : []))
    }
    if case .ambiguous = match { #expect(expected.count > 1) }
  }

  /// Its readers say so, since models that are left out in silence have no price.
  @Test func aFullCatalogTakesNoMore() {
    var catalog = Catalog()
    for number in 0..<Catalog.maximumModels {
      catalog.add(Model(name: String(number), provider: ""))
    }
    #expect(catalog.isFull && catalog.models.count == 65_535)
    #expect(catalog.add(Model(name: "one more", provider: "")) == nil)
  }
}
