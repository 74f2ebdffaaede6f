import Analysis
import CostModel
import Scenarios

/// One kind of call for which a model is looked for: a variant of a workload's call, wherever in its
/// flow it is made.
package struct SelectionCase: Sendable {
  /// One call of it as it stands in the scenario, routing apart, and how many a month there are.
  package struct Part: Sendable {
    package var call: ExpectedCall
    package var monthly: Double
  }

  /// `campaigns: creative`.
  package var name: String
  package var useCase: String
  package var workload: Workload
  package private(set) var parts: [Part] = []
  /// Calls a month by routed model.
  private var routes: [ModelID: Double] = [:]

  package var attributes: CallAttributes { parts[0].call.variant.attributes }
  /// A month, those that the response cache answers included.
  package var calls: Double { parts.reduce(0) { $0 + $1.monthly } }
  /// Models that it is routed to now, most calls first.
  package var current: [ModelID] {
    routes.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }
  /// Chance that an answered call sells; nil where the scenario does not say.
  package var conversion: Double? {
    guard parts.contains(where: { $0.call.variant.conversion != nil }) else { return nil }
    return mean { $0.variant.conversion ?? 0 }
  }

  /// The mean over its calls; of its first kind where it has none.
  package func mean(_ value: (ExpectedCall) -> Double) -> Double {
    guard calls > 0 else { return value(parts[0].call) }
    return parts.reduce(0) { $0 + $1.monthly * value($1.call) } / calls
  }

  private mutating func add(_ call: ExpectedCall, monthly: Double) {
    routes[call.routed, default: 0] += monthly
    let known = parts.firstIndex {
      ($0.call.stage, $0.call.call, $0.call.variantNumber)
        == (call.stage, call.call, call.variantNumber)
    }
    if let known {
      parts[known].monthly += monthly
    } else {
      parts.append(Part(call: call, monthly: monthly))
    }
  }

  /// Lists the kinds of calls of a plan, in the scenario's order.
  package static func all(of scenario: Scenario, plan: PlanSpec) -> [SelectionCase] {
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    let months = cost.traffic.months
    var cases: [SelectionCase] = []
    for call in cost.calls {
      let workload = scenario.workloads[call.workload]
      let name = name(of: call, in: workload)
      let flows =
        cost.traffic.volumeMonths[call.workload] / months
        * cost.traffic.flows[call.workload][call.accountPlan]
      let place = cases.firstIndex { $0.name == name } ?? cases.count
      if place == cases.count {
        cases.append(SelectionCase(name: name, useCase: workload.useCase, workload: workload))
      }
      cases[place].add(call, monthly: flows * call.perFlow)
    }
    return cases
  }

  private init(name: String, useCase: String, workload: Workload) {
    self.name = name
    self.useCase = useCase
    self.workload = workload
  }

  /// The workload's name with those of the call and the variant, as far as they have some.
  package static func name(of call: ExpectedCall, in workload: Workload) -> String {
    let stageCall = workload.stages[call.stage].calls[call.call]
    let number = stageCall.mix.count > 1 ? String(call.variantNumber + 1) : ""
    let variant = call.variant.name.isEmpty ? number : call.variant.name
    let parts = [stageCall.name, variant].filter { !$0.isEmpty }
    return workload.name + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }
}
