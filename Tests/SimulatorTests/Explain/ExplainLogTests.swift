import Foundation
import Testing

@testable import Decisions
@testable import costsim

/// `explain --trace`: a row of a log, as `replay` treats it.
@Suite struct ExplainLogTests {
  private let folder: ScenarioFolder

  init() throws {
    folder = try ScenarioFolder()
    try folder.write(
      "log.csv",
      """
      timestamp,model,user,prompt,kind,input_tokens,output_tokens,status,latency_ms
      2025-11-03T10:00:20Z,gpt-4o,ann,p,llm,1000,100,ok,900
      2025-11-03T10:00:30Z,gpt-4o,ann,p,llm,1000,100,ok,900
      2025-11-03T10:00:10Z,gpt-4o,bob,p,llm,1000,x,ok,900
      2025-11-03T10:00:00Z,gpt-4o,bob,p,tool,1000,100,ok,900
      2025-11-03T10:00:05Z,gpt-4o,bob,q,llm,1000,100,500,700

      """)
    try folder.write(
      "own.yaml",
      """
      name: own
      where: {kind: llm}
      columns:
        timestamp: timestamp
        model: model
        user: user
        prompt: prompt
        input_tokens: input_tokens
        output_tokens: output_tokens
        status: status
        latency_ms: latency_ms

      """)
  }

  private func explain(_ options: String...) throws -> Program.Outcome {
    try Program.run(
      [
        "explain", "scenarios/two-tier.yaml", "--trace", folder.path("log.csv"), "--format",
        folder.path("own.yaml"), "--policy", "logged", "--override",
        "cache={mode: keyed, default: {ttl: 1h}}",
      ] + options)
  }

  /// Row 2 is the last in order of time, and its prompt is in the cache by then.
  @Test func tellsARow() throws {
    for place in [["--row", "2"], ["--call", "3"]] {
      let outcome = try explain("--skip-bad-rows", "1", place[0], place[1])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(
        outcome.output.hasPrefix(
          """
          Row 2 of log.csv, request 3 in order of time, replayed with two-tier under logged
          Answered from the response cache after 5 ms for nothing.
          """), "\(outcome.output)")
      #expect(outcome.output.contains("  account         ann\n"))
    }
    let first = try explain("--skip-bad-rows", "1", "--row", "5", "--json")
    #expect(first.output.contains("\"row\": 5"), "\(first.output)")
    #expect(first.output.contains("\"log\": \"log.csv\""))
    #expect(first.output.contains("\"call\": 1,"))
  }

  @Test(arguments: [
    ("3", "there is nothing to explain: row 3, column 'output_tokens': expected a whole number"),
    ("4", "row 4 is no request: the format own leaves it out"),
    ("6", "there is no row 6: the log has 5"),
  ])
  func saysWhyARowHasNoStory(row: String, message: String) throws {
    let outcome = try explain("--skip-bad-rows", "1", "--row", row)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(
      outcome.errors.hasPrefix("\(folder.path("log.csv")): error: \(message)"), "\(outcome.errors)")
  }

  @Test func malformedRowsAreFatalHereToo() throws {
    let outcome = try explain("--row", "1")
    #expect(outcome.code == 2 && outcome.errors.contains("1 malformed row, expected none"))
    let late = try explain("--skip-bad-rows", "1", "--call", "4")
    #expect(late.code == 2 && late.errors.contains("there is no request 4: the log has 3"))
  }

  @Test func bucketsHaveNoRows() throws {
    let outcome = try Program.run(
      [
        "explain", "scenarios/two-tier.yaml", "--trace", TraceFolder.fixture("openai-usage.csv"),
        "--row", "1",
      ])
    #expect(outcome.code == 2 && outcome.errors.contains("cannot be replayed one by one"))
  }

  @Test(arguments: [
    ["--row", "1"], ["--trace", "l.csv"], ["--trace", "l.csv", "--row", "0"],
    ["--trace", "l.csv", "--row", "1", "--call", "1"], ["--trace", "-", "--row", "1"],
    ["--trace", "l.csv", "--row", "1", "--users", "5"], ["--call", "1", "--policy", "p.yaml"],
  ])
  func refusesOtherOptions(arguments: [String]) {
    #expect(throws: (any Error).self) { try Explain.parse(["s.yaml"] + arguments) }
  }
}
