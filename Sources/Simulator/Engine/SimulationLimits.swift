import CostModel
import Scenarios
import Support

/// What is too large to be simulated (`Limits/simulation.yaml`).
package struct SimulationLimits: Sendable {
  /// Calls, or starts of flows, expected of one plan in one run.
  package var calls = Int64.max
  /// The same of all that a command simulates, and for how many of them beginning a month counts.
  package var allCalls = Int64.max
  package var callsPerMonth: Int64 = 0
  /// Calls that `solve` simulates while it looks further than the scenario stands.
  package var searchCalls = Int64.max
  /// Bytes for all plans.
  package var memory = Int64.max
  package var bytesPerUser: Int64 = 0
  package var bytesPerSource: Int64 = 0
  /// Calls of the months beside the seed's own that a gate simulates unasked.
  package var gateCalls = Int64.max
  /// Rows of a plan's table by day or hour.
  package var tableRows = Int64.max
  package var bytesPerAccountMonth: Int64 = 0

  /// The shipped limit of tables by day or hour.
  package static let mostTableRows: Int = shippedTableRows()

  private static func shippedTableRows() -> Int {
    guard case .success(let limits) = shipped else { return .max }
    return Int(clamping: limits.tableRows)
  }

  private static let format = FormatObject(
    name: "limits", summary: "Limits of simulations.",
    fields: [
      FormatField("calls", .count, "Of one plan.", required: true),
      FormatField("all_calls", .count, "Of a command.", required: true),
      FormatField("calls_per_month", .count, "That beginning one takes.", required: true),
      FormatField("search_calls", .count, "Of solve's search.", required: true),
      FormatField("memory", .count, "Bytes for all plans.", required: true),
      FormatField("bytes_per_user", .count, "Of memory.", required: true),
      FormatField("bytes_per_user_and_workload", .count, "Of memory.", required: true),
      FormatField("gate_calls", .count, "Of a gate's other months together.", required: true),
      FormatField("table_rows", .count, "Of a plan's table by day or hour.", required: true),
      FormatField(
        "bytes_per_account_month_and_model", .count, "Of memory, for account_months.csv.",
        required: true),
    ])

  /// The shipped limits; an error if their file is wrong, which the tests rule out.
  package static let shipped = Result { () throws(InputErrors) in
    let log = InputLog()
    let file = SourceFile(
      path: "simulation.yaml", order: 0,
      text: String(decoding: PackageResources.simulation_yaml, as: UTF8.self))
    var limits = SimulationLimits()
    let node = YAMLDocument.parse(file, log: log)
    if let fields = node.flatMap({ Fields($0, as: format, log: log) }) {
      let all = Int64(1)...(.max)
      limits.calls = fields.count("calls", in: all) ?? limits.calls
      limits.allCalls = fields.count("all_calls", in: all) ?? limits.allCalls
      limits.callsPerMonth = fields.count("calls_per_month", in: all) ?? 0
      limits.searchCalls = fields.count("search_calls", in: all) ?? limits.searchCalls
      limits.memory = fields.count("memory", in: all) ?? limits.memory
      limits.bytesPerUser = fields.count("bytes_per_user", in: all) ?? 0
      limits.bytesPerSource = fields.count("bytes_per_user_and_workload", in: all) ?? 0
      limits.tableRows = fields.count("table_rows", in: all) ?? limits.tableRows
      limits.bytesPerAccountMonth =
        fields.count("bytes_per_account_month_and_model", in: all) ?? 0
      limits.gateCalls = fields.count("gate_calls", in: all) ?? limits.gateCalls
    }
    try log.throwIfAny()
    return limits
  }

  /// What simulating all plans of a scenario once takes, in calls.
  package func work(_ scenario: Scenario) -> Double {
    let volume = scenario.workloads.reduce(0) { sum, workload in
      sum + workload.volume * max(1, workload.conversation?.expectedCalls ?? 1)
    }
    let months = Double(scenario.period.months.count)
    return scenario.plans.reduce(0) { sum, plan in
      let users = Double(plan.users)
      return sum + Double(callsPerMonth) + max(1, months * volume) * users
    }
  }

  /// Throws `BadInput` where what a command is to simulate takes too long, before any of it is: asked of
  /// the variants one by one until it is too much.
  package func checkWork(variants: Int, runs: Int, _ variant: (Int) throws -> Scenario) throws {
    var total = 0.0
    for number in 0..<variants {
      let scenario = try variant(number)
      total += work(scenario) * Double(runs)
      guard total > Double(allCalls) else { continue }
      let found = InputLog.grouped(Int64(min(total, 0x1p62)))
      let several = variants > 1 ? " for \(number + 1) of \(variants) variants" : ""
      throw BadInput(
        message: "\(scenario.name): error: the work of \(found) calls in "
          + "\(InputLog.grouped(Int64(runs))) \(runs == 1 ? "run" : "runs")\(several), each month begun "
          + "taken for \(InputLog.grouped(callsPerMonth)) of them, expected at most "
          + "\(InputLog.grouped(allCalls)) in a command (limit 'all_calls'): fewer '--runs', users or "
          + "variants")
    }
  }

  /// Throws `BadInput` where plans that are simulated together would fill the memory.
  package func check(_ plans: [PlanSpec], of compiled: CompiledScenario) throws {
    var each = bytesPerUser + bytesPerSource * Int64(compiled.workloads.count)
    if compiled.scenario.tables.contains(.accountMonths) {
      let models = CompiledRouting(compiled).reachableModels(compiled).count
      each += bytesPerAccountMonth * Int64(models * compiled.scenario.period.months.count)
    }
    let users = plans.reduce(0) { $0 + Int64($1.users) }
    guard users > memory / each else { return }
    let (needed, most) = (InputLog.grouped(users * each), InputLog.grouped(memory))
    throw BadInput(
      message: "\(compiled.scenario.name): error: \(InputLog.grouped(users)) users need "
        + "\(needed) bytes of memory in a simulation, expected at most \(most) (limit 'memory'): "
        + "fewer users, or one plan at a time")
  }

  /// Throws `BadInput` where a plan is larger than that.
  package func check(_ plan: PlanSpec, of compiled: CompiledScenario, draws: Draws) throws {
    try check([plan], of: compiled)
    let population = Population(compiled.scenario, users: plan.users, draws: draws)
    let months = Double(compiled.scenario.period.months.count)
    let calls = compiled.workloads.reduce(0.0) { sum, workload in
      sum + months * population.volumes(of: workload).reduce(0, +) * workload.callsPerConversation
    }
    // Chance takes no plan that far beyond what is expected of it.
    if calls > Double(self.calls) {
      let found = InputLog.grouped(Int64(min(calls, 0x1p62)))
      throw BadInput(
        message: "\(compiled.scenario.name): error: plan '\(plan.name)' has \(found) calls, "
          + "expected at most \(InputLog.grouped(self.calls)) in a simulation (limit 'calls'): "
          + "fewer users, or a shorter period")
    }
  }
}
