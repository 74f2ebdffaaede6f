import Foundation
import Testing

@testable import Gates
@testable import Scenarios
@testable import Support

/// What a new row of `Metric.all` needs beside itself: each omission fails here under the metric's name.
@Suite struct MetricTests {
  /// Nothing is zero in it: calls fail, time out, are looked up, sell and offend.
  private static func scenario(_ extra: String) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [2]
      seed: 5
      policy: {rules: [{name: all, model: m}]}
      catalog: {models: {m: {provider: p, latency: 1s, calls: $1 per call, output: $9 per 1M tokens}}}
      models: {m: {latency: 1s..9s, timeout: 6s, failure_rate: 20%}}
      breaker: none
      cache: {mode: rate, default: {ttl: 1h, hit_rate: 30%}}
      \(extra)
      workloads:
        w: {volume: 2000, output: 50, satisfaction: 60%, conversion: 20%, sent: 70%, engagement: 50%,
            response_time: 10min, hallucination: 30%, inappropriate: 30%, technical_error: 30%}

      """
    ])
  }

  /// Whatever is not counted stays zero, and its alert silent.
  @Test func everyMetricOfAlertsIsMeasured() throws {
    let names = Metric.all.compactMap(\.alert)
    let alerts = names.map { name -> String in
      let metric = ScenarioBuilder.metric(name)
      let zero = ["USD": "$0", "ms": "0ms", "share": "0%"][metric.unit.rawValue] ?? ""
      let window = metric.measure == .accountMonth ? "" : ", window: 48h, min_samples: 1"
      return "\(name): {when: \(name) > \(zero)\(window)}"
    }
    let folder = try Self.scenario("alerts: {\(alerts.joined(separator: ", "))}")
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "-q",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let rows = try CSVReader.rows(
      Array(Data(contentsOf: URL(fileURLWithPath: folder.path("out/s/alerts.csv")))))
    let rule = try #require(rows[0].firstIndex(of: "rule"))
    let fired = Set(rows.dropFirst().map { $0[rule] })
    for name in names { #expect(fired.contains(name), "\(name) is always 0") }
  }

  /// A metric without a month's figure would be a gap, which breaks no bound.
  @Test func everyMetricOfThresholdsIsMeasured() throws {
    let names = Metric.all.compactMap(\.threshold)
    let bounds = Metric.all.compactMap { metric in
      metric.threshold.map { "\($0): ['\(metric.aggregation?.name ?? "p(50)")<=0']" }
    }
    let folder = try Self.scenario("thresholds: {\(bounds.joined(separator: ", "))}")
    let scenario = try folder.read()
    let outcome = try ScenarioPricing(threads: 1).price(scenario)
    let checks = try ThresholdJudge(scenario: scenario).checks(
      scenario.plans[0], outcome.figures.plans[0].figures, outcome.results[0])
    #expect(checks.count == names.count)
    for (name, check) in zip(names, checks) {
      #expect(!check.passed && check.gap == nil, "\(name): \(check.message)")
    }
  }

  /// The example in messages is an assertion that can be read.
  @Test func everyExampleCanBeRead() throws {
    for metric in Metric.all {
      guard let name = metric.threshold else { continue }
      let folder = try Self.scenario("thresholds: {\(name): ['\(metric.example)']}")
      #expect(folder.errors() == "no error", "\(name)")
    }
  }

  @Test func everyMetricIsDocumented() throws {
    func page(_ name: String) throws -> String {
      let file = RepositoryFiles.root.appendingPathComponent("docs/\(name).md")
      return try String(contentsOf: file, encoding: .utf8)
    }
    let (ci, format) = (try page("ci"), try page("scenario-format"))
    for metric in Metric.all {
      if let name = metric.threshold { #expect(ci.contains("`\(name)`"), "docs/ci.md: \(name)") }
      if let name = metric.alert { #expect(format.contains("`\(name)"), "\(name)") }
    }
  }
}
