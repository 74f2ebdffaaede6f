import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// "Quotas", "Breaker" and "Fallback" of docs/validation.md.
enum ValidationTargets {
  static var checks: [ValidationCheck] { quotas + breakers + fallbacks }

  /// Months in which calls come at a Poisson rate of so many a minute.
  private static func months(
    perMinute: Double, runs: Int = 100, seed: UInt64, _ change: (inout TargetBehaviour) -> Void
  ) throws -> [PlanResult] {
    let scenario = ValidationScenario.make(
      volume: perMinute * ValidationScenario.span / 60, seed: seed
    ) { change(&$0.behaviours[0]) }
    return try ValidationScenario.months(scenario, runs)
  }

  private static func failed(_ months: [PlanResult], expected: Double) -> ValidationOutcome {
    ValidationOutcome(
      ratioOf: months.map { (Double($0.failedCalls), Double($0.calls)) }, expected: expected)
  }

  private static func queued(_ months: [PlanResult], expected: Double) -> ValidationOutcome {
    ValidationOutcome(
      ratioOf: months.map { (Double($0.performance[0].queuedCalls), Double($0.calls)) },
      expected: expected)
  }

  // MARK: Quotas

  private static var quotas: [ValidationCheck] {
    [
      ValidationCheck(
        subject: "Quotas", formula: "bucket, loss = 1 − w/(1 + ρw)",
        setting: "1 a minute, burst 3, ρ = 0.9, 100 months"
      ) {
        let months = try months(perMinute: 0.9, seed: 101) {
          $0.quota.requestsPerMinute = 1
          $0.quota.burst = 3
          $0.quota.maxWait = .zero
        }
        return failed(months, expected: QuotaLoss.bucket(load: 0.9, burst: 3))
      },
      ValidationCheck(
        subject: "Quotas", formula: "bucket, P(wait > 0) = 1 − (1 − ρ)·w(b − 1)",
        setting: "1 a minute, burst 3, ρ = 0.7, queueing, 100 months"
      ) {
        let months = try months(perMinute: 0.7, seed: 102) {
          $0.quota.requestsPerMinute = 1
          $0.quota.burst = 3
        }
        let within = QuotaLoss.waitWithin(calls: 0, load: 0.7, burst: 3)
        return queued(months, expected: 1 - within)
      },
      ValidationCheck(
        subject: "Quotas", formula: "window, loss = 1 − [a·F(K−1) + K(1 − F(K))]/a",
        setting: "2 in 60 s, a = 1.6, 100 months"
      ) {
        let months = try months(perMinute: 1.6, seed: 103) {
          $0.quota.requestsPerMinute = 2
          $0.quota.window = .minute
          $0.quota.maxWait = .zero
        }
        return failed(months, expected: QuotaLoss.fixedWindow(mean: 1.6, limit: 2))
      },
      ValidationCheck(
        subject: "Quotas", formula: "concurrent jobs, Erlang B",
        setting: "2 places, load 1.5, answers of 60 s, 100 months"
      ) {
        let months = try months(perMinute: 1.5, seed: 104) {
          $0.latency = .fixed(60e6)
          $0.quota.concurrent = 2
          $0.quota.maxWait = .zero
        }
        return failed(months, expected: Erlang.blocked(load: 1.5, places: 2))
      },
      ValidationCheck(
        subject: "Quotas", formula: "concurrent jobs, Erlang C",
        setting: "1 place, load 0.6, answers of 60 s, queueing, 100 months"
      ) {
        let months = try months(perMinute: 0.6, seed: 105) {
          $0.latency = .fixed(60e6)
          $0.quota.concurrent = 1
        }
        return queued(months, expected: Erlang.waiting(load: 0.6, places: 1))
      },
    ]
  }

  // MARK: Breakers

  /// 3 failures in 5 minutes open it for 2; a call a minute, of which every second one fails.
  private static func breaker(probes: Int, seed: UInt64) throws -> [PlanResult] {
    try months(perMinute: 1, seed: seed) {
      $0.failureRate = 0.5
      $0.breaker = BreakerSettings(
        failures: 3, window: ValidationScenario.minutes(5), open: ValidationScenario.minutes(2),
        probes: probes)
    }
  }

  /// Minutes until it opens.
  private static var toOpen: Double { BreakerOpening.meanFailures(3, perWindow: 2.5) / 0.5 }

  private static var breakers: [ValidationCheck] {
    let setting = "3 failures in 5 min, 2 min open, 1 call a minute, half of them fail, 100 months"
    return [
      ValidationCheck(
        subject: "Breaker", formula: "openings a month = span/(T_open + (1 + Z)/ν)",
        setting: setting
      ) {
        var trips = SampleMean()
        for month in try breaker(probes: 0, seed: 111) {
          trips.add(Double(month.performance[0].breakerTrips))
        }
        return ValidationOutcome(trips, expected: 43_200 / (2 + toOpen))
      },
      ValidationCheck(
        subject: "Breaker", formula: "blocked = T_open/(T_open + (1 + Z)/ν)", setting: setting
      ) { blocked(try breaker(probes: 0, seed: 111), expected: 2 / (2 + toOpen)) },
      ValidationCheck(
        subject: "Breaker",
        formula: "with a probe, blocked = T_open/(T_open + 1/λ + (1 − q)(1 + Z)/ν)",
        setting: setting
      ) { blocked(try breaker(probes: 1, seed: 112), expected: 2 / (2 + 1 + 0.5 * toOpen)) },
    ]
  }

  private static func blocked(_ months: [PlanResult], expected: Double) -> ValidationOutcome {
    ValidationOutcome(
      ratioOf: months.map { month in
        (Double(month.calls - month.performance[0].attempts), Double(month.calls))
      }, expected: expected)
  }

  // MARK: Fallback

  private static var fallbacks: [ValidationCheck] {
    let setting = "q = 0.4, 0.3, 0.2; $1, $2, $3 a million; failures cost as much; 200 months"
    let prices = [1.0, 2, 3]
    let rates = [0.4, 0.3, 0.2]
    let links = zip(prices, rates).map { price, rate in
      FallbackChain.Link(failure: rate, success: price * 1e-3, failed: price * 1e-3)
    }
    let months = { @Sendable () throws -> [PlanResult] in
      let scenario = ValidationScenario.make(volume: 2_000, seed: 121) { builder in
        builder.models = prices.enumerated().map {
          ScenarioBuilder.model("m\($0)", input: $1, output: 0)
        }
        builder.behaviours = rates.map { rate in
          var behaviour = ScenarioBuilder.behaviour(latency: .fixed(0))
          behaviour.failureRate = rate
          return behaviour
        }
        builder.chains["standard"] = [ModelID(0), ModelID(1), ModelID(2)]
        builder.change = { $0.billFailures = .all }
      }
      return try ValidationScenario.months(scenario, 200)
    }
    return [
      ValidationCheck(
        subject: "Fallback", formula: "cost = Σ_i(∏_{j<i} q_j)[(1 − q_i)c_i + q_i·f_i]",
        setting: setting
      ) {
        ValidationOutcome(
          ratioOf: try months().map { ($0.cost.dollars, Double($0.calls)) },
          expected: FallbackChain.cost(links))
      },
      ValidationCheck(
        subject: "Fallback", formula: "availability = 1 − ∏ q_i", setting: setting
      ) {
        ValidationOutcome(
          ratioOf: try months().map { (Double($0.calls - $0.failedCalls), Double($0.calls)) },
          expected: FallbackChain.availability(links))
      },
    ]
  }
}
