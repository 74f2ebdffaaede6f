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
    // Nobody else holds the rows, of which there may be millions, while they are changed where they lie.
    rows = []
    reading.rows = rules.apply()
    reading.lonely = rules.lonely
    reading.equalRows = Self.equalRows(reading.rows)
    reading.leftOut = rules.leftOut.map { place, left in
      var left = left
      if left.reason.isBad { left.source = sources[place] ?? [] }
      return left
    }
    return reading
  }

  private static func equalRows(_ rows: [LogRow]) -> Int {
    var seen: Set<RowIdentity> = []
    return rows.count { row in
      guard row.identity == nil, row.charge == nil, row.end == nil || row.calls == 1 else {
        return false
      }
      let texts = [
        row.account, row.session, row.prompt, row.modelName, row.provider, row.tier, row.region,
        row.time.map(String.init), row.latency.map(String.init), row.logged.map(String.init),
      ].map { $0 ?? "" }
      let quantities = LogQuantity.allCases.map { String(row[$0]) }
      let others = row.others.map { $0.name + "=" + $0.value }
      return !seen.insert(RowIdentity(texts + quantities + others)).inserted
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
    let facts = try take(pieces(text, shape, number))
    reading.files[number].container = facts.arrangement
    reading.files[number].records = facts.records
    reading.files[number].isIncomplete = facts.hasMore == true
    if shape.rows == .charges { markTotals(number) }
  }

  /// The rows of a piece of a text, which count from its beginning.
  private struct ReadPiece: @unchecked Sendable {
    var facts = RecordReader.Facts()
    var rows: [LogRow] = []
    var sources: [Int: [[UInt8]]] = [:]
    var columns: [String] = []
    /// Of its first records.
    var unread: [(record: Int, name: String, isNumber: Bool)] = []
  }

  /// Columns that nobody reads are looked for in so many records of a text.
  private static let looked = 200

  private func pieces(_ text: LogText, _ shape: LogShape, _ file: Int) throws -> [ReadPiece] {
    let shapes = shapes
    let whole = TextPiece(range: 0..<text.bytes.count)
    // Totals that grow need the record before.
    let pieces =
      shape.counting == .differences
      ? [whole]
      : TextPiece.pieces(of: text, size: options.pieceBytes)
    guard pieces.count > 1 else {
      return [try Self.read(text, whole, shape, shapes, options, file)]
    }
    let options = SharedOptions(options: options)
    do {
      return try Parallel.map(pieces, threads: options.options.threads) { item in
        try Self.read(text, item, shape, shapes, options.options.forAnotherThread(), file)
      }
    } catch is CSVError {
      // Whoever reads one row after the other knows its number.
      return [try Self.read(text, whole, shape, shapes, options.options, file)]
    }
  }

  /// Read by all threads, changed by none: names have a memory that each makes anew.
  private struct SharedOptions: @unchecked Sendable { let options: LogReadOptions }

  private static func read(
    _ text: LogText, _ piece: TextPiece, _ shape: LogShape, _ shapes: [LogShape],
    _ options: LogReadOptions, _ file: Int
  ) throws -> ReadPiece {
    var read = ReadPiece()
    let decoder = RowDecoder(shape, options: options, file: file)
    let reader = RecordReader(text, piece: piece, shapes: shapes) { record in
      let row = decoder.row(record)
      if row.problem != nil { read.sources[read.rows.count] = source(record, &read.columns) }
      if record.number <= looked {
        read.unread += decoder.unreadColumns(record).map { (record.number, $0.name, $0.isNumber) }
      }
      read.rows.append(row)
      if row.charge != nil { read.rows += decoder.credits(of: row) }
    }
    try reader.read()
    read.facts = reader.facts
    return read
  }

  private func take(_ pieces: [ReadPiece]) -> RecordReader.Facts {
    var facts = pieces[0].facts
    for (number, piece) in pieces.enumerated() {
      let before = number > 0 ? facts.records : 0
      for row in piece.rows { row.move(by: before) }
      if number > 0 { facts.add(piece.facts) }
      for (place, source) in piece.sources { sources[rows.count + place] = source }
      if reading.columns.isEmpty { reading.columns = piece.columns }
      for column in piece.unread where before + column.record <= Self.looked {
        unreadNumbers[column.name] = unreadNumbers[column.name] == true || column.isNumber
      }
      rows += piece.rows
    }
    return facts
  }

  private struct Enough: Error {}

  private func finding(_ text: LogText) throws -> ShapeDetector.Finding {
    if let format = options.format {
      return ShapeDetector.Finding(shape: format, why: "as '--format' says")
    }
    let shapes = try LogShapes.all()
    var detector = ShapeDetector(shapes.map(options.applied))
    let reader = RecordReader(text, shapes: shapes) { record in
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

  private static func source(_ record: SourceRecord, _ columns: inout [String]) -> [[UInt8]] {
    switch record.body {
    case .json: return [record.line]
    case .row(let table, let row):
      if columns.isEmpty { columns = table.names }
      return (0..<row.count).map { place in row.withBytes(place) { Array($0) } }
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
