import CostModel
import Foundation
import Testing

@testable import Simulator

/// `scenarios/huntaze-monitoring.yaml`, which is in no list of `make report`: it is read and run here.
@Suite struct MonitoringTests {
  private func table(_ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(Array(Data(contentsOf: URL(fileURLWithPath: path))))
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  /// Three users send 6,000 messages each. Of the n that are answered 90 % are sent, 1 % sell, 35 %
  /// of those sent engage, and 2, 0.5 and 0.5 % are flawed (of technical errors a little more, since
  /// failed calls count): each within 5.1 binomial deviations, one false alarm in three million, at
  /// seed 42. Answers by whoever is engaged come after 2 h in the mean, with a deviation of 3 h.
  @Test func theDocumentsMonitoringRuns() throws {
    let folder = try ScenarioFolder()
    let run = try Program.run([
      "run", "scenarios/huntaze-monitoring.yaml", "--users", "3", "--out", folder.path("out"), "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let out = folder.path("out/huntaze-monitoring/")
    let rows = try table(out + "quality.csv").filter { $0["use_case"] == "fan messages" }
    let answers = Double(rows.sum("messages_generated"))
    #expect((answers - 18_000).magnitude < 5.1 * 18_000.0.squareRoot())
    func near(_ name: String, _ share: Double, of total: Double) {
      let deviation = (share * (1 - share) / total).squareRoot()
      #expect((Double(rows.sum(name)) / total - share).magnitude < 5.1 * deviation, "\(name)")
    }
    near("messages_sent", 0.9, of: answers)
    near("messages_converted", 0.01, of: answers)
    near("hallucinations", 0.02, of: answers)
    near("inappropriate", 0.005, of: answers)
    near("technical_errors", 0.005, of: answers)
    near("responses", 0.35, of: Double(rows.sum("messages_sent")))
    // By account and month: three accounts, whose rows add up to the bill but for rounding.
    let months = try table(out + "account_months.csv")
    #expect(Set(months.column("account_id")) == ["user-000001", "user-000002", "user-000003"])
    let plan = try #require(table(out + "plans.csv").first)
    func dollars(_ rows: [[String: String]]) -> Double {
      rows.compactMap { Double($0["cost_usd"] ?? "") }.reduce(0, +)
    }
    #expect((dollars(months) - dollars([plan])).magnitude < 1e-6 * Double(months.count))
    // The last hour, and the last 24.
    let hours = try table(out + "performance_hours.csv")
    #expect(Set(hours.column("hours")) == ["1", "24"])
    #expect(hours.filter { $0["hours"] == "1" && $0["model"] == "" }.sum("calls") > 30_000)
    let rules = Set(try table(out + "alerts.csv").column("rule"))
    #expect(rules.contains("conversion"))
  }
}
