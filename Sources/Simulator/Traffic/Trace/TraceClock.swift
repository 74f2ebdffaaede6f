import CostModel
import Scenarios
import Support

/// Reads the timestamps of a log into microseconds since the epoch, cutting finer fractions to the
/// earlier microsecond.
package struct TraceClock {
  package enum Problem: Error {
    case notATime, noOffset, outOfRange
    case noNumber
  }

  private let unit: TraceUnit
  private let zone: String
  private let origin: Int64?
  private let decimalComma: Bool
  /// Whether a time without an offset has been read in the zone.
  package var usedZone = false

  /// Local times in [from, to) are `offset` seconds ahead of UTC and unambiguous.
  private var span: (from: Int64, to: Int64, offset: Int64)
  private var years: [Int: LocalTime] = [:]

  /// `YYYY-MM-DDT` of the day that was read last: its first and its last eight bytes, and when the
  /// day begins.
  private var day: (first: UInt64, last: UInt64, start: Int64) = (0, 0, 0)

  /// `YYYY-MM-DDTHH:MM` of the minute that was read last, as two words, and when it begins.
  package private(set) var minute = Minute()

  package struct Minute {
    fileprivate var first: UInt64 = 0
    fileprivate var last: UInt64 = 0
    fileprivate var start: Int64 = 0

    /// A time in UTC in this minute, to the second; nil for everything else.
    @inline(__always)
    package func time(_ text: (base: UnsafePointer<UInt8>, count: Int)) -> Int64? {
      let base = UnsafeRawPointer(text.base)
      guard text.count == 20, base.loadUnaligned(as: UInt64.self) == first,
        base.loadUnaligned(fromByteOffset: 8, as: UInt64.self) == last
      else { return nil }
      let second = Digits.second(base.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      return second < 0 ? nil : start &+ second &* 1_000_000
    }
  }

  private static let earliest: Int64 = 0
  /// 2201-01-01, beyond what a scenario's period can be.
  private static let latest: Int64 = 7_289_654_400_000_000

  /// - Parameters:
  ///   - zone: a known IANA time zone, for times without an offset.
  ///   - origin: for logs that count from their own beginning; nil for times of the calendar.
  package init(unit: TraceUnit, zone: String, origin: Int64?, decimalComma: Bool) {
    self.unit = unit
    self.zone = zone
    self.origin = origin
    self.decimalComma = decimalComma
    span = zone == "UTC" || zone == "GMT" ? (.min, .max, 0) : (0, 0, 0)
  }

  package mutating func microseconds(_ bytes: Bytes) throws(Problem) -> Int64 {
    if let base = bytes.baseAddress, let time = timeOfKnownDay(base, bytes.count) { return time }
    let time = try absolute(bytes)
    guard time >= Self.earliest, time < Self.latest else { throw .outOfRange }
    return time
  }

  private mutating func absolute(_ bytes: Bytes) throws(Problem) -> Int64 {
    switch unit {
    case .rfc3339, .naive: return try civil(bytes)
    case .s, .ms, .us, .ns: return try count(bytes, unit)
    default:
      // A calendar date has a dash behind its year; a number has none there.
      if bytes.count > 4, bytes[4] == UInt8(ascii: "-") { return try civil(bytes) }
      return try count(bytes, nil)
    }
  }

  /// As `timeOfKnownDay`; a time to the second makes its minute the one that was read last.
  package mutating func timeOfOtherMinute(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard let time = timeOfKnownDay(text, count) else { return nil }
    // A leap second counts as the next minute's.
    if count == 20, text[17] < UInt8(ascii: "6") {
      let base = UnsafeRawPointer(text)
      minute.first = base.loadUnaligned(as: UInt64.self)
      minute.last = base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      minute.start = time - time % 60_000_000
    }
    return time
  }

  /// A time in UTC on the day that was read last, with seconds; nil for everything else.
  @inline(__always)
  package func timeOfKnownDay(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    let base = UnsafeRawPointer(text)
    guard count >= 20, base.loadUnaligned(as: UInt64.self) == day.first,
      base.loadUnaligned(fromByteOffset: 3, as: UInt64.self) == day.last,
      let clock = Digits.timeOfDay(base.loadUnaligned(fromByteOffset: 11, as: UInt64.self))
    else { return nil }
    if count == 20, text[19] == UInt8(ascii: "Z") { return day.start &+ clock }
    return fraction(Bytes(start: text, count: count)).map { day.start &+ clock &+ $0 }
  }

  /// What stands behind the whole seconds: `.123Z`.
  private func fraction(_ bytes: Bytes) -> Int64? {
    guard bytes.count > 21, bytes[19] == UInt8(ascii: "."),
      bytes[bytes.count - 1] == UInt8(ascii: "Z")
    else { return nil }
    var value: Int64 = 0
    for index in 20..<max(26, bytes.count - 1) {
      let digit = index < bytes.count - 1 ? bytes[index] &- 0x30 : 0
      guard digit < 10 else { return nil }
      if index < 26 { value = value * 10 + Int64(digit) }
    }
    return value
  }

  // MARK: Numbers

  private func count(_ bytes: Bytes, _ unit: TraceUnit?) throws(Problem) -> Int64 {
    if origin == nil, let time = Self.wholeCount(bytes, unit) { return time }
    guard let number = TraceDecimal(bytes, decimalComma: decimalComma) else {
      throw unit == nil ? .notATime : .noNumber
    }
    do throws(TraceDecimal.Problem) {
      let time = try number.scaled(by: places(number, unit), .down)
      let (sum, overflow) = time.addingReportingOverflow(origin ?? 0)
      if overflow { throw TraceDecimal.Problem.tooLarge }
      return sum
    } catch {
      throw .outOfRange
    }
  }

  /// Up to 16 digits and nothing else; nil for all that needs more care.
  private static func wholeCount(_ bytes: Bytes, _ unit: TraceUnit?) -> Int64? {
    guard (1...16).contains(bytes.count) else { return nil }
    var value: Int64 = 0
    for byte in bytes {
      let digit = byte &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    switch unit ?? (value < 100_000_000_000 ? .s : value < 100_000_000_000_000 ? .ms : .us) {
    case .s: return value < 1_000_000_000_000 ? value * 1_000_000 : nil
    case .ms: return value < 1_000_000_000_000_000 ? value * 1_000 : nil
    case .us: return value
    default: return nil
    }
  }

  /// Without a stated unit the magnitude tells it: seconds are below 10^11 (the year 5138), then
  /// milliseconds below 10^14, microseconds below 10^17, nanoseconds.
  private func places(
    _ number: TraceDecimal, _ unit: TraceUnit?
  ) throws(TraceDecimal.Problem) -> Int {
    switch unit {
    case .s: return 6
    case .ms: return 3
    case .us: return 0
    case .ns: return -3
    default:
      let whole = try number.scaled(by: 0, .down).magnitude
      return whole < 100_000_000_000
        ? 6 : whole < 100_000_000_000_000 ? 3 : whole < 100_000_000_000_000_000 ? 0 : -3
    }
  }

  // MARK: Dates

  /// `YYYY-MM-DD`, `T` or a space, `HH:MM`, seconds and a fraction if any, an offset if any.
  private mutating func civil(_ bytes: Bytes) throws(Problem) -> Int64 {
    var text = TimeScanner(bytes)
    guard let date = text.date(), text.skip("T") || text.skip("t") || text.skip(" "),
      let clock = text.timeOfDay()
    else { throw .notATime }
    let start = date * 86_400_000_000
    if bytes.count >= 20, start >= Self.earliest, start < Self.latest - 86_400_000_000 {
      remember(bytes, start)
    }
    let local = start + clock
    guard let offset = text.offset() else { throw .notATime }
    if let seconds = offset.seconds { return local - seconds * 1_000_000 }
    if unit == .rfc3339 { throw .noOffset }
    usedZone = true
    return resolve(local)
  }

  private mutating func remember(_ bytes: Bytes, _ start: Int64) {
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return }
    day.first = base.loadUnaligned(as: UInt64.self)
    day.last = base.loadUnaligned(fromByteOffset: 3, as: UInt64.self)
    day.start = start
  }

  private mutating func resolve(_ local: Int64) -> Int64 {
    if local >= span.from, local < span.to { return local - span.offset * 1_000_000 }
    let day = SimDuration.day.microseconds
    let days = Int((local - (local % day + day) % day) / day)
    let date = CivilDate(daysSinceEpoch: days)
    guard let times = times(of: date.year) else { return local }
    let moment = times.moment(
      date, SimDuration(microseconds: local - Int64(days) * day)
    ).microseconds
    remember(times.offsets, around: moment, year: date.year)
    return moment
  }

  private mutating func times(of year: Int) -> LocalTime? {
    if let known = years[year] { return known }
    let times = LocalTime(
      timeZone: zone, from: CivilDate(year: year, month: 1, day: 1),
      to: CivilDate(year: year + 1, month: 1, day: 1))
    years[year] = times
    return times
  }

  /// Keeps the span of local times around a moment in which one subtraction does.
  private mutating func remember(_ offsets: [Period.Offset], around moment: Int64, year: Int) {
    guard let index = offsets.lastIndex(where: { $0.from.microseconds <= moment }) else { return }
    let own = Int64(offsets[index].seconds)
    let before = index > 0 ? Int64(offsets[index - 1].seconds) : own
    let yearStart = Int64(CivilDate(year: year, month: 1, day: 1).daysSinceEpoch)
    let yearEnd = Int64(CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch)
    let from = offsets[index].from.microseconds + max(own, before) * 1_000_000
    let to =
      index + 1 < offsets.count
      ? offsets[index + 1].from.microseconds + own * 1_000_000 : .max
    let day = SimDuration.day.microseconds
    span = (max(from, yearStart * day), min(to, yearEnd * day), own)
  }
}
