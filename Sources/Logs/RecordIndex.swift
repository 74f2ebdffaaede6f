import Foundation
import Simulator
import Support

/// A record in which all values that a shape asks for have been found, in one walk.
package final class RecordIndex {
  /// By slot.
  let paths: [LogPath]
  private let layout: RecordLayout
  private let slots: [LogPath: Slot]

  package private(set) var source: SourceRecord?
  /// Numbers among its usage that nobody reads.
  package private(set) var unread: [(key: String, amount: Int64)] = []

  /// By slot: a place in `nodes`, or `column − place` for a table's column.
  private let places: UnsafeMutableBufferPointer<Int32>
  private var nodes: [JSONNode] = []
  private static let nowhere: Int32 = -1
  private static let column: Int32 = -2
  private var record = 0

  private var table: Table?

  /// What is known of a table's columns.
  private struct Table {
    var columns: LogTable
    /// By slot, as in `places`.
    var places: [Int32]
    /// Columns in which more is to be looked for, and whether their values may be JSON.
    var wanted: [(column: Int, place: RecordLayout.Place)]
  }

  /// - Parameter isHarmless: whether a number under such a path, less what stands in front of its names, means
  ///   nothing.
  package init(_ shape: LogShape, isHarmless: @escaping (String) -> Bool) {
    var paths: [LogPath] = []
    var slots: [LogPath: Slot] = [:]
    for path in shape.readPaths.union(
      shape.insideNames + shape.besideNames) where slots[path] == nil
    {
      slots[path] = Slot(number: paths.count)
      paths.append(path)
    }
    let names = Set(shape.readPaths.map(\.name))
    let patterns = shape.readPaths.filter { $0.name.contains("*") }
    layout = RecordLayout(paths: paths, prefixes: shape.prefixes, usage: shape.usage) {
      path, bare in
      names.contains(path) || patterns.contains { $0.covers(path) } || isHarmless(bare)
    }
    self.paths = paths
    self.slots = slots
    places = .allocate(capacity: paths.count)
    places.initialize(repeating: Self.nowhere)
  }

  deinit { places.deallocate() }

  func slot(_ path: LogPath) -> Slot { slots[path] ?? Slot(number: 0) }

  // MARK: What was found

  /// A value as text; `nil` where the record does not tell it.
  package func told(_ slot: Slot) -> LogValue? {
    let place = places[slot.number]
    if place >= 0 { return LogValue(nodes[Int(place)]).told }
    if place <= Self.column, case .row(let table, let row) = source?.body {
      return table.value(row, Int(Self.column - place))?.told
    }
    let path = paths[slot.number]
    return path.isContext ? source?.told(path) : nil
  }

  package func first(of slots: [Slot]) -> (slot: Slot, value: LogValue)? {
    for slot in slots {
      if let value = told(slot) { return (slot, value) }
    }
    return nil
  }

  /// Whether there is a column or key of that name, whatever it holds.
  package func has(_ slot: Slot) -> Bool {
    let place = places[slot.number]
    if place <= Self.column, case .row(_, let row) = source?.body {
      return Int(Self.column - place) < row.count
    }
    let path = paths[slot.number]
    return place != Self.nowhere || path.isContext && source?.has(path) == true
  }

  // MARK: Finding

  package func find(in record: SourceRecord) {
    source = record
    self.record += 1
    nodes.removeAll(keepingCapacity: true)
    if !unread.isEmpty { unread.removeAll() }
    switch record.body {
    case .json(let node):
      table = nil
      places.update(repeating: Self.nowhere)
      if let resource = record.resource {
        // What made a span tells first, and its numbers are no usage.
        walk(resource, place("resource"), isCounted: false)
        self.record += 1
      }
      walk(node, layout.root, isCounted: true)
    case .row(let table, let row):
      if self.table?.columns !== table { begin(table) }
      guard let known = self.table else { return }
      _ = places.update(from: known.places)
      for (column, place) in known.wanted { look(into: row, column, place) }
    }
  }

  private func place(_ key: String) -> RecordLayout.Place {
    var (key, guess) = (key, 0)
    return key.withUTF8 { layout.place($0, below: layout.root, near: &guess) }
  }

  private func begin(_ table: LogTable) {
    var places = [Int32](repeating: Self.nowhere, count: paths.count)
    var wanted: [(Int, RecordLayout.Place)] = []
    for (column, name) in table.names.enumerated() {
      let place = place(name)
      if place.leadsOn || place.isUnread || !place.deep.isEmpty { wanted.append((column, place)) }
      guard table.places[name] == column else { continue }
      for slot in place.exact { places[slot.number] = Self.column - Int32(column) }
    }
    self.table = Table(columns: table, places: places, wanted: wanted)
  }

  private func look(into row: CSVRow, _ column: Int, _ place: RecordLayout.Place) {
    guard column < row.count, let table = table?.columns else { return }
    if let inner = table.opened(row, column) {
      dig(inner, place)
      walk(inner, place, isCounted: true)
    } else if place.isUnread {
      row.withBytes(column) { count($0, at: place) }
    }
  }

  // MARK: Walking

  private func walk(_ node: JSONNode, _ place: RecordLayout.Place, isCounted: Bool) {
    let node = LogValue.unwrapped(node)
    switch node.kind {
    case .object: walkObject(node, place, isCounted)
    case .array:
      if LogValue.isAttributes(node) {
        walkAttributes(node, place, isCounted)
      } else if isCounted, place.leadsOn {
        walkArray(node, place)
      }
    case .string:
      if place.leadsOn, let inner = node.inner { walk(inner, place, isCounted: isCounted) }
    default: break
    }
  }

  private func walkObject(_ node: JSONNode, _ above: RecordLayout.Place, _ isCounted: Bool) {
    var guess = 0
    node.forEachChild { child, key in
      let place =
        key.hasEscapes
        ? escaped(child, above) : layout.place(key, below: above, near: &guess)
      if place.isWanted { meet(child, place, isCounted) }
    }
  }

  private func walkAttributes(_ node: JSONNode, _ above: RecordLayout.Place, _ isCounted: Bool) {
    var guess = 0
    for item in node.children {
      guard let name = item["key"], let value = item["value"] else { continue }
      var key = name.text
      let place = key.withUTF8 { layout.place($0, below: above, near: &guess) }
      if place.isWanted { meet(value, place, isCounted) }
    }
  }

  private func escaped(_ child: JSONNode, _ above: RecordLayout.Place) -> RecordLayout.Place {
    var (key, guess) = (child.key, 0)
    return key.withUTF8 { layout.place($0, below: above, near: &guess) }
  }

  /// In lists nothing is looked for but usage.
  private func walkArray(_ node: JSONNode, _ above: RecordLayout.Place) {
    var guess = 0
    for (number, child) in node.children.enumerated() {
      var key = String(number)
      let place = key.withUTF8 { layout.place($0, below: above, near: &guess) }
      guard place.isWanted else { continue }
      place.record = record
      walk(child, place, isCounted: true)
      countLeaf(child, at: place)
    }
  }

  private func meet(_ node: JSONNode, _ place: RecordLayout.Place, _ isCounted: Bool) {
    // Of two keys of one name the first one holds; numbers in both are told.
    let isFirst = place.record != record
    place.record = record
    if isFirst {
      for slot in place.exact { places[slot.number] = add(node) }
      for slot in place.slots where places[slot.number] == Self.nowhere {
        places[slot.number] = add(node)
      }
      dig(node, place)
    }
    if place.leadsOn { walk(node, place, isCounted: isCounted) }
    if isCounted, place.isUnread { countLeaf(node, at: place) }
  }

  /// Looks for what may stand at any depth.
  private func dig(_ node: JSONNode, _ place: RecordLayout.Place) {
    for (slot, rest) in place.deep where places[slot.number] == Self.nowhere {
      if let found = SourceRecord.find(rest, below: node) {
        places[slot.number] = add(found)
      }
    }
  }

  private func add(_ node: JSONNode) -> Int32 {
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  // MARK: Unread usage

  private func countLeaf(_ node: JSONNode, at place: RecordLayout.Place) {
    guard place.isUnread else { return }
    let node = LogValue.unwrapped(node)
    guard node.kind == .number || node.kind == .string else { return }
    node.withBytes { count($0, at: place) }
  }

  private func count(_ bytes: Bytes, at place: RecordLayout.Place) {
    var text = bytes[...]
    while let first = text.first, first <= 0x20 { text.removeFirst() }
    while let last = text.last, last <= 0x20 { text.removeLast() }
    guard let amount = RowDecoder.usage(Bytes(rebasing: text)) else { return }
    unread.append((place.path, amount))
  }
}
