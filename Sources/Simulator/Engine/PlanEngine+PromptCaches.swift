import CostModel

/// What attempts read from the prompt caches of their targets, and what they leave there
/// (docs/semantics.md, "Prompt cache").
extension PlanEngine {
  /// Of an attempt that has been booked, and of which it is known whether it fails.
  @inline(__always)
  package mutating func readPrompt(
    _ slot: Int32, kind: CallClassPointer, target: Int, from s: SimTime, to e: SimTime
  ) {
    let flight = flights.base + Int(slot)
    flight.pointee.cached = 0
    if kind.pointee.turnKind != nil { return readTalk(slot, target: target, from: s, to: e) }
    guard kind.pointee.prefixTokens > 0, targets[target].promptCache != nil else { return }
    if targets[target].readsParts {
      return readParts(slot, kind: kind, target: target, from: s, to: e)
    }
    flight.pointee.cached =
      (targets.base + target).pointee.promptCache?.read(
        prefix: prefixKey(flight.pointee.call, kind: kind), tokens: kind.pointee.prefixTokens,
        input: flight.pointee.call.input, at: s) ?? 0
  }

  @inline(never)
  private mutating func readParts(
    _ slot: Int32, kind: CallClassPointer, target: Int, from s: SimTime, to e: SimTime
  ) {
    let flight = flights.base + Int(slot)
    let hit = hitDraw(
      Self.call(of: flight), number: flight.pointee.number,
      attempt: flight.pointee.attempts - 1, target: target)
    let split = (targets.base + target).pointee.contextCache?.attempt(
      prompt(of: flight.pointee.call, kind), marks(kind), from: s, to: e,
      succeeds: !flight.pointee.isFailing, hit: hit)
    take(split ?? InputSplit(), slot)
    if observers.caching != nil { notePrefix(slot, kind: kind, target: target) }
  }

  /// An attempt of a conversation's call.
  @inline(never)
  private mutating func readTalk(
    _ slot: Int32, target: Int, from s: SimTime, to e: SimTime
  ) {
    let flight = flights.base + Int(slot)
    let call = Self.call(of: flight)
    let hit = hitDraw(
      call, number: flight.pointee.number, attempt: flight.pointee.attempts - 1, target: target)
    let sending = send(
      call, to: target, hit: hit, from: s, to: e, succeeds: !flight.pointee.isFailing)
    take(sending.split, slot)
    let (lost, achievable) = noteSent(call, sending)
    flight.pointee.lost = lost
    flight.pointee.achievable = achievable
  }

  /// Sends a conversation's prompt.
  @inline(__always)
  package mutating func send(
    _ call: CallPointer, to target: Int, hit: Double, from s: SimTime, to e: SimTime,
    succeeds: Bool
  ) -> Sending {
    let slot = call.pointee.flow
    let talk = live.talks.base + Int(slot)
    let place = targets.base + target
    let marks = talk.pointee.facts.pointee.marks
    var sending = Sending(
      prompt: talk.pointee.state.ends, split: InputSplit(), target: target, hit: hit, at: s,
      longestLive: -1)
    if keepsOwnEntries(slot, target: target) {
      let reading = talk.pointee.withMet(target) { met in
        place.pointee.contextCache?.attempt(
          sending.prompt, &met.own, marks, from: s, to: e, succeeds: succeeds, hit: hit)
      }
      sending.split = reading?.split ?? InputSplit()
      sending.longestLive = reading?.longestLive ?? 0
    } else {
      let joins = talk.pointee.made != .compaction && talk.pointee.reasoning == 0
      sending.split =
        place.pointee.contextCache?.attempt(
          talk.pointee.state.prompt, marks, from: s, to: e, succeeds: succeeds, hit: hit,
          output: joins ? talk.pointee.visible : nil) ?? InputSplit()
    }
    return sending
  }

  /// Whether the conversation itself keeps what the target knows of it behind the prefix. A trace tells of
  /// all entries.
  @inline(__always)
  package mutating func keepsOwnEntries(_ slot: Int32, target: Int) -> Bool {
    (targets.base + target).pointee.keepsOwnEntries && observers.watched == 0
      && (live.talks.base + Int(slot)).pointee.facts.pointee.isUnforked
  }

  package mutating func take(_ split: InputSplit, _ slot: Int32) {
    let flight = flights.base + Int(slot)
    flight.pointee.cached = split.read
    flight.pointee.written = split.short
    flight.pointee.writtenLong = split.long
  }

  /// The draw that decides whether a live prefix is found.
  /// - Parameter attempt: of the call, from 0.
  @inline(__always)
  package mutating func hitDraw(
    _ call: CallPointer, number: Int64, attempt: Int32, target: Int
  ) -> Double {
    let place = targets.base + target
    guard let chance = place.pointee.contextCache?.settings.hitChance, chance < 1 else { return 0 }
    return drawBlock(
      .conversationCall, call, number: number, attempt: UInt64(truncatingIfNeeded: attempt)
    ).3.unit
  }

  /// A call that is no conversation's: its static prefix, and the rest, which is its own.
  package mutating func prompt(of call: Call, _ kind: CallClassPointer) -> ContextPrompt {
    let parts =
      kind.pointee.prefixParts >= 0
      ? compiled.prefixParts[Int(kind.pointee.prefixParts)]
      : [PrefixPart(key: kind.pointee.prefixKey, end: kind.pointee.prefixTokens)]
    var (from, segments): (Int64, [(boundary: UInt64, tokens: Int64)]) = (0, [])
    for part in parts {
      let key = kind.pointee.prefixSharing.key(part.key, user: call.user, index: call.index)
      segments.append((BoundaryNumbers.prefix(key), part.end - from))
      from = part.end
    }
    // Nobody looks for what is behind the prefix.
    return ContextPrompt(
      ConversationContext(prefix: segments, rest: (0, call.input - kind.pointee.prefixTokens)))
  }

  /// What a call that is no conversation's asks the provider to keep.
  @inline(__always)
  private func marks(_ kind: CallClassPointer) -> CacheMarks {
    CacheMarks(.prefix, prefixIsLong: kind.pointee.prefixIsLong)
  }

  /// The block that stands for a synthetic call's static prefix.
  @inline(__always)
  package mutating func prefixKey(_ call: Call, kind: CallClassPointer) -> UInt64 {
    kind.pointee.prefixSharing.key(kind.pointee.prefixKey, user: call.user, index: call.index)
  }

  /// What the attempt would read now: what a quota that leaves reads out does not charge.
  @inline(never)
  package mutating func wouldRead(_ slot: Int32, target: Int, at t: SimTime) -> Int64 {
    let flight = flights.base + Int(slot)
    if flight.pointee.call.fact >= 0 {
      let fact = logged.fields.base + Int(slot)
      if fact.pointee.cachedInput >= 0 { return fact.pointee.cachedInput }
      if fact.pointee.blockCount > 0, !fact.pointee.areSessionBlocks,
        (targets.base + target).pointee.blockCache != nil
      {
        return (targets.base + target).pointee.blockCache?.wouldRead(
          prompt(ofLogged: slot), CacheMarks(.rolling), at: t) ?? 0
      }
      return (targets.base + target).pointee.promptCache?.wouldRead(
        blocks: logged.blocks[Int(slot)].prefix(Int(fact.pointee.blockCount)),
        blockSize: fact.pointee.blockSize, input: flight.pointee.call.input, at: t) ?? 0
    }
    let kind = kinds.pointer(to: Int(flight.pointee.call.kind))
    if kind.pointee.turnKind != nil {
      return wouldRead(talk: flight.pointee.call.flow, target: target, at: t)
    }
    guard kind.pointee.prefixTokens > 0, targets[target].promptCache != nil else { return 0 }
    if targets[target].readsParts {
      return (targets.base + target).pointee.contextCache?.wouldRead(
        prompt(of: flight.pointee.call, kind), marks(kind), at: t) ?? 0
    }
    return (targets.base + target).pointee.promptCache?.wouldRead(
      prefix: prefixKey(flight.pointee.call, kind: kind), tokens: kind.pointee.prefixTokens,
      input: flight.pointee.call.input, at: t) ?? 0
  }

  private mutating func wouldRead(talk slot: Int32, target: Int, at t: SimTime) -> Int64 {
    let talk = live.talks.base + Int(slot)
    let place = targets.base + target
    let marks = talk.pointee.facts.pointee.marks
    guard keepsOwnEntries(slot, target: target) else {
      return place.pointee.contextCache?.wouldRead(talk.pointee.state.prompt, marks, at: t) ?? 0
    }
    let ends = talk.pointee.state.ends
    return talk.pointee.withMet(target) { met in
      place.pointee.contextCache?.wouldRead(ends, met.own, marks, at: t) ?? 0
    }
  }

  /// What a conversation's prompt would meet there; nil: nothing is kept.
  package mutating func boundaries(of call: Call, target: Int, at t: SimTime) -> CallTrace
    .Boundaries?
  {
    guard kinds[Int(call.kind)].turnKind != nil, let cache = targets[target].contextCache else {
      return nil
    }
    let prompt = live.talks[Int(call.flow)].state.prompt
    let look = cache.look(prompt, live.talks[Int(call.flow)].facts.pointee.marks, at: t)
    let ends = prompt.segments.map(\.end)
    return CallTrace.Boundaries(
      marked: look.marked.map { ends[$0] }, found: look.found.map { ends[$0] },
      expiry: look.expiry)
  }

  /// Until when the static prefix is live if nobody uses it; nil: it is not known there.
  package mutating func prefixUntil(
    _ call: Call, kind: CallClassPointer, target: Int, at t: SimTime
  )
    -> SimTime?
  {
    guard call.fact < 0, kind.pointee.prefixTokens > 0 else { return nil }
    guard targets[target].readsParts else {
      return targets[target].promptCache?.liveUntil(
        prefixKey(call, kind: kind), at: .distantPast)
    }
    return targets[target].contextCache?.look(prompt(of: call, kind), marks(kind), at: t)
      .expiry
  }
}
