import CostModel

/// The library's routes and fallback chains for every kind of call and account plan.
package struct CompiledRouting: Sendable {
  private let table: RoutingTable
  private let accountPlans: Int
  private let chainKinds: Int
  /// By model, then kind of chain of the scenario.
  private let spans: FixedTable<ChainSpan>
  /// By place.
  private let targets: FixedTable<UInt16>
  /// Of kinds whose route a classifier may get wrong: the models that the policy means.
  private var right: [Int: [ModelID]] = [:]

  /// Where a chain's targets lie, and the first of them.
  private struct ChainSpan: Sendable {
    var places: Range<Int>
    var first: Int
  }

  /// By the scenario's own policy, unless another one is given, or for each kind of call a rule.
  package init(
    _ compiled: CompiledScenario, policy: Policy? = nil, rules: [Policy.Rule]? = nil
  ) {
    let scenario = compiled.scenario
    accountPlans = compiled.accountPlanCount
    let chains = compiled.chains
    let kinds = compiled.chainKinds.map {
      (tier: chains.tierIndex(compiled.tiers[$0.tier]), unfit: $0.unfit)
    }
    chainKinds = kinds.count
    var targets: [UInt16] = []
    var spans: [ChainSpan] = []
    for model in scenario.catalog.models.indices.map({ ModelID(UInt16($0)) }) {
      for kind in kinds {
        let first = targets.count
        for place in chains.places(routed: model, tierIndex: kind.tier) {
          let target = chains.targets[chains[place].index].model
          guard target == model || !kind.unfit.contains(target) else { continue }
          targets.append(UInt16(chains[place].index))
        }
        spans.append(ChainSpan(places: first..<targets.count, first: Int(targets[first])))
      }
    }
    self.spans = FixedTable(spans)
    self.targets = FixedTable(targets)
    let planNames = scenario.users.accountPlans.map(\.name)
    var seenKinds: [CallAttributes] = []
    var pinned: [Int: Policy.Rule] = [:]
    for (number, attributes) in compiled.attributes.enumerated() {
      for plan in 0..<accountPlans {
        var seen = attributes
        // A log names the plan of each call itself.
        if !planNames.isEmpty { seen[.accountPlan] = planNames[plan] }
        // Another policy (the budget's) goes before what an experiment's variant says.
        if let rules {
          pinned[seenKinds.count] = rules[number]
        } else if policy == nil {
          pinned[seenKinds.count] = compiled.pinned[number]
          if compiled.classified.contains(number), compiled.pinned[number] == nil,
            let classifier = scenario.classifier, classifier.accuracy < 1,
            let rule = scenario.policy.firstMatch(seen)
          {
            pinned[seenKinds.count] = classifier.misrouting(rule)
            right[seenKinds.count] = rule.models
          }
        }
        seenKinds.append(seen)
      }
    }
    guard let table = RoutingTable(policy ?? scenario.policy, kinds: seenKinds, pinned: pinned)
    else {
      preconditionFailure("the reader demands a default rule")
    }
    self.table = table
  }

  /// The routed model of a call of that kind, u in [0, 1); nil: the one that a log names.
  @inline(__always)
  package func choose(kind: Int, accountPlan: Int, u: Double) -> ModelID? {
    table.choose(kind: kind * accountPlans + accountPlan, u: u)
  }

  /// Whether a classifier has named another model than the policy means.
  package func isMisrouted(kind: Int, accountPlan: Int, to model: UInt16) -> Bool {
    guard !right.isEmpty, let models = right[kind * accountPlans + accountPlan] else {
      return false
    }
    return !models.contains { $0.rawValue == model }
  }

  package func reason(kind: Int, accountPlan: Int) -> String {
    table.rules[kind * accountPlans + accountPlan].name
  }

  /// The rule that decides, and its place in the policy's list, from 0.
  package func rule(kind: Int, accountPlan: Int) -> (rule: Policy.Rule, place: Int) {
    let index = kind * accountPlans + accountPlan
    return (table.rules[index], table.places[index])
  }

  /// The models that it chooses from, with their shares; none: the logged model.
  package func shares(kind: Int, accountPlan: Int) -> [(model: ModelID, share: Double)] {
    table.shares(kind: kind * accountPlans + accountPlan)
  }

  /// The places of a chain's targets, for `target(at:)`.
  @inline(__always)
  package func chain(model: Int, kind chain: UInt16) -> Range<Int> {
    spans[model &* chainKinds &+ Int(chain)].places
  }

  /// The target that a call is tried at first.
  @inline(__always)
  package func firstTarget(model: Int, chain: UInt16) -> Int {
    spans[model &* chainKinds &+ Int(chain)].first
  }

  @inline(__always)
  package func target(at place: Int) -> Int { Int(targets[place]) }

  /// Models that any call may be sent to; of those `where` it holds, and where they are moved to
  /// another tier, in that one.
  package func reachableModels(
    _ compiled: CompiledScenario, movedTo tier: Int? = nil,
    where isRouted: (_ kind: Int, _ accountPlan: Int) -> Bool = { _, _ in true }
  ) -> Set<Int> {
    var result: Set<Int> = []
    for index in compiled.arrivingKinds {
      let kind = compiled.kinds[(tier ?? 0) + index]
      for plan in 0..<accountPlans where isRouted(index, plan) {
        for use in kind.uses {
          result.insert(compiled.targets[compiled.uses[use].target].model.index)
        }
        for (model, _) in table.shares(kind: index * accountPlans + plan) {
          for place in chain(model: model.index, kind: kind.chain) {
            result.insert(compiled.targets[target(at: place)].model.index)
          }
        }
      }
    }
    return result
  }
}
