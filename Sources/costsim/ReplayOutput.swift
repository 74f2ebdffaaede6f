import Decisions
import Reports
import Scenarios
import Simulator
import Support

/// What `replay`, and `merge` after it, write and print of a replayed log.
struct ReplayOutput {
  let out: String
  let folder: OutputFolder
  let workbook: Bool
  let table: ReportTableChoice?
  let printing: PrintOptions
  /// Of the first case.
  let scenario: Scenario

  /// Of the report's folder.
  var name: String { "\(scenario.name)-replay" }

  private var rejectedPath: String { "\(name)/rejected.csv" }

  /// - Parameter rejected: whether malformed rows are tolerated.
  func claim(rejected: Bool) throws {
    try ReportWriter.claim(scenario, as: name, workbook: workbook, in: folder)
    if rejected { try folder.claim(rejectedPath) }
  }

  func report(
    _ outcomes: [Replay.Outcome], unenforced: [Replay.Outcome] = [], of log: String,
    against: [String]
  ) -> ScenarioReport {
    var report = ScenarioReport(
      replayed: outcomes, unenforced: unenforced, of: log, name: name,
      unit: against.isEmpty ? "policy" : "case")
    report.replay?.unapplied = ReplayMarkdown.unapplied(scenario)
    return report
  }

  func write(_ report: ScenarioReport, _ record: RunRecord) throws {
    try ReportWriter.write(report, record: record, workbook: workbook, into: folder)
  }

  /// Malformed rows of the log.
  func write(rejected rows: [RejectedRow], of outcome: Replay.Outcome) throws {
    guard !rows.isEmpty else { return try folder.remove(rejectedPath) }
    var file = RejectedRows(columns: outcome.columns, isJSON: outcome.isJSON)
    for row in rows { file.append(row) }
    try folder.write(file.bytes, to: rejectedPath)
  }

  func tell(_ report: ScenarioReport, _ record: RunRecord) throws {
    try printing.tell(
      [report], record, table: table, place: "Report: \(out)/\(name)/report.md")
  }
}
