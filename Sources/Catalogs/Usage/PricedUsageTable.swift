import CostModel
import Scenarios
import Support

/// The priced rows as CSV: one row a row, one column a component, exact to a picodollar.
package struct PricedUsageTable {
  /// The components in the order of the catalog's keys.
  private static let components = CatalogFormat.rates.map { (key: $0.key, dimension: $0.dimension) }

  package static let columns =
    [
      "row", "timestamp", "model", "provider", "batch", "service_tier", "region",
      "context_tier_from",
    ] + components.map { $0.key + "_usd" }
    + ["input_cost_usd", "output_cost_usd", "other_cost_usd", "cost_usd"]

  private var writer: CSVWriter
  private let hasBounds: Bool

  /// - Parameters:
  ///   - isGuarded: whether it becomes a file, which people may open in a spreadsheet.
  ///   - hasBounds: whether rows may sum up calls, whose cost lies between two bounds.
  package init(dialect: CSVDialect, isGuarded: Bool, hasBounds: Bool = false) {
    writer = CSVWriter(dialect: dialect, isGuarded: isGuarded)
    self.hasBounds = hasBounds
    let bounds = hasBounds ? ["cost_low_usd", "cost_high_usd"] : []
    for column in Self.columns + bounds { writer.text(column) }
    writer.endRow()
  }

  /// A row whose cost is unknown, or known by its bounds only.
  package mutating func append(
    _ row: UsageRow, model: String, provider: String, bounds: (MoneySum, MoneySum)?
  ) {
    begin(row, model: model, provider: provider)
    for _ in 0..<(Self.columns.count - 8) { writer.unknown() }
    if let bounds, bounds.0 == bounds.1 {
      writer.number(bounds.0.exactDecimal)
    } else {
      writer.unknown()
    }
    if hasBounds {
      if let bounds {
        writer.number(bounds.0.exactDecimal)
        writer.number(bounds.1.exactDecimal)
      } else {
        writer.unknown()
        writer.unknown()
      }
    }
    writer.endRow()
  }

  private mutating func begin(_ row: UsageRow, model: String, provider: String) {
    writer.integer(row.number)
    if let time = row.time { writer.plain(time.preciseDescription) } else { writer.unknown() }
    writer.text(model)
    writer.text(provider)
    writer.plain(row.variant.batch ? "true" : "false")
    optional(row.variant.serviceTier)
    optional(row.variant.region)
  }

  package mutating func append(_ row: UsageRow, _ priced: UsagePricer.Priced) {
    begin(row, model: priced.model.name, provider: priced.model.provider)
    if let tier = priced.breakdown?.contextTier { writer.integer(tier) } else { writer.unknown() }
    let components = priced.breakdown?.components ?? []
    for (_, dimension) in Self.components {
      money(components.first { $0.dimension == dimension }?.amount ?? .zero)
    }
    let cost = priced.breakdown?.cost ?? .zero
    for amount in [cost.input, cost.output, cost.other, cost.total] { money(amount) }
    if hasBounds {
      money(cost.total)
      money(cost.total)
    }
    writer.endRow()
  }

  package mutating func takeBytes() -> [UInt8] { writer.takeBytes() }

  private mutating func optional(_ text: String?) {
    if let text { writer.text(text) } else { writer.unknown() }
  }

  private mutating func money(_ money: Money) { writer.number(MoneySum(money).exactDecimal) }
}
