import CostModel
import Support

/// The names behind the dense numbers of a log's rows. Ids follow the order of first appearance in
/// the file, so no result may depend on them.
///
/// Each piece of a log numbers its names for itself; `absorb` gives those of one piece after the
/// other their numbers in the whole log.
package struct TraceSymbols: Sendable {
  /// A piece's numbers as the log's.
  package struct Numbers {
    package var users: [UInt32] = []
    package var models: [UInt32] = []
    package var kinds: [UInt32] = []
  }

  /// A combination of attributes: those of another node and one more.
  private struct Node {
    var parent: UInt32
    var attribute: Attribute
    var value: UInt32
    /// The kind with just these attributes, + 1; 0: none.
    var kind: UInt32 = 0
  }

  package private(set) var users = SymbolTable()
  package private(set) var models = SymbolTable()
  /// The combinations of attributes that were absorbed; `TraceRow.kind` is an index.
  package private(set) var kinds: [CallAttributes] = []

  private var values = SymbolTable()
  /// Whether the pieces' names are guarded against spreadsheets; they are absorbed as they were.
  package var isGuarded = false
  /// (Node, attribute and value) → number of the node that they make, from 1; 0 has no attributes.
  private var branches = WordTable()
  private var nodes = [Self.root]
  /// By value: the node of it alone, for the attribute that most rows begin with; 0: none.
  private var roots: [UInt32] = []
  private var rootAttribute: Attribute?
  /// By kind.
  private var nodeOfKind: [UInt32] = []
  /// The attributes of the row at hand so far; 0: none.
  package private(set) var node: UInt32 = 0

  /// Marks the numbers of users that are a piece's own; all others are the log's.
  package static let isOwn: UInt32 = 1 << 31

  private static let root = Node(parent: 0, attribute: .task, value: 0)

  /// nil if a new name is not UTF-8.
  package mutating func user(_ name: Bytes) -> UInt32? { users.intern(name) }

  package mutating func model(_ name: Bytes) -> UInt32? { models.intern(name) }

  /// Begins the attributes of a row, or goes on where it was left.
  @inline(__always)
  package mutating func beginKind(at node: UInt32 = 0) { self.node = node }

  /// The row's next attribute; false if it is not UTF-8.
  package mutating func set(_ attribute: Attribute, _ value: Bytes) -> Bool {
    guard let id = values.intern(value) else { return false }
    step(attribute, id)
    return true
  }

  /// The row's next attribute if its value is known and short; else false.
  @inline(__always)
  package mutating func setKnown(
    _ attribute: Attribute, _ base: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    guard let id = values.find(base, count) else { return false }
    if node == 0, attribute == rootAttribute, Int(id) < roots.count, roots[Int(id)] > 0 {
      node = roots[Int(id)]
    } else {
      step(attribute, id)
    }
    return true
  }

  private mutating func step(_ attribute: Attribute, _ value: UInt32) {
    let key = UInt64(attribute.rawValue) &<< 32 | UInt64(value)
    let isRoot = node == 0
    let (place, id) = branches.find(UInt64(node), key, 0)
    node = (id ?? addNode(attribute, value, key, place)) + 1
    guard isRoot, attribute == rootAttribute ?? attribute else { return }
    rootAttribute = attribute
    while roots.count <= Int(value) { roots.append(0) }
    roots[Int(value)] = node
  }

  private mutating func addNode(
    _ attribute: Attribute, _ value: UInt32, _ key: UInt64, _ place: Int
  ) -> UInt32 {
    nodes.append(Node(parent: node, attribute: attribute, value: value))
    return branches.add(UInt64(node), key, 0, at: place)
  }

  /// The id of the row's combination of attributes.
  @inline(__always)
  package mutating func kind() -> UInt32 { kind(of: node) }

  @inline(__always)
  package mutating func kind(of node: UInt32) -> UInt32 {
    let known = nodes[Int(node)].kind
    return known > 0 ? known &- 1 : addKind(node)
  }

  @inline(never)
  private mutating func addKind(_ node: UInt32) -> UInt32 {
    nodeOfKind.append(node)
    nodes[Int(node)].kind = UInt32(nodeOfKind.count)
    return UInt32(nodeOfKind.count - 1)
  }

  package mutating func removeAll() {
    users.removeAll()
    models.removeAll()
    kinds.removeAll()
    values.removeAll()
    branches.removeAll()
    nodes.removeSubrange(1...)
    nodes[0].kind = 0
    roots.removeAll(keepingCapacity: true)
    rootAttribute = nil
    nodeOfKind.removeAll(keepingCapacity: true)
  }

  // MARK: Pieces

  /// Adds the names of a piece of the log to those of all pieces before.
  package mutating func absorb(_ piece: TraceSymbols) -> Numbers {
    var numbers = Numbers()
    numbers.users = Self.absorb(piece.users, into: &users, isGuarded)
    numbers.models = Self.absorb(piece.models, into: &models, isGuarded)
    let values = Self.absorb(piece.values, into: &values, isGuarded)
    for last in piece.nodeOfKind {
      let path = piece.path(to: last)
      beginKind()
      for node in path { step(node.attribute, values[Int(node.value)]) }
      numbers.kinds.append(kind())
      if nodeOfKind.count > kinds.count { kinds.append(attributes(of: node)) }
    }
    return numbers
  }

  private static func absorb(
    _ piece: SymbolTable, into table: inout SymbolTable, _ isGuarded: Bool
  ) -> [UInt32] {
    (0..<piece.count).map { id in
      // A piece's names have been seen to be UTF-8.
      piece.withBytes(UInt32(id)) { name in
        guard isGuarded, name.first == UInt8(ascii: "'") else { return table.intern(name) }
        var bare = SpreadsheetGuard.bare(String(decoding: name, as: UTF8.self))
        return bare.withUTF8 { table.intern($0) }
      } ?? 0
    }
  }

  /// The nodes from the first attribute to a combination's last.
  private func path(to last: UInt32) -> [Node] {
    var path: [Node] = []
    var node = last
    while node > 0 {
      path.append(nodes[Int(node)])
      node = nodes[Int(node)].parent
    }
    return path.reversed()
  }

  /// Combinations of attributes that occur, absorbed or not.
  package var kindCount: Int { nodeOfKind.count }

  /// - Parameter isGuarded: whether the names still are.
  package func attributes(ofKind kind: Int, isGuarded: Bool) -> CallAttributes {
    attributes(of: nodeOfKind[kind], isGuarded: isGuarded)
  }

  private func attributes(of last: UInt32, isGuarded: Bool = false) -> CallAttributes {
    var attributes = CallAttributes()
    for node in path(to: last) {
      let value = values.name(node.value)
      attributes[node.attribute] = isGuarded ? SpreadsheetGuard.bare(value) : value
    }
    return attributes
  }
}
