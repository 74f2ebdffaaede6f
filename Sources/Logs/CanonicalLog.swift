import CostModel
import Foundation
import Simulator
import Support

/// A log of any shape, read by the rules and laid down in the canonical columns that `replay` and
/// `calibrate` read, in a file that vanishes with the program.
package final class CanonicalLog {
  package static let format = TraceFormats.canonical

  package let reading: LogReading
  /// Of the log, if it is one file.
  package let hash: FileHash?
  private let file: SpillFile
  private let shown: String
  /// The record of each row of the file.
  private var records: [Int] = []

  /// What reads it.
  package var path: String { file.readablePath }

  /// nil: a log that the verbs read as it is, in bounded memory.
  package static func converted(
    _ paths: [String], format: String?, _ options: () throws -> LogReadOptions
  ) throws -> CanonicalLog? {
    guard let reading = try reading(paths, format: format, options) else { return nil }
    return try CanonicalLog(paths, options(), reading)
  }

  /// nil: a log that the verbs read as it is.
  package static func reading(
    _ paths: [String], format: String?, _ options: () throws -> LogReadOptions
  ) throws -> LogReading? {
    if paths.count == 1, try isDirect(paths[0], format: format, ofOneCall: true) { return nil }
    return try LogIntake(options()).read(LogFiles.paths(paths))
  }

  package init(_ paths: [String], _ options: LogReadOptions, _ reading: LogReading) throws {
    shown = paths.joined(separator: ", ")
    let files = try LogFiles.paths(paths)
    hash = files.count == 1 && TraceFile.isRegular(files[0]) ? try LogFiles.hash(files[0]) : nil
    self.reading = reading
    file = try SpillFile(folder: nil)
    for kind in reading.kinds where kind != .requests {
      let name = reading.files.first { $0.shape.rows == kind }
      throw TraceError(
        path: name?.name ?? shown,
        reason:
          "its rows are \(kind.rawValue) (format \(name?.shape.name ?? "")), not requests: they "
          + "sum up many and cannot be replayed")
    }
    if let many = reading.rows.first(where: { ($0.calls ?? 1) > 1 }) {
      throw TraceError(
        path: shown,
        reason:
          "a row stands for \(InputLog.grouped(many.calls ?? 1)) calls, whose single sizes it does "
          + "not tell: it cannot be replayed")
    }
    let bad = reading.leftOut.filter { $0.reason.isBad }
    guard Int64(bad.count) <= options.skipBadRows else {
      throw TraceError(
        path: shown,
        rows: bad.prefix(20).map { left in
          TraceError.Row(
            number: Int64(left.record), column: left.problem?.column ?? "",
            problem: left.problem?.message ?? left.reason.words)
        }, count: Int64(bad.count), tolerated: options.skipBadRows)
    }
    try write()
  }

  // MARK: Which logs need it

  /// Shapes that the verbs know themselves.
  private static let own: Set = [
    "canonical", TraceFormats.ledger, "azure-llm-inference", "burstgpt", "mooncake",
  ]
  private static let looked = 256 << 10

  /// Whether it is a table of usage, which `price` reads as it is.
  package static func isUsage(_ paths: [String], format: String?) throws -> Bool {
    guard paths.count == 1, format == nil else { return false }
    guard try isDirect(paths[0], format: nil, ofOneCall: false) else { return false }
    guard TraceFile.isRegular(paths[0]), let handle = FileHandle(forReadingAtPath: paths[0]),
      let data = try? handle.read(upToCount: 4_096)
    else { return true }
    var scanner = JSONScan(Array(data))
    scanner.skipSeparators()
    return scanner.byte != UInt8(ascii: "{")
  }

  /// - Parameter ofOneCall: whether its rows must stand for one call each.
  private static func isDirect(
    _ path: String, format: String?, ofOneCall: Bool
  ) throws -> Bool {
    if let format {
      if isFile(format) { return (try? TraceFormatReader.read(path: format)) != nil }
      return own.contains(format) || !LogShapes.names.contains(format) && format != "copilot"
    }
    // What is read from a pipe to look at it would be missing afterwards.
    guard TraceFile.isRegular(path), let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: looked)
    else { return !isFolder(path) }
    var bytes = Array(data)
    if bytes.starts(with: [0x1F, 0x8B]) || bytes.starts(with: LogFiles.zip) {
      return false
    }
    if bytes.count == looked, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
    return try isDirect(bytes, path, ofOneCall: ofOneCall)
  }

  /// Whether it names a format of the user's own.
  private static func isFile(_ format: String) -> Bool {
    format.contains("/") || format.hasSuffix(".yaml") || format.hasSuffix(".yml")
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func isDirect(
    _ bytes: [UInt8], _ path: String, ofOneCall: Bool
  ) throws -> Bool {
    var scanner = JSONScan(bytes)
    scanner.skipSeparators()
    let isJSON = scanner.byte == UInt8(ascii: "{")
    if scanner.byte == UInt8(ascii: "[") { return false }
    let shapes = try LogShapes.recognized()
    var detector = ShapeDetector(shapes)
    var isRead = false
    let reader = RecordReader(LogText(name: path, bytes: bytes), shapes: shapes) { record in
      detector.look(at: record)
      // What `read` has written, and rows that may stand for several calls.
      isRead =
        isRead || record.has(LogPath("key")) && record.has(LogPath("billing"))
        || ofOneCall && record.has(LogPath("calls"))
      if detector.isDone { throw Enough() }
    }
    do { try reader.read() } catch is Enough {} catch { return !isJSON || isOneLine(bytes) }
    if reader.isSpanTree || isRead { return false }
    if isJSON, reader.facts.container == "JSON pages" { return false }
    guard let found = try? detector.finding(path) else { return !isJSON || isOneLine(bytes) }
    return own.contains(found.shape.name) && (!isJSON || isOneLine(bytes))
  }

  private struct Enough: Error {}

  /// Whether the first object ends where its line does.
  private static func isOneLine(_ bytes: [UInt8]) -> Bool {
    var scanner = JSONScan(bytes)
    scanner.skipSeparators()
    guard let range = scanner.value() else { return true }
    return !bytes[range].contains(0x0A)
  }

  // MARK: Rows

  private static let quantities: [(TraceColumn, LogQuantity)] =
    [
      (.inputTokens, .inputTokens), (.cachedInputTokens, .cachedInputTokens),
      (.outputTokens, .outputTokens), (.reasoningTokens, .reasoningTokens),
      (.audioSeconds, .audioSeconds),
      (.cacheWriteTokens, .cacheWriteTokens), (.cacheWriteLongTokens, .cacheWriteLongTokens),
    ]
    + TraceColumn.meters.compactMap { column, _ in
      LogQuantity(rawValue: column.name).map { (column, $0) }
    }

  /// A column of the file, and its text in a row; nil: not told.
  private struct Field {
    var column: TraceColumn
    var text: (LogRow) -> String?

    init(_ column: TraceColumn) {
      self.column = column
      if let quantity = CanonicalLog.quantities.first(where: { $0.0 == column })?.1 {
        text = { row in row[quantity] < 0 ? nil : quantity.plain(row[quantity]) }
        return
      }
      let name = column.name
      text =
        switch column {
        case .timestamp: { $0.time.map(LogTables.time) }
        case .model: { $0.modelName.isEmpty ? nil : $0.modelName }
        case .user: { $0.account }
        case .session: { $0.session }
        case .prompt: { $0.prompt }
        case .batch: { $0.batch ? "true" : nil }
        case .serviceTier: { $0.tier }
        case .region: { $0.region }
        case .status: { $0.hasFailed ? $0.unknownStatus ?? $0.failure : nil }
        case .latencyMs: { $0.latency.map(LogTables.milliseconds) }
        case .costUSD: { $0.logged.map { ExactDecimal(digits: $0, places: 12).plain } }
        default: { row in row.others.first { $0.name == name }?.value }
        }
    }
  }

  /// What the gateway's own cache answered cost nothing and is no call to be made again.
  private func write() throws {
    try reading.rows.withUnsafeBufferPointer { rows in
      let requests = rows.indices.filter { rows[$0].billing != .cacheHit }
      let fields = TraceColumn.allCases.map(Field.init).filter { field in
        field.column == .timestamp || requests.contains { field.text(rows[$0]) != nil }
      }
      var writer = CSVWriter(isGuarded: false)
      for field in fields { writer.text(field.column.name) }
      writer.endRow()
      for place in requests {
        records.append(rows[place].record)
        for field in fields {
          if let text = field.text(rows[place]) { writer.text(text) } else { writer.unknown() }
        }
        writer.endRow()
        if writer.bytes.count >= Self.blockBytes { try append(writer.takeBytes()) }
      }
      try append(writer.takeBytes())
    }
  }

  private static let blockBytes = 1 << 20

  private func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try file.append($0) }
  }

  // MARK: What is told

  /// The formats of its files.
  package var shownFormat: String {
    var names: [String] = []
    for file in reading.files where !names.contains(file.shape.name) {
      names.append(file.shape.name)
    }
    return names.joined(separator: ", ")
  }

  package var hasRejected: Bool { reading.leftOut.contains { $0.reason.isBad } }

  /// What the verbs do not take over from the rows, and what was left out of them.
  package func notes(_ options: LogReadOptions) -> String {
    var lines: [String] = []
    func note(_ what: String, _ holds: (LogRow) -> Bool) {
      let rows = reading.rows.count(where: holds)
      if rows > 0 { lines.append("\(HumanFormat.plural(Int64(rows), "row")): \(what)") }
    }
    note("answered by the gateway's own cache, and not sent again") { $0.billing == .cacheHit }
    note(
      "served in batch, another tier or a region, billed so where the catalog lists a price for it"
    ) {
      $0.batch || $0.tier != nil || $0.region != nil
    }
    note("without usage: what they cost is unknown, and the bill a lower bound") {
      $0.billing == .noUsage
    }
    guard !lines.isEmpty || !reading.leftOut.isEmpty else { return "" }
    return ReadingAccount(reading: reading, catalog: options.catalog, names: options.names).text
      + lines.map { $0 + "\n" }.joined()
  }

  /// Errors of the file as errors of the log.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as TraceError {
      error.path = shown
      for place in error.rows.indices {
        let row = Int(error.rows[place].number) - 1
        if records.indices.contains(row) { error.rows[place].number = Int64(records[row]) }
      }
      throw error
    } catch let error as BadInput {
      throw BadInput(message: error.message.replacing(path, with: shown))
    }
  }
}

extension LogReading {
  /// Whether its rows sum up several calls each.
  package var areBuckets: Bool {
    kinds == [.buckets] || kinds == [.requests] && rows.contains { ($0.calls ?? 1) > 1 }
  }
}
