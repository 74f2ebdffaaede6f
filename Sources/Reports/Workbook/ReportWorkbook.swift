import CostModel
import Foundation
import Scenarios
import Simulator
import Support

/// A report as a workbook: its first sentences, charts, a sheet for each table, and what their columns
/// mean.
package enum ReportWorkbook {
  /// The file beside the report's others.
  package static let fileName = "report.xlsx"

  package static func write(
    _ report: ScenarioReport, tables: [Table], to path: String, shown: String
  ) throws(OutputError) {
    let book = try Workbook(
      path: path, shown: shown, title: report.title, created: report.scenario.period.start)
    try writeSummary(report, tables, to: book)
    if let plan = report.largestPlan, let arithmetic = plan.expectation.arithmetic {
      try WhatIfSheet.write(arithmetic, of: plan.plan, budget: report.periodBudget, to: book)
    }
    try WorkbookCharts.write(report, to: book)
    for table in tables { try TableSheet.write(table, to: book) }
    try writeColumns(tables, to: book)
    try book.finish()
  }

  /// The tables of a verb's page as `NAME.xlsx` beside it; without the flag one of an earlier run is
  /// taken away, since its figures are no longer the page's.
  ///
  /// - Parameters:
  ///   - subfolder: where the page lies in the reports' folder.
  ///   - created: the moment that the workbook states as that of its making; nil: what it is about has none.
  ///   - answer: the first sentences of the page.
  package static func write(
    _ isWanted: Bool, _ name: String, in subfolder: String, title: String, created: SimTime?,
    answer: String, tables: [Table], of folder: OutputFolder
  ) throws(OutputError) {
    let path = "\(subfolder)/\(fileName(of: name))"
    guard isWanted else {
      let isThere = ([fileName(of: name)] + tables.prefix(1).map { "\($0.name).csv" }).allSatisfy {
        FileManager.default.fileExists(atPath: "\(folder.path)/\(subfolder)/\($0)")
      }
      if isThere { try folder.remove(path) }
      return
    }
    let book = try Workbook(
      path: try folder.temporaryPath(for: path), shown: folder.path + "/" + path, title: title,
      created: created ?? undated)
    try writeSummary(title, answer, tables.map { ($0.name, $0.about) }, to: book)
    for table in tables { try TableSheet.write(table, to: book) }
    try writeColumns(tables, to: book)
    try book.finish()
  }

  /// The workbook beside a verb's page.
  package static func fileName(of page: String) -> String { page + ".xlsx" }

  /// 1980-01-01, the first day that archives can state: without a moment the library would state the
  /// present one, and the same figures would not be the same bytes.
  private static let undated = SimTime(microseconds: 315_532_800_000_000)

  private static func writeSummary(
    _ report: ScenarioReport, _ tables: [Table], to book: Workbook
  ) throws(OutputError) {
    var sheets = tables.map { ($0.name, $0.about) }
    sheets.insert((WorkbookCharts.name, "Charts, and the figures that they show."), at: 0)
    if report.largestPlan?.expectation.arithmetic != nil {
      let about = "The expected bill as formulas: change users, volume, tokens or prices."
      sheets.insert((WhatIfSheet.name, about), at: 0)
    }
    try writeSummary(report.title, Headline.text(report), sheets, to: book)
  }

  private static func writeSummary(
    _ title: String, _ answer: String, _ sheets: [(name: String, about: String)], to book: Workbook
  ) throws(OutputError) {
    let sheet = try book.sheet("Summary")
    let (bold, wrapped) = (book.format(isBold: true), book.format(wraps: true))
    book.setWidth(24, ofColumn: 0, of: sheet)
    book.setWidth(100, ofColumn: 1, of: sheet)
    book.write(HumanFormat.visible(title), Workbook.Place(0, 0), of: sheet, bold)
    book.write(HumanFormat.visibleLines(answer), Workbook.Place(1, 1), of: sheet, wrapped)
    var row = 3
    func line(_ name: String, _ about: String) {
      book.link(to: name, Workbook.Place(row, 0), of: sheet)
      book.write(about, Workbook.Place(row, 1), of: sheet, wrapped)
      row += 1
    }
    book.write("Sheet", Workbook.Place(2, 0), of: sheet, bold)
    book.write("What it holds", Workbook.Place(2, 1), of: sheet, bold)
    for (name, about) in sheets { line(name, about) }
    line(columns, definition.about)
    row += 1
    let notes = [
      "Amounts are US dollars, rounded to millionths so that the rows of a table add up to the bill; "
        + "moments are UTC, to the millisecond (the CSV files have microseconds).",
      "An empty cell is not known or does not apply: it is never zero.",
    ]
    for note in notes {
      book.write(note, Workbook.Place(row, 1), of: sheet, wrapped)
      row += 1
    }
  }

  private static let columns = "Columns"

  private struct ColumnOfTable: Sendable {
    var table: String
    var column: Table.Column
  }

  private static let definition = TableDefinition<ColumnOfTable>(
    name: columns, about: "What each column of these tables means, and its unit.", key: [],
    columns: [
      Column("table", .text, "Table") { .text($0.table) },
      Column("column", .text, "Column") { .text($0.column.name) },
      Column("unit", .text, "Unit") { .text($0.column.unit) },
      Column("about", .text, "Meaning") { .text($0.column.about) },
    ])

  private static func writeColumns(_ tables: [Table], to book: Workbook) throws(OutputError) {
    let rows = tables.flatMap { table in
      table.columns.map { ColumnOfTable(table: table.name, column: $0) }
    }
    try TableSheet.write(definition.table(rows), to: book)
  }
}
