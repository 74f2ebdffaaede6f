import CostModel

/// Months to come, each a scenario of its own: more users, the prices that then hold, its budget.
///
/// A month begins with empty caches and idle quotas, and all months share their luck (as plans do),
/// so that the curve shows growth and prices, not chance.
struct Forecast: Sendable {
  let scenario: Scenario
  let spec: ForecastSpec
  let months: [ForecastMonth]
  /// What the closed form only approximates, in the last month that it is used for.
  let approximations: [Expectation.Approximation]

  /// - Parameters:
  ///   - scenario: with a period of as many months as `spec` has.
  ///   - runs: months to simulate of each; 0: closed forms only, but one of each month in which the
  ///     budget may act, since these know nothing of that.
  init(
    _ scenario: Scenario, _ spec: ForecastSpec, runs: Int = 0, threads: Int = 1,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    precondition(scenario.period.months.count == spec.months, "a month of the period for each")
    self.scenario = scenario
    self.spec = spec
    var months: [ForecastMonth] = []
    for (index, users) in spec.users(of: scenario).enumerated() {
      let total = months.last?.total ?? .init()
      var month = Self.expected(
        Self.month(scenario, spec, index: index, users: users), number: index + 1, after: total)
      let mayAct = month.budgetMayAct
      if runs > 0 || mayAct {
        let months = try Simulation(month.scenario).reduced(
          to: { ($0.cost, $0.run == 1 && mayAct ? $0 : nil) }, runs: max(1, runs), threads: threads,
          progress: progress)[0]
        month.simulated = months.map(\.0)
        month.firstRun = months.first?.1
      }
      if mayAct { month.takeSimulated(after: total) }
      months.append(month)
    }
    self.months = months
    approximations =
      months.last { !$0.isSimulated }.map {
        Expectation(scenario: $0.scenario.withoutActions, plan: $0.plan).approximations
      } ?? []
  }

  private static func month(
    _ scenario: Scenario, _ spec: ForecastSpec, index: Int, users: Int
  ) -> Scenario {
    var month = scenario
    month.period = scenario.period.month(index)
    month.plans = [PlanSpec(name: "users-\(users)", users: users)]
    if let last = spec.budgets.last {
      let amount = index < spec.budgets.count ? spec.budgets[index] : last
      month.budget = (scenario.budget ?? Budget(amount: amount, thresholds: [])).changed(to: amount)
    }
    return month
  }

  private static func expected(
    _ scenario: Scenario, number: Int, after total: MonthBill
  ) -> ForecastMonth {
    let cost = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    let bill = MonthBill(cost)
    var month = ForecastMonth(number: number, scenario: scenario, bill: bill, total: total + bill)
    month.budget = scenario.budget?.amount
    month.leftOut = Expectation.leftOut(of: cost)
    if let budget = month.budget?.dollars {
      month.expectedCrossing = CostCurve(cost).crossing(of: budget, month: 0)
      month.overBudgetProbability = BudgetCrossing.probability(
        budget: budget, mean: bill.mean, variance: bill.variance)
    }
    return month
  }

  /// The first month whose expected bill is over its budget.
  var firstOverBudget: ForecastMonth? { months.first { $0.isOverBudget == true } }
}

/// How long a prepaid sum lasts.
struct Runway: Sendable {
  /// When it is used up; nil: not within the forecast.
  var end: SimTime?
  /// The same where spending runs high or low, as it does in 5 % of cases each.
  var earliest: SimTime?
  var latest: SimTime?
  /// Dollars that are left when the forecast ends; negative where more was needed.
  var left: Double
}

extension Forecast {
  /// nil without a prepaid sum.
  var runway: Runway? {
    guard let prepaid = spec.prepaid?.dollars, let total = months.last?.total else { return nil }
    let end = moment(of: prepaid)
    let spent = end.flatMap { end in months.first { end < $0.period.end } }?.total ?? total
    let swing = MonthBill.quantile95 * spent.deviation
    return Runway(
      end: end, earliest: moment(of: prepaid - swing), latest: moment(of: prepaid + swing),
      left: prepaid - total.mean)
  }

  /// When the expected spending of all months passes an amount.
  private func moment(of dollars: Double) -> SimTime? {
    guard let month = months.first(where: { $0.total.mean > dollars }) else { return nil }
    let left = dollars - (month.total.mean - month.bill.mean)
    if month.isSimulated { return month.simulatedCrossing(of: left) }
    let curve = CostCurve(ExpectedCost(scenario: month.scenario, plan: month.plan))
    return curve.crossing(of: left, month: 0)
  }
}
