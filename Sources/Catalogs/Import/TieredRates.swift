import CostModel

/// Prices by total input while they are collected from fields in any order.
package struct TieredRates: Hashable {
  /// By threshold in tokens; 0 holds from the first token on.
  private var byThreshold: [Int64: Rates] = [:]

  package var isEmpty: Bool { byThreshold.isEmpty }

  package subscript(dimension: BillingDimension, above threshold: Int64) -> Rate? {
    get { byThreshold[threshold]?[dimension] }
    set { byThreshold[threshold, default: Rates()][dimension] = newValue }
  }

  package var base: Rates { byThreshold[0] ?? Rates() }

  private var thresholds: [Int64] { byThreshold.keys.filter { $0 > 0 }.sorted() }

  /// A tier of a catalog states all that differs from the base: what a lower tier changed, a higher
  /// one repeats.
  package func contextTiers(inclusive: Bool) -> [ContextTier] {
    var rates = Rates()
    return thresholds.map { threshold in
      rates = rates.overlaid(with: byThreshold[threshold] ?? Rates())
      return ContextTier(threshold: threshold, inclusive: inclusive, rates: rates)
    }
  }

  /// States a price without tiers of its own at every tier of its parent's: a list whose prices each
  /// have their own tiers says that it holds at every size.
  package mutating func keepFlatParts() {
    for dimension in BillingDimension.allCases {
      guard let parent = dimension.parent, let flat = base[dimension],
        !thresholds.contains(where: { self[dimension, above: $0] != nil })
      else { continue }
      for threshold in thresholds where self[parent, above: threshold] != nil {
        self[dimension, above: threshold] = flat
      }
    }
  }

  /// This with what `other` prices in its place, a dimension with all its tiers.
  package func replaced(by other: TieredRates) -> TieredRates {
    var result = self
    for dimension in BillingDimension.allCases where other.states(dimension) {
      for threshold in result.byThreshold.keys { result[dimension, above: threshold] = nil }
      for (threshold, rates) in other.byThreshold where rates[dimension] != nil {
        result[dimension, above: threshold] = rates[dimension]
      }
    }
    return result
  }

  private func states(_ dimension: BillingDimension) -> Bool {
    byThreshold.values.contains { $0[dimension] != nil }
  }

  package func change(factor: Factor = .one, inclusive: Bool) -> PriceChange {
    var change = PriceChange()
    change.rates = base
    change.contextTiers = contextTiers(inclusive: inclusive)
    change.factor = factor
    return change
  }
}
