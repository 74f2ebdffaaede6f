import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

@Suite struct TraceClockTests {
  private func time(
    _ text: String, _ unit: TraceUnit = .auto, zone: String = "UTC"
  ) throws -> String {
    var clock = TraceClock(unit: unit, zone: zone, origin: nil, decimalComma: false)
    return try Array(text.utf8).withUnsafeBufferPointer {
      SimTime(microseconds: try clock.microseconds($0)).description
    }
  }

  @Test(arguments: [
    ("2025-11-01T09:00:00Z", "2025-11-01T09:00:00Z"),
    ("2025-11-01t09:00:00.1z", "2025-11-01T09:00:00.100000Z"),
    ("2025-11-01 09:00:00,1234569", "2025-11-01T09:00:00.123456Z"),
    ("2025-11-01 09:00", "2025-11-01T09:00:00Z"),
    ("2025-11-01 09:00:00 UTC", "2025-11-01T09:00:00Z"),
    ("2025-11-01T09:00:00+05:30", "2025-11-01T03:30:00Z"),
    ("2025-11-01T09:00:00-0800", "2025-11-01T17:00:00Z"),
    ("2025-11-01 09:00:00.5 +00", "2025-11-01T09:00:00.500000Z"),
    ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"),
    ("1761987600", "2025-11-01T09:00:00Z"), ("1761987600.9999999", "2025-11-01T09:00:00.999999Z"),
    ("1761987600123", "2025-11-01T09:00:00.123000Z"),
    ("1761987600123456", "2025-11-01T09:00:00.123456Z"),
    ("1761987600123456789", "2025-11-01T09:00:00.123456Z"), ("1.7619876e9", "2025-11-01T09:00:00Z"),
  ])
  func readings(_ text: String, _ expected: String) throws {
    #expect(try time(text) == expected)
  }

  @Test(arguments: [
    "", "2025", "2025-11-01", "2025-11-01T", "2025-11-01T24:00:00Z", "2025-11-01T09:60:00Z",
    "2025-11-01T09:00:61Z", "2025-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2025-11-01T09:00:00X", "2025-11-01T09:00:00.Z", "2025-11-01T09:00:00+25:00",
    "2025-11-01T09:00:00+01:0", "2025-11-01T09:00:00ZZ", "2201-01-01T00:00:00Z", "-1", "1e400",
    "0x12", "99999999999999999999999999999999999999999999", "+", ".", "1e", "١",
  ])
  func notTimes(_ text: String) {
    // `2025` alone is a number of seconds.
    if text == "2025" { return }
    #expect(throws: TraceClock.Problem.self) { try time(text) }
  }

  @Test func statedUnits() throws {
    #expect(try time("5", .ms) == "1970-01-01T00:00:00.005000Z")
    #expect(try time("5", .s) == "1970-01-01T00:00:05Z")
    #expect(try time("5999", .ns) == "1970-01-01T00:00:00.000005Z")
    #expect(throws: TraceClock.Problem.noOffset) { try time("2025-11-01T09:00:00", .rfc3339) }
    #expect(throws: TraceClock.Problem.noNumber) { try time("2025-11-01T09:00:00Z", .ms) }
  }

  /// Against the scenario's own rule for every half hour of days on which clocks change, in a
  /// random order, so that each span the clock remembers is left and entered.
  @Test(arguments: ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
  func naiveTimes(_ zone: String) throws {
    var clock = TraceClock(unit: .naive, zone: zone, origin: nil, decimalComma: false)
    let times = try #require(
      LocalTime(
        timeZone: zone, from: CivilDate(year: 2022, month: 1, day: 1),
        to: CivilDate(year: 2026, month: 1, day: 1)))
    var random = TestRandom(seed: 7)
    for _ in 0..<3_000 {
      let year = 2022 + Int(random.bits() % 4)
      let day = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch + Int(random.bits() % 365)
      let date = CivilDate(daysSinceEpoch: day)
      let half = Int64(random.bits() % 48)
      let expected = times.moment(date, SimDuration(microseconds: half * 1_800_000_000))
      let minutes = half % 2 == 0 ? "00" : "30"
      let text = "\(date)T\(half / 2 < 10 ? "0" : "")\(half / 2):\(minutes)"
      let time = try Array(text.utf8).withUnsafeBufferPointer { try clock.microseconds($0) }
      #expect(SimTime(microseconds: time) == expected, "\(text) in \(zone)")
    }
  }

  @Test func decimals() throws {
    func read(_ text: String, _ places: Int, _ rounding: TraceDecimal.Rounding) throws -> Int64 {
      try Array(text.utf8).withUnsafeBufferPointer {
        try #require(TraceDecimal($0)).scaled(by: places, rounding)
      }
    }
    #expect(try read("63.0", 0, .exact) == 63 && read("1e3", 0, .exact) == 1_000)
    #expect(throws: TraceDecimal.Problem.fraction) { try read("63.01", 0, .exact) }
    #expect(throws: TraceDecimal.Problem.tooLarge) { try read("9223372036854775808", 0, .exact) }
    #expect(try read("9223372036854775807.000", 0, .exact) == .max)
    #expect(try read("-0.0000005", 6, .down) == -1 && read("0.0000019", 6, .down) == 1)
    #expect(try read("2.5", 0, .halfEven) == 2 && read("3.5", 0, .halfEven) == 4)
    let long = "2.5" + String(repeating: "0", count: 60)
    #expect(try read(long, 0, .halfEven) == 2 && read(long + "1", 0, .halfEven) == 3)
    #expect(throws: TraceDecimal.Problem.fraction) { try read(long + "1", 0, .exact) }
    #expect(try read("1e-999", 12, .halfEven) == 0 && read("0e999", 12, .halfEven) == 0)
    #expect(throws: TraceDecimal.Problem.tooLarge) { try read("1e999", 12, .halfEven) }
  }
}
