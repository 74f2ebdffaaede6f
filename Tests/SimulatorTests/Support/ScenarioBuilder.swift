import CostModel

@testable import Scenarios

/// Tiny scenarios, built up from one model that answers in a second and one call of it.
struct ScenarioBuilder {
  var models = [ScenarioBuilder.model("m0")]
  var behaviours: [TargetBehaviour] = []
  var rules: [Policy.Rule] = []
  var chains: [String: [ModelID]] = [:]
  var regions: [ModelID: [String]] = [:]
  var period = AnalysisScenario.period()
  var seed: UInt64 = 20_260_601
  var plans = [AnalysisScenario.plan(3)]
  var users = UserPopulation()
  var workloads = [
    ScenarioBuilder.workload(
      "w", volume: 100, mix: [ScenarioBuilder.variant(input: 100, output: 50)])
  ]
  var change: (inout Scenario) -> Void = { _ in }

  /// The moment that many microseconds after the period's start.
  static func at(_ microseconds: Int64) -> SimTime {
    AnalysisScenario.start + SimDuration(microseconds: microseconds)
  }

  /// As alerts call it.
  static func metric(_ name: String) -> Metric {
    guard let metric = Metric.alert(named: name) else { preconditionFailure("no metric '\(name)'") }
    return metric
  }

  /// $1 and $3 a million tokens.
  static func model(
    _ name: String, input: Double = 1, output: Double = 3,
    change: (inout PriceSheet) -> Void = { _ in }
  ) -> Model {
    AnalysisScenario.model(name, input: input, output: output, change: change)
  }

  static func variant(input: Double, output: Double, share: Double = 1) -> Variant {
    Variant(share: share, input: .fixed(input), output: .fixed(output))
  }

  static func workload(
    _ name: String, volume: Double, arrivals: ArrivalProcess = .poisson, mix: [Variant]
  ) -> Workload {
    AnalysisScenario.workload(name, volume: volume, arrivals: arrivals, mix: mix)
  }

  static func behaviour(latency: Distribution = .fixed(1_000_000)) -> TargetBehaviour {
    TargetBehaviour(latency: latency)
  }

  /// The rules, and then the first model for everything.
  func build() -> Scenario {
    var catalog = Catalog()
    for model in models { catalog.add(model) }
    let fallback = Policy.Rule(name: "all", conditions: [], choice: .model(ModelID(0)))
    var scenario = Scenario(
      name: "tiny", period: period, seed: seed, plans: plans, catalog: catalog,
      policy: Policy(name: "tiny", rules: rules + [fallback]),
      behaviours: models.indices.map {
        $0 < behaviours.count ? behaviours[$0] : Self.behaviour()
      }, users: users, workloads: workloads)
    scenario.chains = chains
    scenario.regions = regions
    change(&scenario)
    return scenario
  }
}
