import CostModel
import Decisions
import Scenarios
import Simulator

/// Prices the plans of a scenario for a gate, simulating those that need it.
package struct ScenarioPricing {
  /// Plans of more users are left to the closed form; nil: all are simulated.
  package var simulateUpTo: Int?
  package var threads: Int

  package init(simulateUpTo: Int? = nil, threads: Int) {
    self.simulateUpTo = simulateUpTo
    self.threads = threads
  }

  package struct Outcome {
    package var figures: ScenarioFigures
    /// The simulated month of each plan; nil for a plan that was not simulated.
    package var results: [PlanResult?]
  }

  /// `isWanted` tells which plans to simulate in any case.
  package func price(
    _ scenario: Scenario, also isWanted: (PlanSpec) -> Bool = { _ in false }
  ) throws -> Outcome {
    try scenario.needClosedForms(or: "'diff' compares the folders of two reports")
    var simulated = scenario
    simulated.plans = scenario.plans.filter { plan in
      simulateUpTo.map { plan.users <= $0 } ?? true || isWanted(plan)
    }
    let found =
      simulated.plans.isEmpty
      ? [] : try Simulation(simulated).results(runs: 1, threads: threads).map { $0[0] }
    let acts = scenario.budget?.acts == true && !simulated.plans.isEmpty
    let free =
      acts
      ? try Simulation(simulated.withoutActions).results(runs: 1, threads: threads).map { $0[0] }
      : []
    let results = scenario.plans.map { plan in found.first { $0.plan == plan } }
    let plans = zip(scenario.plans, results).map { plan, result in
      let unenforced = free.first { $0.plan == plan }?.cost
      return (
        plan, PlanFigures(scenario, plan, simulated: result?.cost, unenforced: unenforced)
      )
    }
    return Outcome(
      figures: ScenarioFigures(scenario: scenario, plans: plans), results: results)
  }
}
