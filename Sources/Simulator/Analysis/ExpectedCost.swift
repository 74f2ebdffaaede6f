import CostModel

/// The expected bill of one plan and its variance, from volumes, mix, token moments, hit ratios
/// and chain probabilities (docs/validation.md, "What `expected_cost_usd` is").
struct ExpectedCost {
  let scenario: Scenario
  let traffic: ExpectedTraffic
  private(set) var calls: [ExpectedCall]
  /// Of each of them, dollars in the whole period.
  private(set) var callCosts: [Double]
  /// Places of each workload's calls.
  private let callsOfWorkload: [[Int]]
  /// Dollars in the whole period, fixed prices included.
  private(set) var total = 0.0
  private(set) var fixed = 0.0
  /// What drawn calls add: grows with the number of months.
  private(set) var callVariance = 0.0
  /// What drawn activities add in one month: grows with the months' square.
  private(set) var activityVariance = 0.0
  /// Dollars in the whole period by workload and account plan, without fixed prices.
  private(set) var bills: [[Double]] = []
  /// What experiments add in one month that give users variants: likewise.
  private(set) var assignmentVariance = 0.0
  /// By experiment, then variant: expected dollars in the period.
  private(set) var byArm: [[Double]]
  /// Dollars a month by workload, without fixed prices.
  private(set) var byWorkload: [Double] = []
  /// By row of the reports: calls and dollars in the period.
  private(set) var byModel: [String: (calls: Double, cost: Double)] = [:]
  /// Whether a price that traffic sees changes within the period.
  private(set) var hasPriceChanges = false
  /// Dollars a month that a unit of a user's activity adds, by account plan.
  private var perUser: [Double]
  /// The same by experiment, variant and account plan, of those who have the variant.
  private var perUserOfArm: [[[Double]]]

  init(scenario: Scenario, plan: PlanSpec) {
    self.scenario = scenario
    traffic = ExpectedTraffic(scenario: scenario, users: plan.users)
    calls = ExpectedCallBuilder(scenario: scenario, traffic: traffic).calls()
    callCosts = calls.map { _ in 0 }
    var places: [[Int]] = scenario.workloads.map { _ in [] }
    for (place, call) in calls.enumerated() { places[call.workload].append(place) }
    callsOfWorkload = places
    perUser = Array(repeating: 0, count: traffic.usersOfPlan.count)
    let none = perUser
    perUserOfArm = scenario.experiments.map { $0.arms.map { _ in none } }
    byArm = scenario.experiments.map { $0.arms.map { _ in 0 } }
    ExpectedHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    ExpectedPrefixHits(scenario: scenario, traffic: traffic).apply(to: &calls)
    for workload in scenario.workloads.indices { add(workload) }
    let cv = traffic.activityCV
    activityVariance =
      cv * cv * zip(traffic.usersOfPlan, perUser).reduce(0.0) { $0 + $1.0 * $1.1 * $1.1 }
    assignmentVariance = variance(betweenArms: perUserOfArm)
    addFixedPrices()
  }

  /// Dollars squared, of the whole period.
  var variance: Double {
    callVariance + traffic.months * traffic.months * (activityVariance + assignmentVariance)
  }

  /// Dollars and dollars squared of the mean month.
  var month: (mean: Double, variance: Double) {
    (
      total / traffic.months,
      callVariance / traffic.months + activityVariance + assignmentVariance
    )
  }

  private mutating func add(_ number: Int) {
    let workload = scenario.workloads[number]
    let reachable = Set(callsOfWorkload[number].flatMap { calls[$0].chain }.map(\.model))
    let eras = PriceEras.eras(
      of: workload, models: reachable, catalog: scenario.catalog, period: scenario.period)
    if eras.count > 1 { hasPriceChanges = true }
    byWorkload.append(0)
    bills.append(traffic.usersOfPlan.map { _ in 0 })
    var means: [Double] = []
    for plan in traffic.usersOfPlan.indices {
      let parts = ExpectedAssignment.all(of: workload, in: scenario).map { assignment in
        let flow = addFlow(number, plan: plan, assignment, eras: eras)
        addArm(assignment, flow.moments.mean, number: number, plan: plan)
        return (assignment, flow)
      }
      means.append(parts.reduce(0.0) { $0 + $1.0.share * $1.1.moments.mean })
      if parts[0].0.isByUser || parts.count == 1 {
        for (part, flow) in parts {
          addBill(flow, flow.moments, number: number, plan: plan, share: part.share)
        }
      } else {
        let (flow, moments) = FlowCosts.mixed(parts.map { ($0.0.share, $0.1) })
        addBill(flow, moments, number: number, plan: plan, share: 1)
      }
    }
    let months = traffic.volumeMonths[number] / traffic.months
    for (plan, effect) in traffic.activityEffect(number, values: means).enumerated() {
      perUser[plan] += months * effect
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
    var targets: [[Double]] = []
    for kind in kinds.map({ calls[$0] }) {
      let cost = averageCost(of: kind, over: eras)
      costs.append(cost.moments.scaled(by: 1 - kind.hitRate))
      targets.append(cost.byTarget.map { $0 * (1 - kind.hitRate) })
    }
    let flow = FlowCosts(
      workload: scenario.workloads[number], calls: kinds.map { calls[$0] }, costs: costs)
    let survival = flow.survival
    for kind in kinds { calls[kind].perFlow *= survival[calls[kind].stage] }
    for (kind, cost) in zip(kinds, targets) { addRows(of: kind, cost: cost) }
    return flow
  }

  private mutating func addArm(
    _ assignment: ExpectedAssignment, _ mean: Double, number: Int, plan: Int
  ) {
    guard let experiment = assignment.experiment else { return }
    let months = traffic.volumeMonths[number]
    byArm[experiment][assignment.arm] +=
      months * traffic.flows[number][plan] * assignment.share * mean
    perUserOfArm[experiment][assignment.arm][plan] +=
      months / traffic.months * traffic.volumes[number][plan] * mean
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

  /// - Parameter share: of the users, who make nothing else.
  private mutating func addBill(
    _ flow: FlowCosts, _ moments: CostMoments, number: Int, plan: Int, share: Double
  ) {
    let flows = traffic.flows[number][plan] * share
    let months = traffic.volumeMonths[number]
    total += months * flows * moments.mean
    byWorkload[number] += flows * moments.mean
    bills[number][plan] += months * flows * moments.mean
    callVariance += variance(of: flow, moments, workload: number, plan: plan, share: share)
  }

  /// What drawing calls does to their sum in the whole period: of a workload's flows, made by the
  /// users of one account plan (or a share of them), each of these costs (or revenues).
  func variance(
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
  private mutating func addRows(of place: Int, cost: [Double]) {
    let call = calls[place]
    let made =
      traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
      * call.perFlow
    callCosts[place] = made * cost.reduce(0, +)
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
