import CostModel

/// How the costs of several runs of one plan spread. Empty with one run: one value has no spread.
package struct RunsSummary: Sendable {
  /// Nearest rank over all runs, the first included.
  package private(set) var p05: MoneySum?
  package private(set) var p50: MoneySum?
  package private(set) var p95: MoneySum?
  /// The share of months over the budget, and of runs with such a month; nil without a budget or
  /// with one run.
  package private(set) var overBudgetProbability: Double?
  package private(set) var anyMonthOverBudgetProbability: Double?
  package private(set) var runs = 1

  package init() {}

  /// - Parameters:
  ///   - costs: one a run.
  ///   - overruns: of each run, the share of its months over the budget; empty without a budget.
  package init(costs: [MoneySum], overruns: [Double]) {
    runs = costs.count
    guard costs.count > 1 else { return }
    let sorted = costs.sorted()
    (p05, p50, p95) = (sorted.ranked(5), sorted.ranked(50), sorted.ranked(95))
    guard !overruns.isEmpty else { return }
    let count = Double(overruns.count)
    overBudgetProbability = overruns.reduce(0, +) / count
    anyMonthOverBudgetProbability = Double(overruns.count { $0 > 0 }) / count
  }
}
