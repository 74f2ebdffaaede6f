import CostModel
import Foundation
import Testing

@testable import Logs

/// Single rules of reading, on rows of a line or two.
@Suite struct LogRuleTests {
  private let folder: ScenarioFolder

  init() throws { folder = try ScenarioFolder() }

  private func read(
    _ text: String, _ change: (inout LogReadOptions) throws -> Void = { _ in }
  ) throws -> LogReading {
    var options = try LogFixtures.options()
    try change(&options)
    try folder.write("log", text)
    return try LogIntake(options).read([folder.path("log")])
  }

  private func body(_ usage: String) -> String {
    #"{"ts":1788249600123,"response":{"id":"a","model":"gpt-4o","usage":{"# + usage + "}}}\n"
  }

  /// 200 cached of 100 cannot be inside, and the total of 150 excludes beside: nothing is clamped.
  /// What a log is recognized by is read without the rest of its shape, and must be the same.
  @Test func shapesAreRecognizedByWhatTheirFilesSay() throws {
    let all = try LogShapes.all()
    let recognized = try LogShapes.recognized()
    #expect(recognized.map(\.name) == all.map(\.name))
    #expect(recognized.map(\.detect) == all.map(\.detect))
  }

  @Test func contradictionsAreMalformed() throws {
    let reading = try read(
      body(
        #""prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":200}"#
      ))
    #expect(reading.leftOut.map(\.reason) == [.malformed])
    #expect(reading.leftOut.first?.problem?.message.contains("contradictory") == true)
  }

  /// Written 4,000 and 1,000: a flat 6,000 leaves 1,000 of untold life, a flat 4,500 is less than both.
  @Test func flatWritesCountWhatSplitOnesLeave() throws {
    func langfuse(_ flat: Int) -> String {
      """
      {"id":"o","trace_id":"t","type":"GENERATION","start_time":"2026-09-01 00:00:00",\
      "provided_model_name":"claude-sonnet-4","usage_details":{"input":0,"output":0,\
      "input_cache_creation_5m":4000,"input_cache_creation_1h":1000,"input_cache_creation":\(flat)}}

      """
    }
    let row = try #require(try read(langfuse(6_000)).rows.first)
    #expect(row[.cacheWriteTokens] == 5_000 && row[.cacheWriteLongTokens] == 1_000)
    #expect(row.notes.untoldLife == 1_000)
    // 5,000 at $3.75 and 1,000 at $6 a million.
    #expect(row.cost?.exactDecimal == "0.02475")
    #expect(try read(langfuse(4_500)).leftOut.map(\.reason) == [.malformed])
  }

  /// A bucket of 450,000 tokens, with 200,000 as the threshold: one call is above it, two have at least
  /// 250,000 tokens above, three may have none.
  @Test(arguments: [("1", "2.70", "2.70"), ("2", "2.10", "2.70"), ("3", "1.35", "2.70")])
  func bucketsHaveBounds(calls: String, low: String, high: String) throws {
    let reading = try read(
      "date,model,spend,api_requests,prompt_tokens,completion_tokens\n"
        + "2026-09-01,claude-sonnet-4,0,\(calls),450000,0\n")
    let row = try #require(reading.rows.first)
    #expect(row.cost?.exactDecimal == low && row.costHigh?.exactDecimal == high)
  }

  @Test func spreadsheetsDaysNeedTheirUnit() throws {
    let text = "timestamp,model,input_tokens,output_tokens\n46266.3333333333,openai/gpt-4o,1,1\n"
    let bad = try read(text)
    #expect(bad.leftOut.first?.problem?.message.contains("unit excel") == true)
    let good = try read(text) { try $0.addUnit("timestamp=excel") }
    #expect(good.rows.first?.time.map(LogTables.time) == "2026-09-01T08:00:00Z")
  }

  /// A name that two sellers have is nobody's without one of them.
  @Test func aProviderThatIsToldIsBinding() throws {
    func row(_ provider: String) throws -> LogRow? {
      try read(
        "timestamp,model,provider,input_tokens,output_tokens\n"
          + "2026-09-01T00:00:00Z,claude-sonnet-4,\(provider),1000,0\n"
      ).rows.first
    }
    #expect(try row("Amazon Bedrock")?.modelName == "bedrock/claude-sonnet-4")
    #expect(try row("anthropic")?.modelName == "anthropic/claude-sonnet-4")
    #expect(try row("vertex_ai")?.billing == .unpriced)
    #expect(try row("")?.modelName == "anthropic/claude-sonnet-4")
  }

  @Test func unknownStatusWordsAreToldWithTheirCount() throws {
    let text = """
      timestamp,model,input_tokens,output_tokens,status
      2026-09-01T00:00:00Z,openai/gpt-4o,1,1,erledigt
      2026-09-01T00:00:01Z,openai/gpt-4o,1,1,erledigt

      """
    let account = ReadingAccount(reading: try read(text), catalog: nil).text
    #expect(account.hasPrefix("No request succeeded"))
    #expect(account.split(separator: "\n")[0].contains("'erledigt' (2 rows)"))
  }

  /// HMAC-SHA-256 of "what do ya want for nothing?" with the key "Jefe" (RFC 4231, case 2).
  @Test func pseudonymsAreKeyedHashes() {
    let names = Pseudonyms(key: Array("Jefe".utf8))
    #expect(names.name("what do ya want for nothing?") == "5bdcc146bf60754e")
    #expect(names.name("") == "")
  }

  @Test func kindsThatNobodyPricesMayBeAllowed() throws {
    let reading = try LogIntake(
      {
        var options = try LogFixtures.options("langfuse-blob")
        options.allowUsage = ["input_video_tokens"]
        return options
      }()
    ).read([LogFixtures.input("langfuse-blob")])
    #expect(reading.leftOut(.unknownUsage) == 0)
    #expect(reading.rows.contains { $0.key == "o-10" })
  }

  /// The rows that `read` wrote are read back as they stand.
  @Test(arguments: ["litellm-json", "helicone", "claude-code", "otlp"])
  func rowsAreReadBack(_ name: String) throws {
    let first = try LogFixtures.reading(name)
    let table = LogTables(reading: first).table(.requests)
    try folder.write("rows.csv", String(decoding: table, as: UTF8.self))
    let second = try LogIntake(LogFixtures.options()).read([folder.path("rows.csv")])
    #expect(LogTables(reading: second).table(.requests) == table)
  }
}
