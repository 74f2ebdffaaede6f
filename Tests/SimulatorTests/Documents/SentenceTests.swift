import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Reports
@testable import Simulator
@testable import Support
@testable import costsim

/// What the first lines of the documents' reports say, held against figures worked out by hand.
@Suite struct SentenceTests {
  private func report(_ text: String) throws -> ScenarioReport {
    let scenario = try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 1}
      plans: [4]
      catalog: {models: {r1: {provider: p, latency: 1s, input: $1 per 1M tokens}}}
      policy: {rules: [{name: all, model: r1}]}
      traffic: {arrivals: exact}
      \(text)
      """
    ]).read()
    return ScenarioReport(
      scenario: scenario,
      plans: try scenario.plans.map {
        PlanReport(
          result: try Simulation(scenario).result(of: $0, run: 1),
          expectation: Expectation(scenario: scenario, plan: $0))
      })
  }

  /// By hand: 4 × 720 calls a day are one in 30 s, of which one a minute goes through. So call i comes at
  /// 30 i s and starts at 60 i s: the one in the middle waits 1,440 × 30 s = 12 h, and 95 % of the
  /// answers are there within 0.95 × 2,880 × 30 s = 22.8 h. Arrivals are 2,880 uniform moments of a day:
  /// that of the one in the middle has a deviation of 24 h × 0.5/√2,880 = 0.224 h, that of any other
  /// less; 5.1 of them are 1.14 h (one false alarm in three million).
  @Test func halfOfTheCallsThatWaitAreInTheHeadline() throws {
    let report = try report(
      "quotas: {r1: {requests_per_minute: 1, burst: 1}}\nworkloads: {w: {volume: 720, input: 1}}")
    let plan = report.plans[0]
    // A histogram knows latencies to one part in 128.
    let middle: ClosedRange<Double> = (12 - 1.14 - 0.1)...(12 + 1.14)
    #expect(middle.contains(hours(try #require(plan.result.performance[0].queue.percentile(50)))))
    let late: ClosedRange<Double> = (22.8 - 1.14 - 0.18)...(22.8 + 1.14)
    #expect(late.contains(hours(try #require(plan.result.latency.percentile(95)))))
    let text = Headline.text(report)
    let median = HumanFormat.percentile(plan.result.performance[0].queue, 50)
    let last = HumanFormat.percentile(plan.result.latency, 95)
    let waits = " of r1's calls wait for it, half of all its calls \(median) or more"
    #expect(text.contains(waits), "\(text)")
    #expect(text.contains("or more; of all answers 95 % arrive within \(last)."), "\(text)")
    // As many calls in 100 times as long a minute's worth: nobody waits, and nothing is said.
    let idle = try self.report(
      "quotas: {r1: {requests_per_minute: 100, burst: 100}}\nworkloads: {w: {volume: 720, input: 1}}"
    )
    #expect(!Headline.text(idle).contains("wait"))
  }

  /// By hand: at 100 users 200,000 requests of 500 tokens in and 200 out, 90 % at $0.000195 and 10 % at
  /// $0.00325, are $35.10 + $65 = $100.10. 0.1 % of either fail, those of gpt-4o go to mini: $35.0649 +
  /// $64.935 + 19.98 × $0.000195 = $100.0038. The price table's column has that; the first line has the
  /// simulated month. Of $50, $100 and $200 both say the same: broken, too near to tell, kept.
  @Test(arguments: [
    ("50", "over the $50.00 budget", "breaks at either"),
    (
      "100", "it is a coin toss: the expected bill is $100.00",
      "is too close to tell at either"
    ),
    ("200", "within the $200.00 budget", "holds at either"),
  ])
  func theFirstLineAndThePriceTableAgree(budget: String, first: String, table: String) throws {
    let folder = try ScenarioFolder()
    let run = try Program.run([
      "run", "scenarios/two-tier.yaml", "--users", "100", "--override", "budget.amount=\(budget)",
      "--out", folder.path("out"), "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let page = try String(contentsOfFile: folder.path("out/two-tier/report.md"), encoding: .utf8)
    let lines = page.split(separator: "\n")
    let headline = try #require(lines.first { $0.hasPrefix("With 100 users") })
    #expect(headline.contains(first), "\(headline)")
    let section = try #require(page.range(of: "## What other prices would make of it"))
    let row = try #require(
      page[section.upperBound...].split(separator: "\n").first { $0.hasPrefix("| 100 users") })
    #expect(row.contains("| $100.00 |") && row.hasSuffix("| \(table) |"), "\(row)")
  }

  private func hours(_ microseconds: Int64) -> Double { Double(microseconds) / 3.6e9 }

  private static func shipped(_ name: String) throws -> String {
    try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("scenarios/" + name), encoding: .utf8)
  }

  /// By hand: rule set R-C (complete-guide.md:1379-1451) says $0.11 and 800 ms of a V3 call; of 1,000
  /// tokens in and 200 out it costs 1,000 × $1.14/M + 200 × $4.56/M = $0.002052, a 53.6th, and here takes
  /// 400 ms. It says $0.20 and 3,000 ms of an R1 analysis; of 1,500 in and 800 out that is 1,500 ×
  /// $1.35/M + 800 × $5.40/M = $0.006345, a 31.5th, and here takes 4,000 ms.
  @Test(arguments: [
    (
      "", "1000", "200", "$0.11 and 800 ms, by the rule; never billed",
      "$0.11 against $0.002052 billed (53.6 times); 800 ms against 400 ms (2.0 times)"
    ),
    (
      "complexity: high, ", "1500", "800", "$0.20 and 3 s, by the rule; never billed",
      "$0.20 against $0.006345 billed (31.5 times); 3 s against 4 s (0.750 times)"
    ),
  ])
  func explainSetsTheEstimateBesideTheCost(
    call: String, input: String, output: String, estimate: String, beside: String
  ) throws {
    let scenario = try ScenarioFolder([
      "catalog.yaml": Self.shipped("catalogs/documents.yaml"),
      "policy.yaml": Self.shipped("policies/decide.yaml"),
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog: catalog.yaml
      policy: policy.yaml
      traffic: {arrivals: exact}
      models: {deepseek-v3: {latency: 400ms}, deepseek-r1: {latency: 4s}}
      workloads: {w: {volume: 1, \(call)input: \(input), output: \(output)}}
      """,
    ]).read()
    let told = try Explain.explanation(ofCall: 1, in: scenario, run: 1)
    let lines = ExplanationText.text(told).split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    #expect(lines.contains("estimate \(estimate)"), "\(lines)")
    #expect(lines.contains("estimated \(beside)"), "\(lines)")
  }
}
