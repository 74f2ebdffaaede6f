import ArgumentParser
import CostModel
import Decisions
import Foundation
import Reports
import Scenarios
import Support

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
      some days. Every plan is studied, the first one in detail; --users 50,1000 names others. Writes \
      stress.csv, stress.md and charts/stress.svg to OUT/SCENARIO.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var work: ThreadOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let folder = try OutputFolder(path: page.out)
    let standard = try StandardFiles.shocks()
    let read = try input.readEveryPlan(scenario)
    try page.claim("stress", of: read[0].scenario, in: folder)
    let studies = try read.map { tree, scenario in
      try StressStudy(
        tree, scenario,
        shocks: StandardFiles.merged(standard, with: scenario.shocks, name: \.name),
        rules: try SelectionReader.rules(of: scenario), threads: work.threads)
    }
    try StressReport.write(studies, dialect: page.csvDialect, into: folder)
    let study = studies[0]
    try page.writeWorkbook(
      "stress", of: study.scenario, answer: StressMarkdown.headline(study),
      [StressReport.table(studies)], in: folder)
    try folder.commit()
    let others = studies.dropFirst().map { StressMarkdown.headline($0) + "\n" }.joined()
    printing.show(
      json: StressReport.json(studies),
      text: "\(StressMarkdown.headline(study))\(StressMarkdown.caution(study))\n\(others)\n"
        + "Stress: \(page.out)/\(study.scenario.name)/stress.md\n")
  }
}
