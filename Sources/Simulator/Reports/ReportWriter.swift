import Foundation

/// Writes all files of `run` into an `OutputFolder`; nothing is visible until that is committed.
enum ReportWriter {
  /// The files of one scenario, in a subfolder of its name.
  static func write(
    _ report: ScenarioReport, record: RunRecord, into folder: OutputFolder
  ) throws(OutputError) {
    let name = report.scenario.name
    let tables = ReportTables.all(report)
    for table in tables {
      try folder.write(table.csv(record.csvDialect), to: "\(name)/\(table.name).csv")
    }
    let charges = FocusCharges.table(report)
    try folder.write(charges.csv(.rfc4180, isGuarded: false), to: "\(name)/\(charges.name).csv")
    let package = DataPackage(
      report, tables: tables.map { ($0, record.csvDialect) } + [(charges, .rfc4180)])
    try folder.write(package.json.text, to: "\(name)/datapackage.json")
    try writeDatabase(tables, to: databaseName(of: name), in: folder)
    var charts: [String: String] = [:]
    for chart in ReportChart.allCases { charts[chart.path] = chart.svg(report) }
    if report.plans.contains(where: { $0.spread != nil }) {
      charts["charts/uncertainty.svg"] = IntervalChart.svg(report)
    }
    if let chart = report.largestPlan.flatMap(ExperimentChart.init) {
      charts[ExperimentChart.path] = chart.draw()
    }
    for (path, svg) in charts { try folder.write(svg, to: "\(name)/\(path)") }
    let markdown = ReportMarkdown.text(report)
    try folder.write(markdown, to: "\(name)/report.md")
    try folder.write(
      ReportHTML.text(markdown, title: report.title, charts: charts), to: "\(name)/report.html")
    try folder.write(record.json(report).text, to: "\(name)/run.json")
  }

  /// Where the database of a scenario lies in the folder of the reports.
  static func databaseName(of scenario: String) -> String { "\(scenario)/costs.sqlite" }

  /// `index.md`, which links the scenarios of this run.
  static func writeIndex(
    _ reports: [ScenarioReport], into folder: OutputFolder
  ) throws(OutputError) {
    let text = IndexMarkdown.text(reports) { name in
      FileManager.default.fileExists(atPath: folder.path + "/" + name)
    }
    try folder.write(text, to: "index.md")
  }

  private static func writeDatabase(
    _ tables: [Table], to name: String, in folder: OutputFolder
  ) throws(OutputError) {
    let path = try folder.temporaryPath(for: name)
    do throws(SQLiteError) {
      try ReportDatabase.write(tables, to: path)
    } catch {
      throw OutputError(error, path: folder.path + "/" + name)
    }
  }
}
