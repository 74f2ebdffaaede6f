import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// The closed forms against the engine, which share neither prices nor random numbers.
@Suite struct ExpectationAgainstEngineTests {
  /// One feature of a scenario at a time, on top of a plain one.
  enum Feature: String, CaseIterable, Sendable {
    case poisson, gamma, exact, lognormalActivity, classes, rateCache, keyedCache, globalCache
    case flushedRate, flushedKeyed
    case failures, timeouts, tiers, timeOfDay, reasoning, audio, flow, prefix, longPrefix,
      userPrefix, months
    case experimentByUser, experimentByCall, experimentCached, experimentPrefix
  }

  /// 24 runs, each with an own seed. Their mean lies within 5.5 standard errors (false alarms: 1
  /// in 26 million) of the expected cost. Their variance over the expected one lies within what a
  /// chi-squared of 23 degrees leaves in one of 10 million (0.15 to 3.4; 4 for the longer tails),
  /// and is smaller where the closed form only bounds it. (400 runs each: |z| < 1.5, and 0.88 to
  /// 1.02 where it is no bound.)
  @Test(arguments: Feature.allCases)
  func agrees(feature: Feature) throws {
    let scenario = Self.scenario(feature)
    let plan = AnalysisScenario.plan(8)
    let expected = PlanExpectation(scenario: scenario, plan: plan)
    #expect(
      expected.approximations.isEmpty || [.flow, .flushedKeyed].contains(feature),
      "\(expected.approximations)")
    let simulation = Simulation(scenario)
    let costs = try (1...24).map { run in
      try simulation.result(of: plan, run: run).cost.dollars
    }
    let mean = costs.reduce(0, +) / 24
    let variance = costs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 23
    let z = (mean - expected.cost) / (expected.variance / 24).squareRoot()
    #expect(z.magnitude < 5.5, "\(feature): \(mean) against \(expected.cost)")
    let ratio = variance / expected.variance
    #expect(ratio < 4, "\(feature): \(ratio)")
    let onlyBounded: Set<Feature> = [
      .exact, .keyedCache, .globalCache, .flushedKeyed, .prefix, .longPrefix, .userPrefix,
      .experimentCached, .experimentPrefix,
    ]
    if !onlyBounded.contains(feature) { #expect(ratio > 0.15, "\(feature): \(ratio)") }
  }

  private static func scenario(_ feature: Feature) -> Scenario {
    let small = AnalysisScenario.model("small", input: 0.4, output: 1.6)
    let large = AnalysisScenario.model("large", input: 3, output: 12)
    var first = AnalysisScenario.variant(
      0.7, input: .lognormal(mean: 600, cv: 1, cap: 4_000), output: .uniform(low: 10, high: 300))
    first.maxTokens = 250
    let second = AnalysisScenario.variant(
      0.3,
      input: .histogram([
        .init(low: 10, high: 90, weight: 2), .init(low: 900, high: 900, weight: 1),
      ]),
      output: .lognormal(mean: 200, cv: 0.8, cap: nil))
    var scenario = AnalysisScenario.make(
      models: [small, large],
      workloads: [AnalysisScenario.workload(volume: 60, mix: [first, second])],
      choice: .weighted([
        Policy.WeightedModel(ModelID(0), weight: 3), Policy.WeightedModel(ModelID(1), weight: 1),
      ]))
    traffic(feature, &scenario)
    caches(feature, &scenario)
    targets(feature, &scenario)
    shapes(feature, &scenario)
    experiments(feature, &scenario)
    return scenario
  }

  /// Of a plain workload and a flow whose calls fail, or of keyed prompts and prefixes of users.
  private static func experiments(_ feature: Feature, _ scenario: inout Scenario) {
    let features: [Feature] = [
      .experimentByUser, .experimentByCall, .experimentCached, .experimentPrefix,
    ]
    guard features.contains(feature) else { return }
    var experiment = ExperimentScenario.experiment(
      feature == .experimentByCall ? .call : .user, workloads: ["w", "flow"])
    experiment.arms[1].outputFactor = 3
    scenario.experiments = [experiment]
    if feature == .experimentCached { return caches(.keyedCache, &scenario) }
    if feature == .experimentPrefix { return caches(.userPrefix, &scenario) }
    var flow = scenario.workloads[0]
    flow.name = "flow"
    flow.volume = 15
    flow.arrivals = .gamma(cv: 1.5)
    flow.stages.append(Stage(continuation: 0.7, calls: flow.stages[0].calls))
    scenario.workloads.append(flow)
    scenario.behaviours[0].failureRate = 0.2
    scenario.workloads[0].arrivals = .exact
    scenario.users.activity = .lognormal(cv: 0.6)
  }

  private static func traffic(_ feature: Feature, _ scenario: inout Scenario) {
    switch feature {
    case .gamma: scenario.workloads[0].arrivals = .gamma(cv: 1.5)
    case .exact: scenario.workloads[0].arrivals = .exact
    case .months: scenario.period = AnalysisScenario.period(months: 3)
    case .lognormalActivity:
      scenario.users.activity = .lognormal(cv: 0.7)
      scenario.workloads.append(
        AnalysisScenario.workload(
          "other", volume: 30, mix: scenario.workloads[0].stages[0].calls[0].mix))
    case .classes:
      scenario.users = UserPopulation(
        activity: .classes([
          .init(name: "light", share: 0.75, weight: 0.4),
          .init(name: "heavy", share: 0.25, weight: 2.8),
        ]), accountPlans: [.init(name: "a", share: 0.5), .init(name: "b", share: 0.5)])
      scenario.workloads[0].volumeByAccountPlan["b"] = 0.5
    case .flow:
      let mix = scenario.workloads[0].stages[0].calls[0].mix
      scenario.workloads[0].stages[0].calls.append(StageCall(probability: 0.5, mix: mix))
      scenario.workloads[0].stages.append(
        Stage(
          delay: .minute, continuation: 0.7, chance: 0.6, calls: [StageCall(mix: mix)]))
      // A failed call ends its flow.
      scenario.behaviours[0].failureRate = 0.2
    default: break
    }
  }

  private static func caches(_ feature: Feature, _ scenario: inout Scenario) {
    let minutes = { (n: Int64) in SimDuration(microseconds: n * 60_000_000) }
    switch feature {
    case .rateCache:
      scenario.cache.mode = .rate
      scenario.cache.defaultClass = CacheSettings.Class(ttl: minutes(10), hitRate: 0.6)
    case .flushedRate:
      scenario.cache.mode = .rate
      scenario.cache.defaultClass = CacheSettings.Class(ttl: minutes(14_400), hitRate: 0.6)
      // The second one comes while the first one's hits are still coming back.
      scenario.cache.flushes = [3, 5, 20].map {
        AnalysisScenario.start + SimDuration(microseconds: $0 * SimDuration.day.microseconds)
      }
    case .keyedCache, .globalCache, .flushedKeyed:
      scenario.cache.mode = .keyed
      if feature == .flushedKeyed {
        scenario.cache.flushes = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map {
          AnalysisScenario.start + SimDuration(microseconds: $0 * SimDuration.day.microseconds)
        }
      }
      scenario.cache.scope = feature == .globalCache ? .global : .user
      scenario.cache.defaultClass = CacheSettings.Class(ttl: minutes(720))
      for i in 0..<2 {
        scenario.workloads[0].stages[0].calls[0].mix[i].prompts = .pool(
          size: 5, exponent: 1, perUser: feature != .globalCache)
      }
    case .prefix, .longPrefix, .userPrefix:
      for i in 0..<2 {
        scenario.workloads[0].stages[0].calls[0].mix[i].prefixTokens = 800
        scenario.workloads[0].stages[0].calls[0].mix[i].prefixSharedByUsers =
          feature != .userPrefix
        scenario.workloads[0].stages[0].calls[0].mix[i].prefixIsLong = feature == .longPrefix
      }
      for i in 0..<2 {
        scenario.catalog[ModelID(UInt16(i))].prices[0].rates[.cacheReadTokens] =
          AnalysisScenario.rate(perMillion: 0.1)
        scenario.behaviours[i].promptCache = PromptCacheSettings(
          ttl: minutes(feature == .prefix ? 60 : 600), refresh: feature != .userPrefix)
        guard feature == .longPrefix else { continue }
        scenario.behaviours[i].promptCache?.match = .breakpoint
        scenario.behaviours[i].promptCache?.ttl = minutes(1)
        scenario.behaviours[i].promptCache?.longTTL = minutes(60)
        scenario.catalog[ModelID(UInt16(i))].prices[0].rates[.cacheWriteLongTokens] =
          AnalysisScenario.rate(perMillion: 7)
      }
    default: break
    }
  }

  private static func targets(_ feature: Feature, _ scenario: inout Scenario) {
    switch feature {
    case .failures:
      scenario.chains["standard"] = [ModelID(1), ModelID(0)]
      scenario.behaviours[0].failureRate = 0.3
      scenario.behaviours[1].failureRate = 0.1
      scenario.retry = RetrySettings(max: 1, base: .second, cap: .minute)
      scenario.billFailures = .input
    case .timeouts:
      scenario.chains["standard"] = [ModelID(1)]
      scenario.behaviours[0].latency = .lognormal(mean: 2e6, cv: 1, cap: nil)
      scenario.behaviours[0].timeout = SimDuration(microseconds: 3_000_000)
      scenario.billFailures = .all
    default: break
    }
  }

  private static func shapes(_ feature: Feature, _ scenario: inout Scenario) {
    var sheet = scenario.catalog[ModelID(0)].prices[0]
    var variant = scenario.workloads[0].stages[0].calls[0].mix[0]
    switch feature {
    case .tiers:
      var rates = Rates()
      rates[.inputTokens] = AnalysisScenario.rate(perMillion: 5)
      sheet.contextTiers = [ContextTier(threshold: 700, rates: rates)]
    case .timeOfDay:
      var change = PriceChange()
      change.factor = Factor(5)
      sheet.timesOfDay = [
        TimeOfDayPrice(
          weekdays: [0, 1, 4], from: SimDuration(microseconds: 20 * 3_600_000_000),
          to: SimDuration(microseconds: 3 * 3_600_000_000), change: change)
      ]
    case .reasoning:
      variant.reasoning = .lognormal(mean: 400, cv: 1, cap: nil)
      variant.output = .fixed(120)
      variant.maxTokens = 500
      sheet.rates[.reasoningTokens] = AnalysisScenario.rate(perMillion: 9)
    case .audio:
      variant.audio = .uniform(low: 0, high: 90)
      sheet.rates[.audioSeconds] = Rate(picodollars: 180_000_000_000, per: 3_600_000_000)
      sheet.minimumAudio = SimDuration(microseconds: 30_000_000)
      scenario.catalog[ModelID(1)].prices[0].rates[.audioSeconds] = sheet.rates[.audioSeconds]
    default: break
    }
    scenario.catalog[ModelID(0)].prices[0] = sheet
    scenario.workloads[0].stages[0].calls[0].mix[0] = variant
  }
}
