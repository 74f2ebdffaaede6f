import CostModel
import Foundation
import Testing

@testable import Support

/// What a log meters beside text, and how it says that its requests were billed: each row's bill by hand.
@Suite struct MeterReplayTests {
  private let folder: ScenarioFolder

  init() throws {
    folder = try ScenarioFolder([
      "s.yaml": """
      period: 2025-11
      plans: [1]
      policy: {rules: [{name: all, logged: true}]}
      catalog:
        models:
          m:
            provider: p
            latency: 1s
            input: $4 per 1M tokens
            cache_read: $1 per 1M tokens
            cache_write: $5 per 1M tokens
            cache_write_long: $8 per 1M tokens
            output: $16 per 1M tokens
            audio_input: $40 per 1M tokens
            audio_output: $80 per 1M tokens
            image_input: $6 per 1M tokens
            searches: $10 per 1K searches
            search_documents: 100
            pages: $2 per 1K pages
            characters: $20 per 1M characters
            video: $0.10 per second
            batch: {factor: 50%}
            service_tiers: {flex: {factor: 25%}}
            regions: {eu: {factor: 1.1}}
      workloads:
        w: {volume: 10, input: 5, output: 5}

      """
    ])
  }

  private func replay(_ columns: String, _ row: String) throws -> Program.Outcome {
    try folder.write(
      "log.csv", "timestamp,model,\(columns)\n2025-11-03T10:00:00Z,m,\(row)\n")
    return try Program.run([
      "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--policy", "logged",
      "--out", folder.path("out"),
    ])
  }

  /// Microdollars of one request.
  @Test(arguments: [
    // 400 text and 600 audio tokens.
    ("input_tokens,input_audio_tokens", "1000,600", 25_600),
    // 100 of each: text, audio and images; 20 visible and 30 of audio.
    (
      "input_tokens,input_audio_tokens,input_image_tokens,output_tokens,output_audio_tokens",
      "300,100,100,50,30", 400 + 4_000 + 600 + 320 + 2_400
    ),
    // 500 read, 200 written for 5 minutes, 250 for an hour, 50 fresh.
    (
      "input_tokens,cached_input_tokens,cache_write_tokens,cache_write_1h_tokens",
      "1000,500,200,250", 500 + 1_000 + 2_000 + 200
    ),
    ("input_tokens,searches", "1000,3", 4_000 + 30_000),
    // 140 documents are two searches.
    ("input_tokens,documents", "1000,140", 4_000 + 20_000),
    ("input_tokens,pages,characters", "0,7,1500", 14_000 + 30_000),
    ("input_tokens,video_seconds", "0,2.5", 250_000),
    ("input_tokens,batch", "1000,true", 2_000),
    ("input_tokens,batch", "1000,false", 4_000),
    ("input_tokens,service_tier", "1000,flex", 1_000),
    ("input_tokens,service_tier", "1000,default", 4_000),
    ("input_tokens,service_tier", "1000,batch", 2_000),
    // A tier that the model does not list is billed as the ordinary one.
    ("input_tokens,service_tier", "1000,priority", 4_000),
    ("input_tokens,region", "1000,eu", 4_400),
    ("input_tokens,batch,region", "1000,yes,eu", 2_200),
  ])
  func aRequestIsBilledAsItSays(columns: String, row: String, microdollars: Int) throws {
    let outcome = try replay(columns, row)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let costs = try String(contentsOfFile: folder.path("out/s-replay/costs.csv"), encoding: .utf8)
    let lines = costs.split(whereSeparator: \.isNewline).map { $0.split(separator: ",") }
    #expect(lines[1].last.map(String.init) == String(microdollars), "\(costs)")
  }

  /// What is billed as ordinary though the log says otherwise is said first.
  @Test(arguments: [
    ("service_tier", "priority", "service tier 'priority' of m"),
    ("region", "us", "region 'us' of m"),
    ("service_tier,region", "gold,us", "service tier 'gold' and region 'us' of m"),
  ])
  func whatNoPriceIsListedForIsSaid(columns: String, row: String, words: String) throws {
    let outcome = try replay("input_tokens," + columns, "1000," + row)
    #expect(
      outcome.output.contains(
        "Mind that 1 answered request is in this at ordinary prices, since the catalog lists none for "
          + "how the log says that it was billed (\(words))."), "\(outcome.output)")
    let listed = try replay("input_tokens,service_tier,region", "1000,flex,eu")
    #expect(!listed.output.contains("ordinary prices"))
  }

  @Test(arguments: [
    ("input_tokens,batch", "1000,maybe", "expected true or false, not 'maybe'"),
    ("input_tokens,input_audio_tokens", "500,600", "600 audio and image tokens are more than"),
    (
      "input_tokens,cached_input_tokens,cache_write_1h_tokens", "500,300,300",
      "600 cached and written tokens are more than the input of 500"
    ),
    ("input_tokens,pages", "500,1.5", "expected a whole number"),
  ])
  func aWrongRowIsAnError(columns: String, row: String, words: String) throws {
    let outcome = try replay(columns, row)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }
}
