import Foundation
import Scenarios
import Support

/// Writes all files of `run` into an `OutputFolder`; nothing is visible until that is committed.
package enum ReportWriter {
  /// Announces the files that others may want to write or read as well.
  package static func claim(
    _ scenario: Scenario, as name: String, workbook: Bool, in folder: OutputFolder
  ) throws(OutputError) {
    let tables = ReportTables.all(ScenarioReport(scenario: scenario, plans: []))
    let names = tables.map { "\($0.name).csv" } + ["focus.csv", "datapackage.json"]
    let others = ["run.json"] + (workbook ? [ReportWorkbook.fileName] : [])
    for file in names + ReportPage.files("report") + others {
      try folder.claim("\(name)/\(file)")
    }
    try folder.claim(databaseName(of: name))
    try ReportIndex.claim(in: folder)
  }

  /// The files of one scenario, in a subfolder of its name; a workbook among them if asked for.
  package static func write(
    _ report: ScenarioReport, record: RunRecord, workbook: Bool = false, into folder: OutputFolder
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
    let charts = ReportChart.all(report)
    written.formUnion(charts.keys)
    if workbook {
      let path = "\(name)/\(ReportWorkbook.fileName)"
      try ReportWorkbook.write(
        report, tables: tables, to: folder.temporaryPath(for: path), shown: folder.path + "/" + path
      )
      written.insert(ReportWorkbook.fileName)
    }
    for path in stale(name, in: folder, but: written) {
      try folder.remove("\(name)/\(path)")
    }
    try ReportPage(name: "report", markdown: ReportMarkdown.text(report), charts: charts)
      .write(to: name, in: folder)
    try folder.write(record.json(report).text, to: "\(name)/run.json")
  }

  /// Where the database of a scenario lies in the folder of the reports.
  package static func databaseName(of scenario: String) -> String { "\(scenario)/costs.sqlite" }

  /// The index with the scenarios of this run.
  package static func writeIndex(
    _ reports: [ScenarioReport], into folder: OutputFolder
  ) throws(OutputError) {
    try ReportIndex.add(
      reports.map { report in
        IndexMarkdown.section(report) {
          FileManager.default.fileExists(atPath: folder.path + "/" + $0)
        }
      }, in: folder)
  }

  /// What an earlier run wrote of a scenario and this one does not: its tables, as its data package
  /// lists them, the charts that its report shows, and its workbook.
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
    let workbook = [ReportWorkbook.fileName].filter {
      FileManager.default.fileExists(atPath: place + "/" + $0)
    }
    return Set(((tables ?? []) + (charts ?? [])).map(String.init) + workbook)
      .subtracting(written).sorted()
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
