import CostModel

/// A call arrives: it is answered by the cache or makes its first attempt.
extension PlanEngine {
  @inline(__always)
  mutating func arrive(_ call: Call) {
    let kind = kinds.pointer(to: Int(call.kind))
    result.calls &+= 1
    if result.calls == watched { tellArrival(call) }
    let mode = kind.pointee.cacheMode
    if mode != .off {
      let isHit = mode == .rate ? call.cacheDraw : isLive(call, kind)
      if isHit { return hit(call, kind: kind) }
      result.cacheMisses &+= 1
      cacheCounts[Int(kind.pointee.cacheClass)].misses &+= 1
    }
    if log != nil {
      log?.begin(
        CallRecord(number: result.calls, call: call, cache: mode == .off ? .off : .miss))
    }
    let chain = routing.chain(model: Int(call.routed), tier: Int(kind.pointee.tier))
    let slot = newFlight(
      Flight(
        call: call, number: result.calls, place: Int32(truncatingIfNeeded: chain.lowerBound),
        chainEnd: Int32(truncatingIfNeeded: chain.upperBound),
        retriesLeft: Int32(truncatingIfNeeded: retry.max), day: Int32(truncatingIfNeeded: day),
        month: Int32(truncatingIfNeeded: month)))
    if call.fact >= 0 { keepFacts(of: call, slot: Int(slot)) }
    attempt(slot, at: call.time)
  }

  /// A flight may outlive its batch.
  mutating func keepFacts(of call: Call, slot: Int) {
    while facts.count <= slot {
      facts.append(LoggedFacts())
      blocks.append([])
    }
    let fact = batch.facts[Int(call.fact)]
    facts[slot] = fact
    blocks[slot].removeAll(keepingCapacity: true)
    if !fact.blocks.isEmpty { blocks[slot].append(contentsOf: batch.blocks[fact.blocks]) }
  }

  @inline(__always)
  mutating func newFlight(_ flight: Flight) -> Int32 {
    if freeFlights.count > 0 {
      let free = freeFlights.removeLast()
      flights[Int(free)] = flight
      return free
    }
    flights.append(flight)
    return Int32(flights.count - 1)
  }

  @inline(__always)
  func cacheKey(_ call: Call) -> ResponseCacheKey {
    ResponseCacheKey(
      model: ModelID(call.routed), user: scope == .user ? call.user : ResponseCacheKey.anyUser,
      prompt: call.prompt)
  }

  @inline(__always)
  func isLive(_ call: Call, _ kind: KindPointer) -> Bool {
    kind.pointee.promptForm != .unique
      && cache.lookup(cacheKey(call), at: SimTime(microseconds: call.time))
  }

  @inline(__always)
  mutating func hit(_ call: Call, kind: KindPointer) {
    result.cacheHits &+= 1
    if result.calls == watched { tellHit(call) }
    cacheCounts[Int(kind.pointee.cacheClass)].hits &+= 1
    result.latency.add(cacheLatency)
    ledger.addCall(
      kind: kind, row: ledger.row(ofModel: Int(call.routed)), day: day, user: call.user, isHit: true
    )
    noteQuality(
      call, number: result.calls, kind: kind, latency: cacheLatency, at: call.time + cacheLatency,
      cache: 1)
    if log != nil { logHit(call) }
    if call.flow >= 0 { answerFlow(call) }
  }

  @inline(never)
  private mutating func logHit(_ call: Call) {
    var record = CallRecord(number: result.calls, call: call, cache: .hit)
    record.latency = cacheLatency
    record.hasEnded = true
    log?.begin(record)
  }

  /// The flow goes on when the cache has answered.
  @inline(never)
  private mutating func answerFlow(_ call: Call) {
    var flight = Flight(
      call: call, number: result.calls, place: 0, chainEnd: 0, retriesLeft: 0, day: Int32(day),
      month: Int32(month))
    flight.isHit = true
    events.push(.outcome, at: call.time + cacheLatency, slot: newFlight(flight))
  }
}
