import CostModel

/// The models that a kind of call can reach.
package struct CallRoutes {
  package let scenario: Scenario
  package let variant: Variant

  package init(scenario: Scenario, variant: Variant) {
    self.scenario = scenario
    self.variant = variant
  }

  /// The rules that it can match, whatever its user's account plan.
  package var rules: [Policy.Rule] {
    if let pinned = variant.pinned { return [pinned] }
    return attributes.compactMap { scenario.policy.firstMatch($0) }
  }

  /// Rules of policies that the budget's actions put in place.
  package var rulesOfActions: [Policy.Rule] {
    (scenario.budget?.actions ?? []).flatMap { action -> [Policy.Rule] in
      guard case .policy(let policy) = action.effect else { return [] }
      return attributes.filter { action.holds(for: $0) }.compactMap { policy.firstMatch($0) }
    }
  }

  /// The models that the budget's actions may send it to.
  package var modelsOfActions: [ModelID] {
    (scenario.budget?.actions ?? []).flatMap { action -> [ModelID] in
      let seen = attributes.filter { action.holds(for: $0) }
      switch action.effect {
      case .tier(let tier): return seen.flatMap { _ in fallbacks(ofTier: tier) }
      case .policy(let policy): return seen.compactMap { policy.firstMatch($0) }.flatMap(\.models)
      case .shed, .block, .cap: return []
      }
    }
  }

  /// All of them, each once: routed to, chosen by a wrong classifier, fallen back to, moved to.
  package var models: [ModelID] {
    let wrong = variant.isClassified ? scenario.classifier?.wrong.map(\.model) ?? [] : []
    let chain = fallbacks(ofTier: variant.attributes[.tier] ?? ChainTable.defaultTier)
    var seen: Set<ModelID> = []
    return (rules.flatMap(\.models) + wrong + chain + modelsOfActions).filter {
      seen.insert($0).inserted
    }
  }

  /// What rules may see of it: one for each account plan.
  private var attributes: [CallAttributes] {
    let plans: [String?] = scenario.users.accountPlans.map(\.name)
    return (plans.isEmpty ? [nil] : plans).map { plan in
      var attributes = variant.attributes
      attributes[.accountPlan] = plan
      return attributes
    }
  }

  /// The tier's models that it may fall back to.
  private func fallbacks(ofTier tier: String) -> [ModelID] {
    (scenario.chains[tier] ?? []).filter { !variant.unfit.contains($0) }
  }
}
