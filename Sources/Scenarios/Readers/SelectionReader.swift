import CostModel
import Support

/// Reads how models are judged: the standard rules with what a scenario says in their place.
package struct SelectionReader {
  private static let file = "standard selection"
  /// Parsed once: `solve` reads variants of a scenario by the thousand.
  private static let standard: YAMLNode = {
    let text = String(decoding: PackageResources.selection_yaml, as: UTF8.self)
    let source = SourceFile(path: file, order: 0, text: text)
    guard let node = YAMLDocument.parse(source, log: InputLog())?["selection"] else {
      preconditionFailure("the embedded file is sound")
    }
    return node
  }()

  /// Tasks that take a capability of their name, where a scenario says nothing of models.
  package static let standardNeeds: Set<String> = {
    let log = InputLog()
    guard let node = standard["needs"] else { preconditionFailure("the standard rules are whole") }
    return Set(log.texts(node).map(\.text))
  }()

  package let log: InputLog
  package let models: ModelNames

  /// The standard rules alone, of a catalog's models.
  package static func standard(for catalog: Catalog) throws(InputErrors) -> SelectionRules {
    let log = InputLog()
    let rules = SelectionReader(log: log, models: ModelNames(catalog: catalog, log: log)).read(nil)
    try log.throwIfAny()
    guard let rules else { preconditionFailure("the standard rules are whole") }
    return rules
  }

  /// The scenario's rules, or the standard ones.
  package static func rules(of scenario: Scenario) throws(InputErrors) -> SelectionRules {
    if let own = scenario.selection { return own }
    return try standard(for: scenario.catalog)
  }

  /// nil, and an error in the log, if something is wrong.
  package func read(_ own: YAMLNode?) -> SelectionRules? {
    guard
      let fields = Fields(
        own.map(Self.standard.merged) ?? Self.standard, as: ScenarioFormat.selection, log: log),
      let weights = fields.fields("weights", as: ScenarioFormat.selectionWeights),
      let latencyScale = fields.positiveDuration("latency_scale"),
      let costScale = costScale(fields)
    else { return nil }
    func weight(_ key: String) -> Double { weights.number(key, in: 0...1_000) ?? 0 }
    return SelectionRules(
      weights: SelectionRules.Weights(
        quality: weight("quality"), latency: weight("latency"), cost: weight("cost"),
        conversion: weight("conversion")),
      latencyScale: latencyScale, costScale: costScale,
      fallback: fields["fallback"].flatMap(models.id),
      needs: Set(fields["needs"].map { log.texts($0).map(\.text) } ?? []),
      fits: fields.share("fits") ?? 0, scales: scales(fields),
      maxLatency: fields.positiveDuration("max_latency"), maxCost: fields.money("max_cost"),
      minQuality: fields.share("min_quality"), standIn: fields.share("stand_in"))
  }

  /// What the score divides by.
  private func costScale(_ fields: Fields) -> MoneySum? {
    guard let node = fields["cost_scale"], let scale = log.money(node) else { return nil }
    if scale > .zero { return scale }
    log.add(node.place, "must be more than $0")
    return nil
  }

  /// Scales of a file come before those of the file that it extends.
  private func scales(_ fields: Fields) -> [SelectionRules.Scale] {
    fields.entries("quality").enumerated().sorted {
      ($0.element.keyPlace.file.order, $0.offset) < ($1.element.keyPlace.file.order, $1.offset)
    }.compactMap { scale($0.element) }
  }

  private func scale(_ entry: YAMLNode.Entry) -> SelectionRules.Scale? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.qualityScale, log: log) else {
      return nil
    }
    let isForAny = fields.flag("any_catalog") ?? false
    return SelectionRules.Scale(
      name: entry.key, title: fields.text("title") ?? entry.key,
      figures: fields.list("figures").compactMap { figure($0, isForAny: isForAny) })
  }

  /// - Parameter isForAny: whether a model that the catalog does not have is no error.
  private func figure(_ node: YAMLNode, isForAny: Bool) -> SelectionRules.Figure? {
    guard let fields = Fields(node, as: ScenarioFormat.qualityFigure, log: log),
      let name = fields["model"]
    else { return nil }
    let model =
      isForAny ? log.text(name).flatMap { models.catalog.id(named: $0) } : models.id(name)
    let conditions =
      fields["when"].map(PolicyReader(log: log, models: models).conditions) ?? []
    guard let model, let quality = fields.share("quality") else { return nil }
    return SelectionRules.Figure(
      model: model, conditions: conditions, quality: quality,
      source: fields.text("source") ?? "the scenario")
  }
}
