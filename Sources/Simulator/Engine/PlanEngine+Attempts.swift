import CostModel

/// attempt(t, i): which target takes the call, and when it starts there.
extension PlanEngine {
  /// attempt(t, i): the first target from the flight's place that is neither blocked nor over its
  /// queue limit.
  mutating func attempt(_ slot: Int32, at time: Int64, isRetry: Bool) {
    let place = Int(flights[Int(slot)].place)
    let chainEnd = Int(flights[Int(slot)].chainEnd)
    let isWatched = flights[Int(slot)].number == watched
    var next = place
    while next < chainEnd {
      let target = routing.target(at: next)
      if isWatched { tellLook(slot, target: target, at: time) }
      if book(slot, target: target, at: time) {
        flights[Int(slot)].place = Int32(next)
        if isWatched { tellAttempt(slot, target: target) }
        return
      }
      flights[Int(slot)].skipped += 1
      flights[Int(slot)].retriesLeft = Int32(retry.max)
      next += 1
    }
    end(slot, at: time, answeredBy: nil)
  }

  /// Books the attempt at a target; false if the target must be skipped.
  @inline(__always)
  mutating func book(_ slot: Int32, target: Int, at time: Int64) -> Bool {
    let t = SimTime(microseconds: time)
    if targets[target].breaker?.blocks(at: t) == true { return false }
    let call = flights[Int(slot)].call
    let kind = compiled.kinds[Int(call.kind)]
    let tokens = call.input + call.output
    let charge = charge(slot, call: call, kind: kind, target: target)
    let isLogged = call.fact >= 0 && isLoggedAttempt(slot, target: target)
    var (failure, latency) = drawAttempt(slot, call: call, target: target)
    if isLogged, facts[Int(slot)].latency >= 0 { latency = facts[Int(slot)].latency }
    let duration = min(latency, targets[target].timeout)
    targets[target].counts.offeredRequests &+= 1
    targets[target].counts.offeredTokens &+= charge
    let booking = targets[target].quota.book(
      at: t, tokens: charge, audio: SimDuration(microseconds: call.audio),
      duration: SimDuration(microseconds: duration))
    guard case .start(let start) = booking else {
      targets[target].counts.throttledCalls &+= 1
      return false
    }
    let waited = start.microseconds - time
    targets[target].countStart(
      at: start.microseconds, waited: waited, tokens: tokens, charged: charge)
    flights[Int(slot)].attempts += 1
    flights[Int(slot)].target = Int32(target)
    flights[Int(slot)].asked = time
    flights[Int(slot)].start = start.microseconds
    flights[Int(slot)].queued += waited
    flights[Int(slot)].isProbe = targets[target].breaker?.begin(at: t) ?? false
    flights[Int(slot)].cached =
      call.fact >= 0
      ? readBlocks(slot, call: call, target: target, at: start)
      : readPrompt(call, kind: kind, target: target, at: start)
    let rate = targets[target].failureRate(at: start.microseconds, isLogged: isLogged)
    flights[Int(slot)].isFailing = failure < rate || latency > targets[target].timeout
    if isLogged {
      flights[Int(slot)].hasUsedLog = true
      if facts[Int(slot)].failed { flights[Int(slot)].isFailing = true }
    }
    if waited > result.queueMax.microseconds { result.queueMax = start - t }
    events.push(.outcome, at: start.microseconds + duration, slot: slot)
    return true
  }

  /// The tokens that the target's quota charges.
  @inline(__always)
  func charge(_ slot: Int32, call: Call, kind: CallKind, target: Int) -> Int64 {
    guard targets[target].chargesReserved else { return call.input + call.output }
    let stated = call.fact >= 0 ? facts[Int(slot)].maxTokens : kind.maxTokens
    return call.input + (stated >= 0 ? stated : targets[target].modelMaxTokens)
  }

  /// The attempt's failure draw and its latency.
  @inline(__always)
  func drawAttempt(
    _ slot: Int32, call: Call, target: Int
  ) -> (failure: Double, latency: Int64) {
    guard targets[target].draws else { return (1, targets[target].fixedLatency) }
    let word = drawBlock(
      .attempt, call, number: flights[Int(slot)].number,
      attempt: UInt64(flights[Int(slot)].attempts))
    let fixed = targets[target].fixedLatency
    return (
      word.0.unit, fixed >= 0 ? fixed : compiled.tables.draw(targets[target].latency, word.1)
    )
  }

  /// The draws of a call: of its rank in a log, else of its workload, user and place.
  @inline(__always)
  func drawBlock(
    _ block: DrawBlock, _ call: Call, number: Int64, attempt: UInt64 = 0
  ) -> Philox.Block {
    if call.fact >= 0 {
      return draws.block(
        block, call: UInt64(number), user: 0, workload: Draws.traceKey, part: attempt)
    }
    let kind = compiled.kinds[Int(call.kind)]
    return draws.block(
      block, call: UInt64(call.index), user: UInt64(call.user),
      workload: compiled.arrivalPlans[Int(kind.workload)].key, part: kind.part | attempt)
  }

  /// The call's first attempt that goes to the model that the log names.
  func isLoggedAttempt(_ slot: Int32, target: Int) -> Bool {
    !flights[Int(slot)].hasUsedLog
      && compiled.targets[target].model.rawValue == facts[Int(slot)].model
  }

  /// A log gives a number of cached tokens, taken as it is, or blocks.
  mutating func readBlocks(
    _ slot: Int32, call: Call, target: Int, at start: SimTime
  ) -> Int64 {
    let fact = facts[Int(slot)]
    if fact.cachedInput >= 0 { return fact.cachedInput }
    guard !fact.blocks.isEmpty else { return 0 }
    return targets[target].promptCache?.read(
      blocks: blocks[Int(slot)], blockSize: fact.blockSize, input: call.input, at: start) ?? 0
  }

  @inline(__always)
  mutating func readPrompt(
    _ call: Call, kind: CallKind, target: Int, at start: SimTime
  ) -> Int64 {
    guard kind.prefixTokens > 0, targets[target].promptCache != nil else { return 0 }
    let prefix = prefixKey(call, kind: kind)
    return targets[target].promptCache?.read(
      prefix: prefix, tokens: kind.prefixTokens, input: call.input, at: start) ?? 0
  }

  /// The block that stands for a synthetic call's static prefix.
  @inline(__always)
  func prefixKey(_ call: Call, kind: CallKind) -> UInt64 {
    let key = compiled.arrivalPlans[Int(kind.workload)].key
    return kind.prefixShared ? key : Draws.mixed(key ^ Draws.mixed(UInt64(call.user)))
  }
}
