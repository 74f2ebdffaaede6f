import CostModel

/// A mapping whose keys a format table lists. Keys that it does not list are errors; a `null`
/// value counts as absent.
package struct Fields {
  package let node: YAMLNode
  package let object: FormatObject
  package let log: InputLog
  private let values: [String: YAMLNode]

  /// nil, and an error in the log, if the node is not a mapping.
  package init?(_ node: YAMLNode, as object: FormatObject, log: InputLog) {
    guard case .mapping(let entries) = node.content else {
      let keys = object.keys.prefix(3).joined(separator: ", ")
      log.add(node.place, "expected a mapping with keys like \(keys), not \(node.kind)")
      return nil
    }
    var values: [String: YAMLNode] = [:]
    for entry in entries {
      if object.keys.contains(entry.key) {
        if !entry.value.isNull { values[entry.key] = entry.value }
      } else {
        Fields.reportUnknown(entry, object, log)
      }
    }
    self.node = node
    self.object = object
    self.log = log
    self.values = values
    for field in object.fields where field.isRequired && values[field.key] == nil {
      log.add(node.place, "'\(field.key)' is missing in this \(object.name)")
    }
  }

  private static func reportUnknown(
    _ entry: YAMLNode.Entry, _ object: FormatObject, _ log: InputLog
  ) {
    if log.isLong { return log.add(entry.keyPlace, "unknown key '\(entry.key)' in \(object.name)") }
    let hint = NearestName.hint(for: entry.key, among: object.keys)
    let known = object.keys.sorted().joined(separator: ", ")
    log.add(
      entry.keyPlace, "unknown key '\(entry.key)' in \(object.name)",
      hint: hint ?? "known keys: \(known)")
  }

  package var place: Place { node.place }

  package subscript(key: String) -> YAMLNode? {
    assert(object.keys.contains(key), "'\(key)' is not in the table of \(object.name)")
    return values[key]
  }

  package func has(_ key: String) -> Bool { self[key] != nil }

  package func text(_ key: String) -> String? { self[key].flatMap(log.text) }
  package func share(_ key: String) -> Double? { self[key].flatMap(log.share) }
  package func duration(_ key: String) -> SimDuration? { self[key].flatMap(log.duration) }
  package func flag(_ key: String) -> Bool? { self[key].flatMap(log.flag) }
  package func money(_ key: String) -> MoneySum? { self[key].flatMap(log.money) }

  package func positiveDuration(_ key: String) -> SimDuration? {
    self[key].flatMap(log.positiveDuration)
  }

  package func count(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
    self[key].flatMap { log.count($0, in: range) }
  }

  package func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
    self[key].flatMap { log.number($0, in: range) }
  }

  package func choice<T: RawRepresentable & CaseIterable>(_ key: String, of type: T.Type) -> T?
  where T.RawValue == String {
    self[key].flatMap { log.choice($0, of: type) }
  }

  package func list(_ key: String) -> [YAMLNode] { self[key].flatMap(log.list) ?? [] }

  package func entries(_ key: String) -> [YAMLNode.Entry] { self[key].flatMap(log.entries) ?? [] }

  /// The mapping under a key.
  package func fields(_ key: String, as object: FormatObject) -> Fields? {
    self[key].flatMap { Fields($0, as: object, log: log) }
  }
}
