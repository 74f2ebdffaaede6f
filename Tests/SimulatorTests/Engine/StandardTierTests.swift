import Foundation
import Testing

@testable import Analysis
@testable import Simulator

/// `when: {tier: standard}` means calls that name no tier too, wherever `when` is tested.
struct StandardTierTests {
  private static let base = """
    period: 2025-11
    plans: [2]
    catalog:
      models:
        m: {provider: p, latency: 1s, calls: $1 per call}
        n: {provider: p, latency: 1s, calls: $0.01 per call}
    workloads: {w: {volume: 50}}

    """
  private static let plain = "policy: {rules: [{name: all, model: m}]}\n"

  private func models(_ more: String) throws -> Set<String> {
    let scenario = try ScenarioFolder(["s.yaml": Self.base + more]).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let expected = ExpectedCost(scenario: scenario.withoutActions, plan: scenario.plans[0])
    if scenario.budget == nil {
      #expect(Set(expected.byModel.keys) == Set(result.costs.map(\.model)))
    }
    return Set(result.costs.filter { $0.calls > 0 }.map(\.model))
  }

  @Test func inAPolicy() throws {
    let rules =
      "policy: {rules: [{name: t, when: {tier: standard}, model: n}, {name: all, model: m}]}\n"
    #expect(try models(rules) == ["n"])
    #expect(try models(rules.replacing("standard", with: "premium")) == ["m"])
  }

  @Test func inABudgetThatActs() throws {
    let act = "{policy: {rules: [{name: x, model: n}]}, when: {tier: standard}}"
    let budget = "budget: {amount: $10, thresholds: [{at: 10%, act: \(act)}]}\n"
    #expect(try models(Self.plain + budget) == ["m", "n"])
    let shed = "budget: {amount: $10, thresholds: [{at: 10%, act: {shed: {tier: standard}}}]}\n"
    let scenario = try ScenarioFolder(["s.yaml": Self.base + Self.plain + shed]).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.failedCalls > 0)
  }

  @Test func inAnExperiment() throws {
    let test = "variants: {a: {share: 50%}, b: {share: 50%, model: n}}"
    let found = try models(
      Self.plain
        + "experiments: {e: {workloads: [w], unit: call, when: {tier: standard}, \(test)}}\n")
    #expect(found == ["m", "n"])
  }

  @Test func inAReplayedLog() throws {
    let folder = try ScenarioFolder([
      "s.yaml": Self.base
        + "policy: {rules: [{name: t, when: {tier: [standard]}, model: n}, {name: all, model: m}]}\n",
      "log.csv": "timestamp,model,input_tokens,output_tokens,tier\n"
        + "2025-11-01T00:00:00Z,m,1,1,\n2025-11-01T00:00:01Z,m,1,1,standard\n"
        + "2025-11-01T00:00:02Z,m,1,1,premium\n",
    ])
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"), "--table", "costs", "--columns", "model,calls", "--sort", "model",
    ])
    #expect(outcome.output == "model,calls\r\nm,1\r\nn,2\r\n")
  }
}
