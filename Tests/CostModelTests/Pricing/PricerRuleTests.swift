import CostModel
import Testing

/// Each rule of docs/semantics.md, "Price of an attempt", at its boundary.
struct PricerRuleTests {
  private func cost(
    _ model: Model, _ usage: Usage, at t: SimTime = .epoch, _ variant: BillingVariant = .init()
  ) throws(PricingError) -> Cost {
    try Pricer(model, variant: variant).cost(of: usage, at: t)
  }

  private func total(
    _ model: Model, _ usage: Usage, at t: SimTime = .epoch, _ variant: BillingVariant = .init()
  ) throws(PricingError) -> Int64 {
    try cost(model, usage, at: t, variant).total.picodollars
  }

  private func usage(_ edit: (inout Usage) -> Void) -> Usage {
    var usage = tokens(in: 100, out: 100)
    edit(&usage)
    return usage
  }

  @Test func everyDimensionHasItsPriceAndKind() throws {
    let priced = model { sheet in
      for dimension in BillingDimension.allCases {
        sheet.rates[dimension] = Rate(picodollars: 1 << Int64(dimension.rawValue), per: 1)
      }
    }
    var all = Usage()
    for dimension in BillingDimension.allCases { all[dimension] = 1 }
    // Totals of which every part is 1: fresh, read, written twice, audio, image; visible, ….
    all.inputTokens = 6
    all.outputTokens = 4
    let input = 1 + 2 + 4 + 8 + 64 + 256
    let output = 16 + 32 + 128 + 512
    let cost = try cost(priced, all)
    #expect(cost.input.picodollars == Int64(input))
    #expect(cost.output.picodollars == Int64(output))
    #expect(
      cost.other.picodollars == Int64((1 << BillingDimension.allCases.count) - 1 - input - output))
  }

  /// Every card of a sheet, each tier at each time of day, holds a price for every dimension: base ×1, a
  /// tier ×5, an hour of the day ×2, another one ×3. A dimension that had no place of its own would be
  /// billed by its neighbour's, twice or half as dear.
  @Test(arguments: [1, 5]) func everyCardHasAllDimensions(inTier: Int64) throws {
    func rates(_ factor: Int64) -> Rates {
      BillingDimension.allCases.reduce(into: Rates()) {
        $0[$1] = Rate(picodollars: factor << Int64($1.rawValue), per: 1)
      }
    }
    func hour(_ from: SimDuration, _ to: SimDuration, _ factor: Int64) -> TimeOfDayPrice {
      var change = PriceChange()
      change.rates = rates(factor)
      return TimeOfDayPrice(weekdays: Set(0...6), from: from, to: to, change: change)
    }
    let (one, two) = (SimDuration.hour, SimDuration(microseconds: 7_200_000_000))
    let priced = model { sheet in
      sheet.rates = rates(1)
      // The usage has six tokens of input.
      sheet.contextTiers = [ContextTier(threshold: inTier == 1 ? 6 : 5, rates: rates(5))]
      sheet.timesOfDay = [hour(.zero, one, 2), hour(one, two, 3)]
    }
    var all = Usage()
    for dimension in BillingDimension.allCases { all[dimension] = 1 }
    (all.inputTokens, all.outputTokens) = (6, 4)
    let every = (Int64(1) << Int64(BillingDimension.allCases.count)) - 1
    for (time, factor) in [(SimTime.epoch, 2), (SimTime.epoch + one, 3), (SimTime.epoch + two, 1)] {
      #expect(try total(priced, all, at: time) == Int64(factor) * inTier * every)
    }
  }

  @Test func withoutAPriceTheParentsHolds() throws {
    var plain = model { $0.rates = rates(input: 10, output: 20) }
    let parts = usage {
      ($0.cacheReadTokens, $0.cacheWriteTokens, $0.cacheWriteLongTokens) = (10, 10, 10)
      ($0.inputAudioTokens, $0.inputImageTokens) = (10, 10)
      ($0.reasoningTokens, $0.outputAudioTokens, $0.outputImageTokens) = (10, 10, 10)
    }
    #expect(try total(plain, parts) == 100 * 10 + 100 * 20)
    plain.prices[0].rates[.cacheWriteTokens] = perMillion(microdollars: 15)
    #expect(try total(plain, parts) == 80 * 10 + 20 * 15 + 100 * 20)
    plain.prices[0].rates[.cacheWriteLongTokens] = perMillion(microdollars: 30)
    #expect(try total(plain, parts) == 80 * 10 + 10 * 15 + 10 * 30 + 100 * 20)
    plain.prices[0].rates[.reasoningTokens] = perMillion(microdollars: 0)
    #expect(try total(plain, parts) == 80 * 10 + 10 * 15 + 10 * 30 + 90 * 20)
  }

  @Test(arguments: [.audioSeconds, .characters, .images, .pages, .searches] as [BillingDimension])
  func withoutAParentItIsAnError(dimension: BillingDimension) {
    let plain = model { $0.rates = rates(input: 10, output: 20) }
    #expect(throws: PricingError.unpriced(dimension)) {
      try cost(plain, usage { $0[dimension] = 1 })
    }
    let perCall = model { $0.rates[.calls] = Rate(picodollars: 1, per: 1) }
    #expect(throws: PricingError.unpriced(dimension)) {
      try cost(perCall, usage { $0[dimension] = 1 })
    }
  }

  @Test func nothingIsSilentlyFree() {
    #expect(throws: PricingError.noPrices) {
      try cost(Model(name: "m", provider: "p"), tokens(in: 1))
    }
    #expect(throws: PricingError.unpriced(.inputTokens)) { try cost(model { _ in }, tokens(in: 1)) }
    let half = model { $0.rates[.inputTokens] = Rate(picodollars: 1, per: 1) }
    #expect(throws: PricingError.unpriced(.outputTokens)) { try cost(half, tokens(out: 1)) }
    #expect(throws: PricingError.unpriced(.reasoningTokens)) {
      var thought = tokens(out: 1)
      thought.reasoningTokens = 1
      return try cost(half, thought)
    }
  }

  @Test func aPriceForTheCallOrTheMonthIncludesTokensThatHaveNone() throws {
    let perCall = model { $0.rates[.calls] = Rate(picodollars: 7, per: 1) }
    #expect(try total(perCall, tokens(in: 500, out: 500)) == 7)
    let perMonth = model { $0.fixedMonthly = Money(picodollars: 200_000_000_000_000) }
    #expect(try total(perMonth, tokens(in: 500, out: 500)) == 0)
    #expect(
      Pricer(perMonth).fixedPrice(ofMonthFrom: .epoch, to: at(1))?.picodollars
        == 200_000_000_000_000)
    let mixed = model {
      $0.rates[.calls] = Rate(picodollars: 7, per: 1)
      $0.rates[.inputTokens] = Rate(picodollars: 1, per: 1)
    }
    #expect(throws: PricingError.unpriced(.outputTokens)) { try cost(mixed, tokens(out: 1)) }
  }

  @Test(arguments: BillingDimension.allCases)
  func negativeQuantitiesAreErrors(dimension: BillingDimension) {
    let plain = model { $0.rates = rates(input: 10, output: 20) }
    #expect(throws: PricingError.negativeQuantity(dimension)) {
      try cost(plain, usage { $0[dimension] = -1 })
    }
  }

  @Test func partsMayNotExceedTheirTotal() throws {
    let plain = model { $0.rates = rates(input: 10, output: 20) }
    #expect(try total(plain, usage { $0.cacheReadTokens = 100 }) == 3000)
    let caches: [WritableKeyPath<Usage, Int64>] = [
      \.cacheReadTokens, \.cacheWriteTokens, \.cacheWriteLongTokens,
    ]
    for path in caches {
      #expect(throws: PricingError.moreCachedThanInput) {
        try cost(plain, usage { $0[keyPath: path] = 101 })
      }
    }
    #expect(throws: PricingError.moreCachedThanInput) {
      try cost(plain, usage { ($0.cacheReadTokens, $0.cacheWriteTokens) = (.max, .max) })
    }
    #expect(throws: PricingError.moreMediaThanInput) {
      try cost(plain, usage { ($0.inputAudioTokens, $0.inputImageTokens) = (50, 51) })
    }
    let parts: [WritableKeyPath<Usage, Int64>] = [
      \.reasoningTokens, \.outputAudioTokens, \.outputImageTokens,
    ]
    for path in parts {
      #expect(throws: PricingError.moreReasoningThanOutput) {
        try cost(plain, usage { $0[keyPath: path] = 101 })
      }
    }
  }

  @Test func cachedTokensAreTextFirst() throws {
    let priced = model {
      $0.rates = rates(input: 10, output: 0)
      $0.rates[.cacheReadTokens] = perMillion(microdollars: 1)
      $0.rates[.inputAudioTokens] = perMillion(microdollars: 100)
      $0.rates[.inputImageTokens] = perMillion(microdollars: 1000)
    }
    let media = usage { ($0.inputAudioTokens, $0.inputImageTokens) = (20, 30) }
    func withCached(_ count: Int64) throws(PricingError) -> Int64 {
      var usage = media
      usage.cacheReadTokens = count
      return try total(priced, usage)
    }
    #expect(try withCached(50) == 50 + 20 * 100 + 30 * 1000)
    #expect(try withCached(51) == 51 + 20 * 100 + 29 * 1000)
    #expect(try withCached(81) == 81 + 19 * 100)
    #expect(try withCached(100) == 100)
  }

  @Test func aCrossedTierRepricesTheWholeCall() throws {
    var tiered = model {
      $0.rates = rates(input: 1, output: 2)
      $0.contextTiers = [
        ContextTier(threshold: 50, rates: rates(input: 10, output: 20)),
        ContextTier(threshold: 100, inclusive: true, rates: rates(input: 100, output: 200)),
      ]
    }
    #expect(try total(tiered, tokens(in: 49, out: 1)) == 49 + 2)
    #expect(try total(tiered, tokens(in: 50, out: 1)) == 50 + 2)
    #expect(try total(tiered, tokens(in: 51, out: 1)) == 510 + 20)
    #expect(try total(tiered, tokens(in: 99, out: 1)) == 990 + 20)
    #expect(try total(tiered, tokens(in: 100, out: 1)) == 10_000 + 200)
    #expect(try total(tiered, tokens(in: 101, out: 1)) == 10_100 + 200)
    // Cached tokens count towards the threshold; a price the tier leaves open goes with its parent's.
    tiered.prices[0].rates[.cacheReadTokens] = perMillion(microdollars: 3)
    var cached = tokens(in: 51)
    cached.cacheReadTokens = 50
    #expect(try total(tiered, cached) == 50 * 30 + 10)
  }

  @Test func variantsMultiplyAndTheLaterOwnPriceWins() throws {
    func change(_ factor: Factor, input: Int64? = nil) -> PriceChange {
      var change = PriceChange()
      change.factor = factor
      change.rates[.inputTokens] = input.map { perMillion(microdollars: $0) }
      return change
    }
    let sheet = model {
      $0.rates = rates(input: 1000, output: 2000)
      $0.batch = change(Factor(1, 2), input: 500)
      $0.serviceTiers["flex"] = change(Factor(3, 4), input: 300)
      $0.regions["eu"] = change(Factor(11, 10))
    }
    let call = tokens(in: 1, out: 1)
    #expect(try total(sheet, call) == 3000)
    #expect(try total(sheet, call, .init(serviceTier: "none", region: "none")) == 3000)
    #expect(try total(sheet, call, .init(batch: true)) == 250 + 1000)
    #expect(try total(sheet, call, .init(serviceTier: "flex")) == 225 + 1500)
    #expect(try total(sheet, call, .init(region: "eu")) == 1100 + 2200)
    // 300 × 1/2 × 3/4 × 11/10 = 123.75, 2000 × … = 825; each rounded once.
    let everything = BillingVariant(batch: true, serviceTier: "flex", region: "eu")
    #expect(try total(sheet, call, everything) == 124 + 825)
  }

  @Test func timesOfDayIncludeTheirStartAndRunPastMidnight() throws {
    var half = PriceChange()
    half.factor = Factor(1, 2)
    let sheet = model {
      $0.rates = rates(input: 1000, output: 0)
      // Thursdays, and 1970-01-01 is one.
      $0.timesOfDay = [
        TimeOfDayPrice(weekdays: [3], from: seconds(80_000), to: seconds(1_000), change: half)
      ]
    }
    func price(_ t: Int64) throws(PricingError) -> Int64 {
      try total(sheet, tokens(in: 1), at: at(t))
    }
    let day = SimDuration.day.microseconds
    #expect(try price(79_999_999_999) == 1000)
    #expect(try price(80_000_000_000) == 500)
    #expect(try price(day + 999_999_999) == 500)
    #expect(try price(day + 1_000_000_000) == 1000)
    #expect(try price(0) == 1000)
    #expect(try price(day + 80_000_000_000) == 1000)
    #expect(try price(-7 * day + 80_000_000_000) == 500)
  }

  @Test func theArrivalPicksTheSheet() throws {
    var dated = model { $0.rates = rates(input: 1, output: 1) }
    dated.prices[0].effectiveFrom = at(1000)
    var later = dated.prices[0]
    later.effectiveFrom = at(2000)
    later.rates = rates(input: 9, output: 9)
    dated.prices.append(later)
    #expect(throws: PricingError.noPrices) { try cost(dated, tokens(in: 1), at: at(999)) }
    #expect(try total(dated, tokens(in: 1), at: at(1000)) == 1)
    #expect(try total(dated, tokens(in: 1), at: at(1999)) == 1)
    #expect(try total(dated, tokens(in: 1), at: at(2000)) == 9)
    let gaps = Pricer(dated).gaps(
      pricing: [.inputTokens, .audioSeconds], from: at(0), to: at(3000))
    #expect(
      gaps == [
        PricingGap(dimension: nil, from: at(0), to: at(1000)),
        PricingGap(dimension: .audioSeconds, from: at(1000), to: at(2000)),
        PricingGap(dimension: .audioSeconds, from: at(2000), to: at(3000)),
      ])
    #expect(Pricer(dated).gaps(pricing: [.inputTokens], from: at(1000), to: at(3000)).isEmpty)
  }

  @Test func audioIsBilledByTheMicrosecondMinimumFirst() throws {
    let speech = model {
      $0.rates[.audioSeconds] = .hour(cents: 18)
      $0.minimumAudio = seconds(10)
    }
    #expect(try total(speech, audio(seconds(9))) == 500_000_000)
    #expect(try total(speech, audio(seconds(10))) == 500_000_000)
    #expect(try total(speech, audio(seconds(11))) == 550_000_000)
    #expect(try total(speech, audio(µs(0))) == 0)
    #expect(try total(speech, audio(µs(10_000_001))) == 500_000_050)
  }

  @Test(arguments: [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3), (7, 4)])
  func tiesGoToTheEvenPicodollar(quantity: Int64, picodollars: Int64) throws {
    let fine = model { $0.rates[.inputTokens] = Rate(picodollars: 1, per: 2) }
    #expect(try total(fine, tokens(in: quantity)) == picodollars)
  }

  @Test func componentsAreRoundedOnceEach() throws {
    let fine = model {
      for dimension in [.inputTokens, .cacheReadTokens, .outputTokens] as [BillingDimension] {
        $0.rates[dimension] = Rate(picodollars: 2, per: 3)
      }
    }
    var usage = tokens(in: 2, out: 1)
    usage.cacheReadTokens = 1
    #expect(
      try cost(fine, usage)
        == Cost(input: Money(picodollars: 2), output: Money(picodollars: 1), other: .zero))
  }

  @Test func whatOneCallCannotCostIsAnError() {
    let whole = model { $0.rates = rates(input: 2, output: 2) }
    #expect(throws: PricingError.tooLarge) { try cost(whole, tokens(in: .max)) }
    let half = model { $0.rates[.inputTokens] = Rate(picodollars: 7, per: 3) }
    #expect(throws: PricingError.tooLarge) { try cost(half, tokens(in: .max)) }
    let one = model { $0.rates = rates(input: 1, output: 1) }
    #expect(throws: PricingError.tooLarge) { try cost(one, tokens(in: .max, out: 1)) }
    let fine = model {
      $0.rates[.inputTokens] = Rate(picodollars: .max, per: 1)
      $0.regions["eu"] = PriceChange()
      $0.regions["eu"]?.factor = Factor(11, 10)
    }
    #expect(throws: PricingError.rateOutOfRange(.inputTokens)) {
      try cost(fine, tokens(in: 1), .init(region: "eu"))
    }
  }
}
