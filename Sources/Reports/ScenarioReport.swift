import Analysis
import Catalogs
import CostModel
import Decisions
import Scenarios
import Simulator

/// Everything that a report of one scenario says, before it is written in any form.
package struct ScenarioReport: Sendable {
  package var scenario: Scenario
  package var plans: [PlanReport]
  /// Set where the traffic was a log: a plan is then one policy or case.
  package var replay: ReplayFindings?
  /// What another catalog's prices would make of the bills, where the scenario names one.
  package var comparison: CatalogComparison?
  /// What the largest plan's bill would be, were an assumption another way; nil where none is varied.
  package var assumed: AssumedBills?
  /// What saves most of the largest plan's expected bill; nil: `levers` is to be asked.
  package var savings: BestSavings?

  package init(
    scenario: Scenario, plans: [PlanReport], replay: ReplayFindings? = nil,
    comparison: CatalogComparison? = nil, assumed: AssumedBills? = nil
  ) {
    self.scenario = scenario
    self.plans = plans
    self.replay = replay
    self.comparison = comparison
    self.assumed = assumed
  }

  /// What a plan is called in tables.
  package var unit: String { replay?.unit ?? "plan" }
}

extension ScenarioReport {
  /// Whether a line of the budget does anything beyond telling, in one of a replay's cases at least.
  package var actsOnBudget: Bool {
    scenario.budget?.acts == true || plans.contains { $0.unenforced != nil }
  }

  /// What people call the scenario.
  package var title: String { scenario.title.isEmpty ? scenario.name : scenario.title }
}

/// What a replayed log said itself, beside what it costs.
package struct ReplayFindings: Sendable {
  /// As the user named the file.
  package var path: String
  package var facts: TraceFacts
  package var logged: LoggedTotals
  /// Of the first policy.
  package var outliers: [Outlier]
  /// Of the first policy, by target of `targets`.
  package var costCheck: CostCheck
  /// By case: answered requests that cost $0, since the log tells nothing of them that their model bills.
  package var untold: [[LoggedUse.Untold]]
  /// By case: answered requests that are billed as ordinary ones, though the log says otherwise.
  package var unlisted: [[LoggedUse.Unlisted]]
  /// Models' names that are none of the catalog's own.
  package var readAs: [NameReading]
  /// Names of the targets.
  package var targets: [String]
  /// What is compared: `policy`, or `case` where more than the policy differs.
  package var unit: String
  /// What the scenario says of its own calls alone; nil: nothing that would matter.
  package var unapplied: String?
  /// Minutes since the epoch in which moments of the budget are known to the minute alone, as parts were
  /// merged.
  package var vagueMinutes: [Int64] = []
  package var isToTheMinute: Bool { !vagueMinutes.isEmpty }
  package var units: String { unit == "policy" ? "policies" : unit + "s" }
}

extension ScenarioReport {
  /// What became of the log at `path` under each policy, of which there is at least one, and what
  /// would have become of it had the budgets only told; `unenforced` is empty if they all do.
  package init(
    replayed outcomes: [Replay.Outcome], unenforced: [Replay.Outcome] = [], of path: String,
    name: String, unit: String = "policy"
  ) {
    scenario = outcomes[0].scenario
    let inputs = outcomes.flatMap(\.scenario.inputs)
    scenario.inputs = inputs.indices.filter { !inputs[..<$0].contains(inputs[$0]) }.map {
      inputs[$0]
    }
    scenario.name = name
    scenario.title = "The log \(path.split(separator: "/").last ?? "-"), replayed"
    scenario.plans = outcomes.map(\.result.plan)
    scenario.published = []
    plans = outcomes.map { PlanReport(result: $0.result, expectation: .none) }
    for (place, without) in unenforced.enumerated()
    where outcomes[place].scenario.budget?.acts == true {
      plans[place].unenforced = without.result
    }
    replay = ReplayFindings(
      path: path, facts: outcomes[0].facts, logged: outcomes[0].logged,
      outliers: outcomes[0].outliers, costCheck: outcomes[0].costCheck,
      untold: outcomes.map(\.untold), unlisted: outcomes.map(\.unlisted),
      readAs: outcomes[0].readAs, targets: outcomes[0].targets,
      unit: unit)
    replay?.vagueMinutes = Set(outcomes.flatMap(\.vagueMinutes)).sorted()
  }
}

/// One plan's results: what happened in run 1, how runs differ, what closed forms expect.
package struct PlanReport: Sendable {
  /// Run 1.
  package var result: PlanResult
  package var runs = RunsSummary()
  package var expectation: Expectation
  /// Set where inputs carry a range and several months were simulated.
  package var spread: CostSpread?
  /// The closed form over the ranges of inputs; nil without any, or where the budget acts.
  package var overRanges: Assessment?
  package var rangedInputs = 0
  /// Of run 1, in the scenario's order.
  package var experiments: [ExperimentFinding] = []
  /// Run 1, had the budget only told; nil where it cannot act.
  package var unenforced: PlanResult?
  /// Run 1, had the classifier always been right; nil without one.
  package var wellRouted: PlanResult?
  /// Run 1's bill, had every call been answered where it is routed (`Scenario.untroubled`); nil: not
  /// enough calls were troubled to ask.
  package var untroubled: MoneySum?

  package init(
    result: PlanResult, runs: RunsSummary = RunsSummary(), expectation: Expectation,
    spread: CostSpread? = nil, overRanges: Assessment? = nil, rangedInputs: Int = 0,
    experiments: [ExperimentFinding] = [], unenforced: PlanResult? = nil,
    wellRouted: PlanResult? = nil, untroubled: MoneySum? = nil
  ) {
    self.result = result
    self.runs = runs
    self.expectation = expectation
    self.spread = spread
    self.overRanges = overRanges
    self.rangedInputs = rangedInputs
    self.experiments = experiments
    self.unenforced = unenforced
    self.wellRouted = wellRouted
    self.untroubled = untroubled
  }

  package var plan: PlanSpec { result.plan }
}

extension PlanReport {
  /// Chance that a month of the plan goes over the budget: the share of the runs' months that did, or
  /// with one run the closed form's; nil without a budget, or where one run must do and the closed
  /// form does not tell.
  package var overBudgetProbability: Double? {
    runs.overBudgetProbability ?? expectation.overBudgetProbability
  }

  /// Chance that any month of the period does, likewise.
  package var anyMonthOverBudgetProbability: Double? {
    runs.anyMonthOverBudgetProbability ?? expectation.anyMonthOverBudgetProbability
  }

  /// Whether a month of the plan goes over the budget; nil without a budget.
  package func isOverBudget(_ budget: Budget?) -> Bool? {
    guard let budget else { return nil }
    return result.budgetMonths.contains { $0.cost > budget.amount }
  }

  /// When the whole budget was first used up.
  package var budgetCrossedAt: SimTime? { result.budgetMonths.lazy.compactMap(\.crossedAt).first }
}

extension ScenarioReport {
  /// The budget of the whole period: its amount for every month; nil without a budget.
  package var periodBudget: MoneySum? {
    scenario.budget.map {
      MoneySum(picodollars: $0.amount.picodollars * Int128(scenario.period.months.count))
    }
  }

  /// The plan with most users, the first of those.
  package var largestPlan: PlanReport? {
    plans.reduce(nil) { largest, plan in
      largest.map { plan.plan.users > $0.plan.users } ?? true ? plan : largest
    }
  }

  /// The model rows of a plan in the order of its targets, then others by name.
  package static func modelOrder(_ result: PlanResult) -> [String] {
    var names = result.performance.map(\.model)
    let known = Set(names)
    let others = Set(result.costs.map(\.model) + result.days.map(\.model)).subtracting(known)
    names += others.sorted()
    return names
  }
}
