import ArgumentParser
import CostModel
import Decisions
import Reports
import Scenarios
import Support

struct SensitivityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sensitivity",
    abstract: "Moves every input of a scenario and ranks them by what they do to the bill.",
    discussion: """
      Example: costsim sensitivity scenarios/huntaze-published.yaml --users 1000

      Writes sensitivity.md, sensitivity.csv and charts/sensitivity.svg (a tornado) to \
      OUT/SCENARIO. An input moves to the ends of its range where the scenario states one, else \
      20 % down and up. A model's prices, what else its provider decides, and the stages of a flow \
      are a bar each, unless --each moves every input alone. Without --users the first plan is studied.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var decision: DecisionOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "How far inputs without a range are moved.")
  var by = "20%"

  @Flag(help: "Moves every input alone, also a model's prices and the stages of a flow.")
  var each = false

  func run() throws {
    guard let share = try? Quantity.share(by).double, share > 0 else {
      throw BadInput(message: "--by: error: expected a percentage like 20%, not '\(by)'")
    }
    let folder = try OutputFolder(path: decision.page.out)
    let loaded = try input.read(scenarios)
    for scenario in loaded { try decision.page.claim("sensitivity", of: scenario, in: folder) }
    var answers: [DecisionFiles] = []
    for path in scenarios.prefix(loaded.count) {
      let (tree, scenario) = try input.readOnePlan(path)
      let assessor = Assessor(
        tree, scenario: scenario, runs: decision.runs, threads: decision.work.threads)
      let result = try Sensitivity(assessor, scenario: scenario, share: share, isBundled: !each)
      answers.append(
        DecisionFiles(
          scenario: scenario, name: "sensitivity",
          headline: SensitivityMarkdown.headline(result),
          markdown: SensitivityMarkdown.text(result),
          table: ReportTables.sensitivityTable(result),
          chart: ChartPicture { TornadoChart.svg(result, width: $0) }))
    }
    try decision.finish(answers, in: folder, printing, json: .array(answers.map(\.json)))
  }
}
