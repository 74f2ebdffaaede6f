/// Applies `--override path=value`: the path is dotted, the value is YAML.
struct Overrides {
  let log: InputLog

  /// The scenario with all overrides applied in turn. Errors name `--override:N`, N from 1.
  func apply(_ overrides: [String], to root: YAMLNode) -> YAMLNode {
    var result = root
    for (index, text) in overrides.enumerated() {
      guard let change = parse(text, number: index + 1) else { continue }
      result = set(change.value, at: change.path[...], in: result, keyPlace: change.place) ?? result
    }
    return result
  }

  private struct Change {
    var path: [String]
    var place: Place
    var value: YAMLNode
  }

  private func parse(_ text: String, number: Int) -> Change? {
    let lines = String(repeating: "\n", count: number - 1)
    let whole = SourceFile(
      path: "--override", order: ScenarioFiles.overrideOrder, text: lines + text)
    let place = Place(file: whole, line: number, column: 1)
    guard let equals = text.firstIndex(of: "=") else {
      log.add(place, "expected path=value, for example cache.scope=global")
      return nil
    }
    let path = Self.parts(text[..<equals])
    if path.contains("") {
      log.add(place, "expected a dotted path like users.activity.cv before '='")
      return nil
    }
    guard let node = YAMLDocument.parseValue(of: whole, log: log) else { return nil }
    return Change(path: path, place: place, value: node)
  }

  /// Split at dots; `"…"` keeps the dots of a name together.
  private static func parts(_ path: Substring) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in path {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ".", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  /// Names may hold dots themselves (`llama-3.3-70b`): the longest one that exists is meant.
  private func set(
    _ value: YAMLNode, at path: ArraySlice<String>, in node: YAMLNode, keyPlace: Place
  ) -> YAMLNode? {
    guard let first = path.first else { return node.merged(with: value) }
    switch node.content {
    case .mapping(var entries):
      for length in stride(from: path.count, to: 0, by: -1) {
        let key = path.prefix(length).joined(separator: ".")
        guard let index = entries.firstIndex(where: { $0.key == key }) else { continue }
        let rest = path.dropFirst(length)
        guard
          let changed = set(value, at: rest, in: entries[index].value, keyPlace: keyPlace)
        else { return nil }
        entries[index].value = changed
        entries[index].keyPlace = keyPlace
        return YAMLNode(content: .mapping(entries), place: node.place)
      }
      let nested = nest(value, under: path.dropFirst(), keyPlace: keyPlace)
      entries.append(YAMLNode.Entry(key: first, keyPlace: keyPlace, value: nested))
      return YAMLNode(content: .mapping(entries), place: node.place)
    case .sequence(var items):
      guard let index = Int(first), items.indices.contains(index) else {
        log.add(keyPlace, "'\(first)' is not an index of a list of \(items.count), from 0")
        return nil
      }
      guard let item = set(value, at: path.dropFirst(), in: items[index], keyPlace: keyPlace)
      else { return nil }
      items[index] = item
      return YAMLNode(content: .sequence(items), place: node.place)
    case .scalar:
      return nest(value, under: path, keyPlace: keyPlace)
    }
  }

  private func nest(
    _ value: YAMLNode, under path: ArraySlice<String>, keyPlace: Place
  ) -> YAMLNode {
    path.reversed().reduce(value) { inner, key in
      let entry = YAMLNode.Entry(key: key, keyPlace: keyPlace, value: inner)
      return YAMLNode(content: .mapping([entry]), place: keyPlace)
    }
  }
}
