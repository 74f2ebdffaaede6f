import ArgumentParser
import Reports
import Scenarios
import Support

/// What `run`, and `merge` after it, write and print of reports.
struct RunOutput: ParsableArguments {
  @Option(help: "Folder for the reports.")
  var out = RunOutput.defaultFolder

  @Flag(help: "Prints the largest plan's expected bill as products for a spreadsheet, too.")
  var showArithmetic = false

  @OptionGroup var workbook: WorkbookOption
  @OptionGroup var table: ReportTableOption
  @OptionGroup var tables: TableOptions

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  private static let defaultFolder = "reports"

  /// Throws where an option was given that does nothing, since no report is written.
  func checkUnused(with option: String, or verb: String) throws {
    let given = [
      ("--out", out != Self.defaultFolder), ("--show-arithmetic", showArithmetic),
      ("--xlsx", workbook.xlsx), ("--table", table.table != nil),
      ("--columns, --sort and --top", tables.choice.isMade),
      ("--csv-dialect", csvDialect != .rfc4180),
    ]
    guard let unused = given.first(where: \.1) else { return }
    throw ValidationError("\(option) writes no reports: \(unused.0) belongs to \(verb)")
  }

  /// Where reports go, looked at before any input is.
  func folder(among outputs: Outputs = Outputs()) throws -> OutputFolder {
    try workbook.check()
    return try OutputFolder(path: out, outputs: outputs)
  }

  /// Writes the reports of scenarios, each made in its turn, and tells of them.
  func write(
    _ scenarios: [Scenario], record: RunRecord, into folder: OutputFolder,
    printing: PrintOptions, report: (Int) throws -> ScenarioReport
  ) throws {
    let table = ReportTableChoice(self.table, tables.choice)
    try table?.check(of: scenarios[0])
    for scenario in scenarios {
      try ReportWriter.claim(scenario, as: scenario.name, workbook: workbook.xlsx, in: folder)
    }
    var reports: [ScenarioReport] = []
    for place in scenarios.indices {
      reports.append(try report(place))
      try ReportWriter.write(
        reports[place], record: record, workbook: workbook.xlsx, into: folder)
    }
    try ReportWriter.writeIndex(reports, into: folder)
    try folder.commit()
    try printing.tell(
      reports, record, table: table, showsArithmetic: showArithmetic,
      place: "Reports: \(out)/index.md")
  }
}
