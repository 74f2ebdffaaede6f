import CostModel
import Scenarios

/// A budget action by kind of call and account plan, in dense numbers.
package struct CompiledAction: Sendable {
  package enum Effect: Sendable {
    case refuse
    case cap(calls: Int64, amount: MoneySum)
    /// - Parameter tier: how far behind a call's kind the same in the new tier lies; nil: calls keep
    ///   theirs.
    case reroute(CompiledRouting, tier: Int?)
  }

  /// Into the budget's thresholds.
  package let line: Int
  package let effect: Effect
  private let accountPlans: Int
  /// By kind, then account plan.
  private let matches: [Bool]
  /// By kind: whether no model of the tier can do its task; empty where calls are not moved to a tier.
  private let unable: [Bool]

  package init(_ action: BudgetAction, _ compiled: CompiledScenario) {
    line = action.line
    accountPlans = compiled.accountPlanCount
    let planNames = compiled.scenario.users.accountPlans.map(\.name)
    var matches: [Bool] = []
    for attributes in compiled.attributes {
      for plan in 0..<accountPlans {
        var seen = attributes
        if !planNames.isEmpty { seen[.accountPlan] = planNames[plan] }
        matches.append(action.holds(for: seen))
      }
    }
    self.matches = matches
    var unable: [Bool] = []
    switch action.effect {
    case .shed, .block: effect = .refuse
    case .cap(let calls, let amount):
      effect = .cap(calls: calls ?? .max, amount: amount ?? MoneySum(picodollars: .max))
    case .policy(let policy):
      effect = .reroute(CompiledRouting(compiled, policy: policy), tier: nil)
    case .tier(let tier):
      guard let chain = compiled.scenario.chains[tier], !chain.isEmpty,
        let offset = compiled.kindOffsets[tier]
      else { preconditionFailure("the reader demands a chain") }
      let rules = compiled.kinds.map { kind in
        let first = compiled.firstFit(in: chain, forKindOf: kind)
        unable.append(first == nil)
        return Policy.Rule(name: tier, conditions: [], choice: .model(first ?? chain[0]))
      }
      effect = .reroute(CompiledRouting(compiled, rules: rules), tier: offset)
    }
    self.unable = unable
  }

  /// Whether it concerns calls that arrive as that kind.
  package func concerns(kind: Int, accountPlan: Int) -> Bool {
    matches[kind * accountPlans + accountPlan]
  }

  /// Whether it refuses calls that it would move, since no model of the tier can do their task.
  package func isUnable(kind: Int) -> Bool { !unable.isEmpty && unable[kind] }

  /// Models that calls may be sent to because of it.
  package func reachableModels(_ compiled: CompiledScenario) -> Set<Int> {
    guard case .reroute(let routing, let tier) = effect else { return [] }
    return routing.reachableModels(compiled, movedTo: tier) { kind, accountPlan in
      concerns(kind: kind, accountPlan: accountPlan) && !isUnable(kind: kind)
    }
  }
}
