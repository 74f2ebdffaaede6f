import CostModel
import Support

/// What can be judged only when everything is read: whether calls find a rule, prices, a
/// latency and a cache key.
package struct ScenarioChecks {
  package let log: InputLog
  package let scenario: Scenario
  package let root: Fields
  /// Whether catalog and policy were read without errors, so that routes can be judged.
  package let isRoutingSound: Bool
  /// Whose prices the scenario has; nil: its own catalog's.
  package let compared: ComparedCatalog?

  /// Told once, at the first call that can reach the model.
  private var withoutLatency: Set<ModelID> = []
  private var withoutWindow: Set<ModelID> = []
  /// By model that calls can reach: the stated prices that some of them are billed by.
  private var used: [ModelID: Set<BillingDimension>] = [:]

  package init(
    log: InputLog, scenario: Scenario, root: Fields, isRoutingSound: Bool,
    compared: ComparedCatalog? = nil
  ) {
    self.log = log
    self.scenario = scenario
    self.root = root
    self.isRoutingSound = isRoutingSound
    self.compared = compared
  }

  package mutating func run(_ calls: [PlacedVariant]) {
    checkChains()
    for call in calls { check(call) }
  }

  private func reportLogged(_ call: PlacedVariant) {
    log.add(
      call.place, "this call is routed as logged, but only the calls of a trace have a log",
      hint: "name a policy whose rules choose models")
  }

  private func checkChains() {
    for entry in root.entries("chains") {
      guard case .sequence(let nodes) = entry.value.content else { continue }
      for node in nodes {
        guard case .scalar(let name, _) = node.content, let id = scenario.catalog.id(named: name)
        else { continue }
        guard scenario.catalog[id].prices.isEmpty, !keepsPrices(id) else { continue }
        log.add(
          node.place, "model '\(name)' has no price\(whose), and an unknown price is not $0",
          hint: advice())
      }
    }
  }

  /// Which catalog lacks a price, where it is not the scenario's.
  private var whose: String {
    compared.map { " in the compared catalog '\($0.name)'" } ?? ""
  }

  private func advice(or other: String = "") -> String {
    compared == nil
      ? "add one under 'prices:', with an assumption\(other)"
      : "add one to that catalog, or leave 'compare_catalog' out"
  }

  /// Whether the compared catalog does not have the model: what its own prices lack has been told.
  private func keepsPrices(_ id: ModelID) -> Bool {
    compared?.missing.contains(scenario.catalog[id].name) ?? false
  }

  private mutating func check(_ call: PlacedVariant) {
    checkCache(call)
    guard isRoutingSound else { return }
    let routes = CallRoutes(scenario: scenario, variant: call.variant)
    let rules = routes.rules
    if rules.isEmpty {
      log.add(call.place, "no rule of policy '\(scenario.policy.name)' matches this call")
    }
    if (rules + routes.rulesOfActions).contains(where: { $0.choice == .logged }) {
      reportLogged(call)
    }
    for id in Set(rules.flatMap(\.models)).sorted() { checkWindow(call, id) }
    if call.variant.fillsShareOfWindow {
      for id in rules.flatMap(\.models) + routes.modelsOfActions { checkShare(call, id) }
    }
    for use in call.variant.uses { check(use, of: call) }
    for id in routes.models {
      checkPrices(call, id)
      checkLatency(call, id)
    }
  }

  /// What a call bills at another model, as if it were a call of that model.
  private mutating func check(_ use: ModelUse, of call: PlacedVariant) {
    guard let id = scenario.catalog.id(named: use.model) else {
      return log.unknown(
        "model", use.model, at: call.place, among: scenario.catalog.models.map(\.name))
    }
    var billed = call
    billed.variant = use.variant
    checkPrices(billed, id)
  }

  /// Whether a model has a price for everything that the call uses, all the time.
  private mutating func checkPrices(_ call: PlacedVariant, _ id: ModelID) {
    let model = scenario.catalog[id]
    guard !keepsPrices(id) else { return }
    let advice = advice(or: ", or another 'tier'")
    guard !model.prices.isEmpty else {
      log.add(
        call.place, "this call can reach '\(model.name)', which has no price\(whose)",
        hint: advice)
      return
    }
    var missing: Set<String> = []
    for region in (scenario.regions[id] ?? []).map(Optional.some) + [nil] {
      let billing = BillingVariant(
        batch: call.variant.batch, serviceTier: call.variant.serviceTier, region: region)
      let pricer = Pricer(model, variant: billing)
      let gaps = pricer.gaps(
        pricing: dimensions(call.variant, id), from: scenario.period.start,
        to: scenario.period.end)
      for gap in gaps { missing.insert(Self.name(gap, in: scenario.period)) }
    }
    for name in missing.sorted() {
      log.add(
        call.place,
        "this call can reach '\(model.name)', which has no price for \(name)\(whose)",
        hint: advice)
    }
    if missing.isEmpty { checkUse(call, id, model) }
  }

  /// Whether the model has a price, $0 or more, for anything that the call states, all the time; and
  /// whether what is stated can be priced.
  private mutating func checkUse(_ call: PlacedVariant, _ id: ModelID, _ model: Model) {
    let uses = dimensions(call.variant, id) + [.calls]
    let period = scenario.period
    for (index, sheet) in model.prices.enumerated() {
      let end = index + 1 < model.prices.count ? model.prices[index + 1].effectiveFrom : period.end
      guard max(period.start, sheet.effectiveFrom) < min(end, period.end) else { continue }
      var found: Set<BillingDimension> = []
      for region in (scenario.regions[id] ?? []).map(Optional.some) + [nil] {
        let billing = BillingVariant(
          batch: call.variant.batch, serviceTier: call.variant.serviceTier, region: region)
        found.formUnion(uses.compactMap { sheet.stated(for: $0, on: billing) })
      }
      used[id, default: []].formUnion(found)
      guard found.isEmpty, !sheet.hasFixedPrice else { continue }
      log.add(
        call.place,
        "this call can reach '\(model.name)', whose prices\(whose) are for "
          + "\(Self.names(sheet.statedDimensions)) alone, and the call states none of it: it would "
          + "cost $0",
        hint: "state in the call what is billed, or a price of what it states; what is free has a "
          + "price of $0")
      return
    }
    checkSize(call, id, model)
  }

  private func checkSize(_ call: PlacedVariant, _ id: ModelID, _ model: Model) {
    for region in scenario.regions[id].map({ $0.map(Optional.some) }) ?? [nil] {
      let billing = BillingVariant(
        batch: call.variant.batch, serviceTier: call.variant.serviceTier, region: region)
      do throws(PricingError) {
        try Pricer(model, variant: billing).check(
          call.variant.largestUsage, from: scenario.period.start, to: scenario.period.end)
      } catch {
        guard error == .tooLarge else { continue }
        log.add(call.place, "this call can reach '\(model.name)', where \(error)")
        return
      }
    }
  }

  /// Prices of models that calls can reach which no call states anything for, in the order of the
  /// catalog.
  package var unbilled: [UnbilledPrices] {
    UnbilledPrices.all(in: scenario.catalog, used: used)
  }

  private static func names(_ dimensions: [BillingDimension]) -> String {
    dimensions.isEmpty
      ? "nothing" : dimensions.map { "'\(CatalogFormat.key($0))'" }.joined(separator: ", ")
  }

  private static func name(_ gap: PricingGap, in period: Period) -> String {
    let key = CatalogFormat.rates.first { $0.dimension == gap.dimension }?.key
    let what = key.map { "'\($0)'" } ?? "anything"
    return gap.from > period.start || gap.to < period.end
      ? "\(what) from \(gap.from) to \(gap.to)" : what
  }

  /// What the call may be billed for.
  private func dimensions(_ variant: Variant, _ id: ModelID) -> [BillingDimension] {
    guard variant.prefixTokens > 0 || variant.turnKind != nil,
      let cache = scenario.behaviours[id.index].promptCache
    else {
      return variant.dimensions
    }
    return variant.dimensions + [.cacheReadTokens]
      + (cache.match == .breakpoint ? [.cacheWriteTokens] : [])
  }

  /// Whether a model that the call is routed to can hold any of its calls.
  private func checkWindow(_ call: PlacedVariant, _ id: ModelID) {
    let model = scenario.catalog[id]
    let variant = call.variant
    let fixed = Double(variant.prefixTokens + variant.frameTokens)
    // What is cut to fit is all but these.
    let input = fixed + (model.overWindow == .truncate ? 0 : variant.input.least)
    let room = variant.maxTokens.map(Double.init) ?? .infinity
    let answer = min(room, variant.output.least + variant.reasoning.least)
    // A conversation that is too long is passed on, or ends: that is simulated.
    guard compared == nil, variant.turnKind == nil, let window = model.contextWindow,
      input + answer > Double(window)
    else { return }
    log.add(
      call.inputPlace ?? call.place,
      "this call's \(HumanFormat.number(input + answer)) tokens are more than the context window of "
        + "'\(model.name)' holds (\(HumanFormat.count(window)))",
      hint: "send less, or route it to another model")
  }

  /// A context that is full at a share of a window needs to know the window.
  private mutating func checkShare(_ call: PlacedVariant, _ id: ModelID) {
    guard compared == nil, scenario.catalog[id].contextWindow == nil,
      withoutWindow.insert(id).inserted
    else { return }
    log.add(
      call.place,
      "'at' is a share of the context window, and that of '\(scenario.catalog[id].name)' is not known",
      hint: "state tokens, or the catalog's 'context_window'")
  }

  private mutating func checkLatency(_ call: PlacedVariant, _ id: ModelID) {
    let model = scenario.catalog[id]
    let stated = root.entries("models").contains { entry in
      entry.value["latency"] != nil
        && (entry.key == "default" || scenario.catalog.id(named: entry.key) == id)
    }
    guard model.latency == nil, !stated, withoutLatency.insert(id).inserted else { return }
    log.add(
      call.place, "this call can reach '\(model.name)', whose latency is not known",
      hint: "add 'models: {\(model.name): {latency: 1s}}', or one for 'default'")
  }

  /// A class that keeps answers is of no use to calls without a key.
  private func checkCache(_ call: PlacedVariant) {
    guard scenario.cache.mode != .off else { return }
    let name = call.variant.attributes[.cacheClass]
    // With a default, a class that is not listed is the default's.
    if let name, scenario.cache.settings(for: name) == nil, let place = call.cacheClassPlace,
      let near = NearestName.nearest(to: name, among: Array(scenario.cache.classes.keys))
    {
      log.add(
        place, "unknown cache class '\(name)'",
        hint: "did you mean '\(near)'? Other classes need a 'default' in 'cache'")
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

/// Prices of a model that calls can reach for which no call states anything (searches, say): what
/// the provider may bill, and the scenario leaves out.
package struct UnbilledPrices: Hashable, Sendable {
  package var model: String
  /// What is priced and not used, in the order of `BillingDimension`.
  package var dimensions: [BillingDimension]

  /// `tokens written to the prompt cache and searches of gpt-4o`.
  package var text: String { "\(HumanFormat.list(dimensions.map(\.label))) of \(model)" }

  /// - Parameter used: by model that calls reach, the stated prices that some of them are billed by.
  package static func all(in catalog: Catalog, used: [ModelID: Set<BillingDimension>])
    -> [UnbilledPrices]
  {
    used.sorted { $0.key < $1.key }.compactMap { id, used in
      let stated = Set(catalog[id].prices.flatMap(\.statedDimensions))
      let left = BillingDimension.allCases.filter { dimension in
        stated.contains(dimension) && !used.contains(dimension)
          && catalog[id].prices.contains { $0.canMoveBill(by: dimension) }
      }
      return left.isEmpty ? nil : UnbilledPrices(model: catalog[id].name, dimensions: left)
    }
  }
}

extension Policy.Rule {
  /// The models that the rule may choose.
  package var models: [ModelID] {
    switch choice {
    case .model(let id): [id]
    case .weighted(let models): models.map(\.model)
    case .logged: []
    }
  }
}
