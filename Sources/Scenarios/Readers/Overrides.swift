import Support

/// Applies one `--override`: `path=value`, where the path is dotted and the value is YAML, or
/// `path*=factor`, which scales numbers. A path may hold `*` for any name, `**` for any names, and
/// `+` for a new element at the end of a list; a `+` before it lets it add names.
package struct Overrides {
  package let log: InputLog
  /// Where the catalog is kept that a factor on prices changes.
  package let files: ScenarioFiles
  /// What errors are said to be in, and which line of it this is, from 1.
  package var source = "--override"
  package var number = 1
  /// Where errors are told, if not in the text of the change itself.
  package var place: Place?

  /// The scenario with the change made. `tree` finds the inputs that a pattern or a factor means.
  package func apply(
    _ text: String, to root: YAMLNode, tree: (YAMLNode) -> ScenarioTree
  ) -> YAMLNode {
    guard let change = parse(text) else { return root }
    if change.isFactor { return scale(change, in: root, tree) }
    guard change.pattern.hasWildcard else { return set(change, in: root) }
    let known = tree(root)
    if known.inputs(matching: change.pattern).isEmpty {
      let keys = change.pattern.keys(in: root)
      if !keys.isEmpty {
        return keys.reduce(root) { root, path in
          var one = change
          one.pattern = InputPattern(parts: path)
          return set(one, in: root)
        }
      }
    }
    return inputs(change, known).reduce(root) { root, input in
      set(change.value, at: input.path[...], in: root, keyPlace: change.place) ?? root
    }
  }

  /// The same for what a scenario keeps for later (levers, shocks): only whether what it names is
  /// there. A pattern may find nothing, and what a `$name` in the path stands for is not known yet.
  package func check(
    _ text: String, in root: YAMLNode, tree: (YAMLNode) -> ScenarioTree
  ) -> YAMLNode {
    guard let change = parse(text), !change.pattern.hasWildcard,
      !change.path.contains(where: { $0.contains("$") })
    else { return root }
    guard change.isFactor else { return set(change, in: root) }
    _ = inputs(change, tree(root))
    return root
  }

  private func set(_ change: Change, in root: YAMLNode) -> YAMLNode {
    let names = OverrideNames(log: log, root: root, place: change.place, text: change.text)
    if !change.text.contains("\""), !Self.isThere(change.path, in: root) {
      log.overrideHints[change.place.line] = { quoted(change, root) }
    }
    guard change.addsNames || names.check(change.path, change.value) else { return root }
    return set(change.value, at: change.path, in: root, keyPlace: change.place) ?? root
  }

  private struct Change {
    var pattern: InputPattern
    /// The path as it was typed, without the `+` before it.
    var text: String
    var isFactor: Bool
    /// Whether names that are not there are meant to be new.
    var addsNames: Bool
    var place: Place
    var value: YAMLNode

    var path: ArraySlice<String> { pattern.parts[...] }
  }

  private func parse(_ text: String) -> Change? {
    let lines = String(repeating: "\n", count: number - 1)
    let whole = SourceFile(path: source, order: SourceFile.overrideOrder, text: lines + text)
    let place = place ?? Place(file: whole, line: number, column: 1)
    guard let equals = text.firstIndex(of: "=") else {
      log.add(place, "expected path=value, for example cache.scope=global")
      return nil
    }
    let addsNames = text.hasPrefix("+")
    let path = text[..<equals].dropFirst(addsNames ? 1 : 0)
    let (pattern, isFactor) = InputPattern.scaling(path)
    if pattern.parts.contains("") {
      log.add(place, "expected a dotted path like users.activity.cv before '='")
      return nil
    }
    guard let node = YAMLDocument.parseValue(of: whole, log: log) else { return nil }
    return Change(
      pattern: pattern, text: String(path), isFactor: isFactor, addsNames: addsNames, place: place,
      value: node)
  }

  // MARK: Inputs

  private func scale(
    _ change: Change, in root: YAMLNode, _ tree: (YAMLNode) -> ScenarioTree
  ) -> YAMLNode {
    guard let text = log.scalar(change.value, "a factor like 1.2 or 120%") else { return root }
    let isPercent = text.hasSuffix("%")
    guard
      let number = ExactDecimal(isPercent ? Quantity.trimmed(text.dropLast()) : text)?
        .shifted(by: isPercent ? -2 : 0).double, (0...1_000_000).contains(number)
    else {
      log.add(change.value.place, "expected a factor like 1.2 or 120%, not '\(text)'")
      return root
    }
    let known = tree(root)
    let settings =
      inputs(change, known).isEmpty
      ? []
      : known.inputs(scaledBy: change.pattern).map {
        InputSetting(input: $0, change: .factor(number))
      }
    var edit = InputEdit(scenario: root, catalog: known.catalog)
    edit.apply(settings, among: known.inputs)
    if let path = known.catalogPath, let catalog = edit.catalog {
      files.replace(path, with: catalog)
    }
    return edit.scenario
  }

  private func inputs(_ change: Change, _ tree: ScenarioTree) -> [ScenarioInput] {
    let found = tree.inputs(matching: change.pattern)
    if found.isEmpty {
      log.unknown(
        "number", ScenarioInput.name(change.pattern.parts), at: change.place,
        among: tree.inputs.map(\.name))
    }
    return found
  }

  // MARK: Names with dots

  /// The override with quotes around a name with dots, where one may be meant.
  private func quoted(_ change: Change, _ root: YAMLNode) -> String? {
    let parts = change.pattern.parts
    var names: Set<String> = []
    for node in [root] + files.loaded.values.map(\.node) { Self.dotted(node, into: &names) }
    let runs = parts.indices.dropLast().flatMap { start in
      (start + 2...parts.count).map { start..<$0 }
    }
    let known = runs.last { names.contains(parts[$0].joined(separator: ".")) }
    // A version: `gpt-4.1` has fallen into two parts at digits.
    let version = runs.last { run in
      run.dropFirst().allSatisfy { parts[$0].first?.isNumber == true }
        && run.dropLast().allSatisfy { parts[$0].last?.isNumber == true }
    }
    guard let run = known ?? version else { return nil }
    let name = "\"" + parts[run].joined(separator: ".") + "\""
    let path = parts[..<run.lowerBound] + [name] + parts[run.upperBound...]
    let sign = change.addsNames ? "+" : ""
    return "a name with dots is quoted: '\(sign)\(path.joined(separator: "."))=…'"
  }

  private static func dotted(_ node: YAMLNode, into names: inout Set<String>) {
    switch node.content {
    case .scalar: break
    case .sequence(let items): for item in items { dotted(item, into: &names) }
    case .mapping(let entries):
      for entry in entries {
        if entry.key.contains(".") { names.insert(entry.key) }
        dotted(entry.value, into: &names)
      }
    }
  }

  /// Whether the path leads to something, its names perhaps with dots.
  private static func isThere(_ path: ArraySlice<String>, in node: YAMLNode) -> Bool {
    if path.isEmpty { return true }
    switch node.content {
    case .scalar: return false
    case .sequence: return true
    case .mapping(let entries):
      return path.indices.contains { end in
        let key = path[...end].joined(separator: ".")
        return entries.contains { $0.key == key && isThere(path[(end + 1)...], in: $0.value) }
      }
    }
  }

  // MARK: Tree

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
    case .sequence(let items) where first == "+":
      let item = nest(value, under: path.dropFirst(), keyPlace: keyPlace)
      return YAMLNode(content: .sequence(items + [item]), place: node.place)
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
      if key == "+" { return YAMLNode(content: .sequence([inner]), place: keyPlace) }
      let entry = YAMLNode.Entry(key: key, keyPlace: keyPlace, value: inner)
      return YAMLNode(content: .mapping([entry]), place: keyPlace)
    }
  }
}
