import ArgumentParser
import CostModel
import Decisions
import Foundation
import Reports
import Scenarios
import Support

struct ForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "The bill of the months to come, and when it breaks the budget.",
    discussion: """
      Example: costsim forecast scenarios/huntaze-engineering.yaml --growth 12% --prepaid '$5,000'

      Growth is a rate a month (12%), users by month (50,80,120) or an S-curve ({ceiling: 1000, \
      half_by: 6}); prices are those that the catalog gives for each month. Options take the place \
      of the scenario's 'forecast:'. Bills are closed forms, at once; --runs N also simulates N of \
      each month. Months in which a line of the budget may act are simulated in any case, once \
      without --runs. Writes forecast.csv, forecast.md and charts/forecast.svg to OUT/SCENARIO.
      """)

  @Argument(help: "Scenario file.")
  var scenario: String

  @Option(help: "Months to come.")
  var months: Int?

  @Option(help: ArgumentHelp("Growth of users.", valueName: "12%|50,80,120|{ceiling: ...}"))
  var growth: String?

  @Option(help: "Budget of a month.")
  var budget: String?

  @Option(help: "A sum paid ahead, whose runway is told.")
  var prepaid: String?

  @Option(help: "Simulations of each month; 0: closed forms, unless the budget acts.")
  var runs = 0

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var work: ThreadOptions
  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard (0...100_000).contains(runs) else { throw ValidationError("--runs is 0 to 100000") }
  }

  func run() throws {
    let folder = try OutputFolder(path: page.out)
    let read = try read()
    try page.claim("forecast", of: read.1, in: folder)
    let forecast = try Self.forecast(
      read, runs: runs, threads: work.threads, isQuiet: printing.quiet)
    try ForecastReport.write(forecast, dialect: page.csvDialect, into: folder)
    try page.writeWorkbook(
      "forecast", of: forecast.scenario, answer: ForecastMarkdown.headline(forecast),
      [ForecastReport.table(forecast)], in: folder)
    try folder.commit()
    printing.show(
      json: ForecastReport.json(forecast),
      text: "\(ForecastMarkdown.headline(forecast))\n\n"
        + "Forecast: \(page.out)/\(forecast.scenario.name)/forecast.md\n")
  }

  static func forecast(
    _ input: (ScenarioTree, Scenario, ForecastSpec), runs: Int, threads: Int, isQuiet: Bool
  ) throws -> Forecast {
    let (tree, scenario, spec) = input
    let calls = scenario.workloads.reduce(0) { $0 + $1.volume }
    let users = spec.users(of: scenario)
    let simulated = max(runs, scenario.budget?.acts == true ? 1 : 0)
    let bar = ProgressBar(
      total: calls * Double(users.reduce(0, +) * simulated), isQuiet: isQuiet || simulated == 0)
    defer { bar.finish() }
    return try Forecast(scenario, spec, tree: tree, runs: runs, threads: threads) { bar.add($0) }
  }

  /// The scenario with a period as long as the forecast, its first plan, and what to forecast.
  private func read() throws -> (ScenarioTree, Scenario, ForecastSpec) {
    if let users = input.users, users.contains(",") {
      throw BadInput(message: "error: --users names several plans, expected one number of users")
    }
    let changes = try input.readerOverrides() + options
    func read(_ overrides: [String]) throws -> (tree: ScenarioTree, scenario: Scenario) {
      try ScenarioReader.tree(
        path: self.scenario, overrides: overrides, allowOutside: input.mayLeaveFolder)
    }
    var first = try read(changes)
    let spec = first.scenario.forecast ?? ForecastSpec()
    if let problem = spec.problem(of: first.scenario) { throw InputErrors([problem]) }
    if first.scenario.period.months.count != spec.months {
      first = try read(changes + [Self.longer(first.scenario.period, months: spec.months)])
    }
    return (first.tree, first.scenario, spec)
  }

  /// The override that lets a period go on: by calendar months where it is one, however it is stated.
  private static func longer(_ period: Period, months: Int) -> String {
    guard period.isCalendar else { return "period.months=\(months)" }
    let first = period.days[0].date.description.prefix(7)
    let zone = QuotedText.quoted(period.timeZone)
    return
      "period={month: \(first), months: \(months), time_zone: \(zone), start: null, days: null}"
  }

  private var options: [String] {
    var options: [String] = []
    if let users = input.users { options.append("forecast.users=\(users)") }
    if let months { options.append("forecast.months=\(months)") }
    if let growth {
      let isList = growth.contains(",") && !growth.hasPrefix("{") && !growth.hasPrefix("[")
      options.append("forecast.growth=" + (isList ? "[\(growth)]" : growth))
    }
    if let budget { options.append("forecast.budget=\(budget)") }
    if let prepaid { options.append("forecast.prepaid=\(prepaid)") }
    return options
  }
}
