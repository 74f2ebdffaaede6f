import CostModel
import Scenarios
import Support

/// All inputs in which two scenarios differ, as far as they can move a bill.
package struct InputChanges {
  package let base: Scenario
  package let head: Scenario
  /// Models that calls of either scenario may be sent to; the others move no bill.
  package let reachable: [ModelID]
  package private(set) var list: [InputChange] = []

  /// - Parameter users: of the plan, in the base and now.
  package init(_ aligned: AlignedScenarios, users: (base: Int, head: Int)) {
    base = aligned.base
    head = aligned.head
    reachable = Set([base, head].flatMap(Self.reachable)).sorted()
    addUsers(users)
    for place in base.workloads.indices { addWorkload(place) }
    addCache()
    addRouting()
    for model in reachable { addPrices(model) }
    addBehaviours()
    addEnforcement()
    addTiming()
  }

  package mutating func add(
    _ cause: Cause, _ what: String, _ from: String = "", _ to: String = "",
    part: BillPart? = nil, _ apply: @escaping @Sendable (inout InputChange.State) -> Void
  ) {
    list.append(
      InputChange(
        cause: cause, what: what, from: from == to ? "" : from, to: from == to ? "" : to,
        part: part
      ) { state in
        apply(&state)
        // What calls fall back to follows from tasks and capabilities.
        state.scenario.leaveOutIncapable()
      })
  }

  private static func reachable(_ scenario: Scenario) -> [ModelID] {
    scenario.policy.rules.flatMap(\.models) + scenario.chains.values.joined()
      + scenario.experiments.flatMap(\.arms).compactMap(\.model)
      + scenario.variants.flatMap { variant in
        CallRoutes(scenario: scenario, variant: variant).models
          + variant.uses.compactMap { scenario.catalog.id(named: $0.model) }
      }
  }

  // MARK: Who calls, and when

  private mutating func addUsers(_ users: (base: Int, head: Int)) {
    if users.base != users.head {
      add(
        .volume, "users of the plan", HumanFormat.count(Int64(users.base)),
        HumanFormat.count(Int64(users.head))
      ) { $0.users = users.head }
    }
    let population = head.users
    if base.users.activity != population.activity {
      add(.volume, "how much users differ") { $0.scenario.users.activity = population.activity }
    }
    if base.users.accountPlans != population.accountPlans {
      add(.volume, "account plans", Self.text(base.users), Self.text(population)) {
        $0.scenario.users.accountPlans = population.accountPlans
      }
    }
    let period = head.period
    if base.period.months.count != period.months.count {
      add(
        .volume, "months", "\(base.period.months.count)", "\(period.months.count)"
      ) { $0.scenario.period = period }
    }
  }

  private static func text(_ users: UserPopulation) -> String {
    users.accountPlans.map { "\($0.name) \(GateWords.share($0.share))" }.joined(separator: ", ")
  }

  private mutating func addTiming() {
    let new = head
    if base.period.months.count == new.period.months.count,
      base.period.months != new.period.months || base.period.timeZone != new.period.timeZone
    {
      add(.timing, "period", GateWords.span(base.period), GateWords.span(new.period)) {
        $0.scenario.period = new.period
      }
    }
    if base.seed != new.seed {
      add(.timing, "seed", "\(base.seed)", "\(new.seed)") { $0.scenario.seed = new.seed }
    }
  }

  // MARK: The response cache

  private mutating func addCache() {
    let (old, new) = (base.cache, head.cache)
    if old.mode != new.mode {
      add(.cache, "cache mode", old.mode.rawValue, new.mode.rawValue) {
        $0.scenario.cache.mode = new.mode
      }
    }
    if old.scope != new.scope {
      add(.cache, "cache scope", old.scope.rawValue, new.scope.rawValue) {
        $0.scenario.cache.scope = new.scope
      }
    }
    for name in Set(old.classes.keys).union(new.classes.keys).sorted()
    where old.classes[name] != new.classes[name] {
      let settings = new.classes[name]
      add(
        .cache, "cache class \(name)", GateWords.cacheClass(old.classes[name]),
        GateWords.cacheClass(settings)
      ) { $0.scenario.cache.classes[name] = settings }
    }
    if old.defaultClass != new.defaultClass {
      add(
        .cache, "default cache class", GateWords.cacheClass(old.defaultClass),
        GateWords.cacheClass(new.defaultClass)
      ) { $0.scenario.cache.defaultClass = new.defaultClass }
    }
    if old.flushes != new.flushes {
      add(.cache, "cache flushes", "\(old.flushes.count)", "\(new.flushes.count)") {
        $0.scenario.cache.flushes = new.flushes
      }
    }
  }

  // MARK: Routing

  private mutating func addRouting() {
    let new = head
    let rules = changedRules()
    if !rules.isEmpty {
      add(.routing, "routing rules (\(GateWords.few(rules)))") { $0.scenario.policy = new.policy }
    }
    if base.experiments != new.experiments {
      let names = Set(base.experiments).symmetricDifference(new.experiments).map(\.name)
      add(.routing, "experiments (\(GateWords.few(Set(names).sorted())))") {
        $0.scenario.experiments = new.experiments
      }
    }
    for tier in Set(base.chains.keys).union(new.chains.keys).sorted()
    where base.chains[tier] != new.chains[tier] {
      let chain = new.chains[tier]
      add(
        .routing, "fallback chain of \(tier)", names(base.chains[tier]), names(chain)
      ) { $0.scenario.chains[tier] = chain }
    }
    addCapabilities()
    for id in Set(base.regions.keys).union(new.regions.keys).sorted()
    where base.regions[id] != new.regions[id] {
      let regions = new.regions[id]
      add(
        .routing, "regions of \(new.catalog[id].name)", GateWords.list(base.regions[id]),
        GateWords.list(regions)
      ) { $0.scenario.regions[id] = regions }
    }
  }

  /// Where a task of the calls takes them, they decide what is fallen back to.
  private mutating func addCapabilities() {
    let (old, new) = (base.neededCapabilities, head.neededCapabilities)
    if old != new {
      let selection = head.selection
      add(.routing, "tasks that take a capability", GateWords.few(old), GateWords.few(new)) {
        $0.scenario.selection = selection
      }
    }
    for id in base.catalog.models.indices.map({ ModelID(UInt16($0)) }) {
      let own = base.catalog[id].capabilities.filter { old.contains($0) || new.contains($0) }
      let other = head.catalog[id].capabilities.filter { old.contains($0) || new.contains($0) }
      guard Set(own) != Set(other) else { continue }
      let capabilities = head.catalog[id].capabilities
      add(
        .routing, "capabilities of \(head.catalog[id].name)", GateWords.few(own.sorted()),
        GateWords.few(other.sorted())
      ) { $0.scenario.catalog[id].capabilities = capabilities }
    }
  }

  private func names(_ chain: [ModelID]?) -> String {
    GateWords.list(chain?.map { head.catalog[$0].name })
  }

  /// Names of rules that are new, gone or different; all of them where only the order is.
  private func changedRules() -> [String] {
    let (old, new) = (base.policy.rules, head.policy.rules)
    if Self.isSame(old, new) { return [] }
    let changed =
      new.filter { rule in !old.contains { Self.isSame($0, rule) } }.map(\.name)
      + old.filter { rule in !new.contains { $0.name == rule.name } }.map(\.name)
    return changed.isEmpty ? ["their order"] : changed
  }
}
