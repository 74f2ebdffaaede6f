extension CompiledPricer {
  /// Resolves a model's prices for those terms; a term that a sheet does not list changes
  /// nothing.
  ///
  /// A model without prices is built, and prices nothing.
  public init(model: Model, terms: BillingTerms = BillingTerms()) {
    self.init()
    for sheet in model.prices { append(sheet, terms: terms) }
    isFlat =
      sheets.count == 1 && sheets[0].from == .distantPast && tierInputs.isEmpty
      && timesOfDay.isEmpty
  }

  private mutating func append(_ sheet: PriceSheet, terms: BillingTerms) {
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
    let changes = sheet.changes(on: terms)
    for tier in [Rates()] + sheet.contextTiers.map(\.rates) {
      let base = sheet.rates.overlaid(with: tier)
      for time in [nil] + sheet.timesOfDay.map({ Optional($0.change) }) {
        rates += Self.resolve(base, changes + [time].compactMap { $0 })
      }
    }
  }

  /// One rate a dimension: the changes one after the other, then parents for what has no price.
  private static func resolve(
    _ base: Rates, _ changes: [PriceChange]
  ) -> [CompiledRate] {
    var result: [CompiledRate] = []
    for dimension in BillingDimension.allCases {
      var rate = base[dimension].map(CompiledRate.init) ?? .unpriced
      for change in changes {
        if let own = change.rates[dimension] { rate = CompiledRate(own) }
        rate = rate.scaled(by: change.factor)
      }
      result.append(rate)
    }
    return BillingDimension.allCases.map { dimension in
      var source: BillingDimension? = dimension
      while let next = source, result[next.rawValue] == .unpriced { source = next.parent }
      return source.map { result[$0.rawValue] } ?? (dimension == .calls ? .free : .unpriced)
    }
  }
}

extension PriceSheet {
  /// Batch, service tier and region, in this order, as far as they are asked for and listed.
  fileprivate func changes(on terms: BillingTerms) -> [PriceChange] {
    [
      terms.batch ? batch : nil,
      terms.serviceTier.flatMap { serviceTiers[$0] },
      terms.region.flatMap { regions[$0] },
    ].compactMap { $0 }
  }
}
