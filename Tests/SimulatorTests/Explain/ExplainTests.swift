import CostModel
import Testing

@testable import Reports
@testable import Scenarios
@testable import Support
@testable import costsim

/// Calls of `Tests/Golden/explain/tiny.yaml` in words. `COSTSIM_RECORD=1` rewrites the texts, and
/// fails.
@Suite struct ExplainTests {
  /// What each call shows, and its number.
  static let cases: [(name: String, call: Int64)] = [
    ("miss", 1), ("hit", 9), ("retry-fallback-region", 97), ("breakers-open", 129),
    ("queued-for-requests", 4), ("throttled-then-probe", 31), ("tier-batch-budget-line", 10),
    ("flow-first-stage", 47), ("flow-second-stage", 63),
  ]
  static let folder = "Tests/Golden/explain/"

  static func scenario(_ overrides: [String] = []) throws -> Scenario {
    try ScenarioReader.read(
      path: RepositoryFiles.root.appendingPathComponent(folder + "tiny.yaml").path,
      overrides: overrides)
  }

  @Test(arguments: cases) func tellsTheCall(name: String, call: Int64) throws {
    let told = try Explain.explanation(ofCall: call, in: Self.scenario(), run: 1)
    try RepositoryFiles.expect(ExplanationText.text(told), in: Self.folder + name + ".txt")
  }

  @Test(arguments: [("retry-fallback-region", 97), ("hit", 9)] as [(String, Int64)])
  func tellsProgramsTheSame(name: String, call: Int64) throws {
    let told = try Explain.explanation(ofCall: call, in: Self.scenario(), run: 1)
    try RepositoryFiles.expect(ExplanationJSON.json(told).text, in: Self.folder + name + ".json")
  }

  @Test func rateModeAndOff() throws {
    let rate = ["cache={mode: rate, classes: {answers: {hit_rate: 75%}}}"]
    let text = try Explain.explanation(ofCall: 1, in: Self.scenario(rate), run: 1)
    let lines = ExplanationText.text(text).split(separator: "\n")
    #expect(lines.contains("  class           answers, hits 75 % of the time"))
    let isHit = { (line: Substring) in
      line.hasPrefix("  hit             draw 0.") && line.hasSuffix(" < 0.750000")
    }
    #expect(lines.contains(where: isHit))
    let off = try Explain.explanation(ofCall: 1, in: Self.scenario(["cache=off"]), run: 1)
    #expect(ExplanationText.text(off).contains("\n  off             the scenario has none\n"))
  }

  @Test func anotherRunIsAnotherMonth() throws {
    let scenario = try Self.scenario()
    let first = try Explain.explanation(ofCall: 1, in: scenario, run: 1)
    let second = try Explain.explanation(ofCall: 1, in: scenario, run: 2)
    #expect(first.arrivedAt != second.arrivedAt)
    #expect(second.run == 2)
  }

  @Test func tellsHowManyCallsThereAre() throws {
    let scenario = try Self.scenario()
    let count = try LoggedRun(scenario).result.calls
    _ = try Explain.explanation(ofCall: count, in: scenario, run: 1)
    let error = #expect(throws: BadInput.self) {
      try Explain.explanation(ofCall: count + 1, in: scenario, run: 1)
    }
    #expect(
      error?.message
        == "error: there is no call 1548: 1,547 calls were made by users-2 in run 1")
  }

  @Test(arguments: [["--call", "0"], ["--call", "1", "--run", "0"], []])
  func refusesOtherNumbers(arguments: [String]) {
    #expect(throws: (any Error).self) { try Explain.parse(["s.yaml"] + arguments) }
  }

  @Test func helpHasAnExample() {
    #expect(Explain.helpMessage().contains("Example: costsim explain "))
  }

  @Test(arguments: [
    (0, "0 s"), (12, "0.012 ms"), (800_000, "800 ms"), (1_250_000, "1.25 s"),
    (90_000_000, "90 s"), (300_000_000, "5 min"), (7_200_000_000, "2 h"), (-1_500_000, "−1.5 s"),
    (1_330_352_537, "1,330.352537 s"),
  ])
  func durationsAreExact(microseconds: Int64, text: String) {
    #expect(ExactText.duration(SimDuration(microseconds: microseconds)) == text)
  }
}
