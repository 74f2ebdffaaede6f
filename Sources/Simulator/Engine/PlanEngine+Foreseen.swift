import CostModel
import Support

/// Calls that are sure to be answered when they arrive: most of them, where limits and failures are few.
///
/// Their answer comes later, but nothing that happens until then can change it, and it changes nothing
/// but sums. So such a call is booked as it arrives, without a flight and an event. Whatever else a call
/// is, it takes the long way, with the same result (docs/semantics.md, "Order of events").
extension PlanEngine {
  /// Books the call, if the first target that its breaker does not block takes it at once and is sure
  /// to answer.
  /// - Parameter entry: the call's in the response cache; nil: it needs none.
  /// - Returns: False where that is not so; nothing has happened then.
  @inline(__always)
  package mutating func foresee(
    _ call: CallPointer, _ kind: CallClassPointer, chain: Range<Int>, _ entry: ResponseCache.Place?
  ) -> Bool {
    guard let target = steadyTarget(chain, at: call.pointee.time) else { return false }
    return call.pointee.fact < 0
      ? foreseeDrawn(call, kind, target: target, entry)
      : foreseeLogged(call, kind, target: target, entry)
  }

  /// A synthetic call.
  @inline(__always)
  private mutating func foreseeDrawn(
    _ call: CallPointer, _ kind: CallClassPointer, target: Int, _ entry: ResponseCache.Place?
  ) -> Bool {
    let place = targets.base + target
    guard kind.pointee.prefixTokens == 0 || place.pointee.promptCache == nil,
      !kind.pointee.billsMore, call.pointee.input &+ call.pointee.output <= place.pointee.window,
      let latency = foreseenLatency(
        of: call, target: target, failureRate: place.pointee.failureRate),
      isForeseen(latency: latency, entry, kind)
    else { return false }
    let usage = usage(call, kind: kind, cached: 0, inputOnly: false)
    guard
      let cost = pricing.table.usualCost(
        of: usage, target: target, billing: Int(kind.pointee.billing))
        ?? rareCost(of: call, kind, cached: 0, target: target),
      start(call, target: target, latency: latency, maxTokens: kind.pointee.maxTokens)
    else { return false }
    _ = answer(call, kind, target: target, latency: latency, usage: usage, cost: cost, entry)
    if kind.pointee.sells { observers.returns.add(call) }
    return true
  }

  /// Books a conversation's call likewise, and what follows from its answer: its context is nobody
  /// else's, and what others can read in a cache is asked for as it arrives.
  @inline(never)
  package mutating func foreseeTalk(
    _ call: CallPointer, _ kind: CallClassPointer, chain: Range<Int>
  ) -> Bool {
    guard kind.pointee.turnKind != nil, !kind.pointee.billsMore, call.pointee.audio == 0,
      let target = steadyTarget(chain, at: call.pointee.time)
    else { return false }
    let place = targets.base + target
    let billing = Int(kind.pointee.billing)
    let tokens = call.pointee.input &+ call.pointee.output
    guard holds(call.pointee.input, kind, target: target), !place.pointee.chargesUncached,
      tokens <= pricing.table.sureTokens(target: target, billing: billing),
      let latency = foreseenLatency(
        of: call, target: target, failureRate: place.pointee.failureRate), latency > 0,
      start(call, target: target, latency: latency, maxTokens: kind.pointee.maxTokens)
    else { return false }
    let (s, e) = (call.pointee.time, call.pointee.time + latency)
    let hit = hitDraw(call, number: result.calls, attempt: 0, target: target)
    let sending = send(
      call, to: target, hit: hit, from: SimTime(microseconds: s), to: SimTime(microseconds: e),
      succeeds: true)
    let (lost, achievable) = noteSent(call, sending)
    var usage = usage(call, kind: kind, cached: sending.split.read, inputOnly: false)
    usage.cacheWriteTokens = sending.split.short
    usage.cacheWriteLongTokens = sending.split.long
    do throws(PricingError) {
      let cost = try pricing.table.cost(
        of: usage, target: target, billing: billing, at: SimTime(microseconds: s))
      try noteCaching(
        call, kind, usage, target: target, lost: lost, achievable: achievable, isFailing: false,
        total: cost.total)
      let cause = events.cause
      let order = answer(
        call, kind, target: target, latency: latency, usage: usage, cost: cost, nil)
      events.cause = EventQueue.Cause(time: e, order: order)
      if kind.pointee.sells { observers.returns.add(call) }
      endTalkCall(call.pointee.flow, failed: false, at: e)
      events.cause = cause
    } catch {
      preconditionFailure("so many tokens have a price, whatever they are")
    }
    return true
  }

  /// The first target whose breaker does not block it, if whatever it answers changes nothing there.
  @inline(__always)
  private mutating func steadyTarget(_ chain: Range<Int>, at time: Int64) -> Int? {
    for place in chain {
      let target = routing.target(at: place)
      let state = targets.base + target
      if state.pointee.steadyFrom <= time { return target }
      guard time < state.pointee.blockedUntil else { return nil }
    }
    return nil
  }

  /// A logged call.
  @inline(never)
  private mutating func foreseeLogged(
    _ call: CallPointer, _ kind: CallClassPointer, target: Int, _ entry: ResponseCache.Place?
  ) -> Bool {
    let fact = UnsafePointer(batch.loggedFields.base + Int(call.pointee.fact))
    let place = targets.base + target
    let isLogged = place.pointee.model == Int(fact.pointee.model)
    guard fact.pointee.blockCount == 0 || place.pointee.promptCache == nil,
      !place.pointee.chargesUncached || fact.pointee.cachedInput <= 0,
      !isLogged || !fact.pointee.failed,
      isLogged || call.pointee.input &+ call.pointee.output <= place.pointee.window
    else { return false }
    var known: Int64? = fact.pointee.latency
    if !isLogged || fact.pointee.latency < 0 {
      known = foreseenLatency(
        of: call, target: target, failureRate: isLogged ? 0 : place.pointee.failureRate)
    }
    guard let latency = known, latency <= place.pointee.timeout,
      isForeseen(latency: latency, entry, kind)
    else { return false }
    let cached = max(0, fact.pointee.cachedInput)
    var usage = usage(call, kind: kind, cached: cached, inputOnly: false)
    Self.addLogged(fact, to: &usage)
    guard
      let cost = pricing.table.usualCost(
        of: usage, target: target, billing: Int(kind.pointee.billing))
        ?? rareCost(of: call, kind, cached: cached, target: target),
      start(call, target: target, latency: latency, maxTokens: fact.pointee.maxTokens)
    else { return false }
    _ = answer(call, kind, target: target, latency: latency, usage: usage, cost: cost, entry)
    noteFact(fact, kind: kind, row: target)
    let moment = Moment.arrival(call.pointee.time)
    observers.outliers?.add(
      model: target, number: result.calls, cost: cost.total.picodollars, at: moment)
    observers.use?.add(usage, row: fact.pointee.row, target: target)
    observers.use?.addBilling(compiled.toldBillings[Int(call.pointee.kind)], 1, target: target)
    if isLogged, fact.pointee.cost >= 0 {
      observers.costCheck?.add(
        number: result.calls, model: target, logged: fact.pointee.cost,
        computed: cost.total.picodollars, at: moment)
    }
    return true
  }

  /// Whether an answer after that time changes nothing that others may see before it.
  @inline(__always)
  private mutating func isForeseen(
    latency: Int64, _ entry: ResponseCache.Place?, _ kind: CallClassPointer
  ) -> Bool {
    entry == nil || lookup.storesAhead && latency <= kind.pointee.cacheTTL.microseconds
  }

  /// The first attempt's latency, if it does not fail and is in time.
  @inline(__always)
  private mutating func foreseenLatency(
    of call: CallPointer, target: Int, failureRate: Double
  ) -> Int64? {
    let place = targets.base + target
    var latency = place.pointee.drawn.fixedLatency
    if place.pointee.drawn.isDrawn {
      if call.pointee.fact >= 0 { logged.drawsByRank = true }
      var failure = call.pointee.failure
      latency = call.pointee.latency
      if Int(call.pointee.drawnTarget) != target {
        (failure, latency) = drawAttempt(
          of: call, number: result.calls, attempt: 0, target: target)
      }
      guard failure >= failureRate else { return nil }
    }
    latency &+= place.pointee.drawn.latency(ofAudio: call.pointee.audio)
    return latency <= place.pointee.timeout ? latency : nil
  }

  /// Apart, so that a usual call's usage is never written to memory. Nil: there is no price, of which the
  /// long way tells.
  @inline(never)
  private mutating func rareCost(
    of call: CallPointer, _ kind: CallClassPointer, cached: Int64, target: Int
  ) -> Cost? {
    var usage = usage(call, kind: kind, cached: cached, inputOnly: false)
    if call.pointee.fact >= 0 {
      Self.addLogged(batch.loggedFields.base + Int(call.pointee.fact), to: &usage)
    }
    return try? pricing.table.cost(
      of: usage, target: target, billing: Int(kind.pointee.billing),
      at: SimTime(microseconds: call.pointee.time))
  }

  /// The target takes the call, if it can at once.
  @inline(__always)
  private mutating func start(
    _ call: CallPointer, target: Int, latency: Int64, maxTokens: Int64
  ) -> Bool {
    let place = targets.base + target
    let charge = charge(call, maxTokens: maxTokens, target: target)
    let isBooked = place.pointee.quota.bookAtOnce(
      at: SimTime(microseconds: call.pointee.time), tokens: charge,
      audio: SimDuration(microseconds: call.pointee.audio),
      duration: SimDuration(microseconds: latency))
    guard isBooked else { return false }
    place.pointee.countStart(
      at: call.pointee.time, waited: 0, tokens: call.pointee.input + call.pointee.output,
      charged: charge)
    return true
  }

  /// What the answer will change.
  /// - Returns: Its order among the outcomes of its time.
  @inline(__always)
  private mutating func answer(
    _ call: CallPointer, _ kind: CallClassPointer, target: Int, latency: Int64, usage: Usage,
    cost: Cost, _ entry: ResponseCache.Place?
  ) -> UInt64 {
    let place = targets.base + target
    let time = call.pointee.time
    let total = cost.total
    if observers.meters != nil {
      noteMeters(
        usage, kind, target: target, billing: Int(kind.pointee.billing), isOwn: true,
        at: SimTime(microseconds: time))
    }
    place.pointee.countAnswers(toRouted: call.pointee.routed)
    place.pointee.latencies.add(latency)
    place.pointee.countFirstToken(waited: 0, latency: latency)
    result.billedCalls &+= 1
    let order = events.orderOfOutcome()
    deferCost(total, month: month, at: time &+ latency, order: order, now: time)
    ledger.addAttempt(
      kind: kind, target: target, day: day, user: call.pointee.user, failed: false, usage: usage,
      cost: cost, total: total)
    if let entry {
      lookup.cache.storeAhead(
        cacheKey(call), entry, at: SimTime(microseconds: time &+ latency),
        ttl: kind.pointee.cacheTTL, now: SimTime(microseconds: time))
    }
    return order
  }
}
