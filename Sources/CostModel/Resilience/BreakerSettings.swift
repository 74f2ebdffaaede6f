/// When a target's circuit breaker opens and how it closes again (docs/semantics.md, "Breaker").
public struct BreakerSettings: Hashable, Sendable {
  public var failures: Int
  public var window: SimDuration
  public var open: SimDuration
  /// 0 or 1.
  public var probes: Int
  /// A success erases the failures recorded so far.
  public var consecutive: Bool

  public init(
    failures: Int, window: SimDuration, open: SimDuration, probes: Int = 0,
    consecutive: Bool = false
  ) {
    precondition(failures > 0 && (0...1).contains(probes), "checked by the reader")
    self.failures = failures
    self.window = window
    self.open = open
    self.probes = probes
    self.consecutive = consecutive
  }
}
