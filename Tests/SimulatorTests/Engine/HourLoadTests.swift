import CostModel
import Testing

@testable import Simulator

@Test func everyStartIsCountedInItsHour() throws {
  let run = try LoggedRun(ScenarioBuilder().build())
  let target = try #require(run.result.performance.first)
  #expect(target.attempts > 0)
  #expect(target.hours.requests.reduce(0, +) == target.attempts)
  #expect(target.hours.tokens.reduce(0, +) == target.tokens)
}

/// November in Paris is UTC+1: 23:30 is 0:30 there.
@Test func hoursAreLocalAndEndWithThePeriod() {
  let period = SampleReport.november
  var loads = HourLoads()
  loads.add(minute: period.start.microseconds / 60_000_000 + 30, requests: 2, tokens: 5, in: period)
  loads.add(minute: period.end.microseconds / 60_000_000, requests: 9, tokens: 9, in: period)
  #expect(loads.requests.firstIndex(of: 2) == 0 && loads.requests.reduce(0, +) == 2)
  #expect(loads.tokens[0] == 5)
}
