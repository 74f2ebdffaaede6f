import Support

/// A format worked out for the columns that a log has: which slot of a row holds what.
///
/// Slots come in three runs: the fields of the row (none for JSON lines), values out of JSON, and
/// constants that never change.
package struct TracePlan {
  /// Where one canonical column comes from.
  package struct Source {
    /// The first of these that is not empty counts.
    package var slots: [Int]
    package var values: [(log: [UInt8], slot: Int)] = []
    package var otherwise: Int?
    /// What messages call it.
    package var label: String
  }
  package struct Filter {
    package var source: Source
    package var values: [[UInt8]]
  }
  /// A field that holds JSON.
  package struct JSONField {
    package var field: Int
    package var paths: JSONPaths
  }

  package let format: TraceFormat
  package let isJSON: Bool
  /// Whether its texts are guarded against spreadsheets, as those of our own ledger are.
  package var isGuarded: Bool { format.name == TraceFormats.ledger && !isJSON }
  /// The log's columns: its header, or the keys of its first object.
  package let names: [String]
  package private(set) var sources: [TraceColumn: Source] = [:]
  package private(set) var ends: [TraceColumn: Source] = [:]
  package private(set) var filters: [Filter] = []
  package private(set) var jsonFields: [JSONField] = []
  /// JSON lines: what is wanted of each object.
  package private(set) var paths = JSONPaths()
  package private(set) var jsonSlots = 0
  package private(set) var constants: [[UInt8]] = []

  private var slotOfPath: [String: Int] = [:]
  private var used: Set<String> = []

  package var fieldCount: Int { isJSON ? 0 : names.count }
  /// Constants begin behind the values out of JSON, of which there are never more than this.
  package static let maximumJSONSlots = 512
  package var firstConstant: Int { fieldCount + Self.maximumJSONSlots }
  package var slotCount: Int { firstConstant + constants.count }

  package init(format: TraceFormat, names: [String], isJSON: Bool, path: String) throws {
    self.format = format
    self.names = names
    self.isJSON = isJSON
    for column in TraceColumn.allCases {
      guard let rule = format.columns[column] else { continue }
      sources[column] = try source(rule, column, path)
      if !rule.to.isEmpty { ends[column] = try end(rule, column, path) }
    }
    filters = try format.filters.compactMap { filter in
      let slots = try resolve(filter.from, label: "", path)
      return slots.isEmpty
        ? nil
        : Filter(
          source: Source(slots: slots, label: filter.from[0]),
          values: filter.values.map { Array($0.utf8) })
    }
    guard let timestamp = sources[.timestamp], !timestamp.slots.isEmpty else {
      throw missing(format.columns[.timestamp]?.from ?? ["timestamp"], .timestamp, path)
    }
  }

  /// Canonical columns that the log cannot tell.
  package var absent: [TraceColumn] {
    TraceColumn.allCases.filter { sources[$0] == nil && !$0.isRare }
  }

  /// The log's columns that no canonical one comes from.
  package var unused: [String] {
    names.filter { name in
      !used.contains(name)
        && !(isJSON && used.contains { $0.hasPrefix(name + "/") || name.hasPrefix($0 + "/") })
    }
  }

  private mutating func source(
    _ rule: TraceFormat.Column, _ column: TraceColumn, _ path: String
  ) throws -> Source? {
    if let fixed = rule.fixed {
      return Source(slots: [constant(fixed)], label: "--set " + column.name)
    }
    var slots = try resolve(rule.from, label: column.name, path)
    if slots.isEmpty, rule.isRequired { throw missing(rule.from, column, path) }
    if slots.isEmpty, !rule.to.isEmpty { return nil }
    let label = rule.from.first { used.contains($0) } ?? rule.from.first ?? column.name
    let values =
      slots.isEmpty ? [] : rule.values.map { (Array($0.log.utf8), constant($0.canonical)) }
    let otherwise = slots.isEmpty ? nil : rule.otherwise.map { constant($0) }
    if let standard = rule.standard { slots.append(constant(standard)) }
    if slots.isEmpty { return nil }
    return Source(slots: slots, values: values, otherwise: otherwise, label: label)
  }

  private mutating func end(
    _ rule: TraceFormat.Column, _ column: TraceColumn, _ path: String
  ) throws -> Source? {
    let slots = try resolve(rule.to, label: column.name, path)
    if slots.isEmpty { sources[column] = nil }
    return slots.isEmpty
      ? nil : Source(slots: slots, label: rule.to.first { used.contains($0) } ?? rule.to[0])
  }

  /// The slots of those of the columns that the log has.
  private mutating func resolve(
    _ from: [String], label: String, _ path: String
  ) throws -> [Int] {
    var slots: [Int] = []
    for name in from {
      if isJSON {
        slots.append(try jsonSlot(name, path))
      } else if let slot = try field(name, path) {
        slots.append(slot)
        used.insert(name)
      } else if let slash = name.firstIndex(of: "/"),
        let field = try field(String(name[..<slash]), path)
      {
        let rest = String(name[name.index(after: slash)...])
        slots.append(try jsonSlot(name, inside: field, rest, path))
        used.formUnion([name, String(name[..<slash])])
      }
    }
    return slots
  }

  private func field(_ name: String, _ path: String) throws -> Int? {
    guard let index = names.firstIndex(of: name) else { return nil }
    if names[(index + 1)...].contains(name) {
      throw TraceError(path: path, reason: "two columns are called '\(name)', expected one")
    }
    return index
  }

  /// JSON lines: a key of that whole name, or keys within keys.
  private mutating func jsonSlot(_ name: String, _ path: String) throws -> Int {
    used.insert(name)
    if let slot = slotOfPath[name] { return slot }
    let slot = try newSlot(name, path)
    paths.add([name], slot: slot)
    let keys = name.split(separator: "/").map(String.init)
    if keys.count > 1 { paths.add(keys, slot: slot) }
    return slot
  }

  private mutating func jsonSlot(
    _ name: String, inside field: Int, _ rest: String, _ path: String
  ) throws -> Int {
    if let slot = slotOfPath[name] { return slot }
    let slot = try newSlot(name, path)
    let index =
      jsonFields.firstIndex { $0.field == field }
      ?? {
        jsonFields.append(JSONField(field: field, paths: JSONPaths()))
        return jsonFields.count - 1
      }()
    jsonFields[index].paths.add([rest], slot: slot)
    let keys = rest.split(separator: "/").map(String.init)
    if keys.count > 1 { jsonFields[index].paths.add(keys, slot: slot) }
    return slot
  }

  private mutating func newSlot(_ name: String, _ path: String) throws -> Int {
    guard jsonSlots < Self.maximumJSONSlots else {
      throw TraceError(
        path: path, reason: "the format names more than \(Self.maximumJSONSlots) JSON values")
    }
    let slot = fieldCount + jsonSlots
    jsonSlots += 1
    slotOfPath[name] = slot
    return slot
  }

  private mutating func constant(_ text: String) -> Int {
    constants.append(Array(text.utf8))
    return firstConstant + constants.count - 1
  }

  private func missing(_ from: [String], _ column: TraceColumn, _ path: String) -> TraceError {
    let wanted = InputLog.alternatives(from.map { "'\($0)'" })
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    var text = "no column \(wanted) for \(column.name) (format \(format.name)); there are \(shown)"
    if let hint = from.lazy.compactMap({ NearestName.hint(for: $0, among: names) }).first {
      text += "\n" + hint
    }
    return TraceError(path: path, reason: text)
  }
}
