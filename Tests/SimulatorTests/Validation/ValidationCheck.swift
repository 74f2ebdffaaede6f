import CostModel
import Foundation
import Testing

@testable import Scenarios
@testable import Simulator

/// One comparison of the engine with a formula of docs/validation.md.
struct ValidationCheck: Sendable, CustomTestStringConvertible {
  var subject: String
  var formula: String
  var setting: String
  /// Small enough for every `make test`.
  var isQuick = false
  var run: @Sendable () throws -> ValidationOutcome

  var testDescription: String { "\(subject): \(formula)" }
}

/// What a check found, and how far from the formula chance may take it.
struct ValidationOutcome: Sendable {
  enum Rule: Sendable {
    /// Standard errors. Beyond 6 with 99 degrees of freedom or more: 1 in 30 million. The sums of
    /// squares and cubes are skewed: computed from their distributions, 1 in 25 million for the
    /// variance of 40,000 users with drawn rates, 1 in 6 million for the skewness of 2,000.
    case standardErrors
    /// √n times the largest distance of two distribution functions (Kolmogorov and Smirnov).
    /// Beyond 2.75: 2·exp(−2·2.75²), 1 in 1.8 million.
    case distance
    /// No chance involved.
    case exact
    /// No chance involved but for less than this can tell: each bill is a whole number of picodollars, the
    /// formula's are not. In parts of what that may come to.
    case rounding
    /// Comparisons beyond their binomial bounds, of which there may be none: all of them together fail
    /// by chance less than once in a million.
    case misses

    /// How often it fails by chance alone, for people.
    var falseAlarms: String {
      switch self {
      case .standardErrors: "< 1 in 5 million"
      case .distance: "1 in 1.8 million"
      case .exact, .rounding: "never"
      case .misses: "< 1 in 1 million"
      }
    }
  }

  var rule = Rule.standardErrors
  var expected: Double
  var simulated: Double
  var statistic: Double

  var holds: Bool {
    switch rule {
    case .standardErrors: statistic.magnitude <= 6
    case .distance: statistic <= 2.75
    case .rounding: statistic.magnitude <= 1
    case .exact, .misses: simulated == expected
    }
  }

  /// Independent batches against the value that the formula gives.
  init(_ sample: SampleMean, expected: Double) {
    self.init(sample.mean, error: sample.error, expected: expected)
  }

  init(_ simulated: Double, error: Double, expected: Double) {
    self.expected = expected
    self.simulated = simulated
    statistic = (simulated - expected) / error
  }

  /// Amounts in dollars, each the sum of so many bills of whole picodollars.
  init(_ simulated: Double, error: Double, expected: Double, bills: Int64) {
    let rounding = Double(bills) * 0.5e-12
    self.init(simulated, error: error, expected: expected)
    if rounding > 6 * error {
      statistic = (simulated - expected) / rounding
      rule = .rounding
    }
  }

  /// The ratio of sums over independent batches; its error by linearization.
  init(ratioOf parts: [(part: Double, of: Double)], expected: Double) {
    let whole = parts.reduce(0) { $0 + $1.of }
    let ratio = parts.reduce(0) { $0 + $1.part } / whole
    var residuals = SampleMean()
    for (part, of) in parts {
      residuals.add((part - ratio * of) * Double(parts.count) / whole)
    }
    self.init(ratio, error: residuals.error, expected: expected)
  }

  /// Independent values against the distribution function that they should have.
  init(distanceOf values: [Double], from law: (Double) -> Double) {
    let n = Double(values.count)
    let distance =
      values.sorted().enumerated().map { place, value in
        let p = law(value)
        return max(abs(p - Double(place) / n), abs(p - Double(place + 1) / n))
      }.max() ?? 1
    self.init(distance, error: 1 / n.squareRoot(), expected: 0)
    rule = .distance
  }

  /// A count of independent tries that succeed with that chance.
  init(_ count: Int, of tries: Int, chance: Double) {
    let expected = Double(tries) * chance
    self.init(Double(count), error: (expected * (1 - chance)).squareRoot(), expected: expected)
  }

  init(misses: Int) {
    self.init(Double(misses), error: 1, expected: 0)
    rule = .misses
  }

  init(exactly simulated: Double, expected: Double) {
    self.init(simulated, error: 1, expected: expected)
    rule = .exact
  }
}

/// Scenarios of one model and one workload, for comparing with formulas.
enum ValidationScenario {
  /// The price of a call of 1,000 input tokens at $1 a million, in dollars.
  static let callPrice = 0.001
  /// Of the period of 30 days, in seconds.
  static let span = 2_592_000.0

  static func minutes(_ count: Double) -> SimDuration {
    SimDuration(microseconds: Int64(count * 60e6))
  }

  /// Each user calls `volume` times a month; a call has 1,000 tokens and answers at once.
  static func make(
    volume: Double, users: Int = 1, seed: UInt64,
    _ change: (inout ScenarioBuilder) -> Void = { _ in }
  ) -> Scenario {
    var builder = ScenarioBuilder()
    builder.seed = seed
    builder.plans = [AnalysisScenario.plan(users)]
    builder.behaviours = [ScenarioBuilder.behaviour(latency: .fixed(0))]
    builder.workloads = [
      ScenarioBuilder.workload(
        "w", volume: volume, mix: [ScenarioBuilder.variant(input: 1_000, output: 0)])
    ]
    change(&builder)
    return builder.build()
  }

  /// Independent months of the first plan.
  static func months(_ scenario: Scenario, _ runs: Int) throws -> [PlanResult] {
    try Simulation(scenario)
      .results(runs: runs, threads: ProcessInfo.processInfo.activeProcessorCount)[0]
  }

  /// Calls of each user, and the dollars that they cost, in one month.
  static func users(_ scenario: Scenario) throws -> [(calls: Double, cost: Double)] {
    try months(scenario, 1)[0].accounts.map { (Double($0.calls), $0.cost.dollars) }
  }

  /// Calls of each user in one month, and those that were billed: where a hit is all that spares one.
  static func misses(_ scenario: Scenario) throws -> [(calls: Double, misses: Double)] {
    try users(scenario).map { ($0.calls, ($0.cost / callPrice).rounded()) }
  }

  /// Every user's prompts are all the same.
  static func keepOneKeyAUser(_ builder: inout ScenarioBuilder, ttl: SimDuration) {
    builder.workloads[0].stages[0].calls[0].mix[0].prompts = .pool(
      size: 1, exponent: 1, perUser: true)
    builder.change = {
      $0.cache.mode = .keyed
      $0.cache.defaultClass = CacheSettings.Class(ttl: ttl)
    }
  }
}
