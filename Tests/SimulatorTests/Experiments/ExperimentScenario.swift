import CostModel

@testable import Scenarios

/// Small scenarios with experiments.
enum ExperimentScenario {
  static func arm(
    _ name: String, _ share: Double, _ change: (inout Experiment.Arm) -> Void = { _ in }
  ) -> Experiment.Arm {
    var arm = Experiment.Arm(name: name, share: share)
    change(&arm)
    return arm
  }

  /// A control, and a variant with another model, a longer prompt and shorter answers.
  static func experiment(
    _ unit: Experiment.Unit, name: String = "test", workloads: [String] = ["w"]
  ) -> Experiment {
    var experiment = Experiment(
      name: name, workloads: workloads,
      arms: [
        arm("control", 0.6),
        arm("other", 0.4) {
          $0.model = ModelID(1)
          $0.addedPrompt = 70
          $0.outputFactor = 0.5
          $0.conversion = 0.5
        },
      ])
    experiment.unit = unit
    return experiment
  }

  /// Plain calls that convert and are rated, a flow, and a workload that takes part in nothing.
  static var builder: ScenarioBuilder {
    var builder = ScenarioBuilder()
    builder.models = [
      ScenarioBuilder.model("m0"), ScenarioBuilder.model("m1", input: 3, output: 9),
    ]
    builder.plans = [AnalysisScenario.plan(12)]
    var sold = ScenarioBuilder.variant(input: 100, output: 50, share: 0.7)
    sold.output = .uniform(low: 20, high: 200)
    sold.conversion = 0.2
    sold.satisfaction = 0.8
    sold.ratedShare = 0.5
    let plain = ScenarioBuilder.variant(input: 40, output: 80, share: 0.3)
    var flow = ScenarioBuilder.workload("flow", volume: 20, mix: [sold, plain])
    flow.stages.append(Stage(continuation: 0.6, calls: [StageCall(mix: [plain])]))
    builder.workloads = [
      ScenarioBuilder.workload("w", volume: 30, mix: [sold, plain]), flow,
      ScenarioBuilder.workload("rest", volume: 15, mix: [sold, plain]),
    ]
    return builder
  }

  static func scenario(_ experiments: [Experiment]) -> Scenario {
    var scenario = builder.build()
    scenario.experiments = experiments
    return scenario
  }
}
