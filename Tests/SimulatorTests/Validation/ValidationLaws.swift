import CostModel
import Foundation

@testable import Scenarios
@testable import Simulator

/// "Laws" of docs/validation.md, and the expected bill of the shipped scenarios.
enum ValidationLaws {
  static var checks: [ValidationCheck] {
    [
      law("prices × 2 → cost × 2", "cost of a plan with twice the prices, over 2", twice),
      law("TTL 0 → no hits", "hits", withoutLifetime),
      law("more cache never costs more", "TTLs of 1 min to a month that cost more", moreCache),
      law("any partition sums to the total", "picodollars off, over 4 partitions", partitions),
      law("the same seed, the same bytes", "4 plans that differ between 1 and 4 threads", threads),
      law("a user more changes nobody else", "users of 8 whose bill changed", oneMore),
    ]
      + ["huntaze-published", "two-tier"].map { name in
        ValidationCheck(
          subject: "Expected cost", formula: "`expected_cost_usd`",
          setting: "\(name), 50 users, 100 months"
        ) { try shipped(name) }
      }
  }

  private static func law(
    _ formula: String, _ setting: String,
    _ run: @escaping @Sendable () throws -> (Double, Double)
  ) -> ValidationCheck {
    ValidationCheck(subject: "Laws", formula: formula, setting: setting, isQuick: true) {
      let (found, expected) = try run()
      return ValidationOutcome(exactly: found, expected: expected)
    }
  }

  /// Two models, fallbacks, failures, a breaker, a cache and a bucket.
  private static func busy(
    users: Int = 8, price: Double = 1, ttl: SimDuration = .hour
  ) -> Scenario {
    ValidationScenario.make(volume: 200, users: users, seed: 131) { builder in
      builder.models = [
        ScenarioBuilder.model("m0", input: price, output: 3 * price),
        ScenarioBuilder.model("m1", input: 4 * price, output: 8 * price),
      ]
      builder.behaviours = [
        ScenarioBuilder.behaviour(latency: .fixed(0)), ScenarioBuilder.behaviour(),
      ]
      builder.behaviours[0].failureRate = 0.2
      builder.chains["standard"] = [ModelID(0), ModelID(1)]
      builder.workloads[0].stages[0].calls[0].mix[0].prompts = .pool(
        size: 5, exponent: 1, perUser: true)
      builder.change = {
        $0.cache.mode = .keyed
        $0.cache.defaultClass = CacheSettings.Class(ttl: ttl)
      }
    }
  }

  private static func run(_ scenario: Scenario) throws -> PlanResult {
    try Simulation(scenario).result(of: scenario.plans[0], run: 1)
  }

  private static func twice() throws -> (Double, Double) {
    let double = try run(busy(price: 2)).cost.picodollars
    let once = try run(busy()).cost.picodollars
    return (double == 2 * once ? Double(once) / 1e12 : .nan, Double(once) / 1e12)
  }

  private static func withoutLifetime() throws -> (Double, Double) {
    (Double(try run(busy(ttl: .zero)).cacheHits), 0)
  }

  /// Of calls of one price that answer at once.
  private static func moreCache() throws -> (Double, Double) {
    let costs = try [1.0, 10, 60, 600, 1_440, 43_200].map { minutes in
      var scenario = busy(ttl: ValidationScenario.minutes(minutes))
      scenario.behaviours[0].failureRate = 0
      return try run(scenario).cost
    }
    return (Double(zip(costs, costs.dropFirst()).count { $0 < $1 }), 0)
  }

  private static func partitions() throws -> (Double, Double) {
    let result = try run(busy())
    let zero = MoneySum.zero
    let useCases: MoneySum = result.costs.reduce(zero) { $0 + $1.cost }
    let days: MoneySum = result.days.reduce(zero) { $0 + $1.cost }
    let accounts: MoneySum = result.accounts.reduce(zero) { $0 + $1.cost }
    var calls = zero
    for record in try LoggedRun(busy()).records {
      for cost in [record.inputCost, record.outputCost, record.otherCost] { calls += cost }
    }
    var off = 0.0
    for part in [useCases, days, accounts, calls] {
      off += abs(Double(part.picodollars - result.cost.picodollars))
    }
    return (off, 0)
  }

  private static func threads() throws -> (Double, Double) {
    var scenario = busy()
    scenario.plans = [1, 2, 3, 4].map(AnalysisScenario.plan)
    let simulation = Simulation(scenario)
    let one = try simulation.results(runs: 1, threads: 1).map { "\($0)" }
    let four = try simulation.results(runs: 1, threads: 4).map { "\($0)" }
    return (Double(zip(one, four).count { $0 != $1 }), 0)
  }

  private static func oneMore() throws -> (Double, Double) {
    let bills = { (users: Int) in
      try run(busy(users: users)).accounts.prefix(8).map { "\($0.calls) \($0.cost)" }
    }
    let (eight, nine) = (try bills(8), try bills(9))
    return (Double(zip(eight, nine).count { $0 != $1 }), 0)
  }

  private static func shipped(_ name: String) throws -> ValidationOutcome {
    let path = RepositoryFiles.root.appendingPathComponent("scenarios/\(name).yaml").path
    var scenario = try ScenarioReader.read(path: path)
    scenario.plans = [AnalysisScenario.plan(50)]
    let expected = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    var costs = SampleMean()
    let months = try ValidationScenario.months(scenario, 100)
    for month in months { costs.add(month.cost.dollars) }
    return ValidationOutcome(
      costs.mean, error: expected.standardError / 10, expected: expected.cost,
      bills: months.map(\.calls).max() ?? 0)
  }
}
