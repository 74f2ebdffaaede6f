import Catalogs
import CostModel
import Support

/// The rows of logs and usage exports with their costs by component.
package struct LogPricing {
  package let reading: LogReading
  package let catalog: Catalog

  package init(reading: LogReading, catalog: Catalog) {
    self.reading = reading
    self.catalog = catalog
  }

  package static func tooManyBad(_ rows: Int, _ tolerated: Int64) -> String {
    "error: \(HumanFormat.plural(Int64(rows), "malformed record")), expected "
      + (tolerated == 0 ? "none" : "at most \(InputLog.grouped(tolerated))")
      + " (--skip-bad-rows N tolerates up to N)"
  }

  /// Throws what stops a price: records that are wrong, rows without a price, and money that is none of usage.
  package static func check(
    _ reading: LogReading, _ options: LogReadOptions, _ account: ReadingAccount
  ) throws {
    if reading.kinds.contains(.charges) {
      throw BadInput(message: "error: these are charges, which have their price already")
    }
    let bad = Int64(reading.leftOut.count { $0.reason.isBad })
    guard bad <= options.skipBadRows else {
      throw BadInput(
        message: account.text + tooManyBad(Int(bad), options.skipBadRows))
    }
    let unpriced = Int64(reading.rows.count { $0.billing == .unpriced })
    guard options.skipUnpriced.allows(unpriced, of: Int64(reading.rows.count)) else {
      throw BadInput(
        message: account.text
          + "error: \(HumanFormat.plural(unpriced, "row")) without a price "
          + "(--skip-unpriced N leaves up to N out)")
    }
  }

  /// Rows without a price are left out.
  package mutating func table(dialect: CSVDialect, isGuarded: Bool) throws -> [UInt8] {
    let rows = reading.rows.filter { $0.billing != .unpriced }
    let isSum = rows.contains { isBucket($0) }
    var table = PricedUsageTable(dialect: dialect, isGuarded: isGuarded, hasBounds: isSum)
    var pricer = UsagePricer(catalog)
    for row in rows {
      let usage = usage(row)
      if row.model == nil || row.billing == .noUsage || row.cost != row.costHigh
        || isBucket(row) && row.window != nil
      {
        table.append(
          usage, model: row.modelName, provider: row.provider ?? "",
          bounds: row.cost.flatMap { low in row.costHigh.map { (low, $0) } })
      } else {
        table.append(usage, try pricer.price(usage))
      }
    }
    return table.takeBytes()
  }

  private func isBucket(_ row: LogRow) -> Bool {
    reading.files[row.file].shape.rows == .buckets || (row.calls ?? 1) > 1
  }

  private func usage(_ row: LogRow) -> UsageRow {
    var usage = UsageRow(number: Int64(row.record))
    usage.time = row.time.map(SimTime.init)
    usage.model = row.modelName
    usage.provider = row.model == nil ? nil : row.provider
    usage.variant = BillingVariant(batch: row.batch, serviceTier: row.tier, region: row.region)
    usage.hasFailed = row.billing == .failed || row.billing == .cacheHit
    usage.usage = row.usage(calls: row.calls ?? 1)
    return usage
  }
}
