import CostModel

/// A call arrives: it is answered by the cache or makes its first attempt.
extension PlanEngine {
  @inline(__always)
  mutating func arrive(_ call: Call) {
    let kind = compiled.kinds[Int(call.kind)]
    result.calls &+= 1
    if hasFixedPrices, call.fact >= 0 { addFixedPrices(reachedBy: call) }
    if result.calls == watched { tellArrival(call) }
    if kind.cacheMode != .off {
      let isHit = kind.cacheMode == .rate ? call.cacheDraw : isLive(call, kind)
      if isHit { return hit(call, kind: kind) }
      result.cacheMisses &+= 1
      cacheCounts[Int(kind.cacheClass)].misses &+= 1
    }
    log?.begin(
      CallRecord(
        number: result.calls, call: call, cache: kind.cacheMode == .off ? .off : .miss))
    let chain = routing.chain(model: Int(call.routed), tier: Int(kind.tier))
    let flight = Flight(
      call: call, number: result.calls, place: Int32(chain.lowerBound),
      chainEnd: Int32(chain.upperBound),
      retriesLeft: Int32(retry.max), day: Int32(day), month: Int32(month))
    let slot = slot(for: flight)
    if call.fact >= 0 { keepFacts(of: call, slot: Int(slot)) }
    attempt(slot, at: call.time, isRetry: false)
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
  mutating func slot(for flight: Flight) -> Int32 {
    if let free = freeFlights.popLast() {
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
  func isLive(_ call: Call, _ kind: CallKind) -> Bool {
    kind.promptForm != .unique
      && cache.lookup(cacheKey(call), at: SimTime(microseconds: call.time))
  }

  mutating func hit(_ call: Call, kind: CallKind) {
    result.cacheHits &+= 1
    if result.calls == watched { tellHit(call) }
    cacheCounts[Int(kind.cacheClass)].hits &+= 1
    result.latency.add(cacheLatency)
    ledger.addCall(
      kind: kind, row: ledger.row(ofModel: Int(call.routed)), day: day, user: call.user, isHit: true
    )
    noteQuality(
      call, number: result.calls, kind: kind, latency: cacheLatency, at: call.time + cacheLatency,
      cache: 1)
    if log != nil {
      var record = CallRecord(number: result.calls, call: call, cache: .hit)
      record.latency = cacheLatency
      record.hasEnded = true
      log?.begin(record)
    }
    guard call.flow >= 0 else { return }
    var flight = Flight(
      call: call, number: result.calls, place: 0, chainEnd: 0, retriesLeft: 0, day: Int32(day),
      month: Int32(month))
    flight.isHit = true
    events.push(.outcome, at: call.time + cacheLatency, slot: slot(for: flight))
  }
}
