import CostModel
import Simulator
import Support

/// Makes rows of the records of one shape: what each column says, and whether its parts are inside or beside.
package final class RowDecoder {
  package let shape: LogShape
  package let options: LogReadOptions
  package let file: Int
  private var clock: LogClock
  /// Sellers by what records call them, as far as they have been met.
  private var sellers: [String: String] = [:]
  private let readNames: Set<String>
  private let readPatterns: [LogPath]
  private lazy var growth = GrowingTotals(decoder: self)

  package init(_ shape: LogShape, options: LogReadOptions, file: Int) {
    self.shape = shape
    self.options = options
    self.file = file
    clock = LogClock(zone: shape.zone ?? options.timeZone, isRelative: shape.isRelative)
    let read = shape.readPaths
    readNames = Set(read.map(\.name))
    readPatterns = read.filter { $0.name.contains("*") }
  }

  package func row(_ record: SourceRecord) -> LogRow {
    var row = LogRow()
    row.file = file
    row.record = record.number
    if shape.counting == .differences {
      growth.read(record, into: &row)
    } else {
      readIdentity(record, &row)
      row.calling = calling(record)
      do throws(LogRow.Problem) {
        try readColumns(record, &row)
      } catch {
        row.problem = error
      }
    }
    return row
  }

  // MARK: Identity

  private func readIdentity(_ record: SourceRecord, _ row: inout LogRow) {
    let parts = told(shape.identity, record)
    row.identity = parts.map { ([shape.name] + $0).joined(separator: "\u{1F}") }
    row.parent = parent(of: record, parts)
    let key = shape.key.isEmpty ? parts : told(shape.key, record)
    row.key =
      key?.joined(separator: shape.keySeparator)
      ?? (shape.identity.isEmpty && shape.key.isEmpty || isStrict ? String(record.number) : "")
    row.twin = record.first(of: shape.twin)?.value.text
    row.isEvent = record.first(of: shape.event) != nil
    if shape.rows != .requests { row.identity = nil }
  }

  private func told(_ lists: [[LogPath]], _ record: SourceRecord) -> [String]? {
    for list in lists {
      let parts = list.compactMap { record.told($0)?.text }
      if !list.isEmpty, parts.count == list.count { return parts }
    }
    return nil
  }

  /// As the identity of what it lies in, which shares all parts of the identity but the last.
  private func parent(of record: SourceRecord, _ parts: [String]?) -> String? {
    guard var parts, let last = record.first(of: shape.parent)?.value.text else { return nil }
    parts[parts.count - 1] = last
    return ([shape.name] + parts).joined(separator: "\u{1F}")
  }

  private func calling(_ record: SourceRecord) -> LogRow.Calling {
    for test in shape.filters {
      guard record.has(test.path) else { continue }
      guard let value = record.told(test.path), test.holds(value.text) else { return .no }
    }
    for test in shape.notCalls {
      if let value = record.told(test.path), test.holds(value.text) { return .no }
    }
    for test in shape.calls {
      if let value = record.told(test.path) { return test.holds(value.text) ? .yes : .no }
    }
    guard !shape.calls.isEmpty else { return isOfShape(record) ? .yes : .no }
    return shape.calls.count > 1 ? .perhaps : .no
  }

  /// Whether it has a time or any column of its format.
  private func isOfShape(_ record: SourceRecord) -> Bool {
    guard case .json = record.body, shape.rows == .requests else { return true }
    return shape.columns.values.contains { column in
      column.paths.contains { record.told($0) != nil }
    }
  }

  // MARK: Columns

  private func readColumns(
    _ record: SourceRecord, _ row: inout LogRow
  ) throws(LogRow.Problem) {
    readNames(record, &row)
    try checkWidth(record)
    try readTimes(record, &row)
    switch shape.rows {
    case .charges: try readCharge(record, &row)
    case .buckets:
      row.project = text(.project, record)
      row.calls = try quantity(.calls, record)?.value
      row.window = text(.contextWindow, record).flatMap(LogRow.Window.init)
      try readUsage(record, &row)
    case .requests:
      if let calls = try quantity(.calls, record)?.value { row.calls = calls }
      try readUsage(record, &row)
      try readRest(record, &row)
    }
  }

  private func checkWidth(_ record: SourceRecord) throws(LogRow.Problem) {
    guard case .row(let table, let fields) = record.body, fields.count != table.names.count else {
      return
    }
    throw LogRow.Problem(
      reason: .malformed, column: "", value: "\(fields.count)",
      message: "\(fields.count) fields, expected \(table.names.count) as in the header")
  }

  private func readNames(_ record: SourceRecord, _ row: inout LogRow) {
    row.account = text(.account, record)
    row.session = text(.session, record)
    row.prompt = text(.prompt, record)
    row.names = texts(.model, record)
    row.asked = text(.requestedModel, record)
    row.seller = seller(record)
    row.statedBilling = text(.billing, record).flatMap(LogRow.Billing.init)
    for (name, rule) in shape.others {
      if let value = texts(rule, record).first { row.others[name] = value }
    }
    if let text = text(.batch, record) {
      row.batch = ["true", "1", "batch"].contains(text.lowercased())
    }
    let tier = text(.serviceTier, record)
    if tier?.lowercased() == "batch" { row.batch = true }
    if let tier, !Self.ordinaryTiers.contains(tier.lowercased()) { row.tier = tier }
    row.region = text(.region, record)
    row.streamed = text(.streamed, record)?.lowercased() == "true"
    row.isCacheHit = shape.cacheHit.contains { test in
      record.told(test.path).map { test.holds($0.text) } ?? false
    }
  }

  private static let ordinaryTiers: Set = ["default", "standard", "auto", "on_demand", "batch"]

  private func seller(_ record: SourceRecord) -> String? {
    if let told = text(.provider, record) {
      if let known = sellers[told] { return known }
      let seller = shape.providers[told.lowercased()] ?? SellerNames.seller(told)
      sellers[told] = seller
      return seller
    }
    // The name may say more of who sells than the format does.
    let name = texts(.model, record).first
    return name.flatMap(SellerNames.seller(ofName:)) ?? shape.seller ?? options.provider
  }

  // MARK: Texts

  /// What a column says, in the words of the canonical one.
  package func text(_ column: LogColumn, _ record: SourceRecord) -> String? {
    texts(column, record).first
  }

  /// All that the names of a column say, the first one first.
  private func texts(_ column: LogColumn, _ record: SourceRecord) -> [String] {
    shape.columns[column].map { texts($0, record) } ?? []
  }

  private func texts(_ rule: LogShape.Column, _ record: SourceRecord) -> [String] {
    if let fixed = rule.fixed { return [fixed] }
    var found: [String] = []
    for path in rule.from + rule.orElse {
      guard let value = record.told(path) else { continue }
      let text = meaning(of: value, rule)
      guard !text.isEmpty, !found.contains(text) else { continue }
      let joined = record.first(of: rule.join).map { text + "/" + $0.value.text }
      found.append(joined ?? text)
    }
    return found.isEmpty ? rule.standard.map { [$0] } ?? [] : found
  }

  private func meaning(of value: LogValue, _ rule: LogShape.Column) -> String {
    if let known = rule.values.first(where: {
      $0.log.text.lowercased() == value.text.lowercased() || $0.log.matches(value.text)
    }) {
      return known.canonical
    }
    if value.kind == .array, rule.otherwise == nil {
      return value.elements.map(\.text).joined(separator: " ")
    }
    return rule.otherwise ?? value.text
  }

  // MARK: Numbers

  /// Whole, in the unit of the canonical column; nil: not told.
  package func quantity(
    _ column: LogColumn, _ record: SourceRecord
  ) throws(LogRow.Problem) -> (value: Int64, path: LogPath)? {
    guard let rule = shape.columns[column] else { return nil }
    if let fixed = rule.fixed {
      let path = LogPath(column.rawValue)
      let value = LogValue(kind: .text, text: fixed)
      return (try number(value, path, record, column, rule), path)
    }
    var spelling = try spelled(rule.from, column, record, rule)
    if spelling == nil { spelling = try spelled(rule.orElse, column, record, rule) }
    guard var found = spelling else { return nil }
    if rule.plusIf.map({ record.told($0) != nil }) ?? true {
      for path in rule.plus {
        guard let value = record.told(path) else { continue }
        found.value += try number(value, path, record, column, rule)
      }
    }
    return found
  }

  /// The first spelling that the record has; the others must say the same, or 0.
  private func spelled(
    _ paths: [LogPath], _ column: LogColumn, _ record: SourceRecord, _ rule: LogShape.Column
  ) throws(LogRow.Problem) -> (value: Int64, path: LogPath)? {
    var found: (value: Int64, path: LogPath)?
    for path in paths where isRead(path, record) {
      guard let told = record.told(path), told.kind == .number || told.kind == .text else {
        continue
      }
      let value = try number(told, path, record, column, rule)
      guard let known = found, known.value != 0 else {
        if found == nil || value != 0 { found = (value, path) }
        continue
      }
      guard value == known.value || value == 0 else {
        throw problem(
          path, told.text, "\(known.path.name) says \(known.value), and this \(value)")
      }
    }
    return found
  }

  /// Whether a column that tells a unit lets its neighbours count.
  private func isRead(_ path: LogPath, _ record: SourceRecord) -> Bool {
    !shape.units.contains { test in
      guard let slash = test.path.name.lastIndex(of: "/"),
        path.name.hasPrefix(test.path.name[...slash]), let unit = record.told(test.path)
      else { return false }
      return !test.holds(unit.text)
    }
  }

  private func number(
    _ value: LogValue, _ path: LogPath, _ record: SourceRecord, _ column: LogColumn,
    _ rule: LogShape.Column
  ) throws(LogRow.Problem) -> Int64 {
    let isTime = column.quantity?.isTime ?? false
    guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)) else {
      throw problem(path, value.text, "expected a number")
    }
    if number.isNegative { throw problem(path, value.text, "must not be negative") }
    do throws(TraceDecimal.Problem) {
      let result = try number.scaled(
        by: isTime ? (rule.unit ?? .s).places : 0, isTime ? .down : .exact)
      guard isTime || result <= Self.most else { throw .tooLarge }
      return result
    } catch {
      throw problem(
        path, value.text, error == .fraction ? "expected a whole number" : "is too large")
    }
  }

  package func hasDecimalComma(_ record: SourceRecord) -> Bool {
    if case .row(let table, _) = record.body { return table.delimiter != UInt8(ascii: ",") }
    return false
  }

  package func problem(
    _ path: LogPath, _ value: String, _ message: String, reason: LogRow.Reason = .malformed
  ) -> LogRow.Problem {
    LogRow.Problem(reason: reason, column: path.name, value: value, message: message)
  }

  // MARK: Times

  private func readTimes(_ record: SourceRecord, _ row: inout LogRow) throws(LogRow.Problem) {
    if let value = record.first(of: shape.newest)?.value {
      row.newest = (try? clock.time(value, nil).0) ?? .min
    }
    let isSpan = shape.rows != .requests
    let start = try time(isSpan ? .periodStart : .timestamp, record, &row)
    row.end = try time(isSpan ? .periodEnd : .ended, record, &row)
    row.time = start
    if isSpan {
      if row.end == nil, let start { row.end = start + 86_400_000_000 }
      row.notes.hasNoTimeOfDay = false
    } else if start == nil {
      row.time = row.end
      row.end = nil
      row.notes.isEndOnly = row.time != nil
    }
    if row.time == nil, shape.rows != .charges, row.calling != .no {
      throw LogRow.Problem(
        reason: .malformed,
        column: shape.columns[isSpan ? .periodStart : .timestamp]?.from.first?.name ?? "timestamp",
        value: "", message: "no time")
    }
  }

  package func time(
    _ column: LogColumn, _ record: SourceRecord, _ row: inout LogRow
  ) throws(LogRow.Problem) -> Int64? {
    guard let rule = shape.columns[column] else { return nil }
    var found = record.first(of: rule.from + rule.orElse)
    if let fixed = rule.fixed {
      found = (LogPath(column.rawValue), LogValue(kind: .text, text: fixed))
    }
    guard let found else { return nil }
    do throws(LogClock.Problem) {
      let (time, isDate) = try clock.time(found.value, rule.unit)
      if isDate { row.notes.hasNoTimeOfDay = true }
      return time
    } catch {
      throw problem(found.path, found.value.text, error.message)
    }
  }

  // MARK: The rest of a request

  private func readRest(_ record: SourceRecord, _ row: inout LogRow) throws(LogRow.Problem) {
    row.logged = try amount(record)
    readStatus(record, &row)
    row.latency = try latency(record, row)
  }

  /// Picodollars.
  private func amount(_ record: SourceRecord) throws(LogRow.Problem) -> Int128? {
    guard let rule = shape.columns[.loggedCost], rule.unit != .auto else { return nil }
    // A file of ours that has the column for what was logged tells its own cost in the other one.
    let isRead = !isStrict || !rule.from.contains(where: record.has)
    guard let first = record.first(of: rule.from + (isRead ? rule.orElse : [])) else { return nil }
    var sum: Int128 = 0
    for (path, value) in [first]
      + rule.plus.compactMap({ path in record.told(path).map { (path, $0) } })
    {
      guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)),
        let picos = try? number.scaled(by: (rule.unit ?? .usd).places, .halfEven)
      else { throw problem(path, value.text, "expected an amount") }
      sum += Int128(picos)
    }
    return sum
  }

  private func readStatus(_ record: SourceRecord, _ row: inout LogRow) {
    guard var status = text(.status, record) else { return }
    if status == "unbilled" {
      row.hasFailed = (row.logged ?? 0) <= 0
      return
    }
    let known = status.withUTF8 { StatusWords.shipped.status($0) }
    row.hasFailed = known != .ok
    row.hasTimedOut = known == .timedOut
    if known == nil { row.unknownStatus = status }
  }

  private func latency(
    _ record: SourceRecord, _ row: LogRow
  ) throws(LogRow.Problem) -> Int64? {
    if let rule = shape.columns[.latencyMs] {
      if !rule.to.isEmpty {
        var ignored = LogRow()
        guard let from = try? time(.timestamp, record, &ignored),
          let to = record.first(of: rule.to)?.value, let end = try? clock.time(to, nil).0
        else { return nil }
        return max(0, end - from)
      }
      if let (path, value) = record.first(of: rule.from + rule.orElse) {
        guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)),
          !number.isNegative,
          let micros = try? number.scaled(by: (rule.unit ?? .ms).places, .down)
        else { throw problem(path, value.text, "expected a duration") }
        return micros
      }
    }
    guard let start = row.time, let end = row.end, end >= start else { return nil }
    return end - start
  }

  // MARK: Unknown usage

  /// The largest number of anything that a record may tell.
  package static let most: Int64 = 1_000_000_000_000_000

  /// Numbers among the usage that nobody reads.
  package func unknownUsage(_ record: SourceRecord) -> [(key: String, amount: Int64)] {
    guard !shape.usage.isEmpty else { return [] }
    var found: [(String, Int64)] = []
    record.leaves { path, value in
      guard value.kind == .number || value.kind == .text, let number = TraceDecimal(value.text),
        let amount = try? number.scaled(by: 0, .down), amount != 0, amount.magnitude <= Self.most
      else { return }
      let bare =
        shape.prefixes.first { !$0.isEmpty && path.hasPrefix($0) }
        .map { String(path.dropFirst($0.count)) } ?? path
      guard shape.usage.contains(where: { $0.covers(bare) }), !readNames.contains(path),
        !readPatterns.contains(where: { $0.covers(path) }), !Self.isHarmless(bare),
        !options.allowUsage.contains(where: { bare == $0 || bare.hasSuffix("/" + $0) })
      else { return }
      found.append((path, amount))
    }
    return found
  }

  private static func isHarmless(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    return name.hasPrefix("total") || name.hasSuffix("total") || name.contains("total_")
      || name.hasSuffix("text_tokens") || name.hasPrefix("accepted_")
      || name.hasPrefix("rejected_") || name == "web_fetch_requests" || name.contains("cost")
  }
}
