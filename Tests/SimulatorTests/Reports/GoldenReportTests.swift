import Foundation
import Testing

@testable import Reports
@testable import Support

func bytes(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The report of a small hand-made result, byte for byte, database apart: its bytes belong to the
/// SQLite library. `COSTSIM_RECORD=1` rewrites the expected files and fails.
@Test func goldenSampleReport() throws {
  let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/report").path
  let sample = SampleReport(users: [1, 30], budget: 10, alertsPerPlan: 22, fixedMonthly: 1_000)
  let reports = [sample.report]
  let record = RunRecord(version: "0.0.0", overrides: ["seed=42"], timeZoneData: "2026a")
  try withTemporaryFolder { root in
    let folder = try OutputFolder(path: root)
    try ReportWriter.write(reports[0], record: record, into: folder)
    try ReportWriter.writeIndex(reports, into: folder)
    try folder.write(TerminalSummary.text(reports, styled: false), to: "summary.txt")
    try folder.commit()
    try FileManager.default.removeItem(atPath: root + "/sample/costs.sqlite")
    let names = files(in: root)
    if ProcessInfo.processInfo.environment["COSTSIM_RECORD"] != nil {
      try? FileManager.default.removeItem(atPath: golden)
      try FileManager.default.createDirectory(
        atPath: golden, withIntermediateDirectories: true)
      try FileManager.default.removeItem(atPath: golden)
      try FileManager.default.copyItem(atPath: root, toPath: golden)
      Issue.record("rewrote \(golden)")
    }
    #expect(names == files(in: golden))
    for name in names {
      let same = try bytes(root + "/" + name) == bytes(golden + "/" + name)
      #expect(same, "\(name) differs from Tests/Golden/report/\(name)")
    }
  }
}

private func files(in root: String) -> [String] {
  (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? [])
    .filter { !$0.hasSuffix("sample") && !$0.hasSuffix("charts") }.sorted()
}
