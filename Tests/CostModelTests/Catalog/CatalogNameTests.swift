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

  private static func listed(_ models: [(String, String, [String])]) -> Catalog {
    var catalog = Catalog()
    for (name, provider, aliases) in models {
      var model = Model(name: name, provider: provider)
      model.aliases = aliases
      catalog.add(model)
    }
    return catalog
  }

  private static let forms = listed([
    ("gpt-4o", "openai", []), ("gpt-5-2025-08-07", "openai", []),
    ("gpt-5-2025-11-01", "openai", []),
    ("claude-haiku-4-5", "anthropic", []), ("claude-opus-4-1", "anthropic", []),
    ("anthropic.claude-opus-4-1-20250805-v1:0", "bedrock", []),
    ("eu.anthropic.claude-opus-4-1-20250805-v1:0", "bedrock", []),
    ("vertex/claude-opus-4-1@20250805", "vertex", []), ("nova-lite", "aws", []),
    ("snowflake/claude-3-5-sonnet", "snowflake", []),
    ("claude-3-5-sonnet-20241022", "anthropic", []), ("gemini-2.5-pro", "google", []),
    ("mistral-small", "mistral", ["mistral-small-2*", "*codestral*"]),
    ("mistral-small-24", "mistral", ["mistral-small-24*"]), ("a", "x", ["dup-*"]),
    ("b", "y", ["dup-*x", "q-*"]), ("c", "z", ["*dup-"]),
    ("k-1", "maker", ["maker/k-1*", "k-2*", "k-2-0*"]),
    ("k-1-cloud", "cloud", ["cloud/k-1-2026*", "cloud/k-2-0*"]),
  ])

  /// Dates, forms of other sellers, patterns; what may mean several models is none.
  @Test(
    arguments: [
      ("gpt-4o-2024-08-06", ["gpt-4o"]), ("gpt-4o-20240806", ["gpt-4o"]),
      ("openai/gpt-4o-2024-08-06", ["gpt-4o"]), ("GPT-4o-latest", ["gpt-4o"]),
      ("gpt-4o-2024-13-06", []), ("gpt-4o-0806", []), ("azure/gpt-4o-2024-08-06", []),
      ("openrouter/openai/gpt-4o", []), ("gpt-4o-mini-2024-07-18", []),
      ("gpt-5-2025-08-07", ["gpt-5-2025-08-07"]), ("gpt-5-20251101", ["gpt-5-2025-11-01"]),
      ("gpt-5", ["gpt-5-2025-08-07", "gpt-5-2025-11-01"]), ("gpt-5-2024-01-01", []),
      ("claude-haiku-4-5-20251001", ["claude-haiku-4-5"]),
      ("claude-haiku-4-5@20251001", ["claude-haiku-4-5"]),
      ("anthropic.claude-haiku-4-5-20251001-v1:0", ["claude-haiku-4-5"]),
      ("us.anthropic.claude-haiku-4-5-20251001-v1:0", ["claude-haiku-4-5"]),
      ("meta.claude-haiku-4-5-v1:0", []), ("claude-haiku-4.5", ["claude-haiku-4-5"]),
      (
        "us.anthropic.claude-opus-4-1-20250805-v1:0",
        [
          "anthropic.claude-opus-4-1-20250805-v1:0", "eu.anthropic.claude-opus-4-1-20250805-v1:0",
        ]
      ),
      ("eu.anthropic.claude-opus-4-1", ["eu.anthropic.claude-opus-4-1-20250805-v1:0"]),
      ("claude-opus-4-1", ["claude-opus-4-1"]), ("amazon.nova-lite-v1:0", ["nova-lite"]),
      ("claude-3-5-sonnet", ["snowflake/claude-3-5-sonnet", "claude-3-5-sonnet-20241022"]),
      ("anthropic/claude-3-5-sonnet", ["claude-3-5-sonnet-20241022"]),
      ("publishers/google/models/gemini-2.5-pro", ["gemini-2.5-pro"]),
      ("models/gemini-2.5-pro", ["gemini-2.5-pro"]), ("mistral-small-2506", ["mistral-small"]),
      ("mistral-small-2409", ["mistral-small-24"]), ("mistral/codestral-2501", ["mistral-small"]),
      ("dup-1", ["a"]), ("dup-x", ["a", "b"]), ("q-", ["b"]), ("dup-", ["a", "c"]),
      // The longer pattern may be another seller's.
      ("k-1-20260501", ["k-1", "k-1-cloud"]), ("cloud/k-1-20260501", ["k-1-cloud"]),
      ("maker/k-1-20260501", ["k-1"]), ("k-1-x", ["k-1"]),
      // As it stands, the name is the maker's alone.
      ("k-2-05", ["k-1"]), ("cloud/k-2-05", ["k-1-cloud"]),
    ] as [(String, [String])])
  func resolvesForms(name: String, expected: [String]) {
    let match = Self.forms.resolve(name)
    let found: [String] =
      switch match {
      case .model(let id): [Self.forms[id].name]
      case .ambiguous(let ids): ids.map { Self.forms[$0].name }
      case .unknown: []
      }
    #expect(found.sorted() == expected.sorted())
    if case .ambiguous = match { #expect(expected.count > 1) }
  }

  @Test func patternsAreOfTheWholeName() {
    for (pattern, name, matches) in [
      ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true), ("a*a", "a", false),
      ("a*a", "aa", true), ("a*b*c", "axbxbxc", true), ("a*b*c", "acb", false), ("*", "", true),
      ("A*", "abc", true), ("a**b", "ab", true), ("a*bc*bc", "abc", false),
    ] { #expect(NamePattern(pattern).matches(name) == matches, "\(pattern) \(name)") }
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
