import CostModel

/// Calls that are sure to be answered when they arrive: most of them, where limits and failures are few.
///
/// Their answer comes later, but nothing that happens until then can change it, and it changes nothing
/// but sums. So such a call is booked as it arrives, without a flight and an event. Whatever else a call
/// is, it takes the long way, with the same result (docs/semantics.md, "Order of events").
extension PlanEngine {
  /// Books the call, if its first target takes it at once and is sure to answer.
  /// - Returns: False where that is not so; nothing has happened then.
  @inline(__always)
  mutating func foresee(_ call: CallPointer, _ kind: KindPointer, target: Int) -> Bool {
    let place = targets.base + target
    let time = call.pointee.time
    guard foresees, call.pointee.flow < 0, call.pointee.fact < 0,
      kind.pointee.cacheMode != .keyed || kind.pointee.promptForm == .unique,
      kind.pointee.prefixTokens == 0 || place.pointee.promptCache == nil,
      time >= place.pointee.steadyFrom,
      let latency = foreseenLatency(of: call, target: target)
    else { return false }
    let usage = usage(call, kind: kind, cached: 0, inputOnly: false)
    guard
      let cost = prices.usualCost(of: usage, target: target, billing: Int(kind.pointee.billing))
        ?? rareCost(of: call, kind, target: target)
    else { return false }
    let charge = charge(call, maxTokens: kind.pointee.maxTokens, target: target)
    let isBooked = place.pointee.quota.bookAtOnce(
      at: SimTime(microseconds: time), tokens: charge,
      audio: SimDuration(microseconds: call.pointee.audio),
      duration: SimDuration(microseconds: latency))
    guard isBooked else { return false }
    place.pointee.countStart(
      at: time, waited: 0, tokens: call.pointee.input + call.pointee.output, charged: charge)
    place.pointee.countAnswer(toRouted: call.pointee.routed)
    place.pointee.latencies.add(latency)
    result.billedCalls &+= 1
    let total = cost.total
    gather(
      total, month: month, at: time &+ latency, order: events.orderOfOutcome(), now: time)
    ledger.addAttempt(
      kind: kind, target: target, day: day, user: call.pointee.user, failed: false, usage: usage,
      cost: cost, total: total)
    if kind.pointee.sells { returns.add(call) }
    return true
  }

  /// The first attempt's latency, if that has been drawn, does not fail and is in time.
  @inline(__always)
  private mutating func foreseenLatency(of call: CallPointer, target: Int) -> Int64? {
    let place = targets.base + target
    var latency = place.pointee.drawn.fixedLatency
    if place.pointee.drawn.isDrawn {
      guard Int(call.pointee.drawnTarget) == target,
        call.pointee.failure >= place.pointee.failureRate
      else { return nil }
      latency = call.pointee.latency
    }
    return latency <= place.pointee.timeout ? latency : nil
  }

  /// Apart, so that a usual call's usage is never written to memory. Nil: there is no price, of which the
  /// long way tells.
  @inline(never)
  private mutating func rareCost(of call: CallPointer, _ kind: KindPointer, target: Int) -> Cost? {
    try? prices.cost(
      of: usage(call, kind: kind, cached: 0, inputOnly: false), target: target,
      billing: Int(kind.pointee.billing), at: SimTime(microseconds: call.pointee.time))
  }
}
