import CostModel

/// The simulated span: whole months, each a budget period, and the local days in them.
package struct Period: Sendable {
  package struct Span: Hashable, Sendable {
    package var start: SimTime
    package var end: SimTime

    package init(start: SimTime, end: SimTime) {
      self.start = start
      self.end = end
    }
  }
  /// Local time is UTC plus `seconds` from this moment on.
  package struct Offset: Hashable, Sendable {
    package var from: SimTime
    package var seconds: Int

    package init(from: SimTime, seconds: Int) {
      self.from = from
      self.seconds = seconds
    }
  }

  /// IANA name of the scenario's time zone.
  package var timeZone: String
  /// Ascending; the first one holds from the distant past.
  package var offsets: [Offset]
  /// Contiguous budget months: calendar months, or `days` each.
  package var months: [Span]
  /// Contiguous local days with their dates, covering the months.
  package var days: [Day]
  /// A log's own span, which need not fill its months; nil: the months are filled.
  package var observed: Span?
  /// How long every month is; nil: calendar months.
  package var daysAMonth: Int?

  package init(
    timeZone: String, offsets: [Offset], months: [Span], days: [Day], observed: Span? = nil,
    daysAMonth: Int? = nil
  ) {
    self.timeZone = timeZone
    self.offsets = offsets
    self.months = months
    self.days = days
    self.observed = observed
    self.daysAMonth = daysAMonth
  }

  package struct Day: Hashable, Sendable {
    package var date: CivilDate
    package var start: SimTime

    package init(date: CivilDate, start: SimTime) {
      self.date = date
      self.start = start
    }
  }

  package var start: SimTime { observed?.start ?? months[0].start }
  package var end: SimTime { observed?.end ?? months[months.count - 1].end }

  /// Whether its months are calendar months, or it is as many days as the one that it begins with.
  package var isCalendar: Bool {
    guard let daysAMonth else { return true }
    guard months.count == 1, let first = days.first?.date, first.day == 1 else { return false }
    let next = CivilDate(year: first.year, month: first.month + 1, day: 1)
    return next.daysSinceEpoch - first.daysSinceEpoch == daysAMonth
  }

  /// One of the months alone, by place from 0.
  package func month(_ index: Int) -> Period {
    var result = self
    let span = months[index]
    result.months = [span]
    result.days = days.filter { span.start <= $0.start && $0.start < span.end }
    return result
  }

  /// Seconds to add to UTC at that moment.
  package func offset(at t: SimTime) -> Int {
    var result = offsets[0].seconds
    for offset in offsets.dropFirst() where offset.from <= t { result = offset.seconds }
    return result
  }
}
