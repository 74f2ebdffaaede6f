import CostModel

/// The expected bill of one plan and its variance, from volumes, mix, token moments, hit ratios
/// and chain probabilities (docs/validation.md, "What `expected_cost_usd` is").
struct ExpectedCost {
  let scenario: Scenario
  let traffic: ExpectedTraffic
  private(set) var calls: [ExpectedCall]
  /// Dollars in the whole period, fixed prices included.
  private(set) var total = 0.0
  private(set) var fixed = 0.0
  /// What drawn calls add: grows with the number of months.
  private(set) var callVariance = 0.0
  /// What drawn activities add in one month: grows with the months' square.
  private(set) var activityVariance = 0.0
  /// Dollars in the whole period by workload and account plan, without fixed prices.
  private(set) var bills: [[Double]] = []
  /// Dollars a month by workload, without fixed prices.
  private(set) var byWorkload: [Double] = []
  /// By row of the reports: calls and dollars in the period.
  private(set) var byModel: [String: (calls: Double, cost: Double)] = [:]
  /// Whether a price that traffic sees changes within the period.
  private(set) var hasPriceChanges = false
  /// Dollars a month of a user of weight 1, by account plan.
  private var perUser: [Double]

  init(scenario: Scenario, plan: PlanSpec) {
    self.scenario = scenario
    traffic = ExpectedTraffic(scenario: scenario, users: plan.users)
    calls = ExpectedCallBuilder(scenario: scenario, traffic: traffic).calls()
    perUser = Array(repeating: 0, count: traffic.usersOfPlan.count)
    ExpectedHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    ExpectedPrefixHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    for workload in scenario.workloads.indices { add(workload) }
    let cv = traffic.activityCV
    activityVariance =
      cv * cv * zip(traffic.usersOfPlan, perUser).reduce(0.0) { $0 + $1.0 * $1.1 * $1.1 }
    addFixedPrices()
  }

  /// Dollars squared, of the whole period.
  var variance: Double {
    callVariance + traffic.months * traffic.months * activityVariance
  }

  /// Dollars and dollars squared of the mean month.
  var month: (mean: Double, variance: Double) {
    (total / traffic.months, callVariance / traffic.months + activityVariance)
  }

  private mutating func add(_ number: Int) {
    let workload = scenario.workloads[number]
    let reachable = Set(
      calls.filter { $0.workload == number }.flatMap(\.chain).map(\.model))
    let eras = PriceEras.eras(
      of: workload, models: reachable, catalog: scenario.catalog, period: scenario.period)
    if eras.count > 1 { hasPriceChanges = true }
    byWorkload.append(0)
    bills.append([])
    for plan in traffic.usersOfPlan.indices {
      let kinds = calls.indices.filter {
        calls[$0].workload == number && calls[$0].accountPlan == plan
      }
      var costs: [CostMoments] = []
      var targets: [[Double]] = []
      for kind in kinds.map({ calls[$0] }) {
        let cost = averageCost(of: kind, over: eras)
        costs.append(cost.moments.scaled(by: 1 - kind.hitRate))
        targets.append(cost.byTarget.map { $0 * (1 - kind.hitRate) })
      }
      let flow = FlowCosts(workload: workload, calls: kinds.map { calls[$0] }, costs: costs)
      let survival = flow.survival
      for kind in kinds { calls[kind].perFlow *= survival[calls[kind].stage] }
      addBill(flow, number: number, plan: plan)
      for (kind, cost) in zip(kinds, targets) { addRows(of: calls[kind], cost: cost) }
    }
  }

  private func averageCost(
    of call: ExpectedCall, over eras: [PriceEras.Era]
  ) -> AttemptCosts.Result {
    var result = AttemptCosts.Result(byTarget: call.chain.map { _ in 0 })
    for era in eras {
      let cost = AttemptCosts(scenario: scenario).cost(of: call, at: era.time)
      result.moments = result.moments + cost.moments.scaled(by: era.share)
      for i in cost.byTarget.indices { result.byTarget[i] += era.share * cost.byTarget[i] }
    }
    return result
  }

  private mutating func addBill(_ flow: FlowCosts, number: Int, plan: Int) {
    let moments = flow.moments
    let flows = traffic.flows[number][plan]
    let months = traffic.volumeMonths[number]
    total += months * flows * moments.mean
    byWorkload[number] += flows * moments.mean
    bills[number].append(months * flows * moments.mean)
    perUser[plan] += months / traffic.months * traffic.volumes[number][plan] * moments.mean
    callVariance += variance(of: flow, workload: number, plan: plan)
  }

  /// What drawing calls does to their sum in the whole period: of a workload's flows, made by the
  /// users of one account plan, each of these costs (or revenues).
  func variance(of flow: FlowCosts, workload number: Int, plan: Int) -> Double {
    let moments = flow.moments
    let months = traffic.volumeMonths[number]
    let flows = months * traffic.flows[number][plan]
    switch scenario.workloads[number].arrivals {
    case .poisson:
      return flows * moments.square
    case .gamma(let cv):
      return flows * (moments.variance + cv * cv * moments.mean * moments.mean)
    case .exact where flow.isPlain:
      // Each user meets the shares of the mix to within a call of each variant, in all months
      // alike, since a user's systematic start is drawn once.
      let mix = flow.mixVariance
      let users = traffic.usersOfPlan[plan] * months * months
      return flows * mix.within + min(flows * mix.between, users * mix.spread)
    case .exact:
      return flows * moments.variance
    }
  }

  /// Calls count at the model that answers, hits and failed calls at the routed one.
  private mutating func addRows(of call: ExpectedCall, cost: [Double]) {
    let made =
      traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
      * call.perFlow
    var reached = 1 - call.hitRate
    for (place, target) in call.chain.enumerated() {
      let passed = reached * target.link.exhausted
      let answered = reached - passed + (place == 0 ? call.hitRate + call.failure : 0)
      byModel[target.name, default: (0, 0)].calls += made * answered
      byModel[target.name, default: (0, 0)].cost += made * cost[place]
      reached = passed
    }
  }

  /// Fixed prices of every model that calls may reach are due once a month.
  private mutating func addFixedPrices() {
    for model in Set(calls.flatMap(\.chain).map(\.model)).sorted() {
      let name = calls.lazy.flatMap(\.chain).first { $0.model == model }?.name ?? ""
      for month in scenario.period.months {
        let sheet = ExpectedPrice.sheet(of: scenario.catalog[model], at: month.start)
        let price = ExpectedPrice.fixed(sheet, from: month.start, to: month.end)
        guard sheet.hasFixedPrice else { continue }
        fixed += price
        byModel[name, default: (0, 0)].cost += price
      }
    }
    total += fixed
  }
}
