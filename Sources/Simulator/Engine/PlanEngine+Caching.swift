import CostModel

/// What is told of prompt caches (caching.csv) and of conversations; nothing here changes a result.
extension PlanEngine {
  /// A billed attempt.
  /// - Parameters:
  ///   - lost: tokens of what was written that the target had been sent before.
  ///   - achievable: tokens that somebody had sent before.
  package mutating func noteCaching(
    _ call: CallPointer, _ kind: CallClassPointer, _ usage: Usage, target: Int, lost: Int64,
    achievable: Int64, isFailing: Bool, total: Money
  ) throws(PricingError) {
    let effect = try pricing.table.cacheEffect(
      of: usage, lost: lost, target: target, billing: Int(kind.pointee.billing),
      at: SimTime(microseconds: call.pointee.time))
    observers.caching?.add(
      workload: Int(kind.pointee.workload), kind: kind.pointee.turnKind, row: target
    ) { cell in
      cell.calls += isFailing ? 0 : 1
      cell.input += usage.inputTokens
      cell.read += usage.cacheReadTokens
      cell.short += usage.cacheWriteTokens
      cell.long += usage.cacheWriteLongTokens
      cell.lost += lost
      cell.achievable += achievable
      cell.premium += effect.premium
      cell.lostCost += effect.lost
      cell.saved += effect.saved
    }
    noteTalkBill(call, kind, total)
  }

  /// A bill of a conversation's call, also by another model.
  package mutating func noteTalkBill(_ call: CallPointer, _ kind: CallClassPointer, _ total: Money)
  {
    guard kind.pointee.turnKind != nil else { return }
    let talk = live.talks.base + Int(call.pointee.flow)
    let root = live.talks.base + Int(talk.pointee.root)
    root.pointee.tally.cost += total.picodollars
    let (made, turn, workload) = (talk.pointee.made, root.pointee.turn, talk.pointee.workload)
    observers.conversations?.bill(made, turn: turn, workload: workload, total)
  }

  /// A call that no target's window holds.
  @inline(never)
  package mutating func noteOverflow(_ call: Call) {
    guard kinds[Int(call.kind)].turnKind != nil else { return }
    let workload = live.talks[Int(call.flow)].workload
    observers.conversations?.overflow(workload: workload)
  }

  /// An attempt of a conversation's call.
  package struct Sending: BitwiseCopyable {
    package var prompt: PromptEnds
    package var split: InputSplit
    package var target: Int
    package var hit: Double
    package var at: SimTime
    /// Tokens up to the last place that was live; negative: nobody has looked.
    package var longestLive: Int64
  }

  /// A conversation's prompt has been sent.
  /// - Returns: Tokens of what was written that the target had been sent before, and tokens that
  ///   somebody had sent before.
  package mutating func noteSent(_ call: CallPointer, _ sending: Sending) -> (
    lost: Int64, achievable: Int64
  ) {
    let talk = live.talks.base + Int(call.pointee.flow)
    let (prompt, split) = (sending.prompt, sending.split)
    let sent = talk.pointee.withMet(sending.target) { met in
      defer { met.sent.take(prompt.own) }
      return met.sent
    }
    var (here, anywhere) = (sent.tokens, talk.pointee.sentAnywhere.tokens)
    // What is one conversation's own, it knows itself: the list of shared ones stays short.
    if sent.segments == 0, talk.pointee.facts.pointee.sharesPrefix, prompt.prefix.count > 0 {
      let sent =
        observers.caching?.send(prefix: prompt.boundary, to: sending.target)
        ?? (here: false, anywhere: false)
      if sent.here { here = max(here, prompt.prefix.tokens) }
      if sent.anywhere { anywhere = max(anywhere, prompt.prefix.tokens) }
    }
    let sentBefore = talk.pointee.lastPrompt
    if 2 * split.read < (sentBefore == 0 ? prompt.all.tokens : sentBefore) {
      let reason = coldReason(call, sending)
      observers.conversations?.cold(reason, workload: talk.pointee.workload)
    }
    talk.pointee.sentAnywhere.take(prompt.own)
    talk.pointee.lastPrompt = prompt.all.tokens
    talk.pointee.lastTarget = Int32(sending.target)
    if talk.pointee.made != .compaction {
      (talk.pointee.wasCompacted, talk.pointee.wasTruncated) = (false, false)
    }
    return (max(0, min(here - split.read, split.short + split.long)), anywhere)
  }

  /// Why a call has read less than half of what its conversation had sent before: the first that applies.
  @inline(never)
  private mutating func coldReason(_ call: CallPointer, _ sending: Sending) -> ColdReason {
    let talk = live.talks.base + Int(call.pointee.flow)
    let state = targets.base + sending.target
    guard let settings = state.pointee.contextCache?.settings else { return .noCache }
    if sending.prompt.all.tokens < settings.minimumTokens { return .minimum }
    if talk.pointee.lastPrompt == 0 { return .first }
    if talk.pointee.wasCompacted { return .compaction }
    if talk.pointee.wasTruncated { return .truncation }
    if talk.pointee.lastTarget >= 0, Int(talk.pointee.lastTarget) != sending.target {
      let chain = routing.chain(
        model: Int(call.pointee.routed), kind: kinds[Int(call.pointee.kind)].chain)
      return routing.target(at: chain.lowerBound) == sending.target ? .change : .fallback
    }
    if sending.hit >= settings.hitChance { return .chance }
    var live = sending.longestLive
    if live < 0 {
      live =
        state.pointee.contextCache?.longestLive(talk.pointee.state.prompt, at: sending.at) ?? 0
    }
    return 2 * live >= talk.pointee.lastPrompt ? .lookback : .gap
  }

  /// A plain call's static prefix has been sent.
  package mutating func notePrefix(_ slot: Int32, kind: CallClassPointer, target: Int) {
    let flight = flights.base + Int(slot)
    let key = prefixKey(flight.pointee.call, kind: kind)
    let sent =
      observers.caching?.send(prefix: BoundaryNumbers.prefix(key), to: target) ?? (
        here: false, anywhere: false
      )
    let written = flight.pointee.written + flight.pointee.writtenLong
    if sent.here { flight.pointee.lost = written }
    if sent.anywhere { flight.pointee.achievable = kind.pointee.prefixTokens }
  }
}
