import CostModel
import Support

/// Reads price catalogs (docs/catalog-format.md).
package struct CatalogReader {
  package let log: InputLog

  package init(log: InputLog) {
    self.log = log
  }

  /// The catalog in a file alone; every error of the file is thrown at once.
  package static func read(path: String) throws(InputErrors) -> Catalog {
    let log = InputLog()
    let files = ScenarioFiles(scenario: path, allowOutside: true, log: log)
    let catalog = files.load(path).flatMap {
      CatalogReader(log: log).read($0, in: files, chain: [files.identity(path)])
    }
    try log.throwIfAny()
    return catalog ?? Catalog()
  }

  /// The catalog that a scenario names or holds.
  package func catalog(at node: YAMLNode, in files: ScenarioFiles) -> Catalog? {
    guard case .scalar = node.content else { return read(node, in: files, chain: []) }
    return catalog(namedBy: node, in: files, chain: [])
  }

  private func catalog(
    namedBy node: YAMLNode, in files: ScenarioFiles, chain: [String]
  ) -> Catalog? {
    guard let name = log.text(node), let path = files.resolve(name, at: node.place) else {
      return nil
    }
    let identity = files.identity(path)
    if chain.contains(identity) {
      log.add(node.place, "'extends' goes round in a circle: '\(name)' is already being read")
      return nil
    }
    guard chain.count < InputLimit.extendsDepth.value else {
      log.add(node.place, InputLimit.extendsDepth.exceeded(by: "files extend each other"))
      return nil
    }
    return files.load(path, namedAt: node.place).flatMap {
      read($0, in: files, chain: chain + [identity])
    }
  }

  private func read(_ root: YAMLNode, in files: ScenarioFiles, chain: [String]) -> Catalog? {
    guard let fields = Fields(root, as: CatalogFormat.catalog, log: log) else { return nil }
    var catalog = Catalog()
    if let base = fields["extends"] {
      guard let read = self.catalog(namedBy: base, in: files, chain: chain) else { return nil }
      catalog = read
    } else if fields["models"] == nil {
      log.add(root.place, "'models' is missing in this catalog")
    }
    catalog.name = fields.text("name") ?? catalog.name
    catalog.source = fields.text("source")
    catalog.checked = fields["checked"].flatMap { log.date($0) }
    read(fields.entries("models"), into: &catalog)
    if let node = fields["models"], catalog.models.isEmpty {
      log.add(node.place, "expected at least one model")
    }
    return catalog
  }

  private func read(_ entries: [YAMLNode.Entry], into catalog: inout Catalog) {
    let base = catalog
    let known = Set(base.names)
    var owners: [String: String] = [:]
    for model in base.models {
      for name in [model.name] + model.aliases { owners[name] = model.name }
    }
    for entry in entries {
      let ids = changed(entry, of: base, known)
      if !ids.isEmpty {
        for id in ids { negotiate(entry, of: id, in: &catalog) }
        continue
      }
      guard var model = model(entry) else { continue }
      for index in model.prices.indices {
        model.prices[index].source = model.prices[index].source ?? catalog.source
        model.prices[index].checked = model.prices[index].checked ?? catalog.checked
      }
      if catalog.isFull {
        let limit = InputLog.grouped(Int64(Catalog.maximumModels))
        log.add(entry.keyPlace, "expected at most \(limit) models in a catalog")
        return
      }
      if isFree(entry, model, &owners) { catalog.add(model) }
    }
  }

  /// The models of the extended catalog that an entry changes: the one of its name, or all that its
  /// pattern matches.
  private func changed(
    _ entry: YAMLNode.Entry, of base: Catalog, _ known: Set<String>
  ) -> [ModelID] {
    if known.contains(entry.key) { return base.id(named: entry.key).map { [$0] } ?? [] }
    guard NamePattern.isPattern(entry.key) else { return [] }
    return base.ids(matching: NamePattern(entry.key))
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
    if !fields.has("provider") {
      log.add(entry.value.place, "'provider' is missing in this catalog model")
    }
    if let node = fields["factor"] {
      log.add(node.place, "'factor' needs the prices of a catalog that this one extends")
    }
    var model = Model(name: entry.key, provider: fields.text("provider") ?? "")
    model.aliases = fields["aliases"].map { log.texts($0).map(\.text) } ?? []
    readFacts(fields, into: &model)
    model.prices = prices(fields)
    checkLatency(of: model, fields)
    return model
  }

  private func readFacts(_ fields: Fields, into model: inout Model) {
    let tokens = 1...PriceSheetReader.mostTokens
    model.contextWindow = fields.count("context_window", in: tokens) ?? model.contextWindow
    model.overWindow =
      fields.choice("over_window", of: OverWindow.self) ?? model.overWindow
    model.maxOutputTokens = fields.count("max_output_tokens", in: tokens) ?? model.maxOutputTokens
    if let node = fields["latency"] {
      model.latencyPerAudioSecond = .zero
      if case .mapping = node.content,
        let parts = Fields(node, as: CatalogFormat.latency, log: log)
      {
        model.latency = parts["base"].map(latency) ?? SimDuration.zero...SimDuration.zero
        model.latencyPerAudioSecond = parts.latencyPerAudioSecond
      } else {
        model.latency = latency(node) ?? model.latency
      }
    }
    model.imageTokens =
      fields["image_tokens"].flatMap(ImageReader(log: log).rule) ?? model.imageTokens
    model.capabilities =
      fields["capabilities"].map { log.texts($0).map(\.text) } ?? model.capabilities
    if let node = fields["deprecated"] {
      // Announced without a date.
      if case .scalar("true", _) = node.content {
        model.isRetiring = true
      } else {
        model.deprecated = log.date(node) ?? model.deprecated
      }
    }
    model.successor = fields.text("successor") ?? model.successor
    for entry in fields.entries("source_keys") {
      guard PriceListKind(rawValue: entry.key) != nil else {
        log.unknown(
          "price list", entry.key, at: entry.keyPlace,
          among: PriceListKind.allCases.map(\.rawValue))
        continue
      }
      model.sourceKeys[entry.key] = log.text(entry.value)
    }
  }

  /// Only models that hear or say something take longer for it.
  private func checkLatency(of model: Model, _ fields: Fields) {
    guard !model.takesAudio, let node = fields["latency"]?["per_audio_second"] else { return }
    log.add(
      node.place, "'\(model.name)' has no price for audio, so that none of its calls has any",
      hint: "state a price of 'audio', 'audio_input' or 'audio_output'; what is free has one of $0")
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
    let own = fields.object.keys.filter { fields.has($0) && Self.sheetKeys.contains($0) }
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

  private static let sheetKeys = Set(CatalogFormat.sheet.keys)

  // MARK: Overlays

  /// What a catalog says of a model of the catalog that it extends.
  private func negotiate(_ entry: YAMLNode.Entry, of id: ModelID, in catalog: inout Catalog) {
    guard let fields = Fields(entry.value, as: CatalogFormat.model, log: log) else { return }
    for key in ["provider", "aliases"] where fields.has(key) {
      log.add(
        fields[key]?.place ?? entry.keyPlace,
        "'\(key)' is what the extended catalog says of '\(entry.key)', expected another model's name"
      )
    }
    var model = catalog[id]
    readFacts(fields, into: &model)
    if fields.has("prices") {
      model.prices = prices(fields)
    } else {
      let from = PriceSheetReader(log: log).effectiveFrom(fields)
      if fields.object.keys.contains(where: { fields.has($0) && Self.sheetKeys.contains($0) })
        || fields.has("factor")
      {
        model.prices = negotiated(model.prices, fields, from: from)
      }
    }
    let known = catalog[id].prices
    for index in model.prices.indices where !known.contains(model.prices[index]) {
      if !fields.has("source"), let source = catalog.source { model.prices[index].source = source }
      if !fields.has("checked"), let date = catalog.checked { model.prices[index].checked = date }
    }
    checkLatency(of: model, fields)
    catalog[id] = model
  }

  /// The sheets with the stated prices in place of theirs from a moment on.
  private func negotiated(
    _ sheets: [PriceSheet], _ fields: Fields, from: SimTime
  ) -> [PriceSheet] {
    var result = sheets.filter { $0.effectiveFrom < from }
    var changed = sheets.filter { $0.effectiveFrom >= from }
    if changed.first?.effectiveFrom != from,
      var first = result.last ?? (sheets.isEmpty ? PriceSheet() : nil)
    {
      first.effectiveFrom = from
      changed.insert(first, at: 0)
    }
    let reader = PriceSheetReader(log: log)
    let factor = fields.object.keys.contains("factor") ? fields["factor"] : nil
    for var sheet in changed {
      if let factor, let multiplier = reader.factor(factor) {
        if let scaled = sheet.scaled(by: multiplier) {
          sheet = scaled
        } else {
          log.add(factor.place, "the prices then have too many digits to be exact")
        }
      }
      reader.read(fields, into: &sheet)
      result.append(sheet)
    }
    return result
  }

  /// Prices that a scenario states itself, in place of the catalog's.
  package func overlay(_ entries: [YAMLNode.Entry], on catalog: inout Catalog) {
    let models = ModelNames(catalog: catalog, log: log)
    for entry in entries {
      guard let fields = Fields(entry.value, as: ScenarioFormat.priceOverlay, log: log) else {
        continue
      }
      for id in models.ids(entry.key, at: entry.keyPlace) {
        catalog[id].prices = negotiated(catalog[id].prices, fields, from: .distantPast)
      }
    }
  }
}

extension Model {
  /// Whether it has a price for audio, $0 or more.
  package var takesAudio: Bool {
    prices.contains { sheet in
      sheet.statedDimensions.contains {
        [.audioSeconds, .inputAudioTokens, .outputAudioTokens].contains($0)
      }
    }
  }
}

extension Fields {
  /// Longer than the audio by this much is a slip of the pen.
  private static let longestPerSecond = SimDuration.hour

  /// What each second of a call's audio adds to its latency.
  package var latencyPerAudioSecond: SimDuration {
    guard let node = self["per_audio_second"], let time = duration("per_audio_second") else {
      return .zero
    }
    if time > Self.longestPerSecond { log.add(node.place, "expected at most 1h") }
    return min(time, Self.longestPerSecond)
  }
}
