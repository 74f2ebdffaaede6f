import CostModel
import Testing

@testable import Scenarios

/// A catalog that extends another one: negotiated prices over public ones.
@Suite struct CatalogOverlayTests {
  private static let base = """
    name: public
    source: the price page
    checked: 2025-01-01
    models:
      m:
        provider: p
        aliases: [em]
        context_window: 1000
        prices:
          - {input: $10 per 1M tokens, output: $20 per 1M tokens, batch: {factor: 50%}}
          - effective_from: 2025-06-01
            input: $8 per 1M tokens
            output: $16 per 1M tokens
            tiers: [{above: 100, input: $9 per 1M tokens}]
      n: {provider: p, fixed_monthly: $100}
    """

  private func read(_ overlay: String) throws -> Catalog {
    let folder = try ScenarioFolder([
      "base.yaml": Self.base, "own.yaml": "extends: base.yaml\nname: ours\n" + overlay,
    ])
    return try CatalogReader.read(path: folder.path("own.yaml"))
  }

  private func errors(_ overlay: String) -> String {
    do {
      _ = try read(overlay)
      return "no error"
    } catch { return "\(error)" }
  }

  /// Picodollars of 1,000 input tokens at noon UTC of a day.
  private func price(
    _ catalog: Catalog, _ model: String = "m", input: Int64 = 10, on day: CivilDate
  )
    throws -> Int64
  {
    let id = try #require(catalog.id(named: model))
    var usage = Usage()
    usage.inputTokens = input
    let noon = Int64(day.daysSinceEpoch) * SimDuration.day.microseconds + 43_200_000_000
    return try Pricer(catalog[id]).cost(of: usage, at: SimTime(microseconds: noon))
      .total.picodollars / input / 1_000_000
  }

  private let may = CivilDate(year: 2025, month: 5, day: 31)
  private let june = CivilDate(year: 2025, month: 6, day: 1)

  @Test func whatIsNotMentionedStays() throws {
    let catalog = try read("models: {n: {fixed_monthly: $90}}")
    #expect(catalog.name == "ours" && catalog.models.map(\.name) == ["m", "n"])
    #expect(try price(catalog, on: may) == 10 && price(catalog, on: june) == 8)
    #expect(catalog.models[1].prices[0].fixedMonthly?.picodollars == 90_000_000_000_000)
    #expect(catalog.models[0].prices[0].source == "the price page")
  }

  @Test func aPriceHoldsInEverySheet() throws {
    let catalog = try read("source: contract 7\nmodels: {em: {input: $5 per 1M tokens}}")
    #expect(try price(catalog, on: may) == 5 && price(catalog, on: june) == 5)
    // The tier of the second sheet is still there.
    #expect(try price(catalog, input: 101, on: june) == 9)
    #expect(catalog.models[0].prices.map(\.source) == ["contract 7", "contract 7"])
    #expect(catalog.models[0].contextWindow == 1_000)
  }

  /// A pattern means every model of the extended catalog that it matches.
  @Test func aPatternChangesAllThatItMatches() throws {
    let catalog = try read("models: {\"*\": {factor: 50%}}")
    #expect(try price(catalog, on: may) == 5 && price(catalog, on: june) == 4)
    #expect(catalog.models[1].prices[0].fixedMonthly?.picodollars == 50_000_000_000_000)
    #expect(try price(read("models: {\"p/*m\": {factor: 50%}}"), on: may) == 5)
    #expect(errors("models: {\"x*\": {factor: 50%}}").contains("'provider' is missing"))
  }

  /// A share stays one of whatever the input costs then.
  @Test func aShareFollowsANegotiatedPrice() throws {
    let shared = try read("models: {m: {cache_read: 25% of input}}")
    let cheap = try read("models: {m: {cache_read: 25% of input, input: $4 per 1M tokens}}")
    for (catalog, expected) in [(shared, 2_500_000 as Int64), (cheap, 1_000_000)] {
      let sheet = catalog.models[0].prices[0]
      #expect(sheet.rate(.cacheReadTokens)?.picodollars == expected)
      let batch = sheet.rate(.cacheReadTokens, on: BillingVariant(batch: true))
      #expect(batch?.picodollars == Int64(expected / 2))
    }
    #expect(errors("models: {m: {cache_read: 25% of output}}").contains("expected a price"))
    #expect(errors("models: {m: {output: 25% of input}}").contains("expected a price"))
  }

  @Test func aDateSplitsTheSheet() throws {
    let catalog = try read(
      "models: {m: {effective_from: 2025-03-01, input: $4 per 1M tokens}}")
    let february = CivilDate(year: 2025, month: 2, day: 28)
    let march = CivilDate(year: 2025, month: 3, day: 1)
    #expect(catalog.models[0].prices.count == 3)
    #expect(try price(catalog, on: february) == 10 && price(catalog, on: march) == 4)
    #expect(try price(catalog, on: june) == 4)
  }

  @Test func aFactorComesBeforeOwnPrices() throws {
    let catalog = try read("models: {m: {factor: 75%, output: $1 per 1M tokens}}")
    let sheet = catalog.models[0].prices[1]
    #expect(try price(catalog, on: june) == 6)
    #expect(try price(catalog, input: 200, on: june) * 100 == 600 || sheet.contextTiers.count == 1)
    #expect(sheet.contextTiers[0].rates[.inputTokens] == Rate(picodollars: 6_750_000, per: 1))
    #expect(sheet.rates[.outputTokens] == Rate(picodollars: 1_000_000, per: 1))
  }

  @Test func aNewModelIsAdded() throws {
    let catalog = try read("models: {fresh: {provider: q, calls: $1 per 1K calls}}")
    #expect(catalog.models.map(\.name) == ["m", "n", "fresh"])
  }

  @Test(arguments: [
    ("models: {fresh: {calls: $1 per 1K calls}}", "'provider' is missing in this catalog model"),
    ("models: {m: {provider: q}}", "'provider' is what the extended catalog says of 'm'"),
    ("models: {m: {aliases: [q]}}", "'aliases' is what the extended catalog says of 'm'"),
    ("models: {fresh: {provider: q, factor: 50%}}", "'factor' needs the prices of a catalog"),
    ("models: {fresh: {provider: q, aliases: [em]}}", "the name 'em' is already taken by 'm'"),
    ("models: {m: {factor: 101}}", "expected a factor from 0 to 100"),
    ("models: {m: {provisioned: {units: 2}}}", "'price' is missing in this provisioned"),
    (
      "models: {m: {provisioned: {units: 1M, price: $9 per hour}}}",
      "1,000,000 units cost more than $9,000,000"
    ),
  ])
  func mistakesAreTold(overlay: String, message: String) {
    #expect(errors(overlay).contains(message), "\(errors(overlay))")
  }

  @Test func aCircleIsAnError() throws {
    let folder = try ScenarioFolder(["a.yaml": "extends: b.yaml", "b.yaml": "extends: a.yaml"])
    #expect { try CatalogReader.read(path: folder.path("a.yaml")) } throws: {
      "\($0)".contains("goes round in a circle")
    }
    let bare = try ScenarioFolder(["a.yaml": "name: nothing"])
    #expect { try CatalogReader.read(path: bare.path("a.yaml")) } throws: {
      "\($0)".contains("'models' is missing in this catalog")
    }
  }

  /// Capacity and the tiers of variants are read.
  @Test func readsCapacityAndTiersOfVariants() throws {
    let catalog = try read(
      """
      models:
        ptu:
          provider: azure
          provisioned: {units: 15, price: $1 per hour}
          input: $2 per 1M tokens
          output: $3 per 1M tokens
          batch: {input: $1 per 1M tokens, tiers: [{above: 272K, input: $4 per 1M tokens}]}
      """)
    let sheet = catalog.models[2].prices[0]
    #expect(sheet.provisioned?.units == 15)
    #expect(sheet.provisioned?.price(for: .hour)?.picodollars == 15_000_000_000_000)
    #expect(sheet.batch?.contextTiers.map(\.threshold) == [272_000])
  }
}
