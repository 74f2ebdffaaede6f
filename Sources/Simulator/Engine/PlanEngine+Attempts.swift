import CostModel

/// attempt(t, i): which target takes the call, and when it starts there.
///
/// Methods that change nothing are `mutating` all the same: the engine is thousands of bytes, and
/// a call of another kind may copy it.
extension PlanEngine {
  /// attempt(t, i): the first target from the flight's place that is neither blocked nor over its
  /// queue limit.
  package mutating func attempt(_ slot: Int32, at time: Int64) {
    // Flights stay where they are until the call ends.
    let flight = flights.base + Int(slot)
    let isWatched = flight.pointee.number == observers.watched
    for next in Int(flight.pointee.place)..<Int(flight.pointee.chainEnd) {
      let target = routing.target(at: next)
      if isWatched { tellLook(slot, target: target, at: time) }
      if book(slot, target: target, at: time) {
        flight.pointee.place = Int32(truncatingIfNeeded: next)
        if isWatched { tellAttempt(slot, target: target) }
        return
      }
      flight.pointee.skipped &+= 1
      flight.pointee.retriesLeft = Int32(truncatingIfNeeded: retry.max)
    }
    giveUp(slot, at: time)
  }

  /// Books the attempt at a target; false if the target must be skipped.
  @inline(__always)
  package mutating func book(_ slot: Int32, target: Int, at time: Int64) -> Bool {
    let t = SimTime(microseconds: time)
    let place = targets.base + target
    let flight = flights.base + Int(slot)
    if time < place.pointee.blockedUntil { return false }
    flight.pointee.call.input = flight.pointee.whole
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    if flight.pointee.whole &+ flight.pointee.call.output > place.pointee.window
      || kind.pointee.turnKind != nil
    {
      guard let input = fittingInput(slot, target: target) else {
        place.pointee.counts.tooLongCalls &+= 1
        flight.pointee.overWindow &+= 1
        return false
      }
      flight.pointee.call.input = input
    }
    let tokens = flight.pointee.call.input + flight.pointee.call.output
    var charge = charge(
      Self.call(of: flight), maxTokens: maxTokens(of: slot), target: target)
    if place.pointee.chargesUncached { charge -= wouldRead(slot, target: target, at: t) }
    let isFromLog = flight.pointee.call.fact >= 0
    let isLogged = isFromLog && isLoggedAttempt(slot, target: target)
    var (failure, latency) = drawAttempt(slot, target: target)
    if isLogged, logged.fields[Int(slot)].latency >= 0 {
      latency = logged.fields[Int(slot)].latency
    }
    let duration = min(latency, place.pointee.timeout)
    let booking = place.pointee.quota.book(
      at: t, tokens: charge, audio: SimDuration(microseconds: flight.pointee.call.audio),
      duration: SimDuration(microseconds: duration))
    guard case .start(let start) = booking else {
      place.pointee.countThrottled(charged: charge)
      return false
    }
    let waited = start.microseconds - time
    place.pointee.countStart(
      at: start.microseconds, waited: waited, tokens: tokens, charged: charge)
    flight.pointee.attempts &+= 1
    flight.pointee.target = Int32(truncatingIfNeeded: target)
    flight.pointee.asked = time
    flight.pointee.start = start.microseconds
    flight.pointee.queued += waited
    flight.pointee.isProbe = place.pointee.begin(at: time)
    if isFromLog {
      flight.pointee.cached = readBlocks(slot, target: target, at: start)
      flight.pointee.written = 0
    }
    if flight.pointee.call.input < flight.pointee.whole {
      place.pointee.counts.cutAttempts &+= 1
      place.pointee.counts.cutTokens &+= flight.pointee.whole - flight.pointee.call.input
      flight.pointee.cached = min(flight.pointee.cached, flight.pointee.call.input)
    }
    var rate = isLogged ? 0 : place.pointee.failureRate
    if place.pointee.hasOutages {
      rate = place.pointee.failureRate(at: start.microseconds, isLogged: isLogged)
    }
    if isFromLog, place.pointee.drawn.isDrawn {
      noteDraw(
        isTold: isLogged && logged.fields[Int(slot)].latency >= 0, target: target, rate: rate)
    }
    flight.pointee.isTimedOut = latency > place.pointee.timeout
    flight.pointee.isFailing = failure < rate || flight.pointee.isTimedOut
    if isLogged {
      flight.pointee.hasUsedLog = true
      if logged.fields[Int(slot)].failed { flight.pointee.isFailing = true }
      if logged.fields[Int(slot)].timedOut { flight.pointee.isTimedOut = true }
    }
    if isFromLog, place.pointee.blockCache != nil {
      markBlocks(
        slot, target: target, from: start,
        to: SimTime(microseconds: start.microseconds + duration))
    }
    if !isFromLog {
      readPrompt(
        slot, kind: kind, target: target, from: start,
        to: SimTime(microseconds: start.microseconds + duration))
    }
    if waited > result.queueMax.microseconds { result.queueMax = start - t }
    events.push(.outcome, at: start.microseconds + duration, slot: slot)
    return true
  }

  /// The input as the target's context window takes it; nil: the call is refused. What a log says was
  /// answered was.
  @inline(never)
  package mutating func fittingInput(_ slot: Int32, target: Int) -> Int64? {
    let flight = flights.base + Int(slot)
    let place = targets.base + target
    let (whole, output) = (flight.pointee.whole, flight.pointee.call.output)
    let isFromLog = flight.pointee.call.fact >= 0
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    if kind.pointee.turnKind != nil { return holds(whole, kind, target: target) ? whole : nil }
    guard whole + output > place.pointee.window else { return whole }
    if isFromLog, isLoggedAttempt(slot, target: target) { return whole }
    let left = place.pointee.window - output
    // Neither the static prefix nor images can be cut.
    let least = isFromLog ? 0 : kinds[Int(flight.pointee.call.kind)].extraInput
    return place.pointee.cutsInput && left >= least ? left : nil
  }

  /// Whether the target's window holds a conversation's prompt.
  @inline(__always)
  package mutating func holds(_ prompt: Int64, _ kind: CallClassPointer, target: Int) -> Bool {
    let place = targets.base + target
    let reserve =
      place.pointee.reserve >= 0 ? place.pointee.reserve : max(0, kind.pointee.maxTokens)
    let window = place.pointee.window == .max ? nil : place.pointee.window
    return ContextWindow.holds(prompt, reserve: reserve, window: window)
  }

  /// The tokens that the target's quota charges.
  /// - Parameter maxTokens: what the call states; negative: nothing.
  @inline(__always)
  package mutating func charge(_ call: CallPointer, maxTokens: Int64, target: Int) -> Int64 {
    let place = targets.base + target
    guard place.pointee.chargesReserved else { return call.pointee.input + call.pointee.output }
    return call.pointee.input + (maxTokens >= 0 ? maxTokens : place.pointee.modelMaxTokens)
  }

  @inline(__always)
  package mutating func maxTokens(of slot: Int32) -> Int64 {
    let call = Self.call(of: flights.base + Int(slot))
    return call.pointee.fact >= 0
      ? logged.fields[Int(slot)].maxTokens : kinds[Int(call.pointee.kind)].maxTokens
  }

  /// The attempt's failure draw and its latency, what its audio adds included.
  @inline(__always)
  package mutating func drawAttempt(_ slot: Int32, target: Int) -> (failure: Double, latency: Int64)
  {
    var result = drawSilentAttempt(slot, target: target)
    let call = Self.call(of: flights.base + Int(slot))
    result.latency &+=
      (targets.base + target).pointee.drawn.latency(ofAudio: call.pointee.audio)
    return result
  }

  @inline(__always)
  private mutating func drawSilentAttempt(
    _ slot: Int32, target: Int
  ) -> (failure: Double, latency: Int64) {
    let drawn = targets.base + target
    let fixed = drawn.pointee.drawn.fixedLatency
    guard drawn.pointee.drawn.isDrawn else { return (1, fixed) }
    let flight = flights.base + Int(slot)
    if flight.pointee.attempts == 0,
      Int32(truncatingIfNeeded: target) == flight.pointee.call.drawnTarget
    {
      return (flight.pointee.call.failure, flight.pointee.call.latency)
    }
    return drawAttempt(
      of: Self.call(of: flight), number: flight.pointee.number,
      attempt: UInt64(truncatingIfNeeded: flight.pointee.attempts), target: target)
  }

  /// Of an attempt that was not drawn ahead; without what its audio adds.
  @inline(never)
  package mutating func drawAttempt(
    of call: CallPointer, number: Int64, attempt: UInt64, target: Int
  ) -> (failure: Double, latency: Int64) {
    let drawn = targets.base + target
    let fixed = drawn.pointee.drawn.fixedLatency
    let word = drawBlock(.attempt, call, number: number, attempt: attempt)
    return (
      word.0.unit, fixed >= 0 ? fixed : compiled.tables.draw(drawn.pointee.drawn.latency, word.1)
    )
  }

  /// A logged call's attempt was drawn by the call's rank, unless neither its latency nor its failure
  /// hangs on the draw.
  @inline(never)
  private mutating func noteDraw(isTold: Bool, target: Int, rate: Double) {
    if rate > 0 || !isTold && targets[target].drawn.fixedLatency < 0 { logged.drawsByRank = true }
  }

  /// The draws of a call: of its rank in a log, else of its workload, user and place.
  @inline(__always)
  package mutating func drawBlock(
    _ block: DrawBlock, _ call: CallPointer, number: Int64, attempt: UInt64 = 0
  ) -> SplitMix.Block {
    if call.pointee.fact >= 0 {
      return draws.block(
        block, call: UInt64(number), user: 0, workload: Draws.traceKey, part: attempt)
    }
    let kind = kinds.pointer(to: Int(call.pointee.kind))
    var (key, part) = (kind.pointee.key, kind.pointee.part)
    if kind.pointee.turnKind != nil {
      let talk = Int(call.pointee.flow)
      (key, part) = (live.talks[talk].key, live.talks[talk].place << 32)
    }
    return draws.block(
      block, call: UInt64(call.pointee.index), user: UInt64(call.pointee.user), workload: key,
      part: part | attempt)
  }

  /// The call's first attempt that goes to the model that the log names.
  package mutating func isLoggedAttempt(_ slot: Int32, target: Int) -> Bool {
    !flights[Int(slot)].hasUsedLog
      && compiled.targets[target].model.rawValue == logged.fields[Int(slot)].model
  }

  /// A log gives a number of cached tokens, taken as it is, or blocks.
  package mutating func readBlocks(_ slot: Int32, target: Int, at start: SimTime) -> Int64 {
    let fact = logged.fields.base + Int(slot)
    if fact.pointee.cachedInput >= 0 { return fact.pointee.cachedInput }
    let place = targets.base + target
    if fact.pointee.blockCount > 0, place.pointee.promptCache != nil {
      logged.asksPromptCache = true
    }
    guard fact.pointee.blockCount > 0,
      place.pointee.blockCache == nil || fact.pointee.areSessionBlocks
    else { return 0 }
    return place.pointee.promptCache?.read(
      blocks: logged.blocks[Int(slot)], blockSize: fact.pointee.blockSize,
      input: flights[Int(slot)].call.input, at: start) ?? 0
  }

  /// Where written tokens are billed, what an attempt does not read of a prompt that is known by blocks is
  /// written; a log's own blocks are read up to a place that an earlier request has marked.
  @inline(never)
  private mutating func markBlocks(
    _ slot: Int32, target: Int, from s: SimTime, to e: SimTime
  ) {
    let (flight, fact) = (flights.base + Int(slot), logged.fields.base + Int(slot))
    guard fact.pointee.cachedInput < 0, fact.pointee.blockCount > 0 else { return }
    if !fact.pointee.areSessionBlocks {
      let hit = hitDraw(
        Self.call(of: flight), number: flight.pointee.number,
        attempt: flight.pointee.attempts - 1, target: target)
      flight.pointee.cached =
        (targets.base + target).pointee.blockCache?.attempt(
          prompt(ofLogged: slot), CacheMarks(.rolling), from: s, to: e,
          succeeds: !flight.pointee.isFailing, hit: hit
        ).read ?? 0
    }
    if !fact.pointee.tellsWrites {
      flight.pointee.written = flight.pointee.call.input - flight.pointee.cached
    }
  }

  /// A prompt that the log tells as blocks.
  package mutating func prompt(ofLogged slot: Int32) -> ContextPrompt {
    let fact = logged.fields.base + Int(slot)
    return ContextPrompt(
      blocks: logged.blocks[Int(slot)].prefix(Int(fact.pointee.blockCount)),
      blockSize: fact.pointee.blockSize, input: flights[Int(slot)].call.input,
      prefix: compiled.scenario.replay.prefix)
  }
}
