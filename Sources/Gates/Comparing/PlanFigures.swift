import Analysis
import CostModel
import Scenarios

/// The simulated and the expected bill of one plan.
package struct PlanFigures: Sendable {
  package var users: Int
  /// Run 1 of the scenario's seed; nil: not simulated.
  package var simulated: MoneySum?
  /// The same run, had the budget only told; nil: it cannot act, or nothing was simulated.
  package var unenforced: MoneySum?
  /// The closed form; nil where a report has none.
  package var expected: MoneySum?
  /// The standard error of the simulated bill, in dollars.
  package var standardError = 0.0
  /// Whether the closed form approximates no part.
  package var isExact = true

  /// The bill that is shown and compared: the simulated one where there is one.
  package var bill: MoneySum { simulated ?? expected ?? .zero }

  /// What acting on the budget adds to the simulated bill, usually less than nothing.
  package var effectOfActions: MoneySum {
    guard let simulated, let unenforced else { return .zero }
    return simulated - unenforced
  }
}

extension PlanFigures {
  package init(
    _ scenario: Scenario, _ plan: PlanSpec, simulated: MoneySum?, unenforced: MoneySum? = nil
  ) {
    let expectation = Expectation(scenario: scenario, plan: plan)
    self.init(
      users: plan.users, simulated: simulated, unenforced: unenforced,
      expected: MoneySum(dollars: expectation.cost),
      standardError: expectation.standardError, isExact: expectation.approximations.isEmpty)
  }
}

extension MoneySum {
  /// The nearest picodollar of an expectation.
  package init(dollars: Double) {
    self.init(picodollars: Int128((dollars * 1e12).rounded(.toNearestOrEven)))
  }
}

/// One scenario before or after a change, with what its plans cost.
package struct ScenarioFigures: Sendable {
  package var scenario: Scenario
  /// The figures of each plan, in the scenario's order.
  package var plans: [(spec: PlanSpec, figures: PlanFigures)]

  package init(scenario: Scenario, plans: [(spec: PlanSpec, figures: PlanFigures)]) {
    self.scenario = scenario
    self.plans = plans
  }
}

/// A plan before and after.
package struct PlanComparison: Sendable {
  package enum Status: String, Sendable { case same, changed, added, removed }

  package var scenario: String
  package var plan: String
  package var base: PlanFigures?
  package var head: PlanFigures?
  /// Why; they add up to the change of the bill. Empty where nothing changed or nothing compares.
  package var causes: [CauseAmount] = []

  /// The change of the bill; nil where one side is missing.
  package var change: MoneySum? {
    guard let base, let head else { return nil }
    return Self.isSimulated(base, head)
      ? (head.simulated ?? .zero) - (base.simulated ?? .zero)
      : (head.expected ?? .zero) - (base.expected ?? .zero)
  }

  /// Bills are compared like with like: simulated only if both are.
  package static func isSimulated(_ base: PlanFigures, _ head: PlanFigures) -> Bool {
    base.simulated != nil && head.simulated != nil
  }

  /// The two bills that `change` compares.
  package var bills: (base: MoneySum?, head: MoneySum?) {
    guard let base, let head, !Self.isSimulated(base, head) else {
      return (base?.bill, head?.bill)
    }
    return (base.expected, head.expected)
  }

  /// `ignored`: changes below it are none.
  package func status(ignoring ignored: MoneySum) -> Status {
    guard base != nil else { return .added }
    guard let change else { return .removed }
    return change.magnitude < ignored || change == .zero ? .same : .changed
  }
}

extension MoneySum {
  package var magnitude: MoneySum {
    MoneySum(picodollars: picodollars < 0 ? -picodollars : picodollars)
  }
}
