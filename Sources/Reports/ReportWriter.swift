import Foundation
import Scenarios
import Support

/// Writes all files of `run` into an `OutputFolder`; nothing is visible until that is committed.
package enum ReportWriter {
  /// Announces the files that others may want to write or read as well.
  package static func claim(
    _ scenario: Scenario, as name: String, in folder: OutputFolder
  ) throws(OutputError) {
    let tables = ReportTables.all(ScenarioReport(scenario: scenario, plans: []))
    let names = tables.map { "\($0.name).csv" } + ["focus.csv", "datapackage.json"]
    for file in names + ["report.md", "report.html", "run.json"] {
      try folder.claim("\(name)/\(file)")
    }
    try folder.claim(databaseName(of: name))
    try folder.claim("index.md")
  }

  /// The files of one scenario, in a subfolder of its name.
  package static func write(
    _ report: ScenarioReport, record: RunRecord, into folder: OutputFolder
  ) throws(OutputError) {
    let name = report.scenario.name
    let tables = ReportTables.all(report)
    var written: Set<String> = []
    for table in tables {
      try folder.write(table.csv(record.csvDialect), to: "\(name)/\(table.name).csv")
    }
    let charges = FocusCharges.table(report)
    written.formUnion((tables + [charges]).map { $0.name + ".csv" })
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
    written.formUnion(charts.keys)
    for path in stale(name, in: folder, but: written) {
      try folder.remove("\(name)/\(path)")
    }
    let markdown = ReportMarkdown.text(report)
    try folder.write(markdown, to: "\(name)/report.md")
    try folder.write(
      ReportHTML.text(markdown, title: report.title, charts: charts), to: "\(name)/report.html")
    try folder.write(record.json(report).text, to: "\(name)/run.json")
  }

  /// Where the database of a scenario lies in the folder of the reports.
  package static func databaseName(of scenario: String) -> String { "\(scenario)/costs.sqlite" }

  /// `index.md`, which links the scenarios of this run and keeps what others wrote into it.
  package static func writeIndex(
    _ reports: [ScenarioReport], into folder: OutputFolder
  ) throws(OutputError) {
    let path = folder.path + "/index.md"
    let known = try? String(contentsOfFile: path, encoding: .utf8)
    let text = reports.reduce(known) { index, report in
      IndexMarkdown.section(report) {
        FileManager.default.fileExists(atPath: folder.path + "/" + $0)
      }.added(to: index)
    }
    try folder.write(text ?? "", to: "index.md")
  }

  /// What an earlier run wrote of a scenario and this one does not: its tables, as its data package
  /// lists them, and the charts that its report shows.
  private static func stale(
    _ name: String, in folder: OutputFolder, but written: Set<String>
  ) -> [String] {
    let place = folder.path + "/" + name
    let text = { try? String(contentsOfFile: place + "/" + $0, encoding: .utf8) }
    guard let record = text("run.json"), record.contains("\"program\": \"costsim\"") else {
      return []
    }
    let tables = text("datapackage.json")?.matches(of: /"path": "([a-z_-]+\.csv)"/).map { $0.1 }
    let charts = text("report.md")?.matches(of: /\]\((charts\/[a-z_-]+\.svg)\)/).map { $0.1 }
    return Set(((tables ?? []) + (charts ?? [])).map(String.init)).subtracting(written).sorted()
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
