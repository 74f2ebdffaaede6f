import CostModel
import Simulator
import Support

/// Reads the times of logs: those of `TraceClock`, and spreadsheets' days, dates alone, and pairs of seconds
/// and nanoseconds.
package struct LogClock {
  package struct Problem: Error { var message: String }

  private let zone: String
  private let isRelative: Bool
  private var clocks: [LogUnit: TraceClock] = [:]

  package init(zone: String, isRelative: Bool) {
    self.zone = zone
    self.isRelative = isRelative
  }

  private static let earliest = CivilDate(year: 2015, month: 1, day: 1)
  private static let latest = CivilDate(year: 2101, month: 1, day: 1)
  private static let day: Int64 = 86_400_000_000

  /// - Returns: microseconds, and whether the time of day was not told.
  package mutating func time(_ value: LogValue, _ unit: LogUnit?) throws(Problem) -> (Int64, Bool) {
    let parts = value.elements
    if value.kind == .array, parts.count == 2 {
      guard let seconds = Int64(parts[0].text), let nanos = Int64(parts[1].text),
        (0..<1_000_000_000).contains(nanos), (0..<(1 << 40)).contains(seconds)
      else { throw Problem(message: "expected seconds and nanoseconds") }
      return (seconds * 1_000_000 + nanos / 1_000, false)
    }
    switch unit ?? .auto {
    case .excel, .excel1904: return (try spreadsheetDay(value.text, unit ?? .excel), false)
    case .monthFirst, .dayFirst: return try dated(value.text, unit ?? .auto)
    default: return try usual(value.text, unit ?? .auto)
    }
  }

  private mutating func usual(
    _ text: String, _ unit: LogUnit
  ) throws(Problem) -> (Int64, Bool) {
    var text = text
    let isDate = Self.isDate(text)
    if isDate { text += "T00:00:00" }
    var clock =
      clocks[unit]
      ?? TraceClock(
        unit: unit.trace ?? .auto, zone: zone, origin: isRelative ? 0 : nil, decimalComma: false)
    defer { clocks[unit] = clock }
    var bytes = Array(text.utf8)
    bytes += [0, 0, 0, 0, 0, 0, 0, 0]
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(TraceClock.Problem) in
        try clock.microseconds(Bytes(rebasing: buffer[..<(buffer.count - 8)]))
      }.mapError { Problem(message: $0.message(Bytes(rebasing: buffer[..<(buffer.count - 8)]))) }
    }
    let time = try result.get()
    if unit == .auto, !isRelative, TraceDecimal(text) != nil { try checkPlausible(time, text) }
    return (time, isDate)
  }

  /// Whether it is a date alone, like `2026-03-01`. Every row asks, so no regular expression is made for it.
  private static func isDate(_ text: String) -> Bool {
    text.utf8.count == 10
      && text.utf8.enumerated().allSatisfy { place, byte in
        place == 4 || place == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
      }
  }

  private func checkPlausible(_ time: Int64, _ text: String) throws(Problem) {
    let days = time / Self.day
    if days >= Self.earliest.daysSinceEpoch, days < Self.latest.daysSinceEpoch { return }
    // A day number of this century.
    let isDay = TraceDecimal(text).flatMap { try? $0.scaled(by: 0, .down) }.map {
      (36_526...73_051).contains($0)
    }
    throw Problem(
      message: "'\(text)' gives no time from 2015 to 2100"
        + (isDay == true ? "; it may be a spreadsheet's day: unit excel" : ""))
  }

  /// Days since the end of 1899 (or the beginning of 1904), to the millisecond.
  private func spreadsheetDay(_ text: String, _ unit: LogUnit) throws(Problem) -> Int64 {
    let start =
      unit == .excel
      ? CivilDate(year: 1899, month: 12, day: 30) : CivilDate(year: 1904, month: 1, day: 1)
    guard let number = ExactDecimal(text), number.digits > 0,
      number.digits < Int128(1) << 90, number.double < 80_000
    else { throw Problem(message: "expected a spreadsheet's day, not '\(text)'") }
    var scaled = number.digits * 86_400_000
    for _ in 0..<number.places { scaled = scaled / 10 + (scaled % 10 >= 5 ? 1 : 0) }
    return Int64(start.daysSinceEpoch) * Self.day + Int64(scaled) * 1_000
  }

  /// Made once: to make a regular expression takes far longer than to match one.
  nonisolated(unsafe) private static let dayAndMonth =
    /([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4})(?:[ T](.+))?/

  private mutating func dated(
    _ text: String, _ unit: LogUnit
  ) throws(Problem) -> (Int64, Bool) {
    guard let match = text.wholeMatch(of: Self.dayAndMonth) else {
      throw Problem(message: "expected a date like \(unit.rawValue), not '\(text)'")
    }
    let (first, second) = (match.output.1, match.output.2)
    let (month, day) = unit == .monthFirst ? (first, second) : (second, first)
    func two(_ text: Substring) -> String { text.count == 1 ? "0" + text : String(text) }
    let date = "\(match.output.3)-\(two(month))-\(two(day))"
    return try usual(date + (match.output.4.map { "T" + $0 } ?? ""), .auto)
  }
}

extension TraceDecimal {
  package init?(_ text: String, decimalComma: Bool = false) {
    var text = text
    guard let number = text.withUTF8({ TraceDecimal($0, decimalComma: decimalComma) }) else {
      return nil
    }
    self = number
  }
}
