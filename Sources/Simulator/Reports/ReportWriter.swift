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
    try writeDatabase(tables, to: "\(name)/costs.sqlite", in: folder)
    try folder.write(CumulativeCostChart.svg(report), to: "\(name)/charts/cumulative-cost.svg")
    try folder.write(CostByModelChart.svg(report), to: "\(name)/charts/cost-by-model.svg")
    if report.plans.contains(where: { $0.spread != nil }) {
      try folder.write(IntervalChart.svg(report), to: "\(name)/charts/uncertainty.svg")
    }
    try folder.write(ReportMarkdown.text(report), to: "\(name)/report.md")
    try folder.write(record.json(report).text, to: "\(name)/run.json")
  }

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
