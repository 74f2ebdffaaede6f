import Analysis
import CostModel
import Scenarios

/// What became of each plan of a scenario, and why.
package struct ScenarioComparison: Sendable {
  package let base: ScenarioFigures
  package let head: ScenarioFigures

  package init(base: ScenarioFigures, head: ScenarioFigures) {
    self.base = base
    self.head = head
  }

  /// - Parameter onlyCommon: plans of the base that were not looked at are not told as removed.
  package func plans(onlyCommon: Bool) -> [PlanComparison] {
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

  /// Every change's amount of the expected bill, which is `old` without and `new` with all of them.
  /// - Parameter exactInputs: see `Attribution`.
  package static func amounts(
    of changes: [InputChange], _ aligned: AlignedScenarios, users: Int, from old: MoneySum,
    to new: MoneySum, exactInputs: Int = Attribution.exactInputs
  ) -> [MoneySum] {
    let state = { (made: [Bool]) in
      var state = InputChange.State(scenario: aligned.base, users: users)
      for (change, isMade) in zip(changes, made) where isMade { change.apply(&state) }
      return state
    }
    let cost = { (state: InputChange.State) in
      ExpectedCost(
        scenario: state.scenario.withoutMissing, plan: PlanSpec(name: "", users: state.users))
    }
    let attribution = Attribution(
      causes: changes.map(\.cause), parts: changes.map(\.part),
      partial: { made, kind in
        let state = state(made)
        return cost(state).parts(kind, of: state.scenario)
      },
      exactInputs: exactInputs,
      bill: { made in
        var total = cost(state(made)).total
        // Closed forms of both bills may hold, and those of a scenario between them not: what has been
        // changed last waits for the others then.
        var known = made
        while total.isNaN, let last = known.lastIndex(of: true) {
          known[last] = false
          total = cost(state(known)).total
        }
        let bill = MoneySum(dollars: total)
        // Models stand in another order here, so sums of doubles may end otherwise.
        if !made.contains(true), bill.isNear(old) { return old.picodollars }
        if !made.contains(false), bill.isNear(new) { return new.picodollars }
        return bill.picodollars
      })
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

extension ExpectedCost {
  /// Dollars by part of one kind; a variant has its place in `aligned`, where others may be missing
  /// from this scenario.
  fileprivate func parts(_ kind: BillPart.Kind, of aligned: Scenario) -> [BillPart: Double] {
    var result: [BillPart: Double] = [:]
    switch kind {
    case .workload:
      for (place, bills) in bills.enumerated() { result[.workload(place)] = bills.reduce(0, +) }
    case .variant:
      var places: [BillPart: [Int]] = [:]
      for (call, cost) in zip(calls, callCosts) {
        let mix = BillPart.variant(
          workload: call.workload, stage: call.stage, call: call.call, variant: 0)
        let known =
          places[mix]
          ?? aligned.workloads[call.workload].stages[call.stage].calls[call.call].mix.enumerated()
          .filter { $0.element.share >= 0 }.map(\.offset)
        places[mix] = known
        let part = BillPart.variant(
          workload: call.workload, stage: call.stage, call: call.call,
          variant: known[call.variantNumber])
        result[part, default: 0] += cost
      }
    case .model:
      var models: [String: ModelID] = [:]
      for model in reachedModels { models[name(of: model)] = model }
      for target in calls.lazy.flatMap(\.chain) { models[target.name] = target.model }
      for (name, row) in byModel {
        if let model = models[name] { result[.model(model), default: 0] += row.cost }
      }
    }
    return result
  }
}
