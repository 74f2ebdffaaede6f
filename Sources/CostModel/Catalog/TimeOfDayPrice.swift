/// A price change that holds between two times of the UTC day.
///
/// `from > to` runs past midnight and belongs to the weekday on which it begins.
public struct TimeOfDayPrice: Hashable, Sendable {
  /// Days on which the span begins; 0 is Monday.
  public var weekdays: Set<Int>
  /// Since UTC midnight; inclusive.
  public var from: SimDuration
  /// Since UTC midnight; exclusive.
  public var to: SimDuration
  public var change: PriceChange

  public init(weekdays: Set<Int>, from: SimDuration, to: SimDuration, change: PriceChange) {
    self.weekdays = weekdays
    self.from = from
    self.to = to
    self.change = change
  }

  /// Whether the change holds at that moment.
  public func holds(at t: SimTime) -> Bool {
    let day = SimDuration.day.microseconds
    var rest = t.microseconds % day
    if rest < 0 { rest += day }
    let today = CivilDate(daysSinceEpoch: Int((t.microseconds - rest) / day)).weekday
    let timeOfDay = SimDuration(microseconds: rest)
    if from <= to { return weekdays.contains(today) && from <= timeOfDay && timeOfDay < to }
    return weekdays.contains(today) && from <= timeOfDay
      || weekdays.contains((today + 6) % 7) && timeOfDay < to
  }
}
