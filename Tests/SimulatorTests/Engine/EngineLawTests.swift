import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// What must hold of whole plans, whatever their numbers are.
@Suite struct EngineLawTests {
  /// Faults, quotas, caches and flows, over short latencies that keep histograms small.
  private static func busy(seed: UInt64) -> Scenario {
    var scenario = RandomScenario(seed: seed).scenario.withoutActions
    for index in scenario.behaviours.indices {
      scenario.behaviours[index].latency = .uniform(low: 0, high: 3_000)
      scenario.behaviours[index].quota.maxWait = .zero
    }
    scenario.retry = RetrySettings()
    scenario.plans = [1, 4, 2].map(AnalysisScenario.plan)
    return scenario
  }

  private static func rendered(_ scenario: Scenario, threads: Int) throws -> [[String]] {
    try Simulation(scenario).results(runs: 2, threads: threads).map { $0.map { "\($0)" } }
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func theSameBytesForAnyNumberOfThreads(seed: UInt64) throws {
    let scenario = Self.busy(seed: seed)
    let one = try Self.rendered(scenario, threads: 1)
    #expect(try Self.rendered(scenario, threads: 2) == one)
    var other = scenario
    other.seed &+= 1
    let changed = try Self.rendered(other, threads: 1)
    for (a, b) in zip(one.joined(), changed.joined()) { #expect(a != b) }
    for plan in one { #expect(plan[0] != plan[1], "runs differ") }
  }

  /// A plan that is simulated for longer than all others together ends last, although it was
  /// started first: what comes out is in the scenario's order all the same.
  @Test func theOrderInWhichThreadsEndDoesNotShow() throws {
    var scenario = Self.busy(seed: 14)
    scenario.plans = [2, 60, 1].map(AnalysisScenario.plan)
    let one = try Self.rendered(scenario, threads: 1)
    for threads in [2, 5] { #expect(try Self.rendered(scenario, threads: threads) == one) }
  }

  /// Plans and runs that are simulated together are those that are simulated one by one.
  @Test(arguments: [15, 16, 17] as [UInt64]) func togetherIsAsAlone(seed: UInt64) throws {
    let scenario = Self.busy(seed: seed)
    let together = try Self.rendered(scenario, threads: 2)
    for (plan, found) in zip(scenario.plans, together) {
      var alone = scenario
      alone.plans = [plan]
      let simulation = Simulation(alone)
      #expect(try (1...2).map { "\(try simulation.result(of: plan, run: $0))" } == found)
    }
  }

  /// A run that tells each call takes the long way; another one books calls as they arrive, and counts
  /// hits where they are drawn.
  @Test(arguments: CacheSettings.Mode.allCases)
  func whatIsToldDoesNotChangeWhatHappens(mode: CacheSettings.Mode) throws {
    var (hits, foreseen) = (Int64(0), 0)
    for seed in 100..<130 as Range<UInt64> {
      var scenario = Self.busy(seed: seed)
      scenario.cache.mode = mode
      scenario.alerts = []
      scenario.experiments = []
      let untold = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
      let told = try LoggedRun(scenario)
      #expect("\(untold)" == "\(told.result)", "seed \(seed)")
      hits += untold.cacheHits
      foreseen += told.records.count { $0.attempts == 1 && !$0.isFailed }
    }
    #expect((hits > 0) == (mode != .off) && foreseen > 100, "the ways differ")
  }

  @Test(arguments: [21, 22, 23, 24, 25] as [UInt64])
  func twiceThePriceIsTwiceTheCost(seed: UInt64) throws {
    var scenario = Self.busy(seed: seed)
    // Prices of whole picodollars a unit, so that nothing is rounded.
    Self.setPrices(&scenario, factor: 1)
    let single = try LoggedRun(scenario).result
    Self.setPrices(&scenario, factor: 2)
    let double = try LoggedRun(scenario).result
    #expect(single.cost > .zero)
    #expect(double.cost == single.cost + single.cost)
    for (a, b) in zip(single.days, double.days) { #expect(b.cost == a.cost + a.cost) }
  }

  private static func setPrices(_ scenario: inout Scenario, factor: Int64) {
    for id in scenario.catalog.models.indices.map({ ModelID(UInt16($0)) }) {
      var sheet = PriceSheet()
      for dimension in BillingDimension.allCases {
        sheet.rates[dimension] = Rate(picodollars: 12 * factor, per: 1)
      }
      sheet.rates[.inputTokens] = Rate(picodollars: 150_000 * factor, per: 1)
      sheet.rates[.outputTokens] = Rate(picodollars: 600_001 * factor, per: 1)
      sheet.rates[.calls] = Rate(picodollars: 77 * factor, per: 1)
      sheet.rates[.audioSeconds] = Rate(picodollars: 100 * factor, per: 1)
      sheet.rates[.images] = Rate(picodollars: 33 * factor, per: 1)
      sheet.fixedMonthly = Money(picodollars: 1_000_003 * factor)
      scenario.catalog[id].prices = [sheet]
    }
  }

  private static func cached(
    _ mode: CacheSettings.Mode, ttl: SimDuration, rate: Double?, latency: Double = 0
  ) -> Scenario {
    var builder = ScenarioBuilder()
    var variant = ScenarioBuilder.variant(input: 100, output: 50)
    variant.prompts = .pool(size: 4, exponent: 1, perUser: false)
    builder.workloads = [ScenarioBuilder.workload("w", volume: 200, mix: [variant])]
    builder.behaviours = [ScenarioBuilder.behaviour(latency: .fixed(latency))]
    builder.change = { scenario in
      scenario.cache.mode = mode
      scenario.cache.defaultClass = CacheSettings.Class(ttl: ttl, hitRate: rate)
    }
    return builder.build()
  }

  @Test(arguments: [CacheSettings.Mode.rate, .keyed])
  func nothingIsLookedUpWithoutALifetime(mode: CacheSettings.Mode) throws {
    let run = try LoggedRun(Self.cached(mode, ttl: .zero, rate: 0.9))
    #expect(run.result.cacheHits == 0)
    #expect(run.result.cacheMisses == 0)
    #expect(run.records.allSatisfy { $0.cache == .off })
    #expect(try LoggedRun(Self.cached(mode, ttl: .hour, rate: 0.9)).result.cacheHits > 0)
  }

  @Test func moreCacheNeverCostsMore() throws {
    let byRate = try [0.01, 0.1, 0.3, 0.31, 0.6, 0.9, 1].map {
      try LoggedRun(Self.cached(.rate, ttl: .hour, rate: $0)).result.cost
    }
    #expect(zip(byRate, byRate.dropFirst()).allSatisfy { $0 >= $1 }, "\(byRate)")
    #expect(byRate.last == .zero)
    // All calls cost the same and answer at once: the n-th miss comes later with a longer ttl.
    let byTTL = try [1, 5, 30, 60, 61, 180, 1_000, 50_000].map { minutes in
      let ttl = SimDuration(microseconds: Int64(minutes) * 60_000_000)
      return try LoggedRun(Self.cached(.keyed, ttl: ttl, rate: nil)).result.cost
    }
    #expect(zip(byTTL, byTTL.dropFirst()).allSatisfy { $0 >= $1 }, "\(byTTL)")
    // At last each of the three users pays once for each of the four prompts.
    #expect(byTTL.last == MoneySum(picodollars: 12 * 250_000_000))
  }

  @Test func exactMeetsItsNumbersToTheUnit() throws {
    var builder = ScenarioBuilder()
    builder.period = AnalysisScenario.period(months: 3)
    builder.plans = [AnalysisScenario.plan(10)]
    builder.users.accountPlans = [
      UserPopulation.AccountPlan(name: "free", share: 0.6),
      UserPopulation.AccountPlan(name: "pro", share: 0.4),
    ]
    builder.users.activity = .classes([
      UserPopulation.ActivityClass(name: "light", share: 0.5, weight: 0.5),
      UserPopulation.ActivityClass(name: "heavy", share: 0.5, weight: 1.5),
    ])
    let variants = [0.25, 0.625, 0.125].enumerated().map { place, share in
      ScenarioBuilder.variant(input: Double(place + 1), output: 1, share: share)
    }
    builder.workloads = [
      ScenarioBuilder.workload("w", volume: 64, arrivals: .exact, mix: variants)
    ]
    builder.workloads[0].volumeByAccountPlan = ["pro": 2]
    let run = try LoggedRun(builder.build())
    // Six free users of mean weight 1, four pro ones at twice the volume, three months.
    #expect(run.records.count == (6 * 64 + 4 * 128) * 3)
    let byMonth = Dictionary(grouping: run.records) {
      ($0.call.time - AnalysisScenario.start.microseconds) / (30 * SimDuration.day.microseconds)
    }
    #expect(byMonth.values.map(\.count) == [896, 896, 896])
    // Every user's month holds each variant's share exactly, as 32, 64, 96 and 192 have eighths.
    for month in byMonth.values {
      for calls in Dictionary(grouping: month, by: \.call.user).values {
        let shares = (0..<3).map { kind in calls.count { Int($0.call.kind) == kind } * 8 }
        #expect(shares == [2 * calls.count, 5 * calls.count, calls.count])
      }
    }
  }

  /// Every place of the mix is visited once a month, whatever its number has in common with the step
  /// from one to the next, and neighbours in time lie far apart in it.
  @Test(arguments: [10, 12, 15, 21, 34, 100]) func exactVisitsTheWholeMix(volume: Int) throws {
    var builder = ScenarioBuilder()
    builder.plans = [AnalysisScenario.plan(1)]
    let variant = ScenarioBuilder.variant(input: 1, output: 1, share: 1 / Double(volume))
    builder.workloads = [
      ScenarioBuilder.workload(
        "w", volume: Double(volume), arrivals: .exact,
        mix: Array(repeating: variant, count: volume))
    ]
    let places = try LoggedRun(builder.build()).records.map { Int($0.call.kind) }
    #expect(places.sorted() == Array(0..<volume))
    for (a, b) in zip(places, places.dropFirst()) {
      #expect(min(abs(a - b), volume - abs(a - b)) > volume / 4)
    }
  }

  /// Whole numbers of fractional volumes: the total is rounded once, over all users.
  @Test(arguments: [1, 2, 7, 40]) func exactRoundsTheSumNotTheUsers(users: Int) throws {
    var builder = ScenarioBuilder()
    builder.plans = [AnalysisScenario.plan(users)]
    builder.workloads = [
      ScenarioBuilder.workload(
        "w", volume: 3.3, arrivals: .exact, mix: [ScenarioBuilder.variant(input: 1, output: 1)])
    ]
    let expected = (3.3 * Double(users)).rounded()
    #expect(try Double(LoggedRun(builder.build()).records.count) == expected)
  }

  @Test func placesForCallsInFlightAreUsedAgain() throws {
    var builder = ScenarioBuilder()
    builder.workloads[0].volume = 1_000
    let run = try LoggedRun(builder.build())
    #expect(run.records.count > 2_500)
    // On average 0.001 of them are in flight; ten at once is below 1e-30.
    #expect((1...9).contains(run.flightSlots))
  }
}
