import Foundation
import Testing

@testable import Simulator

/// Writes sample reports into a folder for people to look at, when one is named.
@Test(.enabled(if: ProcessInfo.processInfo.environment["COSTSIM_SAMPLES"] != nil))
func renderSamples() throws {
  let path = ProcessInfo.processInfo.environment["COSTSIM_SAMPLES"] ?? ""
  let folder = try OutputFolder(path: path)
  let seven: [(String, Int64)] = [
    ("deepseek-v3", 22_666_666_667), ("deepseek-r1", 6_666_666_661), ("llama", 3_333_333_333),
    ("mistral", 3_333_333_333), ("azure-speech-batch", 3_333_333_000),
    ("phi-4-multimodal", 1_600_000_000), ("phi4-mini", 666_666_000),
  ]
  let many = (1...15).map { index in
    ("a-model-with-quite-a-long-name-\(index) <&>", Int64(index) * 500_000_000)
  }
  let samples = [
    SampleReport(
      name: "usual", title: "", users: [50, 100, 500, 1000], models: seven, alertsPerPlan: 30,
      runs: [1190, 1250, 1260]),
    SampleReport(name: "one", title: "", users: [50], models: [seven[0]], budget: nil),
    SampleReport(
      name: "twelve", title: "", users: (1...12).map { $0 * 90 }, models: many),
    SampleReport(
      name: "tiny", title: "", users: [1, 2], models: [("phi4-mini", 1_000)], budget: 1000),
    SampleReport(
      name: "huge", title: "", users: [100, 900_000], models: seven, budget: 1000,
      fixedMonthly: 200_000_000_000_000),
  ]
  let reports = samples.map(\.report)
  for report in reports {
    try ReportWriter.write(report, record: RunRecord(version: "1.0.0"), into: folder)
  }
  try ReportWriter.writeIndex(reports, into: folder)
  try folder.write(TerminalSummary.text(reports, styled: false), to: "summary.txt")
  try folder.commit()
}
