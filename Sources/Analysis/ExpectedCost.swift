import CostModel
import Scenarios

/// The expected bill of one plan and its variance, from volumes, mix, token moments, hit ratios
/// and chain probabilities (docs/validation.md, "What `expected_cost_usd` is").
package struct ExpectedCost {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  package private(set) var calls: [ExpectedCall]
  /// Of each of them, dollars in the whole period.
  package private(set) var callCosts: [Double]
  /// Places of each workload's calls.
  private let callsOfWorkload: [[Int]]
  /// Dollars in the whole period, fixed prices included.
  package private(set) var total = 0.0
  package private(set) var fixed = 0.0
  /// What drawn calls add: grows with the number of months.
  package private(set) var callVariance = 0.0
  /// What is drawn once for all months (activities, variants that users are given) adds in one month:
  /// grows with the months' square.
  package private(set) var sharedVariance = 0.0
  /// E (S − E S)³ of the mean month.
  package private(set) var monthThird = 0.0
  /// Dollars in the whole period by workload and account plan, without fixed prices.
  package private(set) var bills: [[Double]] = []
  /// What is counted and priced, one independent of the other.
  package private(set) var counted: [CountedCost] = []
  /// By workload: times between which no price changes.
  package private(set) var eras: [[PriceEras.Era]] = []
  /// By experiment, then variant: expected dollars in the period.
  package private(set) var byArm: [[Double]]
  /// Dollars a month by workload, without fixed prices.
  package private(set) var byWorkload: [Double] = []
  /// By row of the reports: calls and dollars in the period.
  package private(set) var byModel: [String: (calls: Double, cost: Double)] = [:]
  /// Dollars in the period by use case and model, in the order in which calls come to them; then fixed
  /// prices, which belong to no use case.
  package private(set) var byUse: [Expectation.UseCost] = []
  private var placeOfUse: [[String]: Int] = [:]
  /// What is due in the period whatever the traffic, by model.
  package private(set) var fixedPrices: [(model: String, dollars: Double)] = []
  /// Where something stands against the closed forms of these, the bill is not known.
  package let conversations: ExpectedConversations
  /// Whether a price that traffic sees changes within the period.
  package private(set) var hasPriceChanges = false
  /// Whether months differ in what is due for them whatever the traffic.
  package private(set) var hasFixedPriceChanges = false

  package init(scenario: Scenario, plan: PlanSpec) {
    self.init(scenario: scenario, users: plan.users)
  }

  package init(scenario: Scenario, users: Int) {
    self.scenario = scenario
    traffic = ExpectedTraffic(scenario: scenario, users: users)
    conversations = ExpectedConversations(scenario: scenario, traffic: traffic)
    var builder = ExpectedCallBuilder(scenario: scenario, traffic: traffic)
    builder.leftToOthers = conversations.covered
    calls = builder.calls() + conversations.calls.joined()
    callCosts = calls.map { _ in 0 }
    var places: [[Int]] = scenario.workloads.map { _ in [] }
    for (place, call) in calls.enumerated() { places[call.workload].append(place) }
    callsOfWorkload = places
    byArm = scenario.experiments.map { $0.arms.map { _ in 0 } }
    ExpectedHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    ExpectedPrefixHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    if let knowledge = scenario.knowledge, knowledge.prompt == nil {
      for place in calls.indices where calls[place].isKnown {
        (calls[place].hitRate, calls[place].pool) = (1, nil)
      }
    }
    for workload in scenario.workloads.indices { add(workload) }
    let month = UserBills(self).moments
    callVariance = traffic.months * month.callVariance
    sharedVariance = month.sharedVariance
    monthThird = month.third
    addFixedPrices()
    // A part of the bill is not the bill.
    if !conversations.obstacles.isEmpty { total = .nan }
  }

  /// Dollars squared, of the whole period.
  package var variance: Double { callVariance + traffic.months * traffic.months * sharedVariance }

  /// Dollars and dollars squared of the mean month.
  package var month: (mean: Double, variance: Double) {
    (total / traffic.months, callVariance / traffic.months + sharedVariance)
  }

  private mutating func add(_ number: Int) {
    let workload = scenario.workloads[number]
    let asked = callsOfWorkload[number].map { calls[$0] }
    let used = asked.flatMap(\.variant.uses).compactMap { scenario.catalog.id(named: $0.model) }
    let reachable = Set(asked.flatMap(\.chain).map(\.model) + used)
    let eras = PriceEras.eras(
      of: workload, models: reachable, catalog: scenario.catalog, period: scenario.period)
    self.eras.append(eras)
    if eras.count > 1 { hasPriceChanges = true }
    byWorkload.append(0)
    bills.append(traffic.usersOfPlan.map { _ in 0 })
    for plan in traffic.usersOfPlan.indices {
      let parts = ExpectedAssignment.all(of: workload, in: scenario).map { assignment in
        let flow = addFlow(number, plan: plan, assignment, eras: eras)
        addArm(assignment, flow.moments.mean, number: number, plan: plan)
        return (assignment, flow)
      }
      if parts[0].0.isByUser || parts.count == 1 {
        for (part, flow) in parts {
          addBill(flow.moments, number: number, plan: plan, share: part.share)
          count([(1, flow)], flow, number: number, plan: plan, part)
        }
      } else {
        let flows = parts.map { ($0.0.share, $0.1) }
        let (flow, moments) = FlowCosts.mixed(flows)
        addBill(moments, number: number, plan: plan, share: 1)
        count(flows, flow, number: number, plan: plan, ExpectedAssignment())
      }
    }
  }

  /// The flows of one variant, or of a workload without any.
  private mutating func addFlow(
    _ number: Int, plan: Int, _ assignment: ExpectedAssignment, eras: [PriceEras.Era]
  ) -> FlowCosts {
    let kinds = callsOfWorkload[number].filter {
      calls[$0].accountPlan == plan && calls[$0].assignment == assignment
    }
    var costs: [CostMoments] = []
    var missCosts: [CostMoments] = []
    var targets: [[Double]] = []
    var uses: [[Double]] = []
    for kind in kinds.map({ calls[$0] }) {
      let cost = averageCost(of: kind, over: eras)
      missCosts.append(cost.moments)
      costs.append(cost.moments.scaled(by: 1 - kind.hitRate))
      targets.append(cost.byTarget.map { $0 * (1 - kind.hitRate) })
      uses.append(cost.byUse.map { $0 * (1 - kind.hitRate) })
    }
    var flow = FlowCosts(
      workload: scenario.workloads[number], calls: kinds.map { calls[$0] }, costs: costs,
      missCosts: missCosts)
    flow.spread = conversations.moments(workload: number, plan: plan, over: eras)
    let survival = flow.survival
    for kind in kinds { calls[kind].perFlow *= survival[calls[kind].stage] }
    for (place, kind) in kinds.enumerated() {
      addRows(of: kind, cost: targets[place], uses: uses[place])
    }
    return flow
  }

  private mutating func addArm(
    _ assignment: ExpectedAssignment, _ mean: Double, number: Int, plan: Int
  ) {
    guard let experiment = assignment.experiment else { return }
    let months = traffic.volumeMonths[number]
    byArm[experiment][assignment.arm] +=
      months * traffic.flows[number][plan] * assignment.share * mean
  }

  private func averageCost(
    of call: ExpectedCall, over eras: [PriceEras.Era]
  ) -> AttemptCosts.Result {
    var result = AttemptCosts.Result(
      byTarget: call.chain.map { _ in 0 }, byUse: call.variant.uses.map { _ in 0 })
    for era in eras {
      let cost = AttemptCosts(scenario: scenario).cost(of: call, at: era.time)
      result.moments = result.moments + cost.moments.scaled(by: era.share)
      for i in cost.byTarget.indices { result.byTarget[i] += era.share * cost.byTarget[i] }
      for i in cost.byUse.indices { result.byUse[i] += era.share * cost.byUse[i] }
    }
    return result
  }

  /// - Parameter share: of the users, who make nothing else.
  private mutating func addBill(
    _ moments: CostMoments, number: Int, plan: Int, share: Double
  ) {
    let flows = traffic.flows[number][plan] * share
    let months = traffic.volumeMonths[number]
    total += months * flows * moments.mean
    byWorkload[number] += flows * moments.mean
    bills[number][plan] += months * flows * moments.mean
  }

  /// What there is of a workload's flows to be counted: all of them, but in a keyed cache the misses of
  /// each pool of prompts, whose number the cache makes steadier than that of the calls.
  private mutating func count(
    _ parts: [(share: Double, flow: FlowCosts)], _ flow: FlowCosts, number: Int, plan: Int,
    _ assignment: ExpectedAssignment
  ) {
    let volume = traffic.volumes[number][plan]
    guard volume > 0, traffic.usersOfPlan[plan] > 0 else { return }
    let months = traffic.volumeMonths[number] / traffic.months
    let dealt = traffic.kinds.filter { $0.accountPlan == plan }
      .reduce(0) { $0 + $1.users * $1.weight }
    // Exact arrivals are rounded.
    let perUser = months * (dealt > 0 ? traffic.flows[number][plan] / dealt : volume)
    var one = CountedCost(workload: number, plan: plan, assignment: assignment, perUser: perUser)
    one.isExact = traffic.activityCV > 0 && scenario.workloads[number].arrivals == .exact
    one.parts = parts
    one.moments = parts.reduce(CostMoments()) { $0 + $1.flow.moments.scaled(by: $1.share) }
    if flow.isPlain, scenario.workloads[number].arrivals == .exact {
      return countVariants(of: flow, one)
    }
    let pools = Set(flow.calls.compactMap(\.pool?.number)).sorted()
    guard flow.isPlain, scenario.workloads[number].arrivals == .poisson, !pools.isEmpty else {
      one.dispersion = dispersion(of: flow, one)
      return counted.append(one)
    }
    for pool in pools.map(Int?.some) + [nil] {
      let share = flow.calls.reduce(0) { $0 + ($1.pool?.number == pool ? $1.share : 0) }
      guard share > 0 else { continue }
      var part = one
      part.perUser = perUser * share
      part.pool = flow.calls.first { $0.pool?.number == pool }?.pool
      part.isOfPool = pool
      part.parts = [(1, flow.only(pool, share: share))]
      part.moments = part.parts[0].flow.moments
      counted.append(part)
    }
  }

  /// Of each variant of an exact mix every user makes a number that is certain, but for one call more or
  /// fewer: in place of a mean call.
  private mutating func countVariants(of flow: FlowCosts, _ all: CountedCost) {
    for variant in Set(flow.calls.map(\.variantNumber)).sorted() {
      let share = flow.calls.reduce(0) { $0 + ($1.variantNumber == variant ? $1.share : 0) }
      guard share > 0 else { continue }
      var part = all
      part.perUser = all.perUser * share
      part.parts = [(1, flow.only(variant: variant, share: share))]
      part.moments = part.parts[0].flow.moments
      // A call more of one variant is one less of another.
      let mean = part.moments.mean
      let distance = mean > 0 ? (mean - all.moments.mean) / mean : 0
      part.dispersion = distance * distance * rounding(part)
      counted.append(part)
    }
  }

  /// Variance of the numbers of users that are whole and within one of their means, over these means.
  private func rounding(_ part: CountedCost) -> Double {
    var (variance, mean) = (0.0, 0.0)
    for kind in traffic.kinds where kind.accountPlan == part.plan {
      let number = (part.isExact ? 1 : kind.weight) * part.perUser
      let rest = number - number.rounded(.down)
      variance += kind.users * rest * (1 - rest)
      mean += kind.users * number
    }
    return mean > 0 ? variance / mean : 0
  }

  /// Variance of the number of a user's flows over its mean.
  private func dispersion(of flow: FlowCosts, _ counted: CountedCost) -> Double {
    switch scenario.workloads[counted.workload].arrivals {
    case .poisson: return flow.isPlain ? prefixDispersion(of: flow, counted.moments.mean) : 1
    case .gamma(let cv): return cv * cv
    case .exact: return 0
    }
  }

  /// Poisson, but misses of a prompt cache follow one another less closely than if each call missed it
  /// by itself: with D what a miss costs more, S = Σ C + D·M, of which Var and Cov of M are known.
  private func prefixDispersion(of flow: FlowCosts, _ mean: Double) -> Double {
    var (premium, missed, covariance, variance) = (0.0, 0.0, 0.0, 0.0)
    for call in flow.calls {
      guard let target = call.chain.first, target.prefixHit > 0 else { continue }
      let share = call.share * (1 - call.hitRate)
      premium += share * self.premium(of: call, at: target)
      missed += share * (1 - target.prefixHit)
      covariance += share * target.prefixCovariance
      variance += share * target.prefixVariance
    }
    guard premium > 0, mean > 0 else { return 1 }
    let whenHit = mean - premium * missed
    let change = 2 * premium * whenHit * covariance + premium * premium * variance
    return max(0, 1 + change / (mean * mean))
  }

  /// What a call costs more, in dollars, if its prefix is not in the target's prompt cache.
  package func premium(of call: ExpectedCall, at target: ExpectedCall.Target) -> Double {
    let price = ExpectedPrice(
      model: scenario.catalog[target.model], region: target.region, variant: call.variant,
      time: scenario.period.start)
    func constant(cached: Double = 0, written: Double = 0, long: Double = 0) -> Double {
      price.line(
        input: call.shape.meanInput, cached: cached, written: written, writtenLong: long,
        answered: true, shape: call.shape
      ).constant
    }
    return constant(written: target.prefixWritten, long: target.prefixWrittenLong)
      - constant(cached: target.prefixRead)
  }

  /// What drawing calls does to their sum in the whole period: of a workload's flows, made by the
  /// users of one account plan (or a share of them), each of these costs (or revenues).
  package func variance(
    of flow: FlowCosts, _ moments: CostMoments, workload number: Int, plan: Int, share: Double = 1
  ) -> Double {
    let months = traffic.volumeMonths[number]
    let flows = months * traffic.flows[number][plan] * share
    switch scenario.workloads[number].arrivals {
    case .poisson:
      return flows * moments.square
    case .gamma(let cv):
      return flows * (moments.variance + cv * cv * moments.mean * moments.mean)
    case .exact where flow.isPlain:
      // Each user meets the shares of the mix to within a call of each variant, in all months
      // alike, since a user's systematic start is drawn once.
      let mix = flow.mixVariance
      let users = traffic.usersOfPlan[plan] * share * months * months
      return flows * mix.within + min(flows * mix.between, users * mix.spread)
    case .exact:
      return flows * moments.variance
    }
  }

  /// Calls count at the model that answers, hits and failed calls at the routed one.
  private mutating func addRows(of place: Int, cost: [Double], uses: [Double]) {
    let call = calls[place]
    let made =
      traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
      * call.perFlow
    callCosts[place] = made * (cost.reduce(0, +) + uses.reduce(0, +))
    for (use, mean) in zip(call.variant.uses, uses) {
      guard let model = scenario.catalog.id(named: use.model) else { continue }
      byModel[name(of: model), default: (0, 0)].cost += made * mean
      add(made * mean, of: call, at: name(of: model))
    }
    for (place, target) in call.chain.enumerated() {
      let answered =
        (1 - call.hitRate) * call.passage(place).answered
        + (place == 0 ? call.hitRate + call.failure : 0)
      byModel[target.name, default: (0, 0)].calls += made * answered
      byModel[target.name, default: (0, 0)].cost += made * cost[place]
      add(made * cost[place], of: call, at: target.name)
    }
  }

  private mutating func add(_ dollars: Double, of call: ExpectedCall, at model: String) {
    guard dollars != 0 else { return }
    let useCase = useCase(of: call)
    let key = [useCase, model]
    let place = placeOfUse[key] ?? byUse.count
    if place == byUse.count {
      placeOfUse[key] = place
      byUse.append(Expectation.UseCost(useCase: useCase, model: model, cost: 0))
    }
    byUse[place].cost += dollars
  }

  /// What tables count a call to.
  package func useCase(of call: ExpectedCall) -> String {
    call.variant.attributes[.useCase] ?? scenario.workloads[call.workload].useCase
  }

  /// The models that calls can be billed at: along their chains, and beside their own.
  package var reachedModels: Set<ModelID> {
    let used = calls.flatMap(\.variant.uses).compactMap { scenario.catalog.id(named: $0.model) }
    return Set(calls.flatMap(\.chain).map(\.model) + used)
  }

  /// What tables call a model where it is billed beside a call's own.
  package func name(of model: ModelID) -> String {
    Target(model: model, region: scenario.regions[model]?.first).name(in: scenario.catalog)
  }

  /// Fixed prices of every model that calls may reach are due once a month.
  private mutating func addFixedPrices() {
    for model in reachedModels.sorted() {
      let name = calls.lazy.flatMap(\.chain).first { $0.model == model }?.name ?? name(of: model)
      var first: Double?
      var sum = 0.0
      for month in scenario.period.months {
        let sheet = ExpectedPrice.sheet(of: scenario.catalog[model], at: month.start)
        let price = ExpectedPrice.fixed(sheet, from: month.start, to: month.end)
        if price != first ?? price { hasFixedPriceChanges = true }
        first = price
        guard sheet.hasFixedPrice else { continue }
        fixed += price
        sum += price
        byModel[name, default: (0, 0)].cost += price
      }
      guard sum != 0 else { continue }
      fixedPrices.append((name, sum))
      byUse.append(Expectation.UseCost(useCase: nil, model: name, cost: sum))
    }
    total += fixed
  }
}
