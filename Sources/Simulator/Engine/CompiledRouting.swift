import CostModel

/// The library's routes and fallback chains for every kind of call and account plan.
struct CompiledRouting: Sendable {
  private let table: RoutingTable
  private let accountPlans: Int
  private let tiers: Int
  /// By model, then tier of the scenario.
  private let spans: FixedTable<ChainSpan>
  /// By place.
  private let targets: FixedTable<UInt16>

  /// Where a chain's targets lie, and the first of them.
  private struct ChainSpan: Sendable {
    var places: Range<Int>
    var first: Int
  }

  /// By the scenario's own policy, unless another one is given.
  init(_ compiled: CompiledScenario, policy: Policy? = nil) {
    let scenario = compiled.scenario
    accountPlans = compiled.accountPlanCount
    let chains = compiled.chains
    let tierIndexes = compiled.tiers.map(chains.tierIndex)
    tiers = tierIndexes.count
    let spans = scenario.catalog.models.indices.flatMap { model in
      tierIndexes.map { tier in
        let places = chains.places(routed: ModelID(UInt16(model)), tierIndex: tier)
        return ChainSpan(places: places, first: chains[places.lowerBound].index)
      }
    }
    self.spans = FixedTable(spans)
    var targets = Array(repeating: UInt16(0), count: spans.map(\.places.upperBound).max() ?? 0)
    for place in spans.lazy.flatMap(\.places) { targets[place] = UInt16(chains[place].index) }
    self.targets = FixedTable(targets)
    let planNames = scenario.users.accountPlans.map(\.name)
    var kinds: [CallAttributes] = []
    var pinned: [Int: Policy.Rule] = [:]
    for (number, attributes) in compiled.attributes.enumerated() {
      for plan in 0..<accountPlans {
        var seen = attributes
        // A log names the plan of each call itself.
        if !planNames.isEmpty { seen[.accountPlan] = planNames[plan] }
        // Another policy (the budget's) goes before what an experiment's variant says.
        if policy == nil { pinned[kinds.count] = compiled.pinned[number] }
        kinds.append(seen)
      }
    }
    guard let table = RoutingTable(policy ?? scenario.policy, kinds: kinds, pinned: pinned) else {
      preconditionFailure("the reader demands a default rule")
    }
    self.table = table
  }

  /// The routed model of a call of that kind, u in [0, 1); nil: the one that a log names.
  @inline(__always)
  func choose(kind: Int, accountPlan: Int, u: Double) -> ModelID? {
    table.choose(kind: kind * accountPlans + accountPlan, u: u)
  }

  func reason(kind: Int, accountPlan: Int) -> String {
    table.rules[kind * accountPlans + accountPlan].name
  }

  /// The rule that decides, and its place in the policy's list, from 0.
  func rule(kind: Int, accountPlan: Int) -> (rule: Policy.Rule, place: Int) {
    let index = kind * accountPlans + accountPlan
    return (table.rules[index], table.places[index])
  }

  /// The models that it chooses from, with their shares; none: the logged model.
  func shares(kind: Int, accountPlan: Int) -> [(model: ModelID, share: Double)] {
    table.shares(kind: kind * accountPlans + accountPlan)
  }

  /// The places of a chain's targets, for `target(at:)`.
  @inline(__always)
  func chain(model: Int, tier: Int) -> Range<Int> { spans[model &* tiers &+ tier].places }

  /// The target that a call is tried at first.
  @inline(__always)
  func firstTarget(model: Int, tier: Int) -> Int { spans[model &* tiers &+ tier].first }

  @inline(__always)
  func target(at place: Int) -> Int { Int(targets[place]) }

  /// Models that any call may be sent to; of those `where` it holds, and where they are moved to
  /// another tier, in that one.
  func reachableModels(
    _ compiled: CompiledScenario, movedTo tier: Int? = nil,
    where isRouted: (_ kind: Int, _ accountPlan: Int) -> Bool = { _, _ in true }
  ) -> Set<Int> {
    var result: Set<Int> = []
    for index in compiled.arrivingKinds {
      let kind = compiled.kinds[(tier ?? 0) + index]
      for plan in 0..<accountPlans where isRouted(index, plan) {
        for (model, _) in table.shares(kind: index * accountPlans + plan) {
          for place in chain(model: model.index, tier: Int(kind.tier)) {
            result.insert(compiled.targets[target(at: place)].model.index)
          }
        }
      }
    }
    return result
  }
}
