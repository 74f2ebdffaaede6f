import CostModel

/// What a line of the budget does once its crossing is known (docs/semantics.md, "Enforcement").
package struct BudgetAction: Sendable {
  package enum Effect: Sendable {
    /// Calls are made in that tier, and routed to the first model of its chain that can do their task; they
    /// are refused where none can.
    case tier(String)
    /// Another rule list routes them.
    case policy(Policy)
    /// They are refused.
    case shed, block
    /// They are refused once their account has made so many on that local day, or spent so much.
    case cap(calls: Int64?, amount: MoneySum?)
  }

  /// Into the budget's thresholds.
  package var line: Int
  package var effect: Effect
  /// Only calls for which all of these hold.
  package var conditions: [Policy.Condition] = []

  /// `action` in enforcement.csv.
  package var name: String {
    switch effect {
    case .tier: "tier"
    case .policy: "policy"
    case .shed: "shed"
    case .block: "block"
    case .cap: "cap"
    }
  }

  /// Whether it refuses calls only because no model of its tier can do their task.
  package var movesToTier: Bool {
    if case .tier = effect { true } else { false }
  }

  package var isCap: Bool {
    if case .cap = effect { true } else { false }
  }

  package func holds(for attributes: CallAttributes) -> Bool {
    attributes.satisfies(conditions)
  }
}

extension Budget {
  /// Whether it does anything beyond telling.
  package var acts: Bool { !actions.isEmpty }
}

extension Scenario {
  /// The same with a budget that only tells.
  package var withoutActions: Scenario {
    var scenario = self
    scenario.budget?.actions = []
    return scenario
  }
}
