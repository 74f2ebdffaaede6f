import Foundation
import Testing

@testable import Simulator

/// What an alert measures says its unit; what people file it under does not.
struct AlertUnitTests {
  @Test func aCostAlertOnAnErrorRateIsAnErrorRate() throws {
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [5]
      policy: {rules: [{name: all, model: m}]}
      catalog: {models: {m: {provider: p, latency: 1s, calls: $1 per call}}}
      models: {m: {failure_rate: 50%}}
      budget: {amount: $10, thresholds: [{at: 50%, name: errs}]}
      alerts:
        errs: {when: error_rate > 5%, type: cost}
        slow: {when: latency_p50 > 500ms, type: cost}
      workloads: {w: {volume: 400}}

      """
    ])
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--table", "alerts", "--columns",
      "rule,type,unit", "--json",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    for (rule, unit) in [("errs", "share"), ("slow", "ms"), ("errs", "USD")] {
      #expect(
        outcome.output.contains("\"rule\": \"\(rule)\", \"type\": \"cost\", \"unit\": \"\(unit)\""),
        "\(rule) \(unit): \(outcome.output.prefix(400))")
    }
    let report = try String(contentsOfFile: folder.path("out/s/report.md"), encoding: .utf8)
    let section = try #require(report.components(separatedBy: "## Alerts").last)
    let budget = try #require(section.components(separatedBy: "Alerts that come and go").first)
    // One line of the budget in dollars; the rolling alerts come and go in their own units.
    #expect(budget.components(separatedBy: "| errs |").count == 2)
    #expect(!budget.contains("| slow |"))
    let rolling = try #require(section.components(separatedBy: "Alerts that come and go").last)
    #expect(rolling.contains("| errs |") && rolling.contains("error rate above 5 %"))
    #expect(!rolling.components(separatedBy: "## ")[0].contains("$"))
    let chart = try String(
      contentsOfFile: folder.path("out/s/charts/alert-timeline.svg"), encoding: .utf8)
    // A circle for the crossing alone (and a row of its own beside the bar of the same name).
    #expect(chart.components(separatedBy: "<circle").count == 2)
  }
}
