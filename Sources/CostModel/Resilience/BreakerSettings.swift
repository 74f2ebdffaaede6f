/// When a target's circuit breaker opens and how it closes again (docs/semantics.md, "Breaker").
public struct BreakerSettings: Hashable, Sendable {
  /// What opens a closed breaker.
  public enum Rule: Hashable, Sendable {
    /// So many failures within the window; where `consecutive`, a success erases those before it.
    case failures(Int, consecutive: Bool)
    /// The share of failures among the calls of the window, where these are at least so many. The
    /// share is a whole number of billionths, from 1 to 1,000,000,000.
    case rate(billionths: Int64, minimumCalls: Int)
  }

  public var rule: Rule
  public var window: SimDuration
  public var open: SimDuration
  /// 0 or 1.
  public var probes: Int

  public init(rule: Rule, window: SimDuration, open: SimDuration, probes: Int = 0) {
    precondition((0...1).contains(probes), "checked by the reader")
    switch rule {
    case .failures(let count, _): precondition(count > 0, "checked by the reader")
    case .rate(let billionths, let calls):
      precondition(Self.shares.contains(billionths) && calls > 0, "checked by the reader")
    }
    (self.rule, self.window, self.open, self.probes) = (rule, window, open, probes)
  }

  /// A breaker by number of failures.
  public init(
    failures: Int, window: SimDuration, open: SimDuration, probes: Int = 0,
    consecutive: Bool = false
  ) {
    self.init(
      rule: .failures(failures, consecutive: consecutive), window: window, open: open,
      probes: probes)
  }

  /// Shares that a rule may have, in billionths.
  public static let shares: ClosedRange<Int64> = 1...1_000_000_000

  /// Whether so many failures are at least that share of so many calls, without rounding.
  static func isShare(_ billionths: Int64, failures: Int, of calls: Int) -> Bool {
    Int128(failures) * Int128(shares.upperBound) >= Int128(billionths) * Int128(calls)
  }
}
