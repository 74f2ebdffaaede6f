import CostModel

/// What is too large to be simulated (`Limits/simulation.yaml`).
struct SimulationLimits: Sendable {
  /// Calls, or starts of flows, expected of one plan in one run.
  var calls = Int64.max
  /// Users of one plan.
  var users = Int64.max
  var sources = Int64.max
  /// Calls of the months beside the seed's own that a gate simulates unasked.
  var gateCalls = Int64.max

  private static let format = FormatObject(
    name: "limits", summary: "Limits of simulations.",
    fields: [
      FormatField("calls", .count, "Of one plan.", required: true),
      FormatField("users", .count, "Of one plan.", required: true),
      FormatField("users_times_workloads", .count, "Of one plan.", required: true),
      FormatField("gate_calls", .count, "Of a gate's other months together.", required: true),
    ])

  /// The shipped limits; an error if their file is wrong, which the tests rule out.
  static let shipped = Result { () throws(InputErrors) in
    let log = InputLog()
    let file = SourceFile(
      path: "simulation.yaml", order: 0,
      text: String(decoding: PackageResources.simulation_yaml, as: UTF8.self))
    var limits = SimulationLimits()
    let node = YAMLDocument.parse(file, log: log)
    if let fields = node.flatMap({ Fields($0, as: format, log: log) }) {
      let all = Int64(1)...(.max)
      limits.calls = fields.count("calls", in: all) ?? limits.calls
      limits.users = fields.count("users", in: all) ?? limits.users
      limits.sources = fields.count("users_times_workloads", in: all) ?? limits.sources
      limits.gateCalls = fields.count("gate_calls", in: all) ?? limits.gateCalls
    }
    try log.throwIfAny()
    return limits
  }

  /// Throws `BadInput` where a plan is larger than that.
  func check(_ plan: PlanSpec, of compiled: CompiledScenario, draws: Draws) throws {
    func refuse(_ what: String, _ found: Int64, _ limit: Int64) -> BadInput {
      BadInput(
        message: "\(compiled.scenario.name): error: plan '\(plan.name)' has "
          + "\(InputLog.grouped(found)) \(what), expected at most \(InputLog.grouped(limit)) in a "
          + "simulation: fewer users, or a shorter period")
    }
    let users = Int64(plan.users)
    if users > self.users { throw refuse("users", users, self.users) }
    let sources = users * Int64(compiled.workloads.count)
    if sources > self.sources { throw refuse("users times workloads", sources, self.sources) }
    let population = Population(compiled.scenario, users: plan.users, draws: draws)
    let months = Double(compiled.scenario.period.months.count)
    let calls = compiled.workloads.reduce(0.0) { sum, workload in
      sum + months * population.volumes(of: workload).reduce(0, +)
    }
    // Chance takes no plan that far beyond what is expected of it.
    if calls > Double(self.calls) {
      throw refuse("calls", Int64(min(calls, 0x1p62)), self.calls)
    }
  }
}
