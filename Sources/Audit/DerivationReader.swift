import CostModel
import Scenarios
import Support

/// Reads how numbers are recomputed.
package struct DerivationReader {
  package let log: InputLog
  package let sources: ClaimSources
  package let aliases: [String: String]

  /// Whether the file states a way, be it a wrong one.
  package func isStated(_ fields: Fields) -> Bool {
    ClaimsFormat.ways.contains { fields.has($0.key) }
  }

  /// nil if none is stated, or (with an error in the log) it cannot be read.
  package func way(_ fields: Fields) -> Derivation? {
    let stated = ClaimsFormat.ways.map(\.key).filter(fields.has)
    guard let key = stated.first, let node = fields[key] else { return nil }
    if let second = stated.dropFirst().first, let other = fields[second] {
      log.add(other.place, "'\(key)' and '\(second)' exclude each other: one way is enough")
    }
    switch key {
    case "formula": return formula(node)
    case "sum": return .sum(log.texts(node).map { (name: $0.text, place: $0.place) })
    case "catalog": return catalog(node)
    case "route": return route(node)
    default: return plan(node, isSimulated: key == "simulated")
    }
  }

  package func unit(_ node: YAMLNode) -> ClaimUnit? {
    guard let text = log.scalar(node, "a unit like 'USD per month'") else { return nil }
    do {
      return try ClaimUnit(text, aliases: aliases)
    } catch {
      log.add(node.place, error.message, hint: error.hint)
      return nil
    }
  }

  package func number(_ node: YAMLNode) -> PublishedNumber? {
    guard let text = log.scalar(node, "a number like $34.00") else { return nil }
    do {
      return try PublishedNumber(text)
    } catch {
      log.add(node.place, error.message, hint: error.hint)
      return nil
    }
  }

  /// One formula, or a list of which each must give the number.
  private func formula(_ node: YAMLNode) -> Derivation? {
    guard case .sequence(let items) = node.content else { return parsed(node).map { .formula($0) } }
    let formulas = items.compactMap(parsed)
    if items.isEmpty { log.add(node.place, "expected at least one formula") }
    return formulas.isEmpty || formulas.count < items.count ? nil : .each(formulas)
  }

  private func parsed(_ node: YAMLNode) -> Formula? {
    guard let text = log.scalar(node, "a formula") else { return nil }
    do {
      return try FormulaParser.parse(text, at: node.place)
    } catch {
      log.add(error.place, error.message, hint: error.hint)
      return nil
    }
  }

  private func catalog(_ node: YAMLNode) -> Derivation? {
    guard let fields = Fields(node, as: ClaimsFormat.catalogFigure, log: log) else { return nil }
    let figure = fields.choice("figure", of: CatalogQuery.Figure.self)
    guard let (name, catalog) = sources.catalog(fields), let model = fields["model"],
      let id = ModelNames(catalog: catalog, log: log).id(model), let figure
    else { return nil }
    return .catalog(
      CatalogQuery(
        catalog: name, model: catalog[id], figure: figure,
        typedFrom: sources.typedFrom(
          name, saying: [catalog.source] + catalog[id].prices.map(\.source))), node.place)
  }

  private func plan(_ node: YAMLNode, isSimulated: Bool) -> Derivation? {
    guard let fields = Fields(node, as: ClaimsFormat.planFigure, log: log) else { return nil }
    let figure = fields.choice("figure", of: PlanQuery.Figure.self)
    let users = fields.count("users", in: 1...UserReader.maximumUsers)
    guard let (name, scenario) = sources.scenario(fields), let figure, let users else { return nil }
    var query = PlanQuery(
      scenario: scenario, users: Int(users), figure: figure, isSimulated: isSimulated)
    query.typedFrom = sources.typedFrom(name)
    if let node = fields["model"] {
      let names = ModelNames(catalog: scenario.catalog, log: log)
      query.model = names.id(node).map { scenario.catalog[$0].name }
    }
    query.useCase = known(fields, "use_case", scenario.workloads.map(\.useCase))
    query.cacheClass = known(fields, "cache_class", scenario.cache.shownNames)
    return check(query, at: node.place) ? .plan(query, node.place) : nil
  }

  private func known(_ fields: Fields, _ key: String, _ names: [String]) -> String? {
    guard let node = fields[key], let name = log.text(node) else { return nil }
    if !names.contains(name) {
      let what = key.replacing("_", with: " ")
      log.unknown(what, name, at: node.place, among: names)
    }
    return name
  }

  /// Which figures each of the two ways can give.
  private func check(_ query: PlanQuery, at place: Place) -> Bool {
    let latencies: [PlanQuery.Figure] = [.latencyP50, .latencyP95, .latencyP99]
    let closedOnly: [PlanQuery.Figure] = [
      .attainableHitRate, .usersWithinBudget, .usersWithinQuota,
    ]
    let unfit = query.isSimulated ? closedOnly : latencies
    if unfit.contains(query.figure) {
      let other = query.isSimulated ? "expected" : "simulated"
      log.add(place, "'\(query.figure.rawValue)' needs '\(other)'")
      return false
    }
    if query.figure == .usersWithinBudget, query.scenario.budget == nil {
      log.add(place, "the scenario '\(query.scenario.name)' has no budget")
      return false
    }
    if query.figure == .attainableHitRate, query.cacheClass == nil {
      log.add(place, "'attainable_hit_rate' needs a 'cache_class'")
      return false
    }
    return true
  }

  private func route(_ node: YAMLNode) -> Derivation? {
    guard let fields = Fields(node, as: ClaimsFormat.routeFigure, log: log) else { return nil }
    let figure = fields.choice("figure", of: RouteQuery.Figure.self)
    var attributes = CallAttributes()
    for attribute in Attribute.ofRules where !attribute.isOfConversations {
      attributes[attribute] = fields.text(attribute.name)
    }
    guard let (name, policy) = sources.policy(fields), let figure else { return nil }
    return .route(
      RouteQuery(
        policy: policy, attributes: attributes, figure: figure,
        typedFrom: sources.typedFrom(name)), node.place)
  }
}
