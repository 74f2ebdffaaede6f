import Support

/// The trees of a scenario and of its catalog while inputs are changed in them.
package struct InputEdit {
  package var scenario: YAMLNode
  package var catalog: YAMLNode?

  /// Makes all changes; shares that must add up to 100 % with a changed one are scaled.
  package mutating func apply(_ settings: [InputSetting], among inputs: [ScenarioInput]) {
    for setting in balanced(settings, among: inputs) {
      if setting.input.isUsers {
        setUsers(setting.change)
        continue
      }
      for location in setting.input.locations {
        edit(location) { node in
          switch setting.change {
          case .value:
            let text = setting.input.kind.text(setting.value)
            return YAMLNode(content: .scalar(text, plain: true), place: node.place)
          case .factor(let factor):
            return Self.scaled(node, by: factor, as: setting.input.kind)
          }
        }
      }
    }
  }

  private mutating func edit(
    _ location: ScenarioInput.Location, _ body: (YAMLNode) -> YAMLNode
  ) {
    switch location.document {
    case .scenario: scenario = scenario.replacing(location.keys[...], body)
    case .catalog: catalog = catalog?.replacing(location.keys[...], body)
    }
  }

  private mutating func setUsers(_ change: InputSetting.Change) {
    scenario = scenario.replacing(["plans"]) { node in
      switch change {
      case .value(let users):
        let plan = YAMLNode(
          content: .scalar(InputKind.count.text(users), plain: true), place: node.place)
        return YAMLNode(content: .sequence([plan]), place: node.place)
      case .factor(let factor):
        guard case .sequence(let plans) = node.content else { return node }
        let scaled = plans.map { plan in
          plan["users"] == nil
            ? Self.scaled(plan, by: factor, as: .count)
            : plan.replacing(["users"]) { Self.scaled($0, by: factor, as: .count) }
        }
        return YAMLNode(content: .sequence(scaled), place: node.place)
      }
    }
  }

  /// A number, both ends of `LOW..HIGH`, or every figure of a range, times so much.
  private static func scaled(_ node: YAMLNode, by factor: Double, as kind: InputKind) -> YAMLNode {
    switch node.content {
    case .sequence: return node
    case .mapping(let entries):
      let scaled = entries.map { entry in
        var entry = entry
        if entry.key != "cv" { entry.value = Self.scaled(entry.value, by: factor, as: kind) }
        return entry
      }
      return YAMLNode(content: .mapping(scaled), place: node.place)
    case .scalar(let text, _):
      func scaled(_ text: String) -> String {
        InputKind.parse(text, as: [kind.format]).map { $0.kind.text($0.value * factor) } ?? text
      }
      let changed =
        Quantity.range(text).map { scaled($0.low) + ".." + scaled($0.high) } ?? scaled(text)
      return YAMLNode(content: .scalar(changed, plain: true), place: node.place)
    }
  }

  // MARK: Shares

  private func balanced(
    _ settings: [InputSetting], among inputs: [ScenarioInput]
  ) -> [InputSetting] {
    let groups = Set(settings.compactMap(\.input.group))
    guard !groups.isEmpty else { return settings }
    var result = settings.filter { $0.input.group == nil }
    for group in groups.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let changed = settings.filter { $0.input.group == group }
      let others = inputs.filter { input in
        input.group == group && !changed.contains { $0.input.path == input.path }
      }
      let taken = changed.reduce(0) { $0 + $1.value }
      let left = others.reduce(0) { $0 + $1.value }
      if taken <= 1, left > 0 {
        result += changed
        result += others.map { InputSetting(input: $0, change: .factor((1 - taken) / left)) }
      } else if taken > 0 {
        result += changed.map { InputSetting(input: $0.input, change: .value($0.value / taken)) }
        result += others.map { InputSetting(input: $0, change: .value(0)) }
      } else {
        result += changed
      }
    }
    return result
  }
}

extension YAMLNode {
  /// The value under these keys (indices of lists) changed; nothing where there is none.
  fileprivate func replacing(
    _ keys: ArraySlice<String>, _ body: (YAMLNode) -> YAMLNode
  ) -> YAMLNode {
    guard let key = keys.first else { return body(self) }
    switch content {
    case .scalar: return self
    case .sequence(var items):
      guard let index = Int(key), items.indices.contains(index) else { return self }
      items[index] = items[index].replacing(keys.dropFirst(), body)
      return YAMLNode(content: .sequence(items), place: place)
    case .mapping(var entries):
      guard let index = entries.firstIndex(where: { $0.key == key }) else { return self }
      entries[index].value = entries[index].value.replacing(keys.dropFirst(), body)
      return YAMLNode(content: .mapping(entries), place: place)
    }
  }
}

extension InputKind {
  /// How such a value is read again.
  package var format: FormatKind {
    switch self {
    case .count: .count
    case .number: .number
    case .share: .share
    case .duration: .duration
    case .money: .money
    case .price: .price
    }
  }
}
