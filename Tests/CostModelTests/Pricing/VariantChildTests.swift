import CostModel
import Testing

/// What a variant or tier does not state follows what it does (docs/semantics.md, "Price of an
/// attempt"), in picodollars a token.
@Suite struct VariantChildTests {
  private func rate(_ picodollars: Int64, per: Int64 = 1) -> Rate {
    Rate(picodollars: picodollars, per: per)
  }

  /// $1 in and $2.50 out a million, with parts dearer and cheaper than their parents.
  private func sheet() -> PriceSheet {
    var sheet = PriceSheet()
    sheet.rates[.inputTokens] = rate(1_000_000)
    sheet.rates[.outputTokens] = rate(2_500_000)
    sheet.rates[.reasoningTokens] = rate(2_500_000)
    sheet.rates[.cacheReadTokens] = rate(100_000)
    sheet.rates[.cacheWriteTokens] = rate(1_250_000)
    sheet.rates[.cacheWriteLongTokens] = rate(2_000_000)
    sheet.rates[.inputAudioTokens] = rate(3_000_000)
    sheet.rates[.outputImageTokens] = rate(30_000_000)
    return sheet
  }

  private func price(
    _ sheet: PriceSheet, _ dimension: BillingDimension, input: Int64 = 0, batch: Bool = true,
    tier: String? = nil, region: String? = nil
  ) -> Int64? {
    let variant = BillingVariant(batch: batch, serviceTier: tier, region: region)
    return sheet.rate(dimension, input: input, on: variant).map { $0.picodollars / $0.per }
  }

  /// Half price for input and output is half price for all of their parts.
  @Test(
    arguments: [
      (BillingDimension.reasoningTokens, 1_250_000), (.cacheReadTokens, 50_000),
      (.cacheWriteTokens, 625_000), (.cacheWriteLongTokens, 1_000_000),
      (.inputAudioTokens, 1_500_000), (.outputImageTokens, 15_000_000),
      (.inputImageTokens, 500_000), (.outputAudioTokens, 1_250_000),
    ] as [(BillingDimension, Int64)])
  func anUnstatedPartGoesWithItsParent(dimension: BillingDimension, expected: Int64) {
    var half = PriceChange()
    half.rates[.inputTokens] = rate(500_000)
    half.rates[.outputTokens] = rate(1_250_000)
    var sheet = sheet()
    (sheet.batch, sheet.serviceTiers["flex"], sheet.regions["eu"]) = (half, half, half)
    #expect(price(sheet, dimension) == expected)
    #expect(price(sheet, dimension, batch: false, tier: "flex") == expected)
    #expect(price(sheet, dimension, batch: false, region: "eu") == expected)
    sheet.contextTiers = [ContextTier(threshold: 9, rates: half.rates)]
    #expect(price(sheet, dimension, input: 10, batch: false) == expected)
  }

  @Test func anHourOfCacheFollowsTheWriteThatIsStated() {
    var sheet = sheet()
    var batch = PriceChange()
    batch.rates[.inputTokens] = rate(500_000)
    batch.rates[.cacheWriteTokens] = rate(250_000)
    sheet.batch = batch
    // A fifth of the ordinary write, so a fifth of the ordinary hour.
    #expect(price(sheet, .cacheWriteLongTokens) == 400_000)
    sheet.batch?.rates[.cacheWriteLongTokens] = rate(7)
    #expect(price(sheet, .cacheWriteLongTokens) == 7)
  }

  @Test func aVariantWithoutTiersRisesAsTheOrdinaryPriceDoes() {
    var sheet = sheet()
    var long = Rates()
    long[.inputTokens] = rate(2_000_000)
    long[.outputTokens] = rate(3_750_000)
    sheet.contextTiers = [ContextTier(threshold: 200_000, rates: long)]
    var batch = PriceChange()
    batch.rates[.inputTokens] = rate(500_000)
    sheet.batch = batch
    for (input, expected) in [(200_000, 500_000), (200_001, 1_000_000)] as [(Int64, Int64)] {
      #expect(price(sheet, .inputTokens, input: input) == expected)
      #expect(price(sheet, .cacheReadTokens, input: input) == expected / 10)
    }
    // Nothing is said of output in batch: the ordinary price holds, tier included.
    #expect(price(sheet, .outputTokens) == 2_500_000)
    #expect(price(sheet, .reasoningTokens, input: 200_001) == 3_750_000)
    batch.contextTiers = [ContextTier(threshold: 100_000, rates: batch.rates)]
    sheet.batch = batch
    // A lower tier of its own rises from where it begins.
    #expect(price(sheet, .inputTokens, input: 100_001) == 500_000)
    #expect(price(sheet, .inputTokens, input: 200_001) == 1_000_000)
  }

  @Test func withoutARatioTheParentsPriceHolds() {
    var sheet = sheet()
    sheet.rates[.inputTokens] = rate(0)
    var batch = PriceChange()
    batch.rates[.inputTokens] = rate(500_000)
    sheet.batch = batch
    #expect(price(sheet, .cacheReadTokens) == 500_000)
    sheet.rates = Rates()
    sheet.rates[.outputImageTokens] = rate(9)
    batch.rates = Rates()
    batch.rates[.outputTokens] = rate(4)
    sheet.batch = batch
    #expect(price(sheet, .outputImageTokens) == 4)
    #expect(price(sheet, .inputTokens) == nil)
  }

  @Test func aShareIsOfTheParentWhateverThatCosts() {
    var sheet = sheet()
    sheet.rates.setShare(Factor(1, 4), of: .cacheReadTokens)
    #expect(price(sheet, .cacheReadTokens, batch: false) == 250_000)
    var batch = PriceChange()
    batch.rates[.inputTokens] = rate(400_000)
    batch.factor = Factor(1, 2)
    sheet.batch = batch
    #expect(price(sheet, .cacheReadTokens) == 50_000)
    sheet.batch?.rates.setShare(Factor(1, 2), of: .cacheReadTokens)
    #expect(price(sheet, .cacheReadTokens) == 100_000)
  }
}
