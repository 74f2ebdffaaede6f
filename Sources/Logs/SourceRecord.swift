import Simulator
import Support

/// A record as the file has it: a JSON value or a row of a table.
package struct SourceRecord {
  package enum Body {
    case json(JSONNode)
    case row(LogTable, CSVRow)
  }

  /// In its file, from 1.
  package var number: Int
  package var body: Body
  /// Simple fields of the objects that it was taken out of.
  package var context: [String: JSONNode] = [:]
  /// Of a span, what made it.
  package var resource: JSONNode?

  /// A value as text; `nil` where the record does not tell it.
  package func told(_ path: LogPath) -> LogValue? { value(path)?.told }

  /// Whether there is a column or key of that name, whatever it holds.
  package func has(_ path: LogPath) -> Bool { value(path) != nil }

  private func value(_ path: LogPath) -> LogValue? {
    if path.isContext { return context[String(path.name.dropFirst())].map(LogValue.init) }
    if path.parts.count > 1, path.parts[0] == "resource", let resource {
      if let found = Self.find(path.parts.dropFirst(), below: resource) { return LogValue(found) }
    }
    switch body {
    case .json(let node):
      if let value = LogValue.child(path.name, of: node) { return LogValue(value) }
      guard path.parts.count > 1 else { return nil }
      return Self.find(path.parts[...], below: node).map(LogValue.init)
    case .row(let table, let row):
      if let place = table.places[path.name] { return table.value(row, place) }
      guard path.parts.count > 1, let place = table.places[path.parts[0]],
        let node = table.opened(row, place)
      else { return nil }
      return Self.find(path.parts.dropFirst(), below: node).map(LogValue.init)
    }
  }

  /// What lies below a value under these keys, of which `**` are any.
  static func find(_ parts: ArraySlice<String>, below node: JSONNode) -> JSONNode? {
    guard let part = parts.first else { return node }
    guard part == "**" else {
      return LogValue.child(part, of: node).flatMap { find(parts.dropFirst(), below: $0) }
    }
    if let found = find(parts.dropFirst(), below: node) { return found }
    guard let opened = LogValue.opened(node) else { return nil }
    let areAttributes = LogValue.isAttributes(opened)
    for child in opened.children {
      guard let value = areAttributes ? child["value"] : child else { continue }
      if let found = find(parts, below: value) { return found }
    }
    return nil
  }

  /// The record on one line: of a table's row, its fields.
  package var line: [UInt8] {
    var bytes: [UInt8] = []
    if case .json(let node) = body { node.write(into: &bytes) }
    return bytes
  }
}

/// The columns of a CSV file.
package final class LogTable {
  package let names: [String]
  package let delimiter: UInt8
  package private(set) var places: [String: Int] = [:]
  private let parser = JSONParser()

  package init(names: [String], delimiter: UInt8) {
    self.names = names
    self.delimiter = delimiter
    for (place, name) in names.enumerated() where places[name] == nil { places[name] = place }
  }

  package convenience init(header row: CSVRow, delimiter: UInt8) {
    let names = (0..<row.count).map { LogValue.trimmed(row.text($0) ?? "") }
    self.init(names: names, delimiter: delimiter)
  }

  package func value(_ row: CSVRow, _ place: Int) -> LogValue? {
    guard place < row.count else { return nil }
    let text = row.withBytes(place) { String(decoding: $0, as: UTF8.self) }
    return LogValue(kind: .text, text: LogValue.trimmed(text))
  }

  /// What a cell holds, if that is JSON.
  func opened(_ row: CSVRow, _ place: Int) -> JSONNode? {
    guard place < row.count else { return nil }
    return row.withBytes(place) { bytes in
      guard let first = bytes.first, JSONNode.mayOpen(first) else { return nil }
      return parser.inside(bytes)
    }
  }
}

/// A value of a record.
package struct LogValue {
  package enum Kind { case null, bool, number, text, array, object }

  package var kind: Kind
  package var text: String
  private var node: JSONNode?

  package init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  package init(_ node: JSONNode) {
    let node = Self.unwrapped(node)
    self.node = node
    switch node.kind {
    case .null: kind = .null
    case .bool: kind = .bool
    case .number: kind = .number
    case .string: kind = .text
    case .array: kind = .array
    case .object: kind = .object
    }
    text = node.isScalar ? Self.trimmed(node.text) : ""
  }

  package static func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last, first <= 0x20 || last <= 0x20
    else { return text }
    return Quantity.trimmed(text)
  }

  /// The value, unless it stands for one that is not known.
  var told: LogValue? {
    switch kind {
    case .null: nil
    case .text: text.isEmpty || isMissing ? nil : self
    default: self
    }
  }

  private var isMissing: Bool {
    text.utf8.count <= Self.longestMissing && TraceFormat.usualMissing.contains(text)
  }
  private static let longestMissing = TraceFormat.usualMissing.map(\.utf8.count).max() ?? 0

  /// The elements of an array.
  package var elements: [LogValue] {
    guard let opened = node.map(Self.opened) ?? inside else { return [] }
    return opened.children.compactMap { child in
      (Self.isAttributes(opened) ? child["value"] : child).map(LogValue.init)
    }
  }

  /// What the text of a table's cell holds, if that is JSON.
  private var inside: JSONNode? {
    var text = text
    return text.withUTF8 { $0.first.map(JSONNode.mayOpen) == true ? JSONParser().inside($0) : nil }
  }

  /// What stands under a key of an object, or of a list of `{key, value}`, also of one that is written as
  /// a text.
  package func child(_ name: String) -> LogValue? {
    node.flatMap { Self.child(name, of: $0) }.map(LogValue.init)
  }

  static func child(_ name: String, of node: JSONNode) -> JSONNode? {
    guard let node = opened(node) else { return nil }
    if node.kind == .object { return node[name] }
    guard isAttributes(node) else { return nil }
    return node.children.first { $0["key"]?.text == name }?["value"]
  }

  /// The object or array, also one that is written as a text.
  static func opened(_ node: JSONNode) -> JSONNode? {
    let node = unwrapped(node)
    return node.isScalar ? (node.kind == .string ? node.inner : nil) : node
  }

  /// A list of `{key, value}`, as OTLP writes maps.
  static func isAttributes(_ node: JSONNode) -> Bool {
    guard node.kind == .array, let first = node.firstChild else { return false }
    return first.kind == .object && first["key"] != nil && first["value"] != nil
  }

  /// What OTLP wraps into the name of its type.
  static func unwrapped(_ node: JSONNode) -> JSONNode {
    guard node.kind == .object, let only = node.firstChild,
      wrappers.contains(where: only.isCalled)
    else { return node }
    return only
  }

  private static let wrappers = ["stringValue", "intValue", "doubleValue", "boolValue"]
}
