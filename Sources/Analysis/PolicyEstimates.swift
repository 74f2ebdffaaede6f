import CostModel
import Scenarios

/// What a policy's rules estimate, beside what the calls that they decide are expected to cost.
package struct PolicyEstimates {
  package struct Row {
    package var rule: String
    /// In the whole period.
    package var calls = 0.0
    package var estimate: Money?
    /// Dollars by the estimate, and as expected.
    package var estimated: Double?
    package var expected = 0.0
    package var estimatedLatency: SimDuration?
    /// Of the routed models, without waiting.
    package var meanLatency = SimDuration.zero
  }

  /// In the order of the policy's rules; those that decide nothing are left out.
  package let rows: [Row]

  package init(_ scenario: Scenario, plan: PlanSpec) {
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    let names = cost.traffic.accountPlanNames
    var rows = scenario.policy.rules.map { rule in
      Row(rule: rule.name, estimate: rule.estimatedCost, estimatedLatency: rule.estimatedLatency)
    }
    var latencies = rows.map { _ in 0.0 }
    for (call, dollars) in zip(cost.calls, cost.callCosts) where call.variant.pinned == nil {
      var seen = call.variant.attributes
      seen[.useCase] = seen[.useCase] ?? scenario.workloads[call.workload].useCase
      if !names.isEmpty { seen[.accountPlan] = names[call.accountPlan] }
      guard let place = scenario.policy.firstMatchPlace(seen) else { continue }
      let made =
        cost.traffic.volumeMonths[call.workload]
        * cost.traffic.flows[call.workload][call.accountPlan] * call.perFlow
      rows[place].calls += made
      rows[place].expected += dollars
      latencies[place] +=
        made * scenario.behaviours[call.routed.index].latency(of: call.variant).mean
    }
    for place in rows.indices where rows[place].calls > 0 {
      rows[place].estimated = rows[place].estimate.map {
        rows[place].calls * MoneySum($0).dollars
      }
      rows[place].meanLatency = SimDuration(
        microseconds: Int64((latencies[place] / rows[place].calls).rounded()))
    }
    self.rows = rows.filter { $0.calls > 0 }
  }
}
