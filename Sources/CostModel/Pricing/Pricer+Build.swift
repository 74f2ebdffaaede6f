extension Pricer {
  /// Resolves a model's prices for that variant; a part of it that a sheet does not list changes
  /// nothing.
  ///
  /// A model without prices is built, and prices nothing.
  public init(_ model: Model, variant: BillingVariant = BillingVariant()) {
    self.init()
    for sheet in model.prices { append(sheet, variant: variant) }
    isFlat =
      sheets.count == 1 && sheets[0].from == .distantPast && tierInputs.isEmpty
      && timesOfDay.isEmpty
    if isFlat {
      usualRates = UsualRates(card: rates, steps: sheets[0].steps)
      cachedRates = CachedRates(card: rates)
    }
  }

  private mutating func append(_ sheet: PriceSheet, variant: BillingVariant) {
    precondition(
      sheets.last.map { $0.from < sheet.effectiveFrom } ?? true, "sheets ascend by time")
    let changes = sheet.changes(on: variant)
    let inputs = sheet.tierInputs(changes)
    let tiers = tierInputs.count..<(tierInputs.count + inputs.count)
    let times = timesOfDay.count..<(timesOfDay.count + sheet.timesOfDay.count)
    sheets.append(
      CompiledSheet(
        from: sheet.effectiveFrom, steps: BilledSteps(sheet), tiers: tiers,
        timesOfDay: times, firstRate: rates.count, fixedMonthly: sheet.fixedMonthly,
        provisioned: sheet.provisioned))
    tierInputs += inputs
    timesOfDay += sheet.timesOfDay.map(CompiledTimeOfDay.init)
    for input in [0] + inputs {
      for time in [nil] + sheet.timesOfDay.map({ Optional($0.change) }) {
        let holding = changes + [time].compactMap { $0 }
        rates += BillingDimension.allCases.map(sheet.card(input: input, holding))
      }
    }
  }
}

extension PriceSheet {
  /// A dimension's price for calls of that total input on that variant, at a time of day that has no
  /// price of its own; nil: it is unpriced, or its price has too many digits.
  public func rate(
    _ dimension: BillingDimension, input: Int64 = 0, on variant: BillingVariant = BillingVariant()
  ) -> Rate? {
    let rate = card(input: input, changes(on: variant))(dimension)
    return rate.isPriced ? Rate(picodollars: rate.numerator, per: rate.denominator) : nil
  }

  /// The rates of calls of that total input with changes that hold: own prices one after the other,
  /// then parents for what has no price, then every factor.
  fileprivate func card(
    input: Int64, _ changes: [PriceChange]
  ) -> (BillingDimension) -> CompiledRate {
    var rates = EffectiveRates(self, input: input)
    for change in changes { rates.apply(change, to: self, input: input) }
    return { [rates] dimension in
      guard let rate = rates.price(dimension) else {
        return includes(dimension, rates) ? .free : .unpriced
      }
      let own = CompiledRate(numerator: rate.numerator, denominator: rate.denominator)
      return changes.reduce(own ?? .outOfRange) { $0.scaled(by: $1.factor) }
    }
  }

  /// Whether the dimension, which has no price, is part of another one's: nothing is due for a
  /// call as such, and a model that is sold by the call or the month and has no token price
  /// includes the tokens.
  private func includes(_ dimension: BillingDimension, _ rates: EffectiveRates) -> Bool {
    if dimension == .calls { return true }
    let isSoldWhole = hasFixedPrice || rates.states(.calls)
    let hasTokenPrice = rates.states(.inputTokens) || rates.states(.outputTokens)
    return dimension.isTokens && isSoldWhole && !hasTokenPrice
  }

  /// Where prices change with the input size, ascending: the sheet's own tiers, and those of the
  /// changes and times of day.
  fileprivate func tierInputs(_ changes: [PriceChange]) -> [Int64] {
    let tiers = contextTiers + (changes + timesOfDay.map(\.change)).flatMap(\.contextTiers)
    return Set(tiers.map(\.firstInput)).sorted()
  }

  /// Batch, service tier, region and size of a search, in this order, as far as they are asked for
  /// and listed.
  public func changes(on variant: BillingVariant) -> [PriceChange] {
    [
      variant.batch ? batch : nil,
      variant.serviceTier.flatMap { serviceTiers[$0] },
      variant.region.flatMap(region),
      variant.searchSize.flatMap { searchSizes[$0] }.map(PriceChange.init(searches:)),
    ].compactMap { $0 }
  }
}
