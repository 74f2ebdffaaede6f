import Analysis
import CostModel
import Logs
import Scenarios
import Simulator
import Support

/// Usage buckets as a fit takes them.
struct BucketCalibration {
  let reading: LogReading
  let log: String
  let catalog: Catalog

  func fit(timeZone: String, skipBadRows: Int64) throws -> BucketFit {
    let bad = reading.leftOut.filter { $0.reason.isBad }
    guard Int64(bad.count) <= skipBadRows else {
      throw BadInput(
        message: "\(log): error: \(HumanFormat.plural(Int64(bad.count), "row")) cannot be read"
          + (bad.first?.problem.map { ": \($0.message)" } ?? "")
          + "\nhint: --skip-bad-rows leaves them out")
    }
    try checkModels()
    let buckets = reading.rows.compactMap(bucket)
    guard !buckets.isEmpty else {
      throw BadInput(
        message: "\(log): error: the log has no buckets with usage, expected at least one")
    }
    let fit = BucketFit(buckets, timeZone: timeZone)
    guard fit.period.isPossible else {
      throw BadInput(
        message:
          "\(log): error: the buckets span \(InputLog.grouped(Int64(fit.days))) days, expected at most "
          + "\(InputLog.grouped(PeriodReader.longestDays)); is one of their times wrong?")
    }
    return fit
  }

  private func checkModels() throws {
    let unpriced = reading.rows.filter {
      $0.hasUsage && ($0.model.map { catalog[$0].prices.isEmpty } ?? true)
    }
    guard let first = unpriced.first else { return }
    let names = Set(unpriced.map(\.modelName)).sorted()
    guard names != [""] else {
      throw BadInput(
        message:
          "\(log): error: record \(first.record) names no model: the export must be grouped by model"
      )
    }
    let list = names.prefix(10).map { $0.isEmpty ? "(none)" : "'\($0)'" }.joined(separator: ", ")
    throw BadInput(
      message: "\(log): error: the catalog has no price for \(list)"
        + "\nhint: add them to a catalog, as models or aliases, and name it with --catalog; export grouped by "
        + "model")
  }

  private func bucket(_ row: LogRow) -> UsageBucket? {
    guard row.hasUsage, let model = row.model, let start = row.time else { return nil }
    var bucket = UsageBucket(start: start, end: max(start + 1, row.end ?? start + 1), model: model)
    bucket.batch = row.batch
    bucket.tier = row.tier
    bucket.account = row.account ?? row.project
    bucket.calls = row.calls
    bucket.input = row.count(.inputTokens)
    bucket.read = row.count(.cachedInputTokens)
    bucket.written = row.count(.cacheWriteTokens)
    bucket.writtenLong = row.count(.cacheWriteLongTokens)
    bucket.reasoning = row.count(.reasoningTokens)
    bucket.visible = max(0, row.count(.outputTokens) - bucket.reasoning)
    bucket.audio = row.count(.audioSeconds)
    for meter in CallMeter.allCases {
      guard let quantity = LogQuantity(rawValue: meter.column) else { continue }
      let count = row.count(quantity)
      if count > 0 { bucket.meters[meter] = count }
    }
    return bucket
  }
}
