import CostModel

/// Reads price catalogs.
struct CatalogReader {
  let log: InputLog
  let files: ScenarioFiles

  func catalog(namedBy node: YAMLNode) -> Catalog? {
    guard let name = log.text(node), let path = files.resolve(name, at: node.place),
      let root = files.load(path, namedAt: node.place),
      let fields = Fields(root, as: CatalogFormat.catalog, log: log)
    else { return nil }
    var catalog = Catalog()
    for entry in fields.entries("models") {
      guard let model = model(entry) else { continue }
      if catalog.add(model) == nil {
        log.add(entry.keyPlace, "'\(entry.key)' or one of its aliases is already taken")
      }
    }
    return catalog
  }

  private func model(_ entry: YAMLNode.Entry) -> Model? {
    guard let fields = Fields(entry.value, as: CatalogFormat.model, log: log) else { return nil }
    var model = Model(name: entry.key, provider: fields.text("provider") ?? "")
    model.aliases = fields["aliases"].map { log.texts($0).map(\.text) } ?? []
    model.contextWindow = fields.count("context_window", in: 1...1_000_000_000)
    model.maxOutputTokens = fields.count("max_output_tokens", in: 1...1_000_000_000)
    if let node = fields["latency"] {
      switch DistributionReader(log: log, unit: .microseconds).read(node) {
      case .fixed(let value): model.latency = duration(value)...duration(value)
      case .uniform(let low, let high): model.latency = duration(low)...duration(high)
      default: break
      }
    }
    var sheet = PriceSheet()
    readPrices(fields, into: &sheet)
    if sheet.rates != Rates() || sheet.fixedMonthly != nil { model.prices = [sheet] }
    return model
  }

  private func duration(_ microseconds: Double) -> SimDuration {
    SimDuration(microseconds: Int64(microseconds))
  }

  /// Prices that a scenario states itself, in place of the catalog's.
  func overlay(_ entries: [YAMLNode.Entry], on catalog: inout Catalog) {
    let models = ModelNames(catalog: catalog, log: log)
    for entry in entries {
      guard let fields = Fields(entry.value, as: ScenarioFormat.priceOverlay, log: log),
        let id = models.id(entry.key, at: entry.keyPlace)
      else { continue }
      var sheets = catalog[id].prices
      if sheets.isEmpty { sheets = [PriceSheet()] }
      for index in sheets.indices { readPrices(fields, into: &sheets[index]) }
      catalog[id].prices = sheets
    }
  }

  private func readPrices(_ fields: Fields, into sheet: inout PriceSheet) {
    for (key, dimension, kind) in CatalogFormat.rates {
      if let node = fields[key] { sheet.rates[dimension] = log.rate(node, for: kind) }
    }
    if let amount = fields.money("fixed_monthly"), let pico = Int64(exactly: amount.picodollars) {
      sheet.fixedMonthly = Money(picodollars: pico)
    }
    sheet.source = fields.text("source") ?? sheet.source
    sheet.assumption = fields.text("assumption") ?? sheet.assumption
  }
}

extension InputLog {
  /// A price that is for that kind of unit.
  func rate(_ node: YAMLNode, for kind: Quantity.PriceUnit.Kind) -> Rate? {
    guard let text = scalar(node, "a price like '$1.14 per 1M tokens'") else { return nil }
    do {
      let (rate, unit) = try Quantity.price(text)
      if unit.kind == kind { return rate }
      add(node.place, "expected a price for \(kind.rawValue), not for \(unit.kind.rawValue)")
    } catch {
      add(node.place, error.message, hint: error.hint)
    }
    return nil
  }
}
