import CostModel

/// The simulated span: whole months, each a budget period, and the local days in them.
struct Period: Sendable {
  struct Span: Hashable, Sendable {
    var start: SimTime
    var end: SimTime
  }
  /// Local time is UTC plus `seconds` from this moment on.
  struct Offset: Hashable, Sendable {
    var from: SimTime
    var seconds: Int
  }

  /// IANA name of the scenario's time zone.
  var timeZone: String
  /// Ascending; the first one holds from the distant past.
  var offsets: [Offset]
  /// Contiguous budget months: calendar months, or `days` each.
  var months: [Span]
  /// Contiguous local days with their dates, covering the months.
  var days: [Day]
  /// A log's own span, which need not fill its months; nil: the months are filled.
  var observed: Span?
  /// How long every month is; nil: calendar months.
  var daysAMonth: Int?

  struct Day: Hashable, Sendable {
    var date: CivilDate
    var start: SimTime
  }

  var start: SimTime { observed?.start ?? months[0].start }
  var end: SimTime { observed?.end ?? months[months.count - 1].end }

  /// One of the months alone, by place from 0.
  func month(_ index: Int) -> Period {
    var result = self
    let span = months[index]
    result.months = [span]
    result.days = days.filter { span.start <= $0.start && $0.start < span.end }
    return result
  }

  /// Seconds to add to UTC at that moment.
  func offset(at t: SimTime) -> Int {
    var result = offsets[0].seconds
    for offset in offsets.dropFirst() where offset.from <= t { result = offset.seconds }
    return result
  }
}
