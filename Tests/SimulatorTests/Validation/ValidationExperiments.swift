import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// "Experiments" of docs/validation.md.
enum ValidationExperiments {
  static var checks: [ValidationCheck] {
    [20_000, 400_000].map { users in
      check(
        "users of a variant ~ Binomial(n, w)",
        "w = 0.4, each user given a variant, n = \(InputLog.grouped(Int64(users)))",
        isQuick: users < 100_000
      ) { try usersOfVariant(of: users) }
    } + [
      check(
        "calls of a variant ~ Binomial(n, w)", "w = 0.4, each call given a variant, n = 400,000"
      ) { try callsOfVariant() },
      check(
        "E(p̂₂ − p̂₁) = p₂ − p₁, Var = Σ p(1 − p)/n",
        "20 and 21 % convert of 400,000 calls, given variants 0.6 : 0.4"
      ) { try difference() },
      check(
        "Newcombe's 95 % interval holds p₂ − p₁ with chance Σ P(x₁, x₂) over the counts whose does",
        "20,000 tests of 100 calls, given variants 0.6 : 0.4, of which 20 and 35 % convert"
      ) { try coverage() },
      check(
        "Var S = Λ·Σ w·c² + Λ²·Σ w(c − c̄)²",
        "each user given a variant, $0.001 (w = 0.6) or $0.002 a call, Λ = 30, 100,000 users"
      ) { try varianceByUser() },
    ]
  }

  private static func check(
    _ formula: String, _ setting: String, isQuick: Bool = false,
    _ run: @escaping @Sendable () throws -> ValidationOutcome
  ) -> ValidationCheck {
    ValidationCheck(
      subject: "Experiments", formula: formula, setting: setting, isQuick: isQuick, run: run)
  }

  private static let share = 0.4
  private static let tokens = 1_000.0

  /// Users make so many calls each, which convert at these rates by variant; the variant's prompt
  /// is longer by so many tokens.
  private static func scenario(
    _ unit: Experiment.Unit, calls: Double, users: Int = 1, seed: UInt64,
    rates: (control: Double, variant: Double) = (0.2, 0.2), added: Int64 = 0,
    arrivals: ArrivalProcess = .exact
  ) -> Scenario {
    ValidationScenario.make(volume: calls, users: users, seed: seed) { builder in
      builder.workloads[0].arrivals = arrivals
      builder.workloads[0].stages[0].calls[0].mix[0].conversion = rates.control
      builder.change = {
        var variant = Experiment.Arm(name: "variant", share: share)
        variant.conversion = rates.variant
        variant.addedPrompt = added
        var experiment = Experiment(
          name: "test", workloads: ["w"],
          arms: [Experiment.Arm(name: "control", share: 1 - share), variant])
        experiment.unit = unit
        $0.experiments = [experiment]
      }
    }
  }

  private static func arms(_ scenario: Scenario, runs: Int = 1) throws -> [[ArmResult]] {
    try ValidationScenario.months(scenario, runs).map { $0.experiments[0].arms }
  }

  // MARK: Shares

  /// Everybody calls once, so that all are counted.
  private static func usersOfVariant(of users: Int) throws -> ValidationOutcome {
    let arms = try arms(scenario(.user, calls: 1, users: users, seed: 141))[0]
    return ValidationOutcome(Int(arms[1].users), of: users, chance: share)
  }

  private static func callsOfVariant() throws -> ValidationOutcome {
    let arms = try arms(scenario(.call, calls: 400_000, seed: 142))[0]
    return ValidationOutcome(
      Int(arms[1].calls), of: Int(arms[0].calls + arms[1].calls), chance: share)
  }

  // MARK: Differences

  private static func difference() throws -> ValidationOutcome {
    let rates = (control: 0.2, variant: 0.21)
    let arms = try arms(scenario(.call, calls: 400_000, seed: 143, rates: rates))[0]
    let found = arms.map { Double($0.conversions) / Double($0.messages) }
    let variance = zip(arms, [rates.control, rates.variant]).reduce(0.0) { sum, arm in
      sum + arm.1 * (1 - arm.1) / Double(arm.0.messages)
    }
    return ValidationOutcome(
      found[1] - found[0], error: variance.squareRoot(), expected: rates.variant - rates.control)
  }

  private static func coverage() throws -> ValidationOutcome {
    let (calls, tests) = (100, 20_000)
    let rates = (control: 0.2, variant: 0.35)
    let truth = rates.variant - rates.control
    let scenario = scenario(.call, calls: Double(calls), seed: 144, rates: rates)
    let held = try arms(scenario, runs: tests).count { arms in
      guard let control = ProportionEstimate(arms[0].conversionByMessage),
        let variant = ProportionEstimate(arms[1].conversionByMessage)
      else { return false }
      return holds(truth, variant, control)
    }
    var chance = 0.0
    for (size, weight) in binomial(calls, share) {
      let ofControl = binomial(calls - size, rates.control).map { count, weight in
        (ProportionEstimate(Double(count), of: Double(calls - size)), weight)
      }
      for (count, own) in binomial(size, rates.variant) {
        let variant = ProportionEstimate(Double(count), of: Double(size))
        for (control, other) in ofControl where holds(truth, variant, control) {
          chance += weight * own * other
        }
      }
    }
    return ValidationOutcome(held, of: tests, chance: chance)
  }

  private static func holds(
    _ truth: Double, _ variant: ProportionEstimate, _ control: ProportionEstimate
  ) -> Bool {
    let interval = variant.difference(from: control, confidence: 0.95)
    return interval.low <= truth && truth <= interval.high
  }

  /// Counts of successes and their chances, but for those rarer than 1e-9.
  private static func binomial(_ tries: Int, _ chance: Double) -> [(count: Int, chance: Double)] {
    let n = Double(tries)
    return (0...tries).map { count in
      let k = Double(count)
      let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      return (count, exp(ways + k * log(chance) + (n - k) * log(1 - chance)))
    }.filter { $0.chance > 1e-9 }
  }

  // MARK: Bills

  /// The error is that of a mean of squares, by the fourth moment of two Poisson counts.
  private static func varianceByUser() throws -> ValidationOutcome {
    let calls = 30.0
    let laws = [(1 - share, 1.0), (share, 2.0)].map { weight, factor in
      (weight: weight, price: factor * ValidationScenario.callPrice)
    }
    let mean = calls * laws.reduce(0) { $0 + $1.weight * $1.price }
    var (second, fourth) = (0.0, 0.0)
    for law in laws {
      let cumulants = (2...4).map { calls * pow(law.price, Double($0)) }
      let away = calls * law.price - mean
      second += law.weight * (cumulants[0] + away * away)
      fourth +=
        law.weight
        * (cumulants[2] + 3 * cumulants[0] * cumulants[0] + 4 * cumulants[1] * away
          + 6 * cumulants[0] * away * away + pow(away, 4))
    }
    let users = try ValidationScenario.users(
      scenario(
        .user, calls: calls, users: 100_000, seed: 145, added: Int64(tokens), arrivals: .poisson))
    let n = Double(users.count)
    let squares = users.reduce(0) { $0 + ($1.cost - mean) * ($1.cost - mean) }
    return ValidationOutcome(
      squares / n, error: ((fourth - second * second) / n).squareRoot(), expected: second)
  }
}
