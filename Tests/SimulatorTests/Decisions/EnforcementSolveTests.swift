import CostModel
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// A cap for accounts, found by `solve`, and what the reports say of it.
@Suite struct EnforcementSolveTests {
  private static let cap = """
    users: { account_plans: { free: 50%, paid: 50% } }
    budget:
      amount: $10
      thresholds: [{ at: $0.000001, name: cap, act: { cap: { calls: 3 } } }]
    """

  private func scenario(_ overrides: [String] = []) throws -> (
    tree: ScenarioTree, scenario: Scenario
  ) {
    let folder = try ScenarioFolder([
      "catalog.yaml": SmallCompany.catalog,
      "s.yaml": SmallCompany.scenario.replacing("budget: $10\n", with: "") + "\n" + Self.cap,
    ])
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: overrides)
    return (read.tree, read.scenario)
  }

  @Test func solveFindsTheLargestCap() throws {
    let (tree, scenario) = try scenario()
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    let knob = try #require(Knob("budget.thresholds.0.act.cap.calls", in: tree))
    // By hand: every cap from 0 to 6, one after the other.
    let bills = try (0...6).map { calls in
      let capped = try self.scenario(["budget.thresholds.0.act.cap.calls=\(calls)"]).scenario
      return try Simulation(capped).results(runs: 1, threads: 2)[0][0].cost
    }
    #expect(zip(bills, bills.dropFirst()).allSatisfy { $0 < $1 })
    let limit = bills[3].dollars + 0.5 * (bills[4] - bills[3]).dollars
    let solution = try Solver(assessor: assessor, limits: [.budget(limit)], months: 1)
      .solve(knob, in: 0...6)
    #expect(solution.answer == 3)
  }

  @Test func theReportAgreesWithItself() throws {
    let scenario = try scenario().scenario
    let result = try Simulation(scenario).results(runs: 1, threads: 2)[0][0]
    var plan = PlanReport(
      result: result, expectation: Expectation(scenario: scenario, plan: result.plan))
    let plain = try Simulation(scenario.withoutActions).results(runs: 1, threads: 2)[0][0]
    plan.unenforced = plain
    // What no action touches has met the same luck.
    #expect(plain.calls == result.calls)
    #expect(plain.cost > result.cost)
    #expect(result.enforcements.reduce(0) { $0 + $1.refused } == result.failedCalls)
    for cell in result.enforcements {
      #expect(cell.accounts.values.reduce(0, +) == cell.refused + cell.moved)
    }
    let report = ScenarioReport(scenario: scenario, plans: [plan])
    let tables = ReportTables.all(report)
    #expect(tables.suffix(3).map(\.name) == ["savings", "enforcement", "enforced_accounts"])
    #expect(tables[6].rows.map { $0[5] } == [.money(plain.cost - result.cost)])
    #expect(plan.overBudgetProbability == nil)
    let text = ReportMarkdown.text(report)
    let saved = HumanFormat.usd(plain.cost - result.cost)
    #expect(text.contains("which saves **\(saved)**"))
    #expect(text.contains("## What acting on the budget saves"))
    #expect(!text.contains("error of the program"))
  }

  @Test func everyActionIsRead() throws {
    let lines = """
      budget.thresholds=[{at: 10%, act: {tier: economy, when: {account_plan: free}}},\
      {at: 20%, act: {policy: {rules: [{name: all, model: small}]}}},\
      {at: 30%, act: {shed: {complexity: high}}},\
      {at: 40%, act: {cap: {calls: 5, amount: $0.01}}}, {at: 50%}, {at: 60%, act: block}]
      """
    let scenario = try scenario(["chains={economy: [small]}", lines]).scenario
    let actions = scenario.budget?.actions ?? []
    #expect(actions.map(\.name) == ["tier", "policy", "shed", "cap", "block"])
    #expect(actions.map(\.line) == [0, 1, 2, 3, 5])
    #expect(actions[0].conditions == [Policy.Condition(.accountPlan, in: ["free"])])
    #expect(actions[2].conditions == [Policy.Condition(.complexity, in: ["high"])])
  }
}
