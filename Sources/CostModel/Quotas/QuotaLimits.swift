/// The limits of one target; nil does not limit (semantics: docs/semantics.md, "Quotas").
public struct QuotaLimits: Hashable, Sendable {
  public enum Charge: Hashable, Sendable {
    /// Total input + total output of the attempt.
    case actual
    /// Input + the call's maxTokens, else its model's (what Azure does).
    case reserved
    /// Total input + total output, less what the provider's prompt cache would hold when the attempt
    /// is asked for.
    case uncached
  }

  public var requestsPerMinute: Int64?
  /// Calls that the request bucket holds; nil: `requestsPerMinute`.
  public var burst: Int64?
  public var tokensPerMinute: Int64?
  public var charge = Charge.actual
  /// Fixed windows aligned to the epoch instead of buckets.
  public var window: SimDuration?
  public var concurrent: Int?
  /// Audio that may start in one UTC day.
  public var audioPerDay: SimDuration?
  /// The longest wait that still queues; nil: no bound. `overflow: reject` is zero.
  public var maxWait: SimDuration?

  public init() {}

  public var isUnlimited: Bool {
    requestsPerMinute == nil && tokensPerMinute == nil && concurrent == nil && audioPerDay == nil
  }
}
