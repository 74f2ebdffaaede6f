/// The limits of one target: everything ever booked, looked through for every question.
public struct ReferenceQuota {
  public struct Limits {
    public var requestsPerMinute: Int64?
    public var burst: Int64?
    public var tokensPerMinute: Int64?
    public var reserves = false
    public var window: Int64?
    public var concurrent: Int?
    public var audioPerDay: Int64?
    public var maxWait: Int64?

    public init() {}
  }

  struct Booking {
    var start: Int64
    var tokens: Int64
    var audio: Int64
    var outcome: Int64
  }

  let limits: Limits
  var bookings: [Booking] = []

  init(_ limits: Limits) { self.limits = limits }

  /// When a call asked for at `t` starts; nil: it would wait too long, and nothing is booked.
  mutating func book(at t: Int64, tokens: Int64, audio: Int64, duration: Int64) -> Int64? {
    var start = max(t, bookings.last?.start ?? t)
    // Every limit that objects says when it will no longer do so, having seen the same bookings.
    while let later = objection(tokens: tokens, audio: audio, at: start) { start = later }
    if let maxWait = limits.maxWait, start - t > maxWait { return nil }
    bookings.append(Booking(start: start, tokens: tokens, audio: audio, outcome: start + duration))
    return start
  }

  private func objection(tokens: Int64, audio: Int64, at s: Int64) -> Int64? {
    if let limit = limits.requestsPerMinute {
      if let window = limits.window {
        let most = limit * window / 60_000_000
        if let next = full(1, { _ in 1 }, most, window, s) { return next }
      } else if let later = empty(1, { _ in 1 }, limit, limits.burst ?? limit, s) {
        return later
      }
    }
    if let limit = limits.tokensPerMinute {
      if let window = limits.window {
        let most = limit * window / 60_000_000
        if let next = full(tokens, { $0.tokens }, most, window, s) { return next }
      } else if let later = empty(tokens, { $0.tokens }, limit, limit, s) {
        return later
      }
    }
    if let most = limits.audioPerDay {
      if let next = full(audio, { $0.audio }, most, 86_400_000_000, s) { return next }
    }
    if let most = limits.concurrent {
      let inFlight = bookings.filter { $0.start <= s && s < $0.outcome }
      if inFlight.count >= most { return inFlight.map(\.outcome).min() }
    }
    return nil
  }

  /// The next window, if that of `s` has no room.
  private func full(
    _ amount: Int64, _ of: (Booking) -> Int64, _ most: Int64, _ window: Int64, _ s: Int64
  ) -> Int64? {
    let first = s - s % window
    let used = bookings.filter { $0.start >= first }.map(of).reduce(0, +)
    let fits = used + amount <= most || (amount > most && used == 0)
    return fits ? nil : first + window
  }

  /// When the bucket will hold enough, if it does not at `s`. It is followed from its beginning,
  /// in units of 1/60,000,000.
  private func empty(
    _ amount: Int64, _ of: (Booking) -> Int64, _ limit: Int64, _ size: Int64, _ s: Int64
  ) -> Int64? {
    let whole = Int128(size) * 60_000_000
    var level = whole
    var then: Int64?
    for booking in bookings {
      level = min(whole, level + Int128(limit) * Int128(booking.start - (then ?? booking.start)))
      level -= Int128(of(booking)) * 60_000_000
      then = booking.start
    }
    level = min(whole, level + Int128(limit) * Int128(s - (then ?? s)))
    let missing = min(whole, Int128(amount) * 60_000_000) - level
    return missing > 0 ? s + Int64((missing + Int128(limit) - 1) / Int128(limit)) : nil
  }
}
