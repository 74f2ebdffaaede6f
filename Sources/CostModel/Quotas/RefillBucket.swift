/// A bucket of calls or tokens that refills continuously and is full at the start.
///
/// Levels are whole units of 1/60,000,000 call or token, of which a microsecond adds
/// `perMinute`: nothing is ever rounded. 128 bits hold any amount that 64 bits can state.
@frozen
@usableFromInline
struct RefillBucket: Sendable {
  @usableFromInline static let unitsPerItem: Int128 = 60_000_000

  let perMinute: Int64
  let capacity: Int128
  /// The level at `leveledAt`, after the last charge.
  var level: Int128
  var leveledAt = SimTime.distantPast

  /// A full bucket; `perMinute` and `size` are positive.
  init(perMinute: Int64, size: Int64) {
    self.perMinute = perMinute
    capacity = Int128(size) * Self.unitsPerItem
    level = capacity
  }

  /// The level at `s`, which is not before `leveledAt`.
  @inline(__always)
  func level(at s: SimTime) -> Int128 {
    if s == leveledAt { return level }
    let missing = capacity &- level
    // The difference as an unsigned number is right even from the distant past, and the product
    // of 64 and 63 bits fits; only the sum might not, hence the comparison before it.
    let elapsed = UInt64(bitPattern: s.microseconds &- leveledAt.microseconds)
    let refill = Int128(elapsed) &* Int128(perMinute)
    return refill >= missing ? capacity : level &+ refill
  }

  /// Brings the level to `s`, which is not before `leveledAt` and not after any later question: the
  /// refill of two spans is that of both together.
  @inline(__always)
  mutating func refill(until s: SimTime) {
    level = level(at: s)
    leveledAt = s
  }

  /// The first microsecond from `s` on at which `amount` may start; the bucket never holds less
  /// later on, so it may start at any time after that too. Not beyond the horizon.
  @inline(__always)
  func earliest(_ amount: Int64, from s: SimTime) -> SimTime {
    let needed = min(Int128(amount) &* Self.unitsPerItem, capacity)
    let missing = needed &- level(at: s)
    guard missing > 0 else { return s }
    return delayed(s, until: missing)
  }

  /// Whether `amount` may start at `s`, to which the level is brought.
  @inline(__always)
  mutating func admits(_ amount: Int64, at s: SimTime) -> Bool {
    refill(until: s)
    return level >= min(Int128(amount) &* Self.unitsPerItem, capacity)
  }

  /// Takes `amount` at `s`; one larger than the bucket leaves a debt.
  @inline(__always)
  mutating func charge(_ amount: Int64, at s: SimTime) {
    refill(until: s)
    level &-= Int128(amount) &* Self.unitsPerItem
  }

  /// Whole calls or tokens at `s`, rounded down; negative in debt.
  func itemsLeft(at s: SimTime) -> Int64 {
    let (quotient, remainder) = level(at: s).quotientAndRemainder(dividingBy: Self.unitsPerItem)
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }

  /// Later by as long as that many units take to come in.
  @inline(never)
  private func delayed(_ s: SimTime, until missing: Int128) -> SimTime {
    s.delayed(byUpTo: ceiling(missing))
  }

  /// Microseconds until `missing` units have come in, at most `Int64.max`.
  private func ceiling(_ missing: Int128) -> Int64 {
    guard let short = Int64(exactly: missing) else {
      return Int64(clamping: (missing - 1) / Int128(perMinute) + 1)
    }
    return (short - 1) / perMinute + 1
  }
}

extension SimTime {
  /// The last moment that a call can be queued for (about 146,000 years after 1970): far enough
  /// for every real trace, near enough that sums with it do not overflow.
  static let horizon = SimTime(microseconds: 1 << 62)

  /// This moment later by `wait` microseconds, but not moved beyond the horizon.
  func delayed(byUpTo wait: Int64) -> SimTime {
    guard self < .horizon else { return self }
    return SimTime(
      microseconds: microseconds
        + min(wait, Int64(clamping: Int128(1 << 62) - Int128(microseconds))))
  }
}
