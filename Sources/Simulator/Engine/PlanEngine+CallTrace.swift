import CostModel

/// Notes what happens to the watched call, where it is decided. Nothing here changes a result, and
/// no other call comes here: what a note costs does not matter. Flights are passed by their slot,
/// since a copy to hand over would be made for every call.
extension PlanEngine {
  /// The call that has just been counted arrives.
  @inline(never)
  package mutating func tellArrival(_ call: Call) {
    let kind = kinds[Int(call.kind)]
    let word = withUnsafePointer(to: call) { drawBlock(.call, $0, number: observers.watched) }
    var state: ResponseCache.State?
    if kind.cacheMode == .keyed {
      state = lookup.cache.state(
        of: withUnsafePointer(to: call) { cacheKey($0) }, at: SimTime(microseconds: call.time))
    }
    var arrival =
      CallTrace.Arrival(
        number: observers.watched, call: call,
        loggedFields: call.fact >= 0 ? batch.loggedFields[Int(call.fact)] : nil,
        flow: call.flow >= 0 && kind.turnKind == nil ? flowPlace(call.flow, part: kind.part) : nil,
        routeDraw: word.2.unit,
        cacheDraw: word.3.unit, cacheState: state,
        chain: routing.chain(model: Int(call.routed), kind: kind.chain).map(
          routing.target(at:)),
        month: month, spent: budget.spent(month: month))
    if let turnKind = kind.turnKind {
      let talk = live.talks.base + Int(call.flow)
      arrival.talk = CallTrace.TalkPlace(
        conversation: talk.pointee.name, turn: talk.pointee.turn + 1, kind: turnKind)
    }
    observers.trace = CallTrace(arrival)
  }

  private func flowPlace(_ slot: Int32, part: UInt64) -> CallTrace.FlowPlace {
    let flow = flowRuns.flows[Int(slot)]
    let stages = compiled.workloads[flow.workload].stages
    let calls = stages[flow.nextStage - 1].calls
    return CallTrace.FlowPlace(
      index: flow.index, stage: flow.nextStage, stages: stages.count,
      place: (calls.firstIndex { $0.part == part } ?? 0) + 1, places: calls.count)
  }

  @inline(never)
  package mutating func tellHit(_ call: Call) {
    observers.trace?.finish(
      CallTrace.End(
        at: SimTime(microseconds: call.time + lookup.latency), answer: .cache, attempts: 0,
        skipped: 0, queued: .zero, storedUntil: nil))
  }

  /// A target is considered, before anything is booked there.
  @inline(never)
  package mutating func tellLook(_ slot: Int32, target: Int, at time: Int64) {
    let t = SimTime(microseconds: time)
    let whole = flights[Int(slot)].whole
    let fitting = fittingInput(slot, target: target)
    flights[Int(slot)].call.input = fitting ?? whole
    let call = flights[Int(slot)].call
    let state = targets.base + target
    var charge = charge(
      Self.call(of: flights.base + Int(slot)), maxTokens: maxTokens(of: slot), target: target)
    if state.pointee.chargesUncached { charge -= wouldRead(slot, target: target, at: t) }
    var isRetry = false
    if case .retry? = observers.trace?.steps.last { isRetry = true }
    let isLogged = call.fact >= 0 && isLoggedAttempt(slot, target: target)
    var (failure, latency) = drawAttempt(slot, target: target)
    if isLogged, logged.fields[Int(slot)].latency >= 0 {
      latency = logged.fields[Int(slot)].latency
    }
    var look = CallTrace.Look(
      at: t, target: target, isRetry: isRetry, breaker: state.pointee.breaker?.state(at: t),
      levels: state.pointee.quota.levels(at: t), charge: charge,
      wait: state.pointee.quota.wait(
        at: t, tokens: charge, audio: SimDuration(microseconds: call.audio)),
      failureDraw: state.pointee.drawn.isDrawn ? failure : nil,
      latency: SimDuration(microseconds: latency),
      isLogged: isLogged,
      prefixUntil: prefixUntil(
        call, kind: kinds.pointer(to: Int(call.kind)), target: target, at: t))
    look.boundaries = boundaries(of: call, target: target, at: t)
    if fitting == nil { look.tooLong = whole + call.output }
    observers.trace?.add(.look(look))
  }

  /// The target considered last takes the call.
  @inline(never)
  package mutating func tellAttempt(_ slot: Int32, target: Int) {
    let flight = flights[Int(slot)]
    let state = targets.base + target
    observers.trace?.changeLook { look in
      look.attempt = CallTrace.Attempt(
        number: Int(flight.attempts), start: SimTime(microseconds: flight.start),
        isProbe: flight.isProbe, cached: flight.cached, written: flight.written,
        writtenLong: flight.writtenLong,
        failureRate: state.pointee.failureRate(at: flight.start, isLogged: look.isLogged),
        isFailing: flight.isFailing)
    }
  }

  @inline(never)
  package mutating func tellOutcome(_ slot: Int32, at e: Int64, opensBreaker: Bool) {
    let flight = flights[Int(slot)]
    observers.trace?.add(
      .outcome(
        CallTrace.Outcome(
          at: SimTime(microseconds: e), target: Int(flight.target), hasFailed: flight.isFailing,
          opensBreaker: opensBreaker)))
  }

  /// The outcome told last is billed; the budget has it already.
  @inline(never)
  package mutating func tellBill(
    _ slot: Int32, of usage: Usage, cost: Cost, target: Int, billing: Int, isOwn: Bool
  ) throws {
    let flight = flights[Int(slot)]
    let bill = CallTrace.Bill(
      billing: billing, usage: usage, cost: cost,
      breakdown: try pricing.table.breakdown(
        of: usage, target: target, billing: billing,
        at: SimTime(microseconds: flight.call.time)),
      spent: budget.spent(month: Int(flight.month)))
    observers.trace?.changeOutcome {
      if isOwn { $0.bill = bill } else { $0.uses.append((target, bill)) }
    }
  }

  @inline(never)
  package mutating func tellRetry(at time: Int64, number: Int) {
    observers.trace?.add(.retry(at: SimTime(microseconds: time), number: number))
  }

  @inline(never)
  package mutating func tellEnd(_ slot: Int32, at e: Int64, answeredBy target: Int?) {
    let flight = flights[Int(slot)]
    let kind = kinds[Int(flight.call.kind)]
    let at = SimTime(microseconds: e)
    let stores = target != nil && kind.cacheMode == .keyed
    observers.trace?.finish(
      CallTrace.End(
        at: at, answer: target.map { .target($0) } ?? .nobody, attempts: Int(flight.attempts),
        skipped: Int(flight.skipped), queued: SimDuration(microseconds: flight.queued),
        storedUntil: stores ? at.expiring(after: kind.cacheTTL) : nil))
  }
}
