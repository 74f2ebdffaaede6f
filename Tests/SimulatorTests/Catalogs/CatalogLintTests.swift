import CostModel
import Testing

@testable import Catalogs

/// Every rule of the lint, on both sides of its line.
@Suite struct CatalogLintTests {
  private func rules(
    _ models: String, against other: String? = nil, date: CivilDate
  ) throws -> [String] {
    let catalog = try CatalogTextTests.reread("models:\n  " + models)
    let others = try other.map { [try CatalogTextTests.reread("models:\n  " + $0)] } ?? []
    let lint = CatalogLint(catalog, against: others, limits: try LintLimits.shipped(), date: date)
    return lint.findings(catalog).map { "\($0.model) \($0.rule.rawValue)" }
  }

  private static let today = CivilDate(year: 2026, month: 10, day: 21)

  @Test(arguments: [
    ("m: {provider: p}", ["m no-price"]),
    ("m: {provider: p, minimum_audio: 10s}", ["m no-price"]),
    ("m: {provider: p, fixed_monthly: $5}", []),
    ("m: {provider: p, provisioned: {units: 1, price: $2 per hour}}", []),
    ("m: {provider: p, input: $0 per 1M tokens, output: $0 per 1M tokens}", ["m zero-price"]),
    (
      "m: {provider: p, input: $0 per 1M tokens, output: $0 per 1M tokens, calls: $1 per 1K calls}",
      []
    ),
    ("m: {provider: p, input: $0 per 1M tokens, output: $1 per 1M tokens}", []),
    ("m: {provider: p, input: $3 per 1M tokens, output: $3 per 1M tokens}", []),
    (
      "m: {provider: p, input: $3 per 1M tokens, output: $2.99 per 1M tokens}",
      ["m output-below-input"]
    ),
    (
      "m: {provider: p, input: $3 per 1M tokens, output: $5 per 1M tokens, "
        + "tiers: [{above: 9, input: $6 per 1M tokens}]}", ["m output-below-input"]
    ),
    (
      "m: {provider: p, capabilities: [embedding], input: $3 per 1M tokens, "
        + "output: $0 per 1M tokens}", []
    ),
    (
      "m: {provider: p, input: $3 per 1M tokens, cache_read: $3 per 1M tokens, "
        + "output: $5 per 1M tokens}", []
    ),
    (
      "m: {provider: p, input: $3 per 1M tokens, cache_read: $3.01 per 1M tokens, "
        + "output: $5 per 1M tokens}", ["m cache-above-input"]
    ),
    ("m: {provider: p, input: $200 per 1M tokens, output: $1000 per 1M tokens}", []),
    (
      "m: {provider: p, input: $201 per 1M tokens, output: $1000 per 1M tokens}", ["m unit-slip"]
    ),
    (
      "m: {provider: p, input: $3200 per 1M tokens, output: $9710 per 1M tokens}", ["m unit-slip"]
    ),
    (
      "m: {provider: p, input: $0.0004 per 1M tokens, output: $1 per 1M tokens}", ["m unit-slip"]
    ),
    ("m: {provider: p, input: $0.0005 per 1M tokens, output: $1 per 1M tokens}", []),
    (
      "m: {provider: p, input: $200 per 1M tokens, output: $1001 per 1M tokens}", ["m unit-slip"]
    ),
    ("m: {provider: p, output: $0.0005 per 1M tokens}", []),
    ("m: {provider: p, output: $0.0004 per 1M tokens}", ["m unit-slip"]),
    ("m: {provider: p, calls: $4.99 per call}", []),
    ("m: {provider: p, calls: $5 per call}", []),
    ("m: {provider: p, calls: $5.01 per call}", ["m unit-slip"]),
    ("m: {provider: p, calls: $1 per call, deprecated: 2026-10-22}", []),
    ("m: {provider: p, calls: $1 per call, deprecated: 2026-10-21}", []),
    ("m: {provider: p, calls: $1 per call, deprecated: 2026-10-20}", ["m deprecated"]),
    ("m: {provider: p, calls: $1 per call, deprecated: true}", ["m deprecated"]),
    (two + "batch: {output: $1 per 1M tokens}}", ["m one-sided-variant"]),
    (two + "batch: {factor: 50%}}", []),
    (two + "service_tiers: {flex: {input: $0.5 per 1M tokens}}}", ["m one-sided-variant"]),
    (
      two + "batch: {input: $0.5 per 1M tokens, output: $2 per 1M tokens}}",
      ["m variant-not-cheaper"]
    ),
    (two + "batch: {factor: 100.1%}}", ["m variant-not-cheaper"]),
    (
      two + "service_tiers: {flex: {factor: 1.5}, priority: {factor: 2}}}",
      ["m variant-not-cheaper"]
    ),
    (two + "batch: {factor: 100%}}", ["m variant-not-cheaper"]),
    (
      two
        + "cache_read: $0.1 per 1M tokens, batch: {input: $0.5 per 1M tokens, output: $1 per 1M tokens, cache_read: $0.1 per 1M tokens}}",
      ["m variant-not-cheaper"]
    ),
    (
      "m: {provider: p, calls: $1 per 1K calls, batch: {calls: $1 per 1K calls}}",
      ["m variant-not-cheaper"]
    ),
    ("m: {provider: p, calls: $1 per 1K calls, batch: {calls: $0.9 per 1K calls}}", []),
    (
      two + "tiers: [{above: 9 tokens, input: $3 per 1M tokens, output: $4 per 1M tokens}, "
        + "{above: 99 tokens, input: $2 per 1M tokens}]}", ["m tier-below-base"]
    ),
    (
      two + "tiers: [{above: 9 tokens, input: $3 per 1M tokens, output: $4 per 1M tokens}, "
        + "{above: 99 tokens, input: $3 per 1M tokens, output: $4 per 1M tokens}]}", []
    ),
    (two + "tiers: [{above: 9 tokens, input: $0.9 per 1M tokens}]}", ["m tier-below-base"]),
    (two + "tiers: [{above: 9 tokens, input: $1 per 1M tokens}]}", []),
    (
      two
        + "audio_input: $3 per 1M tokens, tiers: [{above: 9 tokens, audio_input: $1 per 1M tokens}]}",
      ["m tier-below-base"]
    ),
  ])
  func everyRule(model: String, expected: [String]) throws {
    #expect(try rules(model, date: Self.today) == expected)
  }

  private static let two =
    "m: {provider: p, input: $1 per 1M tokens, output: $2 per 1M tokens, "

  private static func offer(_ name: String, input: String) -> String {
    "\(name): {provider: p, input: $\(input) per 1M tokens, output: $100 per 1M tokens}"
  }

  /// Five times the median of the others is one; the median is theirs alone.
  @Test(arguments: [
    ("4.99", []), ("5", ["a/m outlier"]), ("5.01", ["a/m outlier"]), ("0.2", ["a/m outlier"]),
    ("0.199", ["a/m outlier"]), ("0.201", []),
    ("8", ["a/m outlier"]), ("0.001", ["a/m unit-slip"]),
  ])
  func outliers(input: String, expected: [String]) throws {
    let models = [
      Self.offer("a/m", input: input), Self.offer("b/m", input: "1"), Self.offer("c/M", input: "1"),
    ]
    #expect(try rules(models.joined(separator: "\n  "), date: Self.today) == expected)
  }

  @Test func aliasesAndOtherCatalogsCount() throws {
    let own =
      "m: {provider: p, aliases: [em], input: $1 per 1M tokens, cache_read: $0.1 per 1M tokens}"
    let same =
      "m: {provider: p, input: $1 per 1M tokens, cache_read: $0.5 per 1M tokens}"
    let alias = "em: {provider: q, input: $9 per 1M tokens}"
    #expect(try rules(own, date: Self.today) == [])
    #expect(try rules(own, against: same, date: Self.today) == ["m outlier"])
    #expect(try rules(own, against: alias, date: Self.today) == ["m outlier"])
  }

  /// Prices that ended are history.
  @Test func onlyPricesThatHoldAreLookedAt() throws {
    let dated = """
      m:
          provider: p
          prices:
            - {input: $9 per 1M tokens, output: $1 per 1M tokens}
            - {effective_from: 2026-10-21, input: $1 per 1M tokens, output: $2 per 1M tokens}
            - {effective_from: 2027-01-01, input: $1 per 1M tokens, output: $2 per 1M tokens}
      """
    #expect(try rules(dated, date: Self.today) == [])
    #expect(
      try rules(dated, date: CivilDate(year: 2026, month: 10, day: 20)) == ["m output-below-input"])
  }

  @Test func theCommandTellsAll() throws {
    let folder = try ScenarioFolder([
      "c.yaml": "models: {m: {provider: p, deprecated: 2026-01-01}}"
    ])
    let outcome = try Program.run([
      "catalog", "lint", folder.path("c.yaml"), "--date", "2026-10-21",
    ])
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(
      outcome.output.replacing(folder.url.path + "/", with: "") == """
        c.yaml: m: no-price: no price, so that every call is an error
        c.yaml: m: deprecated: switched off since 2026-01-01
        c.yaml: 2 findings in 1 model: 1 no-price, 1 deprecated

        """)
  }
}
