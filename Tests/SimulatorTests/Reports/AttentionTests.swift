import CostModel
import Testing

@testable import Analysis
@testable import Catalogs
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Whether the first sentences say what goes wrong. A day of 100,000 calls, half a per cent of which
/// fail, is as busy as a month of three million.
@Suite struct AttentionTests {
  private static let catalog = """
    models:
      cheap: {provider: a, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens}
      dear: {provider: a, latency: 1s, input: $10 per 1M tokens, output: $10 per 1M tokens}
    """

  private static func scenario(_ rest: String, days: Int = 1) throws -> Scenario {
    try folder(rest, days: days).read()
  }

  private static func folder(_ rest: String, days: Int = 1) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": catalog,
      "s.yaml": """
      period: {start: 2025-11-01, days: \(days)}
      plans: [10]
      seed: 1
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: cheap}]}
      chains: {standard: [dear]}
      models: {cheap: {failure_rate: 0.5%}}
      workloads: {chat: {volume: 10000, input: 500, output: 100}}
      \(rest)
      """,
    ])
  }

  private static func report(_ scenario: Scenario) throws -> ScenarioReport {
    let simulation = Simulation(scenario)
    let plans = try scenario.plans.map { spec in
      let result = try simulation.result(of: spec, run: 1)
      var plan = PlanReport(
        result: result, expectation: Expectation(scenario: scenario, plan: spec))
      if Attention(plan: plan).isTroubled {
        plan.untroubled = try Simulation(scenario.untroubled).result(of: spec, run: 1).cost
      }
      return plan
    }
    return ScenarioReport(scenario: scenario, plans: plans)
  }

  @Test func withoutAStatedBreakerNothingOpens() throws {
    for text in ["", "breaker: none", "breaker: {failure_rate: 50%, min_calls: 100}"] {
      let report = try Self.report(try Self.scenario(text))
      #expect(report.plans[0].result.performance.map(\.breakerTrips) == [0, 0], "\(text)")
      #expect(report.plans[0].result.failedCalls == 0)
      #expect(!Headline.text(report).contains("ATTENTION"))
      #expect(report.plans[0].expectation.leftOut.isEmpty)
    }
  }

  @Test func aBreakerThatOpensIsSaidFirst() throws {
    let scenario = try Self.scenario("breaker: {failures: 3}\nbudget: $1,000")
    let report = try Self.report(scenario)
    let plan = report.plans[0]
    let attention = Attention(plan: plan)
    #expect(plan.result.performance[0].breakerTrips > 50)
    #expect(attention.isTroubled && attention.isContradicted)
    let text = Headline.text(report)
    #expect(text.hasPrefix("ATTENTION: of 100,0") || text.hasPrefix("ATTENTION: of 99,"), "\(text)")
    for part in [
      " were answered by a fallback (", "; circuit breakers opened ", "so this makes it $",
      " standard errors above the $", "they leave out cheap breaker.",
      "to spare, but with ", " of the calls failed or answered by a fallback",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    let fallback = HumanFormat.count(plan.result.performance[1].fallbackCalls)
    #expect(text.contains(" \(fallback) were answered by a fallback"))
    #expect(plan.untroubled == MoneySum(picodollars: Int128(plan.result.calls) * 600_000_000))
    #expect(ReportMarkdown.text(report).contains("\n\n**Attention: of "))
    #expect(
      TerminalSummary.text([report], styled: false).contains("* the formula leaves out cheap"))
    #expect(ReportMarkdown.expectationSection(report).contains("formulas leave out cheap breaker"))
    let json = RunRecord(version: "0").json(report).text
    #expect(json.contains("\"calls_for_attention\": true"))
    #expect(json.contains("\"fallback_calls\": \(plan.result.performance[1].fallbackCalls)"))
    #expect(json.contains("\"part\": \"cheap breaker\""))
  }

  /// Five in a hundred fail, and nobody else is there to answer.
  @Test func callsThatNobodyAnswersAreSaidFirst() throws {
    var scenario = try Self.scenario("")
    scenario.chains = [:]
    scenario.behaviours[0].failureRate = 0.05
    let report = try Self.report(scenario)
    let result = report.plans[0].result
    let text = Headline.text(report)
    let share = HumanFormat.share(Double(result.failedCalls) / Double(result.calls))
    #expect(
      text.hasPrefix(
        "ATTENTION: of \(HumanFormat.count(result.calls)) calls, "
          + "\(HumanFormat.count(result.failedCalls)) failed (\(share)). Without failures, "),
      "\(text)")
    #expect(text.contains(" lower. With 10 users, AI costs "), "\(text)")
  }

  /// Two regions of one model: one in five attempts fails, and the other region answers four in five
  /// of them. No model changes, yet 16 % of the calls went elsewhere, 4 % failed.
  @Test func callsAnsweredInAnotherRegionAreSaidFirst() throws {
    var scenario = try Self.scenario("regions: {cheap: [east, west]}\nbudget: $1,000")
    scenario.chains = [:]
    scenario.behaviours[0].failureRate = 0.2
    let report = try Self.report(scenario)
    let performance = report.plans[0].result.performance.filter { $0.model.hasPrefix("cheap@") }
    let (calls, moved) = (Double(report.plans[0].result.calls), performance[1].otherRegionCalls)
    // Six standard errors of 100,000 calls.
    #expect((Double(moved) - 0.16 * calls).magnitude < 6 * (0.16 * 0.84 * calls).squareRoot())
    #expect(performance.map(\.fallbackCalls) == [0, 0] && performance[0].otherRegionCalls == 0)
    #expect(moved == performance[1].calls)
    let text = Headline.text(report)
    let share = HumanFormat.share(Double(moved) / calls)
    #expect(
      text.contains(" \(HumanFormat.count(moved)) were answered in another region (\(share))"))
    #expect(text.contains(" of the calls failed or answered by a fallback or in another region"))
    let json = RunRecord(version: "0").json(report).text
    #expect(json.contains("\"other_region_calls\": \(moved)"))
  }

  /// A breaker that skips the first region, which nothing but its own failures did before.
  @Test func skipsOfARegionCount() throws {
    let scenario = try Self.scenario(
      "regions: {cheap: [east, west]}\nbreaker: {failures: 1, open: 1h}")
    let result = try Self.report(scenario).plans[0].result
    let east = result.performance.first { $0.model == "cheap@east" }
    let west = result.performance.first { $0.model == "cheap@west" }
    let failures = try #require(east?.failures)
    // Each failure shuts the first region for an hour; the other one takes 200 calls till it fails, too.
    #expect(try #require(west?.otherRegionCalls) > 10 * failures && failures > 0)
  }

  /// Within three standard errors of the budget and without a stated chance the sentence says so; a
  /// bill that is farther from it, or a stated chance, needs no such words.
  @Test func aBillNearTheBudgetWithoutAChanceIsDoubted() {
    var report = SampleReport(users: [100], budget: 1_000).report
    let words = "near the budget, of which no formula tells the chance"
    func text(over margin: Double, chance: Double?, why: String?) -> String {
      report.plans[0].expectation.overBudgetProbability = chance
      report.plans[0].expectation.anyMonthOverBudgetProbability = chance
      report.plans[0].expectation.whyNoChance = why
      let bill = report.plans[0].result.cost.dollars
      report.plans[0].expectation.cost = bill
      // Three of them are the limit.
      let deviation = (1_000 - bill).magnitude / margin
      report.plans[0].expectation.variance = deviation * deviation
      return Headline.text(report)
    }
    #expect(text(over: 2.9, chance: nil, why: "a quota").contains(words))
    #expect(!text(over: 3.1, chance: nil, why: "a quota").contains(words))
    #expect(!text(over: 2.9, chance: 0.5, why: nil).contains(words))
    #expect(!text(over: 2.9, chance: nil, why: nil).contains(words))
  }

  /// The limits are data; a per cent exactly is not more than one per cent.
  @Test func onePerCentIsTheLimit() throws {
    let limits = try AttentionLimits.checked.get()
    #expect(limits.troubledCalls == 0.01 && limits.standardErrors == 3)
    #expect(limits.turnedAway == 0.001 && limits.breakerOpenings == 0.001)
    var report = SampleReport(users: [100], budget: 1_000).report
    #expect(!Headline.text(report).contains("ATTENTION"))
    report.plans[0].result.failedCalls = report.plans[0].result.calls / 100
    #expect(!Headline.text(report).contains("ATTENTION"))
    report.plans[0].result.failedCalls += 1
    #expect(Headline.text(report).hasPrefix("ATTENTION: of "))
    #expect(Headline.text(report).contains("to spare, but with 1"))
  }

  @Test func threeStandardErrorsAreTheLimit() {
    var report = SampleReport(users: [100], budget: 1_000).report
    let bill = report.plans[0].result.cost.dollars
    report.plans[0].expectation.variance = 1
    report.plans[0].expectation.cost = bill - 2.999
    #expect(!Headline.text(report).contains("ATTENTION"))
    report.plans[0].expectation.cost = bill - 3.001
    let text = Headline.text(report)
    #expect(text.contains("lies 3.0 standard errors above"))
    #expect(text.contains("which chance alone does in one month of 370 or fewer"))
    #expect(text.contains("to spare, but as simulated, which formulas do not confirm"))
    report.plans[0].expectation.cost = bill - 100
    #expect(Headline.text(report).contains("which chance does not explain"))
  }

  // MARK: Closed forms

  @Test(arguments: [
    ("breaker: {failures: 3}", "cheap breaker"),
    ("quotas: {cheap: {requests_per_minute: 60, overflow: reject}}", "cheap quota"),
    ("budget: {amount: $10, thresholds: [{at: 90%, act: block}]}", "the budget"),
    (
      "outages: [{model: cheap, from: 2025-11-01T06:00, to: 2025-11-01T12:00, rate: 30%}]\n"
        + "breaker: {failure_rate: 20%, min_calls: 20}", "cheap breaker"
    ),
  ])
  func everyVerbTellsWhatItsFormulasLeaveOut(_ rest: String, _ part: String) throws {
    let folder = try Self.folder(rest)
    let scenario = try folder.read()
    #expect(
      Expectation(scenario: scenario, plan: scenario.plans[0]).leftOut.map(\.part) == [part])
    var spec = ForecastSpec()
    spec.months = 1
    let acts = scenario.budget?.acts == true
    let forecast = try Forecast(scenario, spec)
    #expect(forecast.months[0].leftOut.map(\.part) == (acts ? [] : [part]))
    let sentence = "ATTENTION: the figures below are formulas, which leave out \(part)"
    #expect(acts || ForecastMarkdown.headline(forecast).hasPrefix(sentence))
    // A budget that acts is simulated there.
    guard !acts else { return }
    let read = try ScenarioReader.tree(path: folder.path("s.yaml"), overrides: [])
    let assessor = Assessor(read.tree, scenario: read.scenario, runs: nil, threads: 2)
    let knob = try #require(Knob("users", in: read.tree))
    let answer = try SolveAnswer(
      assessor, scenario: read.scenario, knob: knob, limits: [.budget(8)], in: 1...20)
    #expect(SolveMarkdown.headline(answer).hasPrefix(sentence))
    let axis = try SweepAxis("users=5,10", number: 1, tree: read.tree)
    let sweep = try Sweep(assessor, scenario: read.scenario, axes: [axis])
    #expect(SweepMarkdown.headline(sweep).hasPrefix("ATTENTION: the figures below are formulas"))
    #expect(sweep.points.last?.assessment.leftOut.map(\.part) == [part])
    let sensitivity = try Sensitivity(assessor, scenario: read.scenario, share: 0.2)
    #expect(SensitivityMarkdown.headline(sensitivity).hasPrefix(sentence))
    let selection = SelectionStudy(
      read.scenario, rules: try SelectionReader.rules(of: read.scenario))
    #expect(SelectionMarkdown(study: selection).headline().hasPrefix(sentence))
  }

  /// Another catalog's prices, capacity at a fixed price and the figures of an audit are formulas, too.
  @Test func comparisonsTellWhatTheyLeaveOut() throws {
    let folder = try Self.folder(
      "breaker: {failures: 3}\ncompare_catalog: other.yaml\ncapacity: {units: {title: Units, models: [cheap], "
        + "unit_price: $100, tokens_per_minute: 1000}}")
    try folder.write(
      "other.yaml",
      "models: {cheap: {provider: a, input: $2 per 1M tokens, output: $2 per 1M tokens}}")
    let scenario = try folder.read()
    let comparison = try #require(CatalogComparison(scenario))
    #expect(comparison.plans[0].leftOut.map(\.part) == ["cheap breaker"])
    var report = try Self.report(scenario)
    report.comparison = comparison
    let sentence = "Attention: the figures below are formulas, which leave out cheap breaker"
    #expect(ReportMarkdown.pricesSection(report).contains("**" + sentence))
    #expect(Headline.text(report).contains(", by formulas that leave out cheap breaker."))
    let capacity = try #require(scenario.capacities.first)
    let breakEven = BreakEven(capacity, scenario: scenario, plan: scenario.plans[0])
    #expect(breakEven.leftOut.map(\.part) == ["cheap breaker"])
  }

  /// A line that no month comes near is no reason for doubt.
  @Test func aBudgetThatWillNotActIsNotLeftOut() throws {
    let scenario = try Self.scenario(
      "budget: {amount: 5000 USD, thresholds: [{at: 90%, act: block}]}")
    #expect(Expectation(scenario: scenario, plan: scenario.plans[0]).leftOut.isEmpty)
  }
}

/// Line by line: flows and the busiest hour.
@Suite struct FlowAndHourTests {
  private static let catalog = """
    models:
      m: {provider: a, latency: 2s, input: $1 per 1M tokens, output: $1 per 1M tokens}
    """

  private static func scenario(_ rest: String) throws -> Scenario {
    try ScenarioFolder([
      "catalog.yaml": catalog,
      "s.yaml": """
      period: {start: 2025-11-01, days: 30, time_zone: Europe/Paris}
      plans: [10]
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: m}]}
      \(rest)
      """,
    ]).read()
  }

  /// Ten minutes before the one call of 2 s; 1 s and 5 s around two of them; a stage whose only call is
  /// never made still takes its delay.
  @Test(arguments: [
    ("[{delay: 10min, calls: {a: {input: 1, output: 1}}}]", 602_000_000),
    (
      "[{delay: 1s, calls: {a: {input: 1, output: 1}, b: {input: 1, output: 1}}}, "
        + "{delay: 5s, calls: {c: {input: 1, output: 1}}}]", 10_000_000
    ),
    (
      "[{calls: {a: {input: 1, output: 1}}}, {delay: 1h, calls: {c: {input: 1, output: 1}}}]",
      3_604_000_000
    ),
  ])
  func aFlowTakesItsDelays(_ stages: String, _ microseconds: Int64) throws {
    let scenario = try Self.scenario("workloads: {w: {volume: 5, stages: \(stages)}}")
    let flow = try Simulation(scenario).result(of: scenario.plans[0], run: 1).flows[0]
    #expect(flow.completed > 0)
    // Of a histogram's bucket the lowest value is told.
    for percent in [1.0, 50, 100] {
      let found = try #require(flow.latency.percentile(percent))
      #expect(found <= microseconds && found > microseconds - microseconds / 1_000, "\(found)")
    }
  }

  /// Weekends are four times as busy as weekdays, 20:00 three times as other hours: the busiest hour
  /// is the first Saturday's, and every page gives its share.
  @Test func theBusiestHourIsOneEverywhere() throws {
    let scenario = try Self.scenario(
      """
      traffic:
        hours: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1]
        weekdays: [1, 1, 1, 1, 1, 4, 4]
      quotas: {m: {requests_per_minute: 20}}
      workloads: {w: {volume: 10000, input: 1, output: 1}}
      """)
    let expectation = Expectation(scenario: scenario, plan: scenario.plans[0])
    let load = expectation.quotaLoads[0]
    // November 2025 has 5 Saturdays and 5 Sundays: 26 hours' weight a day, 20 + 4·10 = 60 days' weight.
    let share = 100_000 * 3.0 / 26 * 4 / 60 / 60 / 20
    #expect((load.busiestShare / share - 1).magnitude < 1e-12)
    #expect(load.busiestHour?.description == "2025-11-01T19:00:00Z")
    let words = HumanFormat.share(share)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let report = ScenarioReport(
      scenario: scenario, plans: [PlanReport(result: result, expectation: expectation)])
    let chart = try #require(ReportChart.hourlyLoad.svg(report))
    #expect(chart.contains("busiest hour (1 November 2025, 20:00) \(words) expected"), "\(words)")
    let capacity = ReportMarkdown.capacitySection(report)
    #expect(capacity.contains("busiest hour is the clock hour in which most is expected"))
    #expect(capacity.contains(HumanFormat.number(load.offeredBusiestHour)))
    #expect(!capacity.contains("peak use"))
    let expected = Outcome(expected: scenario, plan: scenario.plans[0]).quotaUse
    let simulated = try Outcomes.simulated([scenario], runs: 1...2, threads: 1)[0][0]
    #expect(expected == load.busiestShare && simulated.map(\.quotaUse) == [expected, expected])
  }
}
