import ArgumentParser
import CostModel
import Foundation
import Reports
import Scenarios
import Support

/// Options of the verbs that write a page about one scenario.
struct PageOptions: ParsableArguments {
  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @Flag(help: "Also writes the tables as a workbook, for spreadsheets: OUT/SCENARIO/VERB.xlsx.")
  var xlsx = false

  /// Announces the files of a verb, and `others` beside them, before anything is computed, so that one
  /// that is an input is an error then.
  func claim(
    _ name: String, of scenario: Scenario, in folder: OutputFolder, others: [String] = []
  ) throws {
    if xlsx { try Workbook.requireLibrary() }
    for file in ReportPage.files(name) + ["\(name).csv", "charts/\(name).svg"] + others {
      try folder.claim("\(scenario.name)/\(file)")
    }
    if xlsx { try folder.claim("\(scenario.name)/\(ReportWorkbook.fileName(of: name))") }
    try ReportIndex.claim(in: folder)
  }

  /// The workbook of a verb, if asked for.
  func writeWorkbook(
    _ name: String, of scenario: Scenario, answer: String, _ tables: [Table],
    in folder: OutputFolder
  ) throws(OutputError) {
    try ReportWorkbook.write(
      xlsx, name, in: scenario.name,
      title: scenario.title.isEmpty ? scenario.name : scenario.title,
      created: scenario.period.start, answer: answer, tables: tables, of: folder)
  }
}

/// Options of the verbs that simulate variants of one scenario.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
  }
}

/// Options of the verbs that assess variants of one scenario.
struct DecisionOptions: ParsableArguments {
  @OptionGroup var page: PageOptions

  @Option(help: "Simulates so many months of every variant, in place of closed forms.")
  var runs: Int?

  @OptionGroup var work: ThreadOptions

  @OptionGroup var tables: TableOptions

  func validate() throws {
    guard (1...1_000_000).contains(runs ?? 1) else {
      throw ValidationError("--runs is 1 to 1000000")
    }
  }
}

/// The files of one decision about one scenario.
struct DecisionFiles {
  /// Its name is that of the folder that they are written to.
  var scenario: Scenario
  /// `sensitivity`, and so on.
  var name: String
  /// The answer.
  var headline: String
  var markdown: String
  var table: Table
  /// nil: there is nothing to draw.
  var chart: ChartPicture?

  /// `NAME.md`, `NAME.html`, `NAME.csv`, `charts/NAME.svg` and a workbook if asked for in the folder of
  /// each one's scenario, and their links in the index.
  static func write(
    _ files: [DecisionFiles], into folder: OutputFolder, _ options: PageOptions
  ) throws(OutputError) {
    for file in files {
      try folder.write(
        file.table.csv(options.csvDialect), to: "\(file.scenario.name)/\(file.name).csv")
      try options.writeWorkbook(
        file.name, of: file.scenario, answer: file.headline, [file.table], in: folder)
    }
    try ReportIndex.write(files.map { ($0.page, $0.scenario.name) }, in: folder)
  }

  private var page: ReportPage {
    let charts = chart.map { ["charts/\(name).svg": $0] } ?? [:]
    return ReportPage(name: name, markdown: markdown, charts: charts)
  }
}

extension ScenarioOptions {
  /// The scenario with the one plan that verbs study which study one: that of `--users`, else the
  /// first that the file lists (docs/interface.md).
  func readOnePlan(_ path: String) throws -> (tree: ScenarioTree, scenario: Scenario) {
    if let users, users.contains(",") {
      throw BadInput(message: "error: --users names several plans, expected one number of users")
    }
    return try readPlan(try read([path])[0].plans[0], path)
  }

  /// The scenario with each of its plans alone, or with each number of `--users`.
  func readEveryPlan(_ path: String) throws -> [(tree: ScenarioTree, scenario: Scenario)] {
    try read([path])[0].plans.map { try readPlan($0, path) }
  }

  private func readPlan(
    _ plan: PlanSpec, _ path: String
  ) throws -> (tree: ScenarioTree, scenario: Scenario) {
    let name = QuotedText.quoted(plan.name)
    return try ScenarioReader.tree(
      path: path,
      overrides: try readerOverrides() + ["plans=[{name: \(name), users: \(plan.users)}]"],
      allowOutside: mayLeaveFolder)
  }
}

extension DecisionOptions {
  /// Writes the files and prints the answers and where their pages are, with `--json` the answers
  /// with their tables; with `--columns`, `--sort` or `--top` the tables alone.
  func finish(
    _ answers: [DecisionFiles], in folder: OutputFolder, _ printing: PrintOptions, json: JSONValue
  ) throws {
    try DecisionFiles.write(answers, into: folder, page)
    let choice = tables.choice
    let table =
      choice.isMade ? try choice.choose(from: OutputTable(answers.map(\.table))) : nil
    try folder.commit()
    if let table { return printing.show(table, dialect: page.csvDialect) }
    printing.show(
      json: json,
      text: answers.map {
        "\($0.headline)\nReport: \(page.out)/\($0.scenario.name)/\($0.name).md\n"
      }.joined())
  }
}

extension DecisionFiles {
  /// The answer and the table, numbers as text as the CSV has them.
  var json: JSONValue {
    let rows = table.rows.map { row in
      JSONValue.object(
        zip(table.columns, row).map { column, cell in
          (column.name, .optional(column.type.text(of: cell)) { .string($0) })
        })
    }
    return .object([
      ("verb", .string(name)), ("answer", .string(headline)), ("rows", .array(rows)),
    ])
  }
}
