import CostModel
import Foundation

@testable import Analysis
@testable import Gates
@testable import Scenarios
@testable import Support

/// "Cost of a month", "Budget" and "Intervals" of docs/validation.md.
enum ValidationCosts {
  static var checks: [ValidationCheck] {
    moments + [
      ValidationCheck(
        subject: "Cost of a month", formula: "Var S = Λ·E C² + Λ²·cv²·(E C)²",
        setting: "lognormal activity of cv 0.5, Λ = 30, 40,000 users", run: randomRate),
      ValidationCheck(
        subject: "Cost of a month", formula: "Var S = E N·Var C + Var N·(E C)²",
        setting: "gamma arrivals of cv 1.5, Λ = 30, 40,000 users", run: gammaArrivals),
      ValidationCheck(
        subject: "Budget", formula: "E τ = (B + E C²/(2 E C))/(λ·E C)",
        setting: "B = 20·E C, 100 calls a month, 4,000 months; in days", isQuick: false,
        run: crossing),
      ValidationCheck(
        subject: "Budget", formula: "P(S > B) by the law of the bill",
        setting: "B one standard deviation above the mean, where skewness cancels; 4,000 months",
        run: overBudget),
    ]
      + [2_000, 20_000].map { months in
        ValidationCheck(
          subject: "Intervals", formula: "E S ± 1.96·√Var S holds 95 % of the months",
          setting: "\(InputLog.grouped(Int64(months))) months of 8 users, 2 models, rate cache; "
            + "`expected_cost_usd`"
        ) { try coverage(months: months) }
      }
  }

  /// Lognormal tokens, capped so far out that every moment is tame.
  private static let tokens = (mean: 2_000.0, cv: 0.8, cap: 16_000.0)

  /// E C^k in dollars at $1 a million.
  private static func moment(_ k: Int) -> Double {
    Lognormal(mean: tokens.mean, cv: tokens.cv).cappedMoment(k, cap: tokens.cap)
      * pow(1e-6, Double(k))
  }

  private static func scenario(
    volume: Double, users: Int = 1, seed: UInt64,
    _ change: (inout ScenarioBuilder) -> Void = { _ in }
  ) -> Scenario {
    ValidationScenario.make(volume: volume, users: users, seed: seed) { builder in
      builder.workloads[0].stages[0].calls[0].mix[0].input = .lognormal(
        mean: tokens.mean, cv: tokens.cv, cap: tokens.cap)
      change(&builder)
    }
  }

  // MARK: Moments

  private static let volume = 30.0

  private static var moments: [ValidationCheck] {
    let formulas = ["E S = Λ·E C", "Var S = Λ·E C²", "skew = E C³/(√Λ·(E C²)^1.5)"]
    return [(2_000, true), (100_000, false)].flatMap { users, isQuick in
      formulas.indices.map { place in
        ValidationCheck(
          subject: "Cost of a month", formula: formulas[place],
          setting: "Λ = 30, tokens of cv 0.8 capped, "
            + "\(InputLog.grouped(Int64(users))) users' months",
          isQuick: isQuick
        ) { try poisson(users: users, seed: 81 + UInt64(users))[place] }
      }
    }
  }

  /// Mean, variance and skewness of independent users' costs; the errors of the sample's central
  /// moments follow from the cumulants Λ·E C^k.
  private static func poisson(users: Int, seed: UInt64) throws -> [ValidationOutcome] {
    let k = (0...6).map { volume * moment($0) }
    let mu4 = k[4] + 3 * k[2] * k[2]
    let mu6 = k[6] + 15 * k[4] * k[2] + 10 * k[3] * k[3] + 15 * k[2] * k[2] * k[2]
    let costs = try ValidationScenario.users(scenario(volume: volume, users: users, seed: seed))
      .map(\.cost)
    let n = Double(costs.count)
    let mean = costs.reduce(0, +) / n
    let central = { (power: Double) in costs.reduce(0) { $0 + pow($1 - mean, power) } / n }
    let third = mu6 - k[3] * k[3] - 6 * k[2] * mu4 + 9 * k[2] * k[2] * k[2]
    // Spread by the cube of the true standard deviation: its own error would correlate.
    let cube = pow(k[2], 1.5)
    return [
      ValidationOutcome(mean, error: (k[2] / n).squareRoot(), expected: k[1]),
      ValidationOutcome(
        central(2), error: ((mu4 - k[2] * k[2]) / n).squareRoot(), expected: k[2]),
      ValidationOutcome(
        central(3) / cube, error: (third / n).squareRoot() / cube, expected: k[3] / cube),
    ]
  }

  private static func squares(_ scenario: Scenario, expected: Double) throws -> ValidationOutcome {
    var sample = SampleMean()
    for user in try ValidationScenario.users(scenario) {
      let distance = user.cost - volume * moment(1)
      sample.add(distance * distance)
    }
    return ValidationOutcome(sample, expected: expected)
  }

  private static func randomRate() throws -> ValidationOutcome {
    let expected = volume * moment(2) + volume * volume * 0.25 * moment(1) * moment(1)
    return try squares(
      scenario(volume: volume, users: 40_000, seed: 84) {
        $0.users.activity = .lognormal(cv: 0.5)
      }, expected: expected)
  }

  private static func gammaArrivals() throws -> ValidationOutcome {
    let cv = 1.5
    // In equilibrium (Cox, Renewal Theory, 1962, 4.5).
    let countVariance = cv * cv * volume + (1 - pow(cv, 4)) / 6
    let square = moment(1) * moment(1)
    return try squares(
      scenario(volume: volume, users: 40_000, seed: 85) {
        $0.workloads[0].arrivals = .gamma(cv: cv)
      }, expected: volume * (moment(2) - square) + countVariance * square)
  }

  // MARK: Budget and intervals

  private static func withBudget(_ dollars: Double, volume: Double, seed: UInt64) -> Scenario {
    var scenario = scenario(volume: volume, seed: seed)
    scenario.budget = Budget(
      amount: MoneySum(picodollars: Int128((dollars * 1e12).rounded())), thresholds: [])
    return scenario
  }

  private static func crossing() throws -> ValidationOutcome {
    let volume = 100.0
    let budget = 20 * moment(1)
    let scenario = withBudget(budget, volume: volume, seed: 86)
    let start = scenario.period.start.microseconds
    var days = SampleMean()
    for month in try ValidationScenario.months(scenario, 4_000) {
      // A month that does not get that far, one of 10^20, would show as a crossing at its end.
      let at = month.budgetMonths[0].crossedAt ?? scenario.period.end
      days.add(Double(at.microseconds - start) / 86_400e6)
    }
    return ValidationOutcome(
      days,
      expected: BudgetCrossing.meanTime(
        budget: budget, rate: volume / 30, mean: moment(1), secondMoment: moment(2)))
  }

  private static func overBudget() throws -> ValidationOutcome {
    let volume = 400.0
    let (mean, variance) = (volume * moment(1), volume * moment(2))
    let budget = mean + variance.squareRoot()
    let scenario = withBudget(budget, volume: volume, seed: 87)
    let months = try ValidationScenario.months(scenario, 4_000)
    var over = SampleMean()
    for month in months { over.add(month.cost.dollars > budget ? 1 : 0) }
    let law = BillLaw(ExpectedCost(scenario: scenario, plan: scenario.plans[0]), budget: budget)
    return ValidationOutcome(over, expected: law.monthOver ?? .nan)
  }

  /// The bill is not quite normal: by Edgeworth's series, with its skewness of 0.2, the interval
  /// holds it in 95.05 %, which is a third of a standard error over 20,000 months.
  private static func coverage(months: Int) throws -> ValidationOutcome {
    var scenario = scenario(volume: 60, users: 8, seed: 88) { builder in
      builder.models.append(ScenarioBuilder.model("m1", input: 4, output: 8))
      builder.behaviours.append(ScenarioBuilder.behaviour())
    }
    scenario.policy.rules[0].choice = .weighted([
      Policy.WeightedModel(ModelID(0), weight: 3), Policy.WeightedModel(ModelID(1), weight: 1),
    ])
    scenario.cache.mode = .rate
    scenario.cache.defaultClass = CacheSettings.Class(ttl: .hour, hitRate: 0.4)
    let expected = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    let held = try ValidationScenario.months(scenario, months).count {
      ($0.cost.dollars - expected.cost).magnitude <= 1.959964 * expected.standardError
    }
    return ValidationOutcome(held, of: months, chance: 0.95)
  }
}
