import CostModel
import Simulator
import Support

/// What became of every record, and why: for people, and as JSON.
package struct ReadingAccount {
  package let reading: LogReading
  package let catalog: Catalog?
  package var names: NameResolver?

  package init(reading: LogReading, catalog: Catalog?, names: NameResolver? = nil) {
    self.reading = reading
    self.catalog = catalog
    self.names = names
  }

  private var calls: [LogRow] { reading.rows.filter { $0.charge == nil } }

  // MARK: Text

  package var text: String {
    var lines: [String] = []
    if let failed = nothingSucceeded { lines.append(failed) }
    lines += fileLines
    lines.append(recordLine)
    lines += billingLines + readLines + warningLines
    return lines.map(HumanFormat.visible).joined(separator: "\n") + "\n"
  }

  /// A log in which no row succeeded says why in the first sentence.
  private var nothingSucceeded: String? {
    let requests = reading.rows(.requests)
    guard !requests.isEmpty, requests.allSatisfy(\.hasFailed) else { return nil }
    let words = unknownStatuses.map { "'\($0.word)' (\(HumanFormat.plural($0.rows, "row")))" }
    let why =
      words.isEmpty
      ? "all of them say that they failed"
      : "their status is " + words.joined(separator: ", ")
        + ", which is taken for a failure: say what it means with a format of your own"
    return "No request succeeded, so nothing is billed: \(why)."
  }

  private var unknownStatuses: [(word: String, rows: Int64)] {
    counted(reading.rows.compactMap(\.unknownStatus))
  }

  private func counted(_ words: [String]) -> [(word: String, rows: Int64)] {
    Dictionary(words.map { ($0, Int64(1)) }, uniquingKeysWith: +)
      .map { (word: $0.key, rows: $0.value) }.sorted { ($1.rows, $0.word) < ($0.rows, $1.word) }
  }

  private var fileLines: [String] {
    let width = reading.files.map(\.name.count).max() ?? 0
    return reading.files.flatMap { file -> [String] in
      let name = file.name + String(repeating: " ", count: width - file.name.count)
      let container = [file.packing, file.container].compactMap(\.self).joined(separator: " of ")
      var lines = [
        "\(name)  \(container), \(HumanFormat.plural(Int64(file.records), "record"))  \(file.shape.name)"
          + (file.why.isEmpty ? "" : " (\(file.why))")
      ]
      if !file.ignored.isEmpty {
        lines.append("  not read: " + file.ignored.joined(separator: ", ") + " ignored")
      }
      if file.isIncomplete {
        lines.append("  not complete: the last page says that there are more")
      }
      return lines
    }
  }

  private var recordLine: String {
    let kinds = reading.kinds.map { kind in
      HumanFormat.plural(Int64(reading.rows(kind).count), String(kind.rawValue.dropLast()))
    }
    var text = "\(HumanFormat.plural(Int64(reading.records), "record"))"
    text += " = " + kinds.joined(separator: " + ")
    let extra = reading.rows.count + reading.leftOut.count - reading.records
    if extra > 0 { text += " (\(extra) of them of several in one record)" }
    let left = leftOut
    if reading.leftOut.isEmpty { return text + ", none left out" }
    return text + " + \(reading.leftOut.count) left out: "
      + left.map { "\($0.rows) \($0.reason.words)" }.joined(separator: ", ")
  }

  private var leftOut: [(reason: LogRow.Reason, rows: Int)] {
    LogRow.Reason.allCases.map { ($0, reading.leftOut($0)) }.filter { $0.1 > 0 }
  }

  private var billingLines: [String] {
    guard !calls.isEmpty else { return [] }
    let words: [LogRow.Billing: String] = [
      .billed: "billed", .partial: "partial (at least their cost)", .cacheHit: "cache hit",
      .failed: "failed", .noUsage: "without usage (their cost is unknown, not 0)",
      .unpriced: "unpriced",
    ]
    let counts = LogRow.Billing.allCases.compactMap { billing -> String? in
      let rows = calls.count { $0.billing == billing }
      return rows > 0 ? "\(InputLog.grouped(Int64(rows))) \(words[billing] ?? "")" : nil
    }
    var lines = ["rows: " + counts.joined(separator: ", ")]
    lines += unpriced.map { model in
      let hint = model.lacks ?? model.nearest.map { "nearest: \($0)" }
      return "  unpriced: \(model.name) (\(HumanFormat.plural(model.rows, "row")), "
        + HumanFormat.plural(model.tokens, "token") + (hint.map { "; \($0)" } ?? "") + ")"
    }
    if let sum { lines.append("cost: \(sum)") }
    return lines
  }

  /// Of what is priced, with what that leaves out.
  private var sum: String? {
    let priced = calls.filter { $0.cost != nil }
    guard catalog != nil, !priced.isEmpty else { return nil }
    let low = priced.reduce(MoneySum.zero) { $0 + ($1.cost ?? .zero) }
    let high = priced.reduce(MoneySum.zero) { $0 + ($1.costHigh ?? .zero) }
    var text = "$" + low.exactDecimal + (high == low ? "" : "..$" + high.exactDecimal)
    let without = calls.filter { $0.cost == nil }
    let bad = reading.leftOut.filter { $0.reason.isBad }
    let rows = Int64(without.count + bad.count)
    if rows > 0 {
      let tokens = without.reduce(0) { $0 + $1.tokens } + bad.reduce(0) { $0 + $1.tokens }
      text +=
        ", without \(HumanFormat.plural(rows, "row")) (\(HumanFormat.plural(tokens, "token")))"
    }
    return text
  }

  /// A model of which rows have no price.
  private struct Unpriced {
    var name: String
    var rows: Int64
    var tokens: Int64
    /// Of a model that the catalog has: what it lacks.
    var lacks: String?
    /// Of any other: the name in the catalog that comes nearest.
    var nearest: String?
  }

  /// Models without a price, the most frequent first.
  private var unpriced: [Unpriced] {
    let rows = Dictionary(grouping: calls.filter { $0.billing == .unpriced }, by: \.modelName)
    return rows.map { name, rows in
      let lacks = Set(rows.compactMap { $0.lacks?.description }).sorted()
      return Unpriced(
        name: name.isEmpty ? "no model" : name, rows: Int64(rows.count),
        tokens: rows.reduce(0) { $0 + $1.tokens },
        lacks: lacks.isEmpty ? nil : lacks.joined(separator: "; "),
        nearest: lacks.isEmpty
          ? catalog.flatMap { NearestName.model(to: name, among: $0.names) } : nil)
    }.sorted { ($1.rows, $0.name) < ($0.rows, $1.name) }
  }

  // MARK: How it was read

  private var readLines: [String] {
    var lines: [String] = []
    if let line = parts("cached", \.notes.cached) { lines.append(line) }
    if let line = parts("reasoning", \.notes.reasoning) { lines.append(line) }
    let short = calls.reduce(Int64(0)) { $0 + $1.count(.cacheWriteTokens) }
    let long = calls.reduce(Int64(0)) { $0 + $1.count(.cacheWriteLongTokens) }
    let untold = calls.reduce(Int64(0)) { $0 + $1.notes.untoldLife }
    if short + long > 0 {
      lines.append(
        "cache writes: 5 min \(HumanFormat.plural(short, "token"))"
          + (untold > 0 ? " (\(InputLog.grouped(untold)) of them: TTL not told)" : "")
          + ", 1 h \(InputLog.grouped(long))")
    }
    if let line = nameLine { lines.append(line) }
    if let line = timeLine { lines.append(line) }
    if !reading.unread.isEmpty { lines.append("never read: " + unreadWords) }
    return lines
  }

  private func parts(
    _ what: String, _ part: KeyPath<LogRow, (part: LogShape.Part, why: LogRow.Notes.Why)?>
  ) -> String? {
    let found = calls.compactMap { $0[keyPath: part] }
    guard !found.isEmpty else { return nil }
    let words: [LogRow.Notes.Why: String] = [
      .format: "by format", .provider: "by provider", .name: "by name", .total: "by total",
      .impossible: "because inside was impossible",
    ]
    let sides = [LogShape.Part.inside, .beside].compactMap { side -> String? in
      let rows = found.filter { $0.part == side }
      guard !rows.isEmpty else { return nil }
      let why = [LogRow.Notes.Why.format, .provider, .name, .total, .impossible].compactMap { why in
        let count = rows.count { $0.why == why }
        return count > 0 ? "\(InputLog.grouped(Int64(count))) \(words[why] ?? "")" : nil
      }
      return
        "\(side.rawValue) \(InputLog.grouped(Int64(rows.count))) (\(why.joined(separator: ", ")))"
    }
    return "\(what): " + sides.joined(separator: ", ")
  }

  private var nameLine: String? {
    guard let names, catalog != nil else { return nil }
    var counts: [NameResolver.How: Int] = [:]
    var others: [String: (rows: Int, asked: String, served: String)] = [:]
    for row in calls {
      guard let answer = try? names.resolve(row.names, asked: row.asked, seller: row.seller) else {
        continue
      }
      if let how = answer.how, how != .own { counts[how, default: 0] += 1 }
      if let asked = answer.asked, let served = answer.model, asked != served {
        let pair = "\(row.asked ?? "") → \(row.modelName)"
        others[pair, default: (0, row.asked ?? "", row.modelName)].rows += 1
      }
    }
    let words = NameResolver.How.allCases.compactMap { how in
      counts[how].map { "\($0) by \(how.rawValue)" }
    }
    var text = "names: " + (words.isEmpty ? "all of the catalog" : words.joined(separator: ", "))
    let rows = others.values.reduce(0) { $0 + $1.rows }
    text += "; served another model than asked: \(HumanFormat.plural(Int64(rows), "row"))"
    if rows > 0 {
      text +=
        " ("
        + others.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rows)" }
        .joined(separator: ", ") + ")"
    }
    return text
  }

  private var timeLine: String? {
    let times = calls.compactMap(\.time)
    guard let first = times.min(), let last = times.max() else { return nil }
    let noClock = calls.count(where: \.notes.hasNoTimeOfDay)
    let ends = calls.count(where: \.notes.isEndOnly)
    var text = "time: \(LogTables.time(first)) .. \(LogTables.time(last))"
    if noClock > 0 { text += "; \(HumanFormat.plural(Int64(noClock), "row")) with no time of day" }
    if ends > 0 { text += "; \(HumanFormat.plural(Int64(ends), "row")) told by the end alone" }
    return text
  }

  private static let suspicious = [
    "token", "usage", "cost", "price", "unit", "tier", "batch", "cache", "region", "second",
    "image", "search",
  ]
  private static let shownNames = 8

  private var unreadWords: String {
    func isMarked(_ name: String, _ isNumber: Bool) -> Bool {
      isNumber || Self.suspicious.contains(where: name.lowercased().contains)
    }
    let marked = reading.unread.filter { isMarked($0.key, $0.value) }.sorted { $0.key < $1.key }
    let others = reading.unread.keys.filter { !isMarked($0, reading.unread[$0] == true) }.sorted()
    let words = marked.map { "*\($0.key)*" + ($0.value ? " (numbers)" : "") } + others
    let more = words.count - Self.shownNames
    return words.prefix(Self.shownNames).joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
  }

  // MARK: Warnings

  private var warningLines: [String] {
    var lines: [String] = []
    for (word, rows) in unknownStatuses {
      lines.append(
        "status '\(word)' is unknown and taken for a failure: \(HumanFormat.plural(rows, "row"))")
    }
    lines += usageLines
    let wrong = calls.filter { $0.notes.total != nil }
    if let first = wrong.first, let total = first.notes.total {
      lines.append(
        "totals that are not the sum of their parts: \(HumanFormat.plural(Int64(wrong.count), "row"))"
          + " (first: record \(first.record), total \(total.told), parts \(total.parts))")
    }
    if reading.lonely.rows > 0 {
      lines.append(
        "\(HumanFormat.plural(reading.lonely.rows, "span")) of agents and chains"
          + " tell \(HumanFormat.plural(reading.lonely.tokens, "token")) of calls that are not in this log"
      )
    }
    if let line = otherServices { lines.append(line) }
    lines += doubtLines
    lines += rejectedLines
    lines += CostContradictions(rows: calls, catalog: catalog).lines
    return lines
  }

  private var usageLines: [String] {
    var kinds: [String: (rows: Int64, sum: Int64)] = [:]
    let rows = calls.flatMap(\.notes.unknown)
    let bad = reading.leftOut.compactMap { $0.reason == .unknownUsage ? $0.problem : nil }
    for (key, amount) in rows + bad.map({ ($0.column, Int64($0.value) ?? 0) }) {
      kinds[key, default: (0, 0)].rows += 1
      kinds[key]?.sum += amount
    }
    return kinds.sorted { $0.key < $1.key }.map { key, told in
      let isBad = bad.contains { $0.column == key }
      return
        "unknown usage: \(key) (\(HumanFormat.plural(told.rows, "row")), \(HumanFormat.plural(told.sum, "token")))"
        + (isBad
          ? ", kinds are disjoint: --allow-usage \(key.split(separator: "/").last ?? "")" : "")
    }
  }

  /// Calls that may be counted twice, since nothing tells whether they are the same.
  private var doubtLines: [String] {
    var lines: [String] = []
    if reading.equalRows > 0 {
      lines.append(
        "\(HumanFormat.plural(Int64(reading.equalRows), "row")) without identity equal another in every column, and are counted"
      )
    }
    var spans: [String: ClosedRange<Int64>] = [:]
    for row in reading.rows(.requests) {
      guard let time = row.time else { continue }
      let name = reading.files[row.file].shape.name
      let known = spans[name] ?? time...time
      spans[name] = min(known.lowerBound, time)...max(known.upperBound, time)
    }
    let names = spans.keys.sorted()
    for (place, name) in names.enumerated() {
      for other in names[(place + 1)...] {
        guard let a = spans[name], let b = spans[other], a.overlaps(b) else { continue }
        lines.append(
          "\(name) and \(other) log the same span of time: are these calls counted twice?")
      }
    }
    return lines
  }

  /// What was charged for what is no model, by currency.
  private var otherServices: String? {
    let charges = reading.leftOut.compactMap(\.charge)
    guard !charges.isEmpty else { return nil }
    let sums = Dictionary(grouping: charges, by: \.currency).map { currency, charges in
      let sum = charges.reduce(ExactDecimal(digits: 0, places: 0)) { $0.adding($1.amount) }
      return "\(sum.plain) \(currency)"
    }
    return "other services: \(HumanFormat.plural(Int64(charges.count), "row")), "
      + sums.sorted().joined(separator: ", ")
  }

  private static let shownBad = 20

  private var rejectedLines: [String] {
    let bad = reading.leftOut.filter { $0.reason.isBad }
    var lines = bad.prefix(Self.shownBad).map { left in
      let problem = left.problem
      return "  \(reading.files[left.file].name), record \(left.record)"
        + (problem.map { ", '\($0.column)': \($0.message)" } ?? "")
    }
    if bad.count > Self.shownBad { lines.append("  … and \(bad.count - Self.shownBad) more") }
    return lines
  }

  // MARK: JSON

  package var json: JSONValue {
    .object([
      ("files", .array(reading.files.map(Self.json))),
      ("records", .integer(Int64(reading.records))),
      (
        "rows",
        .object(reading.kinds.map { ($0.rawValue, .integer(Int64(reading.rows($0).count))) })
      ),
      ("left_out", .object(leftOut.map { ($0.reason.rawValue, .integer(Int64($0.rows))) })),
      (
        "billing",
        .object(
          LogRow.Billing.allCases.map { billing in
            (billing.rawValue, .integer(Int64(calls.count { $0.billing == billing })))
          })
      ),
      (
        "cost_usd",
        catalog == nil
          ? .null : .string(calls.reduce(MoneySum.zero) { $0 + ($1.cost ?? .zero) }.exactDecimal)
      ),
      (
        "unpriced",
        .array(
          unpriced.map { model in
            .object([
              ("model", .string(model.name)), ("rows", .integer(model.rows)),
              ("tokens", .integer(model.tokens)),
              ("lacks", model.lacks.map(JSONValue.string) ?? .null),
              ("nearest", model.nearest.map(JSONValue.string) ?? .null),
            ])
          })
      ),
      ("never_read", .array(reading.unread.keys.sorted().map(JSONValue.string))),
      ("told", .array((readLines + warningLines).map(JSONValue.string))),
    ])
  }

  private static func json(_ file: LogReading.File) -> JSONValue {
    .object([
      ("name", .string(file.name)), ("container", .string(file.container)),
      ("packing", file.packing.map(JSONValue.string) ?? .null),
      ("ignored", .array(file.ignored.map(JSONValue.string))),
      ("format", .string(file.shape.name)), ("why", .string(file.why)),
      ("records", .integer(Int64(file.records))),
      ("is_complete", .bool(!file.isIncomplete)),
    ])
  }
}
