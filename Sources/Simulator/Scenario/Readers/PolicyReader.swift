import CostModel

/// Reads routing rules, from a file or from the scenario itself.
struct PolicyReader {
  let log: InputLog
  let files: ScenarioFiles
  let models: ModelNames

  func policy(at node: YAMLNode) -> Policy? {
    guard case .scalar = node.content else { return read(node, name: "inline") }
    guard let name = log.text(node), let path = files.resolve(name, at: node.place),
      let root = files.load(path, namedAt: node.place)
    else { return nil }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return read(root, name: file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file)
  }

  private func read(_ node: YAMLNode, name: String) -> Policy? {
    guard let fields = Fields(node, as: PolicyFormat.policy, log: log) else { return nil }
    let nodes = fields.list("rules")
    let rules = nodes.compactMap(rule)
    if let last = rules.last, rules.count == nodes.count, !last.conditions.isEmpty,
      let place = nodes.last?.place
    {
      log.add(
        place, "the policy has no default: the last rule must match every call",
        hint: "add a rule without 'when'")
    }
    if nodes.isEmpty, let place = fields["rules"]?.place {
      log.add(place, "the policy has no rules, expected at least a default")
    }
    return Policy(name: fields.text("name") ?? name, rules: rules)
  }

  private func rule(_ node: YAMLNode) -> Policy.Rule? {
    guard let fields = Fields(node, as: PolicyFormat.rule, log: log) else { return nil }
    if fields.has("model") == fields.has("mix") {
      log.add(node.place, "a rule needs either 'model' or 'mix'")
      return nil
    }
    let conditions = fields["when"].map(conditions) ?? []
    let choice =
      fields["model"].map { models.id($0).map(Policy.Choice.model) }
      ?? weights(fields)
    guard let name = fields.text("name"), let choice else { return nil }
    return Policy.Rule(name: name, conditions: conditions, choice: choice)
  }

  private func weights(_ fields: Fields) -> Policy.Choice? {
    let weighted = fields.entries("mix").compactMap { entry -> Policy.WeightedModel? in
      guard let id = models.id(entry.key, at: entry.keyPlace), let share = log.share(entry.value)
      else { return nil }
      return Policy.WeightedModel(id, weight: share)
    }
    if let node = fields["mix"], weighted.count == fields.entries("mix").count {
      log.checkSum(weighted.map(\.weight), of: "this rule", at: node.place)
    }
    return .weighted(weighted)
  }

  private func conditions(_ node: YAMLNode) -> [Policy.Condition] {
    guard let fields = Fields(node, as: PolicyFormat.conditions, log: log) else { return [] }
    return Attribute.allCases.compactMap { attribute in
      guard let value = fields[attribute.name] else { return nil }
      if case .sequence = value.content {
        return Policy.Condition(attribute, in: log.texts(value).map(\.text))
      }
      return log.text(value).map { Policy.Condition(attribute, in: [$0]) }
    }
  }
}
