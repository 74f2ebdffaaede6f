import Support

/// Whether the names on an override's path are there: workloads, variants, cache classes, alerts and
/// all else that an author has named. A key that the format knows need not be stated; a name that
/// nobody has given is a slip, unless a new one is asked for (`+workloads.pdf.volume=10`).
package struct OverrideNames {
  package let log: InputLog
  /// The scenario before the change.
  package let root: YAMLNode
  /// Where the override stands.
  package let place: Place
  /// The override's path as it was typed.
  package let text: String

  /// Tells the names that are not there; false if there are any.
  package func check(_ path: ArraySlice<String>, _ value: YAMLNode) -> Bool {
    check(path, value, in: root, as: .object(ScenarioFormat.scenario.name), names: nil)
  }

  private func check(
    _ path: ArraySlice<String>, _ value: YAMLNode, in node: YAMLNode?, as kind: FormatKind,
    names: String?
  ) -> Bool {
    let kinds = kind.alternatives
    guard let first = path.first else { return check(value, over: node, as: kind, names: names) }
    if let element = kinds.lazy.compactMap(\.element).first, isIndex(first, of: node) {
      return check(path.dropFirst(), value, in: item(first, of: node), as: element, names: nil)
    }
    if let object = kinds.lazy.compactMap(\.objectName).first {
      guard !isFile(node, object) else { return false }
      guard let field = InputWalk.objects[object]?.fields.first(where: { $0.key == first }) else {
        return true
      }
      return check(
        path.dropFirst(), value, in: node?[first], as: field.kind, names: field.names)
    }
    guard let inner = kinds.lazy.compactMap(\.mapValue).first else { return true }
    let known = knownNames(of: node, names)
    // Names may hold dots themselves: the longest one that is known is meant.
    for length in stride(from: path.count, to: 0, by: -1) {
      let name = path.prefix(length).joined(separator: ".")
      guard known.contains(name) else { continue }
      return check(path.dropFirst(length), value, in: node?[name], as: inner, names: nil)
    }
    guard let names else { return true }
    return refuse(first, names, among: known)
  }

  /// What a mapping adds to one that is there; where there is none, all its names are meant.
  private func check(
    _ value: YAMLNode, over node: YAMLNode?, as kind: FormatKind, names: String?
  ) -> Bool {
    guard case .mapping(let entries) = value.content, let node, case .mapping = node.content else {
      return true
    }
    let kinds = kind.alternatives
    if let object = kinds.lazy.compactMap(\.objectName).first {
      let fields = InputWalk.objects[object]?.fields ?? []
      return entries.allSatisfy { entry in
        fields.first { $0.key == entry.key }.map {
          check(entry.value, over: node[entry.key], as: $0.kind, names: $0.names)
        } ?? true
      }
    }
    guard let inner = kinds.lazy.compactMap(\.mapValue).first else { return true }
    let known = knownNames(of: node, names)
    return entries.allSatisfy { entry in
      if let names, !known.contains(entry.key) { return refuse(entry.key, names, among: known) }
      return check(entry.value, over: node[entry.key], as: inner, names: nil)
    }
  }

  // MARK: What is there

  private func isIndex(_ key: String, of node: YAMLNode?) -> Bool {
    if case .sequence = node?.content { return true }
    return key == "+"
  }

  private func item(_ key: String, of node: YAMLNode?) -> YAMLNode? {
    guard case .sequence(let items) = node?.content, let index = Int(key),
      items.indices.contains(index)
    else { return nil }
    return items[index]
  }

  /// The keys of a mapping, and the tiers and cache classes that calls name without saying more.
  private func knownNames(of node: YAMLNode?, _ names: String?) -> Set<String> {
    var known: Set<String> = []
    if case .mapping(let entries) = node?.content { known = Set(entries.map(\.key)) }
    switch names {
    case "tier": known.formUnion(Self.values(of: "tier", in: root).union(["standard"]))
    case "cache class": known.formUnion(Self.values(of: "cache_class", in: root))
    default: break
    }
    return known
  }

  /// Every text under that key, however deep.
  private static func values(of key: String, in node: YAMLNode) -> Set<String> {
    switch node.content {
    case .scalar: return []
    case .sequence(let items):
      return items.reduce(into: []) { $0.formUnion(values(of: key, in: $1)) }
    case .mapping(let entries):
      return entries.reduce(into: []) { found, entry in
        if entry.key == key, case .scalar(let text, _) = entry.value.content {
          found.insert(text)
        } else {
          found.formUnion(values(of: key, in: entry.value))
        }
      }
    }
  }

  // MARK: What is wrong

  private func refuse(_ name: String, _ what: String, among known: Set<String>) -> Bool {
    let near = NearestName.hint(for: name, among: Array(known)).map { $0 + " A new one" }
    let listed =
      known.isEmpty ? "there is none" : "known: " + known.sorted().joined(separator: ", ")
    log.add(
      place, "unknown \(what) '\(name)'",
      hint: (near ?? listed + "; a new one") + " is asked for with '+\(text)=…'")
    return false
  }

  /// A catalog or policy in a file of its own is not part of what an override changes.
  private func isFile(_ node: YAMLNode?, _ object: String) -> Bool {
    guard [CatalogFormat.catalog.name, PolicyFormat.policy.name].contains(object), let node,
      case .scalar(let file, _) = node.content, !node.isNull
    else { return false }
    log.add(
      place, "the \(object) is the file '\(file)', whose values no override changes",
      hint: object == PolicyFormat.policy.name
        ? "give the rules in its place, or another file"
        : "prices are changed with 'prices.MODEL.input=…'")
    return true
  }
}
