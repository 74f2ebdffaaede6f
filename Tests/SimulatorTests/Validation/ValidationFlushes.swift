import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios

/// "TTL cache" of docs/validation.md: how often an empty cache misses, and what a flush costs.
enum ValidationFlushes {
  static var checks: [ValidationCheck] {
    [
      ValidationCheck(
        subject: "Empty cache", formula: "P(M ≥ n) = F_Γ(n,λ)(t − (n − 1)T)",
        setting: "5 misses or more of a key a user, λt = 15, t = 6 T, zero latency, 100,000 users",
        run: misses),
      ValidationCheck(
        subject: "Cache flushes", formula: "keyed mode, misses = (1 − h)·calls + n·h²/2",
        setting: "a key a user, λT = 3, zero latency, empty every hour (n = 720), 200 users; "
          + "of all calls", run: keyed),
      ValidationCheck(
        subject: "Cache flushes", formula: "rate mode, hits = h·(1 − n·(1 − h)T/(2·span))",
        setting: "h = 0.5, T = 1 day, flushed every day (n = 30), 100 months; of all calls",
        run: rate),
      ValidationCheck(
        subject: "Cache flushes", formula: "rate mode, hits within t of a flush ~ (t/((1 − h)T))²",
        setting: "the same, the 12 hours after each flush; 400,000 calls; √n·D", run: ramp),
    ]
  }

  private static let day = SimDuration.day.microseconds

  private static func misses() throws -> ValidationOutcome {
    let (calls, ttls, least) = (15.0, 6.0, 5)
    let scenario = ValidationScenario.make(volume: calls, users: 100_000, seed: 96) {
      ValidationScenario.keepOneKeyAUser(
        &$0, ttl: ValidationScenario.minutes(ValidationScenario.span / 60 / ttls))
    }
    // Gamma of whole n: fewer than n events of a Poisson process.
    let events = calls * (1 - Double(least - 1) / ttls)
    var (term, fewer) = (exp(-events), 0.0)
    for number in 0..<least {
      fewer += term
      term *= events / Double(number + 1)
    }
    let users = try ValidationScenario.misses(scenario)
    return ValidationOutcome(
      users.count { $0.misses >= Double(least) }, of: users.count, chance: 1 - fewer)
  }

  private static func keyed() throws -> ValidationOutcome {
    let (rate, ttl) = (0.01, 300.0)
    let calls = rate * ValidationScenario.span
    let hours = Int(ValidationScenario.span / 3_600)
    let scenario = ValidationScenario.make(volume: calls, users: 200, seed: 97) { builder in
      ValidationScenario.keepOneKeyAUser(&builder, ttl: ValidationScenario.minutes(ttl / 60))
      let keep = builder.change
      builder.change = { scenario in
        keep(&scenario)
        scenario.cache.flushes = (1..<hours).map {
          ScenarioBuilder.at(Int64($0) * SimDuration.hour.microseconds)
        }
      }
    }
    // An hour is nine times the mean gap between misses, after which a start is forgotten. The
    // first hour begins empty, too.
    let h = CacheHitRatio.fixed(rate: rate, ttl: ttl)
    return ValidationOutcome(
      ratioOf: try ValidationScenario.misses(scenario).map { ($0.misses, $0.calls) },
      expected: 1 - h + Double(hours) * h * h / 2 / calls)
  }

  private static let share = 0.5

  /// At six in the morning of every day; by six in the evening the rate is whole again.
  private static func flushedDaily(volume: Double, seed: UInt64) -> Scenario {
    ValidationScenario.make(volume: volume, seed: seed) { builder in
      builder.change = { scenario in
        scenario.cache.mode = .rate
        scenario.cache.defaultClass = CacheSettings.Class(ttl: .day, hitRate: share)
        scenario.cache.flushes = (0..<30).map { ScenarioBuilder.at(Int64($0) * day + day / 4) }
      }
    }
  }

  private static func rate() throws -> ValidationOutcome {
    let months = try ValidationScenario.months(flushedDaily(volume: 20_000, seed: 98), 100)
    let lost = CacheHitRatio.coldStartLoss(
      hitRatio: share, ttl: SimDuration.day.seconds, span: ValidationScenario.span)
    return ValidationOutcome(
      ratioOf: months.map { (Double($0.cacheHits), Double($0.calls)) },
      expected: share * (1 - 30 * lost))
  }

  private static func ramp() throws -> ValidationOutcome {
    let scenario = flushedDaily(volume: 400_000, seed: 99)
    let whole = (1 - share) * Double(day)
    let passed = try LoggedRun(scenario).records.filter { $0.cache == .hit }.compactMap { record in
      let flush = scenario.cache.flushes.last { $0.microseconds <= record.call.time }
      return flush.map { Double(record.call.time - $0.microseconds) / whole }
    }
    return ValidationOutcome(distanceOf: passed.filter { $0 < 1 }) { $0 * $0 }
  }
}
