@testable import Scenarios

/// A tiny company whose bill can be worked out by hand: two models at $1 and $10 a million tokens.
enum SmallCompany {
  static let catalog = """
    models:
      small: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens }
      large:
        provider: p
        aliases: [big]
        latency: 1s..3s
        input: $10 per 1M tokens
        output: $20 per 1M tokens
    """

  static let scenario = """
    period: { start: 2026-06-01, days: 30 }
    plans: [10]
    catalog: catalog.yaml
    policy: { rules: [{ name: hard, when: { complexity: high }, model: large },
                      { name: rest, model: small }] }
    budget: $10
    workloads:
      chat:
        volume: 100
        mix:
          easy: { share: 80%, input: 400, output: 100 }
          hard: { share: 20%, complexity: high, input: 1000, output: 200 }
      report: { volume: 10, complexity: high, input: { mean: 2000, cv: 0.5 }, output: 100..300 }
    """

  /// The company with more lines at its end.
  static func folder(_ more: String = "") throws -> ScenarioFolder {
    try ScenarioFolder(["catalog.yaml": catalog, "s.yaml": scenario + "\n" + more])
  }
}

extension ScenarioFolder {
  func tree(_ name: String = "s.yaml", overrides: [String] = []) throws -> ScenarioTree {
    try ScenarioReader.tree(path: path(name), overrides: overrides).tree
  }
}
