import CostModel
import Support

/// A call arrives: it is answered by the cache or makes its first attempt.
extension PlanEngine {
  @inline(__always)
  package mutating func arrive(_ call: CallPointer) {
    if pricing.hasFixedPrices, call.pointee.fact >= 0 { addFixedPrices(reachedBy: call.pointee) }
    if hasEnforcement { enforce(call) } else { admit(call) }
  }

  /// The call is neither refused nor to be changed.
  @inline(__always)
  package mutating func admit(_ call: CallPointer) {
    let kind = kinds.pointer(to: Int(call.pointee.kind))
    result.calls &+= 1
    if result.calls == observers.watched { tellArrival(call.pointee) }
    let mode = kind.pointee.cacheMode
    var entry: ResponseCache.Place?
    if kind.pointee.asksCache {
      var isHit = call.pointee.cacheDraw
      if mode == .keyed, kind.pointee.promptForm != .unique {
        let place = lookup.cache.place(of: cacheKey(call))
        isHit = lookup.cache.isLive(place, at: SimTime(microseconds: call.pointee.time))
        entry = place
      }
      if isHit { return hit(call, kind: kind) }
      lookup.counts[Int(kind.pointee.cacheClass)].misses &+= 1
      lookup.misses[Int(call.pointee.routed)] &+= 1
    }
    if observers.log != nil {
      let record = record(of: call, cache: mode == .off ? .off : .miss)
      observers.log?.begin(record)
    }
    if kind.pointee.asksKnowledge, askKnowledge(call, kind) { return }
    send(call, kind, entry)
  }

  /// The call goes to a model.
  @inline(__always)
  package mutating func send(
    _ call: CallPointer, _ kind: CallClassPointer, _ entry: ResponseCache.Place?
  ) {
    let chain = routing.chain(model: Int(call.pointee.routed), kind: kind.pointee.chain)
    if foresees, call.pointee.flow < 0, foresee(call, kind, chain: chain, entry) { return }
    if foreseesTalks, entry == nil, foreseeTalk(call, kind, chain: chain) { return }
    let slot = newFlight(call, chain: chain)
    if call.pointee.fact >= 0 { keepFacts(of: call, slot: Int(slot)) }
    attempt(slot, at: call.pointee.time)
  }

  /// A flight may outlive its batch.
  @inline(__always)
  package mutating func keepFacts(of call: CallPointer, slot: Int) {
    if logged.fields.count <= slot { addLoggedFields(upTo: slot) }
    let fact = batch.loggedFields.base + Int(call.pointee.fact)
    logged.fields[slot] = fact.pointee
    if fact.pointee.blockCount > 0 {
      logged.blocks[slot].removeAll(keepingCapacity: true)
      logged.blocks[slot].append(contentsOf: batch.log.blocks[fact.pointee.blocks])
    }
  }

  @inline(never)
  private mutating func addLoggedFields(upTo slot: Int) {
    logged.fields.extend(to: slot + 1, with: LoggedFields())
    while logged.blocks.count <= slot { logged.blocks.append([]) }
  }

  /// A place for the call that has just been counted.
  ///
  /// Written field by field where it lies: a processor waits when it copies as a whole what has
  /// just been written in parts.
  @inline(__always)
  package mutating func newFlight(_ call: CallPointer, chain: Range<Int>) -> Int32 {
    if freeFlights.count == 0 {
      freeFlights.append(Int32(flights.count))
      flights.reserve(flights.count + 1)
      flights.resize(to: flights.count + 1)
    }
    let slot = freeFlights.removeLast()
    let flight = flights.base + Int(slot)
    flight.pointee.call = call.pointee
    flight.pointee.number = result.calls
    flight.pointee.place = Int32(truncatingIfNeeded: chain.lowerBound)
    flight.pointee.chainEnd = Int32(truncatingIfNeeded: chain.upperBound)
    flight.pointee.target = -1
    flight.pointee.retriesLeft = Int32(truncatingIfNeeded: retry.max)
    flight.pointee.attempts = 0
    flight.pointee.skipped = 0
    flight.pointee.asked = call.pointee.time
    flight.pointee.start = call.pointee.time
    flight.pointee.queued = 0
    flight.pointee.cached = 0
    flight.pointee.written = 0
    flight.pointee.writtenLong = 0
    flight.pointee.lost = 0
    flight.pointee.achievable = 0
    flight.pointee.overWindow = 0
    flight.pointee.day = Int32(truncatingIfNeeded: day)
    flight.pointee.month = Int32(truncatingIfNeeded: month)
    flight.pointee.isProbe = false
    flight.pointee.isFailing = false
    flight.pointee.isTimedOut = false
    flight.pointee.isBilled = false
    flight.pointee.isHit = false
    flight.pointee.hasUsedLog = false
    flight.pointee.whole = call.pointee.input
    flight.pointee.cost = 0
    return slot
  }

  @inline(__always)
  package mutating func cacheKey(_ call: CallPointer) -> ResponseCacheKey {
    ResponseCacheKey(
      model: ModelID(call.pointee.routed),
      user: lookup.scope == .user ? call.pointee.user : ResponseCacheKey.anyUser,
      prompt: call.pointee.prompt)
  }

  @inline(__always)
  package mutating func hit(_ call: CallPointer, kind: CallClassPointer) {
    if result.calls == observers.watched { tellHit(call.pointee) }
    lookup.counts[Int(kind.pointee.cacheClass)].hits &+= 1
    let row = ledger.row(ofModel: Int(call.pointee.routed))
    ledger.addCall(kind: kind, row: row, day: day, user: call.pointee.user, isHit: true)
    if call.pointee.fact >= 0 {
      noteFact(batch.loggedFields.base + Int(call.pointee.fact), kind: kind, row: row)
    }
    if kind.pointee.sells { observers.returns.add(call) }
    if kind.pointee.asksKnowledge { learn(from: call, number: result.calls, kind) }
    if observers.log != nil { logHit(call) }
    noteEnd(
      call, kind,
      CallEnd(
        number: result.calls, latency: lookup.latency, row: row, day: day, cache: .hit,
        at: call.pointee.time + lookup.latency))
    if call.pointee.flow >= 0 { answerFlow(call) }
  }

  /// Hits that were counted as they arrived.
  package mutating func add(_ hits: borrowing HitTally) {
    for form in 0..<hits.forms.count where hits.forms[form] > 0 {
      let call = factory.forms[form].pointee.call
      let kind = kinds.pointer(to: Int(call.kind))
      result.calls += hits.forms[form]
      lookup.counts[Int(kind.pointee.cacheClass)].hits += hits.forms[form]
      ledger.addHits(hits.forms[form], kind: kind, row: ledger.row(ofModel: Int(call.routed)))
    }
    for place in 0..<hits.days.count where hits.days[place] > 0 {
      let (day, model) = place.quotientAndRemainder(dividingBy: hits.models)
      ledger.addHits(hits.days[place], day: day, row: ledger.row(ofModel: model))
    }
    for user in 0..<hits.users.count { ledger.addHits(hits.users[user], user: user) }
  }

  @inline(never)
  private mutating func logHit(_ call: CallPointer) {
    var record = record(of: call, cache: .hit)
    record.latency = lookup.latency
    record.hasEnded = true
    observers.log?.begin(record)
  }

  /// Of the call that has just been counted.
  package mutating func record(of call: CallPointer, cache: CallRecord.Cache) -> CallRecord {
    var record = CallRecord(number: result.calls, call: call.pointee, cache: cache)
    if call.pointee.fact >= 0 {
      record.loggedMsgs = batch.loggedFields[Int(call.pointee.fact)].msgs
    }
    if kinds[Int(call.pointee.kind)].turnKind != nil {
      record.conversation = live.talks[Int(call.pointee.flow)].name
      record.turn = Int64(live.talks[Int(call.pointee.flow)].turn) + 1
    }
    return record
  }

  /// The flow goes on when the cache has answered.
  @inline(never)
  package mutating func answerFlow(_ call: CallPointer) {
    let slot = newFlight(call, chain: 0..<0)
    flights[Int(slot)].isHit = true
    events.push(.outcome, at: call.pointee.time + lookup.latency, slot: slot)
  }
}
