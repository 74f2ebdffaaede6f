import CostModel
import Foundation
import Testing

@testable import Gates
@testable import Scenarios

@Suite struct BaselineTests {
  private static func entry(_ name: String) throws -> (Baseline, Scenario) {
    let whole = try ScenarioReader.readWhole(path: ShippedScenarioTests.folder + "/" + name)
    let plans = whole.scenario.plans.map {
      ($0, PlanFigures(whole.scenario, $0, simulated: nil))
    }
    var baseline = Baseline()
    baseline.put(
      Baseline.Entry(
        figures: ScenarioFigures(scenario: whole.scenario, plans: plans),
        inputs: BaselineInputs.pruned(whole.source)))
    return (baseline, whole.scenario)
  }

  /// What is written has all that moves the bill, and reads back to the same text.
  @Test(arguments: ["two-tier.yaml", "huntaze-published.yaml", "huntaze-engineering.yaml"])
  func roundTrip(name: String) throws {
    let (baseline, scenario) = try Self.entry(name)
    let text = BaselineText.text(baseline)
    let folder = try ScenarioFolder(["b.yaml": text])
    let read = try BaselineReader.read(path: folder.path("b.yaml"))
    #expect(BaselineText.text(read) == text)
    let entry = try #require(read.entry(named: scenario.name))
    let aligned = AlignedScenarios(base: entry.figures.scenario, head: scenario)
    #expect(InputChanges(aligned, users: (1, 1)).list.map(\.words) == [])
    for (old, plan) in zip(entry.figures.plans, scenario.plans) {
      #expect(old.spec == plan)
      let now = PlanFigures(scenario, plan, simulated: nil)
      #expect(old.figures.expected == now.expected)
      #expect(old.figures.standardError == now.standardError)
    }
  }

  @Test func writingAgainChangesNothingAndKeepsOthers() throws {
    let folder = try GateFolder()
    try folder.baseline()
    let first = try folder.text("baseline.yaml")
    try folder.files.write("other.yaml", try folder.text("s.yaml"))
    _ = try Program.run(
      ["baseline", folder.files.path("other.yaml"), "-o", folder.files.path("baseline.yaml")])
    let both = try folder.text("baseline.yaml")
    #expect(both.contains("  s:\n") && both.contains("  other:\n"))
    #expect(both.contains(first.split(separator: "  s:\n")[1]))
    try folder.baseline()
    #expect(try folder.text("baseline.yaml") == both)
  }

  /// Bills of another version of the program: what that alone changes is a cause of its own.
  @Test func anotherVersionIsACause() throws {
    let folder = try GateFolder()
    try folder.baseline("--users", "4")
    let recorded = "cost_usd: 0.1668, expected_cost_usd: 0.1668"
    let text = try folder.text("baseline.yaml")
    try #require(text.contains(recorded), "\(text)")
    let older = "cost_usd: 0.16, expected_cost_usd: 0.1568"
    try folder.files.write("baseline.yaml", text.replacing(recorded, with: older))
    try folder.files.write("s.yaml", GateFolder.scenario(volume: 200))
    _ = try folder.check("--users", "4", "--out", folder.files.path("out"))
    let plan = try #require(try folder.json("out/check.json")["plans"]?.items.first)
    let causes = (plan["causes"]?.items ?? []).map {
      "\($0["cause"]?.string ?? "") \($0["change_usd"]?.string ?? "")"
    }
    #expect(plan["change_usd"]?.string == "0.1736")
    #expect(causes == ["volume 0.1668", "program 0.01", "chance -0.0032"])
  }

  @Test(arguments: [
    ("baseline: 2\nscenarios: {}\n", "b.yaml:1:11: error: this is version 2 of the format"),
    ("baseline: 1\n", "'scenarios' is missing"),
    (
      "baseline: 1\nscenarios: { s: { plans: {}, inputs: { sed: 1 } } }\n",
      "b.yaml:2:40: error: unknown key 'sed' in scenario"
    ),
    ("[]\n", "expected a mapping"),
  ])
  func badBaselinesAreTold(text: String, error: String) throws {
    let folder = try GateFolder()
    try folder.files.write("b.yaml", text)
    let outcome = try Program.run(
      ["check", folder.files.path("s.yaml"), "--baseline", folder.files.path("b.yaml")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(error), "\(outcome.errors)")
  }
}
