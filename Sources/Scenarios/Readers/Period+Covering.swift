import CostModel
import Foundation
import Support

extension Period {
  /// The calendar months that hold a log, and its own local days and span. A time zone that was
  /// checked before.
  package static func covering(from first: Int64, to last: Int64, timeZone: String) -> Period {
    let day = SimDuration.day.microseconds
    func utcDate(_ time: Int64, plus days: Int) -> CivilDate {
      CivilDate(daysSinceEpoch: Int((Double(time) / Double(day)).rounded(.down)) + days)
    }
    let from = utcDate(first, plus: -40)
    let to = utcDate(last, plus: 40)
    guard let local = LocalTime(timeZone: timeZone, from: from, to: to) else {
      preconditionFailure("the time zone was checked by the reader")
    }
    func localDate(_ time: Int64) -> CivilDate {
      let days = (from.daysSinceEpoch...to.daysSinceEpoch).last { number in
        local.moment(CivilDate(daysSinceEpoch: number)).microseconds <= time
      }
      return CivilDate(daysSinceEpoch: days ?? from.daysSinceEpoch)
    }
    let (firstDay, lastDay) = (localDate(first), localDate(last))
    let months = (lastDay.year - firstDay.year) * 12 + lastDay.month - firstDay.month + 1
    func monthStart(_ index: Int) -> SimTime {
      local.moment(CivilDate(year: firstDay.year, month: firstDay.month + index, day: 1))
    }
    let days = (firstDay.daysSinceEpoch...lastDay.daysSinceEpoch).map { number in
      let date = CivilDate(daysSinceEpoch: number)
      return Day(date: date, start: local.moment(date))
    }
    return Period(
      timeZone: timeZone, offsets: local.offsets,
      months: (0..<months).map { Span(start: monthStart($0), end: monthStart($0 + 1)) },
      days: days,
      observed: Span(
        start: SimTime(microseconds: first), end: SimTime(microseconds: last + 1)))
  }

  /// When the local day after the last one begins.
  package var endOfDays: SimTime {
    let last = days[days.count - 1].date
    let (from, to) = (last.daysSinceEpoch - 2, last.daysSinceEpoch + 2)
    guard
      let local = LocalTime(
        timeZone: timeZone, from: CivilDate(daysSinceEpoch: from),
        to: CivilDate(daysSinceEpoch: to))
    else { preconditionFailure("the time zone was checked by the reader") }
    return local.moment(CivilDate(daysSinceEpoch: last.daysSinceEpoch + 1))
  }
}
