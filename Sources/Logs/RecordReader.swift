import Simulator
import Support

/// The records of one text: a table, or JSON in any arrangement.
package final class RecordReader {
  /// What is known of the text once it has been read.
  package struct Facts {
    package var container = ""
    package var records = 0
    /// Whether the last page says that there are more; nil: no page says anything.
    package var hasMore: Bool?
    fileprivate var values = 0
    fileprivate var hasArray = false

    package mutating func add(_ next: Facts) {
      records += next.records
      values += next.values
      hasArray = hasArray || next.hasArray
      hasMore = next.hasMore ?? hasMore
    }

    /// How the records were arranged.
    package var arrangement: String {
      guard container.isEmpty else { return container }
      return hasArray ? "JSON array" : values == records ? "JSON lines" : "JSON pages"
    }
  }

  private let text: LogText
  /// An object that has all keys of one of them is a record.
  private let shapes: [LogShape]
  private let visit: (SourceRecord) throws -> Void
  private let parser = JSONParser()
  package private(set) var facts = Facts()
  private let piece: TextPiece

  /// - Parameter piece: nil: all of the text.
  package init(
    _ text: LogText, piece: TextPiece? = nil, shapes: [LogShape],
    visit: @escaping (SourceRecord) throws -> Void
  ) {
    self.text = text
    self.piece = piece ?? TextPiece(range: 0..<text.bytes.count)
    self.shapes = shapes
    self.visit = visit
  }

  package func read() throws {
    let bytes = text.bytes
    if let table = piece.table { return try readRows(of: table) }
    if let nul = TextPiece.firstNUL(bytes, piece.range) {
      throw error("a NUL byte at byte \(nul), expected text")
    }
    var scanner = JSONScan(bytes, piece.range.lowerBound)
    scanner.skipSeparators()
    switch scanner.byte {
    case nil: throw error("the file is empty, expected a log")
    case UInt8(ascii: "{"), UInt8(ascii: "["): try readJSON(scanner)
    default: try readTable()
    }
  }

  private func error(_ reason: String) -> TraceError { TraceError(path: text.name, reason: reason) }

  // MARK: Tables

  private func readTable() throws {
    facts.container = "CSV"
    var table: LogTable?
    var delimiter: UInt8?
    let reader = CSVReader { [unowned self] row in
      guard let table else {
        table = LogTable(header: row, delimiter: delimiter ?? UInt8(ascii: ","))
        return
      }
      facts.records += 1
      try visit(SourceRecord(number: facts.records, body: .row(table, row)))
    }
    do {
      // The delimiter is known once the first line has been looked at.
      delimiter = Self.delimiter(of: text.bytes)
      var (end, start, rows) = (0, 0, 0)
      while end < piece.range.upperBound {
        let next = min(end + Self.blockBytes, piece.range.upperBound)
        try reader.feed(text.bytes[end..<next])
        end = next
        if facts.records > rows { (start, rows) = (end, facts.records) }
        if end - start > InputLimit.recordBytes.value {
          let problem = InputLimit.recordBytes.exceeded(by: "bytes")
          throw error("row \(rows + 1) has \(problem): a quote that is not closed?")
        }
      }
      try reader.finish()
    } catch let failure as CSVError {
      throw error("row \(failure.row - 1): \(failure.reason)")
    }
    if table == nil { throw error("no header and no rows, expected a log") }
  }

  /// Of a table's text, handed to the reader at once.
  private static let blockBytes = 1 << 20

  static func delimiter(of bytes: [UInt8]) -> UInt8? {
    var found: UInt8?
    let probe = CSVReader { _ in throw CSVError(row: 0, reason: "") }
    try? probe.feed(bytes.prefix(1 << 16) + [0x0A])
    found = probe.delimiter
    return found
  }

  /// The rows of a piece behind the table's first one, whose numbers count from the piece's beginning.
  private func readRows(of table: LogTable) throws {
    facts.container = "CSV"
    let reader = CSVReader(continuing: table.delimiter) { [unowned self] row in
      facts.records += 1
      try visit(SourceRecord(number: facts.records, body: .row(table, row)))
    }
    for start in stride(
      from: piece.range.lowerBound, to: piece.range.upperBound, by: Self.blockBytes)
    {
      try reader.feed(text.bytes[start..<min(start + Self.blockBytes, piece.range.upperBound)])
    }
    try reader.finish()
  }

  // MARK: JSON

  private func readJSON(_ start: JSONScan) throws {
    var scanner = start
    while scanner.byte != nil, scanner.place < piece.range.upperBound {
      let range = try value(&scanner)
      facts.values += 1
      facts.hasArray = facts.hasArray || text.bytes[range.lowerBound] == UInt8(ascii: "[")
      try readValue(range, context: [:], isOutermost: true)
      scanner.skipSeparators()
    }
  }

  private func value(_ scanner: inout JSONScan) throws -> Range<Int> {
    let start = scanner.place
    guard let range = scanner.value() else {
      let line = text.bytes[..<start].count { $0 == 0x0A } + 1
      throw error("line \(line): the last record is cut off")
    }
    return range
  }

  /// A value in place: an array element by element, so that none has to be held as a whole.
  private func readValue(
    _ range: Range<Int>, context: [String: JSONNode], isOutermost: Bool
  ) throws {
    if text.bytes[range.lowerBound] == UInt8(ascii: "[") {
      var scanner = JSONScan(text.bytes, range.lowerBound + 1)
      while true {
        scanner.skipSeparators()
        guard scanner.place < range.upperBound - 1 else { return }
        try readValue(try value(&scanner), context: context, isOutermost: isOutermost)
      }
    }
    // What is longer than a record may be holds records: it is opened as a stream.
    if range.count > InputLimit.recordBytes.value {
      if try openStream(range, context: context) { return }
      let line = text.bytes[..<range.lowerBound].count { $0 == 0x0A } + 1
      throw error("line \(line): the record has " + InputLimit.recordBytes.exceeded(by: "bytes"))
    }
    try look(try parse(range).root, context, isOutermost: isOutermost)
  }

  private func parse(_ range: Range<Int>) throws -> JSONDocument {
    do throws(JSONDocument.Problem) {
      return try parser.parse(text.bytes[range])
    } catch {
      let line = text.bytes[..<range.lowerBound].count { $0 == 0x0A } + 1
      throw self.error("line \(line): not JSON: \(error.message)")
    }
  }

  /// An object too long to be parsed at once; false if it has no key to be opened at.
  private func openStream(_ range: Range<Int>, context: [String: JSONNode]) throws -> Bool {
    var context = context
    var isOpened = false
    var scanner = JSONScan(text.bytes, range.lowerBound + 1)
    while true {
      scanner.skipSeparators()
      guard scanner.place < range.upperBound - 1, scanner.byte == UInt8(ascii: "\"") else { break }
      let key = try value(&scanner)
      scanner.skipColon()
      let value = try value(&scanner)
      let name = String(decoding: text.bytes[key].dropFirst().dropLast(), as: UTF8.self)
      if value.count <= InputLimit.recordBytes.value, let node = try? parse(value).root,
        node.isScalar
      {
        context[name] = node
        noteMore(name, node)
      } else if !isOpened, Self.wrappers.contains(name) {
        isOpened = true
        try readValue(value, context: context, isOutermost: false)
      }
    }
    return isOpened
  }

  // MARK: Objects

  private static let recordKeys: Set = [
    "id", "type", "model", "timestamp", "ts", "traceId", "trace_id", "request_id", "requestId",
    "response",
  ]
  private static let wrappers = [
    "data", "items", "results", "observations", "logs", "rows", "messages", "traces", "value",
    "events",
  ]
  private static let messages = ["message", "@message"]

  private func look(
    _ node: JSONNode, _ context: [String: JSONNode], isOutermost: Bool
  ) throws {
    if node.kind == .array {
      for child in node.children { try look(child, context, isOutermost: isOutermost) }
      return
    }
    guard node.kind == .object else { return try hand(node, context) }
    if try readSpans(node, context) { return }
    if let message = message(in: node) {
      return try look(message, context, isOutermost: false)
    }
    if isRecord(node) {
      guard let inner = node["observations"], holds(inner) else { return try hand(node, context) }
      return try open(node, at: inner, context, isOutermost: isOutermost)
    }
    for name in Self.wrappers {
      guard let inner = node[name], holds(inner) else { continue }
      return try open(node, at: inner, context, isOutermost: isOutermost)
    }
    try hand(node, context)
  }

  private func isRecord(_ node: JSONNode) -> Bool {
    node.children.contains { Self.recordKeys.contains($0.key) } || hasKeys(node)
  }

  private func hasKeys(_ node: JSONNode) -> Bool {
    let record = SourceRecord(number: 0, body: .json(node))
    return shapes.contains { $0.matches(record) }
  }

  /// Whether there are objects in it, or it is one, or nothing.
  private func holds(_ node: JSONNode) -> Bool {
    node.kind == .object
      || (node.kind == .array && node.children.allSatisfy { $0.kind == .object })
  }

  private func open(
    _ node: JSONNode, at inner: JSONNode, _ context: [String: JSONNode], isOutermost: Bool
  ) throws {
    var context = context
    var isBefore = true
    for child in node.children {
      isBefore = isBefore && child.key != inner.key
      if child.isScalar, isBefore || !isOutermost { context[child.key] = child }
      if isOutermost { noteMore(child.key, child) }
    }
    try look(inner, context, isOutermost: false)
  }

  /// Whether the last page says that it is not the last.
  private func noteMore(_ name: String, _ node: JSONNode) {
    if name == "has_more" { facts.hasMore = node.text == "true" }
    guard name == "meta", let page = node["page"].flatMap({ Int($0.text) }),
      let pages = node["totalPages"].flatMap({ Int($0.text) })
    else { return }
    facts.hasMore = page < pages
  }

  private func message(in node: JSONNode) -> JSONNode? {
    for name in Self.messages {
      if let text = node[name], text.kind == .string, text.text.hasPrefix("{"),
        let root = try? parser.parse(text.text.utf8).root, root.kind == .object
      {
        return root
      }
    }
    return nil
  }

  private static let spanTrees = [
    ("resourceSpans", ["scopeSpans", "instrumentationLibrarySpans"], "spans"),
    ("resourceLogs", ["scopeLogs", "instrumentationLibraryLogs"], "logRecords"),
  ]

  /// The trees that OTLP sends.
  private func readSpans(_ node: JSONNode, _ context: [String: JSONNode]) throws -> Bool {
    var isTree = false
    for (resources, scopes, spans) in Self.spanTrees {
      guard let list = node[resources] else { continue }
      isTree = true
      for resource in list.children {
        for scope in resource.children where scopes.contains(scope.key) {
          for span in scope.children.compactMap({ $0[spans] }).flatMap({ Array($0.children) }) {
            try hand(span, context, resource: resource["resource"]?["attributes"])
          }
        }
      }
    }
    if isTree { isSpanTree = true }
    return isTree
  }

  /// Whether the text is what OTLP sends, which needs no further look.
  package private(set) var isSpanTree = false

  private func hand(
    _ node: JSONNode, _ context: [String: JSONNode], resource: JSONNode? = nil
  ) throws {
    facts.records += 1
    try visit(
      SourceRecord(
        number: facts.records, body: .json(node), context: context, resource: resource))
  }
}

/// Finds where JSON values end, without reading them.
package struct JSONScan {
  private let bytes: [UInt8]
  package private(set) var place: Int

  package init(_ bytes: [UInt8], _ place: Int = 0) {
    self.bytes = bytes
    self.place = place
    if place == 0, bytes.starts(with: CSVDialect.byteOrderMark) { self.place = 3 }
  }

  package var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

  /// White space and commas.
  package mutating func skipSeparators() {
    while let byte, byte <= 0x20 || byte == UInt8(ascii: ",") { place += 1 }
  }

  package mutating func skipColon() {
    while let byte, byte <= 0x20 || byte == UInt8(ascii: ":") { place += 1 }
  }

  /// The value that begins here; nil if the text ends within it.
  package mutating func value() -> Range<Int>? {
    let start = place
    var depth = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // What closes more than was opened belongs to what is around it.
        if depth == 0 { return start..<max(place, start + 1) }
        depth -= 1
      case UInt8(ascii: "\""):
        guard skipString() else { return nil }
      case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ":"):
        if depth == 0 { return start..<place }
      default: break
      }
      let byte = bytes[place]
      let closed =
        byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "\"")
      place += 1
      if depth == 0, closed { return start..<place }
    }
    return depth == 0 ? start..<place : nil
  }

  /// Up to the quote that ends the text.
  private mutating func skipString() -> Bool {
    place += 1
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return place < bytes.count
  }
}
