import CostModel
import Scenarios
import Simulator
import Support

/// Holds a plan to the thresholds of its scenario.
package struct ThresholdJudge {
  package let scenario: Scenario
  package var limits = GateLimits()
  package var threads = 1

  package init(scenario: Scenario, limits: GateLimits = GateLimits(), threads: Int = 1) {
    self.scenario = scenario
    self.limits = limits
    self.threads = threads
  }

  /// Of one plan; `result` is nil where it was not simulated.
  package func checks(
    _ plan: PlanSpec, _ figures: PlanFigures, _ result: PlanResult?
  ) throws -> [GateCheck] {
    let concerned = scenario.thresholds.filter { Self.concerns($0, plan) }
    let byMonths = concerned.filter { !Self.isExpected($0, figures) }
    var spreads = try result.map { try months(byMonths, plan, $0) } ?? []
    return concerned.map { threshold in
      guard !Self.isExpected(threshold, figures) else {
        return cost(threshold, plan, figures, result)
      }
      return check(threshold, plan, spreads.isEmpty ? nil : spreads.removeFirst())
    }
  }

  /// Thresholds of plans that are not looked at judge nothing.
  package func unmet() -> [GateCheck] {
    scenario.thresholds.compactMap { threshold in
      guard let plan = threshold.selector[.plan],
        !scenario.plans.contains(where: { $0.name == plan })
      else { return nil }
      return gap(threshold, plan, "the plan is not looked at")
    }
  }

  package static func concerns(_ threshold: Threshold, _ plan: PlanSpec) -> Bool {
    threshold.selector[.plan].map { $0 == plan.name } ?? true
  }

  /// Whether only a simulation can tell.
  package static func needsSimulation(_ threshold: Threshold) -> Bool {
    threshold.metric.measure != .spending || threshold.selector.keys.contains { $0 != .plan }
  }

  /// Whether the closed form's error is that of the bill.
  private static func isExpected(_ threshold: Threshold, _ figures: PlanFigures) -> Bool {
    !needsSimulation(threshold) && (figures.isExact || figures.simulated == nil)
  }

  private func gap(_ threshold: Threshold, _ plan: String, _ why: String) -> GateCheck {
    GateCheck(
      scenario: scenario.name, plan: plan, name: threshold.text,
      outcome: limits.outcome(.nothingToCount), gap: .nothingToCount,
      message: "\(threshold.metric.key) is unknown: \(why)")
  }

  // MARK: By independent months

  /// By threshold: the seed's month, and the others where they are needed or cheap.
  private func months(
    _ thresholds: [Threshold], _ plan: PlanSpec, _ first: PlanResult
  ) throws -> [MonthSpread] {
    guard !thresholds.isEmpty else { return [] }
    let simulation = Simulation(scenario)
    let reader = MonthFigures(simulation: simulation, plan: plan, thresholds: thresholds)
    let own = try reader.figures(first)
    let isBroken = zip(thresholds, own).contains { threshold, figure in
      figure.map { !$0.keeps(threshold.comparison, threshold.limit) } ?? false
    }
    var all = [own]
    if try isBroken || PlanMonths.areCheap(first) {
      let months = PlanMonths(simulation: simulation, plan: plan, threads: threads)
      all += try months.others(reader.figures)
    }
    return thresholds.enumerated().map { place, threshold in
      MonthSpread(all.map { $0[place] }, threshold.comparison, threshold.limit)
    }
  }

  private func check(
    _ threshold: Threshold, _ plan: PlanSpec, _ months: MonthSpread?
  ) -> GateCheck {
    guard let months, let own = months.figures[0] else {
      return gap(threshold, plan.name, threshold.metric.gap)
    }
    let unit = { Self.words($0, threshold.metric) }
    let value = own.low == own.high ? unit(own.low) : "\(unit(own.low)) to \(unit(own.high))"
    let isMeasured = months.figures.count > 1
    return GateCheck(
      scenario: scenario.name, plan: plan.name, name: threshold.text,
      outcome: months.breaks ? .failed : .passed,
      message: "\(threshold.metric.key) is \(value)"
        + (isMeasured ? months.words(unit) : " in the seed's own month"),
      months: isMeasured ? months : nil)
  }

  private static func words(_ value: Double, _ metric: Metric) -> String {
    switch metric.unit {
    case .usd: HumanFormat.usd(MoneySum(dollars: value))
    case .ms: GateWords.number(value) + " ms"
    case .share: GateWords.share(value)
    }
  }

  // MARK: By the closed form

  private func cost(
    _ threshold: Threshold, _ plan: PlanSpec, _ figures: PlanFigures, _ result: PlanResult?
  ) -> GateCheck {
    let hasCalls = result.map { !$0.costs.isEmpty } ?? (figures.bill != .zero)
    guard hasCalls else { return gap(threshold, plan.name, "there was no call") }
    let bound = { (range: Spread) in range.breaks(threshold.comparison, threshold.limit) }
    let breaks = BillJudge.breaks(
      expected: figures.expected?.dollars, simulated: figures.simulated?.dollars,
      standardError: figures.standardError, bound: bound)
    let isLucky = !breaks && bound(.exactly(figures.bill.dollars))
    let expected =
      figures.simulated == nil
      ? "" : figures.expected.map { " (expected \(HumanFormat.usd($0)))" } ?? ""
    return GateCheck(
      scenario: scenario.name, plan: plan.name, name: threshold.text,
      outcome: breaks ? .failed : .passed,
      message: "cost_usd is \(HumanFormat.usd(figures.bill))\(expected)"
        + (isLucky ? ", beyond the limit, which chance alone could explain" : ""))
  }
}
