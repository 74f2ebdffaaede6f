import CLibCSV

/// Reads CSV as it comes in, row by row, through libcsv in strict mode.
///
/// A byte-order mark is dropped, a `sep=` line obeyed; otherwise the delimiter is whichever of
/// `,` `;` tab is most frequent in the first line that is not blank. Spaces belong to fields
/// (RFC 4180), which libcsv would otherwise trim.
package final class CSVReader {
  package private(set) var delimiter: UInt8?
  private var parser = csv_parser()
  private var head: [UInt8] = []
  private var row = CSVRow()
  private var failure: (any Error)?
  private let onRow: (CSVRow) throws -> Void

  /// How much of a file is looked at to find its first line.
  private static let headLimit = 65_536

  package init(delimiter: UInt8? = nil, onRow: @escaping (CSVRow) throws -> Void) {
    self.delimiter = delimiter
    self.onRow = onRow
    csv_init(&parser, UInt8(CSV_STRICT | CSV_STRICT_FINI))
    csv_set_space_func(&parser) { _ in 0 }
    row.begin(number: 1)
  }

  deinit { csv_free(&parser) }

  private var isSniffed = false

  /// Goes on within a table whose first rows somebody else reads.
  package convenience init(
    continuing delimiter: UInt8, onRow: @escaping (CSVRow) throws -> Void
  ) {
    self.init(delimiter: delimiter, onRow: onRow)
    isSniffed = true
    csv_set_delim(&parser, delimiter)
  }

  /// The next bytes of the file. Throws `CSVError`, or what `onRow` threw.
  package func feed(_ bytes: some Sequence<UInt8>) throws {
    head.append(contentsOf: bytes)
    if !isSniffed {
      head.removeFirst(firstLine)
      guard head.count >= Self.headLimit || head.contains(UInt8(ascii: "\n")) else { return }
    }
    try flush()
  }

  /// Where the first line begins: behind byte-order marks and, if it is to tell the delimiter,
  /// blank lines.
  private var firstLine: Int {
    var start = 0
    while true {
      let rest = head[start...]
      let blank = rest.prefix { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
      if rest.starts(with: CSVDialect.byteOrderMark) {
        start += CSVDialect.byteOrderMark.count
      } else if delimiter == nil, let end = blank.lastIndex(where: Self.endsLine) {
        start = end + 1
      } else {
        return start
      }
    }
  }

  private static func endsLine(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Whether all that was fed ended with a row.
  package var isBetweenRows: Bool { isSniffed && head.isEmpty && parser.pstate == 0 }

  /// Counts rows that somebody else has read.
  package func skip(rows: Int) { row.begin(number: row.number + rows) }

  /// Ends the file: the last row may lack its line end.
  package func finish() throws {
    try flush()
    let status = csv_fini(&parser, Self.endField, Self.endRow, context)
    if let failure { throw failure }
    if status != 0 { throw parseError() }
  }

  private func flush() throws {
    if !isSniffed { sniff() }
    let pending = head
    head.removeAll(keepingCapacity: true)
    let parsed = pending.withUnsafeBytes { bytes in
      csv_parse(&parser, bytes.baseAddress, bytes.count, Self.endField, Self.endRow, context)
    }
    if let failure { throw failure }
    if parsed != pending.count { throw parseError() }
  }

  private func sniff() {
    isSniffed = true
    head.removeFirst(firstLine)
    let marker = Array("sep=".utf8)
    if head.starts(with: marker), head.count > marker.count {
      delimiter = head[marker.count]
      let end = head.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? head.count
      head.removeFirst(end)
    }
    let found = delimiter ?? Self.mostFrequentDelimiter(head)
    delimiter = found
    csv_set_delim(&parser, found)
  }

  private static func mostFrequentDelimiter(_ bytes: [UInt8]) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var counts = [0, 0, 0]
    var quoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if quoted { continue }
      if endsLine(byte) { break }
      if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let best = counts.indices.max {
      counts[$0] < counts[$1] || (counts[$0] == counts[$1] && $0 > $1)
    }
    return candidates[best ?? 0]
  }

  private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  private static func reader(_ context: UnsafeMutableRawPointer?) -> CSVReader? {
    context.map { Unmanaged<CSVReader>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let endField:
    @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = {
      field, count, context in
      reader(context)?.row.append(UnsafeRawBufferPointer(start: field, count: count))
    }

  private static let endRow: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = {
    _, context in
    guard let reader = reader(context) else { return }
    defer { reader.row.begin(number: reader.row.number + 1) }
    guard reader.failure == nil else { return }
    reader.row.pad()
    do { try reader.onRow(reader.row) } catch { reader.failure = error }
  }

  private func parseError() -> CSVError {
    switch csv_error(&parser) {
    case CSV_EPARSE:
      CSVError(
        row: row.number,
        reason: "a quote that is neither at a field's ends nor doubled, or not closed")
    default:
      CSVError(row: row.number, reason: String(cString: csv_strerror(csv_error(&parser))))
    }
  }
}

extension CSVReader {
  /// All rows of a small file as text. Throws `CSVError`.
  package static func rows(_ bytes: [UInt8], delimiter: UInt8? = nil) throws -> [[String]] {
    var rows: [[String]] = []
    let reader = CSVReader(delimiter: delimiter) { row in
      rows.append(
        try (0..<row.count).map { index in
          guard let text = row.text(index) else {
            throw CSVError(row: row.number, reason: "column \(index + 1) is not UTF-8")
          }
          return text
        })
    }
    try reader.feed(bytes)
    try reader.finish()
    return rows
  }
}
