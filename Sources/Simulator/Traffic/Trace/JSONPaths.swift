/// The places in JSON objects whose values are wanted, as a tree of keys.
package struct JSONPaths {
  package struct Node {
    package var children: [(key: [UInt8], node: Int)] = []
    /// Where the value goes; −1 if only values below are wanted.
    package var slot = -1
  }

  package private(set) var nodes = [Node()]

  package var isEmpty: Bool { nodes.count == 1 }

  /// Adds the value under these keys, the outermost first.
  package mutating func add(_ keys: [String], slot: Int) {
    var node = 0
    for key in keys {
      let bytes = Array(key.utf8)
      if let child = nodes[node].children.first(where: { $0.key == bytes }) {
        node = child.node
      } else {
        nodes.append(Node())
        nodes[node].children.append((bytes, nodes.count - 1))
        node = nodes.count - 1
      }
    }
    nodes[node].slot = slot
  }

  /// The node below `node` for a key; nil if nothing there is wanted.
  package func child(of node: Int, _ key: Bytes) -> Int? {
    for child in nodes[node].children where key.equals(child.key) { return child.node }
    return nil
  }
}
