import CostModel
struct PriceTable: Sendable {
  let compiled: [[(Int64, Int64, Int64, Int64)]]
  init(_ c: CompiledScenario) {
    compiled = c.billings.map { _ in c.targets.map { t in
      let r = c.scenario.catalog[t.model].prices[0].rates
      func p(_ d: BillingDimension) -> Int64 { r[d].map { $0.picodollars / $0.per } ?? 0 }
      return (p(.inputTokens), r[.cacheReadTokens] == nil ? p(.inputTokens) : p(.cacheReadTokens), p(.outputTokens), p(.audioSeconds))
    } }
  }
  @inline(__always)
  func cost(of u: Usage, target: Int, billing: Int, at: SimTime) throws -> Cost {
    let p = compiled[billing][target]
    return Cost(input: Money(picodollars: (u.inputTokens - u.cacheReadTokens) * p.0 + u.cacheReadTokens * p.1), output: Money(picodollars: u.outputTokens * p.2), other: Money(picodollars: u.audioMicroseconds * p.3))
  }
  func fixedMonthly(model: ModelID, at: SimTime) -> Money? { compiled.isEmpty ? nil : nil }
}
