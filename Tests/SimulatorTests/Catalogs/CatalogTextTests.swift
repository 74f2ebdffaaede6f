import CostModel
import Testing

@testable import Scenarios
@testable import Support

/// Catalogs are written so that reading them gives the same values.
@Suite struct CatalogTextTests {
  static func reread(_ text: String) throws -> Catalog {
    let folder = try ScenarioFolder(["c.yaml": text])
    return try CatalogReader.read(path: folder.path("c.yaml"))
  }

  @Test(arguments: [
    (Rate(picodollars: 1_140_000, per: 1), Quantity.PriceUnit.Kind.tokens, "$1.14 per 1M tokens"),
    (Rate(picodollars: 1, per: 1_000_000), .tokens, "$0.000000000001 per 1M tokens"),
    (Rate(picodollars: 0, per: 1), .tokens, "$0 per 1M tokens"),
    (Rate(picodollars: 1, per: 3), .tokens, "$0.000001 per 3M tokens"),
    (Rate(picodollars: 50, per: 1), .time, "$0.18 per hour"),
    (Rate(picodollars: 1, per: 7), .time, "$0.0036 per 7 hours"),
    (Rate(picodollars: 250_000_000, per: 1), .calls, "$0.25 per 1K calls"),
    (Rate(picodollars: 1_000_000_000, per: 3), .calls, "$1 per 3K calls"),
    (Rate(picodollars: 15_000_000, per: 1), .characters, "$15 per 1M characters"),
  ])
  func pricesAreExact(rate: Rate, kind: Quantity.PriceUnit.Kind, text: String) throws {
    #expect(RateText.text(rate, kind) == text)
    #expect(try Quantity.price(text).rate == rate)
  }

  /// Names that YAML would take for something else, and every part of a sheet.
  @Test func everythingIsReadBack() throws {
    let text = """
      name: "all: of it"
      source: here
      checked: 2025-02-03
      models:
        "bedrock/*/1-month": {provider: "yes"}
        soon: {provider: p, deprecated: true}
        "null": {provider: p, aliases: ["1.5", "a: b", "#c", "d\\"e"], capabilities: [chat, "no"]}
        full:
          provider: p
          context_window: 128000
          max_output_tokens: 4096
          latency: 500ms..1s
          deprecated: 2026-01-02
          successor: next
          source_keys: {litellm: "azure/a: b", genai-prices: azure/b}
          prices:
            - {input: $1 per 1M tokens}
            - effective_from: 2025-06-01T12:30
              input: $0.0000000001 per 1 token
              cache_write_long: $2 per 3K tokens
              audio: $0.36 per hour
              calls: $1 per 7 calls
              fixed_monthly: $12.50
              provisioned: {units: 2, price: $1.5 per hour}
              minimum_audio: 1500us
              tiers:
                - {above: 100 tokens, output: $3 per 1M tokens}
                - {from: 200 tokens, input: $4 per 1M tokens}
              batch: {factor: 0.5, tiers: [{above: 5 tokens, input: $1 per 1M tokens}]}
              service_tiers: {flex: {input: $5 per 1M tokens}, "no": {factor: 1.25}}
              regions: {eu-west-1: {factor: 110%}, "*": {cache_read: 12.5% of input}}
              cache_read: 25% of input
              reasoning: 150% of output
              searches_by_size: {high: $14 per 1K searches, low: $5 per 1K searches}
              time_of_day:
                - {days: [mon, sun], from: "22:30", to: "06:00", factor: 25%}
                - {from: "00:00", to: "24:00", input: $6 per 1M tokens}
              source: elsewhere
              checked: 2025-03-04
              assumption: "it is so: perhaps"
      """
    let catalog = try Self.reread(text)
    let written = CatalogText.text(catalog)
    let again = try Self.reread(written)
    #expect(again.models == catalog.models)
    #expect(again.name == catalog.name && again.source == catalog.source)
    #expect(CatalogText.text(again) == written)
  }

  @Test(arguments: ShippedScenarioTests.names(ShippedScenarioTests.folder + "/catalogs"))
  func shippedCatalogsAreReadBack(name: String) throws {
    let path = ShippedScenarioTests.folder + "/catalogs/" + name
    let catalog = try CatalogReader.read(path: path)
    #expect(try Self.reread(CatalogText.text(catalog)).models == catalog.models)
  }
}
