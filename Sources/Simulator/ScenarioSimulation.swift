import CostModel
import Scenarios
import Support

/// Reads a scenario file and simulates its plans: the library's way in, for programs that want the bill
/// and not the reports. Everything else of this module serves the program `costsim` alone.
public struct ScenarioSimulation: Sendable {
  private let scenario: Scenario
  private let simulation: Simulation

  /// Reads and checks a scenario as `costsim run` does.
  ///
  /// - Parameters:
  ///   - path: the scenario file; what it names lies beside it.
  ///   - overrides: `key=value` as `--override` takes them; of two for one key the later wins.
  /// - Throws: an error whose description has all mistakes with file, line and column.
  public init(path: String, overrides: [String] = []) throws {
    scenario = try ScenarioReader.read(path: path, overrides: overrides)
    simulation = Simulation(scenario)
  }

  /// The scenario's name, which its reports have too.
  public var name: String { scenario.name }

  /// The users of each plan, in the order of the file.
  public var users: [Int] { scenario.plans.map(\.users) }

  /// Simulates one plan's period. The same plan and run give the same bill on every machine.
  ///
  /// - Parameters:
  ///   - plan: a place in `users`, from 0.
  ///   - run: which of many equally likely periods, from 1.
  /// - Throws: an error whose description names the call that has no price.
  public func bill(ofPlan plan: Int, run: Int = 1) throws -> SimulatedBill {
    precondition(scenario.plans.indices.contains(plan) && run >= 1, "no such plan or run")
    return SimulatedBill(try simulation.result(of: scenario.plans[plan], run: run))
  }
}

/// What a plan cost in one simulated period: exact amounts, and the calls behind them.
public struct SimulatedBill: Hashable, Sendable {
  /// What one model cost; a model in several regions has a line for each.
  public struct Line: Hashable, Sendable {
    /// The model's name, with `@` and its region where it has several.
    public var model: String
    /// Calls that it answered or that were routed to it and not answered.
    public var calls: Int64
    public var cost: MoneySum
  }

  /// The plan's number of users.
  public var users: Int
  /// All calls, of which some were answered by the response cache and some failed.
  public var calls: Int64
  public var cacheHits: Int64
  public var failedCalls: Int64
  /// The sum of the lines, exactly.
  public var cost: MoneySum
  /// By model, in order of their names.
  public var lines: [Line]

  init(_ result: PlanResult) {
    users = result.plan.users
    calls = result.calls
    cacheHits = result.cacheHits
    failedCalls = result.failedCalls
    cost = result.cost
    var byModel: [String: Line] = [:]
    for cell in result.costs {
      byModel[cell.model, default: Line(model: cell.model, calls: 0, cost: .zero)].calls +=
        cell.calls
      byModel[cell.model]?.cost += cell.cost
    }
    lines = byModel.values.sorted { $0.model < $1.model }
  }
}
