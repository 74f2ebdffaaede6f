import CostModel

/// A quota by reference, because expectations cannot contain mutating calls; times are bare.
final class HeldQuota {
  private var quota: Quota

  init(_ set: (inout QuotaLimits) -> Void) {
    var limits = QuotaLimits()
    set(&limits)
    quota = Quota(limits)
  }

  /// The start in microseconds; nil: throttled.
  func book(
    _ t: Int64, tokens: Int64 = 0, audio: SimDuration = .zero, for duration: Int64 = 0
  ) -> Int64? {
    let booking = quota.book(at: at(t), tokens: tokens, audio: audio, duration: µs(duration))
    guard case .start(let start) = booking else { return nil }
    return start.microseconds
  }

  func levels(at t: Int64) -> Quota.Levels { quota.levels(at: at(t)) }
}
