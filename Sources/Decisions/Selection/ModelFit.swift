import Analysis
import CostModel
import Scenarios
import Support

/// Which models can do which calls: by capability, price, context window and date of withdrawal.
package struct ModelFit {
  package let scenario: Scenario
  package let rules: SelectionRules

  /// Why a model cannot take calls of these variants, which share a task; nil: it can.
  /// - Parameter fitting: the share of the calls that a window of so many tokens holds.
  package func obstacle(
    _ id: ModelID, to variants: [Variant], fitting: (_ window: Double) -> Double
  ) -> String? {
    let model = scenario.catalog[id]
    if let task = variants.first?.attributes[.task], rules.needs.contains(task),
      !model.capabilities.contains(task)
    {
      return "the catalog lists no \(task) among its capabilities"
    }
    if let retired = RetiredModel(model, in: scenario.period), retired.isBeforeStart {
      return "it was withdrawn on \(HumanFormat.date(retired.date))"
    }
    if let obstacle = priceObstacle(model, id, variants) { return obstacle }
    guard let window = model.contextWindow.map(Double.init), fitting(window) < rules.fits else {
      return nil
    }
    return "its window of \(HumanFormat.number(window)) tokens is too small"
  }

  package func obstacle(_ id: ModelID, to variant: Variant) -> String? {
    obstacle(id, to: [variant]) { CallShape(variant).fitting(variant, window: $0) }
  }

  private func priceObstacle(_ model: Model, _ id: ModelID, _ variants: [Variant]) -> String? {
    for variant in variants {
      let billing = BillingVariant(
        batch: variant.batch, serviceTier: variant.serviceTier,
        region: scenario.regions[id]?.first)
      let gaps = Pricer(model, variant: billing).gaps(
        pricing: variant.dimensions, from: scenario.period.start, to: scenario.period.end)
      guard let gap = gaps.first else { continue }
      let rate = CatalogFormat.rates.first { $0.dimension == gap.dimension }?.key
      return "it has no price" + (rate.map { " for \($0)" } ?? "")
    }
    return nil
  }
}
