import Analysis
import CostModel
import Scenarios

/// What the expected bill of a plan would be, were something that the scenario assumes another way.
package struct AssumedBills: Sendable {
  package struct Bill: Sendable {
    /// Place among the scenario's assumptions.
    package var assumption: Int
    package var title: String
    /// Dollars at the scenario's prices; nil: it cannot be, for `reason`.
    package var own: Double?
    /// The bill in dollars at the prices of the catalog that the scenario is compared with.
    package var other: Double?
    package var reason: String?
  }

  package var plan: PlanSpec
  /// The bill in dollars as the scenario stands.
  package var own: Double
  package var other: Double?
  package var bills: [Bill]

  /// nil where no assumption is varied.
  package init?(_ scenario: Scenario, of plan: PlanSpec, tree: () throws -> ScenarioTree) rethrows {
    guard scenario.assumptions.contains(where: { !$0.variants.isEmpty }) else { return nil }
    let tree = try tree()
    self.plan = plan
    (own, other) = Self.bills(scenario, plan)
    bills = scenario.assumptions.enumerated().flatMap { place, assumption in
      assumption.variants.map { variant in
        var bill = Bill(assumption: place, title: variant.title)
        switch tree.variant(variant.with, source: "assumption") {
        case .success(let changed):
          let costs = Self.bills(changed, plan)
          (bill.own, bill.other) = (costs.own, costs.other)
        case .failure(let error): bill.reason = error.reason
        }
        return bill
      }
    }
  }

  /// What the scenario says instead of an assumption and cannot be, each with the reason.
  package static func impossible(
    _ scenario: Scenario, _ tree: () throws -> ScenarioTree
  ) rethrows -> [(title: String, reason: String)] {
    let variants = scenario.assumptions.flatMap(\.variants)
    guard !variants.isEmpty else { return [] }
    let tree = try tree()
    return variants.compactMap { variant in
      guard case .failure(let error) = tree.variant(variant.with, source: "assumption") else {
        return nil
      }
      return (variant.title, error.reason)
    }
  }

  private static func bills(
    _ scenario: Scenario, _ plan: PlanSpec
  ) -> (own: Double, other: Double?) {
    let own = ExpectedCost(scenario: scenario.withoutActions, plan: plan).total
    guard let compared = scenario.compared else { return (own, nil) }
    var changed = scenario.withoutActions
    changed.catalog = compared.catalog
    return (own, ExpectedCost(scenario: changed, plan: plan).total)
  }

  /// The least and the most that a bill may be, each with the words of what makes it so; nil where
  /// that stays within what is worth a word.
  package func ends(
    _ bill: KeyPath<Bill, Double?>, of base: Double
  ) -> (least: (Double, String?), most: (Double, String?))? {
    let all = bills.compactMap { item in item[keyPath: bill].map { ($0, item.title as String?) } }
    let known: [(Double, String?)] = [(base, nil)] + all
    guard let least = known.min(by: { $0.0 < $1.0 }), let most = known.max(by: { $0.0 < $1.0 }),
      max(most.0 - base, base - least.0) > AttentionLimits.shipped.assumed * base
    else { return nil }
    return (least, most)
  }
}
