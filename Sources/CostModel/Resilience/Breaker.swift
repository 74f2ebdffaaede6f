/// One target's circuit breaker (docs/semantics.md, "Breaker").
///
/// The engine asks `blocks(at:)`; when nothing else forbids the attempt either, it calls
/// `begin(at:)`, and `record(success:at:isProbe:)` at the outcome. The times of each kind of call
/// are nondecreasing. A failure that is older than the last `failures` ones cannot matter, so a
/// ring of that many times is the whole record, allocated once.
@frozen
public struct Breaker: Sendable {
  public let settings: BreakerSettings
  /// The latest failures, a ring whose next place is `next`; `recorded` of them are in use.
  @usableFromInline var ring: [SimTime]
  @usableFromInline var next = 0
  @usableFromInline var recorded = 0
  @usableFromInline var openedUntil = SimTime.distantPast
  /// Opened, and no probe has succeeded since; stays false without probes.
  @usableFromInline var needsProbe = false
  /// The probe is waiting or in flight.
  @usableFromInline var isProbing = false

  public init(_ settings: BreakerSettings) {
    self.settings = settings
    ring = Array(repeating: .distantPast, count: settings.failures)
  }

  /// Whether an attempt at `t` is skipped.
  @inlinable
  public func blocks(at t: SimTime) -> Bool { t < blockedUntil }

  /// Until when attempts are skipped, as it stands.
  @inlinable
  public var blockedUntil: SimTime { isProbing ? .distantFuture : openedUntil }

  /// From when on an attempt is let through as an ordinary one and its success, whenever it comes,
  /// changes nothing: neither `begin` nor `record` has to be called for it. Nil: never, as it stands.
  public var ignoresSuccessFrom: SimTime? {
    needsProbe || isProbing || settings.consecutive ? nil : openedUntil
  }

  /// Notes that an attempt which is not blocked, and not over its queue limit, is made at `t`.
  ///
  /// Returns true when it is the probe; its outcome must then be recorded as the probe's.
  @inlinable
  public mutating func begin(at t: SimTime) -> Bool {
    assert(!blocks(at: t), "a blocked attempt is not made")
    isProbing = needsProbe
    return needsProbe
  }

  /// Takes the outcome at `e` of an attempt; returns true when this opens the breaker.
  @inlinable
  public mutating func record(success: Bool, at e: SimTime, isProbe: Bool) -> Bool {
    if e < openedUntil { return false }
    if needsProbe { return isProbe && endProbe(success: success, at: e) }
    if success {
      if settings.consecutive { recorded = 0 }
      return false
    }
    return recordFailure(at: e)
  }

  @usableFromInline
  mutating func endProbe(success: Bool, at e: SimTime) -> Bool {
    assert(isProbing, "a probe begins before it ends")
    isProbing = false
    if success {
      needsProbe = false
      return false
    }
    open(at: e)
    return true
  }

  @usableFromInline
  mutating func recordFailure(at e: SimTime) -> Bool {
    ring[next] = e
    next = next + 1 == ring.count ? 0 : next + 1
    recorded = min(recorded + 1, ring.count)
    // The place to be written next holds the oldest of the last `failures` failures.
    guard recorded == ring.count, e - ring[next] < settings.window else { return false }
    open(at: e)
    return true
  }

  private mutating func open(at e: SimTime) {
    openedUntil = e + settings.open
    needsProbe = settings.probes > 0
    recorded = 0
  }
}

extension Breaker {
  /// What the breaker does with an attempt, for explanations.
  public enum State: Hashable, Sendable {
    /// Lets everything pass; so many failures count at the moment.
    case closed(failures: Int)
    case open(until: SimTime)
    /// Open time is over: the next attempt is the probe.
    case awaitingProbe
    /// Blocked until the outcome of the probe.
    case probing
  }

  /// The state that an attempt at `t` meets; `t` is not before the last event.
  public func state(at t: SimTime) -> State {
    if t < openedUntil { return .open(until: openedUntil) }
    if isProbing { return .probing }
    if needsProbe { return .awaitingProbe }
    let latest = (0..<recorded).map { ring[(next + ring.count - 1 - $0) % ring.count] }
    return .closed(failures: latest.count { t - $0 < settings.window })
  }
}
