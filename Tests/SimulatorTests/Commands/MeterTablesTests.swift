import CostModel
import Foundation
import Testing

@testable import Support

/// What calls are metered for, in tables: quantities and costs by hand, in replays as in runs.
@Suite struct MeterTablesTests {
  private static let prices = """
    provider: p
        latency: 1s
        input: $4 per 1M tokens
        output: $16 per 1M tokens
        audio_input: $40 per 1M tokens
        image_input: $6 per 1M tokens
        searches: $10 per 1K searches
        search_documents: 100
        pages: $2 per 1K pages
        characters: $20 per 1M characters
        video: $0.10 per second
        audio: $0.36 per hour
        audio_step: 15s
    """

  private func folder(workload: String, more: String = "") throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-01-01, days: 30}
      plans: [10]
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: exact}
      catalog:
        models:
          m:
            \(Self.prices.replacing("    provider", with: "provider").replacing("\n    ", with: "\n      "))
          web: {provider: p, latency: 1s, searches: $5 per 1K searches}
      \(more)
      workloads:
        w: {volume: 10, \(workload)}

      """
    ])
  }

  private func rows(_ folder: ScenarioFolder, _ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(folder.path("out/" + path)))
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  /// `meter quantity unit cost`, by line.
  private func meters(_ folder: ScenarioFolder, _ report: String) throws -> [String] {
    try rows(folder, report + "/meters.csv").map { row in
      ["model", "meter", "quantity", "unit", "cost_usd"].map { row[$0] ?? "?" }
        .joined(separator: " ")
    }
  }

  /// The last request has failed and costs nothing. Of 140 documents and one search, three searches are
  /// billed, one of them for the search. 20 s of audio are two steps of 15 s at $0.0001 a second.
  private static let log = """
    timestamp,model,status,input_tokens,input_audio_tokens,searches,documents,pages,characters,\
    video_seconds,audio_seconds
    2026-01-03T10:00:00Z,m,ok,1000,600,,,,,,
    2026-01-03T10:01:00Z,m,ok,,,1,140,,,,
    2026-01-03T10:02:00Z,m,ok,,,,,7,1500,,
    2026-01-03T10:03:00Z,m,ok,,,,,,,2.5,20
    2026-01-03T10:04:00Z,m,failed,,,5,,,,,

    """

  @Test func aReplayTellsWhatItsLogMeters() throws {
    let folder = try folder(workload: "input: 5")
    try folder.write("log.csv", Self.log)
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
      "--out", folder.path("out"), "--calls", folder.path("out/calls.csv"), "--ledger",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(
      try meters(folder, "s-replay") == [
        "m input_audio 600.000000 tokens 0.024000", "m characters 1500.000000 characters 0.030000",
        "m pages 7.000000 pages 0.014000", "m searches 1.000000 searches 0.010000",
        "m documents 140.000000 documents 0.020000", "m video 2.500000 seconds 0.250000",
        "m audio 20.000000 seconds 0.003000",
      ])
    let costs = try rows(folder, "s-replay/costs.csv")[0]
    // All but the audio tokens: 30 + 14 + 10 + 20 + 250 + 3 thousandths.
    #expect(costs["other_cost_usd"] == "0.327000")
    // Beside them 400 text tokens at $4 a million.
    #expect(costs["input_cost_usd"] == "0.025600")
    let page = try String(
      contentsOfFile: folder.path("out/s-replay/report.md"), encoding: .utf8)
    #expect(page.contains("## What is metered beside text"))
    let calls = try rows(folder, "calls.csv")
    #expect(calls.map { $0["input_audio_tokens"] } == ["600", "0", "0", "0", "0"])
    #expect(calls.map { $0["documents"] } == ["0", "140", "0", "0", "0"])
    #expect(calls.map { $0["searches"] } == ["0", "1", "0", "0", "0"])
    #expect(calls.map { $0["video_seconds"] } == ["0", "0", "0", "2.5", "0"])
    // A meter that the log has no column for has none here.
    #expect(calls[0]["images"] == nil)
    let sums = try Program.run([
      "query", folder.path("out/s-replay/costs.sqlite"),
      "SELECT sum(searches), sum(pages), sum(characters), sum(video_seconds) FROM calls",
    ])
    #expect(sums.output.contains("1,7,1500,2.5"), "\(sums.output)\(sums.errors)")
  }

  /// A log that tells none of them has neither the table nor the columns.
  @Test func otherLogsHaveNone() throws {
    let folder = try folder(workload: "input: 5")
    try folder.write(
      "log.csv", "timestamp,model,input_tokens\n2026-01-03T10:00:00Z,m,1000\n")
    let outcome = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
      "--out", folder.path("out"), "--calls", folder.path("out/calls.csv"),
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/s-replay/meters.csv")))
    #expect(try rows(folder, "calls.csv")[0].keys.contains("searches") == false)
  }

  /// 100 calls: of 300 image tokens 200 are frames', which are no meter; what the call bills at another
  /// model is told there, and in the call's row.
  @Test func aRunTellsThemCallByCall() throws {
    let folder = try folder(
      workload: """
        input: 500, input_image: 100, frames: 2, tokens_per_frame: 100, documents: 120,
            uses: {web: {searches: 3}}
        """)
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--calls",
      folder.path("out/calls.csv"), "--ledger", "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    // 10,000 image tokens at $6 a million; 2 searches of m a call at $0.01, 3 of web at $0.005.
    #expect(
      try meters(folder, "s") == [
        "m input_image 10000.000000 tokens 0.060000", "m documents 12000.000000 documents 2.000000",
        "web searches 300.000000 searches 1.500000",
      ])
    let calls = try rows(folder, "calls.csv")
    #expect(calls.count == 100)
    #expect(Set(calls.map { $0["input_image_tokens"] }) == ["100"])
    #expect(Set(calls.map { $0["documents"] }) == ["120"])
    #expect(Set(calls.map { $0["searches"] }) == ["3"])
    // 400 of text at $4, 300 of images at $6 a million; 20,000 and 15,000 millionths of searches.
    #expect(Set(calls.map { $0["cost_usd"] }) == ["0.0384"])
    let sums = try Program.run([
      "query", folder.path("out/s/costs.sqlite"),
      "SELECT sum(input_image_tokens), sum(documents), sum(searches) FROM calls",
    ])
    #expect(sums.output.contains("10000,12000,300"), "\(sums.output)\(sums.errors)")
  }
}
