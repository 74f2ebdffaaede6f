import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// One month to come: its users, what its bill is expected to be, and what simulations say.
package struct ForecastMonth: Sendable {
  /// The month's number, from 1.
  package var number: Int
  /// The scenario with this month alone, its plan and its budget.
  package var scenario: Scenario
  /// The expected bill in dollars, and what chance does to it: closed forms, or where the budget
  /// may act the simulated months.
  package var bill: MonthBill
  /// The same of all months up to this one.
  package var total: MonthBill
  /// The bill of each run, its inputs drawn where any has a range; empty where nothing is simulated.
  package var simulated: [MoneySum] = []
  /// Run 1 with all inputs at their likely values; nil where nothing is simulated.
  package var likelyBill: MoneySum?
  /// The expected bill at those values; nil where no input has a range.
  package var likely: Double?
  /// By chance and over the ranges of inputs; nil where the closed form does not tell.
  package var spread: BillMixture?
  /// Why it does not.
  package var whyNoChance: String?
  /// Run 1 as a whole, where the budget may act.
  package var firstRun: PlanResult?
  /// When the expected bill breaks the month's budget; nil: not in this month.
  package var expectedCrossing: SimTime?
  /// The chance that it does; nil without a budget, or where one simulated month must do.
  package var overBudgetProbability: Double?
  /// What the closed form leaves out of the month; nothing where the month is simulated in its place.
  package var leftOut: [Expectation.Approximation] = []
  /// What became of the calls of the simulated months; nil where nothing is simulated.
  package var trouble: CallTrouble?
  /// The closed form's bill, had the budget only told; nil: it cannot act in this month.
  package var withoutActions: Double?

  package var plan: PlanSpec { scenario.plans[0] }
  package var period: Period { scenario.period }
  /// The budget of the month; nil where there is none.
  package var budget: MoneySum?
  /// Whether the expected bill is over the budget; nil without one.
  package var isOverBudget: Bool? { budget.map { bill.mean > $0.dollars } }
  package var isSimulated: Bool { withoutActions != nil }
  /// The 5th and 95th percentile of the bill; nil where one simulated month must do.
  package var band: ClosedRange<Double>? {
    guard isSimulated else {
      return spread.map { $0.quantile(0.05)...$0.quantile(0.95) }
    }
    guard let low = runs.p05, let high = runs.p95 else { return nil }
    return low.dollars...high.dollars
  }
  package var runs: RunsSummary { RunsSummary(costs: simulated, overruns: []) }
}

/// Mean and variance of a bill, in dollars.
package struct MonthBill: Hashable, Sendable {
  package var mean = 0.0
  /// What drawn calls add: of several months it adds up.
  package var callVariance = 0.0
  /// What all months share (drawn activities, variants that users are given): the same users draw it
  /// once, so deviations add up.
  package var sharedDeviation = 0.0
  /// The mean by set of inputs, where any has a range: each set holds for all months.
  package var byInputs: [Double] = []

  package init() {}

  package init(_ cost: ExpectedCost) {
    mean = cost.total
    callVariance = cost.callVariance
    sharedDeviation = cost.sharedVariance.squareRoot()
  }

  package static func + (a: MonthBill, b: MonthBill) -> MonthBill {
    var sum = a
    sum.mean += b.mean
    sum.callVariance += b.callVariance
    sum.sharedDeviation += b.sharedDeviation
    sum.byInputs =
      a.byInputs.isEmpty
      ? b.byInputs : b.byInputs.isEmpty ? a.byInputs : zip(a.byInputs, b.byInputs).map(+)
    return sum
  }

  package var variance: Double { callVariance + sharedDeviation * sharedDeviation + inputVariance }

  private var inputVariance: Double {
    guard !byInputs.isEmpty else { return 0 }
    let count = Double(byInputs.count)
    let mean = byInputs.reduce(0, +) / count
    return byInputs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
  }
  package var deviation: Double { variance.squareRoot() }

  /// The 95 % quantile of the standard normal distribution.
  package static let quantile95 = 1.6448536269514722
}
