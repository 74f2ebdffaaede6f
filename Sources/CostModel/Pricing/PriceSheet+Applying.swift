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
    BillingDimension.allCases.filter { dimension in
      statedRates.contains { $0[dimension] != nil }
    }
  }

  /// Whether using a dimension can make any call's bill another one: not where it is free for every
  /// variant of calls and is no part of another dimension, in whose place it would be billed.
  public func canMoveBill(by dimension: BillingDimension) -> Bool {
    dimension.parent != nil || statedRates.contains { ($0[dimension]?.picodollars ?? 0) > 0 }
  }

  /// The prices of the sheet and of its changes, above input sizes, too.
  private var statedRates: [Rates] {
    let changes =
      [batch].compactMap(\.self) + serviceTiers.values + regions.values + timesOfDay.map(\.change)
    return [rates] + contextTiers.map(\.rates)
      + changes.flatMap { [$0.rates] + $0.contextTiers.map(\.rates) }
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
