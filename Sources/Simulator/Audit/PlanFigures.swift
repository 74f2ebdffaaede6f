import CostModel

/// Figures of scenarios' plans, in closed form or simulated; each plan is computed once.
final class PlanFigures {
  /// A figure that a plan does not have.
  struct Problem: Error {
    var message: String
  }
  private struct Key: Hashable {
    var scenario: String
    var users: Int
  }

  private var expected: [Key: ExpectedCost] = [:]
  private var simulated: [Key: PlanResult] = [:]

  func measure(_ query: PlanQuery) throws(Problem) -> Measure {
    let value =
      query.isSimulated ? try simulatedFigure(query) : try expectedFigure(query)
    guard let value, value.isFinite else {
      throw Problem(message: "this plan has no such figure: nothing to divide by")
    }
    do {
      var result = Measure(interval: Interval(try Rational(nearest: value)), kind: query.kind)
      if !query.scenario.assumptions.isEmpty {
        result.assume(["the call sizes and habits that scenario \(query.scenario.name) assumes"])
      }
      return result
    } catch {
      throw Problem(message: "the figure has too many digits to be exact")
    }
  }

  // MARK: Closed forms

  private func expectedFigure(_ query: PlanQuery) throws(Problem) -> Double? {
    let key = Key(scenario: query.scenario.name, users: query.users)
    let form = expected[key] ?? ExpectedCost(scenario: query.scenario, plan: query.plan)
    expected[key] = form
    let figures = ExpectedFigures(form: form, query: query)
    switch query.figure {
    case .cost: return try figures.cost()
    case .calls: return try figures.calls()
    case .costPerCall: return try figures.cost() / figures.calls()
    case .hitRate: return figures.share(of: { $0.lookup != nil }, weighing: \.hitRate)
    case .errorRate: return figures.share(of: { _ in true }, weighing: \.failure)
    case .attainableHitRate: return figures.attainableHitRate
    case .usersWithinBudget: return figures.usersWithinBudget
    case .usersWithinQuota: return figures.usersWithinQuota
    case .latencyP50, .latencyP95, .latencyP99: return nil
    }
  }

  // MARK: Simulations

  private func simulatedFigure(_ query: PlanQuery) throws(Problem) -> Double? {
    let key = Key(scenario: query.scenario.name, users: query.users)
    let result: PlanResult
    if let known = simulated[key] {
      result = known
    } else {
      guard let made = try? Simulation(query.scenario).result(of: query.plan, run: 1) else {
        throw Problem(message: "the plan cannot be simulated")
      }
      result = made
      simulated[key] = made
    }
    let figures = SimulatedFigures(result: result, query: query)
    switch query.figure {
    case .cost: return figures.cost
    case .calls: return figures.calls
    case .costPerCall: return figures.cost / figures.calls
    case .hitRate: return try figures.hitRate()
    case .errorRate: return try figures.errorRate()
    case .latencyP50: return try figures.latency(50)
    case .latencyP95: return try figures.latency(95)
    case .latencyP99: return try figures.latency(99)
    case .attainableHitRate, .usersWithinBudget, .usersWithinQuota: return nil
    }
  }
}

extension PlanQuery {
  /// What the figure is a number of; amounts and calls are a month's.
  fileprivate var kind: ClaimUnit.Kind {
    let call = ClaimUnit.Kind("call")
    let month = ClaimUnit.Kind(ClaimUnit.month)
    switch figure {
    case .cost: return ClaimUnit.Kind(ClaimUnit.dollar).times(month, power: -1)
    case .calls: return call.times(month, power: -1)
    case .costPerCall: return ClaimUnit.Kind(ClaimUnit.dollar).times(call, power: -1)
    case .hitRate, .errorRate, .attainableHitRate: return .number
    case .usersWithinBudget, .usersWithinQuota: return ClaimUnit.Kind("user")
    case .latencyP50, .latencyP95, .latencyP99: return ClaimUnit.Kind(ClaimUnit.second)
    }
  }

  /// A row of the reports is a model or `model@region`.
  fileprivate func isModel(_ row: String) -> Bool {
    model.map { row == $0 || row.hasPrefix($0 + "@") } ?? true
  }
}

/// One plan's closed forms, as far as a query asks for them.
private struct ExpectedFigures {
  let form: ExpectedCost
  let query: PlanQuery

  private func checkOneFilter() throws(PlanFigures.Problem) {
    if query.model != nil, query.useCase != nil {
      throw PlanFigures.Problem(
        message: "a closed form counts a model or a use case, not both: expected 'simulated'")
    }
  }

  /// Dollars a month.
  func cost() throws(PlanFigures.Problem) -> Double {
    try checkOneFilter()
    if query.model != nil {
      return form.byModel.filter { query.isModel($0.key) }.sorted { $0.key < $1.key }
        .reduce(0) { $0 + $1.value.cost } / form.traffic.months
    }
    guard let useCase = query.useCase else { return form.month.mean }
    return zip(form.scenario.workloads, form.byWorkload).reduce(0) { sum, item in
      item.0.useCase == useCase ? sum + item.1 : sum
    }
  }

  /// Calls a month; a model's are those that it answers.
  func calls() throws(PlanFigures.Problem) -> Double {
    try checkOneFilter()
    if query.model != nil {
      return form.byModel.filter { query.isModel($0.key) }.sorted { $0.key < $1.key }
        .reduce(0) { $0 + $1.value.calls } / form.traffic.months
    }
    return members.reduce(0) { $0 + made($1) }
  }

  private func made(_ call: ExpectedCall) -> Double {
    form.traffic.flows[call.workload][call.accountPlan] * call.perFlow
  }

  private var members: [ExpectedCall] {
    form.calls.filter { call in
      let useCase = form.scenario.workloads[call.workload].useCase
      let model = form.scenario.catalog[call.routed].name
      return (query.useCase.map { $0 == useCase } ?? true)
        && (query.model.map { $0 == model } ?? true)
        && (query.cacheClass.map { $0 == call.variant.attributes[.cacheClass] } ?? true)
    }
  }

  /// A mean over calls.
  func share(
    of isMember: (ExpectedCall) -> Bool, weighing value: (ExpectedCall) -> Double
  ) -> Double {
    let all = members.filter(isMember)
    return all.reduce(0) { $0 + made($1) * value($1) } / all.reduce(0) { $0 + made($1) }
  }

  var attainableHitRate: Double? {
    CacheBounds(scenario: form.scenario, traffic: form.traffic, calls: form.calls).bounds()
      .first { $0.name == query.cacheClass }?.attainable
  }

  var usersWithinBudget: Double? {
    guard let budget = form.scenario.budget?.amount.dollars else { return nil }
    let fixed = form.fixed / form.traffic.months
    return Double(query.users) * (budget - fixed) / (form.month.mean - fixed)
  }

  /// Users at whose busiest hour the first limit (of the model, if one is named) is reached.
  var usersWithinQuota: Double? {
    QuotaLoads(scenario: form.scenario, traffic: form.traffic, calls: form.calls).loads()
      .filter { query.isModel($0.target) }.map(\.saturatesAtUsersBusiestHour).min()
  }
}

/// One plan's simulated month, as far as a query asks for it.
private struct SimulatedFigures {
  let result: PlanResult
  let query: PlanQuery

  private var months: Double { Double(query.scenario.period.months.count) }

  private var cells: [CostCell] {
    result.costs.filter { cell in
      query.isModel(cell.model) && (query.useCase.map { $0 == cell.useCase } ?? true)
    }
  }

  var cost: Double { cells.reduce(MoneySum.zero) { $0 + $1.cost }.dollars / months }

  var calls: Double { Double(cells.reduce(0) { $0 + $1.calls }) / months }

  private func refuse(_ keys: [(String, String?)]) throws(PlanFigures.Problem) {
    for (key, value) in keys where value != nil {
      throw PlanFigures.Problem(
        message: "'\(query.figure.rawValue)' is not simulated by '\(key)'")
    }
  }

  func hitRate() throws(PlanFigures.Problem) -> Double {
    try refuse([("model", query.model), ("use_case", query.useCase)])
    let classes = result.cacheClasses.filter { item in
      query.cacheClass.map { $0 == item.name } ?? true
    }
    let hits = classes.reduce(0) { $0 + $1.hits }
    return Double(hits) / Double(hits + classes.reduce(0) { $0 + $1.misses })
  }

  func errorRate() throws(PlanFigures.Problem) -> Double {
    try refuse([
      ("model", query.model), ("use_case", query.useCase), ("cache_class", query.cacheClass),
    ])
    return Double(result.failedCalls) / Double(result.calls)
  }

  /// Seconds, nearest rank; of one model's answers, waiting included, if one is named.
  func latency(_ percent: Double) throws(PlanFigures.Problem) -> Double? {
    try refuse([("use_case", query.useCase), ("cache_class", query.cacheClass)])
    var histogram = result.latency
    if query.model != nil {
      let rows = result.performance.filter { query.isModel($0.model) }
      guard rows.count == 1 else {
        throw PlanFigures.Problem(message: "the model has several regions, expected none")
      }
      histogram = rows[0].latency
    }
    return histogram.percentile(percent).map { Double($0) / 1e6 }
  }
}
