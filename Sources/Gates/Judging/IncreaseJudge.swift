import CostModel
import Scenarios
import Simulator
import Support

/// Holds the growth of a plan's bill to `--max-increase` and `--max-increase-usd`.
package struct IncreaseJudge {
  package let limits: GateLimits
  package let comparison: ScenarioComparison
  package let threads: Int

  package init(limits: GateLimits, comparison: ScenarioComparison, threads: Int) {
    self.limits = limits
    self.comparison = comparison
    self.threads = threads
  }

  /// A plan that is here or in the baseline alone is a gap.
  package func checks(_ plan: PlanComparison) throws -> [GateCheck] {
    guard plan.base != nil else { return [gap(plan, .new, "has no baseline")] }
    guard plan.head != nil, let change = plan.change, let bill = plan.bills.base else {
      return [gap(plan, .gone, "is in the baseline and not here")]
    }
    var all: [(words: String, limit: MoneySum)] = []
    if let share = limits.maxIncrease {
      all.append((GateWords.share(share), MoneySum(dollars: share * bill.dollars)))
    }
    if let most = limits.maxIncreaseUSD { all.append((HumanFormat.usd(most), most)) }
    var months: [MoneySum]?
    return try all.map { words, limit in
      let isIgnored = plan.status(ignoring: limits.ignoreBelow) == .same
      let isOver = try !isIgnored && breaks(plan, limit, &months)
      let isBeyond = !isIgnored && change > limit
      return GateCheck(
        scenario: plan.scenario, plan: plan.plan, name: "increase of at most \(words)",
        isIncrease: true, outcome: isOver ? .failed : .passed,
        message: GateText.change(plan)
          + (isOver
            ? ", more than \(words)" : isBeyond ? ", which chance alone could explain" : ""))
    }
  }

  private func gap(_ plan: PlanComparison, _ gap: GateCheck.Gap, _ words: String) -> GateCheck {
    GateCheck(
      scenario: plan.scenario, plan: plan.plan, name: "compared with the baseline",
      outcome: limits.outcome(gap), gap: gap,
      message: "\(plan.scenario) at \(plan.plan) \(words)")
  }

  /// - Parameter months: the growth of every month, once it has been needed.
  private func breaks(
    _ plan: PlanComparison, _ limit: MoneySum, _ months: inout [MoneySum]?
  ) throws -> Bool {
    guard let base = plan.base, let head = plan.head, let change = plan.change else { return false }
    let isSimulated = PlanComparison.isSimulated(base, head)
    guard isSimulated, !base.isExact || !head.isExact else {
      var expected: Double?
      if let before = base.expected, let after = head.expected {
        expected = (after - before).dollars
      }
      let variance =
        base.standardError * base.standardError + head.standardError * head.standardError
      return BillJudge.breaks(
        expected: expected, simulated: isSimulated ? change.dollars : nil,
        standardError: variance.squareRoot()
      ) { $0.breaks(.atMost, limit.dollars) }
    }
    guard change > limit else { return false }
    let growth = try months ?? growth(plan, change)
    months = growth
    return MonthSpread(growth.map { .exactly($0.dollars) }, .atMost, limit.dollars).breaks
  }

  /// By month, the seed's own first: both sides are played with the same luck. What another version
  /// of the program computes otherwise stays a part of it.
  private func growth(_ plan: PlanComparison, _ change: MoneySum) throws -> [MoneySum] {
    let spec = { (figures: ScenarioFigures) in
      figures.plans.first { $0.spec.name == plan.plan }?.spec
    }
    guard let old = spec(comparison.base), let new = spec(comparison.head),
      let recorded = plan.base?.simulated
    else { return [change] }
    let bills = { (scenario: Scenario, plan: PlanSpec, runs: ClosedRange<Int>) in
      try Simulation(scenario).reduced(to: { $0.cost }, of: plan, runs: runs, threads: threads)
    }
    let before = try bills(comparison.base.scenario, old, 1...MonthSpread.count)
    let after = try bills(comparison.head.scenario, new, 2...MonthSpread.count)
    let program = before[0] - recorded
    return [change] + zip(after, before.dropFirst()).map { $0 - $1 + program }
  }
}
