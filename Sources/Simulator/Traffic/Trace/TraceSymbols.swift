import CostModel

/// The names behind the dense numbers of a log's rows. Ids follow the order of first appearance in
/// the file, so no result may depend on them.
struct TraceSymbols: Sendable {
  private(set) var users = SymbolTable()
  private(set) var models = SymbolTable()
  /// The combinations of attributes that occur; `TraceRow.kind` is an index.
  private(set) var kinds: [CallAttributes] = []

  private var values = SymbolTable()
  private var kindKeys = SymbolTable()
  private var key: [UInt32] = Array(repeating: 0, count: Attribute.allCases.count)

  /// nil if a new name is not UTF-8.
  mutating func user(_ name: Bytes) -> UInt32? { Self.intern(name, in: &users) }

  mutating func model(_ name: Bytes) -> UInt32? { Self.intern(name, in: &models) }

  /// Begins the attributes of a row.
  mutating func beginKind() {
    for index in key.indices { key[index] = 0 }
  }

  /// An attribute of the row; false if it is not UTF-8.
  mutating func set(_ attribute: Attribute, _ value: Bytes) -> Bool {
    guard let id = Self.intern(value, in: &values) else { return false }
    key[attribute.rawValue] = id + 1
    return true
  }

  /// The id of the row's combination of attributes.
  mutating func kind() -> UInt32 {
    let (id, isNew) = key.withUnsafeBytes { kindKeys.intern($0.bindMemory(to: UInt8.self)) }
    if isNew {
      var attributes = CallAttributes()
      for attribute in Attribute.allCases where key[attribute.rawValue] > 0 {
        attributes[attribute] = values.name(key[attribute.rawValue] - 1)
      }
      kinds.append(attributes)
    }
    return id
  }

  private static func intern(_ name: Bytes, in table: inout SymbolTable) -> UInt32? {
    let (id, isNew) = table.intern(name)
    if isNew, String(validating: name, as: UTF8.self) == nil {
      table.removeLast()
      return nil
    }
    return id
  }
}
