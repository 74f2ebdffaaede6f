import CostModel
import Testing

/// The chains of docs/semantics.md, "Routing", with the documents' tiers
/// (complete-guide.md:1273-1288).
struct ChainTableTests {
  private let catalog: Catalog
  private let table: ChainTable

  init() throws {
    var catalog = Catalog()
    for (name, aliases) in [
      ("deepseek-v3", ["deepseek"]), ("phi4-mini", ["phi4"]), ("llama", []), ("gpt-4o", []),
      ("claude-3-5", []), ("mistral", []),
    ] {
      var model = Model(name: name, provider: "p")
      model.aliases = aliases
      catalog.add(model)
    }
    let premium = ["deepseek", "gpt-4o", "claude-3-5", "phi4"].compactMap(catalog.id(named:))
    let standard = ["phi4", "deepseek", "llama"].compactMap(catalog.id(named:))
    let economy = ["phi4"].compactMap(catalog.id(named:))
    try #require(premium.count == 4 && standard.count == 3 && economy.count == 1)
    let deepseek = try #require(catalog.id(named: "deepseek"))
    table = ChainTable(
      models: catalog.models.count,
      chains: ["premium": premium, "standard": standard, "economy": economy],
      regions: [deepseek: ["eastus2", "westus2"]])
    self.catalog = catalog
  }

  private func chain(_ routed: String, _ tier: String?) throws -> [String] {
    let id = try #require(catalog.id(named: routed))
    return table.chain(routed: id, tier: tier).map { table.targets[$0.index].name(in: catalog) }
  }

  @Test func theRoutedModelComesFirstAndTheTiersChainFollows() throws {
    #expect(try chain("mistral", "economy") == ["mistral", "phi4-mini"])
    #expect(
      try chain("mistral", "premium") == [
        "mistral", "deepseek-v3@eastus2", "deepseek-v3@westus2", "gpt-4o", "claude-3-5",
        "phi4-mini",
      ])
  }

  @Test func eachModelIsTriedOnceAtItsFirstPlace() throws {
    #expect(try chain("phi4", "economy") == ["phi4-mini"])
    #expect(
      try chain("gpt-4o", "premium") == [
        "gpt-4o", "deepseek-v3@eastus2", "deepseek-v3@westus2", "claude-3-5", "phi4-mini",
      ])
    #expect(
      try chain("llama", "standard") == [
        "llama", "phi4-mini", "deepseek-v3@eastus2", "deepseek-v3@westus2",
      ])
  }

  @Test func aMissingTierIsStandard() throws {
    #expect(try chain("mistral", nil) == chain("mistral", "standard"))
    #expect(try chain("mistral", nil).count == 5)
  }

  @Test func aTierWithoutAChainHasTheRoutedModelOnly() throws {
    #expect(try chain("mistral", "gold") == ["mistral"])
    #expect(try chain("deepseek", "gold") == ["deepseek-v3@eastus2", "deepseek-v3@westus2"])
  }

  @Test func withoutAStandardChainAMissingTierHasTheRoutedModelOnly() {
    let table = ChainTable(models: 2, chains: ["premium": [ModelID(0)]], regions: [:])
    #expect(table.chain(routed: ModelID(1), tier: nil) == [TargetID(1)])
    #expect(table.chain(routed: ModelID(1), tier: "premium") == [TargetID(1), TargetID(0)])
  }

  @Test func placesAreTheChain() throws {
    let id = try #require(catalog.id(named: "gpt-4o"))
    let places = table.places(routed: id, tierIndex: table.tierIndex("premium"))
    #expect(places.map { table[$0] } == table.chain(routed: id, tier: "premium"))
  }
}
