/// A piece of YAML that knows where it stands, after aliases and `extends` are resolved.
package struct YAMLNode: Sendable {
  package indirect enum Content: Sendable {
    /// `plain`: not quoted, so `null` and `~` mean nothing.
    case scalar(String, plain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }
  package struct Entry: Sendable {
    package var key: String
    package var keyPlace: Place
    package var value: YAMLNode

    package init(key: String, keyPlace: Place, value: YAMLNode) {
      self.key = key
      self.keyPlace = keyPlace
      self.value = value
    }
  }

  package var content: Content
  package var place: Place

  package init(content: Content, place: Place) {
    self.content = content
    self.place = place
  }

  /// The value under a key of a mapping.
  package subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// `null`, `~` or nothing at all.
  package var isNull: Bool {
    if case .scalar(let text, plain: true) = content { return ["", "~", "null"].contains(text) }
    return false
  }

  /// For messages: what kind of thing this is.
  package var kind: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "'\(text.prefix(60))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// A mapping without that key.
  package func without(_ key: String) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    return YAMLNode(content: .mapping(entries.filter { $0.key != key }), place: place)
  }

  /// This with what `other` says in its place: mappings key by key, all else whole.
  package func merged(with other: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = content, case .mapping(let changes) = other.content else {
      return other
    }
    var places: [String: Int] = [:]
    for (place, entry) in entries.enumerated() { places[entry.key] = place }
    for change in changes {
      if let index = places[change.key] {
        entries[index].value = entries[index].value.merged(with: change.value)
        entries[index].keyPlace = change.keyPlace
      } else {
        entries.append(change)
      }
    }
    return YAMLNode(content: .mapping(entries), place: other.place)
  }
}
