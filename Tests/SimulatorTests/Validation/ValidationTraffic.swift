import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// "Arrivals", "TTL cache" and "Token sizes" of docs/validation.md.
enum ValidationTraffic {
  static var checks: [ValidationCheck] {
    [
      ValidationCheck(
        subject: "Arrivals", formula: "Λ(t_i) − Λ(t_{i−1}) ~ Exp(1)",
        setting: "Poisson, office hours, 400,000 calls; √n·D"
      ) { try gaps(.poisson, law: { 1 - exp(-$0) }) },
      ValidationCheck(
        subject: "Arrivals", formula: "gaps ~ gamma of shape 1/cv²: 1 − e^{−2x}(1 + 2x)",
        setting: "gamma of cv √½, office hours, 400,000 calls; √n·D"
      ) { try gaps(.gamma(cv: 0.5.squareRoot()), law: { 1 - exp(-2 * $0) * (1 + 2 * $0) }) },
      ValidationCheck(
        subject: "Token sizes", formula: "E min(X,M)", setting: "m = 400, c = 2, M = 1,000",
        isQuick: true
      ) { try tokens(power: 1) },
      ValidationCheck(
        subject: "Token sizes", formula: "E min(X,M)²", setting: "m = 400, c = 2, M = 1,000",
        isQuick: true
      ) { try tokens(power: 2) },
    ] + caches
  }

  /// In operational time, in which a call comes every 1 on average.
  private static func gaps(
    _ process: ArrivalProcess, law: (Double) -> Double
  ) throws -> ValidationOutcome {
    let volume = 400_000.0
    let office = TrafficProfile(
      hours: (0..<24).map { (8..<19).contains($0) ? 3 : 0.25 },
      weekdays: [1, 1.25, 1.25, 1, 0.75, 0.25, 0.125])
    let scenario = ValidationScenario.make(volume: volume, seed: 91) {
      $0.workloads[0].arrivals = process
      $0.workloads[0].profile = office
    }
    let timeline = Timeline(period: scenario.period, profile: office)
    var last: Double?
    var gaps: [Double] = []
    for record in try LoggedRun(scenario).records {
      let now = timeline.operational(at: SimTime(microseconds: record.call.time)) * volume
      if let last { gaps.append(now - last) }
      last = now
    }
    return ValidationOutcome(distanceOf: gaps, from: law)
  }

  private static func tokens(power: Int) throws -> ValidationOutcome {
    let scenario = ValidationScenario.make(volume: 10_000, seed: 92) {
      $0.workloads[0].stages[0].calls[0].mix[0].input = .lognormal(mean: 400, cv: 2, cap: 1_000)
    }
    var sample = SampleMean()
    for record in try LoggedRun(scenario).records {
      sample.add(pow(Double(record.billed.inputTokens), Double(power)))
    }
    return ValidationOutcome(
      sample, expected: Lognormal(mean: 400, cv: 2).cappedMoment(power, cap: 1_000))
  }

  // MARK: Caches

  /// Every user is a batch with one key of his own, asked for every 100 seconds.
  private static let rate = 0.01

  private static var caches: [ValidationCheck] {
    [
      ValidationCheck(
        subject: "TTL cache", formula: "h = λT/(1 + λT)",
        setting: "a key a user, λT = 3, zero latency, 200 users", run: { try keyed(latency: 0) }),
      ValidationCheck(
        subject: "TTL cache", formula: "h = λ(T + A)/(1 + λ(L + T + A))",
        setting: "a key a user, λT = 3, λL = 0.6, 200 users", run: { try keyed(latency: 60) }),
      ValidationCheck(
        subject: "TTL cache", formula: "Σ p_i·h(λp_i)",
        setting: "20 keys of 4 users (k^−1), λT = 12, λL = 2.4, 100 months", run: global),
      ValidationCheck(
        subject: "Prompt cache", formula: "h = 1 − e^{−λT}",
        setting: "a prefix a user, refreshed, λT = 1, 200 users", run: { try prefix(refresh: true) }
      ),
      ValidationCheck(
        subject: "Prompt cache", formula: "h = λT/(1 + λT)",
        setting: "a prefix a user, not refreshed, λT = 1, 200 users",
        run: { try prefix(refresh: false) }),
    ]
  }

  /// The caches are empty at first, which costs (1−h)T/(2·span) of the hits.
  private static func fromEmpty(_ h: Double, ttl: Double) -> Double {
    h * (1 - CacheHitRatio.coldStartLoss(hitRatio: h, ttl: ttl, span: ValidationScenario.span))
  }

  private static func hits(_ scenario: Scenario, expected: Double) throws -> ValidationOutcome {
    let users = try ValidationScenario.misses(scenario).map { calls, misses in
      (part: calls - misses, of: calls)
    }
    return ValidationOutcome(ratioOf: users, expected: expected)
  }

  private static func keyed(latency: Double) throws -> ValidationOutcome {
    let ttl = 300.0
    let scenario = ValidationScenario.make(
      volume: rate * ValidationScenario.span, users: 200, seed: 93
    ) { builder in
      builder.behaviours[0].latency = .fixed(latency * 1e6)
      ValidationScenario.keepOneKeyAUser(&builder, ttl: ValidationScenario.minutes(5))
    }
    let h = CacheHitRatio.withLatency(rate: rate, ttl: ttl, latency: latency)
    return try hits(scenario, expected: fromEmpty(h, ttl: ttl))
  }

  private static func global() throws -> ValidationOutcome {
    let (ttl, latency, users) = (300.0, 60.0, 4.0)
    let scenario = ValidationScenario.make(
      volume: rate * ValidationScenario.span, users: Int(users), seed: 94
    ) { builder in
      builder.behaviours[0].latency = .fixed(latency * 1e6)
      builder.workloads[0].stages[0].calls[0].mix[0].prompts = .pool(
        size: 20, exponent: 1, perUser: false)
      builder.change = {
        $0.cache.mode = .keyed
        $0.cache.scope = .global
        $0.cache.defaultClass = CacheSettings.Class(ttl: ValidationScenario.minutes(5))
      }
    }
    let weights = (1...20).map { 1 / Double($0) }
    let sum = weights.reduce(0, +)
    let expected = weights.reduce(0.0) { total, weight in
      let share = weight / sum
      let h = CacheHitRatio.withLatency(rate: rate * users * share, ttl: ttl, latency: latency)
      return total + share * fromEmpty(h, ttl: ttl)
    }
    let months = try ValidationScenario.months(scenario, 100)
    return ValidationOutcome(
      ratioOf: months.map { (Double($0.cacheHits), Double($0.calls)) }, expected: expected)
  }

  private static func prefix(refresh: Bool) throws -> ValidationOutcome {
    let ttl = 100.0
    let scenario = ValidationScenario.make(
      volume: rate * ValidationScenario.span, users: 200, seed: 95
    ) { builder in
      // A cached prefix is free, so that the cost counts the misses.
      builder.models[0].prices[0].rates[.cacheReadTokens] = Rate(picodollars: 0, per: 1)
      builder.behaviours[0].promptCache = PromptCacheSettings(
        ttl: SimDuration(microseconds: Int64(ttl * 1e6)), refresh: refresh)
      builder.workloads[0].stages[0].calls[0].mix[0].input = .fixed(0)
      builder.workloads[0].stages[0].calls[0].mix[0].prefixTokens = 1_000
      builder.workloads[0].stages[0].calls[0].mix[0].prefixSharedByUsers = false
    }
    let h =
      refresh
      ? CacheHitRatio.refreshing(rate: rate, ttl: ttl) : CacheHitRatio.fixed(rate: rate, ttl: ttl)
    return try hits(scenario, expected: fromEmpty(h, ttl: ttl))
  }
}
