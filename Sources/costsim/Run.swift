import Analysis
import ArgumentParser
import Catalogs
import CostModel
import Decisions
import Foundation
import Reports
import Scenarios
import Simulator
import Support

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulates every plan of the scenarios and writes their reports.",
    discussion: """
      Example: costsim run scenarios/huntaze-published.yaml --users 50,1000 --out reports

      Writes plans.csv, costs.csv, daily.csv, accounts.csv, performance.csv, alerts.csv, \
      costs.sqlite, report.md, run.json and charts to OUT/SCENARIO, and OUT/index.md. A bill \
      over the budget is a result, not an error: the exit code is 0.
      """)

  @Argument(help: "Scenario files.")
  var scenarios: [String]

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "Months to simulate of each plan, each with its own luck.")
  var runs = 1

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Also writes every call of run 1 to this CSV file (one scenario and plan).")
  var calls: String?

  @Flag(help: "Puts every call of run 1 into costs.sqlite too (one scenario and plan).")
  var ledger = false

  @Flag(help: "Prints the largest plan's expected bill as products for a spreadsheet, too.")
  var showArithmetic = false

  @OptionGroup var workbook: WorkbookOption
  @OptionGroup var table: ReportTableOption
  @OptionGroup var tables: TableOptions

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  func validate() throws {
    guard !scenarios.isEmpty else { throw ValidationError("expected at least one scenario") }
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs is 1 to 1000000") }
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
  }

  func run() throws {
    try workbook.check()
    let outputs = Outputs()
    if let calls { try outputs.claim(calls) }
    let folder = try OutputFolder(path: out, outputs: outputs)
    let loaded = try input.read(scenarios)
    if calls != nil || ledger, loaded.count != 1 || loaded[0].plans.count != 1 {
      throw BadInput(
        message: "error: \(ledger ? "--ledger" : "--calls") needs one scenario with one plan, "
          + "expected --users N as well")
    }
    let table = ReportTableChoice(self.table, tables.choice)
    try table?.check(of: loaded[0])
    for scenario in loaded {
      try ReportWriter.claim(scenario, as: scenario.name, workbook: workbook.xlsx, in: folder)
    }
    let record = RunRecord(
      version: Version.current, overrides: input.allOverrides, runs: runs,
      timeZoneData: TimeZone.timeZoneDataVersion, csvDialect: csvDialect)
    var reports: [ScenarioReport] = []
    for (scenario, path) in zip(loaded, scenarios) {
      let report = try simulate(scenario, path: path, into: folder)
      try ReportWriter.write(report, record: record, workbook: workbook.xlsx, into: folder)
      reports.append(report)
    }
    try ReportWriter.writeIndex(reports, into: folder)
    try folder.commit()
    try printing.tell(
      reports, record, table: table, showsArithmetic: showArithmetic,
      place: "Reports: \(out)/index.md")
  }

  private func simulate(
    _ scenario: Scenario, path: String, into folder: OutputFolder
  ) throws -> ScenarioReport {
    let simulation = Simulation(scenario)
    let users = scenario.plans[0].users
    let file = try calls.map {
      try CallsFile(
        path: $0, among: folder.outputs, population: scenario.users, users: users,
        hasExperiments: !scenario.experiments.isEmpty,
        cachingColumns: CallsFile.cachingColumns(scenario), dialect: csvDialect)
    }
    let database =
      ledger
      ? try CallsDatabase(
        in: folder, scenario.name, population: scenario.users, users: users,
        hasExperiments: !scenario.experiments.isEmpty,
        cachingColumns: CallsFile.cachingColumns(scenario)) : nil
    let drawsInputs = runs > 1 && !scenario.ranges.isEmpty
    let bar = ProgressBar(
      total: simulation.expectedArrivals(runs: drawsInputs ? 2 * runs : runs),
      isQuiet: printing.quiet)
    let months = try simulation.reduced(
      to: { SimulatedMonth($0, budget: scenario.budget) },
      runs: runs, threads: threads, log: CallLog(file, database),
      progress: { bar.add($0) })
    let drawn =
      drawsInputs
      ? try Assessor(input.tree(path), scenario: scenario, runs: runs, threads: threads)
        .assess([Assessor.Variant()]) { bar.add($0) }[0].map(\.runs) : []
    bar.finish()
    try file?.finish()
    try database?.finish()
    var plans = months.indices.compactMap { plan in
      PlanReport(
        scenario: scenario, months: months[plan], drawn: drawsInputs ? drawn[plan] : nil)
    }
    if let over = try Assessor.plansOverRanges(input.tree(path), scenario, threads: threads) {
      for place in plans.indices {
        plans[place].expectation.take(over[place])
        plans[place].overRanges = over[place]
        plans[place].rangedInputs = scenario.ranges.count
      }
    }
    if scenario.budget?.acts == true {
      let unenforced = try Simulation(scenario.withoutActions).results(runs: 1, threads: threads)
      for (place, runs) in unenforced.enumerated() { plans[place].unenforced = runs[0] }
    }
    if let classifier = scenario.classifier, classifier.accuracy < 1 {
      let right = try Simulation(scenario.withoutMisrouting).results(runs: 1, threads: threads)
      for (place, runs) in right.enumerated() { plans[place].wellRouted = runs[0] }
    }
    for place in plans.indices where Attention(plan: plans[place]).isTroubled {
      let result = try Simulation(scenario.untroubled).result(of: plans[place].plan, run: 1)
      plans[place].untroubled = result.cost
    }
    if !scenario.experiments.isEmpty {
      let analysis = ExperimentAnalysis(scenario: scenario, standard: try StandardFiles.detect())
      for place in plans.indices {
        plans[place].experiments = analysis.findings(
          plans[place].result, plans[place].expectation)
      }
    }
    // The comparison is by closed forms, which know nothing of a budget that acts.
    let comparison =
      scenario.budget?.acts == true || scenario.hasConversations ? nil : CatalogComparison(scenario)
    var report = ScenarioReport(scenario: scenario, plans: plans, comparison: comparison)
    let simulated = scenario.closedFormObstacles.isEmpty ? report.largestPlan : nil
    report.savings = try report.largestPlan.flatMap { plan in
      try BestSavings(
        input.tree(path), scenario, month: plan.result, expected: plan.expectation.cost,
        levers: StandardFiles.merged(
          StandardFiles.levers(), with: scenario.levers, name: \.name), threads: threads)
    }
    report.assumed = try simulated.flatMap { plan in
      try AssumedBills(scenario, of: plan.plan) { try input.tree(path) }
    }
    return report
  }
}

extension CSVDialect: ExpressibleByArgument {}

/// What the report needs of one run of a plan: all of the first, of the others what they came to.
private struct SimulatedMonth: Sendable {
  let first: PlanResult?
  let outcome: Outcome

  init(_ result: PlanResult, budget: Budget?) {
    first = result.run == 1 ? result : nil
    outcome = Outcome(result, budget: budget)
  }
}

extension PlanReport {
  /// All months of one plan, by number of the run, and the same months with the inputs drawn if any
  /// is; nil without months.
  fileprivate init?(scenario: Scenario, months: [SimulatedMonth], drawn: [Outcome]?) {
    guard let first = months.first?.first else { return nil }
    let likely = months.map(\.outcome)
    let outcomes = drawn ?? likely
    self.init(
      result: first,
      runs: RunsSummary(
        costs: outcomes.compactMap(\.bill),
        overruns: outcomes.compactMap(\.overrun)),
      expectation: Expectation(scenario: scenario, plan: first.plan))
    spread = drawn.map { CostSpread(likely: likely, drawn: $0) }
  }
}
