import CostModel
import Simulator
import Support

/// Reads logs of any shape: containers, records, rows, and the rules that make calls of them.
package final class LogIntake {
  private let options: LogReadOptions
  private var reading = LogReading()
  private var rows: [LogRow] = []
  /// By place in `rows`: what the record was, of rows that are wrong.
  private var sources: [Int: [[UInt8]]] = [:]
  private var unreadNumbers: [String: Bool] = [:]

  package init(_ options: LogReadOptions) { self.options = options }

  package func read(_ paths: [String]) throws -> LogReading {
    for path in try LogFiles.paths(paths) {
      for text in try LogFiles.open(path) { try read(text) }
    }
    sources = sources.filter { rows[$0.key].problem != nil }
    reading.unread = unreadNumbers
    var rules = CallRules(rows: rows, options: options, files: reading.files)
    rules.apply()
    reading.rows = rules.kept
    reading.lonely = rules.lonely
    reading.equalRows = Self.equalRows(rules.kept)
    reading.leftOut = rules.leftOut.map { place, left in
      var left = left
      if left.reason.isBad { left.source = sources[place] ?? [] }
      return left
    }
    return reading
  }

  private static func equalRows(_ rows: [LogRow]) -> Int {
    var seen: Set<[String]> = []
    return rows.count { row in
      guard row.identity == nil, row.charge == nil, row.end == nil || row.calls == 1 else {
        return false
      }
      let texts = [
        row.account, row.session, row.prompt, row.modelName, row.provider, row.tier, row.region,
        row.time.map(String.init), row.latency.map(String.init), row.logged.map(String.init),
      ].map { $0 ?? "" }
      let others = row.others.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }
      return !seen.insert(texts + row.quantities.map(String.init) + others).inserted
    }
  }

  // MARK: One text

  private func read(_ text: LogText) throws {
    let number = reading.files.count
    let found = try finding(text)
    let shape = options.applied(to: found.shape)
    var file = LogReading.File(name: text.name, shape: shape)
    file.packing = text.packing
    file.ignored = text.ignored
    file.why = found.why
    reading.files.append(file)
    let decoder = RowDecoder(shape, options: options, file: number)
    let reader = RecordReader(text, hasKeys: hasKeys) { [unowned self] record in
      let row = decoder.row(record)
      if row.problem != nil { sources[rows.count] = source(record) }
      noteUnread(record, decoder)
      rows.append(row)
      if row.charge != nil { rows += decoder.credits(of: row) }
    }
    try reader.read()
    reading.files[number].container = reader.facts.container
    reading.files[number].records = reader.facts.records
    reading.files[number].isIncomplete = reader.facts.isIncomplete
    if shape.rows == .charges { markTotals(number) }
  }

  private struct Enough: Error {}

  private func finding(_ text: LogText) throws -> ShapeDetector.Finding {
    if let format = options.format {
      return ShapeDetector.Finding(shape: format, why: "as '--format' says")
    }
    let shapes = try LogShapes.all()
    var detector = ShapeDetector(shapes.map(options.applied))
    let reader = RecordReader(text, hasKeys: hasKeys) { record in
      detector.look(at: record)
      if detector.isDone { throw Enough() }
    }
    do { try reader.read() } catch is Enough {}
    if reader.isSpanTree, let spans = shapes.first(where: { $0.name == LogShapes.spans }) {
      return ShapeDetector.Finding(shape: spans, why: "what OTLP sends")
    }
    return try detector.finding(text.name)
  }

  private lazy var shapes = (try? LogShapes.all()) ?? []

  private func hasKeys(_ node: JSONNode) -> Bool {
    let record = SourceRecord(number: 0, body: .json(node))
    return shapes.contains { $0.matches(record) }
  }

  private func source(_ record: SourceRecord) -> [[UInt8]] {
    switch record.body {
    case .json: return [record.line]
    case .row(let table, let row):
      if reading.columns.isEmpty { reading.columns = table.names }
      return (0..<row.count).map { place in row.withBytes(place) { Array($0) } }
    }
  }

  /// Columns of the first records that nobody reads.
  private func noteUnread(_ record: SourceRecord, _ decoder: RowDecoder) {
    guard record.number <= 200 else { return }
    for name in decoder.unreadColumns(record) {
      unreadNumbers[name.name] = (unreadNumbers[name.name] ?? false) || name.isNumber
    }
  }

  /// A row without a period that is the sum of those in front of it is no charge.
  private func markTotals(_ file: Int) {
    var sum = ExactDecimal(digits: 0, places: 0)
    for place in rows.indices where rows[place].file == file {
      guard rows[place].problem == nil, let charge = rows[place].charge else { continue }
      if rows[place].time != nil {
        sum = sum.adding(charge.amount)
      } else if charge.amount == sum {
        rows[place].problem = LogRow.Problem(
          reason: .totalRow, column: "", value: "", message: "the sum of the rows above")
      } else {
        rows[place].problem = LogRow.Problem(
          reason: .malformed, column: "amount", value: charge.amount.plain,
          message: "no period, and not the sum of the rows above, which is \(sum.plain)")
      }
    }
  }
}

extension ExactDecimal {
  package func adding(_ other: ExactDecimal) -> ExactDecimal {
    let wanted = max(places, other.places)
    func aligned(_ number: ExactDecimal) -> Int128 {
      (number.places..<wanted).reduce(number.digits) { digits, _ in digits &* 10 }
    }
    return ExactDecimal(digits: aligned(self) &+ aligned(other), places: wanted)
  }
}

extension RowDecoder {
  /// What the record tells at its top that the shape does not know.
  package func unreadColumns(_ record: SourceRecord) -> [(name: String, isNumber: Bool)] {
    let known = Set(shape.readPaths.flatMap { [$0.name, $0.parts.first ?? ""] })
    let usage = Set(shape.usage.compactMap(\.parts.first))
    func isUnread(_ name: String) -> Bool { !known.contains(name) && !usage.contains(name) }
    switch record.body {
    case .json(let node):
      return node.children.filter { isUnread($0.key) }.map { ($0.key, $0.kind == .number) }
    case .row(let table, let row):
      return table.names.enumerated().compactMap { place, name in
        guard isUnread(name) else { return nil }
        let value = table.value(row, place)?.text ?? ""
        return (name, !value.isEmpty && TraceDecimal(value) != nil)
      }
    }
  }
}
