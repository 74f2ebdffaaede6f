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
      overBudgetProbability =
        budget.acts
        ? nil
        : BudgetCrossing.probability(
          budget: budget.amount.dollars, mean: cost.month.mean, variance: cost.month.variance)
      crossings = Self.crossings(budget, CostCurve(cost))
    }
    cacheBounds = CacheBounds(scenario: scenario, traffic: cost.traffic, calls: cost.calls).bounds()
    let loads = QuotaLoads(scenario: scenario, traffic: cost.traffic, calls: cost.calls)
    quotaLoads = loads.loads()
    if scenario.statesReturn, scenario.budget?.acts != true { returns = ExpectedReturn(cost) }
    experiments = cost.expectedArms
    approximations = Approximations(cost: cost, quotaLoads: loads, loads: quotaLoads).list()
  }

  /// What closed forms leave out of a plan (`Expectation.leftOut`), without the rest.
  static func leftOut(of cost: ExpectedCost) -> [Approximation] {
    let loads = QuotaLoads(scenario: cost.scenario, traffic: cost.traffic, calls: cost.calls)
    return Approximations(cost: cost, quotaLoads: loads, loads: loads.loads()).leftOut()
  }

  private static func crossings(_ budget: Budget, _ curve: CostCurve) -> [Crossing] {
    let lines =
      [("budget", budget.amount)]
      + budget.thresholds.filter { $0.kind == .actual }.map { ($0.name, $0.amount) }
    return lines.map { rule, amount in
      Crossing(rule: rule, amount: amount, at: curve.crossing(of: amount.dollars, month: 0))
    }
  }
}
