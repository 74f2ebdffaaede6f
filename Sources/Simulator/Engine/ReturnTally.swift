import CostModel

/// Answered calls that may sell and those that did, by kind of call and account plan: of scenarios
/// that say what a sale brings.
package struct ReturnTally: ~Copyable, Sendable {
  package struct Count: Sendable, BitwiseCopyable {
    package var answered: Int64 = 0
    package var converted: Int64 = 0
  }

  /// By kind of call; nil: nothing is stated of it.
  private let values: [MoneySum?]
  private let accountPlans: FixedTable<UInt8>
  private let planCount: Int
  private var counts: Slab<Count>

  package init(compiled: CompiledScenario, population: Population) {
    let isStated = compiled.conversionValues.contains { $0 != nil }
    values = isStated ? compiled.conversionValues : []
    accountPlans = FixedTable(isStated ? population.deal.accountPlan : [])
    planCount = compiled.accountPlanCount
    counts = Slab(repeating: Count(), count: values.count * planCount)
  }

  /// An answered call of a kind that sells. Logged calls are of none.
  @inline(__always)
  package mutating func add(_ call: CallPointer) {
    let plan = accountPlans.count == 0 ? 0 : Int(accountPlans[Int(call.pointee.user)])
    let count = counts.base + (Int(call.pointee.kind) &* planCount &+ plan)
    count.pointee.answered &+= 1
    count.pointee.converted &+= call.pointee.isConverted ? 1 : 0
  }

  /// By use case and account plan, in the scenario's order; none that had no call.
  package func cells(_ compiled: CompiledScenario) -> [ReturnCell] {
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
