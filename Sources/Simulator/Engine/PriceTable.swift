import CostModel

/// The library's pricer for every target and way of billing of a scenario.
struct PriceTable: Sendable {
  private let pricers: FixedTable<Pricer>
  private let targets: Int

  init(_ compiled: CompiledScenario) {
    let catalog = compiled.scenario.catalog
    targets = compiled.targets.count
    let list = compiled.billings.flatMap { billing in
      compiled.targets.map { target in
        Pricer(
          catalog[target.model],
          variant: BillingVariant(
            batch: billing.batch, serviceTier: billing.serviceTier, region: target.region))
      }
    }
    pricers = FixedTable(list)
  }

  /// What an attempt at the target costs, whose call arrived at `time`.
  @inline(__always)
  func cost(
    of usage: Usage, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> Cost {
    let pricer = UnsafeMutablePointer(mutating: pricers.pointer(to: billing &* targets &+ target))
    return try Self.cost(&pricer.pointee, of: usage, at: time)
  }

  /// As an `inout` the pricer is known not to change meanwhile, so that its tables need no
  /// counting of references.
  @inline(never)
  private static func cost(
    _ pricer: inout Pricer, of usage: Usage, at time: SimTime
  ) throws(PricingError) -> Cost {
    try pricer.cost(of: usage, at: time)
  }

  /// How that cost comes about, for explanations.
  func breakdown(
    of usage: Usage, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> PriceBreakdown {
    try pricers[billing * targets + target].breakdown(of: usage, at: time)
  }

  /// The fixed price of a month that starts then.
  func fixedMonthly(target: Int, at time: SimTime) -> Money? {
    pricers[target].fixedMonthly(at: time)
  }
}
