/// The provider's prompt cache at one target, for prompts made of segments (docs/semantics.md,
/// "Prompt cache" and "Conversations"). Starts are nondecreasing.
public struct ContextCache: Sendable {
  public let settings: PromptCacheSettings
  var entries = BoundaryTable()
  private var pending = PendingEntries()
  private var booked: UInt64 = 0
  private var flushes: ArraySlice<SimTime>
  /// With so many entries, those that have expired are forgotten.
  var sweepsAt = 32

  public init(_ settings: PromptCacheSettings) {
    self.settings = settings
    flushes = settings.flushes[...]
  }

  /// Books an attempt: what it reads is refreshed, what it writes can be read later.
  /// - Parameters:
  ///   - s: its start.
  ///   - e: its outcome.
  ///   - hit: a draw in [0, 1), for a cache that finds a live prefix by chance.
  ///   - output: the tokens of an output that joins the prompt as it is; nil: there is none, or
  ///     thinking comes first.
  /// - Returns: How the prompt's tokens are billed.
  public mutating func attempt(
    _ prompt: ContextPrompt, _ marks: CacheMarks, from s: SimTime, to e: SimTime, succeeds: Bool,
    hit: Double = 0, output: Int64? = nil
  ) -> InputSplit {
    guard settings.ttl > .zero else { return InputSplit() }
    advance(to: s)
    let isFound = hit < settings.hitChance
    let writing = Writing(
      marks: marks, start: s, readable: readable(from: s, to: e, succeeds: succeeds),
      output: marks.marksEnd ? output : nil)
    let split =
      settings.match == .block
      ? attemptByBlock(prompt, writing, isFound: isFound)
      : attemptByBreakpoint(prompt, writing, isFound: isFound)
    if entries.count >= sweepsAt { sweep(at: s) }
    return split
  }

  /// What an attempt would read at a moment; nothing is used by that.
  public mutating func wouldRead(_ prompt: ContextPrompt, _ marks: CacheMarks, at t: SimTime)
    -> Int64
  {
    guard settings.ttl > .zero else { return 0 }
    advance(to: t)
    guard settings.match == .breakpoint else {
      return readByBlock(prompt, markedByBlock(prompt, marks), at: t)
    }
    return found(prompt, markedByBreakpoint(prompt, marks), at: t).map(prompt.end) ?? 0
  }

  /// The prompt's marked places, the place found, and until when it is live, as an attempt would
  /// meet them at a moment.
  public func look(_ prompt: ContextPrompt, _ marks: CacheMarks, at t: SimTime) -> (
    marked: [Int], found: Int?, expiry: SimTime?
  ) {
    var copy = self
    copy.advance(to: t)
    if settings.match == .block {
      let marked = Array(copy.markedByBlock(prompt, marks))
      let found = marked.prefix { copy.isLive(prompt, $0, at: t) }.last
      return (marked, found, found.flatMap { copy.entry(prompt, $0)?.expiry })
    }
    let marked = copy.markedByBreakpoint(prompt, marks)
    let found = copy.found(prompt, marked, at: t)
    return (marked, found, found.flatMap { copy.entry(prompt, $0)?.expiry })
  }

  /// Tokens up to the last place that is live, however far it lies from a mark.
  public func longestLive(_ prompt: ContextPrompt, at t: SimTime) -> Int64 {
    prompt.segments.indices.last { isLive(prompt, $0, at: t) }.map(prompt.end) ?? 0
  }

  /// Forgets what nobody can send any more.
  public mutating func forget(_ segments: some Sequence<ContextSegment>) {
    for segment in segments { entries.remove(segment.boundary) }
  }

  /// Entries that are live at a moment.
  public func liveCount(at t: SimTime) -> Int { entries.liveCount(at: t) }

  // MARK: By breakpoint

  private mutating func attemptByBreakpoint(
    _ prompt: ContextPrompt, _ writing: Writing, isFound: Bool
  ) -> InputSplit {
    let marked = markedByBreakpoint(prompt, writing.marks)
    let place = isFound ? found(prompt, marked, at: writing.start) : nil
    var latest = SimTime.distantFuture
    if let place {
      if settings.refresh {
        for other in 0...place { refresh(prompt, other, at: writing.start) }
      } else {
        latest = entry(prompt, place)?.expiry ?? latest
      }
    }
    let read = place.map(prompt.end) ?? 0
    let new = marked.filter { prompt.end($0) > read }
    for place in new {
      write(
        prompt.segments[place].boundary, isLong: isLong(place, prompt, writing.marks), writing,
        latest: latest)
    }
    writeOutput(prompt, writing, latest: latest)
    let long = new.filter { isLong($0, prompt, writing.marks) }.map(prompt.end).max() ?? read
    let end = max(long, new.map(prompt.end).max() ?? read)
    return InputSplit(read: read, short: end - long, long: long - read)
  }

  /// Ascending.
  private func markedByBreakpoint(_ prompt: ContextPrompt, _ marks: CacheMarks) -> [Int] {
    let (last, prefix) = (prompt.segments.count - 1, prompt.prefixCount - 1)
    var places: [Int] = []
    if marks.marksPrefix, prefix >= 0 { places.append(prefix) }
    if marks.marksEnd, last >= 0, places.last != last { places.append(last) }
    return places.filter { prompt.end($0) >= settings.minimumTokens }
  }

  /// The last place that is live and near enough to a mark.
  private func found(_ prompt: ContextPrompt, _ marked: [Int], at s: SimTime) -> Int? {
    for mark in marked.reversed() {
      for place in stride(from: mark, through: 0, by: -1) {
        if let lookback = settings.lookback,
          distance(prompt.segments[place], prompt.segments[mark]) >= lookback
        {
          break
        }
        if isLive(prompt, place, at: s) { return place }
      }
    }
    return nil
  }

  private func distance(_ from: ContextSegment, _ to: ContextSegment) -> Int {
    Int(settings.lookbackUnit == .runs ? to.runs - from.runs : to.blocks - from.blocks)
  }

  // MARK: By block

  private mutating func attemptByBlock(
    _ prompt: ContextPrompt, _ writing: Writing, isFound: Bool
  ) -> InputSplit {
    let marked = markedByBlock(prompt, writing.marks)
    let read = isFound ? readByBlock(prompt, marked, at: writing.start) : 0
    for place in marked {
      let wasLive = isFound && isLive(prompt, place, at: writing.start)
      if wasLive, settings.refresh { refresh(prompt, place, at: writing.start) }
      let isLong = isLong(place, prompt, writing.marks)
      // What has just been refreshed for as long need not be written.
      let isKept = entry(prompt, place)?.isLong == isLong && settings.flushes.isEmpty
      if wasLive, settings.refresh, isKept { continue }
      write(prompt.segments[place].boundary, isLong: isLong, writing)
    }
    writeOutput(prompt, writing)
    return InputSplit(read: read)
  }

  private func markedByBlock(_ prompt: ContextPrompt, _ marks: CacheMarks) -> Range<Int> {
    let count = prompt.segments.count
    let first = prompt.segments.firstIndex { $0.end >= settings.minimumTokens } ?? count
    switch marks.breakpoints {
    case .none: return 0..<0
    case .prefix:
      let end = prompt.prefixCount - 1
      return end >= first ? end..<end + 1 : 0..<0
    case .rolling, .automatic: return first..<count
    }
  }

  private func readByBlock(_ prompt: ContextPrompt, _ marked: Range<Int>, at s: SimTime) -> Int64 {
    var end: Int64 = 0
    for place in marked {
      guard isLive(prompt, place, at: s) else { break }
      end = prompt.end(place)
    }
    let whole = end / settings.step * settings.step
    return whole < settings.minimumTokens ? 0 : whole
  }

  // MARK: Entries

  /// What an attempt has marked, and when that can be read; nil: never.
  struct Writing {
    var marks: CacheMarks
    var start: SimTime
    var readable: SimTime?
    var output: Int64?
  }

  mutating func readable(from s: SimTime, to e: SimTime, succeeds: Bool) -> SimTime? {
    switch settings.readable {
    case .start: s
    case .outcome: succeeds ? e : nil
    case .after(let time): succeeds ? min(s.expiring(after: time), e) : nil
    }
  }

  private func entry(_ prompt: ContextPrompt, _ place: Int) -> ContextEntry? {
    entries[prompt.segments[place].boundary]
  }

  private func isLive(_ prompt: ContextPrompt, _ place: Int, at s: SimTime) -> Bool {
    entry(prompt, place)?.isLive(at: s) ?? false
  }

  private func isLong(_ place: Int, _ prompt: ContextPrompt, _ marks: CacheMarks) -> Bool {
    settings.longTTL != nil && (place < prompt.prefixCount ? marks.prefixIsLong : marks.restIsLong)
  }

  mutating func lifetime(isLong: Bool) -> SimDuration {
    settings.lifetime(isLong: isLong)
  }

  private mutating func refresh(_ prompt: ContextPrompt, _ place: Int, at s: SimTime) {
    guard let entry = entry(prompt, place), entry.isLive(at: s) else { return }
    refresh(prompt.segments[place].boundary, entry, at: s)
  }

  /// - Parameter entry: the boundary's, which is live.
  mutating func refresh(_ boundary: UInt64, _ entry: ContextEntry, at s: SimTime) {
    let expiry = s.expiring(after: lifetime(isLong: entry.isLong))
    guard expiry > entry.expiry else { return }
    entries.set(boundary, ContextEntry(expiry: expiry, isLong: entry.isLong))
  }

  private mutating func writeOutput(
    _ prompt: ContextPrompt, _ writing: Writing, latest: SimTime = .distantFuture
  ) {
    guard settings.storesOutput, let output = writing.output, output > 0, prompt.output != 0,
      prompt.tokens + output >= settings.minimumTokens
    else { return }
    let isLong = settings.longTTL != nil && writing.marks.restIsLong
    write(prompt.output, isLong: isLong, writing, latest: latest)
  }

  /// - Parameter latest: the last moment at which the entry may expire.
  mutating func write(
    _ boundary: UInt64, isLong: Bool, _ writing: Writing, latest: SimTime = .distantFuture
  ) {
    guard let readable = writing.readable else { return }
    let expiry = min(writing.start.expiring(after: lifetime(isLong: isLong)), latest)
    let entry = ContextEntry(expiry: expiry, isLong: isLong)
    guard entry.isLive(at: readable) else { return }
    if readable == writing.start { return store(entry, boundary, at: readable) }
    pending.push(
      PendingEntry(readable: readable, order: booked, boundary: boundary, entry: entry))
    booked += 1
  }

  /// An entry that is live then is not shortened, and without refresh left as it is.
  private mutating func store(_ entry: ContextEntry, _ boundary: UInt64, at moment: SimTime) {
    if let old = entries[boundary], old.isLive(at: moment),
      !settings.refresh || old.expiry >= entry.expiry
    {
      return
    }
    entries.set(boundary, entry)
  }

  /// Makes everything readable that is so by then. What was written or refreshed before a flush is
  /// gone from then on.
  mutating func advance(to s: SimTime) {
    while let flush = flushes.first, flush <= s {
      flushes.removeFirst()
      while let next = pending.first, next.readable < flush { _ = pending.pop() }
      entries.removeAll()
    }
    while let next = pending.first, next.readable <= s {
      _ = pending.pop()
      store(next.entry, next.boundary, at: next.readable)
    }
  }

  mutating func sweep(at s: SimTime) {
    entries.sweep(at: s)
    sweepsAt = max(32, 2 * entries.count)
  }
}

extension CacheMarks {
  var marksPrefix: Bool { breakpoints == .prefix || breakpoints == .rolling }
  var marksEnd: Bool { breakpoints == .rolling || breakpoints == .automatic }
}
