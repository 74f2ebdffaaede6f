import CostModel

@testable import Scenarios
@testable import Simulator

/// A small scenario on which levers pull: `hard` goes to a dear model, `easy` to a cheap one.
enum DecisionFolder {
  static let scenario = """
    period: {start: 2026-06-01, days: 30}
    plans: [10]
    catalog: catalog.yaml
    policy:
      rules:
        - {name: hard, when: {complexity: high}, model: big}
        - {name: rest, model: small}
    chains: {standard: [small, big]}
    quotas: {small: {requests_per_minute: 100}}
    budget: $1
    workloads:
      easy: {volume: 40, input: 100, output: 100}
      hard:
        use_case: hard work
        volume: 20
        complexity: high
        input: {mean: 100, cv: 0.5}
        output: {mean: 100, cv: 0.5}
    """

  static func make(_ extra: String = "") throws -> ScenarioFolder {
    try ScenarioFolder(["catalog.yaml": ChangeTests.catalog, "s.yaml": scenario + "\n" + extra])
  }

  static func tree(_ extra: String = "") throws -> (tree: ScenarioTree, scenario: Scenario) {
    let folder = try make(extra)
    return try ScenarioReader.tree(path: folder.path("s.yaml"))
  }

  static func bill(_ scenario: Scenario) throws -> MoneySum {
    try Simulation(scenario).result(of: scenario.plans[0], run: 1).cost
  }
}
