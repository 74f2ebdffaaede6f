import CostModel

/// The priced rows as CSV: one row a row, one column a component, exact to a picodollar.
struct PricedUsageTable {
  /// The components in the order of the catalog's keys.
  private static let components = CatalogFormat.rates.map { (key: $0.key, dimension: $0.dimension) }

  static let columns =
    [
      "row", "timestamp", "model", "provider", "batch", "service_tier", "region",
      "context_tier_from",
    ] + components.map { $0.key + "_usd" }
    + ["input_cost_usd", "output_cost_usd", "other_cost_usd", "cost_usd"]

  private var writer: CSVWriter

  /// - Parameter isGuarded: whether it becomes a file, which people may open in a spreadsheet.
  init(dialect: CSVDialect, isGuarded: Bool) {
    writer = CSVWriter(dialect: dialect, isGuarded: isGuarded)
    for column in Self.columns { writer.text(column) }
    writer.endRow()
  }

  mutating func append(_ row: UsageRow, _ priced: UsagePricer.Priced) {
    writer.integer(row.number)
    if let time = row.time { writer.plain(time.preciseDescription) } else { writer.unknown() }
    writer.text(priced.model.name)
    writer.text(priced.model.provider)
    writer.plain(row.variant.batch ? "true" : "false")
    optional(row.variant.serviceTier)
    optional(row.variant.region)
    if let tier = priced.breakdown?.contextTier { writer.integer(tier) } else { writer.unknown() }
    let components = priced.breakdown?.components ?? []
    for (_, dimension) in Self.components {
      money(components.first { $0.dimension == dimension }?.amount ?? .zero)
    }
    let cost = priced.breakdown?.cost ?? .zero
    for amount in [cost.input, cost.output, cost.other, cost.total] { money(amount) }
    writer.endRow()
  }

  mutating func takeBytes() -> [UInt8] { writer.takeBytes() }

  private mutating func optional(_ text: String?) {
    if let text { writer.text(text) } else { writer.unknown() }
  }

  private mutating func money(_ money: Money) { writer.number(MoneySum(money).exactDecimal) }
}
