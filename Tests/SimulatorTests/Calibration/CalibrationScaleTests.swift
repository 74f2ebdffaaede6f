import CostModel
import Testing

@testable import Analysis
@testable import Scenarios

/// Logs that do not fill their period, and calls that were partly cached.
@Suite struct CalibrationScaleTests {
  private static let hour = SimDuration.hour.microseconds

  /// One row every `step` microseconds from 2026-06-01T00:00:00Z on.
  private static func log(
    _ columns: String, count: Int, step: Int64, fields: (Int) -> String
  ) -> String {
    var lines = ["timestamp,model," + columns]
    for index in 0..<count {
      let time = AnalysisScenario.start + SimDuration(microseconds: Int64(index) * step)
      lines.append("\(time),small," + fields(index))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func calibrated(
    _ log: String, timeZone: String = "UTC"
  ) throws -> (fit: Calibration, text: String, scenario: Scenario) {
    let folder = try ScenarioFolder(["catalog.yaml": CalibratedLog.catalog, "log.csv": log])
    let (fit, text) = try CalibratedLog.calibrate(folder, log: "log.csv", timeZone: timeZone)
    try folder.write("s.yaml", text)
    return (fit, text, try folder.read())
  }

  @Test func anHourIsScaledToItsMonthAndSaysSo() throws {
    let log = Self.log("input_tokens", count: 601, step: Self.hour / 600) { "\($0 % 7)" }
    let (fit, text, scenario) = try Self.calibrated(log)
    #expect(fit.period.isShort && fit.period.form == .months(count: 1))
    #expect(abs(scenario.workloads[0].volume - 601 * 720) < 1e-3)
    #expect(
      text.replacing("\n# ", with: " ").contains("about 720 times what it holds: an extrapolation.")
    )
    #expect(
      scenario.assumptions.contains {
        $0.text == "A log shorter than a day stands for a whole month."
      })
    // Gaps that are all alike are not Poisson: as even as a scenario can say.
    #expect(scenario.workloads[0].arrivals == .gamma(cv: 0.01))
    #expect(scenario.workloads[0].profile == .flat)
  }

  @Test func daysThatALogDoesNotFillAreScaledUp() throws {
    // From midnight on the 1st to noon on the 4th.
    let log = Self.log("input_tokens", count: 841, step: Self.hour / 10) { _ in "5" }
    let (fit, text, scenario) = try Self.calibrated(log)
    #expect(fit.period.form == .days(count: 4) && scenario.period.days.count == 4)
    #expect(abs(scenario.workloads[0].volume - 841.0 * 96 / 84) < 1e-3)
    #expect(
      text.replacing("\n# ", with: " ").contains(
        "volumes are scaled up to all of them, by up to 1.143."))
  }

  @Test func hoursAreLocal() throws {
    // Calls in the first six hours of each UTC day only: 5:30 to 11:30 in Kolkata.
    let log = Self.log("input_tokens", count: 10 * 240, step: Self.hour / 10) { _ in "5" }
    let rows = log.split(separator: "\n").map(String.init)
    let early = rows.filter { row in
      row.hasPrefix("timestamp") || (0..<6).contains { row.contains("T0\($0):") }
    }
    let (_, _, scenario) = try Self.calibrated(
      early.joined(separator: "\n") + "\n", timeZone: "Asia/Kolkata")
    let hours = scenario.workloads[0].profile.hours
    #expect(hours[..<5].allSatisfy { $0 == 0 } && hours[12...].allSatisfy { $0 == 0 })
    #expect(hours[6] > 3 && abs(hours[5] / hours[6] - 0.5) < 0.1)
    #expect(scenario.period.timeZone == "Asia/Kolkata")
  }

  @Test func cachedInputAndReasoningAreBilledAsLogged() throws {
    let columns = "input_tokens,cached_input_tokens,output_tokens,reasoning_tokens"
    let log = Self.log(columns, count: 3_000, step: Self.hour / 100) { index in
      index % 4 == 0 ? "800,0,100,0" : "1000,400,100,60"
    }
    let (fit, _, scenario) = try Self.calibrated(log)
    #expect(fit.workloads[0].kinds[0].cachedTokens.likely == 300)
    let records = try LoggedRun(scenario).records
    let calls = Double(records.count)
    func mean(_ value: (Usage) -> Int64) -> Double {
      Double(records.reduce(0) { $0 + value($1.billed) }) / calls
    }
    // Only the first call finds no prefix. The others draw 800 or 600, and 0 or 60, of which
    // the standard deviations are 87 and 26.
    #expect(abs(mean(\.cacheReadTokens) - 300) <= 600 / calls)
    #expect(abs(mean(\.inputTokens) - 950) < 5 * 87 / calls.squareRoot())
    #expect(abs(mean(\.reasoningTokens) - 45) < 5 * 26 / calls.squareRoot())
  }

  @Test func lettersThatYAMLMinds() throws {
    let name = "a: \"b\" # {c}, - 'd' \\ é"
    let log = Self.log("use_case,task,input_tokens", count: 30, step: Self.hour) { _ in
      "\"" + name.replacing("\"", with: "\"\"") + "\",null-ish: yes,5"
    }
    let (_, _, scenario) = try Self.calibrated(log)
    #expect(scenario.workloads.map(\.useCase) == [name])
    let attributes = scenario.workloads[0].stages[0].calls[0].mix[0].attributes
    #expect(attributes[.task] == "null-ish: yes")
  }
}
