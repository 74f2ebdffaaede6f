import CostModel

/// What an attempt's end leads to: a bill, a retry, the next target, or the call's end.
extension PlanEngine {
  /// - Parameter order: of the event, among those of its time.
  package mutating func outcome(_ slot: Int32, at e: Int64, order: UInt64) throws {
    let flight = flights.base + Int(slot)
    if flight.pointee.isHit {
      freeFlights.append(slot)
      let call = flight.pointee.call
      return withUnsafePointer(to: call) {
        endPart(of: $0, latency: lookup.latency, failed: false, at: e)
      }
    }
    let target = Int(flight.pointee.target)
    let place = targets.base + target
    let isFailing = flight.pointee.isFailing
    let tripped = place.pointee.record(
      success: !isFailing, at: e, isProbe: flight.pointee.isProbe)
    if tripped { place.pointee.counts.breakerTrips &+= 1 }
    if flight.pointee.number == observers.watched {
      tellOutcome(slot, at: e, opensBreaker: tripped)
    }
    try bill(slot, target: target, at: e, order: order)
    let isTimedOut = flight.pointee.isTimedOut
    observers.attemptEnded(
      row: target, isFailing: isFailing, isTimedOut: isTimedOut, at: e)
    if isFailing {
      place.pointee.counts.failures &+= 1
      if isTimedOut { place.pointee.counts.timeouts &+= 1 }
      fail(slot, at: e)
    } else {
      if !kinds[Int(flight.pointee.call.kind)].uses.isEmpty {
        try billUses(slot, at: e, order: order)
      }
      answer(slot, by: target, at: e)
    }
  }

  @inline(__always)
  package mutating func bill(_ slot: Int32, target: Int, at e: Int64, order: UInt64) throws {
    let flight = flights.base + Int(slot)
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    let isFailing = flight.pointee.isFailing
    if isFailing, pricing.failures == .none {
      return ledger.addFailure(kind: kind, target: target)
    }
    let inputOnly = isFailing && pricing.failures == .input
    if flight.pointee.call.fact >= 0 {
      return try billLogged(slot, target: target, inputOnly: inputOnly, at: e, order: order)
    }
    if flight.pointee.written | flight.pointee.writtenLong != 0 || kind.pointee.isMetered {
      return try billRare(slot, target: target, inputOnly: inputOnly, at: e, order: order)
    }
    let usage = usage(
      Self.call(of: flight), kind: kind, cached: flight.pointee.cached, inputOnly: inputOnly)
    try book(usage, slot, target: target, at: e, order: order)
  }

  /// Likewise apart.
  @inline(never)
  private mutating func billRare(
    _ slot: Int32, target: Int, inputOnly: Bool, at e: Int64, order: UInt64
  ) throws {
    let flight = flights.base + Int(slot)
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    var usage = usage(
      Self.call(of: flight), kind: kind, cached: flight.pointee.cached, inputOnly: inputOnly)
    usage.cacheWriteTokens = flight.pointee.written
    usage.cacheWriteLongTokens = flight.pointee.writtenLong
    if kind.pointee.isMetered {
      addMeters(
        of: Self.call(of: flight), number: flight.pointee.number, inputOnly: inputOnly, to: &usage)
    }
    try book(usage, slot, target: target, at: e, order: order)
  }

  /// Apart, so that a synthetic call's usage is never written to memory.
  @inline(never)
  private mutating func billLogged(
    _ slot: Int32, target: Int, inputOnly: Bool, at e: Int64, order: UInt64
  ) throws {
    let flight = flights.base + Int(slot)
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    var usage = usage(
      Self.call(of: flight), kind: kind, cached: flight.pointee.cached, inputOnly: inputOnly)
    Self.addLogged(logged.fields.base + Int(slot), to: &usage)
    if flight.pointee.written > 0 { usage.cacheWriteTokens = flight.pointee.written }
    if !flight.pointee.isFailing {
      let row = logged.fields[Int(slot)].row
      observers.use?.add(usage, row: row, target: target)
      observers.use?.addBilling(
        compiled.toldBillings[Int(flight.pointee.call.kind)], 1, target: target)
    }
    try book(usage, slot, target: target, at: e, order: order)
  }

  @inline(__always)
  private mutating func book(
    _ usage: Usage, _ slot: Int32, target: Int, at e: Int64, order: UInt64
  ) throws {
    let billing = kinds.pointer(to: Int(flights[Int(slot)].call.kind)).pointee.billing
    try book(
      usage, slot, target: target, billing: Int(billing), isOwn: true, at: e, order: order)
  }

  /// The usage is priced, summed and told.
  /// - Parameter isOwn: whether it is an attempt of the call, and not what the call bills at another model.
  @inline(__always)
  package mutating func book(
    _ usage: Usage, _ slot: Int32, target: Int, billing: Int, isOwn: Bool, at e: Int64,
    order: UInt64
  ) throws {
    let flight = flights.base + Int(slot)
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    let cost: Cost
    do throws(PricingError) {
      cost = try pricing.table.cost(
        of: usage, target: target, billing: billing,
        at: SimTime(microseconds: flight.pointee.call.time))
    } catch {
      throw UnpricedCall(
        number: flight.pointee.number, model: compiled.targets[target].name, error: error)
    }
    if !flight.pointee.isBilled {
      flight.pointee.isBilled = true
      result.billedCalls &+= 1
    }
    let total = cost.total
    let (sum, isTooLarge) = flight.pointee.cost.addingReportingOverflow(total.picodollars)
    if isTooLarge {
      throw UnpricedCall(
        number: flight.pointee.number, model: compiled.targets[target].name, error: .tooLarge)
    }
    flight.pointee.cost = sum
    spend(total, month: Int(flight.pointee.month), at: e, order: order)
    if hasEnforcement {
      enforcement.add(total, user: flight.pointee.call.user, day: Int(flight.pointee.day))
    }
    observers.billed(
      total, usage, user: flight.pointee.call.user, month: Int(flight.pointee.month), row: target,
      at: e)
    if observers.caching != nil, isOwn {
      try noteCaching(
        Self.call(of: flight), kind, usage, target: target, lost: flight.pointee.lost,
        achievable: flight.pointee.achievable, isFailing: flight.pointee.isFailing, total: total)
    } else if observers.caching != nil {
      noteTalkBill(Self.call(of: flight), kind, total)
    }
    if observers.meters != nil {
      noteMeters(
        usage, kind, target: target, billing: billing, isOwn: isOwn,
        at: SimTime(microseconds: flight.pointee.call.time))
    }
    if observers.isTelling {
      try tell(usage, cost, slot, target: target, billing: billing, isOwn: isOwn)
    }
    guard isOwn else {
      return ledger.addUse(
        kind: kind, target: target, day: Int(flight.pointee.day), user: flight.pointee.call.user,
        usage: usage, cost: cost, total: total)
    }
    ledger.addAttempt(
      kind: kind, target: target, day: Int(flight.pointee.day), user: flight.pointee.call.user,
      failed: flight.pointee.isFailing, usage: usage, cost: cost, total: total)
  }

  /// The per-call ledger, or the trace of this call.
  @inline(never)
  private mutating func tell(
    _ usage: Usage, _ cost: Cost, _ slot: Int32, target: Int, billing: Int, isOwn: Bool
  ) throws {
    let number = flights[Int(slot)].number
    let frames = isOwn ? kinds[Int(flights[Int(slot)].call.kind)].frameTokens : 0
    if number == observers.watched {
      try tellBill(
        slot, of: usage, cost: cost, target: target, billing: billing, isOwn: isOwn)
    }
    observers.log?.update(number) { $0.add(usage, cost, frames: frames) }
  }

  /// What only a log tells. Blocks that turn out to be cached were not written again.
  @inline(__always)
  package static func addLogged(_ fact: UnsafePointer<LoggedFields>, to usage: inout Usage) {
    usage.cacheWriteTokens = max(
      0, min(fact.pointee.cacheWrite, usage.inputTokens - usage.cacheReadTokens))
    if !fact.pointee.meters.isEmpty { fact.pointee.meters.add(to: &usage) }
  }

  @inline(__always)
  package mutating func usage(
    _ call: CallPointer, kind: CallClassPointer, cached: Int64, inputOnly: Bool
  ) -> Usage {
    var usage = Usage()
    usage.inputTokens = call.pointee.input
    usage.cacheReadTokens = cached
    usage.inputImageTokens = kind.pointee.frameTokens
    usage.audioMicroseconds = call.pointee.audio
    usage.calls = 1
    if !inputOnly {
      usage.outputTokens = call.pointee.output
      usage.reasoningTokens = call.pointee.reasoning
    }
    return usage
  }

  package mutating func fail(_ slot: Int32, at e: Int64) {
    let left = flights[Int(slot)].retriesLeft
    if left > 0 {
      let k = retry.max - Int(left)
      flights[Int(slot)].retriesLeft -= 1
      let doubled =
        k < 62 ? retry.base.microseconds.multipliedReportingOverflow(by: 1 << k) : (0, true)
      let pause = doubled.1 ? retry.cap.microseconds : min(retry.cap.microseconds, doubled.0)
      events.push(.retry, at: e + pause, slot: slot)
      if flights[Int(slot)].number == observers.watched { tellRetry(at: e + pause, number: k + 1) }
      return
    }
    flights[Int(slot)].place += 1
    flights[Int(slot)].retriesLeft = Int32(retry.max)
    attempt(slot, at: e)
  }

  /// The target answers the call, which has been billed.
  @inline(__always)
  private mutating func answer(_ slot: Int32, by target: Int, at e: Int64) {
    let flight = flights.base + Int(slot)
    let place = targets.base + target
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    let latency = e - flight.pointee.call.time
    if flight.pointee.asked == flight.pointee.call.time {
      place.pointee.latencies.add(latency)
    } else {
      latencies.add(latency)
      place.pointee.laterLatencies.add(e - flight.pointee.asked)
    }
    place.pointee.countFirstToken(
      waited: flight.pointee.start - flight.pointee.asked, latency: e - flight.pointee.start)
    place.pointee.countAnswers(toRouted: flight.pointee.call.routed)
    if kind.pointee.cacheMode == .keyed, kind.pointee.promptForm != .unique {
      lookup.cache.store(
        cacheKey(Self.call(of: flight)), at: SimTime(microseconds: e), ttl: kind.pointee.cacheTTL)
    }
    if observers.outliers != nil {
      observers.outliers?.add(
        model: target, number: flight.pointee.number, cost: flight.pointee.cost, at: .outcome(e))
      if observers.costCheck != nil { checkCost(slot, target: target, at: e) }
    }
    if kind.pointee.sells { observers.returns.add(Self.call(of: flight)) }
    if kind.pointee.asksKnowledge {
      learn(from: Self.call(of: flight), number: flight.pointee.number, kind)
    }
    end(slot, at: e, answeredBy: target)
  }

  /// Holds what the log says of the answer's cost against what it is here; what failed attempts cost is
  /// another matter.
  @inline(never)
  private mutating func checkCost(_ slot: Int32, target: Int, at e: Int64) {
    let flight = flights.base + Int(slot)
    guard flight.pointee.call.fact >= 0, flight.pointee.attempts == 1 else { return }
    let fact = logged.fields.base + Int(slot)
    guard fact.pointee.cost >= 0, Int(fact.pointee.model) == (targets.base + target).pointee.model
    else { return }
    observers.costCheck?.add(
      number: flight.pointee.number, model: target, logged: fact.pointee.cost,
      computed: flight.pointee.cost, at: .outcome(e))
  }

  /// No target is left for the call.
  @inline(never)
  package mutating func giveUp(_ slot: Int32, at e: Int64) {
    let flight = flights.base + Int(slot)
    if observers.conversations != nil, flight.pointee.attempts == 0,
      flight.pointee.overWindow == flight.pointee.skipped, flight.pointee.overWindow > 0
    {
      noteOverflow(flight.pointee.call)
    }
    result.failedCalls &+= 1
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    if compiled.leavesOut(chain: Int(kind.pointee.chain)) { result.unaskedCalls &+= 1 }
    ledger.addCall(
      kind: kind,
      row: ledger.row(ofModel: Int(flight.pointee.call.routed)), day: Int(flight.pointee.day),
      user: flight.pointee.call.user, isHit: false)
    end(slot, at: e, answeredBy: nil)
  }

  /// The call's last outcome is told to whom it concerns, however it came out.
  @inline(__always)
  private mutating func end(_ slot: Int32, at e: Int64, answeredBy target: Int?) {
    let flight = flights.base + Int(slot)
    freeFlights.append(slot)
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    let row = target ?? ledger.row(ofModel: Int(flight.pointee.call.routed))
    if flight.pointee.call.fact >= 0 {
      noteFact(logged.fields.base + Int(slot), kind: kind, row: row)
    }
    if flight.pointee.number == observers.watched { tellEnd(slot, at: e, answeredBy: target) }
    if observers.log != nil {
      logEnd(flight.pointee, latency: e - flight.pointee.call.time, answeredBy: target)
    }
    noteEnd(
      Self.call(of: flight), kind,
      CallEnd(
        number: flight.pointee.number, latency: target == nil ? -1 : e - flight.pointee.call.time,
        own: e - flight.pointee.asked, row: row, day: Int(flight.pointee.day),
        cost: flight.pointee.cost, cache: kind.pointee.cacheMode == .off ? .off : .miss, at: e))
    if flight.pointee.call.flow >= 0 {
      let call = flight.pointee.call
      withUnsafePointer(to: call) {
        endPart(of: $0, latency: e - $0.pointee.time, failed: target == nil, at: e)
      }
    }
  }

  @inline(never)
  private mutating func logEnd(_ flight: Flight, latency: Int64, answeredBy target: Int?) {
    observers.log?.update(flight.number) { record in
      record.answeredBy = target
      record.isFailed = target == nil
      record.hasEnded = true
      record.attempts = flight.attempts
      record.skipped = flight.skipped
      record.queue = flight.queued
      record.latency = latency
      record.answerLatency = latency - (flight.asked - flight.call.time)
    }
  }
}

/// A call that has no price; the reader refuses scenarios with one, a log may hold it.
package struct UnpricedCall: Error {
  /// Rank of arrival, from 1.
  package var number: Int64
  package var model: String
  package var error: PricingError

  package var reason: String {
    "\(error)" + (error.isUnpriced ? ", and an unknown price is not $0" : "")
  }
}
