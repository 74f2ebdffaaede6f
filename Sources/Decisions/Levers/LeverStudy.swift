import Analysis
import Audit
import CostModel
import Scenarios
import Simulator

/// The effect of one lever on a plan.
package struct LeverResult: Sendable {
  package enum Verdict: Sendable {
    /// Could be used; the month with it.
    case available(Outcome)
    /// Is used already; the month without it.
    case inUse(without: Outcome)
    /// Changes neither the bill nor how calls fare.
    case idle
    case inapplicable(String)
  }

  package var lever: Lever
  package var verdict: Verdict
}

/// A lever on top of those before it.
package struct LeverStep: Sendable {
  package var lever: Lever
  /// The outcome with this lever and all before it.
  package var outcome: Outcome
  /// The amount that it saves beyond those before it.
  package var saving: MoneySum
}

/// A lever that saves something alone, and is not taken together with those before it.
package struct LeverClash: Sendable {
  package enum Reason: Sendable {
    /// There is no scenario with all of them, and why.
    case unreadable(String)
    /// It adds nothing to them.
    case idle
    /// On top of them it makes the bill so much higher.
    case dearer(MoneySum)
  }

  package var lever: Lever
  package var reason: Reason
}

/// Every lever of a scenario, alone and together, each a simulated month of one plan with the same
/// luck.
package struct LeverStudy: Sendable {
  package let scenario: Scenario
  package let plan: PlanSpec
  package let base: Outcome
  /// The levers by what they save, most first; then by name.
  package let results: [LeverResult]
  /// Those that save something and are no alternatives, one after the other.
  package let steps: [LeverStep]
  /// Those that are left out of the steps.
  package let clashes: [LeverClash]
  /// Capacity whose models calls go to.
  package let breakEvens: [BreakEven]
  /// All of this at the prices of the catalog that the scenario is compared with; nil: there is none.
  package let otherPrices: LeverPrices?
  /// The bill as it stands over the ranges of inputs; nil where none has one.
  package let overRanges: Assessment?

  /// - Parameter isInDetail: whether the other catalog's prices are asked about too.
  package init(
    _ tree: ScenarioTree, _ scenario: Scenario, levers: [Lever], capacities: [Capacity] = [],
    isInDetail: Bool = true, threads: Int
  ) throws {
    try scenario.needClosedForms()
    breakEvens = capacities.map { BreakEven($0, scenario: scenario, plan: scenario.plans[0]) }
      .filter(\.applies)
    self.scenario = scenario
    overRanges = try Assessor.overRanges(tree, scenario, threads: threads)
    plan = scenario.plans[0]
    let lab = LeverLab(tree, scenario, threads: threads)
    let month = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let base = Outcome(month, budget: scenario.budget)
    self.base = base
    let expanded = levers.flatMap { $0.expanded(over: month) }
    let results = try lab.results(of: expanded, base: base).filter { result in
      // A use case that only falls back on the model has nothing to swap.
      if case .idle = result.verdict { return result.lever.substitutes.isEmpty }
      return true
    }.sorted {
      let (a, b) = ($0.saving(from: base), $1.saving(from: base))
      return (b ?? .lowest, $0.lever.name) < (a ?? .lowest, $1.lever.name)
    }
    self.results = results
    let saving = results.filter { result in
      result.isOffered && result.saving(from: base).map { $0 > .zero } ?? false
    }
    (steps, clashes) = try lab.steps(saving.map(\.lever), in: expanded, base: base)
    otherPrices =
      isInDetail
      ? try LeverPrices(
        tree, scenario, results: results, steps: steps.map(\.lever), in: expanded, threads: threads)
      : nil
  }

  /// The bill with all of them: a simulation, not a sum.
  package var together: Outcome { steps.last?.outcome ?? base }
}

extension MoneySum {
  fileprivate static let lowest = MoneySum(picodollars: .min)
}

extension LeverResult {
  /// What it saves (or saves already); negative where it costs more.
  package func saving(from base: Outcome) -> MoneySum? { outcome.map { saving($0, from: base) } }

  /// The same, its month being another one: as dear as other prices make it.
  package func saving(_ month: Outcome, from base: Outcome) -> MoneySum {
    if case .inUse = verdict { return month.amount - base.amount }
    return base.amount - month.amount
  }

  /// The month with it, or where it is in use without it.
  package var outcome: Outcome? {
    switch verdict {
    case .available(let outcome), .inUse(let outcome): outcome
    case .idle, .inapplicable: nil
    }
  }

  /// Whether it can be used, is no alternative and not in use already.
  package var isOffered: Bool {
    if case .available = verdict { return !lever.isAlternative }
    return false
  }
}

extension Outcome {
  /// Simulated outcomes have an exact bill.
  package var amount: MoneySum { bill ?? .zero }

  /// Whether it differs in anything that levers are about.
  package func differs(from other: Outcome) -> Bool {
    bill != other.bill || latencyP50 != other.latencyP50 || latencyP95 != other.latencyP95
      || errorRate != other.errorRate
  }
}

extension Lever {
  /// One lever for each use case that calls a model which has a substitute; else itself.
  package func expanded(over month: PlanResult) -> [Lever] {
    guard !substitutes.isEmpty else { return [self] }
    var levers: [Lever] = []
    for (model, by) in substitutes {
      let cells = month.costs.filter { cell in
        cell.calls > 0 && cell.model.split(separator: "@").first.map(String.init) == model
      }
      for useCase in Set(cells.compactMap(\.useCase)).sorted() {
        let text = VariantText(values: ["use_case": useCase, "model": model, "by": by])
        var lever = self
        lever.name = "\(name): \(useCase), \(model) to \(by)"
        lever.title = text.title(title)
        lever.with = with.map(text.override)
        lever.without = without.map(text.override)
        lever.quality = quality.map(text.title)
        levers.append(lever)
      }
    }
    return levers
  }
}
