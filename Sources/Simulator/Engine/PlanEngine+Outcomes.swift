import CostModel

/// What an attempt's end leads to: a bill, a retry, the next target, or the call's end.
extension PlanEngine {
  mutating func outcome(_ slot: Int32, at e: Int64) throws {
    let flight = flights[Int(slot)]
    if flight.isHit {
      freeFlights.append(slot)
      return endPart(of: flight.call.flow, latency: cacheLatency, failed: false, at: e)
    }
    let target = Int(flight.target)
    let tripped =
      targets[target].breaker?.record(
        success: !flight.isFailing, at: SimTime(microseconds: e), isProbe: flight.isProbe) ?? false
    if tripped { targets[target].counts.breakerTrips &+= 1 }
    if flight.number == watched { tellOutcome(slot, at: e, opensBreaker: tripped) }
    try bill(flight, slot: slot, target: target, at: e)
    if flight.isFailing {
      targets[target].counts.failures &+= 1
      fail(slot, at: e)
    } else {
      targets[target].counts.latency.add(e - flight.asked)
      end(slot, at: e, answeredBy: target)
    }
  }

  @inline(__always)
  mutating func bill(_ flight: Flight, slot: Int32, target: Int, at e: Int64) throws {
    let kind = compiled.kinds[Int(flight.call.kind)]
    var usage: Usage?
    var cost = Cost.zero
    if !flight.isFailing || billFailures != .none {
      let billed = self.usage(
        flight, kind: kind, inputOnly: flight.isFailing && billFailures == .input)
      do throws(PricingError) {
        cost = try prices.cost(
          of: billed, target: target, billing: Int(kind.billing),
          at: SimTime(microseconds: flight.call.time))
      } catch {
        throw UnpricedCall(
          number: flight.number, model: compiled.targets[target].name, error: error)
      }
      usage = billed
      if !flight.isBilled {
        flights[Int(slot)].isBilled = true
        result.billedCalls &+= 1
      }
      flights[Int(slot)].cost += cost.total.picodollars
      budget.add(cost.total, month: Int(flight.month), at: e)
      if flight.number == watched { try tellBill(slot, of: billed, cost: cost) }
      log?.update(flight.number) { $0.add(billed, cost) }
    }
    ledger.addAttempt(
      kind: kind, target: target, day: Int(flight.day), user: flight.call.user,
      failed: flight.isFailing, usage: usage, cost: cost)
  }

  @inline(__always)
  func usage(_ flight: Flight, kind: CallKind, inputOnly: Bool) -> Usage {
    var usage = Usage()
    usage.inputTokens = flight.call.input
    usage.cacheReadTokens = flight.cached
    usage.inputImageTokens = kind.frameTokens
    usage.audioMicroseconds = flight.call.audio
    usage.calls = 1
    if !inputOnly {
      usage.outputTokens = flight.call.output
      usage.reasoningTokens = flight.call.reasoning
    }
    return usage
  }

  mutating func fail(_ slot: Int32, at e: Int64) {
    let left = flights[Int(slot)].retriesLeft
    if left > 0 {
      let k = retry.max - Int(left)
      flights[Int(slot)].retriesLeft -= 1
      let doubled =
        k < 62 ? retry.base.microseconds.multipliedReportingOverflow(by: 1 << k) : (0, true)
      let pause = doubled.1 ? retry.cap.microseconds : min(retry.cap.microseconds, doubled.0)
      events.push(.retry, at: e + pause, slot: slot)
      if flights[Int(slot)].number == watched { tellRetry(at: e + pause, number: k + 1) }
      return
    }
    flights[Int(slot)].place += 1
    flights[Int(slot)].retriesLeft = Int32(retry.max)
    attempt(slot, at: e, isRetry: false)
  }

  /// The call's last outcome: answered by a target, or failed.
  mutating func end(_ slot: Int32, at e: Int64, answeredBy target: Int?) {
    let flight = flights[Int(slot)]
    freeFlights.append(slot)
    let call = flight.call
    let kind = compiled.kinds[Int(call.kind)]
    let latency = e - call.time
    if flight.number == watched { tellEnd(slot, at: e, answeredBy: target) }
    if let target {
      result.latency.add(latency)
      targets[target].counts.calls &+= 1
      if compiled.targets[target].model.index != Int(call.routed) {
        targets[target].counts.fallbackCalls &+= 1
      }
      if kind.cacheMode == .keyed, kind.promptForm != .unique {
        cache.store(cacheKey(call), at: SimTime(microseconds: e), ttl: kind.cacheTTL)
      }
    } else {
      result.failedCalls &+= 1
    }
    if let target {
      outliers?.add(
        model: compiled.targets[target].name, number: flight.number, cost: flight.cost)
    }
    log?.update(flight.number) { record in
      record.answeredBy = target
      record.isFailed = target == nil
      record.hasEnded = true
      record.attempts = flight.attempts
      record.skipped = flight.skipped
      record.queue = flight.queued
      record.latency = latency
    }
    ledger.addCall(
      kind: kind, row: target ?? ledger.row(ofModel: Int(call.routed)), day: Int(flight.day),
      user: call.user, isHit: false)
    noteQuality(
      call, number: flight.number, kind: kind, latency: target == nil ? -1 : latency, at: e,
      cache: kind.cacheMode == .off ? 0 : -1)
    if call.flow >= 0 { endPart(of: call.flow, latency: latency, failed: target == nil, at: e) }
  }

  /// Tells the rolling alerts. `cache` is 1 for a hit, −1 for a miss, 0 for off.
  @inline(__always)
  mutating func noteQuality(
    _ call: Call, number: Int64, kind: CallKind, latency: Int64, at e: Int64, cache: Int
  ) {
    guard rolling.isActive else { return }
    var counts = RollingWatch.Counts()
    counts.finished = 1
    counts.failed = latency < 0 ? 1 : 0
    counts.hits = cache > 0 ? 1 : 0
    counts.misses = cache < 0 ? 1 : 0
    if latency >= 0, kind.satisfaction >= 0 || kind.conversion >= 0 {
      let word = drawBlock(.outcome, call, number: number)
      if kind.satisfaction >= 0, word.1.unit < kind.ratedShare {
        counts.rated = 1
        counts.satisfied = word.2.unit < kind.satisfaction ? 1 : 0
      }
      if kind.conversion >= 0 {
        counts.messages = 1
        counts.converted = word.3.unit < kind.conversion ? 1 : 0
      }
    }
    rolling.add(counts, latency: latency, at: e)
  }
}

/// A call that has no price; the reader refuses scenarios with one, a log may hold it.
struct UnpricedCall: Error {
  /// Rank of arrival, from 1.
  var number: Int64
  var model: String
  var error: PricingError
}
