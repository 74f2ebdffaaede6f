import ArgumentParser
import Reports
import Scenarios
import Support

/// What the verbs that write reports print of them.
struct ReportTableOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Prints this table in place of the summary: plans, costs, daily, accounts, performance, "
        + "alerts.", valueName: "name"))
  var table: String?

  func validate() { if table != nil { StandardStream.program = "--table" } }
}

/// Whether a report is written as a workbook, too.
struct WorkbookOption: ParsableArguments {
  @Flag(help: "Also writes report.xlsx: the tables with charts, for spreadsheets.")
  var xlsx = false

  /// Throws `BadInput` where it cannot be, before anything is computed.
  func check() throws(BadInput) { if xlsx { try Workbook.requireLibrary() } }
}

/// One table of a report in place of its summary.
struct ReportTableChoice {
  var name: String
  var choice: TableChoice

  /// nil: the summary. A choice of rows or columns alone is one of plans.csv.
  init?(_ option: ReportTableOption, _ choice: TableChoice) {
    guard let name = option.table ?? (choice.isMade ? ReportTables.plans.name : nil) else {
      return nil
    }
    self.name = name
    self.choice = choice
  }

  /// Before anything is simulated: is there such a table, with such columns? Throws `BadInput`.
  func check(of scenario: Scenario) throws {
    let all = ReportTables.all(ScenarioReport(scenario: scenario, plans: []))
    guard let table = all.first(where: { $0.name == name }) else {
      let names = all.map(\.name).joined(separator: ", ")
      throw BadInput(message: "--table: error: unknown table '\(name)', expected \(names)")
    }
    _ = try choice.choose(from: OutputTable([table]))
  }

  /// The rows of all reports.
  func chosen(from reports: [ScenarioReport]) throws -> OutputTable {
    try choice.choose(
      from: OutputTable(reports.flatMap(ReportTables.all).filter { $0.name == name }))
  }
}

extension PrintOptions {
  /// After reports were written: one of their tables, or their records, or the summary and `place`.
  func tell(
    _ reports: [ScenarioReport], _ record: RunRecord, table: ReportTableChoice?,
    showsArithmetic: Bool = false, place: String
  ) throws {
    if let table { return show(try table.chosen(from: reports), dialect: record.csvDialect) }
    let arithmetic =
      showsArithmetic ? reports.map { "\n" + TerminalSummary.arithmetic($0) }.joined() : ""
    show(
      json: .array(reports.map(record.json)),
      text: TerminalSummary.text(reports, styled: isStyled) + "\(arithmetic)\n\(place)\n")
  }
}
