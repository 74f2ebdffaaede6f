import CostModel
import Scenarios

extension Expectation {
  /// The closed forms of one plan; calls neither the engine nor its random numbers.
  package init(scenario: Scenario, plan: PlanSpec) {
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    guard cost.conversations.obstacles.isEmpty else {
      self = .none
      approximations = cost.conversations.obstacles
      whyNoChance = Approximations(cost).whyNoChance
      return
    }
    self.init(cost: cost.total, variance: cost.variance)
    byModel = cost.byModel.map {
      ModelCost(model: $0.key, calls: $0.value.calls, cost: $0.value.cost)
    }.sorted { $0.model < $1.model }
    if let budget = scenario.budget {
      crossings = Self.crossings(budget, CostCurve(cost))
    }
    cacheBounds = CacheBounds(scenario: scenario, traffic: cost.traffic, calls: cost.calls).bounds()
    let loads = QuotaLoads(scenario: scenario, traffic: cost.traffic, calls: cost.calls)
    quotaLoads = loads.loads()
    readShares = cost.readShares
    readShare = cost.readShare
    byUse = cost.byUse
    arithmetic = BillArithmetic(cost)
    let sells = scenario.statesReturn && !scenario.hasConversations
    if sells, scenario.budget?.acts != true { returns = ExpectedReturn(cost) }
    experiments = cost.expectedArms
    let left = Approximations(cost: cost, quotaLoads: loads, loads: quotaLoads)
    approximations = left.list()
    whyNoChance = left.whyNoChance
    guard whyNoChance == nil else { return }
    let law = BillLaw(cost, budget: scenario.budget?.amount.dollars)
    overBudgetProbability = law.monthOver
    anyMonthOverBudgetProbability = law.anyMonthOver
    percentiles = BillMixture([law]).percentiles
  }

  /// What closed forms leave out of a plan (`Expectation.leftOut`), without the rest.
  package static func leftOut(of cost: ExpectedCost) -> [Approximation] {
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
