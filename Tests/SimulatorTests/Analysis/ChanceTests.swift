import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Chances to go over a budget and percentiles of bills: of a month and of any month, skewed, in keyed
/// caches under a profile, over ranges; and where none can be told.
@Suite struct ChanceTests {
  private static let scenario = """
    period: {start: 2025-11-01, days: 30}
    plans: [10]
    catalog: catalog.yaml
    policy: {rules: [{name: all, model: m}]}
    """
  private static let catalog = """
    models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens}}
    """
  private static let chat =
    "workloads: {chat: {volume: 100, input: {mean: 500, cv: 1}, output: 30}}"

  private func folder(_ more: String...) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": Self.catalog, "s.yaml": ([Self.scenario] + more).joined(separator: "\n"),
    ])
  }

  private func expectation(_ scenario: Scenario) -> PlanExpectation {
    PlanExpectation(scenario: scenario, plan: scenario.plans[0])
  }

  // MARK: Exact arrivals

  private static func exact(_ hard: String) -> String {
    "workloads: {chat: {volume: 30, traffic: {arrivals: exact}, output: 0, mix: "
      + "{easy: {share: 90%, input: 1000}, hard: {share: 10%, input: \(hard)}}}}"
  }

  /// Each of two users makes 27 calls of $0.001 and 3 of $0.01: $0.114, for certain.
  @Test func anExactMixOfFixedSizesIsCertain() throws {
    let chances = expectation(
      try folder("budget: $0.1139", Self.exact("10000")).read(overrides: ["plans=[2]"]))
    #expect(abs(chances.cost - 0.114) < 1e-12)
    let percentiles = try #require(chances.percentiles)
    #expect(abs(percentiles.p05 - 0.114) < 1e-6 && abs(percentiles.p95 - 0.114) < 1e-6)
    #expect(chances.overBudgetProbability == 1)
    let below = expectation(
      try folder("budget: $0.1141", Self.exact("10000")).read(overrides: ["plans=[2]"]))
    #expect(below.overBudgetProbability == 0)
  }

  /// Only the six hard calls spread: 54 · $0.001 + 60,000 ± 10,000 · √6 tokens of cv 1. The chance of more
  /// than 70,000 of them against 2,000 months of a fixed seed: 5.5 binomial deviations, 4e-8.
  @Test func anExactMixSpreadsByItsSizesAlone() throws {
    let scenario = try folder("budget: $0.124", Self.exact("{mean: 10000, cv: 1}")).read(
      overrides: ["plans=[2]"])
    let chance = try #require(expectation(scenario).overBudgetProbability)
    let months = try Simulation(scenario).results(runs: 2_000, threads: 2)[0]
    let over = Double(months.count { $0.cost.dollars > 0.124 })
    #expect(abs(over - 2_000 * chance) < 5.5 * (2_000 * chance * (1 - chance)).squareRoot())
  }

  // MARK: A month or any month

  /// Twelve independent months: 1 − (1 − p)^12. A month has 1,000 Poisson calls of mean $0.00062: $0.62
  /// with deviation $0.0251, skewness 0.08.
  @Test func aMonthAndAnyMonthAreTwoChances() throws {
    let year = try folder("budget: $0.67", Self.chat).read(overrides: ["period.months=12"])
    let chances = expectation(year)
    let month = try #require(chances.overBudgetProbability)
    let any = try #require(chances.anyMonthOverBudgetProbability)
    #expect((month - 0.0253).magnitude < 0.0005)
    #expect((any - (1 - pow(1 - month, 12))).magnitude < 1e-9)
    #expect((any - 0.265).magnitude < 0.005)
  }

  /// 400 runs of three months: the columns count months and runs, as the closed form does.
  @Test func runsCountMonthsAndPeriods() throws {
    let folder = try folder("budget: $0.64", "users: {activity: {cv: 0.3}}", Self.chat)
    let (tree, scenario) = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["period.months=3"])
    func assess(_ runs: Int?) throws -> Assessment {
      try Assessor(tree, scenario: scenario, runs: runs, threads: 2)
        .assess([Assessor.Variant()])[0][0]
    }
    let (stated, months) = (try assess(nil), try assess(400))
    for (p, share) in [(stated.overrun, months.overrun), (stated.anyOverrun, months.anyOverrun)] {
      let (p, share) = (try #require(p), try #require(share))
      // Six standard errors of 400 runs; months of a run share their users.
      #expect((p - share).magnitude < 6 * (p * (1 - p) / 400).squareRoot())
    }
    #expect(try #require(stated.anyOverrun) > #require(stated.overrun) + 0.05)
  }

  @Test func solveKeepsAMonthOrAllOfThem() throws {
    let folder = try folder("budget: $0.67", Self.chat)
    let (tree, scenario) = try ScenarioReader.tree(
      path: folder.path("s.yaml"), overrides: ["period.months=12"])
    let users = try #require(Knob("users", in: tree))
    func most(_ limit: Limit) throws -> Double {
      let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
      return try #require(
        try Solver(assessor: assessor, limits: [limit], months: 12).solve(users, in: 5...15).answer)
    }
    #expect(try most(.overrun(0.05)) == 10)
    #expect(try most(.anyOverrun(0.05)) == 9)
  }

  // MARK: Skewed bills

  /// The Fourier series of a gamma distribution of shape 4 against its own tail,
  /// P(X > x) = e^{−x}(1 + x + x²/2 + x³/6), and normal deviates that it would be wrong by a factor
  /// of six for.
  @Test func aSkewedLawHasItsTail() {
    let law = FourierLaw(mean: 4, variance: 4) { t in
      Complex(real: 1, imaginary: -t).logarithm(near: 0).scaled(by: -4)
        - Complex(real: 0, imaginary: 4 * t)
    }
    for x in [1.0, 4, 8, 10, 14] {
      let tail = exp(-x) * (1 + x + x * x / 2 + x * x * x / 6)
      #expect((law.exceedance(x) - tail).magnitude < 2e-4, "\(x)")
    }
    #expect(law.exceedance(10) > 7 * (1 - Normal.cdf(3)))
    #expect(law.cdf(-1e-9) == 0)
  }

  /// Users of cv 1: beyond three standard deviations lie 12 in a thousand months, not 1.35.
  @Test func drawnUsersSkewTheBill() throws {
    let scenario = try folder(
      "budget: $1.2", "users: {activity: {cv: 1}}", Self.chat
    ).read()
    let expected = expectation(scenario)
    let three = expected.cost + 3 * expected.standardError
    let law = BillLaw(ExpectedCost(scenario: scenario, plan: scenario.plans[0]), budget: three)
    #expect((try #require(law.monthOver) - 0.012).magnitude < 0.003)
    let simulation = Simulation(scenario)
    let months = try (1...600).map {
      try simulation.result(of: scenario.plans[0], run: $0).cost.dollars
    }
    let over = Double(months.count { $0 > 1 })
    let p = BillLaw(ExpectedCost(scenario: scenario, plan: scenario.plans[0]), budget: 1).monthOver
    let stated = try #require(p)
    #expect((over - 600 * stated).magnitude < 6 * (600 * stated * (1 - stated)).squareRoot())
    let percentiles = try #require(expected.percentiles)
    // Six standard errors of 600 tries at 5 % are 32.
    #expect((months.count { $0 <= percentiles.p05 } - 30).magnitude <= 32)
    #expect((months.count { $0 > percentiles.p95 } - 30).magnitude <= 32)
  }

  @Test func percentilesAreNeverBelowNothing() throws {
    let wild = try folder(
      "users: {activity: {cv: 3}}",
      "workloads: {chat: {volume: 4, input: {mean: 500, cv: 3}, output: 30}}"
    ).read(overrides: ["plans=[1]"])
    let percentiles = try #require(expectation(wild).percentiles)
    #expect(percentiles.p05 >= 0 && percentiles.p05 < percentiles.p50)
    #expect(percentiles.p50 < percentiles.p95)
  }

  /// A third of a normal law of mean 1 and deviation 2 lies below 0.5: no bill does if that is due
  /// whatever happens, so that the percentile there is the floor.
  @Test(arguments: [0, 0.5]) func aLawEndsAtItsFloor(floor: Double) {
    func law(_ floor: Double) -> FourierLaw {
      FourierLaw(mean: 1, variance: 4, floor: floor) { Complex(real: -2 * $0 * $0, imaginary: 0) }
    }
    let clamped = law(floor)
    #expect(clamped.lowest == floor && clamped.cdf(floor - 1e-9) == 0)
    // The law itself goes on below, to Φ(−1) at −1.
    #expect((law(-100).cdf(-1) - Normal.cdf(-1)).magnitude < 1e-3)
    #expect((clamped.cdf(floor) - Normal.cdf((floor - 1) / 2)).magnitude < 1e-3)
    #expect(clamped.cdf(floor) > 0.05, "so its 5th percentile is the floor")
  }

  /// Over three months, users of two account plans whose activities are drawn.
  @Test func severalAccountPlansAreToldToBeApproximate() throws {
    let plans = "users: {activity: {cv: 1}, account_plans: {free: 50%, pro: 50%}}"
    let scenario = try folder(plans, Self.chat).read(overrides: ["period.months=3"])
    #expect(expectation(scenario).approximations.map(\.part) == ["several months"])
    var spec = ForecastSpec()
    spec.months = 3
    #expect(try Forecast(scenario, spec).approximations.map(\.part) == ["several months"])
    let month = try folder(plans, Self.chat).read()
    #expect(expectation(month).approximations.isEmpty)
    let alike = try folder("users: {activity: {cv: 1}}", Self.chat)
      .read(overrides: ["period.months=3"])
    #expect(expectation(alike).approximations.isEmpty)
  }

  /// Ten users of 10.35 calls: 103.5 a month are 104, three months by themselves 312, in one run 311.
  @Test func aForecastTellsThatItRoundsEachMonth() throws {
    func parts(_ volume: String) throws -> [String] {
      let scenario = try folder(
        "traffic: {arrivals: exact}",
        "workloads: {chat: {volume: \(volume), input: 500, output: 30}}"
      ).read(overrides: ["period.months=3"])
      var spec = ForecastSpec()
      spec.months = 3
      let forecast = try Forecast(scenario, spec)
      let calls = try #require(forecast.months.last).total.mean / 0.000_62
      #expect((calls - (volume == "10" ? 300 : 312)).magnitude < 1e-6)
      return forecast.approximations.map(\.part)
    }
    #expect(try parts("10.35") == ["exact arrivals"])
    #expect(try parts("10") == [])
  }

  /// A surge of a day, of which each user makes 0.67 calls more.
  @Test func exactSurgesAreTold() throws {
    let scenario = try folder(
      "traffic: {arrivals: exact, surges: [{from: 2025-11-05, for: 24h, factor: 3}]}", Self.chat
    ).read()
    #expect(expectation(scenario).approximations.map(\.part) == ["chat arrivals"])
  }

  // MARK: Keyed caches

  private func renewal(ttl: Double, hours: [Double]) -> (KeyRenewal, Timeline) {
    let period = AnalysisScenario.period()
    let timeline = Timeline(
      period: period, profile: TrafficProfile(hours: hours, weekdays: .init(repeating: 1, count: 7))
    )
    return (
      KeyRenewal(timeline: timeline, period: period, flushes: [], ttl: ttl, latency: 0), timeline
    )
  }

  /// Flat traffic: the stationary ratio and the loss of the empty start (docs/validation.md). Of a day's
  /// lives, which begin 864 s after one another in the mean, 30 fit into the period: 30 · 864 s are
  /// left for the 31st, which would need 31.
  @Test(arguments: [300.0, 3_600, 86_400]) func flatKeysHaveTheStationaryRatio(ttl: Double) {
    let (keys, _) = renewal(ttl: ttl, hours: .init(repeating: 1, count: 24))
    let volume = 3_000.0
    let h = CacheHitRatio.fixed(rate: volume / 2_592_000, ttl: ttl)
    let misses = keys.misses(volume: volume)
    let expected = ttl == 86_400 ? 30 : (1 - h) * volume + h * h / 2
    #expect((misses.ratio * volume / expected - 1).magnitude < 0.004)
    #expect((misses.dispersion - (1 - h) * (1 - h)).magnitude < 0.02)
  }

  /// A time to live beyond the period: one miss if there is any look-up, whatever the profile.
  @Test func aKeyThatNeverExpiresIsMissedOnce() {
    let (keys, _) = renewal(ttl: 5_000_000, hours: (0..<24).map { Double($0 % 7) })
    for volume in [0.1, 1, 5] {
      let once = -expm1(-volume)
      let misses = keys.misses(volume: volume)
      #expect((misses.ratio * volume - once).magnitude < 1e-6)
      #expect((misses.dispersion - exp(-volume)).magnitude < 1e-3)
    }
  }

  /// Office hours, 6 h, a pool of 3: the bill of 300 months agrees with the closed form within six
  /// standard errors, and so does its variance. (Hour by hour, it was a third too low.)
  @Test func aKeyedCacheUnderOfficeHours() throws {
    let hours = (0..<24).map { (9..<18).contains($0) ? "1" : "0" }.joined(separator: ", ")
    let scenario = try folder(
      "cache: {mode: keyed, default: {ttl: 6h}}", "traffic: {hours: [\(hours)]}",
      "workloads: {chat: {volume: 300, prompts: {pool: 3}, input: {mean: 500, cv: 1}, output: 30}}"
    ).read(overrides: ["plans=[5]"])
    let expected = expectation(scenario)
    #expect(expected.approximations.isEmpty && expected.percentiles != nil)
    let simulation = Simulation(scenario)
    var sample = SampleMean()
    var squares = SampleMean()
    for run in 1...300 {
      let cost = try simulation.result(of: scenario.plans[0], run: run).cost.dollars
      sample.add(cost)
      squares.add((cost - expected.cost) * (cost - expected.cost))
    }
    #expect((sample.mean - expected.cost).magnitude < 6 * sample.error)
    #expect((squares.mean - expected.variance).magnitude < 6 * squares.error)
  }

  // MARK: Ranges

  private static let ranged =
    "workloads: {chat: {volume: {low: 50, likely: 100, high: 300}, input: 500, output: 30}}"

  @Test func everyVerbTakesRangesIntoAccount() throws {
    let folder = try folder("budget: $0.7", Self.ranged)
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let over = try #require(try Assessor.overRanges(tree, scenario, threads: 2))
    // (50 + 100 + 300)/3 calls of $0.00062 by ten users, and P(triangle > 113).
    #expect((over.cost - 0.93).magnitude < 0.002)
    #expect((try #require(over.likelyCost) - 0.62).magnitude < 1e-9)
    let edge = 0.7 / 0.0062
    let tail = (300 - edge) * (300 - edge) / (250 * 200)
    #expect((try #require(over.overrun) - tail).magnitude < 0.01)
    var spec = ForecastSpec()
    spec.months = 1
    let forecast = try Forecast(scenario, spec, tree: tree)
    #expect((forecast.months[0].bill.mean - over.cost).magnitude < 0.005)
    #expect((try #require(forecast.months[0].overBudgetProbability) - tail).magnitude < 0.015)
    #expect(ForecastMarkdown.headline(forecast).contains("means over the ranges of 1 input"))
    let drawn = try Forecast(scenario, spec, tree: tree, runs: 40, threads: 2)
    #expect(try #require(drawn.months[0].runs.p95) > MoneySum(dollars: 1))
    let study = try LeverStudy(tree, scenario, levers: [], threads: 1)
    #expect(LeverMarkdown.caution(study).contains("over the ranges the expected bill is $0.93"))
    let words = "over the ranges the expected bill is $0.93"
    #expect(LeverReport.json(study).text.contains(words))
    let shocks = try StressStudy(
      tree, scenario, shocks: [], rules: try SelectionReader.rules(of: scenario), threads: 1)
    #expect(StressReport.json(shocks).text.contains(words))
    let assessor = Assessor(tree, scenario: scenario, runs: nil, threads: 2)
    let sensitivity = try Sensitivity(assessor, scenario: scenario, share: 0.2)
    #expect(SensitivityMarkdown.headline(sensitivity).contains(words))
    let users = try #require(Knob("users", in: tree))
    let solved = try Solver(
      assessor: Assessor(tree, scenario: scenario, runs: nil, threads: 2), limits: [.budget(0.93)],
      months: 1
    ).solve(users, in: 8...11)
    #expect(solved.answer == 9 || solved.answer == 10)
  }

  /// Sets of inputs hold no seed, each input takes every part of its law once, and a chance states its
  /// precision.
  @Test func solvingOverRangesDependsOnNoSeed() throws {
    let more =
      "prices: {m: {input: {low: $0.5 per 1M tokens, high: $1.5 per 1M tokens}}}"
    let answers = try ["1", "99"].map { seed in
      let folder = try folder("budget: $1.2", "seed: \(seed)", Self.ranged, more)
      let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
      let sets = InputDraws(scenario).evenSettings(64)
      #expect(
        Set(sets.map { $0[0].value }).count == 64 && Set(sets.map { $0[1].value }).count == 64)
      let users = try #require(Knob("users", in: tree))
      let answer = try SolveAnswer(
        Assessor(tree, scenario: scenario, runs: nil, threads: 2), scenario: scenario, knob: users,
        limits: [.overrun(0.05)], in: 6...9)
      #expect(try #require(answer.answerPrecision) <= 2)
      #expect(SolveMarkdown.text(answer).contains("known to the precision stated"))
      return try #require(answer.solution.answer)
    }
    #expect(answers[0] == answers[1])
  }

  /// By hand: a triangle of 50, 100 and 300 calls is exceeded once in twenty at 300 − √(0.05·250·200) =
  /// 250 calls, so that $0.00062 · 250 · 991 is kept by 991 users and not by 992. (Their own chance,
  /// 0.2 % of the bill, moves that by less than the precision that the answer states.)
  @Test func nineHundredAndNinetyOneUsers() throws {
    let budget = 0.000_62 * 250 * 991.5
    let folder = try folder("budget: $\(budget)", Self.ranged)
    let (tree, scenario) = try ScenarioReader.tree(path: folder.path("s.yaml"))
    let answer = try SolveAnswer(
      Assessor(tree, scenario: scenario, runs: nil, threads: 2), scenario: scenario,
      knob: try #require(Knob("users", in: tree)), limits: [.overrun(0.05)], in: 950...1_050)
    let users = try #require(answer.solution.answer)
    let precision = try #require(answer.answerPrecision)
    #expect(precision <= 25 && (users - 991).magnitude <= precision, "\(users) ± \(precision)")
  }

  // MARK: Where none is told

  @Test(arguments: [
    ("quotas: {m: {requests_per_minute: 1, overflow: reject}}", "quota"),
    ("outages: [{model: m, from: 2025-11-03, for: 12h}]", "outage"),
  ])
  func noChanceIsToldWhereTheFormulaIsOff(more: String, part: String) throws {
    let scenario = try folder(
      "budget: $1", more, Self.chat
    ).read(overrides: ["plans=[2000]"])
    let expected = expectation(scenario)
    #expect(expected.overBudgetProbability == nil && expected.percentiles == nil)
    #expect(try #require(expected.whyNoChance).contains(part))
    #expect(Outcome(expected: scenario, plan: scenario.plans[0]).overrun == nil)
  }

  /// Ten users of very different activity ask one pool: in idle months each key is missed far less often than
  /// a line through the mean says (of 2,000 months, 229 lay below its 5th percentile). Of 40,000 users,
  /// a month is as active as another.
  @Test func noChanceIsToldOfAPoolThatFewUsersShare() throws {
    let pool =
      "workloads: {chat: {volume: VOLUME, prompts: {pool: 3, per: all}, input: 500, output: 30}}"
    func why(_ users: Int, volume: String) throws -> String? {
      let scenario = try folder(
        "users: {activity: {cv: 2}}", "cache: {mode: keyed, scope: global, default: {ttl: 6h}}",
        pool.replacing("VOLUME", with: volume)
      ).read(overrides: ["plans=[\(users)]"])
      let expected = expectation(scenario)
      #expect((expected.percentiles == nil) == (expected.whyNoChance != nil))
      return expected.whyNoChance
    }
    #expect(try #require(try why(10, volume: "7")).contains("that users share"))
    #expect(try why(40_000, volume: "0.00175") == nil)
  }

  /// Chance is each month's own, activity the users': over three months 3·σ²_calls + (3·σ_users)².
  @Test func monthsShareUsersButNotLuck() throws {
    let scenario = try folder("users: {activity: {cv: 1}}", Self.chat)
      .read(overrides: ["period.months=3"])
    var spec = ForecastSpec()
    spec.months = 3
    let total = try #require(Forecast(scenario, spec).months.last).total
    let month = ExpectedCost(
      scenario: scenario, plan: scenario.plans[0])
    let expected = month.callVariance + 9 * month.sharedVariance
    #expect((total.variance / expected - 1).magnitude < 1e-9)
    #expect(month.callVariance > 0 && month.sharedVariance > 0)
  }
}
