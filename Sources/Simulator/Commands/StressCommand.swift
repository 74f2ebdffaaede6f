import ArgumentParser
import CostModel
import Foundation

struct StressCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stress",
    abstract: "What the bill becomes when something goes wrong.",
    discussion: """
      Example: costsim stress scenarios/huntaze-engineering.yaml --users 100

      Every shock is a simulated month with the same luck as the month without it: ten times the \
      traffic on the busiest day, the heaviest user who runs wild, each provider down for a day, \
      dearer prices, no cache, longer prompts, smaller quotas. Fallbacks are only models that can do \
      the task, as select judges them. A scenario's 'shocks:' adds own ones, for all of the period or \
      some days. Without --users the first plan is studied. Writes stress.csv, stress.md and \
      charts/stress.svg to OUT/SCENARIO.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var work: ThreadOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let folder = try OutputFolder(path: page.out)
    let (tree, scenario) = try input.readOnePlan(scenario)
    let shocks = StandardFiles.merged(
      try StandardFiles.shocks(), with: scenario.shocks, name: \.name)
    let study = try StressStudy(
      tree, scenario, shocks: shocks, rules: try SelectionReader.rules(of: scenario),
      threads: work.threads)
    try StressReport.write(study, dialect: page.csvDialect, into: folder)
    try folder.commit()
    printing.show(
      json: StressReport.json(study),
      text: "\(StressMarkdown.headline(study))\(StressMarkdown.caution(study))\n\n"
        + "Stress: \(page.out)/\(scenario.name)/stress.md\n")
  }
}
