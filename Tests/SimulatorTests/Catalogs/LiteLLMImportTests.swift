import CostModel
import Testing

@testable import Catalogs
@testable import Scenarios

/// What LiteLLM's fields become.
@Suite struct LiteLLMImportTests {
  /// Imports entries written as in the list.
  static func read(_ json: String, filter: CatalogFilter = CatalogFilter()) throws -> CatalogImport
  {
    let folder = try ScenarioFolder(["list.json": json])
    return try PriceListSource(kind: .litellm, path: folder.path("list.json"))
      .read(filter: filter, checked: CivilDate(year: 2026, month: 10, day: 21))
  }

  /// One entry of provider `p` in mode `chat` with these fields.
  private func sheet(_ fields: String, provider: String = "p", mode: String = "chat") throws -> (
    PriceSheet, CatalogImport
  ) {
    let result = try Self.read(
      #"{"m": {"litellm_provider": "\#(provider)", "mode": "\#(mode)", \#(fields)}}"#)
    return (result.catalog.models[0].prices.first ?? PriceSheet(), result)
  }

  /// Dollars per million tokens, per thousand pieces, or per hour.
  private func price(_ rate: Rate?, _ dimension: BillingDimension) -> String? {
    let kind = CatalogFormat.rates.first { $0.dimension == dimension }?.unit ?? .tokens
    return rate.map { String(RateText.text($0, kind).dropFirst().prefix { $0 != " " }) }
  }

  @Test(arguments: [
    ("input_cost_per_token", "1.5e-06", BillingDimension.inputTokens, "1.50"),
    ("output_cost_per_token", "0.00001", .outputTokens, "10"),
    ("cache_read_input_token_cost", "1e-7", .cacheReadTokens, "0.10"),
    ("cache_creation_input_token_cost", "3.75e-06", .cacheWriteTokens, "3.75"),
    ("cache_creation_input_token_cost_above_1hr", "6e-06", .cacheWriteLongTokens, "6"),
    ("output_cost_per_reasoning_token", "2e-06", .reasoningTokens, "2"),
    ("input_cost_per_audio_token", "0.0001", .inputAudioTokens, "100"),
    ("output_cost_per_audio_token", "0.0002", .outputAudioTokens, "200"),
    ("input_cost_per_image_token", "1e-05", .inputImageTokens, "10"),
    ("output_cost_per_image_token", "4e-05", .outputImageTokens, "40"),
    ("input_cost_per_second", "0.0001", .audioSeconds, "0.36"),
    ("output_cost_per_second", "0.00005", .audioSeconds, "0.18"),
    ("input_cost_per_audio_per_second", "0.00014", .audioSeconds, "0.504"),
    ("input_cost_per_character", "1.5e-05", .characters, "15"),
    ("output_cost_per_image", "0.04", .images, "40"), ("ocr_cost_per_page", "0.003", .pages, "3"),
    ("input_cost_per_query", "0.002", .calls, "2"),
    ("input_cost_per_request", "0.005", .calls, "5"),
  ])
  func everyFieldHasItsPlace(
    field: String, amount: String, dimension: BillingDimension, expected: String
  ) throws {
    let (sheet, result) = try sheet(#""\#(field)": \#(amount)"#)
    for each in BillingDimension.allCases {
      #expect(price(sheet.rates[each], each) == (each == dimension ? expected : nil), "\(each)")
    }
    #expect(result.unknownPrices.isEmpty && result.unused.isEmpty && result.rounded.isEmpty)
  }

  @Test func searchesCostTheMediumSize() throws {
    let (sheet, result) = try sheet(
      """
      "search_context_cost_per_query": {"search_context_size_low": 0.01,
        "search_context_size_medium": 0.02, "search_context_size_high": 0.03}
      """)
    #expect(price(sheet.rates[.searches], .searches) == "20")
    #expect(price(sheet.searchSizes["low"], .searches) == "10")
    #expect(sheet.searchSizes["medium"] == nil && result.remarks.isEmpty)
    for (size, expected) in [(nil, "20"), ("medium", "20"), ("high", "30"), ("huge", "20")]
      as [(String?, String)]
    {
      let rate = sheet.rate(.searches, on: BillingVariant(searchSize: size))
      #expect(price(rate, .searches) == expected)
    }
  }

  /// An entry that is another one's name, over several steps; one without a target is skipped.
  @Test func aliasesAreKept() throws {
    let result = try Self.read(
      """
      {"a-latest": {"alias_of": "b-latest"}, "b-latest": {"alias_of": "m"},
       "m": {"litellm_provider": "p", "input_cost_per_token": 1e-06, "successor_model": "n"},
       "lost": {"alias_of": "gone"}, "round": {"alias_of": "round"}}
      """)
    #expect(result.catalog.models.map(\.aliases) == [["a-latest", "b-latest"]])
    #expect(result.catalog.models[0].successor == "n")
    #expect(result.aliases == 2 && result.entries == 5)
    #expect(result.skipped.map(\.entry) == ["lost", "round"])
  }

  /// Rules that the list's program applies and its data does not state (`Limits/price-lists.yaml`).
  @Test func rulesOfTheListsProgramAreApplied() throws {
    let result = try Self.read(
      """
      {"groq/whisper-large-v3": {"litellm_provider": "groq", "input_cost_per_second": 0.0001},
       "fireworks_ai/a": {"litellm_provider": "fireworks_ai", "input_cost_per_token": 2e-06,
         "input_cost_per_token_priority": 4e-06},
       "fireworks_ai/b": {"litellm_provider": "fireworks_ai", "input_cost_per_token": 2e-06,
         "cache_read_input_token_cost": 3e-07},
       "openai/whisper": {"litellm_provider": "openai", "input_cost_per_second": 0.0001}}
      """)
    let sheets = result.catalog.models.map { $0.prices[0] }
    #expect(sheets.map(\.minimumAudio.microseconds) == [10_000_000, 0, 0, 0])
    #expect(price(sheets[1].rate(.cacheReadTokens), .cacheReadTokens) == "1")
    let priority = BillingVariant(serviceTier: "priority")
    #expect(price(sheets[1].rate(.cacheReadTokens, on: priority), .cacheReadTokens) == "2")
    #expect(price(sheets[2].rate(.cacheReadTokens), .cacheReadTokens) == "0.30")
    let again = try CatalogTextTests.reread(CatalogText.text(result.catalog))
    #expect(again.models == result.catalog.models)
  }

  /// Thresholds are numbers (200k before 1000k), tiers and variants combine.
  @Test func tiersAndVariants() throws {
    let (sheet, result) = try sheet(
      """
      "input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06,
      "input_cost_per_token_above_1000k_tokens": 3e-06,
      "input_cost_per_token_above_200k_tokens": 2e-06,
      "output_cost_per_token_above_200k_tokens": 8e-06,
      "input_cost_per_token_batches": 5e-07, "input_cost_per_token_priority": 2e-06,
      "input_cost_per_token_above_200k_tokens_priority": 4e-06,
      "output_cost_per_token_flex": 2e-06, "input_cost_per_token_cache_hit": 1e-07,
      "input_cost_per_token_sometimes": 1
      """)
    #expect(sheet.contextTiers.map(\.threshold) == [200_000, 1_000_000])
    #expect(sheet.contextTiers.map(\.inclusive) == [false, false])
    #expect(sheet.contextTiers.map { price($0.rates[.inputTokens], .inputTokens) } == ["2", "3"])
    // What a lower tier changed, a higher one repeats.
    #expect(sheet.contextTiers.map { price($0.rates[.outputTokens], .outputTokens) } == ["8", "8"])
    #expect(price(sheet.rates[.cacheReadTokens], .cacheReadTokens) == "0.10")
    // Batch has no prices for long calls: they rise as the ordinary ones do, and it is said.
    let batch = try #require(sheet.batch)
    #expect(price(batch.rates[.inputTokens], .inputTokens) == "0.50" && batch.contextTiers.isEmpty)
    for (input, expected) in [(200_000, "0.50"), (200_001, "1"), (1_000_001, "1.50")]
      as [(Int64, String)]
    {
      let rate = sheet.rate(.inputTokens, input: input, on: BillingVariant(batch: true))
      #expect(price(rate, .inputTokens) == expected)
    }
    let priority = try #require(sheet.serviceTiers["priority"])
    #expect(priority.contextTiers.map { price($0.rates[.inputTokens], .inputTokens) } == ["4"])
    #expect(
      result.remarks.keys.sorted() == [
        "above a context tier: no price of its own for cache_read, in the ratio of input",
        "batch: no price of its own for cache_read, in the ratio of input",
        "batch: no price of its own for input above a context tier, in its ratio",
        "service tier flex: no price of its own for output above a context tier, in its ratio",
        "service tier priority: no price of its own for cache_read, in the ratio of input",
      ])
    // Nothing in the list says what the other side of a one-sided variant costs.
    #expect(
      result.unknownVariants == [
        "m: batch: output", "m: service tier flex: input", "m: service tier priority: output",
      ])
    #expect(result.unknownPrices == ["input_cost_per_token_sometimes": 1])
  }

  @Test func xAITiersIncludeTheirThreshold() throws {
    let fields =
      #""input_cost_per_token": 1e-06, "input_cost_per_token_above_128k_tokens": 2e-06"#
    #expect(try sheet(fields, provider: "xai").0.contextTiers.map(\.inclusive) == [true])
    let (theirs, _) = try sheet(fields, provider: "xai")
    let (others, _) = try sheet(fields)
    for (input, xai, other) in [(127_999, 1, 1), (128_000, 2, 1), (128_001, 2, 2)]
      as [(Int64, Int64, Int64)]
    {
      for (sheet, each) in [(theirs, xai), (others, other)] {
        var model = Model(name: "m", provider: "p")
        model.prices = [sheet]
        var usage = Usage()
        usage.inputTokens = input
        let cost = try Pricer(model).cost(of: usage, at: .distantPast).total.picodollars
        #expect(cost == input * each * 1_000_000, "\(input)")
      }
    }
  }

  @Test func nestedTiersReplaceTheWholeCallsPrices() throws {
    let (sheet, result) = try sheet(
      """
      "tiered_pricing": [
        {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
        {"range": [256000.0, 1000000.0], "input_cost_per_token": 2.5e-07,
         "output_cost_per_token": 2e-06, "strange_cost": 1}]
      """)
    #expect(price(sheet.rates[.inputTokens], .inputTokens) == "0.05")
    #expect(sheet.contextTiers.map(\.threshold) == [256_000])
    #expect(price(sheet.contextTiers[0].rates[.outputTokens], .outputTokens) == "2")
    #expect(result.unknownPrices == ["tiered_pricing/strange_cost": 1])
  }

  @Test func offPeakWindows() throws {
    let (sheet, _) = try sheet(
      """
      "input_cost_per_token": 3e-07, "off_peak_pricing": {"input_cost_per_token": 1.5e-07,
        "windows": [{"hours_utc": ["04:00-06:00", "10:00-00:00"], "weekdays": [1, 2]},
                    {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}
      """)
    #expect(sheet.timesOfDay.map(\.weekdays) == [[0, 1], [0, 1], [5, 6]])
    #expect(sheet.timesOfDay.map { $0.from.microseconds / 3_600_000_000 } == [4, 10, 0])
    #expect(sheet.timesOfDay.map { $0.to.microseconds / 3_600_000_000 } == [6, 24, 24])
    #expect(price(sheet.timesOfDay[0].change.rates[.inputTokens], .inputTokens) == "0.15")
  }

  @Test func multipliersAndCommitments() throws {
    let (sheet, result) = try sheet(
      """
      "regional_processing_uplift_multiplier_eu": 1.1, "regional_endpoint_uplift_multiplier": 1.2,
      "provider_specific_entry": {"us": 1.1, "fast": 2.0}, "cost_per_second": 0.011,
      "input_cost_per_second": 0.011
      """)
    #expect(sheet.regions.keys.sorted() == ["*", "eu", "global", "us"])
    #expect(sheet.region(named: "us-east5")?.factor == Factor(12, 10))
    #expect(sheet.region(named: "global")?.factor == .one)
    #expect(sheet.regions["eu"]?.factor == Factor(11, 10))
    #expect(sheet.serviceTiers["fast"]?.factor == Factor(2))
    #expect(sheet.provisioned?.price(for: .hour)?.picodollars == 39_600_000_000_000)
    #expect(sheet.rates == Rates() && result.unknownPrices.isEmpty)
  }

  /// JSON floats with debris are decimal text: exact per million tokens, or rounded and named.
  @Test func debrisIsRoundedAndNamed() throws {
    let (fine, first) = try sheet(#""input_cost_per_token": 0.0000000000005"#)
    #expect(price(fine.rates[.inputTokens], .inputTokens) == "0.0000005")
    #expect(first.rounded.isEmpty)
    let (debris, second) = try sheet(#""input_cost_per_token": 0.000015000020000000002"#)
    #expect(price(debris.rates[.inputTokens], .inputTokens) == "15.00002")
    #expect(second.rounded == ["m: input_cost_per_token"])
    let (half, _) = try sheet(#""input_cost_per_token": 0.0000000000000000005"#)
    #expect(half.rates[.inputTokens]?.picodollars == 0)
  }

  @Test func impossibleAmountsAreRefusedAndNamed() throws {
    let (sheet, result) = try sheet(
      """
      "input_cost_per_token": -1e-06, "output_cost_per_token": "much",
      "cache_read_input_token_cost": 32.0, "ocr_cost_per_page": 1e30, "cost_per_second": 5.0
      """)
    #expect(sheet.rates == Rates() && sheet.provisioned == nil)
    #expect(result.refused.count == 5 && result.unpriced == ["m"])
  }

  /// Every entry and every field is in the account.
  @Test func nothingIsDroppedInSilence() throws {
    let list = """
      {"sample_spec": {"litellm_provider": "x"}, "nobody": {"mode": "chat"},
       "a/one": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 0.0,
         "output_cost_per_token": 0.0, "rpm": 5, "input_cost_per_pixel": 1e-9},
       "a/two": {"litellm_provider": "a", "mode": "chat", "input_cost_per_pixel": 1e-9,
         "max_input_tokens": 8192, "max_output_tokens": 4096, "deprecation_date": "2026-02-03"},
       "b/three": {"litellm_provider": "b", "mode": "embedding", "input_cost_per_token": 1e-08}}
      """
    let all = try Self.read(list)
    #expect(all.entries == 5 && all.imported == 3 && all.filtered == 0)
    #expect(all.skipped.map(\.entry) == ["sample_spec", "nobody"])
    #expect(all.unpriced == ["a/two"])
    #expect(all.unknownPrices == ["input_cost_per_pixel": 2] && all.unused == ["rpm": 1])
    // Stated as $0, and so imported as $0: lint asks whether it is.
    #expect(all.catalog.models[0].prices[0].rates[.inputTokens]?.picodollars == 0)
    let two = all.catalog.models[1]
    #expect((two.contextWindow, two.maxOutputTokens) == (8_192, 4_096))
    #expect(two.deprecated == CivilDate(year: 2026, month: 2, day: 3))
    let some = try Self.read(list, filter: CatalogFilter(words: ["EMBED"], providers: ["B"]))
    #expect(some.imported == 1 && some.filtered == 2 && some.entries == 5)
    #expect(some.catalog.models[0].prices[0].source == "litellm (list.json)")
    let text = ImportAccount.text(all)
    #expect(text.hasPrefix("3 models imported of 5 entries in litellm (list.json).\n"))
    #expect(text.contains("  2 × input_cost_per_pixel\n") && text.contains("nobody (it names no"))
  }

  /// YAML reads no key of more than 1,024 characters.
  @Test func namesThatAreNoKeys() throws {
    let entry = #"{"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1e-06}"#
    let name = String(repeating: "n", count: 1_022)
    let result = try Self.read("{\"\(name)\": \(entry), \"\(name)nnn\": \(entry)}")
    #expect(result.catalog.models.map(\.name) == [name])
    #expect(result.skipped.map(\.reason) == ["its name is too long for a YAML key"])
    _ = try CatalogTextTests.reread(CatalogText.text(result.catalog))
  }

  /// A catalog with such numbers could not be read: the fields count as not understood.
  @Test(arguments: [
    (#""max_input_tokens": 1000000001"#, [], ["max_input_tokens"]),
    (
      #""input_cost_per_token_above_9223372036854775807k_tokens": 1e-06"#,
      ["input_cost_per_token_above_9223372036854775807k_tokens"], []
    ),
    (
      #""input_cost_per_token_above_99999999999999999999k_tokens": 1e-06"#,
      ["input_cost_per_token_above_99999999999999999999k_tokens"], []
    ),
    (
      #""tiered_pricing": [{"range": [1000000001, 2], "input_cost_per_token": 1e-06}]"#,
      ["tiered_pricing without a range of tokens"], []
    ),
    (
      #""off_peak_pricing": {"windows": [{"weekdays": [-9223372036854775808], "hours_utc": "1:00-2:00"}]}"#,
      ["off_peak_pricing/windows"], []
    ),
    (
      #""off_peak_pricing": {"windows": [{"weekdays": ["x"], "hours_utc": "1:00-2:00"}]}"#,
      ["off_peak_pricing/windows"], []
    ),
  ])
  func numbersBeyondACatalogs(fields: String, prices: [String], unused: [String]) throws {
    let (sheet, result) = try sheet(fields + #", "input_cost_per_token": 2e-06"#)
    #expect(price(sheet.rates[.inputTokens], .inputTokens) == "2")
    #expect(sheet.contextTiers.isEmpty && sheet.timesOfDay.isEmpty)
    #expect(result.unknownPrices.keys.sorted() == prices && result.unused.keys.sorted() == unused)
    _ = try CatalogTextTests.reread(CatalogText.text(result.catalog))
  }

  /// A catalog with such a date could not be read: the field counts as not understood.
  @Test func datesOfOtherCenturies() throws {
    let (_, result) = try sheet(#""deprecation_date": "9114-01-31", "input_cost_per_token": 1e-06"#)
    #expect(result.catalog.models[0].deprecated == nil)
    #expect(result.unused == ["deprecation_date": 1])
  }

  @Test func importingAndReadingBackIsTheIdentity() throws {
    let result = try Self.read(
      """
      {"p/long": {"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1.23e-13,
         "input_cost_per_token_above_200k_tokens": 2e-06, "input_cost_per_token_flex": 7e-07,
         "regional_endpoint_uplift_multiplier": 1.1, "source": "https://x.example/a?b='c'"},
       "bedrock/*/x: y": {"litellm_provider": "p", "cost_per_second": 0.0019},
       "\\ufeff\\ufeffm": {"litellm_provider": "\\ufeffp", "mode": "chat"},
       "1-2": {"litellm_provider": "null", "mode": "chat"}}
      """)
    let written = CatalogText.text(result.catalog)
    let again = try CatalogTextTests.reread(written)
    #expect(again.models == result.catalog.models)
    #expect(CatalogText.text(again) == written)
  }

  @Test(arguments: [
    ("", "list.json:1: error: expected a value, not the end"),
    ("{\"a\": {\n\"b\" 1}}", "list.json:2: error: expected ':', not '1'"),
    ("{\"a\": {}}x", "list.json:1: error: expected nothing more, not 'x'"),
    ("[]", "list.json: error: no prices in it, expected a list of litellm"),
  ])
  func badFilesAreTold(json: String, message: String) {
    #expect { try Self.read(json) } throws: { "\($0)".hasSuffix(message) }
  }
}
