/// A moment: whole microseconds since 1970-01-01T00:00:00Z.
@frozen
public struct SimTime: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  @inlinable
  public init(microseconds: Int64) { self.microseconds = microseconds }

  @inlinable
  public static var distantPast: SimTime { SimTime(microseconds: .min) }
  @inlinable
  public static var distantFuture: SimTime { SimTime(microseconds: .max) }

  @inlinable
  public static func < (a: SimTime, b: SimTime) -> Bool { a.microseconds < b.microseconds }
  @inlinable
  public static func + (t: SimTime, d: SimDuration) -> SimTime {
    SimTime(microseconds: t.microseconds + d.microseconds)
  }
  @inlinable
  public static func - (a: SimTime, b: SimTime) -> SimDuration {
    SimDuration(microseconds: a.microseconds - b.microseconds)
  }
}

/// A span of time in whole microseconds.
@frozen
public struct SimDuration: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  @inlinable
  public init(microseconds: Int64) { self.microseconds = microseconds }

  @inlinable
  public static var zero: SimDuration { SimDuration(microseconds: 0) }
  @inlinable
  public static var second: SimDuration { SimDuration(microseconds: 1_000_000) }
  @inlinable
  public static var minute: SimDuration { SimDuration(microseconds: 60_000_000) }
  @inlinable
  public static var hour: SimDuration { SimDuration(microseconds: 3_600_000_000) }
  @inlinable
  public static var day: SimDuration { SimDuration(microseconds: 86_400_000_000) }

  public var seconds: Double { Double(microseconds) / 1e6 }

  @inlinable
  public static func < (a: SimDuration, b: SimDuration) -> Bool {
    a.microseconds < b.microseconds
  }
  @inlinable
  public static func + (a: SimDuration, b: SimDuration) -> SimDuration {
    SimDuration(microseconds: a.microseconds + b.microseconds)
  }
}

/// A date of the proleptic Gregorian calendar, free of any time zone.
public struct CivilDate: Hashable, Comparable, Sendable {
  public var year: Int
  public var month: Int
  public var day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that lies `days` after 1970-01-01 (H. Hinnant, "chrono-compatible low-level date
  /// algorithms", `civil_from_days`).
  public init(daysSinceEpoch days: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01 (Hinnant, `days_from_civil`). Months beyond 12 roll into later years.
  public var daysSinceEpoch: Int {
    let months = month - 1
    let carried = year + (months >= 0 ? months / 12 : (months - 11) / 12)
    let m = months - (months >= 0 ? months / 12 : (months - 11) / 12) * 12 + 1
    let y = m <= 2 ? carried - 1 : carried
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// 0 is Monday, 6 is Sunday.
  public var weekday: Int { ((daysSinceEpoch + 3) % 7 + 7) % 7 }

  public static func < (a: CivilDate, b: CivilDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }
}

extension CivilDate: CustomStringConvertible {
  /// `YYYY-MM-DD`.
  public var description: String {
    let y = String(year)
    return String(repeating: "0", count: max(0, 4 - y.count)) + y + "-" + twoDigits(month) + "-"
      + twoDigits(day)
  }
}

extension SimTime: CustomStringConvertible {
  /// RFC 3339 in UTC: `YYYY-MM-DDTHH:MM:SSZ`, with six decimals where there is a fraction.
  public var description: String { text(alwaysWithFraction: false) }

  /// RFC 3339 in UTC, always with six decimals: `YYYY-MM-DDTHH:MM:SS.ffffffZ`. Texts of this form
  /// sort as the moments do.
  public var preciseDescription: String { text(alwaysWithFraction: true) }

  private func text(alwaysWithFraction: Bool) -> String {
    let dayMicros = SimDuration.day.microseconds
    var day = microseconds / dayMicros
    var rest = microseconds % dayMicros
    if rest < 0 {
      day -= 1
      rest += dayMicros
    }
    let seconds = Int(rest / 1_000_000)
    let fraction = Int(rest % 1_000_000)
    var text = CivilDate(daysSinceEpoch: Int(day)).description + "T"
    text += twoDigits(seconds / 3600) + ":" + twoDigits(seconds / 60 % 60) + ":"
    text += twoDigits(seconds % 60)
    if fraction > 0 || alwaysWithFraction {
      let digits = String(fraction)
      text += "." + String(repeating: "0", count: 6 - digits.count) + digits
    }
    return text + "Z"
  }
}

private func twoDigits(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
