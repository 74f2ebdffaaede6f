import CostModel
import Testing

@testable import Analysis
@testable import Reports
@testable import Simulator

/// A period of days is one budget month: where that is longer than any month, reports say so.
@Suite struct LongMonthTests {
  private func headline(_ period: String) throws -> String {
    let folder = try SmallCompany.folder()
    let scenario = try folder.read(overrides: ["period=\(period)", "plans=[1]", "budget=$10"])
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    return Headline.text(
      ScenarioReport(
        scenario: scenario,
        plans: [
          PlanReport(
            result: result, expectation: Expectation(scenario: scenario, plan: result.plan))
        ]))
  }

  @Test func aYearOfDaysIsOneMonth() throws {
    #expect(
      try headline("{start: 2026-06-01, days: 365}").hasSuffix(
        " The period's 365 days are one budget month. Volumes a month and fixed prices count "
          + "once for all of them, and the $10.00 budget is held against all of them in one sum. "
          + "(days: 30 with months: 12 makes months of it.)"))
    for period in ["{start: 2026-06-01, days: 31}", "{start: 2026-06-01, days: 30, months: 3}"] {
      #expect(try !headline(period).contains("are one budget month"))
    }
  }
}
