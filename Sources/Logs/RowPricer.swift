import CostModel
import Simulator

/// What a row costs and how sure that is.
package struct RowPricer {
  private let options: LogReadOptions

  package init(_ options: LogReadOptions) { self.options = options }

  package func price(_ row: inout LogRow, isBucket: Bool) {
    row.billing = billing(row, isBucket: isBucket)
    switch row.billing {
    case .failed, .cacheHit:
      if options.catalog != nil { (row.cost, row.costHigh) = (.zero, .zero) }
    case .noUsage, .unpriced: break
    case .billed, .partial:
      guard options.catalog != nil else { return }
      do throws(PricingError) {
        (row.cost, row.costHigh) = try bounds(row, isBucket: isBucket || (row.calls ?? 1) > 1)
      } catch {
        row.billing = .unpriced
        row.lacks = error
      }
    }
  }

  private func billing(_ row: LogRow, isBucket: Bool) -> LogRow.Billing {
    if let stated = row.statedBilling, stated != .unpriced { return stated }
    if row.hasFailed { return .failed }
    if row.isCacheHit { return .cacheHit }
    if !row.hasUsage { return .noUsage }
    if options.catalog != nil, row.model == nil { return .unpriced }
    if row.streamed, row.count(.inputTokens) > 0, row.count(.outputTokens) == 0 { return .partial }
    return .billed
  }

  private func bounds(_ row: LogRow, isBucket: Bool) throws(PricingError) -> (MoneySum, MoneySum) {
    guard let catalog = options.catalog, let id = row.model else { throw .noPrices }
    let model = catalog[id]
    if model.prices.allSatisfy(\.isUnpriced) { throw .noPrices }
    let pricer = Pricer(
      model, variant: BillingVariant(batch: row.batch, serviceTier: row.tier, region: row.region))
    let time = SimTime(microseconds: row.time ?? 0)
    let usage = row.usage(calls: row.calls ?? 1)
    guard isBucket else {
      let total = try pricer.cost(of: usage, at: time).total
      return (MoneySum(total), MoneySum(total))
    }
    return try BucketPricer(model: model, pricer: pricer).bounds(
      usage, calls: row.calls, window: row.window, at: time,
      until: SimTime(microseconds: row.end ?? row.time ?? 0))
  }
}

extension LogRow {
  /// As a price needs it.
  package func usage(calls: Int64) -> Usage {
    var usage = Usage()
    for quantity in LogQuantity.allCases where self[quantity] > 0 {
      guard let dimension = quantity.usageColumn?.dimension else { continue }
      usage[dimension] = self[quantity]
    }
    usage.calls = calls
    return usage
  }
}
