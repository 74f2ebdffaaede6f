import CostModel

/// Takes a written time apart, byte by byte.
package struct TimeScanner {
  package struct Offset {
    /// East of Greenwich; nil where the time does not say.
    package var seconds: Int64?
  }

  private let bytes: Bytes
  private var index = 0

  package init(_ bytes: Bytes) { self.bytes = bytes }

  package mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  /// Exactly so many digits.
  private mutating func number(_ digits: Int) -> Int64? {
    guard index + digits <= bytes.count else { return nil }
    var value: Int64 = 0
    for position in index..<index + digits {
      let digit = bytes[position] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    index += digits
    return value
  }

  /// `YYYY-MM-DD` as days since the epoch; nil if there is no such day.
  package mutating func date() -> Int64? {
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
      (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year)
    else { return nil }
    let date = CivilDate(year: Int(year), month: Int(month), day: Int(day))
    return Int64(date.daysSinceEpoch)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `HH:MM`, `HH:MM:SS` or with a fraction of any length, in microseconds. A leap second is the
  /// first one of the next minute.
  package mutating func timeOfDay() -> Int64? {
    guard let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60 else {
      return nil
    }
    var micros = (hour * 60 + minute) * 60_000_000
    guard skip(":") else { return micros }
    guard let second = number(2), second <= 60 else { return nil }
    micros += second * 1_000_000
    if skip(".") || skip(",") {
      guard let fraction = fraction() else { return nil }
      micros += fraction
    }
    return micros
  }

  /// Digits behind the point, cut to microseconds.
  private mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var digits = 0
    while index < bytes.count {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { break }
      if digits < 6 { value = value * 10 + Int64(digit) }
      digits += 1
      index += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// What stands behind the time: nothing, `Z`, ` UTC`, `+HH:MM`, `+HHMM` or `+HH`. nil if
  /// something else does; `seconds` is nil where nothing does.
  package mutating func offset() -> Offset? {
    if index == bytes.count { return Offset(seconds: nil) }
    if skip("Z") || skip("z") { return index == bytes.count ? Offset(seconds: 0) : nil }
    let hasSpace = skip(" ")
    if hasSpace, skip("U") {
      return skip("T") && skip("C") && index == bytes.count ? Offset(seconds: 0) : nil
    }
    let isNegative = skip("-")
    guard isNegative || skip("+"), let hours = number(2), hours < 24 else { return nil }
    var minutes: Int64 = 0
    if index < bytes.count {
      _ = skip(":")
      guard let value = number(2), value < 60 else { return nil }
      minutes = value
    }
    guard index == bytes.count else { return nil }
    return Offset(seconds: (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60))
  }
}
