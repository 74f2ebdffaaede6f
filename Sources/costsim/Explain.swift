import ArgumentParser
import CostModel
import Reports
import Scenarios
import Simulator
import Support

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells one call's decision step by step, from the simulation itself.",
    discussion: """
      Example: costsim explain scenarios/two-tier.yaml --call 17 --users 50

      The rule that matched, the cache's state, every target considered with its breaker and \
      quota, retries and fallbacks, and the price arithmetic that adds up to the exact cost. Calls \
      are counted as in calls.csv (run --calls). Without --users the scenario's first plan is told.

      Example: costsim explain scenarios/two-tier.yaml --trace requests.csv --row 17

      tells what replay does with a row of a log, under the options that replay was given.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(help: "The call's number in calls.csv: its rank of arrival, from 1.")
  var call: Int64?

  @Option(name: .customLong("run"), help: "Which run of the plan, from 1.")
  var runNumber = 1

  @Option(help: "A log, in place of the scenario's own calls.")
  var trace: String?

  @Option(help: "The log's data row, from 1 behind the header; or give --call.")
  var row: Int64?

  @Option(help: "Of a log: a policy file, or 'logged' to keep each row's model.")
  var policy: String?

  @OptionGroup var log: LogOptions
  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard call ?? 1 > 0 else { throw ValidationError("--call counts from 1") }
    guard row ?? 1 > 0 else { throw ValidationError("--row counts from 1") }
    guard (call == nil) != (row == nil) else {
      throw ValidationError("expected --call N, or --trace LOG with --row N or --call N")
    }
    guard trace != nil || (row == nil && policy == nil) else {
      throw ValidationError("--row and --policy are of a log, expected --trace LOG as well")
    }
    guard trace == nil || (input.users == nil && runNumber == 1) else {
      throw ValidationError("a log has its own users and one run, expected no --users and --run")
    }
    guard trace != "-" else {
      throw ValidationError("the log is read twice, expected a file in place of standard input")
    }
    guard (1...1_000_000).contains(runNumber) else {
      throw ValidationError("--run is 1 to 1000000")
    }
  }

  func run() throws {
    let told = try trace.map(explanation(ofLog:)) ?? explanation(ofCall: call ?? 1)
    printing.show(json: ExplanationJSON.json(told), text: ExplanationText.text(told))
  }

  private func explanation(ofCall call: Int64) throws -> CallExplanation {
    let scenario = try input.read([scenario])[0]
    if input.users != nil, scenario.plans.count != 1 {
      throw BadInput(message: "error: --users names several plans, expected one number of users")
    }
    return try Self.explanation(ofCall: call, in: scenario, run: runNumber)
  }

  /// Of a request of a log.
  private func explanation(ofLog path: String) throws -> CallExplanation {
    try log.checkTimeZone()
    let variant = try ReplayCases(
      scenario: scenario, input: input, policies: policy.map { [$0] } ?? [], against: []
    ).variants()[0]
    let replay = Replay(path: path, format: log.format) { _ in
      try log.options(origin: variant.scenario.period.start)
    }
    let told = try replay.trace(row: row, call: call, of: variant)
    guard
      let explanation = CallExplanation(
        told.trace, plan: told.plan, run: 1, names: told.names,
        log: (path.split(separator: "/").last.map(String.init) ?? path, told.row))
    else { preconditionFailure("the replay goes on until the request has ended") }
    return explanation
  }

  /// Of the scenario's first plan.
  static func explanation(
    ofCall call: Int64, in scenario: Scenario, run: Int
  ) throws -> CallExplanation {
    let simulation = Simulation(scenario)
    let plan = scenario.plans[0]
    let names = PlanNames(
      compiled: simulation.compiled, routing: simulation.routing, userNames: [])
    let told = try simulation.trace(ofCall: call, of: plan, run: run)
    guard
      let trace = told.trace,
      let explanation = CallExplanation(
        trace, plan: plan, run: run, names: names)
    else {
      let count = HumanFormat.pluralWithVerb(told.calls, "call")
      throw BadInput(
        message: "error: there is no call \(call): \(count) made by \(plan.name) in run \(run)")
    }
    return explanation
  }
}
