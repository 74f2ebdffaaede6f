/// One target's circuit breaker (docs/semantics.md, "Breaker").
///
/// The engine asks `blocks(at:)`; when nothing else forbids the attempt either, it calls
/// `begin(at:)`, and `record(success:at:isProbe:)` at the outcome. The times of each kind of call
/// are nondecreasing. By number of failures, one that is older than the last `failures` ones cannot
/// matter, so a ring of that many times is the whole record, allocated once. By failure rate the
/// record is every outcome of the window.
@frozen
public struct Breaker: Sendable {
  public let settings: BreakerSettings
  /// The latest failures, a ring whose next place is `next`; `recorded` of them are in use.
  @usableFromInline var ring: [SimTime]
  @usableFromInline var next = 0
  @usableFromInline var recorded = 0
  /// By failure rate: the outcomes of the window, and the failures among them.
  @usableFromInline var calls: RecentTimes
  @usableFromInline var failures: RecentTimes
  /// Whether a success changes nothing while the breaker is closed.
  @usableFromInline let ignoresSuccess: Bool
  @usableFromInline var openedUntil = SimTime.distantPast
  /// Opened, and no probe has succeeded since; stays false without probes.
  @usableFromInline var needsProbe = false
  /// The probe is waiting or in flight.
  @usableFromInline var isProbing = false

  public init(_ settings: BreakerSettings) {
    self.settings = settings
    (calls, failures) = (RecentTimes(), RecentTimes())
    switch settings.rule {
    case .failures(let count, let consecutive):
      ring = Array(repeating: .distantPast, count: count)
      ignoresSuccess = !consecutive
    case .rate:
      ring = []
      ignoresSuccess = false
    }
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
    needsProbe || isProbing || !ignoresSuccess ? nil : openedUntil
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
    if success && ignoresSuccess { return false }
    return count(success: success, at: e)
  }

  /// An outcome that counts, while the breaker is closed.
  @usableFromInline
  mutating func count(success: Bool, at e: SimTime) -> Bool {
    switch settings.rule {
    case .failures:
      if success { recorded = 0 }
      return !success && recordFailure(at: e)
    case .rate(let billionths, let minimumCalls):
      calls.add(e)
      if !success { failures.add(e) }
      calls.drop(at: e, settings.window)
      failures.drop(at: e, settings.window)
      guard calls.count >= minimumCalls,
        BreakerSettings.isShare(billionths, failures: failures.count, of: calls.count)
      else { return false }
      open(at: e)
      return true
    }
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

  private mutating func recordFailure(at e: SimTime) -> Bool {
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
    calls.removeAll()
    failures.removeAll()
  }
}

extension Breaker {
  /// What the breaker does with an attempt, for explanations.
  public enum State: Hashable, Sendable {
    /// Lets everything pass; so many failures count at the moment, by failure rate of so many calls.
    case closed(failures: Int, calls: Int? = nil)
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
    if case .rate = settings.rule {
      return .closed(
        failures: failures.count(at: t, within: settings.window),
        calls: calls.count(at: t, within: settings.window))
    }
    let latest = (0..<recorded).map { ring[(next + ring.count - 1 - $0) % ring.count] }
    return .closed(failures: latest.count { t - $0 < settings.window })
  }
}
