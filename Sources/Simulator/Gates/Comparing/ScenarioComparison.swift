import CostModel

/// What became of each plan of a scenario, and why.
struct ScenarioComparison: Sendable {
  let base: ScenarioFigures
  let head: ScenarioFigures

  /// - Parameter onlyCommon: plans of the base that were not looked at are not told as removed.
  func plans(onlyCommon: Bool) -> [PlanComparison] {
    let aligned = AlignedScenarios(base: base.scenario, head: head.scenario)
    var result = head.plans.map { plan in
      compare(plan.spec, plan.figures, aligned)
    }
    for plan in base.plans where !onlyCommon {
      guard !head.plans.contains(where: { $0.spec.name == plan.spec.name }) else { continue }
      result.append(
        PlanComparison(
          scenario: head.scenario.name, plan: plan.spec.name, base: plan.figures, head: nil))
    }
    return result
  }

  private func compare(
    _ plan: PlanSpec, _ figures: PlanFigures, _ aligned: AlignedScenarios
  ) -> PlanComparison {
    let old = base.plans.first { $0.spec.name == plan.name }
    var result = PlanComparison(
      scenario: head.scenario.name, plan: plan.name, base: old?.figures, head: figures)
    guard let old, let change = result.change else { return result }
    let recomputed = PlanFigures(base.scenario, old.spec, simulated: nil).expected ?? .zero
    let now = figures.expected ?? .zero
    let all = InputChanges(aligned, users: (old.spec.users, plan.users)).list
    // Closed forms know nothing of lines that act: their effect is the simulation's to tell.
    let changes = all.filter { $0.cause != .enforcement }
    let amounts = Self.amounts(
      of: changes, aligned, users: old.spec.users, from: recomputed, to: now)
    result.causes = Self.causes(changes, amounts)
    if PlanComparison.isSimulated(old.figures, figures) {
      let acted = figures.effectOfActions - old.figures.effectOfActions
      let inputs = all.filter { $0.cause == .enforcement }.map {
        CauseAmount.Input(words: $0.words, amount: acted)
      }
      if acted != .zero || !inputs.isEmpty {
        result.causes.append(CauseAmount(cause: .enforcement, amount: acted, inputs: inputs))
      }
    }
    let known = result.causes.reduce(MoneySum.zero) { $0 + $1.amount }
    Self.append(.program, recomputed - (old.figures.expected ?? .zero), to: &result.causes)
    let program = recomputed - (old.figures.expected ?? .zero)
    Self.append(.chance, change - known - program, to: &result.causes)
    return result
  }

  private static func append(_ cause: Cause, _ amount: MoneySum, to list: inout [CauseAmount]) {
    if amount != .zero { list.append(CauseAmount(cause: cause, amount: amount)) }
  }

  /// Every change's amount of the expected bill.
  private static func amounts(
    of changes: [InputChange], _ aligned: AlignedScenarios, users: Int, from old: MoneySum,
    to new: MoneySum
  ) -> [MoneySum] {
    let attribution = Attribution(causes: changes.map(\.cause)) { made in
      var state = InputChange.State(scenario: aligned.base, users: users)
      for (change, isMade) in zip(changes, made) where isMade { change.apply(&state) }
      let plan = PlanSpec(name: "", users: state.users)
      let bill = MoneySum(
        dollars: ExpectedCost(scenario: state.scenario.withoutMissing, plan: plan).total)
      // Models stand in another order here, so sums of doubles may end otherwise.
      if !made.contains(true), bill.isNear(old) { return old.picodollars }
      if !made.contains(false), bill.isNear(new) { return new.picodollars }
      return bill.picodollars
    }
    return attribution.amounts()
  }

  private static func causes(
    _ changes: [InputChange], _ amounts: [MoneySum]
  ) -> [CauseAmount] {
    Cause.allCases.compactMap { cause in
      let inputs = zip(changes, amounts).filter { $0.0.cause == cause }.map {
        CauseAmount.Input(words: $0.0.words, amount: $0.1)
      }
      guard !inputs.isEmpty else { return nil }
      return CauseAmount(
        cause: cause, amount: inputs.reduce(MoneySum.zero) { $0 + $1.amount }, inputs: inputs)
    }
  }
}

extension MoneySum {
  /// Equal but for the rounding of doubles.
  fileprivate func isNear(_ other: MoneySum) -> Bool {
    (dollars - other.dollars).magnitude <= 1e-9 * other.dollars.magnitude + 1e-9
  }
}
