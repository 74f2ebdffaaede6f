/// When a `TimeOfDayPrice` holds, as plain numbers.
@frozen
@usableFromInline
struct CompiledTimeOfDay: Sendable {
  /// Bit 0 is Monday.
  @usableFromInline let weekdays: UInt8
  @usableFromInline let from: Int64
  @usableFromInline let to: Int64

  init(_ price: TimeOfDayPrice) {
    weekdays = price.weekdays.reduce(0) { $0 | (1 << UInt8($1)) }
    from = price.from.microseconds
    to = price.to.microseconds
  }

  /// `weekday` is 0 to 6, `time` microseconds since midnight.
  @inlinable
  func holds(weekday: UInt8, time: Int64) -> Bool {
    let today = weekdays >> weekday & 1 == 1
    if from <= to { return today && from <= time && time < to }
    let yesterday = weekdays >> ((weekday + 6) % 7) & 1 == 1
    return today && from <= time || yesterday && time < to
  }
}
