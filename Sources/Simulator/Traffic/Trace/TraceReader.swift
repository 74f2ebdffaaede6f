import CLibCSV
import CostModel
import Foundation
import Scenarios
import Support

/// Reads a log block by block, in the order of the file, in bounded memory.
///
/// Blocks of whole lines are decoded each by itself, ahead on other threads; one that only libcsv
/// can read, and what follows until it is between two rows again, is read here in order. Either
/// way rows and names get their numbers here.
package final class TraceReader {
  private static let shownRows = 20
  /// More would not stay in a processor's caches, and take memory twice.
  private static let knownUsers = 1 << 16

  package let path: String
  private let options: TraceOptions
  private let chosen: TraceFormat?
  private let file: TraceFile
  private let blocks: TraceBlocks
  /// nil until the columns are known.
  private var recipe: BlockDecoder.Recipe?
  private var decoder: BlockDecoder?
  private var csv: CSVReader?
  private var lines = LineSplitter()
  package private(set) var isJSON = false
  private var batch = TraceBatch()
  /// Of rows that are read in order.
  private var piece = TracePiece()
  private var hasEnded = false

  package private(set) var symbols = TraceSymbols()
  private var rowsSeen: Int64 = 0
  /// Users that pieces had to number for themselves since they were last published.
  private var usersMissed = 0
  private var bytesSinceRow = 0
  private var unknown: [Int64] = Array(repeating: 0, count: TraceColumn.allCases.count)
  private var totals = TraceFacts()

  /// Opens the log and finds its format. Throws `TraceError`, `BadInput` or `InputErrors`.
  package init(path: String, format: TraceFormat? = nil, options: TraceOptions) throws {
    self.path = path
    self.options = options
    chosen = format
    file = try TraceFile(path: path, isHashed: options.isHashed, share: options.share)
    // Reading ahead from a pipe would leave a thread waiting that nobody can end.
    let threads = file.isRegular ? options.threads : 1
    blocks = TraceBlocks(file: file, blockSize: options.blockSize, threads: threads)
    guard LocalTime.isKnown(options.timeZone) else {
      let hint = NearestName.hint(
        for: options.timeZone, among: TimeZone.knownTimeZoneIdentifiers + ["UTC"])
      throw BadInput(
        message: "--timezone: error: unknown time zone '\(options.timeZone)'"
          + (hint.map { "\n" + $0 } ?? ""))
    }
    while decoder == nil, !hasEnded { try readBlock() }
    guard decoder != nil else { throw error("no header and no rows, expected a log") }
    guard threads > 1, !hasEnded, let recipe else { return }
    blocks.start(threads: threads - 1 - (options.hasHelper ? 1 : 0), recipe)
  }

  deinit { blocks.stop() }

  /// For the thread that `TraceOptions.hasHelper` speaks of.
  package var helper: BlockHelper { BlockHelper(blocks) }
  /// Whether the log can be read a second time.
  package var isRegular: Bool { file.isRegular }
  /// Of the whole file, at its end.
  package var hash: FileHash? { file.hash }
  /// Of what has been read, and whether it ends within a quote.
  package var extent: (LogExtent, isQuoted: Bool) {
    (file.extent ?? LogExtent(size: file.size ?? file.bytesRead), file.isQuoted)
  }
  /// Whether rows tell where they stand in a log of which these are some.
  package var tellsNumbers: Bool { recipe?.plan.sources[.number] != nil }
  /// The log's own columns.
  package var columnNames: [String] { recipe?.plan.names ?? [] }

  package var facts: TraceFacts {
    var facts = totals
    guard let plan = recipe?.plan else { return facts }
    facts.format = options.shownFormat ?? plan.format.name
    facts.isRelative = plan.format.isRelative
    facts.unused = plan.unused
    facts.absent = plan.absent
    facts.tellsQuality = TraceColumn.quality.contains { plan.sources[$0] != nil }
    let meters = TraceColumn.meters.filter { plan.sources[$0.column] != nil }
    facts.metered = meters.map(\.meter.dimension)
    if plan.sources[.audioSeconds] != nil { facts.metered.append(.audioSeconds) }
    for (index, column) in TraceColumn.allCases.enumerated() where unknown[index] > 0 {
      facts.unknown[column] = unknown[index]
    }
    return facts
  }

  /// Replaces the batch by the next rows of the file; false at its end. Throws `TraceError` when
  /// the log is no text, or at its end if more rows are malformed than tolerated.
  package func read(into other: inout TraceBatch) throws -> Bool {
    while batch.rows.isEmpty, !hasEnded { try readBlock() }
    other.removeAll()
    swap(&batch, &other)
    return !other.rows.isEmpty
  }

  // MARK: Blocks

  private func readBlock() throws {
    guard let block = blocks.next(&decoder) else { return }
    if let failure = block.failure { throw failure }
    if csv == nil, !isJSON, try !begin(block) { return }
    if decoder == nil { try readHead(block) }
    if block.isDecoded, isBetweenRows {
      try accept(&block.piece)
    } else {
      try feed(block, count: block.bytes.count)
    }
    if block.isLast { try finish() }
  }

  /// Whether what was read in order has come to the end of a row.
  private var isBetweenRows: Bool { csv?.isBetweenRows ?? (lines.pending == 0) }

  /// Reads line by line until the columns are known, then decodes the rest.
  private func readHead(_ block: TraceBlock) throws {
    try checkText(block)
    while decoder == nil || !isBetweenRows, !block.bytes.isEmpty {
      let end = block.bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      try feed(block, count: end ?? block.bytes.count)
    }
    block.isDecoded = decoder?.decode(block) ?? false
  }

  private func checkText(_ block: TraceBlock) throws {
    guard let nul = block.bytes.firstIndex(of: 0) else { return }
    throw error("a NUL byte at byte \(block.position + Int64(nul)), expected text")
  }

  /// Looks at the first bytes: what kind of file is it? False where blank lines do not tell.
  private func begin(_ block: TraceBlock) throws -> Bool {
    let bytes = block.bytes
    if bytes.isEmpty { throw error("the file is empty, expected a log") }
    for (magic, what) in Self.binaries where bytes.starts(with: magic) {
      throw error("this is \(what), expected text as CSV or JSON lines")
    }
    let hasMark = block.offset == 0 && bytes.starts(with: CSVDialect.byteOrderMark)
    let text = hasMark ? bytes.dropFirst(3) : bytes[...]
    let blank = text.prefix { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
    switch text.dropFirst(blank.count).first {
    case UInt8(ascii: "{"):
      isJSON = true
      if hasMark { block.skip(3) }
    case UInt8(ascii: "["):
      throw error("this is a JSON array, expected an object a line (jq -c '.[]' writes those)")
    case nil where !block.isLast: return false
    default: csv = CSVReader { [unowned self] row in try take(row) }
    }
    return true
  }

  private static let binaries: [([UInt8], String)] = [
    ([0x1F, 0x8B], "a gzip file"), ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
    (Array("PK\u{3}\u{4}".utf8), "a zip or Excel file"), (Array("PAR1".utf8), "a Parquet file"),
    (Array("SQLite format 3".utf8), "an SQLite file"), ([0xFF, 0xFE], "UTF-16 text"),
    ([0xFE, 0xFF], "UTF-16 text"),
  ]

  /// Reads bytes in order.
  private func feed(_ block: TraceBlock, count: Int) throws {
    guard count > 0 else { return }
    try checkText(block)
    let bytes = Bytes(rebasing: block.bytes[..<count])
    block.skip(count)
    if let csv {
      try parsing { try csv.feed(bytes) }
      bytesSinceRow = (decoder?.rows.piece.count ?? 0) == 0 ? bytesSinceRow + count : count
    } else {
      try lines.feed(bytes, take)
      bytesSinceRow = lines.pending
    }
    try acceptRead()
    if bytesSinceRow > options.maximumRowBytes {
      let quote = isJSON ? "" : ": a quote that is not closed?"
      let place = decoder == nil ? "the header" : "row \(rowsSeen + 1)"
      let problem = InputLimit.recordBytes.exceeded(by: "bytes", limit: options.maximumRowBytes)
      throw error("\(place) has \(problem)\(quote)")
    }
  }

  private func finish() throws {
    hasEnded = true
    if let csv { try parsing { try csv.finish() } } else { try lines.finish(take) }
    try acceptRead()
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
    row.withFields { fields in _ = decoder?.rows.add(fields) }
  }

  private func take(line: Bytes) throws {
    if decoder == nil { try takeKeys(line) }
    decoder?.rows.add(line: line)
  }

  /// Accepts what was read in order.
  private func acceptRead() throws {
    decoder?.rows.hand(over: &piece)
    try accept(&piece, isCounted: true)
  }

  /// Numbers the next rows of the file and hands them on.
  private func accept(_ piece: inout TracePiece, isCounted: Bool = false) throws {
    guard piece.count > 0 else { return }
    piece.renumber(symbols.absorb(piece.symbols), rows: rowsSeen, tellsNumbers: tellsNumbers)
    publishUsers(met: piece.symbols.users.count)
    rowsSeen += piece.count
    if !isCounted {
      csv?.skip(rows: Int(piece.count))
      bytesSinceRow = 0
    }
    totals.add(piece)
    for column in unknown.indices { unknown[column] += piece.unknown[column] }
    for rejected in piece.rejected { try reject(rejected) }
    // Nothing is handed on once the log is lost; its malformed rows are only counted.
    if totals.rejected > options.skipBadRows {
      batch.removeAll()
    } else if batch.rows.isEmpty {
      swap(&batch, &piece.batch)
    } else {
      batch.append(piece.batch)
    }
  }

  /// Lets decoders know the users met so far, as often as that is worth a copy of their table.
  private func publishUsers(met: Int) {
    usersMissed += met
    let count = symbols.users.count
    guard usersMissed > 0, usersMissed * 4 >= count, count <= Self.knownUsers else { return }
    blocks.publish(symbols.users)
    usersMissed = 0
  }

  private func reject(_ rejected: RejectedRow) throws {
    totals.rejected += 1
    totals.firstRejected.note(rejected.row, atMost: Self.shownRows)
    if totals.rejected <= options.skipBadRows { try options.onRejected?(rejected) }
  }

  // MARK: Columns

  private func takeHeader(_ row: CSVRow) throws {
    guard row.count <= InputLimit.columns.value else {
      throw error(InputLimit.columns.exceeded(by: "columns"))
    }
    let names = try (0..<row.count).map { index in
      guard let text = row.text(index) else {
        throw error("column \(index + 1) of the header is not UTF-8")
      }
      return text.trimmingCharacters(in: .whitespaces)
    }
    try begin(names: names, found: names)
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
    try begin(names: keys.filter { !$0.contains("/") }, found: keys)
  }

  private func begin(names: [String], found: [String]) throws {
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
    symbols.isGuarded = plan.isGuarded
    let recipe = BlockDecoder.Recipe(plan: plan, options: options, delimiter: csv?.delimiter)
    self.recipe = recipe
    decoder = recipe.decoder()
  }

  /// The stated format, else the detected one. A user who names the time's column needs none.
  private func format(_ found: [String]) throws -> TraceFormat {
    if let chosen { return chosen }
    do {
      return try TraceFormats.detect(columns: found, named: options.columns, path: path)
    } catch let error as TraceError {
      if options.columns.contains(where: { $0.0 == .timestamp }) {
        return try TraceFormats.named("canonical")
      }
      throw error
    }
  }
}
