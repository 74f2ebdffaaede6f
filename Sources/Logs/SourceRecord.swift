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
  package func told(_ path: LogPath) -> LogValue? {
    guard let value = value(path) else { return nil }
    if case .null = value.kind { return nil }
    if value.kind != .text || value.text.isEmpty { return value.kind == .text ? nil : value }
    return TraceFormat.usualMissing.contains(value.text) ? nil : value
  }

  package func first(of paths: [LogPath]) -> (path: LogPath, value: LogValue)? {
    for path in paths {
      if let value = told(path) { return (path, value) }
    }
    return nil
  }

  /// Whether there is a column or key of that name, whatever it holds.
  package func has(_ path: LogPath) -> Bool { value(path) != nil }

  private func value(_ path: LogPath) -> LogValue? {
    if path.isContext { return context[String(path.name.dropFirst())].map(LogValue.init) }
    if path.parts.count > 1, path.parts[0] == "resource", let resource {
      if let found = Self.find(path.parts.dropFirst(), in: LogValue(resource)) { return found }
    }
    switch body {
    case .json(let node):
      if let value = LogValue(node).child(path.name) { return value }
      return path.parts.count > 1 ? Self.find(path.parts[...], in: LogValue(node)) : nil
    case .row(let table, let row):
      if let place = table.places[path.name] { return table.value(row, place) }
      guard path.parts.count > 1, let place = table.places[path.parts[0]] else { return nil }
      return table.value(row, place).flatMap { Self.find(path.parts.dropFirst(), in: $0) }
    }
  }

  private static func find(_ parts: ArraySlice<String>, in value: LogValue) -> LogValue? {
    guard let part = parts.first else { return value }
    if part == "**" {
      if let found = find(parts.dropFirst(), in: value) { return found }
      for child in value.children {
        if let found = find(parts, in: child.value) { return found }
      }
      return nil
    }
    guard let child = value.child(part) else { return nil }
    return find(parts.dropFirst(), in: child)
  }

  /// Every simple value with its path.
  package func leaves(_ visit: (_ path: String, _ value: LogValue) -> Void) {
    switch body {
    case .json(let node):
      for child in LogValue(node).children { Self.leaves(child.name, child.value, visit) }
    case .row(let table, let row):
      for (place, name) in table.names.enumerated() {
        if let value = table.value(row, place) { Self.leaves(name, value, visit) }
      }
    }
  }

  private static func leaves(
    _ path: String, _ value: LogValue, _ visit: (String, LogValue) -> Void
  ) {
    let children = value.children
    if children.isEmpty { return value.kind == .object ? () : visit(path, value) }
    for child in children { leaves(path + "/" + child.name, child.value, visit) }
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

  package init(names: [String], delimiter: UInt8) {
    self.names = names
    self.delimiter = delimiter
    for (place, name) in names.enumerated() where places[name] == nil { places[name] = place }
  }

  package func value(_ row: CSVRow, _ place: Int) -> LogValue? {
    guard place < row.count else { return nil }
    let text = row.withBytes(place) { String(decoding: $0, as: UTF8.self) }
    return LogValue(kind: .text, text: LogValue.trimmed(text), cell: cell(row, place))
  }

  /// A cell that may hold JSON, which is parsed once.
  package final class Cell {
    private var node: JSONNode??

    package func opened(_ text: String) -> JSONNode? {
      if let node { return node }
      let parsed = JSONNode.inside(text)
      node = .some(parsed)
      return parsed
    }
  }

  private var cells: [Int: Cell] = [:]
  private var row = 0

  private func cell(_ row: CSVRow, _ place: Int) -> Cell? {
    let first = row.withBytes(place) { $0.first }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
    else { return nil }
    if self.row != row.number {
      cells.removeAll(keepingCapacity: true)
      self.row = row.number
    }
    if let known = cells[place] { return known }
    let cell = Cell()
    cells[place] = cell
    return cell
  }
}

/// A value of a record.
package struct LogValue {
  package enum Kind { case null, bool, number, text, array, object }

  package var kind: Kind
  package var text: String
  private var node: JSONNode?
  /// Of a table's text.
  private var cell: LogTable.Cell?

  package init(kind: Kind, text: String, cell: LogTable.Cell? = nil) {
    self.kind = kind
    self.text = text
    self.cell = cell
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

  /// Whether it counts something.
  package var isNumber: Bool { kind == .number }

  /// What the value holds; a text may hold JSON, also with its quotes doubled once more.
  package var children: [(name: String, value: LogValue)] {
    guard let node = opened else { return [] }
    if Self.isAttributes(node) {
      return node.children.compactMap { item in
        guard let key = item["key"], let value = item["value"] else { return nil }
        return (key.text, LogValue(value))
      }
    }
    let isObject = node.kind == .object
    return node.children.enumerated().map { (isObject ? $1.key : String($0), LogValue($1)) }
  }

  package func child(_ name: String) -> LogValue? {
    guard let node = opened else { return nil }
    if node.kind == .object { return node[name].map(LogValue.init) }
    guard Self.isAttributes(node) else { return nil }
    for item in node.children where item["key"]?.text == name {
      return item["value"].map(LogValue.init)
    }
    return nil
  }

  /// The elements of an array.
  package var elements: [LogValue] { kind == .array || opened != nil ? children.map(\.value) : [] }

  private var opened: JSONNode? {
    guard let node else { return kind == .text ? cell?.opened(text) : nil }
    return node.isScalar ? (kind == .text ? node.inner : nil) : node
  }

  /// A list of `{key, value}`, as OTLP writes maps.
  private static func isAttributes(_ node: JSONNode) -> Bool {
    guard node.kind == .array, let first = node.children.first(where: { _ in true }) else {
      return false
    }
    return first.kind == .object && first["key"] != nil && first["value"] != nil
  }

  /// What OTLP wraps into the name of its type.
  private static func unwrapped(_ node: JSONNode) -> JSONNode {
    guard node.kind == .object, let only = node.children.first(where: { _ in true }) else {
      return node
    }
    return Self.wrappers.contains(only.key) ? only : node
  }

  private static let wrappers: Set = ["stringValue", "intValue", "doubleValue", "boolValue"]
}
