import CostModel

/// Reads price catalogs (docs/catalog-format.md).
struct CatalogReader {
  let log: InputLog

  /// The catalog in a file alone; every error of the file is thrown at once.
  static func read(path: String) throws(InputErrors) -> Catalog {
    let log = InputLog()
    let files = ScenarioFiles(scenario: path, allowOutside: true, log: log)
    let catalog = files.load(path).flatMap { CatalogReader(log: log).read($0) }
    try log.throwIfAny()
    return catalog ?? Catalog()
  }

  /// The catalog that a scenario names or holds.
  func catalog(at node: YAMLNode, in files: ScenarioFiles) -> Catalog? {
    guard case .scalar = node.content else { return read(node) }
    guard let name = log.text(node), let path = files.resolve(name, at: node.place),
      let root = files.load(path, namedAt: node.place)
    else { return nil }
    return read(root)
  }

  private func read(_ root: YAMLNode) -> Catalog? {
    guard let fields = Fields(root, as: CatalogFormat.catalog, log: log) else { return nil }
    let source = fields.text("source")
    let checked = fields["checked"].flatMap { log.date($0) }
    var catalog = Catalog()
    var owners: [String: String] = [:]
    for entry in fields.entries("models") {
      guard var model = model(entry) else { continue }
      for index in model.prices.indices {
        model.prices[index].source = model.prices[index].source ?? source
        model.prices[index].checked = model.prices[index].checked ?? checked
      }
      if isFree(entry, model, &owners) { catalog.add(model) }
    }
    if let node = fields["models"], catalog.models.isEmpty {
      log.add(node.place, "expected at least one model")
    }
    return catalog
  }

  /// Whether no other model has one of these names; says so otherwise.
  private func isFree(
    _ entry: YAMLNode.Entry, _ model: Model, _ owners: inout [String: String]
  ) -> Bool {
    var isFree = true
    var places = [(entry.key, entry.keyPlace)]
    if let aliases = entry.value["aliases"], case .sequence(let nodes) = aliases.content {
      places += zip(model.aliases, nodes).map { ($0, $1.place) }
    }
    for (name, place) in places {
      if let owner = owners.updateValue(model.name, forKey: name) {
        let whose = owner == model.name ? "this model" : "'\(owner)'"
        log.add(place, "the name '\(name)' is already taken by \(whose)")
        isFree = false
      }
    }
    return isFree
  }

  private func model(_ entry: YAMLNode.Entry) -> Model? {
    guard let fields = Fields(entry.value, as: CatalogFormat.model, log: log) else { return nil }
    var model = Model(name: entry.key, provider: fields.text("provider") ?? "")
    model.aliases = fields["aliases"].map { log.texts($0).map(\.text) } ?? []
    model.contextWindow = fields.count("context_window", in: 1...1_000_000_000)
    model.maxOutputTokens = fields.count("max_output_tokens", in: 1...1_000_000_000)
    model.latency = fields["latency"].flatMap(latency)
    model.capabilities = fields["capabilities"].map { log.texts($0).map(\.text) } ?? []
    model.deprecated = fields["deprecated"].flatMap { log.date($0) }
    model.prices = prices(fields)
    return model
  }

  private func latency(_ node: YAMLNode) -> ClosedRange<SimDuration>? {
    func duration(_ value: Double) -> SimDuration { SimDuration(microseconds: Int64(value)) }
    switch DistributionReader(log: log, unit: .microseconds).read(node) {
    case .fixed(let value): return duration(value)...duration(value)
    case .uniform(let low, let high): return duration(low)...duration(high)
    case nil: return nil
    case .lognormal, .histogram:
      log.add(node.place, "expected a duration or a range like 500ms..1000ms")
      return nil
    }
  }

  private func prices(_ fields: Fields) -> [PriceSheet] {
    let sheets = PriceSheetReader(log: log)
    let own = fields.object.keys.filter { key in
      fields.has(key)
        && (key == "effective_from" || CatalogFormat.sheetFields.contains { $0.key == key })
    }
    guard let node = fields["prices"] else {
      // A source or a date alone is not a price.
      guard own.contains(where: { !["source", "checked", "assumption"].contains($0) }) else {
        return []
      }
      return [sheets.read(fields)]
    }
    if let key = own.first, let place = fields[key]?.place {
      log.add(place, "'\(key)' and 'prices' exclude each other")
    }
    var result: [PriceSheet] = []
    for item in log.list(node) ?? [] {
      guard let fields = Fields(item, as: CatalogFormat.sheet, log: log) else { continue }
      let sheet = sheets.read(fields)
      if let last = result.last, sheet.effectiveFrom <= last.effectiveFrom {
        log.add(
          fields["effective_from"]?.place ?? item.place,
          "expected price sheets in ascending order of 'effective_from'")
      }
      result.append(sheet)
    }
    return result
  }

  // MARK: Overlay

  /// Prices that a scenario states itself, in place of the catalog's.
  func overlay(_ entries: [YAMLNode.Entry], on catalog: inout Catalog) {
    let models = ModelNames(catalog: catalog, log: log)
    for entry in entries {
      guard let fields = Fields(entry.value, as: ScenarioFormat.priceOverlay, log: log),
        let id = models.id(entry.key, at: entry.keyPlace)
      else { continue }
      var sheets = catalog[id].prices
      if sheets.isEmpty { sheets = [PriceSheet()] }
      for index in sheets.indices { PriceSheetReader(log: log).read(fields, into: &sheets[index]) }
      catalog[id].prices = sheets
    }
  }
}
