import CostModel
import Simulator

/// Which model a row means, what it costs and how sure that is.
package final class RowPricer {
  private let options: LogReadOptions
  /// Of the models and ways of billing that rows had.
  private var pricers: [Key: Pricer] = [:]

  /// What the names of rows meant.
  private var answers: [Named: NameResolver.Answer?] = [:]
  private static let mostAnswers = 4_096

  private struct Named: Hashable {
    var names: [String]
    var asked: String?
    var seller: String?
  }

  private struct Key: Hashable {
    var model: ModelID
    var variant: BillingVariant
  }

  package init(_ options: LogReadOptions) { self.options = options }

  /// Names the model and prices the row.
  package func name(_ row: LogRow, _ kind: LogShape.Rows) {
    if row.model == nil {
      let answer = answer(Named(names: row.names, asked: row.asked, seller: row.seller))
      row.model = answer?.model
      row.modelName =
        kind == .charges && answer?.model == nil ? "" : answer?.name ?? row.names.first ?? ""
      row.provider = kind == .charges ? row.seller : answer?.provider ?? row.seller
    } else if let model = row.model, let catalog = options.catalog {
      row.modelName = catalog[model].name
      row.provider = row.seller
    }
    if kind != .charges { price(row, isBucket: kind == .buckets) }
  }

  private func answer(_ named: Named) -> NameResolver.Answer? {
    if let known = answers[named] { return known }
    let answer = try? options.names.resolve(
      named.names, asked: named.asked, seller: named.seller)
    if answers.count < Self.mostAnswers { answers[named] = .some(answer) }
    return answer
  }

  private func price(_ row: LogRow, isBucket: Bool) {
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

  private func pricer(_ id: ModelID, _ model: Model, _ variant: BillingVariant) -> Pricer {
    let key = Key(model: id, variant: variant)
    if let known = pricers[key] { return known }
    let pricer = Pricer(model, variant: variant)
    pricers[key] = pricer
    return pricer
  }

  private func bounds(_ row: LogRow, isBucket: Bool) throws(PricingError) -> (MoneySum, MoneySum) {
    guard let catalog = options.catalog, let id = row.model else { throw .noPrices }
    let model = catalog[id]
    if model.prices.allSatisfy(\.isUnpriced) { throw .noPrices }
    let pricer = pricer(
      id, model, BillingVariant(batch: row.batch, serviceTier: row.tier, region: row.region))
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
