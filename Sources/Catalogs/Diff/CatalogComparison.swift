import Analysis
import CostModel
import Scenarios

/// What another catalog's prices do to a scenario's expected bills: the same calls, priced twice.
package struct CatalogComparison: Sendable {
  package struct Effect: Sendable {
    package var model: String
    /// Dollars that this model's new prices alone add to the bill.
    package var difference: Double
  }
  package struct Plan: Sendable {
    package var plan: PlanSpec
    /// Dollars in the whole period, with the own prices and with the other ones.
    package var own: Double
    package var other: Double
    /// Of each model whose prices change the bill, the largest first.
    package var effects: [Effect]
    /// Expected dollars of the dearest month at the other prices.
    package var dearestMonth: Double
    /// Chance that a month of the period goes over the budget at the other prices, inputs as stated; nil
    /// without a budget, or where the closed form does not tell.
    package var overBudgetProbability: Double?
    /// What the closed forms leave out, at either prices.
    package var leftOut: [Expectation.Approximation] = []

    /// Whether the bills differ by half a cent at least.
    package var changes: Bool { (other - own).magnitude >= 0.005 }
  }

  package var compared: ComparedCatalog
  package var plans: [Plan]
  /// Models that calls may reach and that the other catalog does not have: they keep their prices.
  package var missing: [String] = []
  /// Models that calls may reach and that are switched off before the period ends, by the other
  /// catalog.
  package var retired: [RetiredModel] = []

  /// nil if the scenario names no catalog to compare with.
  package init?(_ scenario: Scenario) {
    guard let compared = scenario.compared else { return nil }
    self.compared = compared
    plans = scenario.plans.map { Self.plan($0, scenario, compared.catalog) }
    guard let plan = scenario.plans.first else { return }
    for id in ExpectedCost(scenario: scenario, plan: plan).reachedModels.sorted() {
      let model = compared.catalog[id]
      if compared.missing.contains(model.name) { missing.append(model.name) }
      if let item = RetiredModel(model, in: scenario.period) { retired.append(item) }
    }
  }

  private static func plan(
    _ plan: PlanSpec, _ scenario: Scenario, _ prices: Catalog
  ) -> Plan {
    let own = ExpectedCost(scenario: scenario, plan: plan)
    var changed = scenario
    changed.catalog = prices
    let effects = own.reachedModels.sorted().filter {
      scenario.catalog[$0].prices != prices[$0].prices
    }
    .map { id in
      var single = scenario
      single.catalog[id].prices = prices[id].prices
      let cost = ExpectedCost(scenario: single, plan: plan).total
      return Effect(model: scenario.catalog[id].name, difference: cost - own.total)
    }
    let other = ExpectedCost(scenario: changed, plan: plan)
    let budget = scenario.budget?.amount.dollars
    let isTold = budget != nil && Approximations(other).whyNoChance == nil
    return Plan(
      plan: plan, own: own.total, other: other.total,
      effects: effects.filter { $0.difference != 0 }.sorted {
        ($1.difference.magnitude, $0.model) < ($0.difference.magnitude, $1.model)
      },
      dearestMonth: BillLaw.months(of: other).map(\.month.mean).max() ?? other.total,
      overBudgetProbability: isTold ? BillLaw(other, budget: budget).anyMonthOver : nil,
      leftOut: Expectation.union([own, other].map(Expectation.leftOut)))
  }
}
