extension PriceSheet {
  /// The dimension whose stated price, in the base or in a change that holds for the variant, is taken
  /// for that one: itself or a parent; nil: none is stated.
  public func stated(for dimension: BillingDimension, on variant: BillingVariant)
    -> BillingDimension?
  {
    if dimension == .documents, searchDocuments > 0 { return stated(for: .searches, on: variant) }
    if isStated(dimension, on: variant) { return dimension }
    return dimension.parent.flatMap { stated(for: $0, on: variant) }
  }

  /// Dimensions that the sheet states a price of, for any variant of calls.
  public var statedDimensions: [BillingDimension] {
    let changes =
      [batch].compactMap(\.self) + serviceTiers.values + regions.values + timesOfDay.map(\.change)
    return BillingDimension.allCases.filter { dimension in
      rates[dimension] != nil || contextTiers.contains { $0.rates[dimension] != nil }
        || changes.contains { $0.states(dimension) }
    }
  }

  private func isStated(_ dimension: BillingDimension, on variant: BillingVariant) -> Bool {
    rates[dimension] != nil || contextTiers.contains { $0.rates[dimension] != nil }
      || (changes(on: variant) + timesOfDay.map(\.change)).contains { $0.states(dimension) }
  }
}

extension PriceChange {
  fileprivate func states(_ dimension: BillingDimension) -> Bool {
    rates[dimension] != nil || contextTiers.contains { $0.rates[dimension] != nil }
  }
}
