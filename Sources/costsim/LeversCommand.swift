import ArgumentParser
import CostModel
import Decisions
import Foundation
import Reports
import Scenarios
import Support

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
      own ones. Every plan is studied, the first one in detail; --users 50,1000 names others. Writes levers.csv, break-even.csv, \
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
    let standard = try StandardFiles.levers()
    let read = try input.readEveryPlan(scenario)
    try page.claim("levers", of: read[0].scenario, in: folder, others: ["break-even.csv"])
    let studies = try read.enumerated().map { place, read in
      try LeverStudy(
        read.tree, read.scenario,
        levers: StandardFiles.merged(standard, with: read.scenario.levers, name: \.name),
        capacities: read.scenario.capacities, isInDetail: place == 0, threads: work.threads)
    }
    try LeverReport.write(studies, dialect: page.csvDialect, into: folder)
    let study = studies[0]
    try page.writeWorkbook(
      "levers", of: study.scenario, answer: LeverMarkdown.headline(study),
      LeverReport.tables(studies), in: folder)
    try folder.commit()
    let prices = LeverPricesMarkdown.sentence(study).map { $0 + "\n" } ?? ""
    let others = studies.dropFirst().map { LeverMarkdown.headline($0) + "\n" }.joined()
    printing.show(
      json: LeverReport.json(studies),
      text: "\(LeverMarkdown.headline(study))\(LeverMarkdown.caution(study))\n\(prices)\(others)\n"
        + "Levers: \(page.out)/\(study.scenario.name)/levers.md\n")
  }
}
