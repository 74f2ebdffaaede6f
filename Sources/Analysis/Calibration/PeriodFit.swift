import CostModel
import Scenarios
import Simulator
import Support

/// The period that a log is put into, and how much of it the log has seen.
package struct PeriodFit: Sendable {
  package enum Form: Hashable, Sendable {
    case months(count: Int)
    case days(count: Int)
  }

  package let form: Form
  package let start: CivilDate
  package let timeZone: String
  package let period: Period
  /// Shorter than a day: the month is an extrapolation.
  package let isShort: Bool
  package let first: Int64
  package let last: Int64

  package init(first: Int64, last: Int64, timeZone: String) {
    self.first = first
    self.last = last
    self.timeZone = timeZone
    var period = Period.covering(from: first, to: last, timeZone: timeZone)
    period.observed = nil
    let from = period.days[0].date
    let end = period.days[period.days.count - 1].date.daysSinceEpoch + 1
    isShort = last - first < SimDuration.day.microseconds
    let fillsMonths = from.day == 1 && CivilDate(daysSinceEpoch: end).day == 1
    if isShort || fillsMonths {
      form = .months(count: period.months.count)
      start = CivilDate(year: from.year, month: from.month, day: 1)
    } else {
      form = .days(count: period.days.count)
      start = from
      let local = LocalTime(offsets: period.offsets)
      period.months = [
        Period.Span(
          start: period.days[0].start, end: local.moment(CivilDate(daysSinceEpoch: end)))
      ]
    }
    self.period = period
  }

  /// Whether a scenario can state it.
  package var isPossible: Bool {
    switch form {
    case .months(let count): count <= PeriodReader.longestMonths
    case .days(let count): count <= PeriodReader.longestDays
    }
  }

  /// Budget periods (months, or the span of days).
  package var months: Double { Double(period.months.count) }

  /// Budget periods' worth of traffic that the log has seen: all of them, unless so much of the
  /// profile lies before its first or after its last call that chance does not explain it.
  package func observed(_ profile: TrafficProfile, calls: Int64) -> Double {
    let timeline = Timeline(period: period, profile: profile)
    let from = timeline.operational(at: SimTime(microseconds: first))
    let to = timeline.operational(at: SimTime(microseconds: last))
    guard to > from else { return months }
    // No call where e⁻¹⁴ ≈ 10⁻⁶ is the chance of none.
    let missing = Double(calls) * max(from, months - to) / (to - from)
    return missing < 14 ? months : to - from
  }
}
