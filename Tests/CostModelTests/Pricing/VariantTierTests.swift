import CostModel
import Testing

/// Context tiers of variants, capacity by the hour, negotiated factors.
@Suite struct VariantTierTests {
  /// 1 and 10 picodollars a token, from 101 tokens on; every variant has its own 2 and 20, and from
  /// 201 tokens on 5 and 50.
  private static let tiered = model {
    $0.rates = rates(input: 1, output: 10)
    $0.contextTiers = [ContextTier(threshold: 100, rates: rates(input: 3, output: 30))]
    var change = PriceChange()
    change.rates = rates(input: 2, output: 20)
    change.contextTiers = [ContextTier(threshold: 200, rates: rates(input: 5, output: 50))]
    $0.batch = change
    $0.serviceTiers["flex"] = change
    $0.regions["eu"] = change
    $0.timesOfDay = [
      TimeOfDayPrice(weekdays: Set(0..<7), from: .hour, to: .day, change: change)
    ]
  }

  private static let variants: [(BillingVariant, SimTime)] = [
    (BillingVariant(batch: true), .epoch), (BillingVariant(serviceTier: "flex"), .epoch),
    (BillingVariant(region: "eu"), .epoch), (BillingVariant(), .epoch + .hour),
  ]

  /// A variant's own price goes up with the ordinary one where its own tier has no other one.
  @Test(arguments: variants.indices) func ownTiersOfVariants(index: Int) throws {
    let (variant, time) = Self.variants[index]
    let pricer = Pricer(Self.tiered, variant: variant)
    for (input, each, output) in [
      (99, 2, 20), (100, 2, 20), (101, 6, 60), (199, 6, 60), (200, 6, 60), (201, 5, 50),
      (202, 5, 50),
    ] as [(Int64, Int64, Int64)] {
      let cost = try pricer.cost(of: tokens(in: input, out: 1), at: time)
      #expect(cost.input.picodollars == input * each, "\(input) tokens, \(variant)")
      #expect(cost.output.picodollars == output)
    }
  }

  @Test func ordinaryCallsDoNotMeetTheTiersOfVariants() throws {
    let pricer = Pricer(Self.tiered)
    for (input, each) in [(100, 1), (101, 3), (200, 3), (201, 3)] as [(Int64, Int64)] {
      let cost = try pricer.cost(of: tokens(in: input), at: .epoch)
      #expect(cost.total.picodollars == input * each, "\(input) tokens")
    }
  }

  /// What the tier of a variant leaves open is the variant's own price.
  @Test func tiersOfVariantsAreLaidOverItsPrices() throws {
    let partly = model {
      $0.rates = rates(input: 1, output: 10)
      var change = PriceChange()
      change.rates = rates(input: 2, output: 20)
      change.factor = Factor(1, 2)
      var tier = Rates()
      tier[.inputTokens] = perMillion(microdollars: 8)
      change.contextTiers = [ContextTier(threshold: 5, inclusive: true, rates: tier)]
      $0.batch = change
    }
    let pricer = Pricer(partly, variant: BillingVariant(batch: true))
    #expect(try pricer.cost(of: tokens(in: 4, out: 1), at: .epoch).total.picodollars == 4 + 10)
    #expect(try pricer.cost(of: tokens(in: 5, out: 1), at: .epoch).total.picodollars == 20 + 10)
    #expect(try pricer.cost(of: tokens(in: 6, out: 1), at: .epoch).total.picodollars == 24 + 10)
    let breakdown = try pricer.breakdown(of: tokens(in: 5), at: .epoch)
    #expect(breakdown.contextTier == 5)
  }

  @Test func capacityIsPaidByTheHourWhateverTheTraffic() throws {
    let bought = model {
      $0.provisioned = ProvisionedCapacity(units: 3, rate: .hour(cents: 200))
    }
    let pricer = Pricer(bought)
    func due(days: Int64) -> Int64? {
      let end = at(days * SimDuration.day.microseconds)
      return pricer.fixedPrice(ofMonthFrom: .epoch, to: end)?.picodollars
    }
    #expect(due(days: 30) == 4_320_000_000_000_000)
    #expect(due(days: 31) == 4_464_000_000_000_000)
    // Tokens are included, as with any price for the month.
    #expect(try pricer.cost(of: tokens(in: 9, out: 9), at: .epoch) == .zero)
    var both = bought
    both.prices[0].fixedMonthly = Money(picodollars: 5)
    #expect(
      Pricer(both).fixedPrice(ofMonthFrom: .epoch, to: at(3_600_000_000))?.picodollars
        == 6_000_000_000_005)
    #expect(Pricer(model { _ in }).fixedPrice(ofMonthFrom: .epoch, to: at(1)) == nil)
  }

  /// A third off every price is a third off every bill, but for the rounding of each component.
  @Test func aNegotiatedFactorScalesEveryPrice() throws {
    var make = RandomPricing(seed: 20)
    var compared = 0
    for _ in 0..<300 {
      let model = make.model()
      var cheaper = model
      for index in model.prices.indices {
        let scaled = try #require(model.prices[index].scaled(by: Factor(2, 3)))
        cheaper.prices[index] = scaled
      }
      let variant = make.variant()
      let (usage, time) = (make.usage(), make.time())
      guard let full = try? Pricer(model, variant: variant).breakdown(of: usage, at: time) else {
        continue
      }
      let part = try Pricer(cheaper, variant: variant).breakdown(of: usage, at: time)
      #expect(full.components.map(\.dimension) == part.components.map(\.dimension))
      for (before, after) in zip(full.components, part.components) {
        compared += 1
        let exact = Int128(before.rate.picodollars) * 2 * Int128(after.rate.per)
        #expect(exact == Int128(after.rate.picodollars) * 3 * Int128(before.rate.per))
      }
    }
    #expect(compared > 100)
  }

  @Test func aFactorThatDoesNotFitIsRefused() {
    var sheet = PriceSheet()
    sheet.rates[.inputTokens] = Rate(picodollars: .max, per: 1)
    #expect(sheet.scaled(by: Factor(3, 2)) == nil)
    sheet.rates = Rates()
    sheet.fixedMonthly = Money(picodollars: 3)
    #expect(sheet.scaled(by: Factor(1, 2))?.fixedMonthly?.picodollars == 2)
  }
}
