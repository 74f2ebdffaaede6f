import CostModel

/// The pricer of every target in all variants that the scenario's calls are billed on.
struct PriceTable: Sendable {
  /// By billing, then target.
  private let pricers: [Pricer]
  private let targets: Int
  /// By model, in the ordinary variant.
  private let models: [Pricer]

  init(_ compiled: CompiledScenario) {
    let book = PriceBook(compiled.scenario.catalog)
    targets = compiled.targets.count
    pricers = compiled.billings.flatMap { billing in
      compiled.targets.map { target in
        book.pricer(
          for: target.model,
          variant: BillingVariant(
            batch: billing.batch, serviceTier: billing.serviceTier, region: target.region))
      }
    }
    models = book.catalog.models.map { Pricer($0) }
  }

  /// The price of an attempt of a call that arrived at `time`.
  @inline(__always)
  func cost(
    of usage: Usage, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> Cost {
    try pricers[billing * targets + target].cost(of: usage, at: time)
  }

  /// Due at the start of a month; nil: nothing.
  func fixedMonthly(model: ModelID, at time: SimTime) -> Money? {
    models[model.index].fixedMonthly(at: time)
  }
}
