import CostModel

/// Routes and fallback chains of every kind of call, resolved once by the library's own policy
/// and chain rules.
struct CompiledRouting: Sendable {
  /// One route of a kind for an account plan.
  struct Route: Sendable {
    var reason: String
    var firstChoice: Int
    var choices: Int
  }
  private struct Choice: Sendable {
    var upTo: Double
    var model: ModelID
  }

  private(set) var routes: [Route] = []
  private var choices: [Choice] = []
  private let accountPlans: Int
  /// Targets of every (model, tier) one after the other.
  private var chainTargets: [UInt16] = []
  private var chains: [Range<Int>] = []
  private let tiers: Int

  init(_ compiled: CompiledScenario) {
    let scenario = compiled.scenario
    accountPlans = compiled.accountPlanCount
    tiers = compiled.tiers.count
    let planNames = scenario.users.accountPlans.map(\.name)
    for attributes in compiled.attributes {
      for plan in 0..<accountPlans {
        var seen = attributes
        seen[.accountPlan] = planNames.isEmpty ? nil : planNames[plan]
        add(scenario.policy.firstMatch(seen))
      }
    }
    for model in scenario.catalog.models.indices {
      for tier in compiled.tiers {
        var seen: Set<Int> = []
        let first = chainTargets.count
        for link in [model] + (scenario.chains[tier] ?? []).map(\.index)
        where seen.insert(link).inserted {
          chainTargets += compiled.targetsOfModel[link].map(UInt16.init)
        }
        chains.append(first..<chainTargets.count)
      }
    }
  }

  private mutating func add(_ rule: Policy.Rule?) {
    let first = choices.count
    switch rule?.choice {
    case .model(let model): choices.append(Choice(upTo: 1, model: model))
    case .weighted(let list):
      let total = list.reduce(0) { $0 + $1.weight }
      var sum = 0.0
      for item in list {
        sum += item.weight / total
        choices.append(Choice(upTo: sum, model: item.model))
      }
    case .logged, nil: preconditionFailure("the reader demands a rule for synthetic calls")
    }
    routes.append(
      Route(reason: rule?.name ?? "", firstChoice: first, choices: choices.count - first))
  }

  /// The routed model of a call of that kind; u in [0, 1).
  @inline(__always)
  func route(kind: Int, accountPlan: Int, u: Double) -> ModelID {
    let route = routes[kind * accountPlans + accountPlan]
    var place = route.firstChoice
    let last = place + route.choices - 1
    while place < last, u >= choices[place].upTo { place += 1 }
    return choices[place].model
  }

  func reason(kind: Int, accountPlan: Int) -> String {
    routes[kind * accountPlans + accountPlan].reason
  }

  /// The places of a chain's targets, for `target(at:)`.
  @inline(__always)
  func chain(model: Int, tier: Int) -> Range<Int> { chains[model * tiers + tier] }

  @inline(__always)
  func target(at place: Int) -> Int { Int(chainTargets[place]) }

  /// Models that any call may be sent to.
  func reachableModels(_ compiled: CompiledScenario) -> Set<Int> {
    var result: Set<Int> = []
    for (index, kind) in compiled.kinds.enumerated() {
      for plan in 0..<accountPlans {
        let route = routes[index * accountPlans + plan]
        for choice in choices[route.firstChoice..<(route.firstChoice + route.choices)] {
          for place in chain(model: choice.model.index, tier: Int(kind.tier)) {
            result.insert(compiled.targets[target(at: place)].model.index)
          }
        }
      }
    }
    return result
  }
}
