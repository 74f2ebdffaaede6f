/// At most so much per window of time, windows being aligned to the epoch.
///
/// Serves calls and tokens (`window:`) and audio (a window of a UTC day), which follow the same
/// rule: what exceeds a whole window takes one that holds nothing yet.
@frozen
@usableFromInline
struct FixedWindow: Sendable {
  /// Microseconds.
  let length: Int64
  let capacity: Int64
  /// The end of the window that was charged last, and what it holds.
  var end = SimTime.distantPast
  var used: Int64 = 0

  /// `length` (microseconds) and `capacity` are positive.
  init(length: Int64, capacity: Int64) {
    self.length = length
    self.capacity = capacity
  }

  /// What a window of that length admits of a limit per minute: floor(limit · window / 60 s).
  static func capacity(perMinute limit: Int64, window: SimDuration) -> Int64 {
    let whole = Int128(limit) * Int128(window.microseconds)
    return Int64(clamping: whole / Int128(SimDuration.minute.microseconds))
  }

  /// The first microsecond from `s` on at which `amount` may start. It may start at any later one
  /// too: windows after the last charged one are empty.
  func earliest(_ amount: Int64, from s: SimTime) -> SimTime { admits(amount, at: s) ? s : end }

  /// Whether `amount` may start at `s`.
  @inline(__always)
  func admits(_ amount: Int64, at s: SimTime) -> Bool {
    s >= end || used == 0 || amount <= capacity - used
  }

  /// Takes `amount` at `s`, which is not before the last charge.
  mutating func charge(_ amount: Int64, at s: SimTime) {
    if s >= end {
      used = 0
      let position = s.microseconds % length
      // A remainder before the epoch is negative, counted from the window's end.
      end = SimTime(microseconds: s.microseconds - position + (position < 0 ? 0 : length))
    }
    used += amount
  }

  /// What the window of `s` still admits; negative after a larger call.
  func left(at s: SimTime) -> Int64 { s >= end ? capacity : capacity - used }
}
