import CostModel

extension Expectation {
  /// The closed forms of one plan; calls neither the engine nor its random numbers.
  init(scenario: Scenario, plan: PlanSpec) {
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    self.init(cost: cost.total, variance: cost.variance)
    byModel = cost.byModel.map {
      ModelCost(model: $0.key, calls: $0.value.calls, cost: $0.value.cost)
    }.sorted { $0.model < $1.model }
    if let budget = scenario.budget {
      overBudgetProbability = BudgetCrossing.probability(
        budget: budget.amount.dollars, mean: cost.month.mean, variance: cost.month.variance)
    }
  }
}
