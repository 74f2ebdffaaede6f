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
  }

  private mutating func append(_ sheet: PriceSheet, variant: BillingVariant) {
    precondition(
      sheets.last.map { $0.from < sheet.effectiveFrom } ?? true, "sheets ascend by time")
    let tiers = tierInputs.count..<(tierInputs.count + sheet.contextTiers.count)
    let times = timesOfDay.count..<(timesOfDay.count + sheet.timesOfDay.count)
    sheets.append(
      CompiledSheet(
        from: sheet.effectiveFrom, minimumAudio: sheet.minimumAudio.microseconds, tiers: tiers,
        timesOfDay: times, firstRate: rates.count, fixedMonthly: sheet.fixedMonthly))
    tierInputs += sheet.contextTiers.map(\.firstInput)
    timesOfDay += sheet.timesOfDay.map(CompiledTimeOfDay.init)
    let changes = sheet.changes(on: variant)
    for tier in [Rates()] + sheet.contextTiers.map(\.rates) {
      let base = sheet.rates.overlaid(with: tier)
      for time in [nil] + sheet.timesOfDay.map({ Optional($0.change) }) {
        rates += Self.card(
          base, changes + [time].compactMap { $0 }, isSoldByMonth: sheet.fixedMonthly != nil)
      }
    }
  }

  /// One rate a dimension: own prices take the base's place, the last one said; then parents for
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

extension PriceSheet {
  /// Batch, service tier and region, in this order, as far as they are asked for and listed.
  fileprivate func changes(on variant: BillingVariant) -> [PriceChange] {
    [
      variant.batch ? batch : nil,
      variant.serviceTier.flatMap { serviceTiers[$0] },
      variant.region.flatMap { regions[$0] },
    ].compactMap { $0 }
  }
}
