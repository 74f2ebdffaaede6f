import CostModel
import Foundation
import Support

/// Reads `period:` into months and local days.
package struct PeriodReader {
  private static let years = 1970...2200
  private static let maximumDays = 3_700
  /// What `months` and `days` may be.
  package static let longestMonths: Int64 = 120
  package static let longestDays: Int64 = 3_660

  package let log: InputLog

  package func read(_ node: YAMLNode) -> Period? {
    if case .scalar(let text, _) = node.content {
      guard let month = month(text, node.place) else { return nil }
      return period(months: month, count: 1, zone: "UTC", place: node.place)
    }
    guard let fields = Fields(node, as: ScenarioFormat.period, log: log) else { return nil }
    let stated = fields.text("time_zone") ?? "UTC"
    let isKnown = isTimeZone(stated, fields["time_zone"]?.place ?? node.place)
    let zone = isKnown ? stated : "UTC"
    let count = Int(fields.count("months", in: 1...Self.longestMonths) ?? 1)
    if let monthNode = fields["month"] {
      for key in ["start", "days"] {
        if let other = fields[key] {
          log.add(other.place, "'month' and '\(key)' exclude each other")
        }
      }
      guard let text = log.text(monthNode), let month = month(text, monthNode.place) else {
        return nil
      }
      return period(months: month, count: count, zone: zone, place: node.place)
    }
    return days(fields, count: count, zone: zone)
  }

  private func isTimeZone(_ name: String, _ place: Place) -> Bool {
    if LocalTime.isKnown(name) { return true }
    log.unknown("time zone", name, at: place, among: TimeZone.knownTimeZoneIdentifiers + ["UTC"])
    return false
  }

  private func days(_ fields: Fields, count: Int, zone: String) -> Period? {
    guard let startNode = fields["start"], fields.has("days") else {
      let missing = fields.has("start") ? "'days'" : "'month', or 'start' and 'days',"
      log.add(fields.place, "\(missing) is missing in this period")
      return nil
    }
    guard let start = log.date(startNode, years: Self.years),
      let days = fields.count("days", in: 1...Self.longestDays)
    else { return nil }
    guard Int(days) * count <= Self.maximumDays else {
      log.add(fields.place, "longer than \(Self.maximumDays) days")
      return nil
    }
    let first = start.daysSinceEpoch
    let bounds = (0...count).map { CivilDate(daysSinceEpoch: first + $0 * Int(days)) }
    var period = period(bounds: bounds, zone: zone, place: fields.place)
    period?.daysAMonth = Int(days)
    return period
  }

  private func month(_ text: String, _ place: Place) -> CivilDate? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, parts[1].count == 2, let year = Int(parts[0]),
      let month = Int(parts[1]), (1...12).contains(month), Self.years.contains(year)
    else {
      log.add(place, "expected a month like 2025-11, not '\(text)'")
      return nil
    }
    return CivilDate(year: year, month: month, day: 1)
  }

  private func period(months first: CivilDate, count: Int, zone: String, place: Place) -> Period? {
    let bounds = (0...count).map { index in
      let days = CivilDate(year: first.year, month: first.month + index, day: 1).daysSinceEpoch
      return CivilDate(daysSinceEpoch: days)
    }
    return period(bounds: bounds, zone: zone, place: place)
  }

  private func period(bounds: [CivilDate], zone: String, place: Place) -> Period? {
    guard let first = bounds.first, let last = bounds.last,
      let local = LocalTime(timeZone: zone, from: first, to: last)
    else {
      log.add(place, "the time zone '\(zone)' has no data")
      return nil
    }
    let months = zip(bounds, bounds.dropFirst()).map { start, end in
      Period.Span(start: local.moment(start), end: local.moment(end))
    }
    let days = (first.daysSinceEpoch..<last.daysSinceEpoch).map { day in
      let date = CivilDate(daysSinceEpoch: day)
      return Period.Day(date: date, start: local.moment(date))
    }
    return Period(timeZone: zone, offsets: local.offsets, months: months, days: days)
  }
}

extension InputLog {
  /// `2025-11-01`, a date that exists.
  package func date(_ node: YAMLNode, years: ClosedRange<Int> = CivilDate.years) -> CivilDate? {
    guard let text = scalar(node, "a date like 2025-11-01") else { return nil }
    guard let date = CivilDate(iso: text), years.contains(date.year) else {
      add(node.place, "expected a date like 2025-11-01, not '\(text)'")
      return nil
    }
    return date
  }

  /// `2025-11-01`, `2025-11-01T09:00`, with seconds, `Z` or `+02:00`.
  package func moment(_ node: YAMLNode, local: (CivilDate, SimDuration) -> SimTime) -> SimTime? {
    let expected = "a time like 2025-11-01T09:00"
    guard let text = scalar(node, expected) else { return nil }
    let parts = text.split(maxSplits: 1) { $0 == "T" || $0 == " " }
    guard let date = parts.first.flatMap({ CivilDate(iso: String($0)) }),
      let (clock, zone) = InputLog.clock(parts.count > 1 ? String(parts[1]) : "00:00")
    else {
      add(node.place, "expected \(expected), not '\(text)'")
      return nil
    }
    guard let zone else { return local(date, clock) }
    let days = Int64(date.daysSinceEpoch) * 86_400_000_000
    return SimTime(microseconds: days + clock.microseconds - zone * 1_000_000)
  }

  /// The time of day and the seconds east of Greenwich, if stated.
  private static func clock(_ text: String) -> (SimDuration, Int64?)? {
    guard let match = text.wholeMatch(of: /(\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?/),
      let hours = Int64(match.1), let minutes = Int64(match.2), hours < 24, minutes < 60
    else { return nil }
    let seconds = match.3.flatMap { Int64($0) } ?? 0
    guard seconds < 60 else { return nil }
    let clock = SimDuration(
      microseconds: ((hours * 60 + minutes) * 60 + seconds) * 1_000_000)
    guard let zone = match.4 else { return (clock, nil) }
    if zone == "Z" { return (clock, 0) }
    let digits = zone.dropFirst().split(separator: ":").compactMap { Int64($0) }
    guard digits.count == 2 else { return nil }
    return (clock, (zone.first == "-" ? -1 : 1) * (digits[0] * 3600 + digits[1] * 60))
  }
}

extension CivilDate {
  /// Of the dates in files.
  package static let years = 1970...2200

  /// `YYYY-MM-DD`; nil if it is no such text or no such day.
  package init?(iso text: String) {
    guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)/), let year = Int(match.1),
      let month = Int(match.2), let day = Int(match.3), (1...12).contains(month)
    else { return nil }
    self.init(year: year, month: month, day: day)
    guard CivilDate(daysSinceEpoch: daysSinceEpoch) == self else { return nil }
  }
}
