import Foundation
import Testing

@testable import Decisions
@testable import Logs
@testable import Support

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

  /// 140 documents are two searches of 100 at $2 per 1,000, 8.5 s of video cost $0.85, and 10 + 5 tokens at $1
  /// and $2 a million $0.00002: $0.85402. A model without a price for what a row states leaves the row
  /// unpriced, and says what it lacks. What is written is read back with the same sum.
  @Test func everyMeterOfARowIsBilledOrTold() throws {
    try folder.write(
      "catalog.yaml",
      """
      models:
        rank: {provider: p, latency: 1s, searches: $2 per 1K searches, search_documents: 100}
        film: {provider: p, latency: 1s, video: $0.10 per second}
        m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens}
      """)
    try folder.write(
      "log.csv",
      """
      timestamp,model,input_tokens,output_tokens,documents,video_seconds,pages
      2026-09-01T08:00:00Z,rank,,,140,,
      2026-09-01T08:00:01Z,film,,,,8.5,
      2026-09-01T08:00:02Z,m,10,5,,,
      2026-09-01T08:00:03Z,m,10,5,7,,
      2026-09-01T08:00:04Z,m,10,5,,12,
      2026-09-01T08:00:05Z,m,10,5,,,3
      2026-09-01T08:00:06Z,n,10,5,,,
      """)
    for log in ["log.csv", "rows.csv"] {
      let read = try Program.run(
        ["read", log, "--catalog", "catalog.yaml", "--skip-unpriced", "4", "-o", "again-" + log],
        in: folder.url)
      #expect(read.code == 0, "\(read.errors)")
      #expect(read.output.contains("cost: $0.85402, without 4 rows (60 tokens)"), "\(read.output)")
      #expect(
        read.output.contains(
          "unpriced: m (3 rows, 45 tokens; no price for documents; no price for pages; "
            + "no price for video)"), "\(read.output)")
      #expect(read.output.contains("unpriced: n (1 row, 15 tokens; nearest: m)"), "\(read.output)")
      let written = try String(contentsOfFile: folder.path("again-" + log), encoding: .utf8)
      let head = try #require(written.split(separator: "\r\n").first)
      #expect(head.hasSuffix(",cost_usd,documents,video_seconds"), "\(head)")
      try folder.write("rows.csv", written)
    }
  }

  /// What a pipe has given away to be looked at is gone: nothing of it is missing afterwards, whatever
  /// its length; and a format is no detection.
  @Test func pipesAndNamedFormatsAreReadWhole() throws {
    try folder.write("s.yaml", Self.scenario)
    let rows = (0..<20_000).map { "2026-09-01T08:00:00Z,m,\($0),1\n" }.joined()
    try folder.write("log.csv", "timestamp,model,input_tokens,output_tokens\n" + rows)
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let feeder = Process()
    feeder.executableURL = URL(fileURLWithPath: "/bin/sh")
    feeder.arguments = ["-c", "cat '\(folder.path("log.csv"))' > '\(pipe)'"]
    try feeder.run()
    defer { feeder.terminate() }
    let replay = try Program.run([
      "replay", pipe, "--scenario", folder.path("s.yaml"), "--policy", "logged", "--out",
      folder.path("out"), "--table", "plans", "--columns", "calls",
    ])
    #expect(replay.code == 0, "\(replay.errors)")
    #expect(replay.output.split(separator: "\r\n").last == "20000", "\(replay.output)")
    let read = try run("read", LogFixtures.input("codex"), "--format", "codex")
    #expect(read.output.contains("as '--format' says") && !read.output.contains("OTLP"))
  }

  private static let scenario = """
    period: 2026-09
    plans: [1]
    catalog: {models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens}}}
    policy: {rules: [{name: all, model: m}]}
    workloads: {chat: {volume: 1, input: 1, output: 1}}
    """

  /// A row that stands for three calls is no request; one that stands for one is. `PK` begins other texts
  /// than archives.
  @Test(arguments: [(3, 2), (1, 0)]) func rowsOfManyCallsAreRefused(calls: Int, code: Int32) throws
  {
    try folder.write("s.yaml", Self.scenario)
    try folder.write(
      "log.csv",
      "PK,timestamp,model,calls,input_tokens,output_tokens\n1,2026-09-01T08:00:00Z,m,\(calls),300,30\n"
    )
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
      "--out", folder.path("out"),
    ])
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.contains("stands for 3 calls") == (calls == 3), "\(outcome.errors)")
  }

  /// What one catalog left unpriced, another one prices: 300 and 30 tokens at $1 a million.
  @Test func unpricedRowsArePricedByACatalogThatCan() throws {
    try folder.write(
      "rows.csv",
      "key,timestamp,model,calls,input_tokens,output_tokens,billing\n"
        + "a,2026-09-01T08:00:00Z,m,1,300,30,unpriced\n")
    try folder.write(
      "catalog.yaml",
      "models: {m: {provider: p, input: $1 per 1M tokens, output: $1 per 1M tokens}}")
    let outcome = try Program.run([
      "read", folder.path("rows.csv"), "--catalog", folder.path("catalog.yaml"), "-o",
      folder.path("again.csv"),
    ])
    #expect(outcome.output.contains("cost: $0.00033"), "\(outcome.output)\(outcome.errors)")
  }

  /// Buckets tell means, charges no call at all.
  @Test func bucketsAreFittedAndChargesRefused() throws {
    func calibrate(_ name: String) throws -> Program.Outcome {
      try run(
        "calibrate", LogFixtures.input(name), "--catalog", LogFixtures.path("catalog.yaml"), "-o",
        folder.path("\(name).yaml"))
    }
    let buckets = try calibrate("openai-usage-csv")
    #expect(buckets.code == 0 && buckets.output.contains("from buckets"), "\(buckets.errors)")
    let charges = try calibrate("focus")
    #expect(charges.code == 2 && charges.errors.contains("not requests"), "\(charges.errors)")
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
