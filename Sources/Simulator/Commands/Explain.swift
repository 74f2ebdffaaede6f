import ArgumentParser
import CostModel

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells one call's decision step by step, from the simulation itself.",
    discussion: """
      Example: costsim explain scenarios/two-tier.yaml --call 17 --users 50

      The rule that matched, the cache's state, every target considered with its breaker and \
      quota, retries and fallbacks, and the price arithmetic that adds up to the exact cost. Calls \
      are counted as in calls.csv (run --calls). Without --users the scenario's first plan is told.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(help: "The call's number in calls.csv: its rank of arrival, from 1.")
  var call: Int64

  @Option(name: .customLong("run"), help: "Which run of the plan, from 1.")
  var runNumber = 1

  @OptionGroup var input: ScenarioOptions

  @Flag(help: "Prints JSON in place of text.")
  var json = false

  func validate() throws {
    guard call > 0 else { throw ValidationError("--call counts from 1") }
    guard (1...1_000_000).contains(runNumber) else {
      throw ValidationError("--run is 1 to 1000000")
    }
  }

  func run() throws {
    let scenario = try input.read([scenario])[0]
    if input.users != nil, scenario.plans.count != 1 {
      throw BadInput(message: "error: --users names several plans, expected one number of users")
    }
    let explanation = try Self.explanation(ofCall: call, in: scenario, run: runNumber)
    print(
      json ? ExplanationJSON.json(explanation).text : ExplanationText.text(explanation),
      terminator: "")
  }

  /// Of the scenario's first plan.
  static func explanation(
    ofCall call: Int64, in scenario: Scenario, run: Int
  ) throws -> CallExplanation {
    let simulation = Simulation(scenario)
    let plan = scenario.plans[0]
    let names = PlanNames(
      compiled: simulation.compiled, routing: simulation.routing, userNames: [])
    let told = try simulation.story(ofCall: call, of: plan, run: run)
    guard
      let story = told.story,
      let explanation = CallExplanation(
        story, plan: plan, run: run, names: names)
    else {
      let count = PlainEnglish.pluralWithVerb(told.calls, "call")
      throw BadInput(
        message: "error: there is no call \(call): \(count) made by \(plan.name) in run \(run)")
    }
    return explanation
  }
}
