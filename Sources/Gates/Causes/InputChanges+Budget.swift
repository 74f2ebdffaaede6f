import CostModel
import Scenarios
import Support

extension InputChanges {
  /// Lines of the budget that act; those that only tell move no bill.
  package mutating func addEnforcement() {
    let (old, new) = (base.budget, head.budget)
    guard old?.acts == true || new?.acts == true else { return }
    let (from, to) = (words(old), words(new))
    if from == to, Self.isSame(old, new) { return }
    add(.enforcement, "lines of the budget that act", from, to) { $0.scenario.budget = new }
  }

  /// `budget-90% at $900.00: tier economy`, and how late lines are known.
  private func words(_ budget: Budget?) -> String {
    guard let budget, budget.acts else { return "none" }
    let lines = budget.actions.map { action in
      let line = budget.thresholds[action.line]
      let when = action.conditions.map { condition in
        "\(condition.attribute.name) \(InputLog.alternatives(condition.values))"
      }
      return "\(line.name) at \(HumanFormat.usd(line.amount)): \(words(action.effect))"
        + (when.isEmpty ? "" : " for \(HumanFormat.list(when))")
    }
    let every = budget.evaluateEvery.map { ", looked at every \(HumanFormat.duration($0))" } ?? ""
    let lag = budget.dataLag
    return lines.joined(separator: "; ") + every
      + (lag > .zero ? ", \(HumanFormat.duration(lag)) late" : "")
  }

  private func words(_ effect: BudgetAction.Effect) -> String {
    switch effect {
    case .tier(let tier): return "tier \(tier)"
    case .policy(let policy): return "policy \(policy.name)"
    case .shed: return "shed"
    case .block: return "block"
    case .cap(let calls, let amount):
      let parts =
        [calls.map { HumanFormat.plural($0, "call") }, amount.map { HumanFormat.usd($0) }]
        .compactMap(\.self)
      return "cap of \(HumanFormat.list(parts)) an account and day"
    }
  }

  /// What the words leave out: kinds of lines, and rules of policies of the same name.
  private static func isSame(_ old: Budget?, _ new: Budget?) -> Bool {
    guard let old, let new else { return false }
    return zip(old.actions, new.actions).allSatisfy { a, b in
      guard old.thresholds[a.line].kind == new.thresholds[b.line].kind else { return false }
      guard case .policy(let one) = a.effect, case .policy(let other) = b.effect else {
        return true
      }
      return isSame(one.rules, other.rules)
    }
  }

  package static func isSame(_ old: [Policy.Rule], _ new: [Policy.Rule]) -> Bool {
    old.count == new.count && zip(old, new).allSatisfy(isSame)
  }

  package static func isSame(_ a: Policy.Rule, _ b: Policy.Rule) -> Bool {
    a.name == b.name && a.conditions == b.conditions && a.choice == b.choice
  }
}
