import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Scenarios

/// Laws of caches, activity, quotas and budgets.
@Suite struct ExpectedLawsTests {
  private func expectation(_ scenario: Scenario, users: Int = 10) -> PlanExpectation {
    PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(users))
  }

  private func scenario(
    _ prompts: PromptRepetition = .unique, price: Double = 1, mode: CacheSettings.Mode = .off,
    ttl: Double = 600, rate: Double? = 0.8, profile: TrafficProfile = .flat,
    activity: UserPopulation.Activity = .equal, months: Int = 1
  ) -> Scenario {
    var variant = AnalysisScenario.variant(
      input: .lognormal(mean: 1_000, cv: 1.5, cap: 20_000), output: .uniform(low: 10, high: 500))
    variant.prompts = prompts
    variant.attributes[.cacheClass] = "c"
    var scenario = AnalysisScenario.make(
      models: [AnalysisScenario.model("m", input: price, output: 4 * price)],
      workloads: [AnalysisScenario.workload(volume: 3_000, profile: profile, mix: [variant])],
      months: months, users: UserPopulation(activity: activity))
    scenario.cache.mode = mode
    scenario.cache.classes["c"] = CacheSettings.Class(
      ttl: SimDuration(microseconds: Int64(ttl * 1e6)), hitRate: rate)
    return scenario
  }

  @Test func twicePriceIsTwiceTheCostAndFourTimesTheVariance() {
    let once = expectation(scenario())
    let twice = expectation(scenario(price: 2))
    #expect(isClose(twice.cost, 2 * once.cost))
    #expect(isClose(twice.variance, 4 * once.variance))
  }

  @Test func usersScaleTheBill() {
    let ten = expectation(scenario())
    let hundred = expectation(scenario(), users: 100)
    #expect(isClose(hundred.cost, 10 * ten.cost))
    #expect(isClose(hundred.variance, 10 * ten.variance))
  }

  /// Var S = Λ·E C², and cv²·Σ volume²·(E C)² of the activity, which is the same in all months.
  @Test(arguments: [1, 3]) func activityAddsItsOwnVariance(months: Int) {
    let equal = expectation(scenario(months: months))
    let varied = expectation(scenario(activity: .lognormal(cv: 2), months: months))
    #expect(isClose(varied.cost, equal.cost))
    let each = equal.cost / 10
    // Differences of the normal distribution function in 130 cells lose a digit or two.
    #expect((varied.variance / (equal.variance + 4 * 10 * each * each) - 1).magnitude < 1e-8)
  }

  /// The period's start and every flush cost a key (1 − h)T/2 of its time in hits.
  @Test(arguments: [0, 1, 4]) func everyEmptyBeginningCostsHits(flushes: Int) {
    let (ttl, span) = (864.0, 2_592_000.0)
    var cached = scenario(.pool(size: 1, exponent: 1, perUser: true), mode: .keyed, ttl: ttl)
    cached.behaviours[0].latency = .fixed(0)
    cached.cache.flushes = (0..<flushes).map {
      AnalysisScenario.start + SimDuration(microseconds: Int64($0 + 1) * 400_000_000_000)
    }
    let h = CacheHitRatio.fixed(rate: 3_000 / span, ttl: ttl)
    let lost = Double(1 + flushes) * (1 - h) * ttl / (2 * span)
    let off = expectation(scenario()).cost
    // The formula holds for lives far shorter than what lies between flushes, the equation that is
    // solved for any; they agree to a millionth here.
    #expect((expectation(cached).cost / (off * (1 - h * (1 - lost))) - 1).magnitude < 1e-6)
  }

  @Test func rateModeTakesItsShare() {
    let off = expectation(scenario())
    let on = expectation(scenario(mode: .rate))
    #expect(isClose(on.cost, 0.2 * off.cost))
    #expect(isClose(on.variance, 0.2 * off.variance))
    for dead in [
      scenario(mode: .rate, ttl: 0), scenario(mode: .rate, rate: 0),
      scenario(mode: .rate, rate: nil),
      scenario(.none, mode: .rate), scenario(mode: .keyed), scenario(.none, mode: .keyed),
      scenario(.pool(size: 3, exponent: 1, perUser: true), mode: .keyed, ttl: 0),
    ] {
      #expect(isClose(expectation(dead).cost, off.cost))
    }
  }

  /// A keyed cache of Zipf prompts under Poisson calls, run here call by call.
  @Test(arguments: [true, false])
  func keyedCache(perUser: Bool) {
    let prompts = PromptRepetition.pool(size: 300, exponent: 0.9, perUser: perUser)
    var keyed = scenario(prompts, mode: .keyed, ttl: 7_200)
    keyed.cache.scope = .global
    keyed.behaviours[0].latency = .fixed(60_000_000)
    let off = expectation(scenario())
    let on = expectation(keyed)
    #expect(on.approximations.isEmpty)
    let users = perUser ? 1.0 : 10
    let weights = (1...300).map { pow(Double($0), -0.9) }
    var sums: [Double] = []
    for weight in weights { sums.append((sums.last ?? 0) + weight) }
    var random = TestRandom(seed: 21)
    var misses = SampleMean()
    for _ in 0..<150 {
      var expiry = Array(repeating: -Double.infinity, count: 300)
      var writes: [(at: Double, prompt: Int)] = []
      var missed = 0.0
      var now = random.exponential()
      let gap = 2_592_000 / (3_000 * users)
      now *= gap
      while now < 2_592_000 {
        while let write = writes.first, write.at <= now {
          expiry[write.prompt] = write.at + 7_200
          writes.removeFirst()
        }
        let u = random.uniform() * sums[299]
        let prompt = sums.partitioningIndex { $0 > u }
        if now >= expiry[prompt] {
          missed += 1
          writes.append((now + 60, prompt))
        }
        now += random.exponential() * gap
      }
      misses.add(missed / (3_000 * users))
    }
    #expect(misses.agrees(with: on.cost / off.cost))
  }

  /// A daily profile is part of the equation that is solved, so nothing is approximate.
  @Test func keyedCacheUnderAProfileIsNotApproximate() {
    var hours = Array(repeating: 1.0, count: 24)
    hours[3] = 0
    let profile = TrafficProfile(hours: hours, weekdays: Array(repeating: 1, count: 7))
    let keyed = scenario(
      .pool(size: 10, exponent: 1, perUser: true), mode: .keyed, profile: profile)
    #expect(expectation(keyed).approximations == [])
  }

  /// One block a workload, used by 30,000 calls a month.
  @Test(arguments: [true, false])
  func promptCache(refresh: Bool) {
    var cached = scenario()
    cached.workloads[0].stages[0].calls[0].mix[0] = AnalysisScenario.variant(
      input: .fixed(0), output: .fixed(0))
    cached.workloads[0].stages[0].calls[0].mix[0].prefixTokens = 1_000
    cached.catalog[ModelID(0)].prices[0].rates[.cacheReadTokens] = AnalysisScenario.rate(
      perMillion: 0.1)
    cached.behaviours[0].promptCache = PromptCacheSettings(
      ttl: SimDuration(microseconds: 120_000_000), refresh: refresh)
    let load = 30_000.0 * 120 / 2_592_000
    let hit = refresh ? 1 - exp(-load) : load / (1 + load)
    #expect(isClose(expectation(cached).cost, 30_000 * 1e-3 * (1 - 0.9 * hit)))
    cached.behaviours[0].promptCache?.minimumTokens = 1_001
    #expect(isClose(expectation(cached).cost, 30))
  }

  /// 3,000 calls of 10 users in a 30-day month: 41.7 an hour; in 8 hours a day three times that.
  @Test func quotaLoads() throws {
    let hours = (0..<24).map { (9..<17).contains($0) ? 1.0 : 0 }
    var limited = scenario(
      profile: TrafficProfile(hours: hours, weekdays: Array(repeating: 1, count: 7)))
    limited.workloads[0].stages[0].calls[0].mix[0].audio = .fixed(30)
    limited.workloads[0].stages[0].calls[0].mix[0].maxTokens = 2_000
    limited.workloads[0].stages[0].calls[0].mix[0].input = .fixed(1_000)
    limited.behaviours[0].quota.requestsPerMinute = 5
    limited.behaviours[0].quota.tokensPerMinute = 9_000
    limited.behaviours[0].quota.charge = .reserved
    limited.behaviours[0].quota.concurrent = 2
    limited.behaviours[0].quota.audioPerDay = SimDuration(microseconds: 40 * 3_600_000_000)
    limited.behaviours[0].latency = .fixed(30_000_000)
    let loads = expectation(limited).quotaLoads
    #expect(
      loads.map(\.limit) == ["requests/min", "tokens/min", "concurrent jobs", "audio hours/day"])
    let mean = 30_000.0 / 43_200
    #expect(isClose(loads[0].offeredMean, mean))
    #expect(isClose(loads[0].offeredBusiestHour, 3 * mean))
    #expect(isClose(loads[0].saturatesAtUsersMean, 10 * 5 / mean))
    #expect(isClose(loads[0].saturatesAtUsersBusiestHour, 10 * 5 / (3 * mean)))
    #expect(isClose(loads[1].offeredMean, 3_000 * mean))
    #expect(isClose(loads[2].offeredMean, mean / 2))
    #expect(isClose(loads[3].offeredMean, 30_000.0 * 30 / 3_600 / 30))
    #expect(isClose(loads[3].offeredBusiestHour, 30_000.0 * 30 / 3_600 / 30))
    #expect(isClose(loads[3].saturatesAtUsersMean, 10 * 40 / (1_000.0 * 30 / 3_600)))
  }

  @Test func saturatedAndThrottlingQuotasAreNamed() {
    var limited = scenario()
    limited.behaviours[0].quota.requestsPerMinute = 60
    #expect(expectation(limited).approximations.isEmpty)
    #expect(expectation(limited, users: 10_000).approximations.map(\.part) == ["m quota"])
    limited.behaviours[0].quota.maxWait = .zero
    limited.behaviours[0].quota.burst = 20
    #expect(expectation(limited).approximations.isEmpty)
    #expect(expectation(limited, users: 800).approximations.map(\.part) == ["m quota"])
  }

  /// On flat traffic the n-th part of a month's cost is spent after the n-th part of the month,
  /// a fixed price at once.
  @Test func budgetIsCrossedInProportion() {
    var scenario = scenario()
    scenario.catalog[ModelID(0)].prices[0].fixedMonthly = Money(picodollars: 10_000_000_000_000)
    let free = expectation(scenario)
    let dollars = 10 + (free.cost - 10) / 3
    scenario.budget = Budget(
      amount: MoneySum(picodollars: Int128(dollars * 1e12)),
      thresholds: [
        Budget.Threshold(
          name: "early", kind: .actual, amount: MoneySum(picodollars: 9_000_000_000_000),
          severity: .high, message: ""),
        Budget.Threshold(
          name: "never", kind: .actual, amount: MoneySum(picodollars: 900_000_000_000_000),
          severity: .high, message: ""),
      ])
    let expected = expectation(scenario)
    #expect(expected.crossings.map(\.rule) == ["budget", "early", "never"])
    let third =
      AnalysisScenario.start
      + SimDuration(
        microseconds: 10 * SimDuration.day.microseconds)
    let crossed = expected.crossings[0].at ?? .distantPast
    #expect((crossed - third).seconds.magnitude < 1)
    #expect(expected.crossings[1].at == AnalysisScenario.start)
    #expect(expected.crossings[2].at == nil)
    #expect((expected.overBudgetProbability ?? 0) > 0.999_999)
  }
}

extension Array {
  /// The first index whose element passes, all after it passing too.
  fileprivate func partitioningIndex(_ passes: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if passes(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
