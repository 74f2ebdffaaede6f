import CLibCSV
import CostModel
import Foundation

/// Reads a log block by block, in the order of the file, in bounded memory.
///
/// libcsv parses; `TraceDecoder` takes the fields wherever they lie, so a faster splitter can feed
/// it as well.
final class TraceReader {
  private static let shownRows = 20

  let path: String
  private let options: TraceOptions
  private let chosen: TraceFormat?
  private let file: TraceFile
  private let block: UnsafeMutableRawBufferPointer
  private var csv: CSVReader?
  private var lines = LineSplitter()
  private(set) var isJSON = false
  private var decoder: TraceDecoder?
  private var batch = TraceBatch()
  private var hasEnded = false

  private var rowsSeen: Int64 = 0
  private var bytesSinceRow = 0
  private var totals = TraceFacts()

  /// Opens the log and finds its format. Throws `TraceError`, `BadInput` or `InputErrors`.
  init(path: String, format: TraceFormat? = nil, options: TraceOptions) throws {
    self.path = path
    self.options = options
    chosen = format
    file = try TraceFile(path: path)
    block = .allocate(byteCount: options.blockSize, alignment: 16)
    guard LocalTime.isKnown(options.timeZone) else {
      let hint = NearestName.hint(
        for: options.timeZone, among: TimeZone.knownTimeZoneIdentifiers + ["UTC"])
      throw BadInput(
        message: "--timezone: error: unknown time zone '\(options.timeZone)'"
          + (hint.map { "\n" + $0 } ?? ""))
    }
    while decoder == nil, !hasEnded { try readBlock() }
    if decoder == nil { throw error("no header and no rows, expected a log") }
  }

  deinit { block.deallocate() }

  /// Whether the log can be read a second time.
  var isRegular: Bool { file.isRegular }
  var size: Int64? { file.size }
  var bytesRead: Int64 { file.bytesRead }
  var symbols: TraceSymbols { decoder?.symbols ?? TraceSymbols() }
  /// The log's own columns.
  var columnNames: [String] { decoder?.plan.names ?? [] }

  var facts: TraceFacts {
    var facts = totals
    guard let decoder else { return facts }
    let plan = decoder.plan
    facts.format = plan.format.name
    facts.isRelative = plan.format.isRelative
    facts.usedTimeZone = decoder.usedTimeZone
    facts.unused = plan.unused
    facts.absent = plan.absent
    for (index, column) in TraceColumn.allCases.enumerated() where decoder.unknown[index] > 0 {
      facts.unknown[column] = decoder.unknown[index]
    }
    return facts
  }

  /// Replaces the batch by the next rows of the file; false at its end. Throws `TraceError` when
  /// the log is no text, or at its end if more rows are malformed than tolerated.
  func read(into other: inout TraceBatch) throws -> Bool {
    while batch.rows.isEmpty, !hasEnded { try readBlock() }
    other.removeAll()
    swap(&batch, &other)
    return !other.rows.isEmpty
  }

  // MARK: Blocks

  private func readBlock() throws {
    let count = try file.read(into: block)
    let bytes = Bytes(rebasing: block.bindMemory(to: UInt8.self)[..<count])
    if file.bytesRead == Int64(count) { try begin(bytes) }
    if count > 0 {
      if let nul = bytes.firstIndex(of: 0) {
        let at = file.bytesRead - Int64(count - nul)
        throw error("a NUL byte at byte \(at), expected text")
      }
      try feed(bytes)
    }
    if count < block.count { try finish() }
  }

  /// Looks at the first bytes: what kind of file is it?
  private func begin(_ bytes: Bytes) throws {
    if bytes.isEmpty { throw error("the file is empty, expected a log") }
    for (magic, what) in Self.binaries where bytes.starts(with: magic) {
      throw error("this is \(what), expected text as CSV or JSON lines")
    }
    let hasMark = bytes.starts(with: CSVDialect.byteOrderMark)
    let text = hasMark ? bytes.dropFirst(3) : bytes[...]
    switch text.first(where: { $0 > 0x20 }) {
    case UInt8(ascii: "{"): isJSON = true
    case UInt8(ascii: "["):
      throw error("this is a JSON array, expected an object a line (jq -c '.[]' writes those)")
    default: csv = CSVReader { [unowned self] row in try take(row) }
    }
  }

  private static let binaries: [([UInt8], String)] = [
    ([0x1F, 0x8B], "a gzip file"), ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
    (Array("PK\u{3}\u{4}".utf8), "a zip or Excel file"), (Array("PAR1".utf8), "a Parquet file"),
    (Array("SQLite format 3".utf8), "an SQLite file"), ([0xFF, 0xFE], "UTF-16 text"),
    ([0xFE, 0xFF], "UTF-16 text"),
  ]

  private func feed(_ bytes: Bytes) throws {
    let before = rowsSeen
    if let csv {
      try parsing { try csv.feed(bytes) }
      bytesSinceRow = rowsSeen == before ? bytesSinceRow + bytes.count : bytes.count
    } else {
      let isFirst = file.bytesRead <= Int64(block.count)
      let hasMark = isFirst && bytes.starts(with: CSVDialect.byteOrderMark)
      try lines.feed(hasMark ? Bytes(rebasing: bytes.dropFirst(3)) : bytes, take)
      bytesSinceRow = lines.pending
    }
    if bytesSinceRow > options.maximumRowBytes {
      let quote = isJSON ? "" : " (a quote that is not closed?)"
      let place = decoder == nil ? "the header" : "row \(rowsSeen + 1)"
      throw error(
        "\(place) is longer than \(InputLog.grouped(Int64(options.maximumRowBytes))) bytes\(quote)"
      )
    }
  }

  private func finish() throws {
    hasEnded = true
    if let csv { try parsing { try csv.finish() } } else { try lines.finish(take) }
    guard totals.rejected > options.skipBadRows else { return }
    batch.removeAll()
    throw TraceError(
      path: path, rows: totals.firstRejected, count: totals.rejected,
      tolerated: options.skipBadRows)
  }

  private func parsing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as CSVError {
      let place = failure.row == 1 ? "the header" : "row \(failure.row - 1)"
      throw error("\(place): \(failure.reason)")
    }
  }

  private func error(_ reason: String) -> TraceError { TraceError(path: path, reason: reason) }

  // MARK: Rows

  private func take(_ row: CSVRow) throws {
    guard decoder != nil else { return try takeHeader(row) }
    rowsSeen += 1
    let number = rowsSeen
    try take {
      try row.withFields { fields in
        try decoder?.decode(fields, number: number, into: &batch) ?? false
      }
    } fields: {
      row.withFields { fields in (0..<fields.count).map { Array(fields[$0]) } }
    }
  }

  private func take(line: Bytes) throws {
    if decoder == nil { try takeKeys(line) }
    rowsSeen += 1
    let number = rowsSeen
    try take {
      try decoder?.decode(line: line, number: number, into: &batch) ?? false
    } fields: {
      [Array(line)]
    }
  }

  private func take(_ decode: () throws -> Bool, fields: () -> [[UInt8]]) throws {
    let blocks = batch.blocks.count
    do {
      if try decode() { count() } else { totals.filtered += 1 }
    } catch let bad as TraceError.Row {
      batch.blocks.removeSubrange(blocks...)
      totals.rejected += 1
      if totals.firstRejected.count < Self.shownRows { totals.firstRejected.append(bad) }
      if totals.rejected <= options.skipBadRows {
        try options.onRejected?(RejectedRow(row: bad, fields: fields()))
      }
    }
    // Nothing is handed on once the log is lost; its malformed rows are only counted.
    if totals.rejected > options.skipBadRows { batch.removeAll() }
  }

  private func count() {
    guard let row = batch.rows.last else { return }
    totals.accepted += 1
    totals.inputTokens += Int128(max(0, row.input))
    totals.cachedInputTokens += Int128(max(0, row.cached))
    totals.outputTokens += Int128(max(0, row.output))
    totals.loggedCost += Money(picodollars: max(0, row.cost))
    if row.status == .failed { totals.failed += 1 }
    totals.first = min(totals.first, SimTime(microseconds: row.time))
    totals.last = max(totals.last, SimTime(microseconds: row.time))
  }

  // MARK: Columns

  private func takeHeader(_ row: CSVRow) throws {
    let names = try (0..<row.count).map { index in
      guard let text = row.text(index) else {
        throw error("column \(index + 1) of the header is not UTF-8")
      }
      return text.trimmingCharacters(in: .whitespaces)
    }
    let delimiter = csv?.delimiter ?? UInt8(ascii: ",")
    try begin(names: names, found: names, decimalComma: delimiter != UInt8(ascii: ","))
  }

  private func takeKeys(_ line: Bytes) throws {
    let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: line.count)
    defer { scratch.deallocate() }
    var scanner = JSONScanner(line, scratch: scratch)
    let keys: [String]
    do {
      keys = try scanner.keys()
    } catch {
      throw self.error("line 1: \(error.message)")
    }
    try begin(names: keys.filter { !$0.contains("/") }, found: keys, decimalComma: false)
  }

  private func begin(names: [String], found: [String], decimalComma: Bool) throws {
    let format = try format(found).overlaid(with: options)
    if format.rows == .buckets {
      throw error(
        "this is a log of format \(format.name) (\(format.title)): each row sums up the requests "
          + "of a span of time, so they cannot be replayed one by one; expected a row a request")
    }
    let plan = try TracePlan(format: format, names: names, isJSON: isJSON, path: path)
    if plan.sources[.model] == nil, let policy = options.modelCheck?.keepsAll {
      throw error(
        "the log has no column for the model, and the policy '\(policy)' keeps the log's "
          + "(--set model=NAME names one for all rows)")
    }
    decoder = TraceDecoder(plan: plan, options: options, decimalComma: decimalComma)
  }

  /// The stated format, else the detected one. A user who names the time's column needs none.
  private func format(_ found: [String]) throws -> TraceFormat {
    if let chosen { return chosen }
    do {
      return try TraceFormats.detect(columns: found, path: path)
    } catch let error as TraceError {
      if options.columns.contains(where: { $0.0 == .timestamp }) {
        return try TraceFormats.named("canonical")
      }
      throw error
    }
  }
}
