import CostModel

/// What is told of prompt caches (caching.csv) and of conversations; nothing here changes a result.
extension PlanEngine {
  /// A billed attempt.
  @inline(never)
  package mutating func noteCaching(
    _ usage: Usage, _ cost: Cost, _ slot: Int32, target: Int, total: Money
  ) throws {
    let flight = flights[Int(slot)]
    let kind = kinds.pointer(to: Int(flight.call.kind))
    let input = MoneySum(cost.input)
    let written = usage.cacheWriteTokens + usage.cacheWriteLongTokens
    var (unwritten, plain) = (usage, usage)
    (unwritten.cacheWriteTokens, unwritten.cacheWriteLongTokens) = (0, 0)
    (plain, plain.cacheReadTokens) = (unwritten, 0)
    func priced(_ usage: Usage) throws -> MoneySum {
      MoneySum(
        try prices.cost(
          of: usage, target: target, billing: Int(kind.pointee.billing),
          at: SimTime(microseconds: flight.call.time)
        ).input)
    }
    let premium = written > 0 ? input - (try priced(unwritten)) : .zero
    let saved = written + usage.cacheReadTokens > 0 ? (try priced(plain)) - input : .zero
    var kept = usage
    let lostShort = min(flight.lost, usage.cacheWriteTokens)
    kept.cacheWriteTokens -= lostShort
    kept.cacheWriteLongTokens -= min(flight.lost - lostShort, usage.cacheWriteLongTokens)
    kept.cacheReadTokens += flight.lost
    let lostCost = flight.lost > 0 ? input - (try priced(kept)) : .zero
    caching?.add(
      workload: Int(kind.pointee.workload), kind: kind.pointee.turnKind, row: target
    ) { cell in
      cell.calls += flight.isFailing ? 0 : 1
      cell.input += usage.inputTokens
      cell.read += usage.cacheReadTokens
      cell.short += usage.cacheWriteTokens
      cell.long += usage.cacheWriteLongTokens
      cell.lost += flight.lost
      cell.achievable += flight.achievable
      cell.premium += premium
      cell.lostCost += lostCost
      cell.saved += saved
    }
    guard kind.pointee.turnKind != nil else { return }
    let root = Int(talks[Int(flight.call.flow)].root)
    talks[root].tally.cost += total.picodollars
    conversations?.bill(talks[root], of: talks[Int(flight.call.flow)].made, total)
  }

  /// A call that no target's window holds.
  @inline(never)
  package mutating func noteOverflow(_ call: Call) {
    guard kinds[Int(call.kind)].turnKind != nil else { return }
    conversations?.overflow(talks[Int(call.flow)])
  }

  /// A conversation's prompt has been sent.
  package mutating func noteSent(
    _ slot: Int32, _ prompt: ContextPrompt, _ split: InputSplit, target: Int, hit: Double,
    at s: SimTime
  ) {
    let flight = flights.base + Int(slot)
    let number = Int(flight.pointee.call.flow)
    var here = talks[number].sentTokens(prompt, to: target)
    var anywhere = Talk.tokens(talks[number].sentAnywhere, of: prompt)
    // What is one conversation's own, it knows itself: the list of shared ones stays short.
    let isShared = level(of: Int32(number)).prefixSharing != .conversation
    if isShared, prompt.prefixCount > 0, let prefix = prompt.segments.first,
      prefix.kind == .prefix
    {
      let sent =
        caching?.send(prefix: prefix.boundary, to: target) ?? (here: false, anywhere: false)
      if sent.here { here = max(here, prefix.end) }
      if sent.anywhere { anywhere = max(anywhere, prefix.end) }
    }
    flight.pointee.achievable = anywhere
    flight.pointee.lost = max(0, min(here - split.read, split.short + split.long))
    let sentBefore = talks[number].lastPrompt
    if 2 * split.read < (sentBefore == 0 ? prompt.tokens : sentBefore) {
      let reason = coldReason(slot, prompt, split, target: target, hit: hit, at: s)
      conversations?.cold(talks[number], reason)
    }
    let own =
      prompt.segments.last?.kind == .instruction
      ? prompt.segments.count - 1
      : prompt.segments.count
    talks[number].noteSent(own, to: target)
    talks[number].lastPrompt = prompt.tokens
    talks[number].lastTarget = Int32(target)
    if talks[number].made != .compaction {
      (talks[number].wasCompacted, talks[number].wasTruncated) = (false, false)
    }
  }

  /// Why a call has read less than half of what its conversation had sent before: the first that applies.
  private mutating func coldReason(
    _ slot: Int32, _ prompt: ContextPrompt, _ split: InputSplit, target: Int, hit: Double,
    at s: SimTime
  ) -> ColdReason {
    let (flight, talk) = (flights[Int(slot)], talks[Int(flights[Int(slot)].call.flow)])
    guard let cache = targets[target].contextCache else { return .noCache }
    if prompt.tokens < cache.settings.minimumTokens { return .minimum }
    if talk.lastPrompt == 0 { return .first }
    if talk.wasCompacted { return .compaction }
    if talk.wasTruncated { return .truncation }
    if talk.lastTarget >= 0, Int(talk.lastTarget) != target {
      let chain = routing.chain(
        model: Int(flight.call.routed), kind: kinds[Int(flight.call.kind)].chain)
      return routing.target(at: chain.lowerBound) == target ? .change : .fallback
    }
    if hit >= cache.settings.hitChance { return .chance }
    return 2 * cache.longestLive(prompt, at: s) >= talk.lastPrompt ? .lookback : .gap
  }

  /// A plain call's static prefix has been sent.
  package mutating func notePrefix(_ slot: Int32, kind: KindPointer, target: Int) {
    let flight = flights.base + Int(slot)
    let key = prefixKey(flight.pointee.call, kind: kind)
    let sent =
      caching?.send(prefix: BoundaryNumbers.prefix(key), to: target) ?? (
        here: false, anywhere: false
      )
    let written = flight.pointee.written + flight.pointee.writtenLong
    if sent.here { flight.pointee.lost = written }
    if sent.anywhere { flight.pointee.achievable = kind.pointee.prefixTokens }
  }
}
