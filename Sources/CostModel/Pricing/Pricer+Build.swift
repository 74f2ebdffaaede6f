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
    if isFlat { usualRates = UsualRates(card: rates, minimumAudio: sheets[0].minimumAudio) }
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
        from: sheet.effectiveFrom, minimumAudio: sheet.minimumAudio.microseconds, tiers: tiers,
        timesOfDay: times, firstRate: rates.count, fixedMonthly: sheet.fixedMonthly,
        provisioned: sheet.provisioned))
    tierInputs += inputs
    timesOfDay += sheet.timesOfDay.map(CompiledTimeOfDay.init)
    for input in [0] + inputs {
      let base = sheet.contextTiers.applied(to: sheet.rates, input: input)
      for time in [nil] + sheet.timesOfDay.map({ Optional($0.change) }) {
        let holding = (changes + [time].compactMap { $0 }).map { $0.resolved(input: input) }
        rates += Self.card(base, holding, isSoldByMonth: sheet.hasFixedPrice)
      }
    }
  }

  /// One rate a dimension, of changes that hold at one input size: own prices take the base's place, the last one said; then parents for
  /// what has no price; then every factor.
  private static func card(_ base: Rates, _ changes: [PriceChange], isSoldByMonth: Bool)
    -> [CompiledRate]
  {
    let rates = changes.reduce(base) { $0.overlaid(with: $1.rates) }
    return BillingDimension.allCases.map { dimension in
      guard let rate = rates.rate(for: dimension) else {
        return rates.includes(dimension, isSoldByMonth) ? .free : .unpriced
      }
      return changes.reduce(CompiledRate(rate)) { $0.scaled(by: $1.factor) }
    }
  }
}

extension Rates {
  /// The dimension's own price, else its parent's.
  public func rate(for dimension: BillingDimension) -> Rate? {
    self[dimension] ?? dimension.parent.flatMap(rate(for:))
  }

  /// Whether the dimension, which has no price, is part of another one's: nothing is due for a
  /// call as such, and a model that is sold by the call or the month and has no token price
  /// includes the tokens.
  fileprivate func includes(_ dimension: BillingDimension, _ isSoldByMonth: Bool) -> Bool {
    if dimension == .calls { return true }
    let isSoldWhole = isSoldByMonth || self[.calls] != nil
    let hasTokenPrice = self[.inputTokens] != nil || self[.outputTokens] != nil
    return dimension.isTokens && isSoldWhole && !hasTokenPrice
  }
}

extension [ContextTier] {
  /// The rates with those of the last tier that a total input reaches in their place.
  fileprivate func applied(to rates: Rates, input: Int64) -> Rates {
    last { $0.firstInput <= input }.map { rates.overlaid(with: $0.rates) } ?? rates
  }
}

extension PriceChange {
  /// The change for calls of that total input, with the tier that holds worked in.
  fileprivate func resolved(input: Int64) -> PriceChange {
    var change = PriceChange()
    change.rates = contextTiers.applied(to: rates, input: input)
    change.factor = factor
    return change
  }
}

extension PriceSheet {
  /// Where prices change with the input size, ascending: the sheet's own tiers, and those of the
  /// changes and times of day.
  fileprivate func tierInputs(_ changes: [PriceChange]) -> [Int64] {
    let tiers = contextTiers + (changes + timesOfDay.map(\.change)).flatMap(\.contextTiers)
    return Set(tiers.map(\.firstInput)).sorted()
  }

  /// Batch, service tier and region, in this order, as far as they are asked for and listed.
  func changes(on variant: BillingVariant) -> [PriceChange] {
    [
      variant.batch ? batch : nil,
      variant.serviceTier.flatMap { serviceTiers[$0] },
      variant.region.flatMap { regions[$0] },
    ].compactMap { $0 }
  }
}
