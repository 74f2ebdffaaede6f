import Foundation
import Testing

@testable import Simulator

/// `calibrate` as a user runs it.
@Suite struct CalibrateCommandTests {
  private static let log = """
    timestamp,user,use_case,model,status,input_tokens,output_tokens,reasoning_tokens,latency_ms,prompt
    2025-11-03T09:00:00Z,ann,chat,small,ok,100,20,0,300,p1
    2025-11-03T09:02:00Z,ann,chat,small,ok,100,20,0,310,p1
    2025-11-03T10:00:00Z,bob,chat,small,failed,90,0,0,,p2
    2025-11-03T11:30:00Z,bob,"draft: ""a"", b",large,ok,2000,900,400,4000,p3
    2025-11-03T12:00:00Z,,chat,small,ok,120,35,0,290.5,p4

    """

  private func folder() throws -> ScenarioFolder {
    try ScenarioFolder(["log.csv": Self.log, "new/catalog.yaml": CalibratedLog.catalog])
  }

  @Test func goldenSmallLog() throws {
    let folder = try folder()
    let outcome = try Program.run(
      ["calibrate", folder.path("log.csv"), "-o", folder.path("new/small-log.yaml")])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("Fitted to 5 requests. Now: costsim run "))
    let text = try String(contentsOfFile: folder.path("new/small-log.yaml"), encoding: .utf8)
    try RepositoryFiles.expect(text, in: "Tests/Golden/calibrate/small-log.yaml")
    #expect(try Program.run(["validate", folder.path("new/small-log.yaml")]).code == 0)
  }

  /// One limit a kind of call, which cuts no answer off; what has no place in a scenario is said.
  @Test func limitsAreFittedAndWhatCannotBeIsSaid() throws {
    let folder = try folder()
    let rows = [
      "2025-11-03T09:00:00Z,a,small,100,40,400,s1,,",
      "2025-11-03T09:00:01Z,a,small,100,40,400,s1,2,",
      "2025-11-03T09:00:02Z,b,small,100,90,50,s1,,",
      "2025-11-03T09:00:03Z,c,small,100,10,100,s2,,7",
      "2025-11-03T09:00:04Z,c,small,100,10,300,,,", "2025-11-03T09:00:05Z,d,small,100,10,,,,",
    ]
    try folder.write(
      "log.csv",
      "timestamp,use_case,model,input_tokens,output_tokens,max_tokens,session,images,"
        + "cache_write_tokens\n" + rows.joined(separator: "\n") + "\n")
    let outcome = try Program.run(
      ["calibrate", folder.path("log.csv"), "-o", folder.path("new/s.yaml")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try String(contentsOfFile: folder.path("new/s.yaml"), encoding: .utf8)
    for lines in [
      "        # 2 calls, all 400\n        max_tokens: 400\n",
      "        # 1 call, all 50, which answers exceeded: the longest\n        max_tokens: 90\n",
      "        # 2 calls, 100 to 300, mean 200\n        max_tokens: 200\n",
      "(Sessions have 2 requests each on average; no flows are made of them.)",
      "2 images are left out: not every model that the calls can",
      "prompt_cache: {ttl: 1h, hit_chance: ",
      // 7 tokens of two calls.
      "        prefix: {low: 0, likely: 4, high: ",
    ] {
      #expect(text.contains(lines), "\(lines) is not in \(text)")
    }
    #expect(text.components(separatedBy: "max_tokens:").count == 4)
    #expect(try Program.run(["validate", folder.path("new/s.yaml")]).code == 0)
  }

  @Test func callsOfARunCanBeCalibratedAndRun() throws {
    let folder = try ScenarioFolder()
    let made = try Program.run(["init", folder.path("a")])
    try #require(made.code == 0)
    let run = try Program.run([
      "run", folder.path("a/scenario.yaml"), "--users", "3", "--out", folder.path("r"), "--calls",
      folder.path("calls.csv"), "--override", "cache.mode=off",
    ])
    try #require(run.code == 0, "\(run.errors)")
    // The catalog of `init` is put beside the scenario.
    let outcome = try Program.run(
      ["calibrate", folder.path("calls.csv"), "-o", folder.path("b/scenario.yaml"), "-q"])
    #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(folder.content.contains("b/catalog.yaml"))
    let again = try Program.run([
      "run", folder.path("b/scenario.yaml"), "--out", folder.path("r2"), "-q",
    ])
    #expect(again.code == 0, "\(again.errors)")
  }

  private func expectError(
    _ arguments: [String], log: String, _ message: String, in folder: ScenarioFolder
  ) throws {
    try folder.write("log.csv", log)
    let out = folder.path("out/s.yaml")
    let outcome = try Program.run(
      [
        "calibrate", folder.path("log.csv"), "-o", out, "--catalog",
        folder.path("new/catalog.yaml"),
      ]
        + arguments)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!folder.content.contains("out"), "nothing is left behind")
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try folder()
    let head = "timestamp,model,input_tokens\n"
    try expectError(
      [], log: head + "2025-11-03T09:00:00Z,gpt-9,5\n2025-11-03T09:00:01Z,zeta,5\n",
      "the catalog has no price for 'gpt-9', 'zeta'\nhint: add them to a catalog", in: folder)
    try expectError(
      [], log: "timestamp,input_tokens\n2025-11-03T09:00:00Z,5\n",
      "the log names no model\nhint: --set",
      in: folder)
    try expectError([], log: head, "the log has no requests", in: folder)
    try expectError(
      ["--timezone", "Mars"], log: Self.log, "unknown time zone 'Mars'", in: folder)
    // One wrong time among many: the period that would hold them all is no scenario's.
    for (last, days) in [("2086-01-02", "21,976"), ("2085-10-31", "21,915")] {
      let first = last.hasSuffix("31") ? "2025-11-01" : "2025-11-03"
      try expectError(
        [], log: head + "\(first)T09:00:00Z,small,5\n\(last)T09:00:00Z,small,5\n",
        "the log spans \(days) days, expected at most 3,660", in: folder)
    }
  }

  /// Speech and text under one name: no model has prices for all calls of the workload.
  @Test func aFitThatCannotBeRunIsNotWritten() throws {
    let folder = try ScenarioFolder([
      "log.csv": """
      timestamp,model,input_tokens,output_tokens,audio_seconds
      2026-01-01T09:00:00Z,a,100,20,
      2026-01-02T09:00:00Z,w,,,30

      """,
      "catalog.yaml": """
      models:
        a: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens }
        w: { provider: p, latency: 1s, audio: $1 per hour }
      """,
    ])
    let outcome = try Program.run(["calibrate", "log.csv", "-o", "s.yaml"], in: folder.url)
    #expect(outcome.code == 2 && outcome.errors.contains("\ns.yaml:"), "\(outcome.errors)")
    #expect(
      outcome.errors.hasPrefix("log.csv: error: the scenario that fits this log cannot be run"))
    #expect(!outcome.errors.contains(".costsim-") && !folder.content.contains("s.yaml"))
  }

  @Test func aPolicyFileTakesThePlaceOfTheLogsModels() throws {
    let folder = try folder()
    try folder.write("log.csv", Self.log.replacing("small", with: "gpt-9"))
    try folder.write("new/rules.yaml", "rules: [{name: all, model: large}]\n")
    let outcome = try Program.run([
      "calibrate", folder.path("log.csv"), "-o", folder.path("new/s.yaml"), "--policy",
      folder.path("new/rules.yaml"), "--catalog", folder.path("new/catalog.yaml"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try String(contentsOfFile: folder.path("new/s.yaml"), encoding: .utf8)
    #expect(
      text.contains("policy: \"rules.yaml\"\n") && text.contains("catalog: \"catalog.yaml\"\n"))
    #expect(try Program.run(["validate", folder.path("new/s.yaml")]).code == 0)
  }
}
