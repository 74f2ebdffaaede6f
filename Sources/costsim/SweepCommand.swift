import ArgumentParser
import CostModel
import Decisions
import Reports
import Scenarios
import Support

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Assesses a scenario on a grid of inputs.",
    discussion: """
      Example: costsim sweep scenarios/huntaze-engineering.yaml --vary users=50,100,500 \
      --vary 'cache.classes.*.hit_rate=40%..90%:6'

      Writes sweep.md, sweep.csv and charts/sweep.svg (lines, or for two inputs a heat map) to \
      OUT/SCENARIO. A path may hold * for any name and ** for any names; PATH*=0.8,1.2 scales.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(
    help: ArgumentHelp(
      "An input and its values: users=50,100 or cache.latency=1ms..9ms:5. Repeatable.",
      valueName: "path=values"))
  var vary: [String]

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var decision: DecisionOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let folder = try OutputFolder(path: decision.page.out)
    let read = try ScenarioReader.tree(
      path: scenario, overrides: try input.readerOverrides(), allowOutside: input.mayLeaveFolder)
    try decision.page.claim("sweep", of: read.scenario, in: folder)
    let axes = try vary.enumerated().map { index, text in
      try SweepAxis(text, number: index + 1, tree: read.tree)
    }
    let points = axes.reduce(1) { $0 * min($1.values.count, Sweep.maximumPoints) }
    guard points <= Sweep.maximumPoints else {
      throw BadInput(
        message: "--vary: error: \(points) combinations, expected at most \(Sweep.maximumPoints)")
    }
    let assessor = Assessor(
      read.tree, scenario: read.scenario, runs: decision.runs, threads: decision.work.threads)
    let sweep = try Sweep(assessor, scenario: read.scenario, axes: axes)
    let files = DecisionFiles(
      scenario: read.scenario, name: "sweep", headline: SweepMarkdown.headline(sweep),
      markdown: SweepMarkdown.text(sweep), table: ReportTables.sweepTable(sweep),
      chart: ChartPicture.ifAny({ SweepChart.svg(sweep, width: $0) }))
    try decision.finish([files], in: folder, printing, json: files.json)
  }
}
