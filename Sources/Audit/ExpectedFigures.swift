import Analysis
import CostModel

/// One plan's closed forms, as far as a query asks for them.
package struct ExpectedFigures {
  package let form: ExpectedCost
  package let query: PlanQuery

  private func checkOneFilter() throws(PlanMeasures.Problem) {
    if query.model != nil, query.useCase != nil {
      throw PlanMeasures.Problem(
        message: "a closed form counts a model or a use case, not both: expected 'simulated'")
    }
  }

  /// Dollars a month.
  package func cost() throws(PlanMeasures.Problem) -> Double {
    try checkOneFilter()
    if query.model != nil {
      return form.byModel.filter { query.isModel($0.key) }.sorted { $0.key < $1.key }
        .reduce(0) { $0 + $1.value.cost } / form.traffic.months
    }
    guard let useCase = query.useCase else { return form.month.mean }
    return zip(form.scenario.workloads, form.byWorkload).reduce(0) { sum, item in
      item.0.useCase == useCase ? sum + item.1 : sum
    }
  }

  /// Calls a month; a model's are those that it answers.
  package func calls() throws(PlanMeasures.Problem) -> Double {
    try checkOneFilter()
    if query.model != nil {
      return form.byModel.filter { query.isModel($0.key) }.sorted { $0.key < $1.key }
        .reduce(0) { $0 + $1.value.calls } / form.traffic.months
    }
    return members.reduce(0) { $0 + made($1) }
  }

  private func made(_ call: ExpectedCall) -> Double {
    form.traffic.flows[call.workload][call.accountPlan] * call.perFlow
  }

  private var members: [ExpectedCall] {
    let cache = form.scenario.cache
    return form.calls.filter { call in
      let useCase = form.scenario.workloads[call.workload].useCase
      let model = form.scenario.catalog[call.routed].name
      return (query.useCase.map { $0 == useCase } ?? true)
        && (query.model.map { $0 == model } ?? true)
        && (query.cacheClass.map { $0 == cache.shownName(call.variant.attributes[.cacheClass]) }
          ?? true)
    }
  }

  /// A mean over calls.
  package func share(
    of isMember: (ExpectedCall) -> Bool, weighing value: (ExpectedCall) -> Double
  ) -> Double {
    let all = members.filter(isMember)
    return all.reduce(0) { $0 + made($1) * value($1) } / all.reduce(0) { $0 + made($1) }
  }

  package var attainableHitRate: Double? {
    CacheBounds(scenario: form.scenario, traffic: form.traffic, calls: form.calls).bounds()
      .first { $0.name == query.cacheClass }?.attainable
  }

  package var usersWithinBudget: Double? {
    guard let budget = form.scenario.budget?.amount.dollars else { return nil }
    let fixed = form.fixed / form.traffic.months
    return Double(query.users) * (budget - fixed) / (form.month.mean - fixed)
  }

  /// Users at whose busiest hour the first limit (of the model, if one is named) is reached.
  package var usersWithinQuota: Double? {
    QuotaLoads(scenario: form.scenario, traffic: form.traffic, calls: form.calls).loads()
      .filter { query.isModel($0.target) }.map(\.saturatesAtUsersBusiestHour).min()
  }
}
