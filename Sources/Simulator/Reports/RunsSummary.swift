import CostModel

/// How the costs of several runs of one plan spread. Empty with one run: one value has no spread.
struct RunsSummary: Sendable {
  /// Nearest rank over all runs, the first included.
  private(set) var p05: MoneySum?
  private(set) var p50: MoneySum?
  private(set) var p95: MoneySum?
  /// The share of runs with a month over the budget; nil without a budget or with one run.
  private(set) var overBudgetProbability: Double?
  private(set) var runs = 1

  init() {}

  /// `costs` and `overBudget` hold one value a run; `overBudget` is nil without a budget.
  init(costs: [MoneySum], overBudget: [Bool]?) {
    runs = costs.count
    guard costs.count > 1 else { return }
    let sorted = costs.sorted()
    (p05, p50, p95) = (sorted.ranked(5), sorted.ranked(50), sorted.ranked(95))
    overBudgetProbability = overBudget.map { over in
      Double(over.count { $0 }) / Double(over.count)
    }
  }
}
