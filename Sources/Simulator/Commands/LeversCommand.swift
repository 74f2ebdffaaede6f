import ArgumentParser
import CostModel
import Foundation

struct LeversCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "levers",
    abstract: "What each way to save saves, alone and all together.",
    discussion: """
      Example: costsim levers scenarios/huntaze-engineering.yaml --users 100

      Every lever is a simulated month with the same luck as the month without it: response cache, \
      routing, batch transcription, shorter answers, prompt caching, cheaper models, quotas, and all \
      on one other service. Those that save are then combined, one after the other. With \
      --compare-catalog (or the scenario's compare_catalog) all of it is told at those prices too. \
      Also tells from how many users on capacity at a fixed price pays. A scenario's 'levers:' and 'capacity:' add \
      own ones. Without --users the first plan is studied. Writes levers.csv, break-even.csv, \
      levers.md and charts/levers.svg to OUT/SCENARIO.
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
    let levers = StandardFiles.merged(
      try StandardFiles.levers(), with: scenario.levers, name: \.name)
    let study = try LeverStudy(
      tree, scenario, levers: levers, capacities: scenario.capacities, threads: work.threads)
    try LeverReport.write(study, dialect: page.csvDialect, into: folder)
    try folder.commit()
    let prices = LeverPricesMarkdown.sentence(study).map { $0 + "\n" } ?? ""
    printing.show(
      json: LeverReport.json(study),
      text: "\(LeverMarkdown.headline(study))\(LeverMarkdown.caution(study))\n\(prices)\n"
        + "Levers: \(page.out)/\(scenario.name)/levers.md\n")
  }
}
