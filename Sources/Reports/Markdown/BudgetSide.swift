import Analysis
import Catalogs
import CostModel
import Scenarios

/// On which side of the budget a plan's months lie, as far as one simulated period and the formulas tell: the
/// first sentences and the table of other prices must not say different things.
package enum BudgetSide: String {
  case holds, breaks
  case unsure = "is too close to tell"

  /// By the chance that any month of the period breaks the budget.
  fileprivate init(chance: Double) {
    let certain = 1 - AttentionLimits.shipped.doubt
    self = chance > certain ? .breaks : chance < 1 - certain ? .holds : .unsure
  }
}

extension PlanReport {
  /// With the scenario's own prices; nil without a budget.
  package func budgetSide(_ budget: Budget?) -> BudgetSide? {
    guard let isOver = isOverBudget(budget) else { return nil }
    if isUnsure(budget) { return .unsure }
    let side: BudgetSide = isOver ? .breaks : .holds
    guard let chance = anyMonthOverBudgetProbability, !Attention(plan: self).isContradicted else {
      return side
    }
    return BudgetSide(chance: chance) == side ? side : .unsure
  }

  /// With other prices; nil without a budget.
  package func budgetSide(_ bills: CatalogComparison.Plan, _ budget: Budget?) -> BudgetSide? {
    guard let amount = budget?.amount.dollars else { return nil }
    if let chance = bills.overBudgetProbability { return BudgetSide(chance: chance) }
    let reach = reach * (bills.own > 0 ? bills.other / bills.own : 1)
    if (bills.dearestMonth - amount).magnitude <= reach { return .unsure }
    return bills.dearestMonth > amount ? .breaks : .holds
  }

  /// Whether the dearest month is near the budget and has no stated chance, so that one simulated period says
  /// little.
  package func isUnsure(_ budget: Budget?) -> Bool {
    guard spread == nil, overBudgetProbability == nil, let amount = budget?.amount,
      expectation.whyNoChance != nil, let dearest = result.budgetMonths.map(\.cost).max()
    else { return false }
    return (dearest - amount).dollars.magnitude <= reach
  }

  /// How far chance may take a month's bill, in dollars.
  private var reach: Double {
    let months = Double(max(1, result.budgetMonths.count))
    return AttentionLimits.shipped.standardErrors * expectation.standardError / months.squareRoot()
  }
}
