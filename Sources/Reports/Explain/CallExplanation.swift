import Catalogs
import CostModel
import Scenarios
import Simulator
import Support

/// One call's trace with the names that belong to it, for people (`text`) and programs (`json`).
package struct CallExplanation {
  package let trace: CallTrace
  package let end: CallTrace.End
  package let plan: PlanSpec
  package let run: Int
  private let names: PlanNames
  /// The log that the call is of, and its data row there; nil: a synthetic call.
  package let log: (name: String, row: Int64)?
  /// Index into the scenario's account plans; 0 without any.
  package let accountPlan: Int

  /// nil while the call has not ended. `names` are those that the engine ended with.
  package init?(
    _ trace: CallTrace, plan: PlanSpec, run: Int, names: PlanNames,
    log: (name: String, row: Int64)? = nil
  ) {
    guard let end = trace.end else { return nil }
    self.trace = trace
    self.end = end
    self.plan = plan
    self.run = run
    self.names = names
    self.log = log
    let dealt = UserAllocation(population: names.compiled.scenario.users, users: plan.users)
      .accountPlan
    let user = Int(trace.arrival.call.user)
    accountPlan = dealt.indices.contains(user) ? Int(dealt[user]) : 0
  }

  package var compiled: CompiledScenario { names.compiled }
  package var routing: CompiledRouting { names.routing }
  package var scenario: Scenario { compiled.scenario }
  package var arrival: CallTrace.Arrival { trace.arrival }
  package var call: Call { trace.arrival.call }
  package var kind: CallClass { compiled.kinds[Int(call.kind)] }
  package var arrivedAt: SimTime { SimTime(microseconds: call.time) }

  /// nil: the log does not tell.
  package var accountID: String? {
    if call.user == Ledger.noUser { return nil }
    let user = Int(call.user)
    return names.userNames.indices.contains(user)
      ? names.userNames[user] : PlanNames.accountID(user + 1)
  }

  package var accountPlanName: String? {
    let plans = scenario.users.accountPlans
    return plans.isEmpty
      ? compiled.attributes[Int(call.kind)][.accountPlan] : plans[accountPlan].name
  }

  package var useCase: String { compiled.useCases[Int(kind.useCase)] }
  package var tier: String { compiled.tiers[Int(kind.tier)] }
  package var routedModel: String { scenario.catalog[ModelID(call.routed)].name }

  /// nil: a logged call.
  package var workload: String? {
    call.fact < 0 ? compiled.workloads[Int(kind.workload)].name : nil
  }

  /// What rules see of the call, use case and account plan included.
  package var attributes: [(attribute: Attribute, value: String)] {
    var seen = compiled.attributes[Int(call.kind)]
    seen[.accountPlan] = accountPlanName
    return Attribute.allCases.compactMap { attribute in seen[attribute].map { (attribute, $0) } }
  }

  /// A line of the budget has refused it.
  package var isRefused: Bool {
    guard call.action >= 0, let action = scenario.budget?.actions[Int(call.action)] else {
      return false
    }
    switch action.effect {
    case .shed, .block, .cap: return true
    case .tier: return unableTier != nil
    case .policy: return false
    }
  }

  /// The tier that the budget would move the call to, had it a model that can do its task; nil: it has, or
  /// the budget does not.
  package var unableTier: String? {
    guard call.action >= 0,
      case .tier(let tier) = scenario.budget?.actions[Int(call.action)].effect,
      compiled.firstFit(in: scenario.chains[tier] ?? [], forKindOf: kind) == nil
    else { return nil }
    return tier
  }

  /// The budget's line that has refused or moved the call, and what it does.
  package var budgetLine: (name: String, action: String)? {
    guard let name = names.lineThatActed(call), let budget = scenario.budget else { return nil }
    return (name, budget.actions[Int(call.action)].name)
  }

  /// The deciding rule and its place in the policy's list, from 0; below 0: a variant's own.
  package var rule: (rule: Policy.Rule, place: Int) {
    routing.rule(kind: Int(call.kind), accountPlan: accountPlan)
  }

  /// The experiment that the call is of, and its variant.
  package var variant: (experiment: Experiment, arm: Experiment.Arm)? { compiled.variant(of: kind) }

  /// The models that the rule chooses from; none: the logged one.
  package var choices: [(name: String, share: Double)] {
    routing.shares(kind: Int(call.kind), accountPlan: accountPlan).map {
      (scenario.catalog[$0.model].name, $0.share)
    }
  }

  package var isClassified: Bool { compiled.classified.contains(Int(call.kind)) }

  /// What the deciding rule says that the call costs and takes; nil: it does not say.
  package var estimate: String? {
    let parts = [
      rule.rule.estimatedCost.map { ExactText.usd($0) },
      rule.rule.estimatedLatency.map { ExactText.duration($0) },
    ].compactMap { $0 }
    return parts.isEmpty || isRefused
      ? nil : parts.joined(separator: " and ") + ", by the rule; never billed"
  }

  /// The rule's estimates beside what came of the call.
  package var estimateBesideActual: String? {
    guard !isRefused else { return nil }
    var parts: [String] = []
    if let cost = rule.rule.estimatedCost {
      parts.append(
        "\(ExactText.usd(cost)) against \(ExactText.usd(trace.cost.total)) billed"
          + Self.times(Double(cost.picodollars), Double(trace.cost.total.picodollars)))
    }
    if let latency = rule.rule.estimatedLatency {
      let actual = end.at - arrivedAt
      parts.append(
        "\(ExactText.duration(latency)) against \(ExactText.duration(actual))"
          + Self.times(latency.seconds, actual.seconds))
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static func times(_ estimate: Double, _ actual: Double) -> String {
    guard actual > 0, estimate > 0 else { return "" }
    return " (\(HumanFormat.number(estimate / actual)) times)"
  }

  package var cacheClass: String? {
    compiled.attributes[Int(call.kind)][.cacheClass]
  }

  package var cacheResult: String {
    kind.cacheMode == .off || isRefused ? "off" : end.answer == .cache ? "hit" : "miss"
  }

  /// `rate` mode's hit rate as the call arrives.
  package var cacheRate: Double { compiled.cacheRate(ofKind: Int(call.kind), at: call.time) }

  /// The last time that the response cache was flushed; nil: not before the call.
  package var flushed: SimTime? {
    scenario.cache.flushes.last { $0.microseconds <= call.time }
  }

  /// Why nothing is looked up, for people; nil if the cache is asked.
  package var whyCacheIsOff: String? {
    if isRefused { return "the budget refuses the call" }
    guard kind.cacheMode == .off else { return nil }
    if scenario.cache.mode == .off { return "the scenario has none" }
    guard let settings = scenario.cache.settings(for: cacheClass) else {
      return cacheClass.map { "the class \($0) is not listed" } ?? "the call has no class"
    }
    if kind.promptForm == .none {
      return call.prompt == 0 ? "the call carries no prompt" : "the call has no account"
    }
    return settings.ttl > .zero ? "the class's hit rate is 0" : "the class's ttl is 0"
  }

  package func name(ofTarget target: Int) -> String { compiled.targets[target].name }

  package func behaviour(ofTarget target: Int) -> TargetBehaviour {
    scenario.behaviours[compiled.targets[target].model.index]
  }

  /// The model that answers: for a hit the routed one.
  package var answeredBy: String? {
    switch end.answer {
    case .cache: routedModel
    case .knowledge: nil
    case .target(let target): name(ofTarget: target)
    case .nobody: nil
    }
  }

  /// What the call's bill says of the sheet that priced it.
  package func priceNotes(_ bill: CallTrace.Bill, target: Int) -> [String] {
    let place = compiled.targets[target]
    let sheet = scenario.catalog[place.model].prices[bill.breakdown.sheet]
    let billing = compiled.billings[bill.billing]
    var notes: [String] = []
    if sheet.effectiveFrom != .distantPast { notes.append("prices since \(sheet.effectiveFrom)") }
    if let tier = bill.breakdown.contextTier {
      notes.append("context tier from \(HumanFormat.count(tier)) input tokens")
    }
    if billing.batch, sheet.batch != nil { notes.append("batch") }
    if let tier = billing.serviceTier, sheet.serviceTiers[tier] != nil {
      notes.append("service tier \(tier)")
    }
    let region = billing.region(in: scenario.catalog[place.model]) ?? place.region
    if let region, sheet.region(named: region) != nil { notes.append("region \(region)") }
    if let time = bill.breakdown.timeOfDay {
      let span = sheet.timesOfDay[time]
      notes.append(
        "time of day \(CatalogText.clock(span.from)) to \(CatalogText.clock(span.to)) UTC")
    }
    let audio = bill.usage.audioMicroseconds
    if audio > 0, audio < sheet.minimumAudio.microseconds {
      notes.append("minimum of \(ExactText.duration(sheet.minimumAudio)) of audio")
    }
    if audio > 0, sheet.audioStep > .zero {
      notes.append("audio in steps of \(ExactText.duration(sheet.audioStep))")
    }
    if bill.usage.videoMicroseconds > 0, sheet.videoStep > .zero {
      notes.append("video in steps of \(ExactText.duration(sheet.videoStep))")
    }
    if bill.usage.documents > 0, sheet.searchDocuments > 0 {
      notes.append("\(HumanFormat.count(sheet.searchDocuments)) documents a search")
    }
    return notes
  }

  /// Budget lines that a bill's attempt crosses.
  package func linesCrossed(by bill: CallTrace.Bill) -> [String] {
    let before = bill.spent - MoneySum(bill.cost.total)
    guard let budget = scenario.budget else { return [] }
    var lines = budget.thresholds.filter {
      $0.kind == .actual && before <= $0.amount && $0.amount < bill.spent
    }.map(\.name)
    if before <= budget.amount, budget.amount < bill.spent { lines.append("the budget") }
    return lines
  }
}
