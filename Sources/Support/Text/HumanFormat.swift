import CostModel

/// Numbers and moments as a founder reads them. For Markdown and terminals only, never for data.
package enum HumanFormat {
  // MARK: Money

  // One rule for every amount, exact or expected: cents, and where these are not all of what is less than
  // a dollar two to four significant digits, so that so many calls at that price cost what a reader
  // reckons, and what is not zero never reads as zero; and zero has no sign.

  /// `$1,248.00`, `$0.00325`, `<$0.000001`.
  package static func usd(_ money: MoneySum) -> String { smallUSD(money, per: 1) }

  /// `$1,248`; with its cents where that would leave less than three digits.
  package static func wholeUSD(_ money: MoneySum) -> String { wholeUSD(money.dollars) }

  /// The same of an estimate.
  package static func wholeUSD(_ dollars: Double) -> String {
    let isWhole = dollars == dollars.rounded() && dollars.magnitude >= 1
    return usd(dollars, places: isWhole || dollars.magnitude >= 100 ? 0 : 2)
  }

  /// An estimate in dollars: `$1,248.00`; nothing to say of infinity.
  ///
  /// - Parameter least: decimals that are written in any case.
  package static func usd(_ dollars: Double, places least: Int = 2) -> String {
    guard dollars.isFinite else { return "–" }
    guard let places = decimals(for: dollars, atLeast: least) else { return belowSmallest }
    return amount(DecimalText.real(dollars, places: places.upperBound) ?? "–", places)
  }

  /// The amount divided by a count, exactly: `$0.0001125`, `$1.25`.
  package static func smallUSD(_ money: MoneySum, per count: Int64) -> String {
    guard count > 0 else { return "–" }
    guard let places = decimals(for: money.dollars / Double(count), atLeast: 2) else {
      return belowSmallest
    }
    let denominator = MoneySum.picodollarsPerDollar * Int128(count)
    return amount(
      DecimalText.ratio(money.picodollars, denominator, places: places.upperBound), places)
  }

  private static let belowSmallest = "<$0.000001"

  /// Decimals that show two and four significant digits, where the least ones do not say the amount
  /// exactly; nil: it is not zero, but less than a millionth. Less than half a picodollar is nothing but
  /// the rounding of a sum.
  private static func decimals(for dollars: Double, atLeast least: Int) -> ClosedRange<Int>? {
    let size = dollars.magnitude
    if size < 5e-13 || size >= 1 { return least...least }
    if size < 1e-6 { return nil }
    var (places, unit) = (max(2, least), 0.01)
    for _ in 2..<places { unit /= 10 }
    let units = size / unit
    if units >= 0.5, (units - units.rounded()).magnitude < 1e-6 { return places...places }
    while places < 8, size < 10 * unit {
      places += 1
      unit /= 10
    }
    return places...(places + 2)
  }

  /// Without zeros that say nothing, behind the fewest decimals.
  private static func trimmed(_ number: String, _ places: ClosedRange<Int>) -> String {
    var digits = number[...]
    for _ in places.dropFirst() where digits.last == "0" { digits.removeLast() }
    return String(digits)
  }

  /// With its sign before the dollar's.
  private static func amount(_ number: String, _ places: ClosedRange<Int>) -> String {
    let number = trimmed(number, places)
    return number.hasPrefix("-")
      ? "−$" + grouped(String(number.dropFirst())) : "$" + grouped(number)
  }

  /// `1,148.16 EUR`.
  package static func amount(_ money: MoneySum, in currency: Currency) -> String {
    var unit = MoneySum.picodollarsPerDollar
    for _ in 0..<currency.rate.places { unit *= 10 }
    let size = money.dollars * currency.rate.double
    guard let places = decimals(for: size, atLeast: 2) else {
      return "<0.000001 " + currency.code
    }
    let text = DecimalText.ratio(
      money.picodollars * currency.rate.digits, unit, places: places.upperBound)
    return grouped(trimmed(text, places)) + " " + currency.code
  }

  /// How many units a dollar buys: `0.92`.
  package static func rate(_ currency: Currency) -> String {
    var unit: Int128 = 1
    for _ in 0..<currency.rate.places { unit *= 10 }
    return grouped(DecimalText.ratio(currency.rate.digits, unit, places: currency.rate.places))
  }

  /// `300,000`.
  package static func count(_ value: Int64) -> String { grouped(String(value)) }

  /// A count that need not be whole, `1,234` or `12.3` or `0.045`; `–` where it is not finite.
  package static func number(_ value: Double) -> String {
    let places = value.magnitude >= 100 ? 0 : value.magnitude >= 1 ? 1 : 3
    guard let text = DecimalText.real(value, places: places) else { return "–" }
    return grouped(text)
  }

  /// `24.8 %`; `–` where there is nothing to divide by.
  package static func percent(_ part: Double, of whole: Double = 1) -> String {
    guard whole != 0, let text = DecimalText.real(part / whole * 100, places: 1) else {
      return "–"
    }
    return grouped(text) + " %"
  }

  /// `24.8 %`, but `<0.1 %` and `>99.9 %` where rounding would say never or always.
  package static func share(_ part: Double, of whole: Double = 1) -> String {
    let share = part / whole
    if share > 0, share < 0.0005 { return "<0.1 %" }
    if share < 1, share > 0.9995 { return ">99.9 %" }
    return percent(part, of: whole)
  }

  /// `25 %`; for a probability that is neither 0 nor 1.
  package static func wholePercent(_ share: Double) -> String {
    (DecimalText.real(share * 100, places: 0) ?? "–") + " %"
  }

  /// The first whole number of users at which something happens, so rounded up: `365` for 364.2. A
  /// quotient of two Doubles is within a few parts in 10¹⁶ of the true one, so what is above a whole
  /// number by less than a part in 10¹² is that number.
  package static func wholeUsers(_ users: Double) -> String {
    DecimalText.real((users * (1 - 1e-12)).rounded(.up), places: 0).map(grouped) ?? "–"
  }

  /// `tokens/min` as a sentence says it.
  package static func limit(_ name: String) -> String {
    name.replacing("/min", with: " a minute").replacing("/day", with: " a day")
  }

  /// Names come from files: what would steer a terminal or a CI server is shown, not obeyed.
  package static func visible(_ name: String) -> String { visible(name, keeping: []) }

  /// The same for a text of several lines.
  package static func visibleLines(_ text: String) -> String {
    visible(text, keeping: ["\n", "\t"])
  }

  /// The same with its emphasis.
  package static func visibleStyled(_ text: String) -> String {
    visible(text, keeping: ["\n", "\t"] + TextStyle.marks)
  }

  private static func visible(_ name: String, keeping kept: [Unicode.Scalar]) -> String {
    var result = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      result.append(steersReader(scalar) && !kept.contains(scalar) ? "\u{FFFD}" : scalar)
    }
    return LogCommands.inert(String(result))
  }

  private static func steersReader(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default:
      scalar.properties.isBidiControl || TextStyle.marks.contains(scalar)
        || [0xFEFF, 0xFFFE, 0xFFFF].contains(scalar.value)
    }
  }

  package static func plural(_ count: Int64, _ one: String, _ many: String? = nil) -> String {
    self.count(count) + " " + (count == 1 ? one : many ?? one + "s")
  }

  /// `once`, `twice`, `3 times`.
  package static func times(_ count: Int64) -> String {
    switch count {
    case 1: "once"
    case 2: "twice"
    default: self.count(count) + " times"
    }
  }

  /// `1 call was`, `2 calls were`.
  package static func pluralWithVerb(_ count: Int64, _ one: String) -> String {
    plural(count, one) + (count == 1 ? " was" : " were")
  }

  /// `812 ms`, `3.2 s`, `14 min`, `6.5 h`, `3.1 days`: whatever reads best.
  package static func duration(_ duration: SimDuration) -> String {
    text(duration) { $0 >= 100 ? 0 : 1 }
  }

  /// The same to the microsecond, however many decimals that takes.
  package static func exactDuration(_ duration: SimDuration) -> String {
    text(duration) { _ in 12 }
  }

  private static func text(_ duration: SimDuration, _ places: (_ count: Double) -> Int) -> String {
    guard let unit = unit(of: duration) else { return "\(duration.microseconds) µs" }
    let count = Double(duration.microseconds) / unit.size
    let text = DecimalText.real(count, places: places(count)) ?? "–"
    return grouped(DecimalText.trimmed(text)) + " " + unit.name
  }

  /// The step, in microseconds, of the durations about as long that `duration` shows.
  package static func step(of duration: SimDuration) -> Int64 {
    guard let unit = unit(of: duration) else { return 1 }
    let isWhole = Double(duration.microseconds) >= 100 * unit.size
    return Int64(isWhole ? unit.size : unit.size / 10)
  }

  /// The largest unit of which it is one or, of days, two.
  private static func unit(of duration: SimDuration) -> (size: Double, name: String)? {
    let micros = Double(duration.microseconds)
    let units: [(size: Double, name: String)] = [
      (86_400e6, "days"), (3600e6, "h"), (60e6, "min"), (1e6, "s"), (1e3, "ms"),
    ]
    return units.first { micros >= $0.size * ($0.name == "days" ? 2 : 1) }
  }

  /// `25 November 2026`.
  package static func date(_ date: CivilDate) -> String {
    "\(date.day) \(monthNames[date.month - 1]) \(date.year)"
  }

  /// Local date and time to the minute: `25 November 2026, 14:32`.
  package static func moment(_ time: SimTime, in period: Period) -> String {
    let local = localMicroseconds(time, in: period)
    let minute = local.timeOfDay / 60_000_000
    let clock = two(minute / 60) + ":" + two(minute % 60)
    return date(local.date) + ", " + clock
  }

  /// The local date of a moment.
  package static func localDate(_ time: SimTime, in period: Period) -> CivilDate {
    localMicroseconds(time, in: period).date
  }

  /// When a span is: `in November 2026`, `from 3 to 9 November 2026`, `on 3 November 2026`.
  package static func during(_ span: Period.Span, in period: Period) -> String {
    let name = name(span, in: period)
    guard name.first?.isNumber == true else { return "in " + name }
    let isOneDay =
      localDate(span.start, in: period)
      == localDate(SimTime(microseconds: span.end.microseconds - 1), in: period)
    return (isOneDay ? "on " : "from ") + name
  }

  /// `November 2026` where the span is that month, else its first and last day.
  package static func name(_ span: Period.Span, in period: Period) -> String {
    let first = localDate(span.start, in: period)
    let last = localDate(SimTime(microseconds: span.end.microseconds - 1), in: period)
    let isOneMonth = (first.year, first.month) == (last.year, last.month)
    let next = CivilDate(daysSinceEpoch: last.daysSinceEpoch + 1)
    guard isOneMonth && first.day == 1 && next.day == 1 else { return self.span(span, in: period) }
    return "\(monthNames[first.month - 1]) \(first.year)"
  }

  /// The first and last day of a span: `1 to 30 November 2026`.
  package static func span(_ span: Period.Span, in period: Period) -> String {
    let first = localDate(span.start, in: period)
    let last = localDate(SimTime(microseconds: span.end.microseconds - 1), in: period)
    if (first.year, first.month) == (last.year, last.month) {
      return first.day == last.day ? date(first) : "\(first.day) to \(date(last))"
    }
    return "\(date(first)) to \(date(last))"
  }

  /// `a`, `a and b`, `a, b and c`.
  package static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Digits in groups of three before the point.
  package static func grouped(_ number: String) -> String {
    let negative = number.hasPrefix("-")
    let parts = (negative ? String(number.dropFirst()) : number).split(
      separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first else { return number }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (negative ? "−" : "") + result + (parts.count > 1 ? "." + parts[1] : "")
  }

  private static func localMicroseconds(
    _ time: SimTime, in period: Period
  ) -> (date: CivilDate, timeOfDay: Int64) {
    let day = SimDuration.day.microseconds
    let local = time.microseconds + Int64(period.offset(at: time)) * 1_000_000
    var days = local / day
    if local % day < 0 { days -= 1 }
    return (CivilDate(daysSinceEpoch: Int(days)), local - days * day)
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// `Nov`.
  package static func shortMonth(_ date: CivilDate) -> String {
    String(monthNames[date.month - 1].prefix(3))
  }

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}
