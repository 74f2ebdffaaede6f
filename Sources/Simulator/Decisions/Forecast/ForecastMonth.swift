import CostModel

/// One month to come: its users, what its bill is expected to be, and what simulations say.
struct ForecastMonth: Sendable {
  /// From 1.
  var number: Int
  /// The scenario with this month alone, its plan and its budget.
  var scenario: Scenario
  /// The expected bill in dollars, and what chance does to it: closed forms, or where the budget
  /// may act the simulated months.
  var bill: MonthBill
  /// The same of all months up to this one.
  var total: MonthBill
  /// The bill of each run; empty where nothing is simulated.
  var simulated: [MoneySum] = []
  /// Run 1 as a whole, where the budget may act.
  var firstRun: PlanResult?
  /// When the expected bill breaks the month's budget; nil: not in this month.
  var expectedCrossing: SimTime?
  /// The chance that it does; nil without a budget, or where one simulated month must do.
  var overBudgetProbability: Double?
  /// The closed form's bill, had the budget only told; nil: it cannot act in this month.
  var withoutActions: Double?

  var plan: PlanSpec { scenario.plans[0] }
  var period: Period { scenario.period }
  /// nil: there is none.
  var budget: MoneySum?
  /// Whether the expected bill is over the budget; nil without one.
  var isOverBudget: Bool? { budget.map { bill.mean > $0.dollars } }
  var isSimulated: Bool { withoutActions != nil }
  /// The 5th and 95th percentile of the bill; nil where one simulated month must do.
  var band: ClosedRange<Double>? {
    guard isSimulated else { return bill.band }
    guard let low = runs.p05, let high = runs.p95 else { return nil }
    return low.dollars...high.dollars
  }
  var runs: RunsSummary { RunsSummary(costs: simulated, overruns: []) }
}

/// Mean and variance of a bill, in dollars.
struct MonthBill: Hashable, Sendable {
  var mean = 0.0
  /// What drawn calls add: of several months it adds up.
  var callVariance = 0.0
  /// What drawn activities add: the same users draw it once for all months, so deviations add up.
  var activityDeviation = 0.0

  init() {}

  init(_ cost: ExpectedCost) {
    mean = cost.total
    callVariance = cost.callVariance
    activityDeviation = cost.sharedVariance.squareRoot()
  }

  static func + (a: MonthBill, b: MonthBill) -> MonthBill {
    var sum = a
    sum.mean += b.mean
    sum.callVariance += b.callVariance
    sum.activityDeviation += b.activityDeviation
    return sum
  }

  var variance: Double { callVariance + activityDeviation * activityDeviation }
  var deviation: Double { variance.squareRoot() }

  /// The 5th and 95th percentile, normal approximation.
  var band: ClosedRange<Double> {
    let half = Self.quantile95 * deviation
    return max(0, mean - half)...(mean + half)
  }

  /// Of the standard normal distribution, at 95 %.
  static let quantile95 = 1.6448536269514722
}
