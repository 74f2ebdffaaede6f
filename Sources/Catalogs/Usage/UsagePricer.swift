import CostModel
import Scenarios
import Simulator

/// Prices rows of usage, each on its own.
package struct UsagePricer {
  package struct Priced {
    package var model: Model
    /// The price by component; nil where the call failed and costs nothing.
    package var breakdown: PriceBreakdown?
  }
  /// Sums by model, for the summary.
  package struct Total {
    package var rows: Int64 = 0
    package var cost = MoneySum.zero
  }

  package let catalog: Catalog
  package private(set) var totals: [ModelID: Total] = [:]
  package private(set) var failed: Int64 = 0
  /// Rows whose variant the model's catalog entry does not list, by what is missing.
  package private(set) var unlisted: [String: Int64] = [:]

  /// Rows that state 0 of all that their model bills.
  package private(set) var empty = LoggedUse.Empty()

  private struct Name: Hashable {
    var model: String
    var provider: String?
  }
  private struct Kind: Hashable {
    var model: ModelID
    var variant: BillingVariant
  }
  private var ids: [Name: ModelID] = [:]
  /// Why other names are none.
  private var problems: [Name: String] = [:]
  /// Rows whose model's name is none of its own, by that name and the model that it was taken for.
  package private(set) var readAs: [String: (id: ModelID, rows: Int64)] = [:]
  /// More unknown names are not looked at for what they might have meant.
  private static let hinted = 20
  private var pricers: [Kind: Pricer] = [:]

  package init(_ catalog: Catalog) { self.catalog = catalog }

  /// The row's price by component. Throws why it has none.
  package mutating func price(_ row: UsageRow) throws(TraceError.Row) -> Priced {
    let id = try id(row)
    let model = catalog[id]
    guard !row.hasFailed else {
      failed += 1
      totals[id, default: Total()].rows += 1
      return Priced(model: model)
    }
    guard let time = row.time ?? (model.changesWithTime ? nil : .distantPast) else {
      throw problem(
        row, "timestamp", "no timestamp, and the prices of '\(model.name)' change with time")
    }
    let kind = Kind(model: id, variant: row.variant)
    let pricer = pricers[kind] ?? Pricer(model, variant: row.variant)
    pricers[kind] = pricer
    if model.prices.allSatisfy(\.isUnpriced) {
      throw problem(row, "model", "the model '\(model.name)' is unpriced")
    }
    if row.usage.isNothing, model.billsUse { try noteEmpty(row, model) }
    do throws(PricingError) {
      let breakdown = try pricer.breakdown(of: row.usage, at: time)
      note(model.prices[breakdown.sheet], row.variant, model)
      totals[id, default: Total()].rows += 1
      totals[id, default: Total()].cost += breakdown.cost.total
      return Priced(model: model, breakdown: breakdown)
    } catch {
      throw problem(row, error.column?.rawValue ?? "", "'\(model.name)': \(error)")
    }
  }

  /// A row that states nothing that its model bills has no known price; one that states 0 of it all is
  /// billed $0, and counted.
  private mutating func noteEmpty(_ row: UsageRow, _ model: Model) throws(TraceError.Row) {
    guard row.statesUse else {
      let dimensions = BillingDimension.allCases.filter { dimension in
        model.prices.contains { $0.statedDimensions.contains(dimension) }
      }
      throw problem(
        row, "",
        "states nothing that '\(model.name)' bills ("
          + dimensions.map(CatalogFormat.key).joined(separator: ", ")
          + "), and an unknown use is not $0")
    }
    empty.calls += 1
    if empty.firstRow == 0 { empty.firstRow = row.number }
  }

  private func problem(_ row: UsageRow, _ column: String, _ text: String) -> TraceError.Row {
    TraceError.Row(number: row.number, column: column, problem: text)
  }

  private mutating func id(_ row: UsageRow) throws(TraceError.Row) -> ModelID {
    let name = Name(model: row.model, provider: row.provider)
    if let known = ids[name] {
      readAs[row.model]?.rows += 1
      return known
    }
    if let known = problems[name] { throw problem(row, "model", known) }
    guard case .model(let id) = catalog.resolve(row.model, provider: row.provider) else {
      let problem = ModelNames.problem(
        row.model, provider: row.provider, in: catalog, isHinted: problems.count < Self.hinted)
      let text = problem.message + (problem.hint.map { " (\($0))" } ?? "")
      problems[name] = text
      throw self.problem(row, "model", text)
    }
    ids[name] = id
    if !catalog.isOwn(row.model, of: id) { readAs[row.model, default: (id, 0)].rows += 1 }
    return id
  }

  /// A variant without prices of its own is billed like any call, which the summary says.
  private mutating func note(_ sheet: PriceSheet, _ variant: BillingVariant, _ model: Model) {
    for way in LoggedBilling.unlisted(variant, in: [sheet]) {
      unlisted["\(model.name): \(way)", default: 0] += 1
    }
    if let size = variant.searchSize, sheet.searchSizes[size] == nil, size != "medium" {
      unlisted["\(model.name): search context '\(size)'", default: 0] += 1
    }
  }
}

extension Model {
  /// Whether a call's time matters to its price.
  fileprivate var changesWithTime: Bool {
    prices.count > 1
      || prices.contains { $0.effectiveFrom != .distantPast || !$0.timesOfDay.isEmpty }
  }
}

extension PricingError {
  /// The column that is to blame.
  fileprivate var column: UsageColumn? {
    switch self {
    case .unpriced(let dimension), .negativeQuantity(let dimension),
      .rateOutOfRange(let dimension):
      UsageColumn.allCases.first { $0.dimension == dimension }
    case .noPrices: .timestamp
    case .moreCachedThanInput: .cachedInputTokens
    case .moreMediaThanInput: .inputTokens
    case .moreReasoningThanOutput: .outputTokens
    case .tooLarge: nil
    }
  }
}
