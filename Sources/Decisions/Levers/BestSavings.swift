import Analysis
import Scenarios
import Simulator
import Support

/// What levers save of a plan's expected bill, by closed forms: quick, where `LeverStudy` simulates.
package struct BestSavings: Sendable {
  package struct Saving: Sendable {
    package var lever: Lever
    /// Dollars of the period.
    package var saving: Double
    /// The parts that the closed form with the lever leaves out.
    package var leftOut: [Expectation.Approximation]
  }

  /// The three that save most, alone, most first; only levers that are not in use, and that no other
  /// has taken the place of.
  package let savings: [Saving]

  private static let most = 3

  /// nil: closed forms do not tell, or the scenario is so large that they would take long
  /// (`AttentionLimits.savingsWork`).
  /// - Parameters:
  ///   - month: of the plan, simulated: which models are called for what.
  ///   - expected: dollars of the period without any lever.
  package init?(
    _ tree: ScenarioTree, _ scenario: Scenario, month: PlanResult, expected: Double,
    levers: [Lever], threads: Int
  ) throws {
    guard expected.isFinite, expected > 0, scenario.budget?.acts != true else { return nil }
    let offered = levers.flatMap { $0.expanded(over: month) }.filter { lever in
      !lever.isAlternative && !lever.with.isEmpty
        && lever.needs.allSatisfy { $0.lacking(in: scenario) == nil }
        && lever.users.map { $0 == month.plan.users } ?? true
    }
    let size =
      scenario.catalog.models.count + scenario.policy.rules.count + scenario.variants.count
    guard Double(size * offered.count) <= AttentionLimits.shipped.savingsWork else { return nil }
    var alone = tree
    alone.root = tree.root.without("compare_catalog")
    let found = try Parallel.map(offered, threads: threads) { [alone] lever in
      Self.saving(lever, alone, scenario, month.plan, expected)
    }
    savings = Array(
      found.compactMap(\.self).sorted {
        ($1.saving, $0.lever.name) < ($0.saving, $1.lever.name)
      }.prefix(Self.most))
  }

  /// nil: it saves nothing, is in use, or does not fit.
  private static func saving(
    _ lever: Lever, _ tree: ScenarioTree, _ scenario: Scenario, _ plan: PlanSpec,
    _ expected: Double
  ) -> Saving? {
    func cost(_ overrides: [String]) -> ExpectedCost? {
      let variant = try? tree.variant(overrides, source: "lever \(lever.name)").get()
      return variant.map { ExpectedCost(scenario: $0, plan: plan) }
    }
    guard let with = cost(lever.with), case let saving = expected - with.total,
      saving >= AttentionLimits.shipped.saving * expected, !with.scenario.assumesHits(of: scenario)
    else { return nil }
    let without = lever.without.isEmpty ? nil : cost(lever.without)
    let isUsed = without.map { ($0.total - expected).magnitude > 1e-9 * expected } ?? false
    guard !isUsed else { return nil }
    return Saving(lever: lever, saving: saving, leftOut: Expectation.leftOut(of: with))
  }
}

extension Scenario {
  /// Whether it has a response cache with stated hits where `base` has none, and no prompt comes back.
  fileprivate func assumesHits(of base: Scenario) -> Bool {
    cache.mode == .rate && base.cache.mode == .off && !base.repeatsPrompts
  }
}
