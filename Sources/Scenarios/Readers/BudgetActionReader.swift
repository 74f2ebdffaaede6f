import CostModel
import Support

/// Reads what a line of the budget does.
package struct BudgetActionReader {
  package let log: InputLog
  package let policies: PolicyReader
  package let files: ScenarioFiles
  package let chains: [String: [ModelID]]

  package func read(_ node: YAMLNode, line: Int) -> BudgetAction? {
    if case .scalar = node.content {
      return log.choice(node, of: Word.self).map { _ in BudgetAction(line: line, effect: .block) }
    }
    guard let fields = Fields(node, as: ScenarioFormat.action, log: log) else { return nil }
    guard ["tier", "policy", "shed", "cap"].count(where: fields.has) == 1 else {
      log.add(fields.place, "expected exactly one of 'tier', 'policy', 'shed' and 'cap'")
      return nil
    }
    if let node = fields["shed"] {
      if let when = fields["when"] {
        log.add(when.place, "'shed' says itself which calls, expected no 'when'")
      }
      let conditions = policies.conditions(node)
      if conditions.isEmpty {
        log.add(node.place, "expected attributes of the calls to refuse, like {priority: low}")
      }
      return BudgetAction(line: line, effect: .shed, conditions: conditions)
    }
    return effect(fields).map {
      BudgetAction(
        line: line, effect: $0, conditions: fields["when"].map(policies.conditions) ?? [])
    }
  }

  private enum Word: String, CaseIterable { case block }

  private func effect(_ fields: Fields) -> BudgetAction.Effect? {
    if let node = fields["tier"] { return log.text(node).flatMap { tier($0, at: node) } }
    if let node = fields["policy"] {
      return policies.policy(at: node, in: files).map { .policy($0) }
    }
    return cap(fields)
  }

  private func tier(_ name: String, at node: YAMLNode) -> BudgetAction.Effect? {
    if chains[name]?.isEmpty == false { return .tier(name) }
    log.add(
      node.place, "tier '\(name)' has no chain to send calls to",
      hint: NearestName.hint(for: name, among: Array(chains.keys)) ?? "list its models in 'chains'")
    return nil
  }

  private func cap(_ fields: Fields) -> BudgetAction.Effect? {
    guard let cap = fields.fields("cap", as: ScenarioFormat.accountCap) else { return nil }
    guard cap.has("calls") || cap.has("amount") else {
      log.add(cap.place, "expected 'calls' or 'amount' a day")
      return nil
    }
    return .cap(calls: cap.count("calls", in: 0...Int64(1) << 40), amount: cap.money("amount"))
  }
}
