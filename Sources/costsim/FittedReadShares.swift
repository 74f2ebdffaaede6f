import Analysis
import Scenarios
import Simulator

/// What a fitted scenario's conversations read of their input, by simulating it.
struct FittedReadShares {
  private let scenario: Scenario

  /// About so many calls tell the share well; more users than it takes are not simulated.
  private static let enoughCalls = 200_000.0

  init(_ scenario: Scenario) { self.scenario = scenario }

  func add(to fit: inout Calibration) throws {
    guard var plan = scenario.plans.first else { return }
    let each =
      scenario.workloads.reduce(0) {
        $0 + $1.volume * max(1, $1.conversation?.expectedCalls ?? 1)
      } * Double(scenario.period.months.count)
    plan.users = min(plan.users, max(1, Int(Self.enoughCalls / max(1, each))))
    let cells = try Simulation(scenario).result(of: plan, run: 1).caching
    for place in fit.workloads.indices where fit.workloads[place].conversation != nil {
      let own = cells.filter { $0.workload == fit.workloads[place].name }
      let input = own.reduce(0) { $0 + $1.counts.input }
      guard input > 0 else { continue }
      fit.workloads[place].fittedReadShare =
        Double(own.reduce(0) { $0 + $1.counts.read }) / Double(input)
    }
  }
}
