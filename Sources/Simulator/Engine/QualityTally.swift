import CostModel
import Scenarios

/// What is told of answers, by use case, model, account plan and day of arrival: kept where the
/// scenario states quality, or a log tells it. Only what there is takes memory, and no more of it than
/// `table_rows` says.
package struct QualityTally: Sendable {
  private struct Key: Hashable {
    var useCase: UInt16
    var plan: Int32
    var row: Int32
    var day: Int32
  }

  package let isOn: Bool
  /// Names of account plans; nil where there is none.
  private var plans: [String?]
  /// The plan of each user; none where a log tells that of each request.
  private let planOfUser: [UInt8]
  /// By kind, as the log tells it.
  private var planOfKind: [Int32] = []
  private var places: [Key: Int] = [:]
  private var counts: [QualityCounts] = []
  private let mostRows: Int
  /// There would be more rows than that: what is counted is not all.
  package private(set) var isFull = false

  package init(compiled: CompiledScenario, population: Population, mostRows: Int) {
    isOn = compiled.scenario.tellsQuality
    self.mostRows = mostRows
    planOfUser = isOn ? population.deal.accountPlan : []
    plans = planOfUser.isEmpty ? [] : compiled.scenario.users.accountPlans.map(\.name)
    grow(compiled)
  }

  /// Makes room for kinds that a log has brought.
  package mutating func grow(_ compiled: CompiledScenario) {
    guard isOn, planOfUser.isEmpty else { return }
    for kind in planOfKind.count..<compiled.kinds.count {
      let name = compiled.attributes[kind][.accountPlan]
      let known = plans.firstIndex(of: name)
      if known == nil { plans.append(name) }
      planOfKind.append(Int32(known ?? plans.count - 1))
    }
  }

  /// A call has ended.
  /// - Parameters:
  ///   - row: of the ledger: where the call counts.
  ///   - msgs: messages that it was for.
  package mutating func add(
    _ values: QualityValues, _ call: CallPointer, useCase: UInt16, row: Int, day: Int,
    isFailed: Bool, msgs: Int64
  ) {
    let plan =
      planOfUser.isEmpty
      ? planOfKind[Int(call.pointee.kind)] : Int32(planOfUser[Int(call.pointee.user)])
    let key = Key(useCase: useCase, plan: plan, row: Int32(row), day: Int32(day))
    if let place = places[key] {
      return counts[place].add(values, isFailed: isFailed, msgs: msgs)
    }
    guard counts.count < mostRows else {
      isFull = true
      return
    }
    places[key] = counts.count
    counts.append(QualityCounts())
    counts[counts.count - 1].add(values, isFailed: isFailed, msgs: msgs)
  }

  /// Whether there is a table: a log may have told nothing after all.
  package func isTold(in compiled: CompiledScenario) -> Bool {
    isOn && (!compiled.scenario.workloads.isEmpty || counts.contains(where: \.isTold))
  }

  /// By use case, model, account plan and day.
  /// - Parameter rows: names of the ledger's rows.
  package func cells(_ compiled: CompiledScenario, rows: [String]) -> [QualityCell] {
    let days = compiled.scenario.period.days
    return places.map { key, place in
      QualityCell(
        useCase: compiled.useCases[Int(key.useCase)], model: rows[Int(key.row)],
        accountPlan: plans[Int(key.plan)], date: days[Int(key.day)].date, counts: counts[place])
    }.sorted {
      ($0.useCase, $0.model, $0.accountPlan ?? "", $0.date)
        < ($1.useCase, $1.model, $1.accountPlan ?? "", $1.date)
    }
  }
}

/// What is told of the answers of one use case and model to users of one account plan on one day.
package struct QualityCell: Sendable {
  package var useCase: String
  package var model: String
  /// nil: there are none, or a log tells none.
  package var accountPlan: String?
  package var date: CivilDate
  package var counts: QualityCounts
}
