import CostModel

/// What can be judged only when everything is read: whether calls find a rule, prices, a
/// latency and a cache key.
struct ScenarioChecks {
  let log: InputLog
  let scenario: Scenario
  let root: Fields

  func run(_ workloads: [PlacedWorkload]) {
    checkChains()
    for workload in workloads {
      for call in workload.calls { check(call) }
    }
  }

  private func checkChains() {
    for entry in root.entries("chains") {
      guard case .sequence(let nodes) = entry.value.content else { continue }
      for node in nodes {
        guard case .scalar(let name, _) = node.content, let id = scenario.catalog.id(named: name)
        else { continue }
        if scenario.catalog[id].prices.isEmpty { reportUnpriced(name, node.place) }
      }
    }
  }

  private func reportUnpriced(_ name: String, _ place: Place) {
    log.add(
      place, "model '\(name)' has no price, and an unknown price is not $0",
      hint: "add one under 'prices:', with an assumption")
  }

  private func check(_ call: PlacedVariant) {
    checkCache(call)
    let rules = reachableRules(call)
    if rules.isEmpty {
      log.add(call.place, "no rule of policy '\(scenario.policy.name)' matches this call")
    }
    let chain = scenario.chains[call.variant.attributes[.tier] ?? "standard"] ?? []
    var models: Set<ModelID> = []
    for id in rules.flatMap(\.models) + chain where models.insert(id).inserted {
      checkPrices(call, scenario.catalog[id])
      checkLatency(call, id)
    }
  }

  /// The rules that a call can match, whatever its user's account plan.
  private func reachableRules(_ call: PlacedVariant) -> [Policy.Rule] {
    var plans: [String?] = scenario.users.accountPlans.map(\.name)
    if plans.isEmpty { plans = [nil] }
    return plans.compactMap { plan in
      var attributes = call.variant.attributes
      attributes[.accountPlan] = plan
      return scenario.policy.firstMatch(attributes)
    }
  }

  /// Whether a model has a price for everything that the call uses.
  private func checkPrices(_ call: PlacedVariant, _ model: Model) {
    guard !model.prices.isEmpty else {
      log.add(
        call.place, "this call can reach '\(model.name)', which has no price",
        hint: "add one under 'prices:', with an assumption")
      return
    }
  }

  private func checkLatency(_ call: PlacedVariant, _ id: ModelID) {
    let model = scenario.catalog[id]
    guard model.latency == nil, scenario.behaviours[id.index].latency == .fixed(0),
      !root.entries("models").contains(where: { $0.value["latency"] != nil })
    else { return }
    log.add(
      call.place, "this call can reach '\(model.name)', whose latency is not known",
      hint: "add 'models: {\(model.name): {latency: 1s}}', or one for 'default'")
  }

  /// A class that keeps answers is of no use to calls without a key.
  private func checkCache(_ call: PlacedVariant) {
    guard scenario.cache.mode != .off else { return }
    let name = call.variant.attributes[.cacheClass]
    if let name, scenario.cache.classes[name] == nil, let place = call.cacheClassPlace,
      let near = NearestName.nearest(to: name, among: Array(scenario.cache.classes.keys))
    {
      log.add(place, "unknown cache class '\(name)'", hint: "did you mean '\(near)'?")
    }
    guard call.variant.prompts == PromptRepetition.none, let name,
      let settings = scenario.cache.classes[name], settings.ttl > .zero,
      scenario.cache.mode == .keyed
    else { return }
    log.add(
      call.promptsPlace ?? call.place,
      "cache class '\(name)' keeps answers, but without prompts these calls have no key",
      hint: "give 'prompts:', or leave 'cache_class' out")
  }
}

extension Policy.Rule {
  /// The models that the rule may choose.
  var models: [ModelID] {
    switch choice {
    case .model(let id): [id]
    case .weighted(let models): models.map(\.model)
    case .logged: []
    }
  }
}
