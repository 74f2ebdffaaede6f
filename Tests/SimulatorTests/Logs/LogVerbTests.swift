import Foundation
import Testing

@testable import Simulator

/// Logs of any shape through the verbs that work on them.
@Suite struct LogVerbTests {
  private let folder: ScenarioFolder
  private let names = [
    "--aliases", LogFixtures.path("aliases.yaml"), "--aliases", LogFixtures.path("meters.yaml"),
  ]

  init() throws { folder = try ScenarioFolder() }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments + names)
  }

  /// Three calls that the totals grew by: $0.013, $0.009 and $0.0011875.
  @Test func calibrateAndReplayTakeAnyShape() throws {
    let log = LogFixtures.input("codex")
    let fit = try run(
      "calibrate", log, "--catalog", LogFixtures.path("catalog.yaml"), "-o", folder.path("s.yaml"))
    #expect(fit.code == 0 && fit.output.hasPrefix("Fitted to 3 requests"), "\(fit.errors)")
    let replay = try run(
      "replay", log, "--scenario", folder.path("s.yaml"), "--allow-outside", "--policy", "logged",
      "--out", folder.path("out"), "--table", "plans", "--columns", "calls,cost_usd")
    #expect(replay.code == 0, "\(replay.errors)")
    #expect(replay.output.split(separator: "\r\n").last == "3,0.023188", "\(replay.output)")
    #expect(replay.errors.contains("5 left out: 1 duplicate, 4 not a call"), "\(replay.errors)")
  }

  @Test func bucketsAndChargesAreRefusedByReplay() throws {
    for name in ["openai-usage-csv", "focus"] {
      let outcome = try run(
        "calibrate", LogFixtures.input(name), "--catalog", LogFixtures.path("catalog.yaml"), "-o",
        folder.path("s.yaml"))
      #expect(outcome.code == 2 && outcome.errors.contains("not requests"), "\(outcome.errors)")
    }
  }

  /// One unpriced row stops a price, after all of them were told, and not what `read` writes.
  @Test func unpricedRowsStopThePrice() throws {
    let log = LogFixtures.input("litellm-json")
    let catalog = ["--catalog", LogFixtures.path("catalog.yaml")]
    let stopped = try Program.run(["price", log] + catalog + names)
    #expect(stopped.code == 2 && stopped.output.isEmpty)
    #expect(stopped.errors.contains("unpriced: gpt-4o-nano-2 (1 row, 550 tokens"))
    let priced = try Program.run(["price", log, "--skip-unpriced", "1"] + catalog + names)
    #expect(priced.code == 0, "\(priced.errors)")
    #expect(priced.errors.contains("cost: $0.5775095, without 2 rows (550 tokens)"))
    let read = try Program.run(["read", log, "-o", folder.path("r.csv")] + catalog + names)
    #expect(read.code == 0 && read.output.contains("1 unpriced"), "\(read.errors)")
  }

  /// Users, sessions and keys leave no trace, nor do prompts.
  @Test func pseudonymsHideWhoItWas() throws {
    try folder.write("key", "0123456789abcdef0123456789abcdef")
    try folder.write(
      "log.jsonl",
      #"{"timestamp":"2026-09-01T08:00:00Z","model":"openai/gpt-4o","user":"ann@example.org","#
        + #""session":"s-77","prompt":"how ill am I?","input_tokens":10,"output_tokens":1,"note":"secret"}"#
    )
    let outcome = try run(
      "read", folder.path("log.jsonl"), "-o", folder.path("rows.csv"), "--also", "prompt",
      "--pseudonyms", folder.path("key"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let written = try String(contentsOfFile: folder.path("rows.csv"), encoding: .utf8)
    for text in ["ann", "s-77", "how ill", "secret"] {
      #expect(!written.contains(text) && !outcome.output.contains(text))
    }
    let rows = try CSVReader.rows(Array(written.utf8))
    #expect(rows[1][2].wholeMatch(of: /[0-9a-f]{16}/) != nil)
    #expect(rows[1].last?.wholeMatch(of: /[0-9a-f]{16}/) != nil)
  }

  /// A gateway's log and its spans tell the same calls.
  @Test func twoLogsOfOneTimeAreDoubted() throws {
    let reading = try LogIntake(LogFixtures.options()).read([
      LogFixtures.input("azure-apim-llm"), LogFixtures.input("raw-responses"),
    ])
    let account = ReadingAccount(reading: reading, catalog: nil).text
    #expect(account.contains("azure-apim-llm and provider-response log the same span of time"))
  }
}
