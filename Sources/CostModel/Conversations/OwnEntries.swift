/// What a target's cache keeps behind the prefix of one conversation that nobody else can read: two places
/// at most, 64 bytes (docs/semantics.md, "Conversations").
///
/// Of the places that are live, a later one that lives as long makes all before it superfluous, since no
/// prompt that has the earlier one is without the later one; but for prompts from which thinking has been
/// taken out again: so the last place before it stays as well. Where blocks are matched, the places up to
/// the last one live equally long, all of them.
public struct OwnEntries: Hashable, Sendable, BitwiseCopyable {
  struct Entry: Hashable, Sendable, BitwiseCopyable {
    /// Negative: there is none.
    var place: Int32 = -1
    var blocks: Int32 = 0
    var runs: Int32 = 0
    var tokens: Int64 = 0
    var expiry = SimTime.distantPast

    func isLive(at s: SimTime) -> Bool { place >= 0 && s < expiry }
  }

  var last = Entry()
  /// The last one before what may be taken out, which lives no longer; not by blocks.
  var earlier = Entry()

  public init() {}

  /// Something of the context has changed behind its first segments.
  public mutating func cut(
    at end: ContextEnd, prefixCount: Int, _ match: PromptCacheSettings.Match
  ) {
    guard last.place >= end.count else { return }
    guard match == .block, Int(end.count) > prefixCount else {
      last = earlier.place < end.count ? earlier : Entry()
      earlier = Entry()
      return
    }
    (last.place, last.tokens) = (end.count - 1, end.tokens)
  }
}

/// What an attempt has met whose conversation keeps its own entries.
public struct OwnReading: Sendable {
  public var split = InputSplit()
  /// Tokens up to the last place that was live, however far it lies from a mark.
  public var longestLive: Int64 = 0
}

extension PromptCacheSettings {
  /// Whether `OwnEntries` are all that has to be kept of a conversation: what an attempt writes is read by
  /// later calls alone, and dies with those that it read.
  public var keepsOwnEntries: Bool {
    refresh && readable != .start && !storesOutput && flushes.isEmpty
  }
}

/// Prompts of conversations from which none is forked: what is behind the prefix they keep themselves. What
/// changes nothing is `mutating` all the same: otherwise the cache would be copied for the call.
extension ContextCache {
  /// Books an attempt like `attempt(_:_:from:to:succeeds:hit:output:)`; the settings are such that they
  /// `keepsOwnEntries`.
  public mutating func attempt(
    _ prompt: PromptEnds, _ own: inout OwnEntries, _ marks: CacheMarks, from s: SimTime,
    to e: SimTime, succeeds: Bool, hit: Double = 0
  ) -> OwnReading {
    guard settings.ttl > .zero else { return OwnReading() }
    advance(to: s)
    let prefix = prefixEntry(prompt, at: s)
    let writing = Writing(
      marks: marks, start: s, readable: readable(from: s, to: e, succeeds: succeeds), output: nil)
    var reading = OwnReading()
    if own.last.isLive(at: s) {
      reading.longestLive = own.last.tokens
    } else if prefix != nil {
      reading.longestLive = prompt.prefix.tokens
    }
    let isFound = hit < settings.hitChance
    if settings.match == .block {
      let read = isFound ? readByBlock(prompt, own, prefix, marks, at: s) : 0
      reading.split = InputSplit(read: read)
      writeByBlock(prompt, &own, isFound ? prefix : nil, writing, isFound: isFound)
    } else {
      let found = isFound ? found(prompt, own, prefix, marks, at: s) : .nothing
      reading.split = attemptByBreakpoint(prompt, &own, prefix, writing, found)
    }
    if entries.count >= sweepsAt { sweep(at: s) }
    return reading
  }

  /// What an attempt would read at a moment; nothing is used by that.
  public mutating func wouldRead(
    _ prompt: PromptEnds, _ own: OwnEntries, _ marks: CacheMarks, at t: SimTime
  ) -> Int64 {
    guard settings.ttl > .zero else { return 0 }
    advance(to: t)
    let prefix = prefixEntry(prompt, at: t)
    guard settings.match == .breakpoint else {
      return readByBlock(prompt, own, prefix, marks, at: t)
    }
    switch found(prompt, own, prefix, marks, at: t) {
    case .nothing: return 0
    case .prefix: return prompt.prefix.tokens
    case .last: return own.last.tokens
    }
  }

  private enum Found { case nothing, prefix, last }

  /// Live ones alone.
  private mutating func prefixEntry(_ prompt: PromptEnds, at s: SimTime) -> ContextEntry? {
    guard prompt.prefix.count > 0, let entry = entries[prompt.boundary], entry.isLive(at: s) else {
      return nil
    }
    return entry
  }

  // MARK: By breakpoint

  /// Whether the prompt is more than its prefix.
  private mutating func hasRest(_ prompt: PromptEnds) -> Bool {
    prompt.all.count > prompt.prefix.count
  }

  private mutating func marksPrefix(_ prompt: PromptEnds, _ marks: CacheMarks) -> Bool {
    prompt.prefix.count > 0 && prompt.prefix.tokens >= settings.minimumTokens
      && (marks.marksPrefix || marks.marksEnd && !hasRest(prompt))
  }

  private mutating func marksRest(_ prompt: PromptEnds, _ marks: CacheMarks) -> Bool {
    marks.marksEnd && hasRest(prompt) && prompt.all.tokens >= settings.minimumTokens
  }

  private mutating func isNear(_ blocks: Int32, _ runs: Int32, _ prompt: PromptEnds) -> Bool {
    guard let lookback = settings.lookback else { return true }
    let distance =
      settings.lookbackUnit == .runs ? prompt.all.runs - runs : prompt.all.blocks - blocks
    return Int(distance) < lookback
  }

  private mutating func found(
    _ prompt: PromptEnds, _ own: OwnEntries, _ prefix: ContextEntry?, _ marks: CacheMarks,
    at s: SimTime
  ) -> Found {
    if marksRest(prompt, marks) {
      if own.last.isLive(at: s), isNear(own.last.blocks, own.last.runs, prompt) { return .last }
      if prefix != nil, isNear(prompt.prefix.blocks, prompt.prefix.runs, prompt) { return .prefix }
    }
    return prefix != nil && marksPrefix(prompt, marks) ? .prefix : .nothing
  }

  private mutating func attemptByBreakpoint(
    _ prompt: PromptEnds, _ own: inout OwnEntries, _ prefix: ContextEntry?, _ writing: Writing,
    _ found: Found
  ) -> InputSplit {
    let (marks, s) = (writing.marks, writing.start)
    let restIsLong = settings.longTTL != nil && marks.restIsLong
    let refreshed = s.expiring(after: lifetime(isLong: restIsLong))
    var read: Int64 = 0
    switch found {
    case .nothing: break
    case .prefix: read = prompt.prefix.tokens
    case .last:
      read = own.last.tokens
      own.last.expiry = max(own.last.expiry, refreshed)
      if own.earlier.isLive(at: s) { own.earlier.expiry = max(own.earlier.expiry, refreshed) }
    }
    if found != .nothing, let prefix { refresh(prompt.boundary, prefix, at: s) }
    var split = InputSplit(read: read)
    var end = read
    if marksPrefix(prompt, marks), prompt.prefix.tokens > read {
      let isLong = settings.longTTL != nil && marks.prefixIsLong
      write(prompt.boundary, isLong: isLong, writing)
      end = prompt.prefix.tokens
      if isLong { split.long = end - read }
    }
    if marksRest(prompt, marks), prompt.all.tokens > read {
      if prompt.all.count == prompt.own.count { writeRest(prompt, &own, refreshed, writing) }
      end = prompt.all.tokens
      if restIsLong { split.long = end - read }
    }
    split.short = end - read - split.long
    return split
  }

  /// The prompt's end can be read until then, if it can be read at all.
  private mutating func writeRest(
    _ prompt: PromptEnds, _ own: inout OwnEntries, _ expiry: SimTime, _ writing: Writing
  ) {
    guard let readable = writing.readable, readable < expiry else { return }
    let place = prompt.own.count - 1
    if place < prompt.fallback {
      own.earlier = OwnEntries.Entry()
    } else if own.last.place < prompt.fallback, own.last.place < place {
      own.earlier = own.last
    }
    own.last = OwnEntries.Entry(
      place: place, blocks: prompt.own.blocks, runs: prompt.own.runs, tokens: prompt.own.tokens,
      expiry: expiry)
  }

  // MARK: By block

  private mutating func readByBlock(
    _ prompt: PromptEnds, _ own: OwnEntries, _ prefix: ContextEntry?, _ marks: CacheMarks,
    at s: SimTime
  ) -> Int64 {
    guard marks.breakpoints != .none else { return 0 }
    let isMarked = prompt.prefix.count > 0 && prompt.prefix.tokens >= settings.minimumTokens
    var end: Int64 = 0
    if isMarked {
      guard prefix != nil else { return 0 }
      end = prompt.prefix.tokens
    }
    if marks.marksBehindPrefix, own.last.isLive(at: s), own.last.tokens >= settings.minimumTokens {
      end = own.last.tokens
    }
    let whole = end / settings.step * settings.step
    return whole < settings.minimumTokens ? 0 : whole
  }

  /// - Parameter prefix: as it is found.
  private mutating func writeByBlock(
    _ prompt: PromptEnds, _ own: inout OwnEntries, _ prefix: ContextEntry?, _ writing: Writing,
    isFound: Bool
  ) {
    let (marks, s) = (writing.marks, writing.start)
    guard marks.breakpoints != .none else { return }
    if prompt.prefix.count > 0, prompt.prefix.tokens >= settings.minimumTokens {
      if let prefix { refresh(prompt.boundary, prefix, at: s) }
      let isLong = settings.longTTL != nil && marks.prefixIsLong
      if prefix?.isLong != isLong { write(prompt.boundary, isLong: isLong, writing) }
    }
    guard marks.marksBehindPrefix else { return }
    let isLong = settings.longTTL != nil && marks.restIsLong
    let expiry = s.expiring(after: lifetime(isLong: isLong))
    if isFound, own.last.isLive(at: s) { own.last.expiry = max(own.last.expiry, expiry) }
    guard let readable = writing.readable, readable < expiry,
      prompt.own.count > prompt.prefix.count, prompt.own.tokens >= settings.minimumTokens
    else { return }
    own.last = OwnEntries.Entry(
      place: prompt.own.count - 1, tokens: prompt.own.tokens, expiry: expiry)
  }
}

extension CacheMarks {
  var marksBehindPrefix: Bool { breakpoints == .rolling || breakpoints == .automatic }
}
