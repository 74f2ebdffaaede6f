import CostModel

/// Reads quantities as people write them. Money never passes through floating point.
package enum Quantity {
  /// What is wrong, and perhaps what was meant.
  package struct Problem: Error {
    package var message: String
    package var hint: String?

    package init(_ message: String, hint: String? = nil) {
      self.message = message
      self.hint = hint
    }
  }

  // MARK: Numbers

  /// `300K`, `3M`, `1,000`, `1e6`, `2.5`.
  package static func number(_ text: String) throws(Problem) -> ExactDecimal {
    let suffixes: [(Character, Int)] = [("K", 3), ("k", 3), ("M", 6), ("B", 9)]
    for (suffix, power) in suffixes where text.last == suffix {
      if let value = ExactDecimal(text.dropLast()) { return value.shifted(by: power) }
    }
    guard let value = ExactDecimal(text) else {
      throw Problem("expected a number like 300, 1,000 or 300K, not '\(text)'")
    }
    return value
  }

  /// A whole number.
  package static func count(_ text: String) throws(Problem) -> Int64 {
    guard let value = try number(text).wholeNumber else {
      throw Problem("expected a whole number, not '\(text)'")
    }
    return value
  }

  /// `75%` or `0.75`, as a fraction from 0 to 1.
  package static func share(_ text: String) throws(Problem) -> ExactDecimal {
    let isPercent = text.hasSuffix("%")
    let digits = isPercent ? trimmed(text.dropLast()) : text
    guard let value = ExactDecimal(digits) else {
      throw Problem("expected a percentage like 75% or 0.75, not '\(text)'")
    }
    let share = isPercent ? value.shifted(by: -2) : value
    if share.digits < 0 { throw Problem("a percentage cannot be negative: '\(text)'") }
    if share.double > 1 {
      throw Problem(
        "'\(text)' is more than 100%",
        hint: !isPercent && value.double <= 100 ? "did you mean '\(text)%'?" : nil)
    }
    return share
  }

  // MARK: Time

  package static let durationUnits: [(name: String, microseconds: Int64)] = [
    ("us", 1), ("µs", 1), ("ms", 1_000), ("s", 1_000_000), ("sec", 1_000_000),
    ("min", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ("day", 86_400_000_000), ("days", 86_400_000_000),
  ]

  /// `800ms`, `60s`, `5min`, `1h30min`, `2d`; `0` needs no unit. At most 36,600 days.
  package static func duration(_ text: String) throws(Problem) -> SimDuration {
    if text == "0" { return .zero }
    var rest = text[...]
    var total: Int128 = 0
    repeat {
      let number = rest.prefix { $0.isNumber || ".,_+-".contains($0) }
      let after = rest.dropFirst(number.count).drop { $0 == " " }
      let unit = after.prefix { $0.isLetter }
      guard let value = ExactDecimal(number) else {
        throw Problem("expected a duration like 800ms, 60s, 5min or 1h, not '\(text)'")
      }
      total += try microseconds(value, unit: String(unit), in: text)
      rest = after.dropFirst(unit.count).drop { $0 == " " }
    } while !rest.isEmpty
    guard total <= 36_600 * 86_400_000_000 else {
      throw Problem("'\(text)' is longer than 100 years")
    }
    return SimDuration(microseconds: Int64(total))
  }

  private static func microseconds(
    _ value: ExactDecimal, unit: String, in text: String
  ) throws(Problem) -> Int128 {
    guard let known = durationUnits.first(where: { $0.name == unit }) else {
      if unit.isEmpty {
        throw Problem("a duration needs a unit (ms, s, min, h, d), not '\(text)'")
      }
      let hint = unit == "m" ? "did you mean 'min'?" : nil
      throw Problem(
        "unknown unit '\(unit)' of time, expected ms, s, min, h or d",
        hint: hint ?? NearestName.hint(for: unit, among: durationUnits.map(\.name)))
    }
    if value.digits < 0 { throw Problem("a duration cannot be negative: '\(text)'") }
    guard value.digits < Int128(1) << 80 else { throw Problem("'\(text)' is too long") }
    let scaled = ExactDecimal(
      digits: value.digits * Int128(known.microseconds), places: value.places)
    guard scaled.places == 0 else {
      throw Problem("'\(text)' is finer than a microsecond")
    }
    return scaled.digits
  }

  // MARK: Money

  /// `$1,000`, `1000 USD`, `$1.5K`, `62.40`: picodollars, exactly.
  package static func money(_ text: String) throws(Problem) -> Int128 {
    let amount = try moneyNumber(text)
    if amount.digits < 0 { throw Problem("an amount cannot be negative: '\(text)'") }
    let pico = amount.shifted(by: 12)
    guard pico.places == 0 else {
      throw Problem("'\(text)' is finer than a picodollar (12 decimals)")
    }
    guard pico.digits <= 1_000_000_000_000 * MoneySum.picodollarsPerDollar else {
      throw Problem("'\(text)' is more than $1,000,000,000,000")
    }
    return pico.digits
  }

  private static func moneyNumber(_ text: String) throws(Problem) -> ExactDecimal {
    var digits = text[...]
    var sign = ""
    if digits.first == "-" {
      sign = "-"
      digits.removeFirst()
    }
    if digits.first == "$" { digits.removeFirst() }
    for unit in ["USD", "usd"] {
      if digits.hasSuffix(unit) { digits = digits.dropLast(3) }
      if digits.hasPrefix(unit) { digits = digits.dropFirst(3) }
    }
    if let other = text.first(where: { "€£¥".contains($0) }) {
      throw Problem("money is in US dollars, not '\(other)'")
    }
    let bare = sign + trimmed(digits)
    guard let amount = try? number(bare) else {
      throw Problem("expected an amount like $1,000 or 1000 USD, not '\(text)'")
    }
    return amount
  }

  // MARK: Helpers

  /// The two ends of `500ms..1000ms`; nil if there is no `..`.
  package static func range(_ text: String) -> (low: String, high: String)? {
    guard let dots = text.firstRange(of: "..") else { return nil }
    return (trimmed(text[..<dots.lowerBound]), trimmed(text[dots.upperBound...]))
  }

  package static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
