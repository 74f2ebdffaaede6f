import CostModel
import Support

/// What conversions are expected to bring in the whole period, in dollars, beside what AI is expected
/// to cost: revenues are summed over calls as costs are (docs/validation.md).
///
/// A call that is made sells with chance (1 − its chance to fail) × its conversion, and then brings
/// its value.
package struct ExpectedReturn: Sendable {
  /// One use case or account plan, or all.
  package struct Part: Sendable {
    package var revenue = 0.0
    /// Of the revenue: what chance does, inputs as given.
    package var variance = 0.0
    /// Without fixed prices, which belong to no use case and no account plan.
    package var cost = 0.0

    /// The revenue that nine such periods in ten lie between (normal approximation).
    package var range: ClosedRange<Double> {
      let margin = Normal.quantile(0.95) * variance.squareRoot()
      return max(0, revenue - margin)...(revenue + margin)
    }
  }

  package private(set) var total = Part()
  package private(set) var byUseCase: [String: Part] = [:]
  /// Empty where the scenario has none.
  package private(set) var byAccountPlan: [String: Part] = [:]

  package init(_ cost: ExpectedCost) {
    let workloads = cost.scenario.workloads
    let sales = workloads.indices.map { number in
      cost.traffic.usersOfPlan.indices.map { Self.flow(cost, workload: number, plan: $0) }
    }
    let plans = Array(cost.traffic.usersOfPlan.indices)
    func part(_ numbers: [Int], _ plans: [Int]) -> Part {
      Self.part(cost, sales, workloads: numbers, plans: plans)
    }
    total = part(Array(workloads.indices), plans)
    total.cost += cost.fixed
    for name in Set(workloads.map(\.useCase)) {
      byUseCase[name] = part(workloads.indices.filter { workloads[$0].useCase == name }, plans)
    }
    for (plan, name) in cost.traffic.accountPlanNames.enumerated() {
      byAccountPlan[name] = part(Array(workloads.indices), [plan])
    }
  }

  /// The flows of a workload, of all variants of an experiment, with what each of their calls brings
  /// in place of what it costs.
  private static func flow(
    _ cost: ExpectedCost, workload number: Int, plan: Int
  ) -> (flow: FlowCosts, moments: CostMoments) {
    let workload = cost.scenario.workloads[number]
    let assignments = ExpectedAssignment.all(of: workload, in: cost.scenario)
    return FlowCosts.mixed(
      assignments.map { assignment in
        let calls = cost.calls.filter {
          $0.workload == number && $0.accountPlan == plan && $0.assignment == assignment
        }
        let revenues = calls.map { call -> CostMoments in
          guard let value = call.variant.conversionValue?.dollars,
            let conversion = call.variant.conversion
          else { return CostMoments() }
          return CostMoments(mean: value, square: value * value)
            .scaled(by: (1 - call.failure) * conversion)
        }
        return (
          assignment.share, FlowCosts(workload: workload, calls: calls, costs: revenues)
        )
      })
  }

  private static func part(
    _ cost: ExpectedCost, _ sales: [[(flow: FlowCosts, moments: CostMoments)]], workloads: [Int],
    plans: [Int]
  ) -> Part {
    let traffic = cost.traffic
    var part = Part()
    var perUser = traffic.usersOfPlan.map { _ in 0.0 }
    for number in workloads {
      var means = traffic.usersOfPlan.map { _ in 0.0 }
      for plan in plans {
        let (flow, moments) = sales[number][plan]
        means[plan] = moments.mean
        part.revenue += traffic.volumeMonths[number] * traffic.flows[number][plan] * moments.mean
        part.cost += cost.bills[number][plan]
        part.variance += cost.variance(of: flow, moments, workload: number, plan: plan)
      }
      for (plan, effect) in traffic.activityEffect(number, values: means).enumerated() {
        perUser[plan] += traffic.volumeMonths[number] * effect
      }
    }
    // Drawn activities belong to users, so all that they do goes up and down together.
    let cv = traffic.activityCV
    part.variance += zip(traffic.usersOfPlan, perUser).reduce(0.0) {
      $0 + $1.0 * cv * cv * $1.1 * $1.1
    }
    return part
  }
}
