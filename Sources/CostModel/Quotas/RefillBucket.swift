/// A bucket of calls or tokens that refills continuously and is full at the start.
///
/// It counts whole units of 1/60,000,000 call or token, of which a microsecond adds `perMinute`:
/// nothing is ever rounded. 128 bits hold any amount that 64 bits can state. The time since the last
/// charge is the caller's to know.
@frozen
@usableFromInline
struct RefillBucket: Sendable {
  @inlinable static var unitsPerItem: Int64 { 60_000_000 }

  @usableFromInline let perMinute: Int64
  let capacity: Int128
  /// As much of it as 64 bits hold.
  @usableFromInline let shortCapacity: UInt64
  /// What a full bucket holds more, after the last charge; more than `capacity` in debt.
  @usableFromInline var missing: Int128 = 0

  /// A full bucket; `perMinute` and `size` are positive.
  init(perMinute: Int64, size: Int64) {
    self.perMinute = perMinute
    capacity = Self.units(size)
    shortCapacity = UInt64(clamping: capacity)
  }

  @inline(__always)
  private static func units(_ items: Int64) -> Int128 { Int128(items) &* Int128(unitsPerItem) }

  /// What is missing that many microseconds after the last charge.
  @inline(__always)
  private func missing(after elapsed: UInt64) -> Int128 {
    // The product of 64 and 63 bits fits.
    max(0, missing &- Int128(elapsed) &* Int128(perMinute))
  }

  /// What may be missing for `amount` to start: one larger than the bucket needs a full one.
  @inline(__always)
  private func spare(besides amount: Int64) -> Int128 { max(0, capacity &- Self.units(amount)) }

  /// The first microsecond from `s` on at which `amount` may start; the bucket never holds less
  /// later on, so it may start at any time after that too. Not beyond the horizon.
  /// - Parameter last: the last charge.
  @inline(__always)
  func earliest(_ amount: Int64, from s: SimTime, after last: SimTime) -> SimTime {
    let short = missing(after: last.elapsed(until: s)) &- spare(besides: amount)
    return short > 0 ? Self.delayed(s, by: short, perMinute: perMinute) : s
  }

  /// Whether `amount` may start that many microseconds after the last charge.
  @inline(__always)
  func admits(_ amount: Int64, after elapsed: UInt64) -> Bool {
    missing(after: elapsed) <= spare(besides: amount)
  }

  /// Takes `amount` that many microseconds after the last charge; one larger than the bucket leaves
  /// a debt.
  @inline(__always)
  mutating func charge(_ amount: Int64, after elapsed: UInt64) {
    missing = missing(after: elapsed) &+ Self.units(amount)
  }

  /// What is missing once `amount` is taken, if that may start, is no larger than the bucket and all
  /// numbers fit into 64 bits; nil tells nothing.
  @inlinable
  @inline(__always)
  func shortMissing(taking amount: Int64, after elapsed: UInt64) -> UInt64? {
    let (refill, isLong) = elapsed.multipliedReportingOverflow(by: UInt64(bitPattern: perMinute))
    let (units, isLarge) = UInt64(bitPattern: amount).multipliedReportingOverflow(
      by: UInt64(bitPattern: Self.unitsPerItem))
    guard !isLong, !isLarge, let missing = UInt64(exactly: missing) else { return nil }
    let before = missing > refill ? missing &- refill : 0
    let (after, isDeep) = before.addingReportingOverflow(units)
    return isDeep || after > shortCapacity ? nil : after
  }

  /// Whole calls or tokens that many microseconds after the last charge, rounded down; negative in
  /// debt.
  func itemsLeft(after elapsed: UInt64) -> Int64 {
    let level = capacity - missing(after: elapsed)
    let (quotient, remainder) = level.quotientAndRemainder(dividingBy: Int128(Self.unitsPerItem))
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }

  /// Later by as long as that many units take to come in.
  @inline(never)
  private static func delayed(_ s: SimTime, by missing: Int128, perMinute: Int64) -> SimTime {
    guard let short = Int64(exactly: missing) else {
      return s.delayed(byUpTo: Int64(clamping: (missing - 1) / Int128(perMinute) + 1))
    }
    return s.delayed(byUpTo: (short - 1) / perMinute + 1)
  }
}

extension SimTime {
  /// The last moment that a call can be queued for (about 146,000 years after 1970): far enough
  /// for every real trace, near enough that sums with it do not overflow.
  @inlinable static var horizon: SimTime { SimTime(microseconds: 1 << 62) }

  /// Microseconds until `s`, which is not earlier: right even from the distant past.
  @inlinable
  @inline(__always)
  func elapsed(until s: SimTime) -> UInt64 {
    UInt64(bitPattern: s.microseconds &- microseconds)
  }

  /// This moment later by `wait` microseconds, but not moved beyond the horizon.
  func delayed(byUpTo wait: Int64) -> SimTime {
    guard self < .horizon else { return self }
    return SimTime(
      microseconds: microseconds
        + min(wait, Int64(clamping: Int128(1 << 62) - Int128(microseconds))))
  }
}
