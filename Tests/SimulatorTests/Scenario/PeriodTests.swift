import CostModel
import Testing

@testable import Scenarios
@testable import Support

@Suite struct PeriodTests {
  private func period(_ text: String) throws -> Period {
    let log = InputLog()
    let file = SourceFile(path: "p", order: 0, text: text)
    let node = try #require(YAMLDocument.parse(file, log: log))
    let period = PeriodReader(log: log).read(node)
    try log.throwIfAny()
    return try #require(period)
  }

  private func hours(_ period: Period, day: Int) -> Int64 {
    (period.days[day + 1].start.microseconds - period.days[day].start.microseconds)
      / SimDuration.hour.microseconds
  }

  @Test func aMonthInUTC() throws {
    let period = try period("2024-02")
    #expect(period.days.count == 29)
    #expect(period.start.description == "2024-02-01T00:00:00Z")
    #expect(period.end.description == "2024-03-01T00:00:00Z")
    #expect(period.offsets.count == 1)
  }

  @Test func monthsRollIntoTheNextYear() throws {
    let period = try period("{month: 2025-11, months: 3}")
    #expect(
      period.months.map(\.start.description) == [
        "2025-11-01T00:00:00Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z",
      ])
    #expect(period.end.description == "2026-02-01T00:00:00Z")
    #expect(period.days.count == 92)
  }

  @Test func spansOfDays() throws {
    let period = try period("{start: 2025-11-01, days: 30, months: 2}")
    #expect(period.months.count == 2)
    #expect(period.end.description == "2025-12-31T00:00:00Z")
  }

  @Test func springForwardMakesAShortDay() throws {
    let period = try period("{month: 2025-03, time_zone: Europe/Paris}")
    #expect(period.start.description == "2025-02-28T23:00:00Z")
    #expect(hours(period, day: 28) == 24)
    #expect(hours(period, day: 29) == 23)
    #expect(period.offsets.map(\.seconds) == [3600, 7200])
    #expect(period.offsets[1].from.description == "2025-03-30T01:00:00Z")
  }

  @Test func fallBackMakesALongDay() throws {
    let period = try period("{month: 2025-11, time_zone: America/New_York}")
    #expect(hours(period, day: 1) == 25)
    #expect(period.end.description == "2025-12-01T05:00:00Z")
  }

  /// Clocks in Beirut skip midnight itself: the day begins at one o'clock, when the gap ends.
  @Test func aDayWithoutMidnight() throws {
    let period = try period("{start: 2024-03-30, days: 3, time_zone: Asia/Beirut}")
    #expect(period.days[1].start.description == "2024-03-30T22:00:00Z")
    #expect(hours(period, day: 1) == 23)
  }

  /// Samoa skipped 2011-12-30 altogether.
  @Test func aDateThatWasSkipped() throws {
    let period = try period("{start: 2011-12-29, days: 3, time_zone: Pacific/Apia}")
    #expect(period.days[1].start == period.days[2].start)
    #expect(period.days[2].start.description == "2011-12-30T10:00:00Z")
  }

  /// Half past two comes twice on 26 October, and not at all on 30 March, when the gap ends at three.
  @Test(arguments: [
    (10, 26, 150, "2025-10-26T00:30:00Z"), (10, 26, 180, "2025-10-26T02:00:00Z"),
    (3, 30, 150, "2025-03-30T01:00:00Z"), (3, 30, 180, "2025-03-30T01:00:00Z"),
  ])
  func theFirstMomentOfALocalTime(
    month: Int, day: Int, minutes: Int64, moment: String
  ) throws {
    let date = CivilDate(year: 2025, month: month, day: day)
    let local = try #require(LocalTime(timeZone: "Europe/Paris", from: date, to: date))
    let time = SimDuration(microseconds: minutes * SimDuration.minute.microseconds)
    #expect(local.moment(date, time).description == moment)
  }

  @Test func halfHourZones() throws {
    let period = try period("{month: 2025-04, time_zone: Australia/Lord_Howe}")
    #expect(period.offsets.map(\.seconds) == [39_600, 37_800])
  }
}
