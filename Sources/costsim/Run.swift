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

  @Option(help: "Months to simulate of each plan, each with its own luck.")
  var runs = 1

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Also writes every call of run 1 to this CSV file (one scenario and plan).")
  var calls: String?

  @Flag(help: "Puts every call of run 1 into costs.sqlite too (one scenario and plan).")
  var ledger = false

  @OptionGroup var output: RunOutput

  @Option(
    help: ArgumentHelp(
      "Simulates only the Kth of M shares of the months, with --partial.", valueName: "K/M"))
  var shard: Shard?

  @Option(help: "Writes the months to this file, in place of reports: costsim merge makes them.")
  var partial: String?

  func validate() throws {
    guard !scenarios.isEmpty else { throw ValidationError("expected at least one scenario") }
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs is 1 to 1000000") }
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
    guard partial != nil else {
      if shard != nil { throw ValidationError("--shard needs --partial FILE") }
      return
    }
    if calls != nil || ledger {
      throw ValidationError(
        "--partial writes no calls: \(ledger ? "--ledger" : "--calls") is for a "
          + "run of its own")
    }
    try output.checkUnused(with: "--partial", or: "merge")
  }

  func run() throws {
    if let partial { return try write(partTo: partial) }
    let outputs = Outputs()
    if let calls { try outputs.claim(calls) }
    let folder = try output.folder(among: outputs)
    let loaded = try input.read(scenarios)
    if calls != nil || ledger, loaded.count != 1 || loaded[0].plans.count != 1 {
      throw BadInput(
        message: "error: \(ledger ? "--ledger" : "--calls") needs one scenario with one plan, "
          + "expected --users N as well")
    }
    let record = RunRecord(
      version: Version.current, overrides: input.allOverrides, runs: runs,
      timeZoneData: TimeZone.timeZoneDataVersion, csvDialect: output.csvDialect)
    try output.write(loaded, record: record, into: folder, printing: printing) { place in
      try simulate(loaded[place], path: scenarios[place], into: folder)
    }
  }

  private func simulate(
    _ scenario: Scenario, path: String, into folder: OutputFolder
  ) throws -> ScenarioReport {
    let run = ScenarioRun(scenario, runs: runs, threads: threads) { try input.tree(path) }
    let users = scenario.plans[0].users
    let file = try calls.map {
      try CallsFile(
        path: $0, among: folder.outputs, population: scenario.users, users: users,
        hasExperiments: !scenario.experiments.isEmpty,
        cachingColumns: CallsFile.cachingColumns(scenario), meters: scenario.statedMeters,
        dialect: output.csvDialect)
    }
    let database =
      ledger
      ? try CallsDatabase(
        in: folder, scenario.name, population: scenario.users, users: users,
        hasExperiments: !scenario.experiments.isEmpty,
        cachingColumns: CallsFile.cachingColumns(scenario), meters: scenario.statedMeters) : nil
    let bar = run.progress(ofMonths: runs, isQuiet: printing.quiet)
    let months = try run.months(1..<runs + 1, log: CallLog(file, database)) { bar.add($0) }
    bar.finish()
    try file?.finish()
    try database?.finish()
    return try run.report(first: months.first, bills: months.bills)
  }

  private func write(partTo path: String) throws {
    let outputs = Outputs()
    try outputs.claim(path)
    let loaded = try input.read(scenarios)
    let shard = shard ?? Shard(number: 1, count: 1)
    let months = RunPart.months(ofShard: shard.number, of: shard.count, runs: runs)
    var part = RunPart()
    part.timeZoneData = TimeZone.timeZoneDataVersion
    part.runs = runs
    part.overrides = input.allOverrides
    if !months.isEmpty { part.spans = [MonthSpan(months)] }
    let overrides = try input.readerOverrides()
    for (scenario, path) in zip(loaded, scenarios) {
      var bills = ScenarioBills()
      (bills.name, bills.seed) = (scenario.name, scenario.seed)
      bills.text = try ScenarioText(path: path, overrides: overrides) { source in
        let run = ScenarioRun(scenario, runs: runs, threads: threads) {
          try ScenarioReader.tree(
            path: path, overrides: overrides, allowOutside: input.mayLeaveFolder, source: source
          ).tree
        }
        try run.readVariants()
        let bar = run.progress(ofMonths: months.count, isQuiet: printing.quiet)
        bills.plans = try run.months(months) { bar.add($0) }.bills
        bar.finish()
      }
      part.scenarios.append(bills)
    }
    try outputs.write(PartFile.bytes(of: part, kind: .months), to: path)
    try outputs.commit()
    printing.tell(part, at: path)
  }
}

extension CSVDialect: ExpressibleByArgument {}
