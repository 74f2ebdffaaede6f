import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// Budgets by calls of $0.00025 each at chosen times, answered after a second.
@Suite struct BudgetTests {
  static let price: Int128 = 250_000_000
  static let day = SimDuration.day.microseconds
  static let second = SimDuration.second.microseconds

  private func threshold(
    _ name: String, _ calls: Double, _ kind: Budget.Threshold.Kind = .actual
  ) -> Budget.Threshold {
    Budget.Threshold(
      name: name, kind: kind,
      amount: MoneySum(picodollars: Int128(calls * Double(Self.price))), severity: .high,
      message: name)
  }

  /// The plan in which calls arrive so many microseconds after the start.
  private func run(
    at times: [Int64], budget: Double, _ thresholds: [Budget.Threshold] = [], months: Int = 1,
    change: (inout Budget) -> Void = { _ in }
  ) throws -> PlanResult {
    var builder = ScenarioBuilder()
    builder.period = AnalysisScenario.period(months: months)
    var scenario = builder.build()
    var rules = Budget(
      amount: MoneySum(picodollars: Int128(budget * Double(Self.price))), thresholds: thresholds)
    change(&rules)
    scenario.budget = rules
    let calls = times.enumerated().map { index, time in
      var call = Call(
        time: ScenarioBuilder.at(time).microseconds, index: UInt32(index), user: 0, kind: 0)
      (call.input, call.output) = (100, 50)
      return call
    }
    let compiled = CompiledScenario(scenario)
    let source = ListSource(batches: [calls])
    let result = try LoggedRun(compiled, plan: scenario.plans[0], source: source).result
    let untold = try PlanResult.untold(compiled, plan: scenario.plans[0], source: source)
    #expect("\(untold)" == "\(result)", "costs may be gathered and settled later")
    return result
  }

  private func end(ofCallAt time: Int64) -> SimTime { ScenarioBuilder.at(time + Self.second) }

  @Test func aLineIsCrossedByTheCallThatExceedsIt() throws {
    let times = (1...6).map { Int64($0) * 1_000 * Self.second }
    let result = try run(
      at: times, budget: 4, [threshold("half", 2), threshold("most", 3.5), threshold("more", 6)])
    // More than 2 is the third call, more than 3.5 the fourth, more than 4 the fifth; 6 is not
    // exceeded by the sixth.
    let month = try #require(result.budgetMonths.first)
    #expect(month.crossedAt == end(ofCallAt: times[4]))
    #expect(
      month.lines.map(\.crossedAt) == [end(ofCallAt: times[2]), end(ofCallAt: times[3]), nil])
    #expect(month.lines.map(\.alertedAt) == month.lines.map(\.crossedAt))
    #expect(month.lines.allSatisfy { $0.spentBetween == .zero })
    #expect(result.alerts.map(\.rule) == ["half", "most"])
    #expect(result.alerts.map(\.at) == [end(ofCallAt: times[2]), end(ofCallAt: times[3])])
    #expect(result.alerts.map(\.value) == [0.00075, 0.001])
  }

  @Test func everyMonthBeginsAnew() throws {
    let second = 30 * Self.day
    let times = [1, 2, 3, 4].map { $0 * Self.day } + [second - 1]
    let later = [second, second + Self.day, second + 2 * Self.day]
    let result = try run(
      at: times + later, budget: 4, [threshold("two", 2)], months: 2)
    #expect(result.budgetMonths.map(\.cost.picodollars) == [5 * Self.price, 3 * Self.price])
    // The last call of the first month ends in the second, and counts in the first.
    #expect(result.budgetMonths.map(\.crossedAt) == [end(ofCallAt: second - 1), nil])
    #expect(result.alerts.map(\.at) == [end(ofCallAt: times[2]), end(ofCallAt: later[2])])
  }

  @Test func aCallBelongsToTheMonthOfItsArrival() throws {
    let result = try run(at: [30 * Self.day - 1], budget: 0.5, [threshold("any", 0)], months: 1)
    #expect(result.budgetMonths[0].crossedAt == end(ofCallAt: 30 * Self.day - 1))
    #expect(result.alerts.map(\.at) == [end(ofCallAt: 30 * Self.day - 1)])
    #expect(result.alerts[0].at > AnalysisScenario.period().end)
    #expect(result.days.map(\.cost.picodollars) == [Self.price])
  }

  /// Looked at every six hours, with figures two hours old.
  @Test func evaluationAndLagDelayWhatIsKnown() throws {
    let hour = SimDuration.hour.microseconds
    let times = [1, 3, 4, 5, 7, 11, 13].map { $0 * hour }
    func alerted(_ line: Double, every: Int64?, lag: Int64) throws -> BudgetMonth.Line {
      let result = try run(at: times, budget: 100, [threshold("line", line)]) {
        $0.evaluateEvery = every.map { SimDuration(microseconds: $0 * hour) }
        $0.dataLag = SimDuration(microseconds: lag * hour)
      }
      #expect(result.alerts.map(\.at) == result.budgetMonths[0].lines.compactMap(\.alertedAt))
      return try #require(result.budgetMonths[0].lines.first)
    }
    // Crossed by the call at 4 h, seen at 12 h, when those at 5, 7 and 11 h have been spent too.
    var line = try alerted(2, every: 6, lag: 2)
    #expect(line.crossedAt == end(ofCallAt: 4 * hour))
    #expect(line.alertedAt == ScenarioBuilder.at(12 * hour))
    #expect(line.spentBetween.picodollars == 3 * Self.price)
    // Crossed by the call at 3 h: at 6 h it is more than two hours old.
    line = try alerted(1, every: 6, lag: 2)
    #expect(line.alertedAt == ScenarioBuilder.at(6 * hour))
    #expect(line.spentBetween.picodollars == 2 * Self.price)
    // Only lag: 4 h and a second later.
    line = try alerted(1, every: nil, lag: 4)
    #expect(line.alertedAt == ScenarioBuilder.at(7 * hour + Self.second))
    #expect(line.spentBetween.picodollars == 2 * Self.price)
    // After the last call: told nevertheless, and nothing more was spent.
    line = try alerted(6, every: 24, lag: 0)
    #expect(line.alertedAt == ScenarioBuilder.at(24 * hour))
    #expect(line.spentBetween == .zero)
  }

  /// With a flat profile over 30 days the forecast is the spending × 30 / days passed.
  @Test func theForecastFiresAtTheFirstMidnightThatExceedsTheBudget() throws {
    // Four calls a day for ten days, then none: 40 calls by day 10.
    let times = (0..<40).map { Int64($0) * Self.day / 4 + Self.day / 8 }
    func fired(_ calls: Double) throws -> [AlertEvent] {
      try run(at: times, budget: 1_000, [threshold("forecast", calls, .forecast)]).alerts
    }
    // After the first day 4 calls, 120 a month.
    var alerts = try fired(119.9)
    #expect(alerts.map(\.at) == [ScenarioBuilder.at(Self.day)])
    #expect(alerts.map { ($0.value * 1e9).rounded() } == [120 * 250_000])
    // Never more than 120.
    alerts = try fired(120.1)
    #expect(alerts.isEmpty)
    // A burst on the third day: 8 + 30 calls after 3 days are 380 a month, and only once.
    let burst = (times + (0..<26).map { 5 * Self.day / 2 + Int64($0) * Self.second }).sorted()
    let result = try run(
      at: burst, budget: 1_000, [threshold("forecast", 200, .forecast), threshold("all", 10)])
    #expect(
      result.alerts.filter { $0.rule == "forecast" }.map(\.at) == [
        ScenarioBuilder.at(3 * Self.day)
      ])
    #expect(result.budgetMonths[0].lines[0].crossedAt == ScenarioBuilder.at(3 * Self.day))
  }

  /// Traffic by day of the month weighs as this plan's users make it.
  @Test func theForecastKnowsWhoMakesTheTraffic() throws {
    var builder = ScenarioBuilder()
    builder.users.accountPlans = [
      UserPopulation.AccountPlan(name: "free", share: 1),
      UserPopulation.AccountPlan(name: "pro", share: 0),
    ]
    // Mondays only, as the period's first day is; but nobody has that plan's traffic.
    var mondays = builder.workloads[0]
    mondays.name = "mondays"
    mondays.profile.weekdays = [1, 0, 0, 0, 0, 0, 0]
    mondays.volumeByAccountPlan = ["free": 0, "pro": 1]
    builder.workloads.append(mondays)
    var scenario = builder.build()
    scenario.budget = Budget(
      amount: MoneySum(picodollars: 1 << 100), thresholds: [threshold("forecast", 20, .forecast)])
    var call = Call(time: ScenarioBuilder.at(1).microseconds, index: 0, user: 0, kind: 0)
    (call.input, call.output) = (100, 50)
    let result = try LoggedRun(
      CompiledScenario(scenario), plan: scenario.plans[0], source: ListSource(batches: [[call]])
    ).result
    // One call on the first day of thirty is 30 a month.
    #expect(result.alerts.map(\.at) == [ScenarioBuilder.at(Self.day)])
    #expect(result.alerts.map { ($0.value * 1e9).rounded() } == [30 * 250_000])
  }

  /// A call of the very midnight comes after it.
  @Test func midnightComesBeforeTheEventsOfItsInstant() throws {
    func alerts(_ time: Int64) throws -> [SimTime] {
      try run(at: [time], budget: 9, [threshold("forecast", 29, .forecast)]).alerts.map(\.at)
    }
    #expect(try alerts(Self.day - Self.second - 1) == [ScenarioBuilder.at(Self.day)])
    #expect(try alerts(Self.day - Self.second).isEmpty)
  }

  @Test func fixedPricesAreDueAsEachMonthStarts() throws {
    var builder = ScenarioBuilder()
    builder.period = AnalysisScenario.period(months: 2)
    builder.models = [
      ScenarioBuilder.model("m0") { $0.fixedMonthly = Money(picodollars: 5_000_000_000_000) }
    ]
    builder.workloads[0].volume = 0
    var scenario = builder.build()
    scenario.budget = Budget(
      amount: MoneySum(picodollars: 4_000_000_000_000),
      thresholds: [threshold("line", 3)])
    let result = try LoggedRun(scenario).result
    let starts = scenario.period.months.map { Optional($0.start) }
    #expect(result.budgetMonths.map(\.crossedAt) == starts)
    #expect(result.alerts.map { Optional($0.at) } == starts)
    #expect(result.cost.picodollars == 10_000_000_000_000)
    #expect(result.accounts.last?.user == nil)
    #expect(result.calls == 0)
  }
}
