import CostModel
import Scenarios

/// What a model's variants and context tiers leave open, of the prices that the ordinary call has.
package struct VariantReview {
  /// Whose price follows from its parent's, or from the variant's price below the tier, in its ratio.
  package private(set) var derived: Set<String> = []
  /// Of which nothing is known, so that the ordinary price holds: the variant has prices of its own,
  /// but none that this one is a part of.
  package private(set) var unknown: [String] = []

  package init(_ model: Model) {
    for sheet in model.prices {
      for tier in sheet.contextTiers { look(at: tier.rates, sheet, "above a context tier") }
      for (name, change) in sheet.variants where change.statesPrices {
        look(at: change.rates, sheet, name)
        lookAtTiers(change, sheet, name)
      }
    }
  }

  private mutating func look(at rates: Rates, _ sheet: PriceSheet, _ name: String) {
    for (key, dimension, _) in CatalogFormat.rates {
      guard sheet.rates.states(dimension), !rates.states(dimension) else { continue }
      let ancestors = sequence(first: dimension) { $0.parent }.dropFirst()
      if let stated = ancestors.first(where: rates.states) {
        let isRatio = sheet.rate(stated).map { $0.picodollars > 0 } ?? false
        if isRatio {
          derived.insert("\(name): no price of its own for \(key), in the ratio of \(stated.key)")
        } else {
          note("\(name): \(key)")
        }
      } else if dimension.parent == nil, name != "above a context tier",
        dimension != .searches, dimension != .calls,
        sheet.rates[dimension].map({ $0.picodollars > 0 }) ?? true
      {
        note("\(name): \(key)")
      }
    }
  }

  /// Where the ordinary price has a tier and the variant's has none.
  private mutating func lookAtTiers(
    _ change: PriceChange, _ sheet: PriceSheet, _ name: String
  ) {
    for tier in sheet.contextTiers {
      let own = change.contextTiers.last { $0.firstInput <= tier.firstInput }
      for (key, dimension, _) in CatalogFormat.rates
      where tier.rates.states(dimension) && change.rates.states(dimension)
        && !(own?.rates.states(dimension) ?? false)
      {
        derived.insert("\(name): no price of its own for \(key) above a context tier, in its ratio")
      }
    }
  }

  private mutating func note(_ text: String) {
    if !unknown.contains(text) { unknown.append(text) }
  }
}

extension PriceSheet {
  /// Batch, service tiers and regions, by what people call them, with the call that each is for.
  package var variants: [(name: String, change: PriceChange)] {
    (batch.map { [("batch", $0)] } ?? [])
      + serviceTiers.sorted { $0.key < $1.key }.map { ("service tier \($0.key)", $0.value) }
      + regions.sorted { $0.key < $1.key }.map { ("region \($0.key)", $0.value) }
  }
}

extension PriceChange {
  fileprivate var statesPrices: Bool {
    BillingDimension.allCases.contains { $0.isTokens && rates.states($0) }
  }
}
