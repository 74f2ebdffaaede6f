import CostModel
import Support

/// Reads routing rules, from a file or from the scenario itself (docs/policy-format.md).
package struct PolicyReader {
  package let log: InputLog
  package let models: ModelNames

  /// The policy in a file alone; every error of the file is thrown at once.
  package static func read(path: String, catalog: Catalog) throws(InputErrors) -> Policy {
    let log = InputLog()
    let files = ScenarioFiles(scenario: path, allowOutside: true, log: log)
    let reader = PolicyReader(log: log, models: ModelNames(catalog: catalog, log: log))
    let policy = files.load(path).flatMap { reader.read($0, name: stem(path)) }
    try log.throwIfAny()
    return policy ?? Policy(name: stem(path), rules: [])
  }

  /// The policy that a scenario names or holds.
  package func policy(at node: YAMLNode, in files: ScenarioFiles) -> Policy? {
    guard case .scalar = node.content else { return read(node, name: "inline") }
    guard let name = log.text(node), let path = files.resolve(name, at: node.place),
      let root = files.load(path, namedAt: node.place)
    else { return nil }
    return read(root, name: Self.stem(path))
  }

  /// What a file is called without its folder and `.yaml`.
  package static func stem(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
  }

  private func read(_ node: YAMLNode, name: String) -> Policy? {
    guard let fields = Fields(node, as: PolicyFormat.policy, log: log) else { return nil }
    let nodes = fields.list("rules")
    let rules = nodes.compactMap(rule)
    if let list = fields["rules"], case .sequence = list.content, nodes.isEmpty {
      log.add(list.place, "the policy has no rules, expected at least a default")
    }
    checkOrder(nodes)
    return Policy(name: fields.text("name") ?? name, rules: rules)
  }

  /// The last rule, and only the last, holds for every call.
  private func checkOrder(_ nodes: [YAMLNode]) {
    guard let last = nodes.last else { return }
    for (index, node) in nodes.dropLast().enumerated() where Self.isDefault(node) {
      log.add(
        nodes[index + 1].place, "this rule cannot match: the one before it holds for every call")
    }
    if !Self.isDefault(last) {
      log.add(
        last.place, "the policy has no default: the last rule must hold for every call",
        hint: "add a rule without 'when'")
    }
  }

  private static func isDefault(_ node: YAMLNode) -> Bool {
    guard let when = node["when"], !when.isNull else { return true }
    if case .mapping(let entries) = when.content { return entries.isEmpty }
    return false
  }

  private func rule(_ node: YAMLNode) -> Policy.Rule? {
    guard let fields = Fields(node, as: PolicyFormat.rule, log: log) else { return nil }
    let conditions = fields["when"].map(conditions) ?? []
    let cost = fields["estimated_cost"].flatMap { log.money($0) }
    let latency = fields.duration("estimated_latency")
    guard let choice = choice(fields), let name = fields.text("name") else { return nil }
    var rule = Policy.Rule(name: name, conditions: conditions, choice: choice)
    rule.estimatedCost = cost.flatMap { Int64(exactly: $0.picodollars) }
      .map { Money(picodollars: $0) }
    rule.estimatedLatency = latency
    if let node = fields["sticky"] {
      rule.isSticky = log.flag(node) ?? true
      if !fields.has("mix") { log.add(node.place, "'sticky' needs 'mix'") }
    }
    return rule
  }

  private func choice(_ fields: Fields) -> Policy.Choice? {
    guard ["model", "mix", "logged"].count(where: fields.has) == 1 else {
      log.add(fields.place, "a rule needs exactly one of 'model', 'mix' and 'logged'")
      return nil
    }
    if let node = fields["model"] { return models.id(node).map { .model($0) } }
    if let node = fields["mix"] { return weights(node) }
    if let node = fields["logged"], log.flag(node) == false {
      log.add(node.place, "expected true, or no 'logged'")
    }
    return .logged
  }

  private func weights(_ node: YAMLNode) -> Policy.Choice? {
    let entries = log.entries(node) ?? []
    let weighted = entries.compactMap { entry -> Policy.WeightedModel? in
      let id = models.id(entry.key, at: entry.keyPlace)
      guard let share = log.share(entry.value), let id else { return nil }
      return Policy.WeightedModel(id, weight: share)
    }
    guard weighted.count == entries.count else { return nil }
    log.checkSum(weighted.map(\.weight), of: "this rule", at: node.place)
    return .weighted(weighted)
  }

  /// What a rule's `when` demands.
  package func conditions(_ node: YAMLNode) -> [Policy.Condition] {
    guard let fields = Fields(node, as: PolicyFormat.conditions, log: log) else { return [] }
    return Attribute.ofRules.compactMap { attribute in
      guard let value = fields[attribute.name] else { return nil }
      if attribute.isOfConversations { return conversational(attribute, value) }
      if case .sequence = value.content {
        return Policy.Condition(attribute, in: log.texts(value).map(\.text))
      }
      return log.text(value).map { Policy.Condition(attribute, in: [$0]) }
    }
  }

  /// A condition on the kind, or the turn, of a conversation's call.
  private func conversational(_ attribute: Attribute, _ node: YAMLNode) -> Policy.Condition {
    var nodes = [node]
    if case .sequence(let items) = node.content { nodes = items }
    let kinds = ConversationCall.allCases.map(\.name)
    let values = nodes.compactMap { item -> String? in
      guard let text = log.text(item) else { return nil }
      if attribute == .turn, TurnRange(text) == nil {
        log.add(item.place, "expected a turn like 1, 2..5 or 2.., not '\(text)'")
        return nil
      }
      if attribute == .kind, !kinds.contains(text) {
        log.unknown("kind of call", text, at: item.place, among: kinds)
        return nil
      }
      return text
    }
    return Policy.Condition(attribute, in: values)
  }
}
