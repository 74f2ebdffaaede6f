import ArgumentParser
import CostModel
import Decisions
import Reports
import Scenarios
import Support

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "The best model for every kind of call, and what quality costs.",
    discussion: """
      Example: costsim select scenarios/huntaze-engineering.yaml --max-latency 2s --max-cost '$0.002'

      Judges every model of the catalog (--catalog takes another one) for every kind of call: drops \
      those that cannot take it or break a limit, scores the rest by quality, latency, cost and \
      conversion, and draws the frontier of cost and quality. Costs are closed forms. A scenario's \
      'selection:' brings own quality figures, limits and weights. Writes select.md, select.html, \
      select.csv and charts/select.svg to OUT/SCENARIO.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(help: "Drops models that take longer on average: 2s.")
  var maxLatency: String?

  @Option(help: "Drops models whose mean call costs more: $0.002.")
  var maxCost: String?

  @Option(help: "Drops models of a lower quality: 80%.")
  var minQuality: String?

  @Option(help: "Quality of models that nobody gives one for: 70%. Else they are not scored.")
  var standIn: String?

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let folder = try OutputFolder(path: page.out)
    let (_, scenario) = try input.readOnePlan(scenario)
    try page.claim("select", of: scenario, in: folder)
    try scenario.needClosedForms()
    let study = SelectionStudy(scenario, rules: try rules(of: scenario))
    let chart = ChartPicture.ifAny({ FrontierChart.svg(study, width: $0) })
    let markdown = SelectionMarkdown(study: study)
    let text = markdown.text(hasPicture: chart != nil)
    let files = DecisionFiles(
      scenario: scenario, name: "select", headline: markdown.headline(), markdown: text,
      table: ReportTables.selectionTable(study), chart: chart)
    try DecisionFiles.write([files], into: folder, page)
    try folder.commit()
    printing.show(
      json: files.json,
      text: "\(files.headline)\nReport: \(page.out)/\(scenario.name)/select.md\n")
  }

  /// The scenario's or the standard ones, with what the options say.
  private func rules(of scenario: Scenario) throws -> SelectionRules {
    var rules = try SelectionReader.rules(of: scenario)
    if let maxLatency {
      rules.maxLatency = try read("--max-latency", maxLatency, "a duration like 2s") {
        text throws(Quantity.Problem) in try Quantity.duration(text)
      }
    }
    if let maxCost {
      rules.maxCost = try read("--max-cost", maxCost, "an amount like $0.002") {
        text throws(Quantity.Problem) in MoneySum(picodollars: try Quantity.money(text))
      }
    }
    let share = { (text: String) throws(Quantity.Problem) in try Quantity.share(text).double }
    if let minQuality {
      rules.minQuality = try read("--min-quality", minQuality, "a percentage like 80%", share)
    }
    if let standIn {
      rules.standIn = try read("--stand-in", standIn, "a percentage like 70%", share)
    }
    return rules
  }

  private func read<Value>(
    _ option: String, _ text: String, _ expected: String,
    _ value: (String) throws(Quantity.Problem) -> Value
  ) throws -> Value {
    guard let value = try? value(text) else {
      throw BadInput(message: "\(option): error: expected \(expected), not '\(text)'")
    }
    return value
  }
}
