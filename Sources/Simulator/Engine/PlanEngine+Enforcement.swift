import CostModel

/// Budget lines that act: a call is decided anew when it arrives.
extension PlanEngine {
  /// The call is refused, moved to another model, or let through as it is.
  @inline(never)
  package mutating func enforce(_ call: CallPointer) {
    enforcement.begin(day: day, month: month, budget: budget)
    var changed = call.pointee
    let useCase = kinds[Int(changed.kind)].useCase
    switch enforcement.decide(kind: Int(changed.kind), user: changed.user) {
    case .untouched: break
    case .refused(let action):
      changed.action = Int16(action)
      if enforcement.actions[action].isUnable(kind: Int(changed.kind)) { result.unaskedCalls &+= 1 }
      enforcement.count(by: action, useCase: useCase, user: changed.user, isRefused: true)
      return withUnsafePointer(to: changed) { refuse($0) }
    case .moved(let action, let routing, let tier):
      move(&changed, routing, tier: tier)
      if changed.routed != call.pointee.routed || changed.kind != call.pointee.kind {
        changed.action = Int16(action)
        enforcement.count(by: action, useCase: useCase, user: changed.user, isRefused: false)
      }
    }
    enforcement.admit(user: changed.user)
    withUnsafePointer(to: changed) { admit($0) }
  }

  /// Routes the call with its own draw; a call that is of the tier already keeps its kind.
  private mutating func move(_ call: inout Call, _ routing: CompiledRouting, tier: Int?) {
    let kind = kinds.pointer(to: Int(call.kind))
    let word = withUnsafePointer(to: call) { drawBlock(.call, $0, number: result.calls + 1) }
    let model = routing.choose(
      kind: Int(call.kind), accountPlan: enforcement.accountPlan(of: call.user), u: word.2.unit)
    if let model {
      call.routed = model.rawValue
    } else if call.fact >= 0, batch.loggedFields[Int(call.fact)].model != .max {
      // The rule keeps the log's model.
      call.routed = batch.loggedFields[Int(call.fact)].model
    }
    guard let tier, kinds[tier + Int(call.kind)].tier != kind.pointee.tier else { return }
    call.kind += UInt16(tier)
  }

  /// A call that has failed at its arrival, refused or too long, before the response cache or any target was asked.
  package mutating func refuse(_ call: CallPointer) {
    let kind = kinds.pointer(to: Int(call.pointee.kind))
    result.calls &+= 1
    result.failedCalls &+= 1
    if result.calls == observers.watched { tellRefusal(call.pointee) }
    if observers.log != nil {
      var record = record(of: call, cache: .off)
      record.isFailed = true
      record.hasEnded = true
      observers.log?.begin(record)
    }
    let row = ledger.row(ofModel: Int(call.pointee.routed))
    ledger.addCall(kind: kind, row: row, day: day, user: call.pointee.user, isHit: false)
    if call.pointee.fact >= 0 {
      noteFact(batch.loggedFields.base + Int(call.pointee.fact), kind: kind, row: row)
    }
    noteEnd(
      call, kind,
      CallEnd(
        number: result.calls, latency: -1, row: row, day: day, cache: .off, at: call.pointee.time))
    if call.pointee.flow >= 0 {
      endPart(of: call, latency: 0, failed: true, at: call.pointee.time)
    }
  }

  /// Where the call would be sent if it arrived now; nothing is counted.
  package mutating func enforcedRoute(_ call: Call) -> UInt16 {
    enforcement.begin(day: day, month: month, budget: budget)
    guard
      case .moved(_, let routing, let tier) = enforcement.decide(
        kind: Int(call.kind), user: call.user)
    else { return call.routed }
    var changed = call
    move(&changed, routing, tier: tier)
    return changed.routed
  }

  private mutating func tellRefusal(_ call: Call) {
    tellArrival(call)
    observers.trace?.finish(
      CallTrace.End(
        at: SimTime(microseconds: call.time), answer: .nobody, attempts: 0, skipped: 0,
        queued: .zero, storedUntil: nil))
  }

  /// What the actions have done, by month, action and use case.
  package func enforcements(_ months: [BudgetMonth]) -> [EnforcementCell] {
    enforcement.tallies.sorted {
      ($0.key.month, $0.key.action, compiled.useCases[Int($0.key.useCase)])
        < ($1.key.month, $1.key.action, compiled.useCases[Int($1.key.useCase)])
    }.compactMap { place, tally in
      guard let action = compiled.scenario.budget?.actions[place.action],
        let since = months[place.month].lines[action.line].alertedAt
      else { return nil }
      return EnforcementCell(
        month: months[place.month].month, rule: months[place.month].lines[action.line].rule,
        action: action.name, since: since, useCase: compiled.useCases[Int(place.useCase)],
        refused: tally.refused, unable: action.movesToTier ? tally.refused : 0, moved: tally.moved,
        accounts: tally.accounts)
    }
  }
}
