import Support

/// Finds the numbers that a scenario states, by the tables of its keys, and takes the most likely
/// value where one carries a range.
package struct InputWalk {
  /// What a number belongs to: how the user names it, and where it stands.
  private struct Site {
    var path: [String]
    var document = ScenarioInput.Document.scenario
    var keys: [String]
    var group: [String]?

    func entering(_ key: String) -> Site {
      Site(path: path + [key], document: document, keys: keys + [key], group: nil)
    }
  }

  package let log: InputLog
  package private(set) var inputs: [ScenarioInput] = []

  package init(log: InputLog) { self.log = log }

  /// Names, definitions, and figures that only reports show: not inputs.
  package static let passed: Set = [
    "name", "title", "extends", "period", "seed", "plans", "catalog", "compare_catalog", "policy",
    "currency", "replay", "chains", "regions",
    "alerts", "tables", "performance_hours", "assumptions", "published", "forecast", "levers",
    "shocks", "capacity", "thresholds",
    "selection",
    "hours", "weekdays", "histogram", "context_window", "max_output_tokens",
    "temperature", "detect",
  ]

  /// What `check` judges by is no input; what the budget does at its lines is.
  private static func isPassed(_ key: String, of object: FormatObject) -> Bool {
    passed.contains(key) && !(key == "thresholds" && object.name == ScenarioFormat.budget.name)
  }

  package static let objects: [String: FormatObject] = Dictionary(
    (ScenarioFormat.file.objects + CatalogFormat.file.objects).map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first })

  /// The mappings in which a number may carry a range: all that the walk reaches.
  package static let objectsWithInputs: Set<String> = {
    var reached: Set = [ScenarioFormat.scenario.name]
    var open = [ScenarioFormat.scenario]
    while let object = open.popLast() {
      for field in object.fields where !isPassed(field.key, of: object) {
        for name in field.kind.objectNames where reached.insert(name).inserted {
          if let inner = objects[name] { open.append(inner) }
        }
      }
    }
    return reached
  }()

  /// The scenario without ranges; its inputs are added.
  package mutating func resolve(_ root: YAMLNode) -> YAMLNode {
    addUsers(root)
    return resolve(root, as: ScenarioFormat.scenario, at: Site(path: [], keys: []))
  }

  private mutating func addUsers(_ root: YAMLNode) {
    guard case .sequence(let plans) = root["plans"]?.content, let first = plans.first else {
      return
    }
    guard case .scalar(let text, _) = (first["users"] ?? first).content,
      let (kind, value) = InputKind.parse(text, as: [.count])
    else { return }
    inputs.append(
      ScenarioInput(
        path: ScenarioInput.usersPath,
        locations: [ScenarioInput.Location(document: .scenario, keys: ["plans"])], kind: kind,
        value: value))
  }

  // MARK: Nodes

  private mutating func resolve(
    _ node: YAMLNode, as object: FormatObject, at site: Site
  ) -> YAMLNode {
    guard case .mapping(var entries) = node.content else { return node }
    for index in entries.indices {
      let key = entries[index].key
      guard !Self.isPassed(key, of: object),
        let field = object.fields.first(where: { $0.key == key })
      else { continue }
      var inner = site.entering(key)
      if key == "share" { inner.group = Array(site.path.dropLast()) }
      entries[index].value = resolve(entries[index].value, as: field.kind, at: inner)
    }
    return YAMLNode(content: .mapping(entries), place: node.place)
  }

  private mutating func resolve(
    _ node: YAMLNode, as kind: FormatKind, at site: Site
  ) -> YAMLNode {
    let kinds = kind.alternatives
    switch node.content {
    case .scalar(let text, _):
      if !node.isNull { add(text, as: kinds, at: site) }
      return node
    case .sequence(let items):
      guard let element = kinds.lazy.compactMap(\.element).first else { return node }
      let resolved = items.enumerated().map {
        resolve($0.element, as: element, at: site.entering(String($0.offset)))
      }
      return YAMLNode(content: .sequence(resolved), place: node.place)
    case .mapping(let entries):
      if RangeReader.isRange(node) { return addRange(node, as: kinds, at: site) }
      if let object = kinds.lazy.compactMap(\.objectName).first.flatMap({ Self.objects[$0] }) {
        return resolve(node, as: object, at: site)
      }
      guard let value = kinds.lazy.compactMap(\.mapValue).first else { return node }
      let resolved = entries.map { entry in
        var entry = entry
        var inner = site.entering(entry.key)
        if case .share = value { inner.group = site.path }
        entry.value = resolve(entry.value, as: value, at: inner)
        return entry
      }
      return YAMLNode(content: .mapping(resolved), place: node.place)
    }
  }

  private mutating func add(_ text: String, as kinds: [FormatKind], at site: Site) {
    if let ends = Quantity.range(text) {
      guard let low = InputKind.parse(ends.low, as: kinds),
        let high = InputKind.parse(ends.high, as: kinds), low.kind == high.kind
      else { return }
      add(low.kind, value: 0.5 * (low.value + high.value), isSpan: true, at: site)
    } else if let (kind, value) = InputKind.parse(text, as: kinds) {
      add(kind, value: value, at: site)
    }
  }

  private mutating func add(
    _ kind: InputKind, value: Double, isSpan: Bool = false, law: InputLaw? = nil, at site: Site
  ) {
    let location = ScenarioInput.Location(document: site.document, keys: site.keys)
    inputs.append(
      ScenarioInput(
        path: site.path, locations: [location], kind: kind, value: value, isSpan: isSpan, law: law,
        group: site.group))
  }

  private mutating func addRange(
    _ node: YAMLNode, as kinds: [FormatKind], at site: Site
  ) -> YAMLNode {
    guard let range = RangeReader(log: log, kinds: kinds).read(node) else {
      // Its error has been told; some number in its place keeps the reader from telling another.
      return YAMLNode(
        content: .scalar(firstNumber(in: node, kinds), plain: true), place: node.place)
    }
    add(range.kind, value: range.value, law: range.law, at: site)
    return YAMLNode(content: .scalar(range.likely, plain: true), place: node.place)
  }

  private func firstNumber(in node: YAMLNode, _ kinds: [FormatKind]) -> String {
    switch node.content {
    case .scalar(let text, _): return InputKind.parse(text, as: kinds) == nil ? "0" : text
    case .sequence: return "0"
    case .mapping(let entries):
      return entries.lazy.map { firstNumber(in: $0.value, kinds) }.first { $0 != "0" } ?? "0"
    }
  }

  // MARK: Catalog

  /// Prices and latencies of the catalog that the scenario does not state itself. An inline one
  /// stands in the scenario's own file.
  package mutating func addCatalog(_ catalog: YAMLNode, of root: YAMLNode, isInline: Bool) {
    guard case .mapping(let models) = catalog["models"]?.content else { return }
    let stated = inputs
    let hasLatency = root["models"]?["default"]?["latency"] != nil
    for model in models {
      var walk = InputWalk(log: InputLog())
      walk.addSheets(of: model)
      let names = model.names
      for input in walk.inputs {
        // A stated latency stands in place of all that the catalog says of it.
        let isLatency =
          input.path.count > 2 && input.path[0] == "models" && input.path[2] == "latency"
        if isLatency, hasLatency { continue }
        let isStated = stated.contains { other in
          guard other.path.count > 2, other.path[0] == input.path[0],
            names.contains(other.path[1])
          else { return false }
          return isLatency ? other.path[2] == "latency" : other.path[2...] == input.path[2...]
        }
        if isStated { continue }
        inputs.append(input)
        guard isInline else { continue }
        inputs[inputs.count - 1].locations = input.locations.map {
          ScenarioInput.Location(document: .scenario, keys: ["catalog"] + $0.keys)
        }
      }
    }
  }

  private mutating func addSheets(of model: YAMLNode.Entry) {
    let keys = ["models", model.key]
    if let latency = model.value["latency"] {
      let site = Site(path: keys + ["latency"], document: .catalog, keys: keys + ["latency"])
      _ = resolve(
        latency, as: .either([.duration, .object(CatalogFormat.latency.name)]), at: site)
    }
    let path = ["prices", model.key]
    guard case .sequence(let sheets) = model.value["prices"]?.content else {
      let sheet = FormatObject(name: "", summary: "", fields: CatalogFormat.sheetFields)
      _ = resolve(model.value, as: sheet, at: Site(path: path, document: .catalog, keys: keys))
      return
    }
    for (number, sheet) in sheets.enumerated() {
      var walk = InputWalk(log: log)
      let site = Site(path: path, document: .catalog, keys: keys + ["prices", String(number)])
      _ = walk.resolve(sheet, as: CatalogFormat.sheet, at: site)
      for input in walk.inputs {
        guard let known = inputs.firstIndex(where: { $0.path == input.path }) else {
          inputs.append(input)
          continue
        }
        inputs[known].locations += input.locations
        if inputs[known].value != input.value { inputs[known].isSpan = true }
      }
    }
  }
}

extension YAMLNode.Entry {
  /// A catalog model's own name and its aliases.
  fileprivate var names: Set<String> {
    guard case .sequence(let aliases) = value["aliases"]?.content else { return [key] }
    return Set(
      aliases.compactMap { alias in
        if case .scalar(let name, _) = alias.content { return name }
        return nil
      } + [key])
  }
}

extension FormatKind {
  /// What may stand there, one by one.
  package var alternatives: [FormatKind] {
    if case .either(let kinds) = self { return kinds.flatMap(\.alternatives) }
    return [self]
  }

  /// The mappings that may stand there, or below names and in lists.
  fileprivate var objectNames: [String] {
    switch self {
    case .object(let name): [name]
    case .list(let kind), .map(let kind): kind.objectNames
    case .either(let kinds): kinds.flatMap(\.objectNames)
    default: []
    }
  }

  package var element: FormatKind? {
    if case .list(let kind) = self { return kind }
    return nil
  }

  package var objectName: String? {
    if case .object(let name) = self { return name }
    return nil
  }

  package var mapValue: FormatKind? {
    if case .map(let kind) = self { return kind }
    return nil
  }
}
