import CostModel

/// Answered calls that may sell and those that did, by kind of call and account plan: of scenarios
/// that say what a sale brings.
struct ReturnTally: Sendable {
  private struct Count: Sendable {
    var answered: Int64 = 0
    var converted: Int64 = 0
  }

  /// By kind of call; nil: nothing is stated of it.
  private let values: [MoneySum?]
  private let accountPlans: [UInt8]
  private let planCount: Int
  private var counts: [Count]

  init(compiled: CompiledScenario, population: Population) {
    let isStated = compiled.conversionValues.contains { $0 != nil }
    values = isStated ? compiled.conversionValues : []
    accountPlans = isStated ? population.deal.accountPlan : []
    planCount = compiled.accountPlanCount
    counts = Array(repeating: Count(), count: values.count * planCount)
  }

  /// Whether no call can bring anything.
  var isEmpty: Bool { values.isEmpty }

  func sells(kind: Int) -> Bool { values[kind] != nil }

  mutating func add(kind: Int, user: UInt32, isConverted: Bool) {
    let plan = accountPlans.isEmpty ? 0 : Int(accountPlans[Int(user)])
    counts[kind * planCount + plan].answered += 1
    if isConverted { counts[kind * planCount + plan].converted += 1 }
  }

  /// By use case and account plan, in the scenario's order; none that had no call.
  func cells(_ compiled: CompiledScenario) -> [ReturnCell] {
    var cells: [ReturnCell] = []
    let plans = compiled.scenario.users.accountPlans
    for (useCase, name) in compiled.useCases.enumerated() {
      for plan in 0..<planCount {
        var cell = ReturnCell(
          useCase: name, accountPlan: plans.isEmpty ? nil : plans[plan].name)
        for (kind, value) in values.enumerated() where Int(compiled.kinds[kind].useCase) == useCase
        {
          guard let value else { continue }
          cell.add(
            counts[kind * planCount + plan].answered, counts[kind * planCount + plan].converted,
            value: value)
        }
        if cell.answered > 0 { cells.append(cell) }
      }
    }
    return cells
  }
}

extension PlanEngine {
  /// An answered call may have sold; whether it did is the draw that the alerts see.
  @inline(never)
  mutating func noteReturn(_ call: CallPointer, number: Int64, kind: KindPointer) {
    guard returns.sells(kind: Int(call.pointee.kind)) else { return }
    let word = drawBlock(.outcome, call, number: number)
    returns.add(
      kind: Int(call.pointee.kind), user: call.pointee.user,
      isConverted: word.3.unit < kind.pointee.conversion)
  }
}
