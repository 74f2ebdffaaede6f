/// The limits of one target at work (docs/semantics.md, "Quotas").
///
/// Calls are booked in nondecreasing order of time and start in the order of their booking. All
/// bookings so far start no later than the next one, so every limit that admits it at one moment
/// admits it at all later ones: the earliest common start is found by asking each limit once, from
/// the start that the limits before it gave.
@frozen
public struct Quota: Sendable {
  /// What the quota was made from.
  public let limits: QuotaLimits
  @usableFromInline let isUnlimited: Bool
  /// No window, audio or slots.
  @usableFromInline let hasOnlyBuckets: Bool
  @usableFromInline var requestBucket: RefillBucket?
  @usableFromInline var tokenBucket: RefillBucket?
  @usableFromInline var requestWindow: FixedWindow?
  @usableFromInline var tokenWindow: FixedWindow?
  @usableFromInline var audioDay: FixedWindow?
  @usableFromInline var slots: ConcurrencySlots?
  /// Of what was booked so far: everything was charged then.
  @usableFromInline var lastStart = SimTime.distantPast

  /// Full buckets and free slots; `problem(in: limits)` must be nil.
  public init(_ limits: QuotaLimits) {
    precondition(Self.problem(in: limits) == nil, "checked by the reader")
    self.limits = limits
    isUnlimited = limits.isUnlimited
    hasOnlyBuckets =
      limits.window == nil && limits.audioPerDay == nil && limits.concurrent == nil
    if let window = limits.window {
      func fixed(_ limit: Int64) -> FixedWindow {
        FixedWindow(
          length: window.microseconds,
          capacity: FixedWindow.capacity(perMinute: limit, window: window))
      }
      requestWindow = limits.requestsPerMinute.map(fixed)
      tokenWindow = limits.tokensPerMinute.map(fixed)
    } else {
      requestBucket = limits.requestsPerMinute.map {
        RefillBucket(perMinute: $0, size: limits.burst ?? $0)
      }
      tokenBucket = limits.tokensPerMinute.map { RefillBucket(perMinute: $0, size: $0) }
    }
    audioDay = limits.audioPerDay.map {
      FixedWindow(length: SimDuration.day.microseconds, capacity: $0.microseconds)
    }
    slots = limits.concurrent.map { ConcurrencySlots(limit: $0) }
  }

  /// Books a call that is let through at `t`: `tokens` to charge (actual or reserved, as the
  /// limits say), its own `audio`, and how long it will be in flight. None of them is negative.
  ///
  /// A call whose start would lie beyond the year 148,000 is throttled as well.
  @inlinable
  public mutating func book(
    at t: SimTime, tokens: Int64, audio: SimDuration, duration: SimDuration
  ) -> Booking {
    // Without a limit a call starts at once, so the order of starts is that of the times given.
    isUnlimited
      ? .start(t) : bookLimited(at: t, tokens: tokens, audio: audio, duration: duration)
  }

  @usableFromInline
  mutating func bookLimited(
    at t: SimTime, tokens: Int64, audio: SimDuration, duration: SimDuration
  ) -> Booking {
    let first = max(t, lastStart)
    let start = earliestStart(from: first, tokens: tokens, audio: audio)
    if start >= .horizon { return .throttled }
    if let maxWait = limits.maxWait, start - t > maxWait { return .throttled }
    charge(at: start, tokens: tokens, audio: audio, duration: duration)
    return .start(start)
  }

  /// Books a call as `book` does if it starts at `t` itself; otherwise books nothing and returns false.
  @inlinable
  @inline(__always)
  public mutating func bookAtOnce(
    at t: SimTime, tokens: Int64, audio: SimDuration, duration: SimDuration
  ) -> Bool {
    isUnlimited || bookShortly(at: t, tokens: tokens)
      || bookLimitedAtOnce(at: t, tokens: tokens, audio: audio, duration: duration)
  }

  /// The same in 64 bits for buckets alone, which is what most calls meet; false tells nothing.
  @inlinable
  @inline(__always)
  mutating func bookShortly(at t: SimTime, tokens: Int64) -> Bool {
    guard hasOnlyBuckets, lastStart <= t, t < .horizon else { return false }
    let elapsed = lastStart.elapsed(until: t)
    var (requestsMissing, tokensMissing): (UInt64, UInt64) = (0, 0)
    if let requestBucket {
      guard let missing = requestBucket.shortMissing(taking: 1, after: elapsed) else {
        return false
      }
      requestsMissing = missing
    }
    if let tokenBucket {
      guard let missing = tokenBucket.shortMissing(taking: tokens, after: elapsed) else {
        return false
      }
      tokensMissing = missing
    }
    requestBucket?.missing = Int128(requestsMissing)
    tokenBucket?.missing = Int128(tokensMissing)
    lastStart = t
    return true
  }

  @usableFromInline
  mutating func bookLimitedAtOnce(
    at t: SimTime, tokens: Int64, audio: SimDuration, duration: SimDuration
  ) -> Bool {
    guard lastStart <= t, t < .horizon else { return false }
    let elapsed = lastStart.elapsed(until: t)
    guard requestBucket?.admits(1, after: elapsed) ?? true,
      tokenBucket?.admits(tokens, after: elapsed) ?? true,
      requestWindow?.admits(1, at: t) ?? true, tokenWindow?.admits(tokens, at: t) ?? true,
      audioDay?.admits(audio.microseconds, at: t) ?? true, slots?.hasFree(at: t) ?? true
    else { return false }
    charge(at: t, tokens: tokens, audio: audio, duration: duration)
    return true
  }

  @inline(__always)
  private mutating func charge(
    at start: SimTime, tokens: Int64, audio: SimDuration, duration: SimDuration
  ) {
    let elapsed = lastStart.elapsed(until: start)
    requestBucket?.charge(1, after: elapsed)
    tokenBucket?.charge(tokens, after: elapsed)
    requestWindow?.charge(1, at: start)
    tokenWindow?.charge(tokens, at: start)
    audioDay?.charge(audio.microseconds, at: start)
    slots?.take(from: start, until: start + duration)
    lastStart = start
  }

  // Inlined and mutating, because otherwise the whole quota is copied for the call.
  @inline(__always)
  private mutating func earliestStart(
    from first: SimTime, tokens: Int64, audio: SimDuration
  ) -> SimTime {
    var start = requestBucket?.earliest(1, from: first, after: lastStart) ?? first
    start = tokenBucket?.earliest(tokens, from: start, after: lastStart) ?? start
    start = requestWindow?.earliest(1, from: start) ?? start
    start = tokenWindow?.earliest(tokens, from: start) ?? start
    start = audioDay?.earliest(audio.microseconds, from: start) ?? start
    return slots?.earliest(from: start) ?? start
  }
}

extension Quota {
  /// What is wrong with the limits, in words for their author; nil if nothing is.
  public static func problem(in limits: QuotaLimits) -> String? {
    let wholes: [(String, Int64?)] = [
      ("requestsPerMinute", limits.requestsPerMinute), ("burst", limits.burst),
      ("tokensPerMinute", limits.tokensPerMinute),
      ("concurrent", limits.concurrent.map { Int64($0) }),
    ]
    for case (let name, let value?) in wholes where value < 1 {
      return "\(name) is \(value), expected at least 1 (leave it out for no limit)"
    }
    if let audio = limits.audioPerDay, audio <= .zero {
      return "audioPerDay is not positive (leave it out for no limit)"
    }
    if let maxWait = limits.maxWait, maxWait < .zero { return "maxWait is negative" }
    return limits.window.flatMap { problem(ofWindow: $0, in: limits) }
  }

  private static func problem(ofWindow window: SimDuration, in limits: QuotaLimits) -> String? {
    guard window > .zero, window <= .day else { return "window is not within 1µs and 1 day" }
    let perMinute = [
      ("requestsPerMinute", limits.requestsPerMinute), ("tokensPerMinute", limits.tokensPerMinute),
    ]
    for case (let name, let limit?) in perMinute
    where FixedWindow.capacity(perMinute: limit, window: window) == 0 {
      return "\(name) is \(limit), of which a window of \(window.microseconds) µs admits none"
    }
    return nil
  }
}

extension Quota {
  /// What is left of each limit at a moment, for explanations; nil where there is no such limit.
  public struct Levels: Hashable, Sendable {
    /// The moment described: the one asked for, or the last booked start if that is later.
    public var at: SimTime
    /// Whole calls that may start; the rest of a call is cut off.
    public var requests: Int64?
    /// Whole tokens, negative in debt.
    public var tokens: Int64?
    public var inFlight: Int?
    /// Audio that may still start in the UTC day, negative after a longer call.
    public var audio: SimDuration?
  }

  /// The levels that a call at `t` would find: those at the last booked start if that is later.
  public func levels(at t: SimTime) -> Levels {
    let at = max(t, lastStart)
    let elapsed = lastStart.elapsed(until: at)
    return Levels(
      at: at,
      requests: requestBucket?.itemsLeft(after: elapsed) ?? requestWindow?.left(at: at),
      tokens: tokenBucket?.itemsLeft(after: elapsed) ?? tokenWindow?.left(at: at),
      inFlight: slots?.inFlight(at: at),
      audio: (audioDay?.left(at: at)).map { SimDuration(microseconds: $0) })
  }
}
