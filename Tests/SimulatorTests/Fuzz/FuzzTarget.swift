import CostModel
import Foundation
import Testing

@testable import Simulator

/// One reader of files from outside, with files that it understands.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
  var name: String
  /// Under the repository's root.
  var seeds: [String]
  /// Name of the damaged file, in a folder that holds `companions` too.
  var file: String
  var companions: [String] = []
  /// Reads the file; whatever it can throw for bad input is fine.
  var read: @Sendable (_ path: String) throws -> Void

  var testDescription: String { name }

  private static let traces = [
    "azure.csv", "burstgpt.csv", "calls.csv", "canonical.csv", "excel-fr.csv", "helicone.csv",
    "langfuse.csv", "litellm.csv", "mooncake.jsonl", "openai-usage.csv", "otel.jsonl",
  ]
  private static let scenarios = [
    "scenarios/two-tier.yaml", "scenarios/huntaze-published.yaml",
    "scenarios/huntaze-engineering.yaml",
  ]

  static let all: [FuzzTarget] =
    [
      FuzzTarget(
        name: "scenario", seeds: scenarios,
        file: "s.yaml", companions: ["catalogs", "policies"], read: scenario),
      FuzzTarget(
        name: "catalog",
        seeds: ["scenarios/catalogs/documents.yaml", "Sources/Simulator/Starter/catalog.yaml"],
        file: "c.yaml"
      ) { path in
        let catalog = try CatalogReader.read(path: path)
        _ = CatalogText.text(catalog)
      },
      FuzzTarget(
        name: "policy",
        seeds: ["scenarios/policies/majordome.yaml", "scenarios/policies/two-tier.yaml"],
        file: "policies/two-tier.yaml",
        companions: ["catalogs", "policies", "two-tier.yaml"]
      ) { path in
        let root = URL(fileURLWithPath: path).deletingLastPathComponent()
          .deletingLastPathComponent()
        _ = try ScenarioReader.read(path: root.path + "/two-tier.yaml")
      },
      FuzzTarget(
        name: "claims", seeds: ["scenarios/claims.yaml"], file: "claims.yaml",
        companions: ["catalogs", "policies"] + scenarios.map { String($0.dropFirst(10)) },
        read: claims),
      FuzzTarget(name: "litellm", seeds: ["Tests/Golden/fuzz/litellm.json"], file: "l.json") {
        try prices($0, .litellm)
      },
      FuzzTarget(name: "genai-prices", seeds: ["Tests/Golden/fuzz/genai.json"], file: "g.json") {
        try prices($0, .genAIPrices)
      },
      FuzzTarget(name: "usage", seeds: ["Tests/Golden/fuzz/usage.csv"], file: "u.csv", read: usage),
      FuzzTarget(
        name: "baseline", seeds: ["scenarios/baseline/shipped.yaml"], file: "b.yaml"
      ) { _ = try BaselineReader.read(path: $0) },
    ]
    + traces.map { name in
      FuzzTarget(name: name, seeds: ["Tests/Golden/traces/" + name], file: name, read: trace)
    }

  // MARK: Readers

  /// What can be read is also computed, and simulated where it is small.
  private static func scenario(_ path: String) throws {
    var scenario = try ScenarioReader.read(path: path)
    guard let smallest = scenario.plans.min(by: { $0.users < $1.users }), smallest.users <= 1_000
    else { return }
    scenario.plans = [smallest]
    _ = PlanExpectation(scenario: scenario, plan: smallest)
    let simulation = Simulation(scenario)
    if simulation.expectedArrivals(runs: 1) < 3_000 {
      _ = try simulation.results(runs: 1, threads: 1)
    }
  }

  private static func claims(_ path: String) throws {
    var file = try ClaimsReader.read(path: path)
    // Plans are simulated elsewhere; here it is the arithmetic that counts.
    file.claims = Array(file.claims.prefix(5))
    _ = AuditMarkdown.text(try Auditor.audit(file))
  }

  private static func prices(_ path: String, _ kind: PriceListSource.Kind) throws {
    let checked = CivilDate(year: 2026, month: 10, day: 21)
    let result = try PriceListSource(kind: kind, path: path)
      .read(filter: CatalogFilter(), checked: checked)
    _ = CatalogText.text(result.catalog)
  }

  private static func usage(_ path: String) throws {
    var options = UsageOptions()
    options.skipBadRows = 2
    let reader = UsageReader(path: path, options: options)
    try reader.read { _ in }
  }

  private static func trace(_ path: String) throws {
    var options = TraceOptions()
    options.skipBadRows = 2
    options.blockSize = 200
    _ = try ReadTrace(path, options: options)
  }
}
