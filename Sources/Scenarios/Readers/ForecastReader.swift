import CostModel
import Support

/// Reads what a scenario says of the months to come.
package struct ForecastReader {
  package let log: InputLog

  package func read(_ node: YAMLNode) -> ForecastSpec? {
    guard let fields = Fields(node, as: ScenarioFormat.forecast, log: log) else { return nil }
    var spec = ForecastSpec()
    spec.months = Int(fields.count("months", in: 1...120) ?? 12)
    spec.users = fields.count("users", in: 1...UserReader.maximumUsers).map { Int($0) }
    if let node = fields["growth"] {
      spec.growth = growth(node, first: spec.users) ?? spec.growth
      spec.growthPlace = node.place
    }
    if let node = fields["budget"] { spec.budgets = budgets(node) }
    spec.prepaid = fields.money("prepaid")
    return spec
  }

  private func budgets(_ node: YAMLNode) -> [MoneySum] {
    guard case .sequence(let items) = node.content else {
      return log.money(node).map { [$0] } ?? []
    }
    if items.isEmpty { log.add(node.place, "expected at least one month's budget") }
    return items.compactMap { log.money($0) }
  }

  private func growth(_ node: YAMLNode, first: Int?) -> ForecastSpec.Growth? {
    switch node.content {
    case .scalar(let text, _): return rate(text, node)
    case .sequence(let items):
      let users = items.compactMap { log.count($0, in: 1...UserReader.maximumUsers) }
      if items.isEmpty { log.add(node.place, "expected at least one month's number of users") }
      return items.isEmpty ? nil : .list(users.map { Int($0) })
    case .mapping: return sCurve(node, first: first)
    }
  }

  /// `12%`, `-3%`.
  private func rate(_ text: String, _ node: YAMLNode) -> ForecastSpec.Growth? {
    guard text.hasSuffix("%"), let percent = ExactDecimal(Quantity.trimmed(text.dropLast())),
      (-99...1_000).contains(percent.double)
    else {
      log.add(
        node.place,
        "expected growth a month like 12%, a list of users by month, or an S-curve like "
          + "{ceiling: 1000, half_by: 6}, not '\(text)'")
      return nil
    }
    return .rate(percent.double / 100)
  }

  private func sCurve(_ node: YAMLNode, first: Int?) -> ForecastSpec.Growth? {
    guard let fields = Fields(node, as: ScenarioFormat.sCurve, log: log),
      let ceiling = fields.count("ceiling", in: 1...UserReader.maximumUsers),
      let halfBy = fields.number("half_by", in: 1.01...1_200)
    else { return nil }
    let growth = ForecastSpec.Growth.sCurve(ceiling: Int(ceiling), halfBy: halfBy)
    if let problem = first.flatMap({ growth.problem(startingAt: $0, months: 1) }) {
      log.add(fields["ceiling"]?.place ?? node.place, problem)
      return nil
    }
    return growth
  }
}
