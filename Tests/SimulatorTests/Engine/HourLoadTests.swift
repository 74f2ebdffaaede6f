import CostModel
import Testing

@testable import Scenarios
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

/// Noon in Paris is 11:00 UTC in January and 10:00 in July: a log knows when clocks change, however
/// long it is.
@Test func hoursOfALongLogAreLocal() throws {
  let folder = try TraceFolder()
  let path = try folder.write(
    "timestamp,model,input_tokens,output_tokens\n"
      + "2026-01-15T11:00:00Z,m0,10,1\n2026-07-15T10:00:00Z,m0,10,1\n2026-07-15T22:30:00Z,m0,10,1\n"
  )
  var builder = ScenarioBuilder()
  builder.models = [ScenarioBuilder.model("m0")]
  var scenario = builder.build()
  scenario.policy = SmallLog.logged
  scenario.period.timeZone = "Europe/Paris"
  let outcomes = try Replay(path: path) { _ in
    var options = TraceOptions()
    options.blockSize = 64
    return options
  }.outcomes(of: [Replay.Variant(name: "logged", scenario: scenario)], threads: 1)
  let target = try #require(outcomes.first?.result.performance.first)
  #expect(target.hours.requests.indices.filter { target.hours.requests[$0] > 0 } == [0, 12])
  #expect(target.hours.requests[12] == 2)
}
