import CostModel
import Simulator
import Support

/// Makes rows of the records of one shape: what each column says, and whether its parts are inside or beside.
package final class RowDecoder {
  package let shape: LogShape
  package let options: LogReadOptions
  package let file: Int
  private var clock: LogClock
  /// Sellers by what records call them, and by models' names.
  private let sellers = Memo<String>()
  private let sellersOfNames = Memo<String?>()
  private let knownNames = Memo<[String]>()
  let index: RecordIndex
  private let slots: Slots
  /// By quantity.
  private var toldSlots = [Slot?](repeating: nil, count: LogQuantity.allCases.count)
  private lazy var growth = GrowingTotals(decoder: self)

  /// The shape's paths as slots of the records' index.
  private struct Slots {
    var identity: [[Slot]]
    var key: [[Slot]]
    var parent: [Slot]
    var twin: [Slot]
    var event: [Slot]
    var newest: [Slot]
    var total: [Slot]
    var filters: [SlotTest]
    var notCalls: [SlotTest]
    var calls: [SlotTest]
    var cacheHit: [SlotTest]
    var units: [SlotTest]
    var columns: [LogColumn: ColumnRule]
    var quantities: [(kind: LogQuantity, column: LogColumn, rule: ColumnRule)]
    var others: [(name: String, rule: ColumnRule)]
    /// Names that tell where they are counted, and those of cached and written tokens.
    var inside: Set<Slot>
    var beside: Set<Slot>
    var cached: Set<Slot>

    init(_ shape: LogShape, _ slot: (LogPath) -> Slot) {
      func slots(_ paths: [LogPath]) -> [Slot] { paths.map(slot) }
      func tests(_ tests: [LogShape.Test]) -> [SlotTest] { tests.map { SlotTest($0, slot) } }
      identity = shape.identity.map(slots)
      key = shape.key.map(slots)
      parent = slots(shape.parent)
      twin = slots(shape.twin)
      event = slots(shape.event)
      newest = slots(shape.newest)
      total = slots(shape.total)
      filters = tests(shape.filters)
      notCalls = tests(shape.notCalls)
      calls = tests(shape.calls)
      cacheHit = tests(shape.cacheHit)
      units = tests(shape.units)
      let columns = shape.columns.mapValues { ColumnRule($0, slot) }
      self.columns = columns
      quantities = LogQuantity.allCases.compactMap { kind in
        guard let column = LogColumn(rawValue: kind.rawValue), let rule = columns[column] else {
          return nil
        }
        return (kind, column, rule)
      }
      others = shape.others.sorted { $0.key < $1.key }.map { ($0.key, ColumnRule($0.value, slot)) }
      inside = Set(slots(shape.insideNames))
      beside = Set(slots(shape.besideNames))
      let cachedColumns: [LogColumn] = [
        .cachedInputTokens, .cacheWriteTokens, .cacheWriteLongTokens, .cacheWriteFlat,
      ]
      cached = Set(cachedColumns.flatMap { slots(shape.columns[$0]?.paths ?? []) })
    }
  }

  package init(_ shape: LogShape, options: LogReadOptions, file: Int) {
    self.shape = shape
    self.options = options
    self.file = file
    clock = LogClock(zone: shape.zone ?? options.timeZone, isRelative: shape.isRelative)
    index = RecordIndex(shape) { bare in
      Self.isHarmless(bare)
        || options.allowUsage.contains { bare == $0 || bare.hasSuffix("/" + $0) }
    }
    slots = Slots(shape, index.slot)
  }

  package func row(_ source: SourceRecord) -> LogRow {
    let row = LogRow()
    row.file = file
    row.record = source.number
    index.find(in: source)
    if shape.counting == .differences {
      growth.read(source, index, into: row)
    } else {
      readIdentity(index, row)
      row.calling = calling(index)
      do throws(LogRow.Problem) {
        try readColumns(index, row)
      } catch {
        row.problem = error
      }
    }
    return row
  }

  // MARK: Identity

  private func readIdentity(_ record: RecordIndex, _ row: LogRow) {
    let parts = told(slots.identity, record)
    row.identity = parts.map { RowIdentity([shape.name] + $0) }
    row.parent = parent(of: record, parts)
    let key = shape.key.isEmpty ? parts : told(slots.key, record)
    if let key {
      row.key = key.joined(separator: shape.keySeparator)
    } else if shape.identity.isEmpty && shape.key.isEmpty || isStrict {
      row.hasNumberAsKey = true
    }
    row.twin = record.first(of: slots.twin).map { RowIdentity([$0.value.text]) }
    row.isEvent = record.first(of: slots.event) != nil
    if shape.rows != .requests { row.identity = nil }
  }

  private func told(_ lists: [[Slot]], _ record: RecordIndex) -> [String]? {
    for list in lists {
      let parts = list.compactMap { record.told($0)?.text }
      if !list.isEmpty, parts.count == list.count { return parts }
    }
    return nil
  }

  /// As the identity of what it lies in, which shares all parts of the identity but the last.
  private func parent(of record: RecordIndex, _ parts: [String]?) -> RowIdentity? {
    guard var parts, let last = record.first(of: slots.parent)?.value.text else { return nil }
    parts[parts.count - 1] = last
    return RowIdentity([shape.name] + parts)
  }

  private func calling(_ record: RecordIndex) -> LogRow.Calling {
    for test in slots.filters {
      guard record.has(test.slot) else { continue }
      guard let value = record.told(test.slot), test.holds(value.text) else { return .no }
    }
    for test in slots.notCalls {
      if let value = record.told(test.slot), test.holds(value.text) { return .no }
    }
    for test in slots.calls {
      if let value = record.told(test.slot) { return test.holds(value.text) ? .yes : .no }
    }
    guard !shape.calls.isEmpty else { return isOfShape(record) ? .yes : .no }
    return shape.calls.count > 1 ? .perhaps : .no
  }

  /// Whether it has a time or any column of its format.
  private func isOfShape(_ record: RecordIndex) -> Bool {
    guard case .json = record.source?.body, shape.rows == .requests else { return true }
    return slots.columns.values.contains { rule in
      (rule.from + rule.orElse + rule.plus + rule.join).contains { record.told($0) != nil }
    }
  }

  // MARK: Columns

  private func readColumns(
    _ record: RecordIndex, _ row: LogRow
  ) throws(LogRow.Problem) {
    readNames(record, row)
    try checkWidth(record)
    try readTimes(record, row)
    switch shape.rows {
    case .charges: try readCharge(record, row)
    case .buckets:
      row.project = text(.project, record)
      row.calls = try quantity(.calls, record)?.value
      row.window = text(.contextWindow, record).flatMap(LogRow.Window.init)
      try readUsage(record, row)
    case .requests:
      if let calls = try quantity(.calls, record)?.value { row.calls = calls }
      try readUsage(record, row)
      try readRest(record, row)
    }
  }

  private func checkWidth(_ record: RecordIndex) throws(LogRow.Problem) {
    guard case .row(let table, let fields) = record.source?.body, fields.count != table.names.count
    else {
      return
    }
    throw LogRow.Problem(
      reason: .malformed, column: "", value: "\(fields.count)",
      message: "\(fields.count) fields, expected \(table.names.count) as in the header")
  }

  private func readNames(_ record: RecordIndex, _ row: LogRow) {
    row.account = text(.account, record)
    row.session = text(.session, record)
    row.prompt = text(.prompt, record)
    let names = texts(.model, record)
    // The rows of a model share one list.
    row.names = names.count == 1 ? knownNames.value(names[0]) { _ in names } : names
    row.asked = text(.requestedModel, record)
    row.seller = seller(record)
    row.statedBilling = text(.billing, record).flatMap(LogRow.Billing.init)
    for (name, rule) in slots.others {
      if let value = text(rule, record) { row.others.append((name, value)) }
    }
    if let text = text(.batch, record) {
      row.batch = ["true", "1", "batch"].contains(text.lowercased())
    }
    let tier = text(.serviceTier, record)
    if tier?.lowercased() == "batch" { row.batch = true }
    if let tier, !Self.ordinaryTiers.contains(tier.lowercased()) { row.tier = tier }
    row.region = text(.region, record)
    row.streamed = text(.streamed, record)?.lowercased() == "true"
    row.isCacheHit = slots.cacheHit.contains { test in
      record.told(test.slot).map { test.holds($0.text) } ?? false
    }
  }

  private static let ordinaryTiers: Set = ["default", "standard", "auto", "on_demand", "batch"]

  private func seller(_ record: RecordIndex) -> String? {
    if let told = text(.provider, record) {
      return sellers.value(told) { shape.providers[$0.lowercased()] ?? SellerNames.seller($0) }
    }
    // The name may say more of who sells than the format does.
    let named = text(.model, record).flatMap {
      sellersOfNames.value($0, SellerNames.seller(ofName:))
    }
    return named ?? shape.seller ?? options.provider
  }

  // MARK: Texts

  /// What a column says, in the words of the canonical one.
  package func text(_ column: LogColumn, _ record: RecordIndex) -> String? {
    slots.columns[column].flatMap { text($0, record) }
  }

  private func text(_ rule: ColumnRule, _ record: RecordIndex) -> String? {
    if let fixed = rule.column.fixed { return fixed }
    return firstText(rule.from, rule, record) ?? firstText(rule.orElse, rule, record)
      ?? rule.column.standard
  }

  private func firstText(_ slots: [Slot], _ rule: ColumnRule, _ record: RecordIndex) -> String? {
    for slot in slots {
      if let text = text(slot, rule, record) { return text }
    }
    return nil
  }

  private func text(_ slot: Slot, _ rule: ColumnRule, _ record: RecordIndex) -> String? {
    guard let value = record.told(slot) else { return nil }
    let text = rule.meaning(of: value)
    guard !text.isEmpty else { return nil }
    return record.first(of: rule.join).map { text + "/" + $0.value.text } ?? text
  }

  /// All that the names of a column say, the first one first.
  private func texts(_ column: LogColumn, _ record: RecordIndex) -> [String] {
    guard let rule = slots.columns[column] else { return [] }
    if let fixed = rule.column.fixed { return [fixed] }
    var found: [String] = []
    for slot in rule.all {
      if let text = text(slot, rule, record), !found.contains(text) { found.append(text) }
    }
    return found.isEmpty ? rule.column.standard.map { [$0] } ?? [] : found
  }

  func rule(_ column: LogColumn) -> ColumnRule? { slots.columns[column] }

  // MARK: Numbers

  /// All quantities that the record tells, and by which slots.
  func readQuantities(_ record: RecordIndex, _ row: LogRow) throws(LogRow.Problem) {
    for place in toldSlots.indices { toldSlots[place] = nil }
    for (kind, column, rule) in slots.quantities {
      guard let found = try quantity(column, rule, record) else { continue }
      row[kind] = found.value
      note(kind, found.slot)
    }
  }

  /// What told a quantity of the row at hand; nil: nothing, or the user.
  func toldBy(_ kind: LogQuantity) -> Slot? { toldSlots[kind.place] }

  func note(_ kind: LogQuantity, _ slot: Slot?) { toldSlots[kind.place] = slot }

  func path(_ slot: Slot) -> LogPath { index.paths[slot.number] }

  func path(_ slot: Slot?, _ column: LogColumn) -> LogPath {
    slot.map(path) ?? LogPath(column.rawValue)
  }

  func isInside(_ slot: Slot) -> Bool { slots.inside.contains(slot) }

  func isBeside(_ slot: Slot) -> Bool { slots.beside.contains(slot) }

  /// Whether it tells tokens read from or written to a cache.
  func isCached(_ slot: Slot) -> Bool { slots.cached.contains(slot) }

  /// Whole, in the unit of the canonical column; nil: not told.
  package func quantity(
    _ column: LogColumn, _ record: RecordIndex
  ) throws(LogRow.Problem) -> (value: Int64, slot: Slot?)? {
    guard let rule = slots.columns[column] else { return nil }
    return try quantity(column, rule, record)
  }

  private func quantity(
    _ column: LogColumn, _ rule: ColumnRule, _ record: RecordIndex
  ) throws(LogRow.Problem) -> (value: Int64, slot: Slot?)? {
    let scale = Scale(column, rule.column.unit)
    if let fixed = rule.column.fixed {
      let path = LogPath(column.rawValue)
      return (try number(LogValue(kind: .text, text: fixed), path, record, scale), nil)
    }
    var spelling = try spelled(rule.from, record, scale)
    if spelling == nil { spelling = try spelled(rule.orElse, record, scale) }
    guard var found = spelling else { return nil }
    if rule.plusIf.map({ record.told($0) != nil }) ?? true {
      for slot in rule.plus {
        guard let value = record.told(slot) else { continue }
        found.value += try number(value, path(slot), record, scale)
      }
    }
    return (found.value, found.slot)
  }

  /// The first spelling that the record has; the others must say the same, or 0.
  private func spelled(
    _ slots: [Slot], _ record: RecordIndex, _ scale: Scale
  ) throws(LogRow.Problem) -> (value: Int64, slot: Slot)? {
    var found: (value: Int64, slot: Slot)?
    for slot in slots {
      guard let told = record.told(slot), told.kind == .number || told.kind == .text,
        isRead(slot, record)
      else { continue }
      let path = self.path(slot)
      let value = try number(told, path, record, scale)
      guard let known = found, known.value != 0 else {
        if found == nil || value != 0 { found = (value, slot) }
        continue
      }
      guard value == known.value || value == 0 else {
        throw problem(
          path, told.text,
          "\(self.path(known.slot).name) says \(known.value), and this \(value)")
      }
    }
    return found
  }

  /// Whether a column that tells a unit lets its neighbours count.
  private func isRead(_ slot: Slot, _ record: RecordIndex) -> Bool {
    slots.units.isEmpty
      || !slots.units.contains { test in
        guard let slash = test.path.name.lastIndex(of: "/"),
          path(slot).name.hasPrefix(test.path.name[...slash]),
          let unit = record.told(test.slot)
        else { return false }
        return !test.holds(unit.text)
      }
  }

  /// In what a column's numbers count.
  private struct Scale {
    let isTime: Bool
    let places: Int

    init(_ column: LogColumn, _ unit: LogUnit?) {
      isTime = column.quantity?.isTime ?? false
      places = isTime ? (unit ?? .s).places : 0
    }
  }

  private func number(
    _ value: LogValue, _ path: LogPath, _ record: RecordIndex, _ scale: Scale
  ) throws(LogRow.Problem) -> Int64 {
    guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)) else {
      throw problem(path, value.text, "expected a number")
    }
    if number.isNegative { throw problem(path, value.text, "must not be negative") }
    do throws(TraceDecimal.Problem) {
      let result = try number.scaled(by: scale.places, scale.isTime ? .down : .exact)
      guard scale.isTime || result <= Self.most else { throw .tooLarge }
      return result
    } catch {
      throw problem(
        path, value.text, error == .fraction ? "expected a whole number" : "is too large")
    }
  }

  /// The first total of all tokens that the record tells; nil: none, or it is no whole number.
  func total(_ record: RecordIndex) -> Int64? {
    record.first(of: slots.total).flatMap { TraceDecimal($0.value.text) }.flatMap {
      try? $0.scaled(by: 0, .exact)
    }
  }

  /// The column that says that its neighbours count something that has no price, and what.
  func otherUnit(_ record: RecordIndex) -> (path: LogPath, unit: String)? {
    for test in slots.units {
      if let unit = record.told(test.slot), !test.holds(unit.text) { return (test.path, unit.text) }
    }
    return nil
  }

  package func hasDecimalComma(_ record: RecordIndex) -> Bool {
    if case .row(let table, _) = record.source?.body { return table.delimiter != UInt8(ascii: ",") }
    return false
  }

  package func problem(
    _ path: LogPath, _ value: String, _ message: String, reason: LogRow.Reason = .malformed
  ) -> LogRow.Problem {
    LogRow.Problem(reason: reason, column: path.name, value: value, message: message)
  }

  // MARK: Times

  private func readTimes(_ record: RecordIndex, _ row: LogRow) throws(LogRow.Problem) {
    if let value = record.first(of: slots.newest)?.value {
      row.newest = (try? clock.time(value, nil).0) ?? .min
    }
    let isSpan = shape.rows != .requests
    let start = try time(isSpan ? .periodStart : .timestamp, record, row)
    row.end = try time(isSpan ? .periodEnd : .ended, record, row)
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
    _ column: LogColumn, _ record: RecordIndex, _ row: LogRow
  ) throws(LogRow.Problem) -> Int64? {
    guard let rule = slots.columns[column] else { return nil }
    let fixed = rule.column.fixed.map { LogValue(kind: .text, text: $0) }
    let found = fixed == nil ? rule.first(in: record) : nil
    guard let value = fixed ?? found?.value else { return nil }
    do throws(LogClock.Problem) {
      let (time, isDate) = try clock.time(value, rule.column.unit)
      if isDate { row.notes.hasNoTimeOfDay = true }
      return time
    } catch {
      let path = found.map { self.path($0.slot) } ?? LogPath(column.rawValue)
      throw problem(path, value.text, error.message)
    }
  }

  // MARK: The rest of a request

  private func readRest(_ record: RecordIndex, _ row: LogRow) throws(LogRow.Problem) {
    row.logged = try amount(record)
    readStatus(record, row)
    row.latency = try latency(record, row)
  }

  /// Picodollars.
  private func amount(_ record: RecordIndex) throws(LogRow.Problem) -> Int128? {
    guard let rule = slots.columns[.loggedCost], rule.column.unit != .auto else { return nil }
    // A file of ours that has the column for what was logged tells its own cost in the other one.
    let isRead = !isStrict || !rule.from.contains(where: record.has)
    guard
      let first = record.first(of: rule.from) ?? (isRead ? record.first(of: rule.orElse) : nil)
    else { return nil }
    var sum = try picodollars(first.value, first.slot, rule, record)
    for slot in rule.plus {
      if let value = record.told(slot) { sum += try picodollars(value, slot, rule, record) }
    }
    return sum
  }

  private func picodollars(
    _ value: LogValue, _ slot: Slot, _ rule: ColumnRule, _ record: RecordIndex
  ) throws(LogRow.Problem) -> Int128 {
    guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)),
      let picos = try? number.scaled(by: (rule.column.unit ?? .usd).places, .halfEven)
    else { throw problem(path(slot), value.text, "expected an amount") }
    return Int128(picos)
  }

  private func readStatus(_ record: RecordIndex, _ row: LogRow) {
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
    _ record: RecordIndex, _ row: LogRow
  ) throws(LogRow.Problem) -> Int64? {
    if let rule = slots.columns[.latencyMs] {
      if !rule.to.isEmpty {
        let ignored = LogRow()
        guard let from = try? time(.timestamp, record, ignored),
          let to = record.first(of: rule.to)?.value, let end = try? clock.time(to, nil).0
        else { return nil }
        return max(0, end - from)
      }
      if let (slot, value) = rule.first(in: record) {
        guard let number = TraceDecimal(value.text, decimalComma: hasDecimalComma(record)),
          !number.isNegative,
          let micros = try? number.scaled(by: (rule.column.unit ?? .ms).places, .down)
        else { throw problem(path(slot), value.text, "expected a duration") }
        return micros
      }
    }
    guard let start = row.time, let end = row.end, end >= start else { return nil }
    return end - start
  }

  // MARK: Unknown usage

  /// The largest number of anything that a record may tell.
  package static let most: Int64 = 1_000_000_000_000_000

  /// A number among the usage that may count something; nil: it is none, or 0.
  static func usage(_ bytes: Bytes) -> Int64? {
    guard let number = TraceDecimal(bytes), let amount = try? number.scaled(by: 0, .down),
      amount != 0, amount.magnitude <= Self.most
    else { return nil }
    return amount
  }

  private static func isHarmless(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    return name.hasPrefix("total") || name.hasSuffix("total") || name.contains("total_")
      || name.hasSuffix("text_tokens") || name.hasPrefix("accepted_")
      || name.hasPrefix("rejected_") || name == "web_fetch_requests" || name.contains("cost")
  }
}
