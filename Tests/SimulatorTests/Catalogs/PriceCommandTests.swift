import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Scenarios
@testable import Support

/// `price`: rows of usage in, exact costs out.
@Suite struct PriceCommandTests {
  private let folder: ScenarioFolder

  init() throws {
    folder = try ScenarioFolder([
      "c.yaml": """
      models:
        m:
          provider: p
          aliases: [em]
          input: $1 per 1M tokens
          cache_read: $0.10 per 1M tokens
          cache_write: $1.25 per 1M tokens
          cache_write_long: $2 per 1M tokens
          output: $10 per 1M tokens
          reasoning: $20 per 1M tokens
          audio_input: $3 per 1M tokens
          audio_output: $30 per 1M tokens
          image_input: $4 per 1M tokens
          image_output: $40 per 1M tokens
          audio: $0.36 per hour
          characters: $15 per 1M characters
          images: $40 per 1K images
          pages: $3 per 1K pages
          searches: $10 per 1K searches
          calls: $1 per 1K calls
          tiers: [{above: 1000 tokens, input: $2 per 1M tokens}]
          batch: {factor: 50%}
          service_tiers: {flex: {input: $0.5 per 1M tokens}}
          regions: {eu: {factor: 1.1}}
        dated:
          provider: p
          prices:
            - {effective_from: 2025-01-01, input: $1 per 1M tokens, output: $1 per 1M tokens}
            - effective_from: 2025-07-01
              input: $2 per 1M tokens
              output: $2 per 1M tokens
              time_of_day: [{from: "10:00", to: "12:00", factor: 50%}]
        a/twin: {provider: a, input: $1 per 1M tokens, output: $1 per 1M tokens}
        b/twin: {provider: b, input: $5 per 1M tokens, output: $5 per 1M tokens}
      """
    ])
  }

  private func price(_ usage: String, _ options: String...) throws -> Program.Outcome {
    try folder.write("u.csv", usage)
    return try Program.run(
      ["price", folder.path("u.csv"), "--catalog", folder.path("c.yaml")] + options)
  }

  private func rows(_ outcome: Program.Outcome) throws -> [[String: String]] {
    let rows = try CSVReader.rows(Array(outcome.output.utf8))
    let header = try #require(rows.first, "\(outcome.errors)")
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  // MARK: Dimensions

  /// A million of each, or an hour, or a thousand, costs the price; the call itself is $0.001.
  @Test(arguments: [
    ("input_tokens", "1000", "input_usd", "0.001"),
    ("input_tokens,cached_input_tokens", "1000,1000", "cache_read_usd", "0.0001"),
    ("input_tokens,cache_write_tokens", "1000,1000", "cache_write_usd", "0.00125"),
    ("input_tokens,cache_write_1h_tokens", "1000,1000", "cache_write_long_usd", "0.002"),
    ("output_tokens", "1000000", "output_usd", "10.00"),
    ("output_tokens,reasoning_tokens", "1000000,1000000", "reasoning_usd", "20.00"),
    ("input_tokens,input_audio_tokens", "1000,1000", "audio_input_usd", "0.003"),
    ("output_tokens,output_audio_tokens", "1000000,1000000", "audio_output_usd", "30.00"),
    ("input_tokens,input_image_tokens", "1000,1000", "image_input_usd", "0.004"),
    ("output_tokens,output_image_tokens", "1000000,1000000", "image_output_usd", "40.00"),
    ("audio_seconds", "3600", "audio_usd", "0.36"),
    ("characters", "1e6", "characters_usd", "15.00"),
    ("images", "1000", "images_usd", "40.00"), ("pages", "1000.0", "pages_usd", "3.00"),
    ("searches", "1000", "searches_usd", "10.00"), ("calls", "3", "calls_usd", "0.003"),
  ])
  func everyDimension(columns: String, values: String, component: String, cost: String) throws {
    let priced = try rows(price("model,\(columns)\nm,\(values)\n"))
    let row = try #require(priced.first)
    #expect(row[component] == cost)
    for key in CatalogFormat.rates.map({ $0.key + "_usd" })
    where key != component && key != "calls_usd" { #expect(row[key] == "0.00", "\(key)") }
    let sums = ["input_cost_usd", "output_cost_usd", "other_cost_usd"].compactMap { row[$0] }
      .compactMap(ExactDecimal.init).map { $0.shifted(by: 12).digits }
    #expect(row["cost_usd"].flatMap(ExactDecimal.init)?.shifted(by: 12).digits == sums.reduce(0, +))
  }

  /// Of $1 and $2 a million beyond 1,000 tokens; the served tier counts.
  @Test func variantsAndTiers() throws {
    let priced = try rows(
      price(
        """
        model,input_tokens,batch,service_tier,region,requested_service_tier
        m,999,,,,flex
        m,1000,false,default,,
        m,1001,no,auto,,
        m,1000,true,,,
        m,1000,,batch,,
        m,1000,,flex,,
        m,2000,,flex,,
        m,1000,,,eu,
        m,1000,yes,flex,eu,
        """))
    #expect(
      priced.map { $0["input_usd"] } == [
        "0.000999", "0.001", "0.002002", "0.0005", "0.0005", "0.0005", "0.002", "0.0011",
        "0.000275",
      ])
    #expect(priced.map { $0["context_tier_from"] }[1...2] == ["", "1001"])
  }

  /// What is wrong with a name is told once, with its rows; a name that was read as another is told.
  @Test func namesAreToldOnceEach() throws {
    let bad = (0..<3_000).map { "gpt-9-\($0 % 2),1\n" }.joined()
    let outcome = try price("model,input_tokens\nm,1\n" + bad)
    #expect(outcome.code == 2)
    let lines = outcome.errors.split(separator: "\n").dropFirst()
    #expect(
      Array(lines) == [
        "  row 2, column 'model': unknown model 'gpt-9-0', and 1,499 other rows",
        "  row 3, column 'model': unknown model 'gpt-9-1', and 1,499 other rows",
      ])
    let dated = try price("model,input_tokens\nm-2025-01-01,1\nm@20250101,1\nP/M,1\nem,1\n")
    #expect(dated.code == 0)
    #expect(dated.errors.contains("'m-2025-01-01' was read as 'm' of p: 1 row.\n"))
    #expect(dated.errors.contains("'m@20250101' was read as 'm' of p: 1 row.\n"))
    #expect(!dated.errors.contains("'P/M'") && !dated.errors.contains("'em'"))
  }

  /// T − 1, T and T + 1 of an effective date and of a time of day, with offsets and other clocks.
  @Test func theTimestampPicksThePrice() throws {
    let outcome = try price(
      """
      timestamp,model,input_tokens
      2025-01-01T00:00:00Z,dated,1000000
      2025-06-30T23:59:59.999999Z,dated,1000000
      2025-07-01T00:00:00Z,dated,1000000
      2025-07-01T02:00:00+02:00,dated,1000000
      2025-07-01T09:59:59.999999Z,dated,1000000
      2025-07-01T10:00:00Z,dated,1000000
      2025-07-01T11:59:59.999999Z,dated,1000000
      1751371200,dated,1000000
      """)
    #expect(
      try rows(outcome).map { $0["cost_usd"] } == [
        "1.00", "1.00", "2.00", "2.00", "2.00", "1.00", "1.00", "2.00",
      ])
  }

  // MARK: Names

  @Test func namesResolveOrTellWhy() throws {
    let fine = try rows(
      price("model,provider,input_tokens\nem,,1\np/m,,1\nM,P,1\ntwin,b,1\nb/twin,,1\n"))
    #expect(fine.map { $0["model"] } == ["m", "m", "m", "b/twin", "b/twin"])
    let bad = try price("model,provider,input_tokens\ntwin,,1\nmm,,1\nm,b,1\n,,1\n")
    #expect(bad.code == 2 && bad.output.isEmpty)
    #expect(
      bad.errors.replacing(folder.url.path + "/", with: "") == """
        u.csv: error: 4 malformed rows, expected none (--skip-bad-rows N tolerates up to N)
          row 1, column 'model': the model 'twin' is ambiguous, expected 'a/twin' or 'b/twin'
          row 2, column 'model': unknown model 'mm' (did you mean 'em'?)
          row 3, column 'model': unknown model 'm' of provider 'b' (did you mean 'm'?)
          row 4, column 'model': no model

        """)
  }

  // MARK: Bad rows

  @Test func everythingWrongIsTheRowsProblem() throws {
    let usage = """
      timestamp,model,input_tokens,cached_input_tokens,output_tokens,audio_seconds,batch
      ,m,-1,,,,
      ,m,1.5,,,,
      ,m,5,6,,,
      ,m,x,,,,
      ,m,1,,,,maybe
      ,dated,1,,,,
      2024-12-31T23:59:59Z,dated,1,,,,
      yesterday,m,1,,,,
      ,a/twin,,,,2,
      ,m,9223372036854775807,,,,
      ,m,1
      ,m,7,,,,
      """
    let strict = try price(usage)
    #expect(strict.code == 2 && strict.output.isEmpty)
    for message in [
      "row 1, column 'input_tokens': must not be negative, as '-1' is",
      "row 2, column 'input_tokens': expected a whole number, not '1.5'",
      "row 3, column 'cached_input_tokens': 'm': more cached tokens than input tokens",
      "row 4, column 'input_tokens': expected a whole number, not 'x'",
      "row 5, column 'batch': expected true or false, not 'maybe'",
      "row 6, column 'timestamp': no timestamp, and the prices of 'dated' change with time",
      "row 7, column 'timestamp': 'dated': no price is effective at that time",
      "row 8, column 'timestamp': expected a time like",
      "row 9, column 'audio_seconds': 'a/twin': no price for audio",
      "row 10: 'm': it costs more than $9,223,372, the most that one call can "
        + "cost",
      "row 11: 3 fields, expected 7 as in the header",
    ] { #expect(strict.errors.contains(message), "\(message)\n\(strict.errors)") }
    #expect(!folder.content.contains("rejected.csv"))

    let lax = try price(usage, "--skip-bad-rows", "11", "-o", folder.path("out/priced.csv"))
    #expect(lax.code == 0, "\(lax.errors)")
    let rejected = try String(contentsOfFile: folder.path("out/rejected.csv"), encoding: .utf8)
    #expect(rejected.split(separator: "\r\n").count == 12)
    #expect(rejected.contains("3,cached_input_tokens,'m': more cached"))
    let priced = try String(contentsOfFile: folder.path("out/priced.csv"), encoding: .utf8)
    #expect(priced.contains("\r\n12,,m,p,false,") && priced.hasSuffix(",0.001007\r\n"))
    #expect(lax.errors.hasPrefix("1 row cost $0.001007 ($0.001007 exactly).\n"))
    #expect(try price(usage, "--skip-bad-rows", "10").code == 2)
  }

  @Test(arguments: [
    ("", "u.csv: error: the file is empty"), ("input_tokens\n1\n", "no column 'model'; there are"),
    ("model\nm\n", "no column 'input_tokens'; there are 'model'"),
    ("model,model,input_tokens\n", "two columns are called 'model', expected one"),
    ("model,input_tokens\nm,\"1\n", "row 1: a quote that is neither"),
  ])
  func badFilesAreTold(usage: String, message: String) throws {
    let outcome = try price(usage)
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
  }

  // MARK: The rest

  @Test func columnsOfOtherNamesAndFixedValues() throws {
    let plain = try rows(
      price("used;id\n1000,0;x\n", "--columns", "input_tokens=used", "--set", "model=m"))
    #expect(plain[0]["input_usd"] == "0.001")
    let unknown = try price("used\n1\n", "--set", "modle=m")
    #expect(unknown.code == 2 && unknown.errors.contains("did you mean 'model'?"))
  }

  @Test func theSummaryTellsWhatWasAssumed() throws {
    let outcome = try price(
      "model,input_tokens,service_tier,region,status,extra\nm,1000,gold,,ok,1\nm,5,,mars,failed,1\n"
    )
    #expect(outcome.code == 0)
    #expect(
      outcome.errors == """
        2 rows cost $0.0020 ($0.002 exactly).
          m: $0.0020, 2 rows
        1 failed call cost nothing.
        m: service tier 'gold' is not listed: 1 row at ordinary prices.
        Columns not used: extra

        """)
    let json = try price("model,input_tokens\nm,1000\n", "--json")
    #expect(json.output.contains("\"cost_usd\": \"0.002\"") && json.errors.isEmpty)
    #expect(try price("model,input_tokens\nm,1\n", "-q").errors.isEmpty)
  }

  /// The order of rows changes no row and no sum, and rows past one block are all there.
  @Test func ordersAndBlocks() throws {
    var random = TestRandom(seed: 5)
    // Three blocks of the file.
    let filler = String(repeating: "x", count: 200)
    let lines = (0..<3_000).map { _ in
      "m,\(random.bits() % 3_000),\(random.bits() % 500),\(filler)"
    }
    let header = "model,input_tokens,output_tokens,filler\n"
    let forward = try price(header + lines.joined(separator: "\n"))
    let backward = try price(header + lines.reversed().joined(separator: "\n"))
    #expect(forward.errors == backward.errors && forward.code == 0)
    let costs = try rows(forward).compactMap { $0["cost_usd"] }
    #expect(try rows(backward).compactMap { $0["cost_usd"] } == costs.reversed())
    #expect(costs.count == 3_000)
    let sum = costs.compactMap(ExactDecimal.init).reduce(Int128(0)) {
      $0 + $1.shifted(by: 12).digits
    }
    #expect(forward.errors.contains("($\(MoneySum(picodollars: sum).exactDecimal) exactly)"))
  }

  // MARK: Rows that state nothing

  /// `em` is `m` with a price for calls as such; `dated` bills tokens only.
  @Test func aRowThatStatesNothingIsAnErrorAndZeroIsTold() throws {
    let header = "model,status,input_tokens,output_tokens,timestamp,calls\n"
    let refused = try price(
      header + "a/twin,,,,,\na/twin,ok,,,,3\na/twin,failed,,,,\nm,,,,,\na/twin,,1,,,\n")
    #expect(refused.code == 2)
    let text = "states nothing that 'a/twin' bills (input, output), and an unknown use is not $0"
    #expect(refused.errors.contains("row 1: " + text) && refused.errors.contains("row 2: " + text))
    #expect(!refused.errors.contains("row 3") && !refused.errors.contains("row 4"))
    let told = try price(header + "a/twin,,1,,,\na/twin,ok,0,,,\na/twin,,0,0,,\n")
    #expect(told.code == 0, "\(told.errors)")
    #expect(
      told.errors.contains("2 rows of $0 state 0 of all that the model bills (first: row 2).\n"))
  }
}
