import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Support

/// Stated chances and percentiles against simulated months of random scenarios.
enum ValidationChances {
  /// They have none with both ranges and drawn activities, whose laws take a second each.
  static let few = check(scenarios: 54..<62, months: 300, isQuick: true)
  static let many = check(scenarios: 0..<200, months: 2_000)

  /// All comparisons of a check together fail by chance once in a million times.
  private static let falseAlarm = 1e-6
  /// Chance of a month and of any month, 5th and 95th percentile.
  private static let figures = 4

  private static func check(
    scenarios: Range<Int>, months: Int, isQuick: Bool = false
  ) -> ValidationCheck {
    ValidationCheck(
      subject: "Chances", formula: "P(month over budget), P(any month), 5 % and 95 % of the bill",
      setting: "\(scenarios.count) random scenarios, \(InputLog.grouped(Int64(months))) simulated "
        + "periods each",
      isQuick: isQuick
    ) {
      let level = falseAlarm / Double(2 * figures * scenarios.count)
      var misses = 0
      var told = 0
      for number in scenarios {
        let found = try compare(number, months: months, level: level)
        told += found.told ? 1 : 0
        misses += found.misses.count
        for miss in found.misses { print("scenario \(number): \(miss)") }
      }
      if !isQuick { print("\(scenarios.count - told) of \(scenarios.count) tell no chance") }
      // Cells may be empty, but not most of them.
      if told < scenarios.count / 2 { misses += scenarios.count }
      return ValidationOutcome(misses: misses)
    }
  }

  private static func compare(
    _ number: Int, months: Int, level: Double
  ) throws -> (told: Bool, misses: [String]) {
    let folder = try ScenarioFolder([
      "catalog.yaml": ChanceScenario.catalog, "s.yaml": ChanceScenario(number: number).text,
    ])
    let threads = ProcessInfo.processInfo.activeProcessorCount
    func assess(_ overrides: [String], runs: Int?) throws -> (Assessment, Int) {
      let (tree, scenario) = try ScenarioReader.tree(
        path: folder.path("s.yaml"), overrides: overrides)
      let assessor = Assessor(tree, scenario: scenario, runs: runs, threads: threads)
      return (try assessor.assess([Assessor.Variant()])[0][0], scenario.period.months.count)
    }
    let (free, count) = try assess([], runs: nil)
    let place = [0.5, 0.9, 0.97, 0.99, 0.998][number % 5]
    guard let line = free.quantile(place) else { return (false, []) }
    let budget = "budget=$" + String(format: "%.9f", 1.02 * line / Double(count))
    let (stated, _) = try assess([budget], runs: nil)
    let (simulated, _) = try assess([budget], runs: months)
    var misses: [String] = []
    func hold(_ name: String, _ least: Int, _ most: Int, _ chance: Double?) {
      // Steps of a bill may lie on the line: the chance is no less than that of less (`least` are not too
      // many for it), and no more than that of no more (`most` are not too few).
      guard let chance else { return misses.append("\(name) is not told") }
      if Binomial.above(least, of: months, chance) < level
        || Binomial.below(most, of: months, chance) < level
      {
        misses.append("\(name): \(least) to \(most) of \(months), stated \(chance)")
      }
    }
    let any = simulated.runs.count { $0.anyOverrun == 1 }
    hold("any month over", any, any, stated.anyOverrun)
    // Months of a run share their users: the share of them is no more certain than that of one.
    let over = Int((simulated.runs.reduce(0) { $0 + ($1.overrun ?? 0) }).rounded())
    hold("a month over", over, over, stated.overrun)
    for p in [0.05, 0.95] {
      let value = stated.quantile(p) ?? .nan
      hold(
        "\(p)", simulated.runs.count { $0.cost < value * (1 - 1e-9) },
        simulated.runs.count { $0.cost <= value * (1 + 1e-9) }, p)
    }
    return (true, misses)
  }
}

/// Tails of the binomial distribution.
private enum Binomial {
  /// P(X ≤ k).
  static func below(_ k: Int, of n: Int, _ p: Double) -> Double {
    guard p > 0 else { return 1 }
    guard p < 1 else { return k >= n ? 1 : 0 }
    return (0...k).reduce(0) { $0 + exp(logMass($1, n, p)) }
  }

  /// P(X ≥ k).
  static func above(_ k: Int, of n: Int, _ p: Double) -> Double {
    below(n - k, of: n, 1 - p)
  }

  private static func logMass(_ k: Int, _ n: Int, _ p: Double) -> Double {
    let (k, n) = (Double(k), Double(n))
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)
  }
}
