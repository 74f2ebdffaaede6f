/// What a quota answers to a call.
@frozen
public enum Booking: Hashable, Sendable {
  /// The call starts then, and everything is charged.
  case start(SimTime)
  /// It would have to wait longer than `maxWait`: nothing is booked, the target is skipped.
  case throttled
}
