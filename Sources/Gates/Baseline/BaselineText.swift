import Analysis
import CostModel
import Scenarios
import Support

/// Writes baseline files: small enough to review, in an order that never changes by itself.
package enum BaselineText {
  package static func text(_ baseline: Baseline) -> String {
    var yaml = YAMLText()
    yaml.comment("What the bill is, and what it follows from: 'costsim check' compares with it.")
    yaml.comment("Written by 'costsim baseline'; write it anew when a change is wanted.")
    yaml.line("baseline: \(BaselineFormat.version)")
    yaml.line("scenarios:")
    for entry in baseline.entries {
      yaml.line(NodeText.scalar(entry.figures.scenario.name) + ":", indent: 2)
      yaml.line("plans:", indent: 4)
      for plan in entry.figures.plans { yaml.line(line(plan.spec, plan.figures), indent: 6) }
      yaml.line("inputs:", indent: 4)
      for line in NodeText.lines(entry.inputs) { yaml.line(line, indent: 6) }
    }
    return yaml.text
  }

  /// An entry's bills, without its inputs.
  package static func json(_ entry: Baseline.Entry) -> JSONValue {
    .object([
      ("scenario", .string(entry.figures.scenario.name)),
      (
        "plans",
        .array(
          entry.figures.plans.map { plan in
            .object([
              ("plan", .string(plan.spec.name)),
              ("users", .integer(Int64(plan.spec.users))),
              ("cost_usd", .optional(plan.figures.simulated) { .string($0.exactDecimal) }),
              ("expected_cost_usd", .optional(plan.figures.expected) { .string($0.exactDecimal) }),
            ])
          })
      ),
    ])
  }

  private static func line(_ plan: PlanSpec, _ figures: PlanFigures) -> String {
    let simulated = figures.simulated.map { "cost_usd: \($0.exactDecimal), " } ?? ""
    let free = figures.unenforced.map { "without_actions_usd: \($0.exactDecimal), " } ?? ""
    let expected = (figures.expected ?? .zero).exactDecimal
    return "\(NodeText.scalar(plan.name)): {users: \(plan.users), \(simulated)\(free)"
      + "expected_cost_usd: \(expected)}"
  }
}

/// The inputs that move a bill, out of everything that a scenario says.
package enum BaselineInputs {
  /// What a bill does not depend on, or what the baseline says elsewhere.
  private static let skipped: Set<String> = [
    "name", "title", "plans", "currency", "budget", "alerts", "tables", "performance_hours",
    "thresholds", "assumptions",
    "published",
  ]
  private static let skippedPrices: Set<String> = [
    "source", "checked", "assumption", "deprecated", "successor", "source_keys",
  ]

  /// Of a scenario with its catalog and policy in their places.
  package static func pruned(_ whole: YAMLNode) -> YAMLNode {
    guard case .mapping(let entries) = whole.content else { return whole }
    var named: Set<String> = []
    for entry in entries where entry.key != "catalog" { collect(entry.value, into: &named) }
    let kept = entries.filter { !skipped.contains($0.key) || acts($0) }.map { entry in
      var entry = entry
      if entry.key == "catalog" { entry.value = catalog(entry.value, of: named) }
      if entry.key == "prices" { entry.value = without(skippedPrices, entry.value) }
      if entry.key == "policy" { entry.value = without(["source"], entry.value) }
      return entry
    }
    return YAMLNode(content: .mapping(kept), place: whole.place)
  }

  /// A budget moves the bill where one of its lines acts.
  private static func acts(_ entry: YAMLNode.Entry) -> Bool {
    guard entry.key == "budget", case .sequence(let lines)? = entry.value["thresholds"]?.content
    else { return false }
    return lines.contains { $0["act"].map { !$0.isNull } ?? false }
  }

  /// Every name and text; a model that is not among them cannot be called.
  private static func collect(_ node: YAMLNode, into names: inout Set<String>) {
    switch node.content {
    case .scalar(let text, _): names.insert(text)
    case .sequence(let items): for item in items { collect(item, into: &names) }
    case .mapping(let entries):
      for entry in entries {
        names.insert(entry.key)
        collect(entry.value, into: &names)
      }
    }
  }

  private static func catalog(_ node: YAMLNode, of names: Set<String>) -> YAMLNode {
    guard let models = node["models"], case .mapping(let entries) = models.content else {
      return node
    }
    let kept = entries.filter { entry in
      var own: Set = [entry.key]
      if let aliases = entry.value["aliases"] { collect(aliases, into: &own) }
      return !own.isDisjoint(with: names)
    }.map { entry in
      var entry = entry
      entry.value = without(skippedPrices, entry.value)
      return entry
    }
    let list = YAMLNode(content: .mapping(kept), place: models.place)
    return YAMLNode(
      content: .mapping([
        YAMLNode.Entry(key: "models", keyPlace: models.place, value: list)
      ]), place: node.place)
  }

  private static func without(_ keys: Set<String>, _ node: YAMLNode) -> YAMLNode {
    switch node.content {
    case .scalar: return node
    case .sequence(let items):
      return YAMLNode(content: .sequence(items.map { without(keys, $0) }), place: node.place)
    case .mapping(let entries):
      let kept = entries.filter { !keys.contains($0.key) }.map { entry in
        var entry = entry
        entry.value = without(keys, entry.value)
        return entry
      }
      return YAMLNode(content: .mapping(kept), place: node.place)
    }
  }
}
