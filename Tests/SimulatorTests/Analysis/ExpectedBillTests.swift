import CostModel
import Testing

@testable import Scenarios

/// Bills worked out by hand.
@Suite struct ExpectedBillTests {
  private let mini = AnalysisScenario.model("gpt-4o-mini", input: 0.15, output: 0.60)
  private let full = AnalysisScenario.model("gpt-4o", input: 2.50, output: 10)
  private let shape = AnalysisScenario.variant(input: .fixed(500), output: .fixed(200))

  /// domain.md §7: 100,000 requests of 500/200 tokens, 90 % of them to the small model.
  @Test(arguments: [ArrivalProcess.poisson, .exact, .gamma(cv: 2)])
  func twoTier(arrivals: ArrivalProcess) throws {
    let scenario = AnalysisScenario.make(
      models: [mini, full],
      workloads: [AnalysisScenario.workload(volume: 2_000, arrivals: arrivals, mix: [shape])],
      choice: .weighted([
        Policy.WeightedModel(ModelID(0), weight: 90), Policy.WeightedModel(ModelID(1), weight: 10),
      ]))
    let expected = PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(50))
    #expect(isClose(expected.cost, 50.05))
    #expect(expected.byModel.map(\.model) == ["gpt-4o", "gpt-4o-mini"])
    #expect(isClose(expected.byModel[0].cost, 32.50))
    #expect(isClose(expected.byModel[1].cost, 17.55))
    #expect(isClose(expected.byModel[1].calls, 90_000))
    // 195 and 3,250 microdollars a call.
    let square = 0.9 * 0.000195 * 0.000195 + 0.1 * 0.00325 * 0.00325
    let mean = 50.05e-5
    let variance =
      switch arrivals {
      case .poisson: 1e5 * square
      case .exact: 1e5 * (square - mean * mean)
      case .gamma: 1e5 * (square + 3 * mean * mean)
      }
    #expect(isClose(expected.variance, variance))
  }
}

func isClose(_ a: Double, _ b: Double, within relative: Double = 1e-9) -> Bool {
  (a - b).magnitude <= relative * max(a.magnitude, b.magnitude, 1e-300)
}
