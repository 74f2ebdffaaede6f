import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

@Suite struct ForecastTests {
  private func scenario(
    months: Int, users: Int = 10, change: @escaping (inout Scenario) -> Void = { _ in }
  ) -> Scenario {
    var builder = ScenarioBuilder()
    builder.period = AnalysisScenario.period(months: months)
    builder.plans = [AnalysisScenario.plan(users)]
    builder.workloads = [
      ScenarioBuilder.workload(
        "w", volume: 20,
        mix: [
          Variant(
            share: 1, input: .lognormal(mean: 400, cv: 1, cap: nil), output: .fixed(100))
        ])
    ]
    builder.change = change
    return builder.build()
  }

  // MARK: Growth

  @Test func ratesListsAndCurves() {
    #expect(ForecastSpec.Growth.rate(0.5).users(from: 10, months: 4) == [10, 15, 23, 34])
    #expect(ForecastSpec.Growth.rate(-0.9).users(from: 10, months: 4) == [10, 1, 1, 1])
    #expect(ForecastSpec.Growth.list([5, 9]).users(from: 1, months: 4) == [5, 9, 9, 9])
    let curve = ForecastSpec.Growth.sCurve(ceiling: 1_000, halfBy: 6).users(from: 50, months: 24)
    #expect(curve[0] == 50)
    #expect(curve[5] == 500)
    // Symmetric about the middle: as far from the ceiling after it as from nothing before.
    #expect(curve[10] == 950)
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(curve[23] == 1_000)
  }

  /// Neither a plan's most users nor its least one is kept to without a word.
  @Test func growthBeyondWhatAPlanMayHaveIsSaid() throws {
    let folder = try SmallCompany.folder()
    func run(_ growth: String, _ months: String) throws -> Program.Outcome {
      try Program.run([
        "forecast", folder.path("s.yaml"), "--users", "100", "--growth=\(growth)", "--months",
        months, "--out", folder.path("out"),
      ])
    }
    // 100·2^16 is 6,553,600, 100·2^17 is more than 10 million.
    #expect(try run("100%", "17").code == 0)
    let beyond = try run("100%", "24")
    #expect(beyond.code == 2)
    #expect(
      beyond.errors.contains(
        "from 100 users on it passes 10,000,000, the most that a plan may have, in month 18 of 24")
    )
    #expect(beyond.errors.contains("forecast.growth=100%"))
    // 100, 10, 1, 0.1: the fourth month has no whole user left.
    let shrinking = try run("-90%", "5")
    #expect(
      shrinking.output.contains("From month 4 on its growth leaves no whole user; one is kept."))
    #expect(try !run("-90%", "3").output.contains("one is kept"))
    try folder.write(
      "f.yaml", "extends: s.yaml\nname: f\nforecast: {users: 100, growth: 100%, months: 24}\n")
    let checked = try Program.run(["validate", folder.path("f.yaml")])
    #expect(checked.errors.contains("f.yaml:3:32: error: from 100 users on it passes 10,000,000"))
  }

  // MARK: Months

  /// Month 1 of a forecast without growth is the plan that `run` simulates, to the picodollar.
  @Test func theFirstMonthIsThePlanOfRun() throws {
    var spec = ForecastSpec()
    spec.months = 2
    let forecast = try Forecast(scenario(months: 2), spec, runs: 2)
    let month = scenario(months: 1)
    for run in 1...2 {
      let plan = try Simulation(month).result(of: month.plans[0], run: run)
      #expect(forecast.months[0].simulated[run - 1] == plan.cost)
      #expect(plan.cost > .zero)
    }
    let expected = ExpectedCost(scenario: month, plan: month.plans[0])
    #expect(forecast.months[0].bill.mean == expected.total)
    // The same users and prices, and the same luck.
    #expect(forecast.months[1].simulated[0] == forecast.months[0].simulated[0])
  }

  @Test func usersPricesAndBudgetsChangeByMonth() throws {
    var spec = ForecastSpec()
    spec.months = 3
    spec.growth = .list([10, 20, 20])
    spec.budgets = [1, 2].map { MoneySum(picodollars: $0 * 1_000_000_000) }
    let third = AnalysisScenario.period(months: 3).months[2].start
    let forecast = try Forecast(
      scenario(months: 3) { scenario in
        var model = scenario.catalog.models[0]
        var sheet = model.prices[0]
        sheet.effectiveFrom = third
        sheet.rates[.inputTokens] = AnalysisScenario.rate(perMillion: 2)
        sheet.rates[.outputTokens] = AnalysisScenario.rate(perMillion: 6)
        model.prices.append(sheet)
        scenario.catalog[ModelID(0)] = model
      }, spec)
    let bills = forecast.months.map(\.bill.mean)
    #expect((bills[1] / bills[0] - 2).magnitude < 1e-9)
    #expect((bills[2] / bills[1] - 2).magnitude < 1e-9)
    #expect(
      forecast.months.compactMap { $0.budget?.picodollars } == [1, 2, 2].map { $0 * 1_000_000_000 })
    #expect((forecast.months[2].total.mean - bills.reduce(0, +)).magnitude < 1e-12)
  }

  /// 200 calls of $0.0007 a month: $0.14.
  @Test func theDayOfTheBudgetAndOfThePrepaidSum() throws {
    var spec = ForecastSpec()
    spec.months = 4
    spec.growth = .list([10, 20, 30, 40])
    spec.budgets = [MoneySum(picodollars: 350_000_000_000)]
    spec.prepaid = MoneySum(picodollars: 630_000_000_000)
    let forecast = try Forecast(scenario(months: 4), spec)
    #expect((forecast.months[0].bill.mean - 0.14).magnitude < 1e-9)
    let first = try #require(forecast.firstOverBudget)
    // 0.35 of 0.42 dollars: the 25th of 30 flat days is over.
    #expect(first.number == 3)
    #expect(
      (try #require(first.expectedCrossing) - first.period.start).seconds / 86_400 > 24.999)
    #expect(
      (try #require(first.expectedCrossing) - first.period.start).seconds / 86_400 < 25.001)
    // 0.14 + 0.28 are gone, 0.21 of 0.42 are half of the third month.
    let runway = try #require(forecast.runway)
    let end = try #require(runway.end)
    #expect(((end - first.period.start).seconds / 86_400 - 15).magnitude < 0.001)
    #expect(try #require(runway.earliest) < end)
    #expect(try #require(runway.latest) > end)
    #expect((runway.left - (0.63 - 1.4)).magnitude < 1e-9)
  }

  /// A band of 90 % that chance alone makes: 400 months, of which 360 ± 6 are inside. The binomial's
  /// chance to be further off than 33 is below 1e-6.
  @Test func nineOfTenMonthsLieInTheBand() throws {
    var spec = ForecastSpec()
    spec.months = 1
    let forecast = try Forecast(scenario(months: 1), spec, runs: 400, threads: 2)
    let band = try #require(forecast.months[0].band)
    let inside = forecast.months[0].simulated.count { band.contains($0.dollars) }
    #expect((327...393).contains(inside))
  }

  // MARK: A budget that acts

  /// Months in which the line may be crossed are those that `run` simulates; the others are not
  /// simulated. Lines in percent follow the month's budget.
  @Test func monthsThatABudgetActsOnAreSimulated() throws {
    let half = Budget.Threshold(
      name: "half", kind: .actual, amount: MoneySum(picodollars: 500_000_000_000), severity: .high,
      message: "", percent: ExactDecimal("50"))
    let block: @Sendable (inout Scenario) -> Void = {
      $0.budget = Budget(amount: MoneySum(picodollars: 1_000_000_000_000), thresholds: [half])
      $0.budget?.actions = [BudgetAction(line: 0, effect: .block)]
    }
    var spec = ForecastSpec()
    spec.months = 3
    spec.growth = .list([5, 20, 40])
    spec.budgets = [MoneySum(picodollars: 400_000_000_000)]
    spec.prepaid = MoneySum(picodollars: 450_000_000_000)
    let forecast = try Forecast(scenario(months: 3, change: block), spec)
    // Some $0.07, $0.28 and $0.56 against a line at $0.20.
    #expect(forecast.months.map(\.isSimulated) == [false, true, true])
    #expect(forecast.months.map { $0.simulated.count } == [0, 1, 1])
    for month in forecast.months.dropFirst() {
      #expect(month.scenario.budget?.thresholds[0].amount.picodollars == 200_000_000_000)
      let alone = try Simulation(month.scenario).result(of: month.plan, run: 1)
      #expect(month.bill.mean == alone.cost.dollars)
      #expect((month.firstRun?.failedCalls ?? 0) > 0)
      #expect(month.band == nil && month.overBudgetProbability == nil)
      let free = ExpectedCost(scenario: month.scenario.withoutActions, plan: month.plan).total
      #expect(month.withoutActions == free)
      #expect(month.bill.mean < free)
    }
    let sum = forecast.months.reduce(0) { $0 + $1.bill.mean }
    #expect(((forecast.months.last?.total.mean ?? 0) - sum).magnitude < 1e-12)
    let text = ForecastMarkdown.headline(forecast)
    #expect(
      text.contains("The budget's own lines may act in 2 of the 3 months, which is simulated"))
    // $0.07 and $0.20 are gone; the rest is spent in the third month, before its block.
    let end = try #require(forecast.runway?.end)
    let third = forecast.months[2].period
    #expect(third.start < end && end < third.days[14].start)
    let ranges = try Forecast(scenario(months: 3, change: block), spec, runs: 4, threads: 2)
    #expect(ranges.months.allSatisfy { $0.simulated.count == 4 && $0.band != nil })
    #expect(ranges.months[2].overBudgetProbability == 0)
  }

  // MARK: The program

  @Test func writesItsFilesAndSaysTheAnswer() throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": ChangeTests.catalog, "s.yaml": ChangeTests.scenario,
    ])
    let outcome = try Program.run([
      "forecast", folder.path("s.yaml"), "--months", "3", "--growth", "10,20,40", "--prepaid",
      "$0.50", "--budget", "$0.20", "--out", folder.path("out"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("A month's budget ($0.20) first breaks on"))
    #expect(outcome.output.contains("The prepaid $0.50 is used up on"))
    let rows = try CSVReader.rows(
      Array(Data(contentsOf: folder.url.appendingPathComponent("out/s/forecast.csv"))))
    #expect(rows.count == 4)
    #expect(rows.map { $0[3] } == ["users", "10", "20", "40"])
    // 30 days from the first of June are that month: so the third one is August.
    #expect(rows[3][2] == "2026-08-01")
    let page = try String(contentsOfFile: folder.path("out/s/forecast.md"), encoding: .utf8)
    #expect(page.contains("| August 2026 "))
    let bad = try Program.run(["forecast", folder.path("s.yaml"), "--growth", "quick"])
    #expect(bad.code == 2)
    #expect(bad.errors.contains("expected growth a month like 12%"))
  }
}
