import CostModel

/// The library's pricer for every target and way of billing of a scenario.
package struct PriceTable: Sendable {
  private let pricers: FixedTable<Pricer>
  private let targets: Int
  /// By place of the pricer.
  private let sure: FixedTable<Int64>

  package init(_ compiled: CompiledScenario) {
    let catalog = compiled.scenario.catalog
    targets = compiled.targets.count
    let list = compiled.billings.flatMap { billing in
      compiled.targets.map { target in
        Pricer(
          catalog[target.model],
          variant: BillingVariant(
            batch: billing.batch, serviceTier: billing.serviceTier,
            region: billing.region(in: catalog[target.model]) ?? target.region))
      }
    }
    pricers = FixedTable(list)
    let start = compiled.scenario.period.start
    sure = FixedTable(list.map { $0.sureTokens(from: start) })
  }

  /// So many tokens of a call have a price, however they are billed.
  @inline(__always)
  package func sureTokens(target: Int, billing: Int) -> Int64 {
    sure[billing &* targets &+ target]
  }

  /// What an attempt at the target costs, whose call arrived at `time`.
  @inline(__always)
  package func cost(
    of usage: Usage, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> Cost {
    if let cost = usualCost(of: usage, target: target, billing: billing) { return cost }
    return try Self.cost(pricers.pointer(to: billing &* targets &+ target), of: usage, at: time)
  }

  /// The same of most calls, whose price does not depend on the time; nil: `cost` has to be asked.
  @inline(__always)
  package func usualCost(of usage: Usage, target: Int, billing: Int) -> Cost? {
    pricers.pointer(to: billing &* targets &+ target).pointee.usualCost(of: usage)
  }

  /// The rates of calls of nothing but plain input and output, if that is all that decides.
  package func plainRates(target: Int, billing: Int) -> PlainRates? {
    pricers[billing * targets + target].plainRates
  }

  /// Apart, so that the usual call's usage is never written to memory.
  @inline(never)
  private static func cost(
    _ pricer: UnsafePointer<Pricer>, of usage: Usage, at time: SimTime
  ) throws(PricingError) -> Cost {
    if let cost = pricer.pointee.cachedCost(of: usage) { return cost }
    return try pricer.pointee.cost(of: usage, at: time)
  }

  /// What the provider's cache has done to the input's cost.
  package func cacheEffect(
    of usage: Usage, lost: Int64, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> CacheEffect {
    try Self.cacheEffect(
      pricers.pointer(to: billing &* targets &+ target), of: usage, lost: lost, at: time)
  }

  /// Without a copy of the pricer where it can be told from its rates alone.
  @inline(never)
  private static func cacheEffect(
    _ pricer: UnsafePointer<Pricer>, of usage: Usage, lost: Int64, at time: SimTime
  ) throws(PricingError) -> CacheEffect {
    if let effect = pricer.pointee.usualCacheEffect(of: usage, lost: lost) { return effect }
    return try pricer.pointee.cacheEffect(of: usage, lost: lost, at: time)
  }

  /// How that cost comes about, for explanations.
  package func breakdown(
    of usage: Usage, target: Int, billing: Int, at time: SimTime
  ) throws(PricingError) -> PriceBreakdown {
    try pricers[billing * targets + target].breakdown(of: usage, at: time)
  }

  /// What is due for a month, whatever the traffic.
  package func fixedPrice(target: Int, from start: SimTime, to end: SimTime) -> Money? {
    pricers[target].fixedPrice(ofMonthFrom: start, to: end)
  }
}
