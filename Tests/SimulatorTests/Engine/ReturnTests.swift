import CostModel
import Testing

@testable import Reports
@testable import Scenarios
@testable import Simulator

/// Conversions against the call log and against the closed form; what they bring adds up.
@Suite struct ReturnTests {
  static let seeds: [UInt64] = (1...30).map { 8_100 + $0 }

  private static func dollars(_ amount: Int128) -> MoneySum {
    MoneySum(picodollars: amount * MoneySum.picodollarsPerDollar)
  }

  /// A random scenario with a fixed price, whose every other kind of call may sell, each with a
  /// chance of its own, so that it tells the kind.
  private static func scenario(seed: UInt64) -> Scenario {
    var scenario = RandomScenario(seed: seed).scenario
    scenario.catalog[ModelID(0)].prices[0].fixedMonthly = Money(picodollars: 12_345_678_901_234)
    scenario.users.accountPlans = [
      UserPopulation.AccountPlan(name: "free", share: 0.5),
      UserPopulation.AccountPlan(name: "paid", share: 0.5),
    ]
    scenario.users.subscriptions = ["paid": MoneySum(picodollars: 19_990_000_000_001)]
    var number = 0
    for w in scenario.workloads.indices {
      scenario.workloads[w].volume = 40
      for s in scenario.workloads[w].stages.indices {
        for c in scenario.workloads[w].stages[s].calls.indices {
          for v in scenario.workloads[w].stages[s].calls[c].mix.indices {
            number += 1
            guard number % 2 == 1 else { continue }
            scenario.workloads[w].stages[s].calls[c].mix[v].conversion = 0.3 + 1e-6 * Double(number)
            scenario.workloads[w].stages[s].calls[c].mix[v].conversionValue =
              MoneySum(picodollars: 1_000_000_000_007 * Int128(number))
          }
        }
      }
    }
    return scenario
  }

  /// Answered calls of the log, with the draw of whether they sell made anew.
  @Test(arguments: seeds) func conversionsAreThoseOfTheLog(seed: UInt64) throws {
    let scenario = Self.scenario(seed: seed)
    let run = try LoggedRun(scenario)
    let kinds = CompiledScenario(scenario).kinds
    let draws = Draws(seed: scenario.seed, run: 1)
    var expected = ReturnCell(useCase: "", accountPlan: nil)
    for record in run.records where !record.isFailed {
      let kind = kinds[Int(record.call.kind)]
      let variant = scenario.variants.first { $0.conversion == kind.conversion }
      guard let value = variant?.conversionValue else { continue }
      let word = draws.block(
        .outcome, call: UInt64(record.call.index), user: UInt64(record.call.user),
        workload: kind.key, part: kind.part)
      expected.add(1, word.3.unit < kind.conversion ? 1 : 0, value: value)
    }
    let found = run.result.returns
    #expect(found.reduce(0) { $0 + $1.answered } == expected.answered)
    #expect(found.reduce(0) { $0 + $1.conversions } == expected.conversions)
    #expect(found.reduce(.zero) { $0 + $1.revenue } == expected.revenue)
    #expect(found.reduce(.zero) { $0 + $1.potential } == expected.potential)
  }

  /// Every variant of an experiment has kinds of its own, which sell as the mix's do.
  @Test func variantsOfAnExperimentSell() throws {
    var scenario = Self.scenario(seed: 8_101)
    let arms = [Experiment.Arm(name: "now", share: 0.5), Experiment.Arm(name: "new", share: 0.5)]
    scenario.experiments = [
      Experiment(name: "test", workloads: [scenario.workloads[0].name], arms: arms)
    ]
    let found = try LoggedRun(scenario).result.returns
    let plain = try LoggedRun(Self.scenario(seed: 8_101)).result.returns
    #expect(found.reduce(0) { $0 + $1.answered } > 0)
    #expect(found.reduce(0) { $0 + $1.conversions } == plain.reduce(0) { $0 + $1.conversions })
    #expect(found.reduce(.zero) { $0 + $1.revenue } == plain.reduce(.zero) { $0 + $1.revenue })
  }

  @Test(arguments: seeds) func eitherGroupAddsUpToAll(seed: UInt64) throws {
    let scenario = Self.scenario(seed: seed)
    let report = PlanReport(result: try LoggedRun(scenario).result, expectation: .none)
    let lines = report.returnLines(scenario)
    let all = try #require(lines.last)
    #expect(all.cost == report.result.cost && all.calls == report.result.calls)
    let paying = report.result.accounts.count { $0.accountPlan == "paid" }
    #expect(
      all.subscriptions
        == MoneySum(picodollars: 19_990_000_000_001 * Int128(paying * scenario.period.months.count))
    )
    for scope in [ReturnLine.Scope.useCase, .accountPlan] {
      let group = lines.filter { $0.scope == scope }
      #expect(group.reduce(.zero) { $0 + $1.cost } == all.cost)
      #expect(group.reduce(.zero) { $0 + $1.sales } == all.sales)
      #expect(group.reduce(0) { $0 + $1.conversions } == all.conversions)
      #expect(group.reduce(0) { $0 + $1.calls } == all.calls)
      let hasFixedPrice = report.result.costs.contains { $0.useCase == nil }
      #expect((group.last?.name == nil) == hasFixedPrice)
    }
  }

  /// Flows whose calls fail, come from the cache and sell at two prices; users who differ.
  private static func closedFormScenario(_ arrivals: ArrivalProcess) -> Scenario {
    var first = ScenarioBuilder.variant(input: 100, output: 50, share: 0.4)
    (first.conversion, first.conversionValue) = (0.5, dollars(10))
    var second = ScenarioBuilder.variant(input: 100, output: 50, share: 0.6)
    (second.conversion, second.conversionValue) = (0.2, dollars(35))
    var builder = ScenarioBuilder()
    builder.behaviours = [ScenarioBuilder.behaviour()]
    builder.behaviours[0].failureRate = 0.2
    builder.users.activity = .lognormal(cv: 0.4)
    builder.workloads = [
      ScenarioBuilder.workload("w", volume: 20, arrivals: arrivals, mix: [first, second])
    ]
    var next = builder.workloads[0].stages[0]
    next.continuation = 0.5
    builder.workloads[0].stages.append(next)
    var scenario = builder.build()
    scenario.cache.mode = .rate
    scenario.cache.defaultClass = CacheSettings.Class(ttl: .hour, hitRate: 0.3)
    return scenario
  }

  /// 120 months. Their mean lies within 5.5 standard errors of the expected revenue (false alarms: 1
  /// in 26 million), their variance within 0.4 to 1.9 of the expected one: a chi-squared of 119
  /// degrees leaves 0.45 to 1.75 once in a million.
  @Test(arguments: [ArrivalProcess.poisson, .gamma(cv: 2), .exact])
  func theClosedFormAgrees(arrivals: ArrivalProcess) throws {
    let scenario = Self.closedFormScenario(arrivals)
    let plan = AnalysisScenario.plan(6)
    let expected = try #require(PlanExpectation(scenario: scenario, plan: plan).returns)
    let simulation = Simulation(scenario)
    let revenues = try (1...120).map { run in
      try simulation.result(of: plan, run: run).returns.reduce(0) { $0 + $1.revenue.dollars }
    }
    let mean = revenues.reduce(0, +) / 120
    let variance = revenues.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 119
    let z = (mean - expected.total.revenue) / (expected.total.variance / 120).squareRoot()
    #expect(z.magnitude < 5.5, "\(mean) against \(expected.total.revenue)")
    #expect((0.4...1.9).contains(variance / expected.total.variance))
    #expect((expected.byUseCase["w"]?.revenue ?? 0) == expected.total.revenue)
  }

  /// complete-guide.md:2216-2219: 300,000 messages, of which 1 % bring $10 each, for $35.
  @Test func theDocumentsReturnComesOut() throws {
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: { start: 2025-11-01, days: 30 }
      plans: [50]
      catalog: { models: { m: { provider: p, latency: 1s, calls: $35 per 300K calls } } }
      policy: { rules: [{ name: all, model: m }] }
      workloads:
        messages: { volume: 6000, input: 20, output: 20, conversion: 1%, conversion_value: $10 }
      """
    ])
    let scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    let expectation = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    let expected = try #require(expectation.returns?.byUseCase["messages"])
    #expect((expected.revenue - 30_000).magnitude < 1e-6)
    #expect((expected.revenue / expected.cost).rounded() == 857)
    let margin = expected.range.upperBound - expected.revenue
    #expect((margin - 1.6448536 * (300_000 * 0.01 * 100).squareRoot()).magnitude < 0.01)
  }

  @Test func withoutValuesNothingIsSaid() throws {
    var scenario = ScenarioBuilder().build()
    let plan = PlanReport(
      result: try LoggedRun(scenario).result,
      expectation: PlanExpectation(scenario: scenario, plan: scenario.plans[0]))
    #expect(plan.result.returns.isEmpty && plan.expectation.returns == nil)
    func tables() -> [String] {
      ReportTables.all(ScenarioReport(scenario: scenario, plans: [plan])).map(\.name)
    }
    #expect(!tables().contains("return"))
    scenario.users.accountPlans = [UserPopulation.AccountPlan(name: "all", share: 1)]
    scenario.users.subscriptions = ["all": Self.dollars(5)]
    #expect(tables().contains("return"))
  }

  /// A sale that brings less than its call costs.
  @Test func whatLosesMoneySaysSo() throws {
    var builder = ScenarioBuilder()
    var variant = ScenarioBuilder.variant(input: 100, output: 50)
    (variant.conversion, variant.conversionValue) = (0.5, MoneySum(picodollars: 1_000_000))
    builder.workloads = [ScenarioBuilder.workload("w", volume: 100, mix: [variant])]
    let scenario = builder.build()
    let plan = PlanReport(
      result: try LoggedRun(scenario).result,
      expectation: PlanExpectation(scenario: scenario, plan: scenario.plans[0]))
    let text = ReportMarkdown.returnSection(ScenarioReport(scenario: scenario, plans: [plan]))
    #expect(text.contains(": it loses **$0.0"))
    #expect(text.contains("- w: AI costs more than if every answered call sold."))
    #expect(text.contains("never |"))
  }
}
