import CostModel
import Testing

@testable import Catalogs
@testable import Scenarios

/// What genai-prices becomes, from Python and from JSON.
@Suite struct GenAIPricesImportTests {
  private static let python = """
    import datetime
    from decimal import Decimal

    providers: list[Provider] = [
        Provider(
            id='p',
            name='The P\\'s',  # a comment
            api_pattern='https://p\\\\.example',
            models=[
                ModelInfo(
                    id='dated',
                    match=ClauseOr(or_=[ClauseEquals(equals='dated'), ClauseEquals(equals='alias'),
                        ClauseStartsWith(starts_with='da')]),
                    context_window=128000,
                    prices=[
                        ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('4'))),
                        ConditionalPrice(
                            constraint=StartDateConstraint(start_date=datetime.date(2025, 3, 1)),
                            prices=ModelPrice(input_mtok=Decimal('3')),
                        ),
                        ConditionalPrice(
                            constraint=TimeOfDateConstraint(
                                start_time=datetime.time(16, 30, tzinfo=datetime.UTC),
                                end_time=datetime.time(0, 30, tzinfo=datetime.UTC),
                            ),
                            prices=ModelPrice(input_mtok=Decimal('1')),
                        ),
                    ],
                    price_variants=[
                        PriceVariant(when={'service_tier': 'default'}, prices=ModelPrice()),
                        PriceVariant(
                            when={'processing': 'batch'},
                            prices=ModelPrice(input_mtok=Decimal('2')),
                            constraint=StartDateConstraint(start_date=datetime.date(2025, 6, 1)),
                        ),
                        PriceVariant(when={'search_type': 'fast'}, prices=ModelPrice()),
                    ],
                ),
                ModelInfo(
                    id='tiered',
                    match=ClauseEquals(equals='tiered'),
                    description='one ' 'and two',
                    prices=ModelPrice(
                        input_mtok=TieredPrices(
                            base=Decimal('1'),
                            tiers=[Tier(start=200000, price=Decimal('2')), Tier(start=9000, price=Decimal('1.5'))],
                        ),
                        output_mtok=TieredPrices(base=Decimal('5'), tiers=[Tier(start=9000, price=Decimal('6'))]),
                        input_audio_hours=Decimal('0.36'),
                        requests_kcount=Decimal('7'),
                        output_citation_mtok=Decimal('2'),
                    ),
                ),
                ModelInfo(id='free', match=ClauseEquals(equals='free'), prices=ModelPrice()),
            ],
        ),
    ]
    """

  private static let json = """
    [{"id": "p", "name": "The P's", "models": [
      {"id": "dated", "context_window": 128000,
       "match": {"or": [{"equals": "dated"}, {"equals": "alias"}, {"starts_with": "da"}]},
       "prices": [{"prices": {"input_mtok": 4}},
         {"constraint": {"start_date": "2025-03-01"}, "prices": {"input_mtok": 3}},
         {"constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"},
          "prices": {"input_mtok": 1}}],
       "price_variants": [{"when": {"service_tier": "default"}, "prices": {}},
         {"when": {"processing": "batch"}, "prices": {"input_mtok": 2.0},
          "constraint": {"start_date": "2025-06-01"}},
         {"when": {"search_type": "fast"}, "prices": {}}]},
      {"id": "tiered", "match": {"equals": "tiered"}, "description": "one and two", "prices": {
         "input_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2},
           {"start": 9000, "price": 1.5}]},
         "output_mtok": {"base": 5, "tiers": [{"start": 9000, "price": 6}]},
         "input_audio_hours": 0.36, "requests_kcount": 7, "output_citation_mtok": 2}},
      {"id": "free", "match": {"equals": "free"}, "prices": {}}]}]
    """

  private func read(_ text: String, name: String) throws -> CatalogImport {
    let folder = try ScenarioFolder([name: text])
    return try PriceListSource(kind: .genAIPrices, path: folder.path(name))
      .read(filter: CatalogFilter(), checked: nil)
  }

  /// Dollars per million of an input token at a time of UTC.
  private func price(
    _ catalog: Catalog, _ variant: BillingVariant, on day: CivilDate, minute: Int64
  ) throws -> Int64 {
    let id = try #require(catalog.id(named: "dated"))
    var usage = Usage()
    usage.inputTokens = 1
    let time = (Int64(day.daysSinceEpoch) * 1_440 + minute) * 60_000_000
    return try Pricer(catalog[id], variant: variant)
      .cost(of: usage, at: SimTime(microseconds: time)).total.picodollars / 1_000_000
  }

  @Test func bothFormsAreTheSame() throws {
    let (python, json) = (
      try read(Self.python, name: "data.py"), try read(Self.json, name: "data.json")
    )
    #expect(
      CatalogText.text(python.catalog).replacing("data.py", with: "data.json")
        == CatalogText.text(json.catalog))
    #expect(python.imported == 3 && python.unpriced == ["p/free"])
    #expect(python.unknownPrices == ["output_citation_mtok": 1, "price_variants/search_type": 1])
    #expect(python.unused == ["description": 1])
    let catalog = python.catalog
    #expect(catalog.id(named: "p/dazzling") == catalog.id(named: "p/dated"))
    #expect(json.unknownPrices == python.unknownPrices && json.unused == python.unused)
  }

  /// The last active condition wins; the boundaries belong to what begins.
  @Test func conditionsAndVariants() throws {
    let catalog = try read(Self.python, name: "data.py").catalog
    let (winter, spring) = (
      CivilDate(year: 2025, month: 2, day: 28), CivilDate(year: 2025, month: 3, day: 1)
    )
    let summer = CivilDate(year: 2025, month: 6, day: 1)
    let eve = CivilDate(year: 2025, month: 5, day: 31)
    let batch = BillingVariant(batch: true)
    for (day, minute, variant, expected) in [
      (winter, 30, BillingVariant(), 4), (winter, 989, BillingVariant(), 4),
      (winter, 990, BillingVariant(), 1), (spring, 0, BillingVariant(), 1),
      (spring, 29, BillingVariant(), 1), (spring, 30, BillingVariant(), 3),
      (spring, 31, BillingVariant(), 3), (eve, 720, batch, 3), (summer, 720, batch, 2),
    ] as [(CivilDate, Int64, BillingVariant, Int64)] {
      #expect(
        try price(catalog, variant, on: day, minute: minute) == expected, "\(day) \(minute)")
    }
    #expect(catalog.id(named: "alias") == catalog.id(named: "p/dated"))
    #expect(catalog.models[0].contextWindow == 128_000)
  }

  /// xAI's tiers include 200,000 tokens and are stored as 199,999: for every provider a tier holds for
  /// more than its start. A price without tiers is the same for every size.
  @Test(arguments: ["x-ai", "openai"]) func aTierBeginsBehindItsStart(provider: String) throws {
    let catalog = try read(
      """
      [{"id": "\(provider)", "models": [{"id": "m", "deprecated": true, "prices": {
         "input_mtok": {"base": 1, "tiers": [{"start": 199999, "price": 2}]},
         "cache_read_mtok": 0.5}}]}]
      """, name: "data.json"
    ).catalog
    #expect(catalog.models[0].isRetiring)
    let sheet = catalog.models[0].prices[0]
    for (input, expected) in [(199_998, 1), (199_999, 1), (200_000, 2), (200_001, 2)]
      as [(Int64, Int64)]
    {
      #expect(sheet.rate(.inputTokens, input: input)?.picodollars == expected * 1_000_000)
      #expect(sheet.rate(.cacheReadTokens, input: input)?.picodollars == 500_000)
    }
  }

  @Test func groqBillsTenSeconds() throws {
    let catalog = try read(
      """
      [{"id": "groq", "models": [{"id": "whisper-large-v3", "prices": {"audio_hours": 0.111}}]}]
      """, name: "data.json"
    ).catalog
    #expect(catalog.models[0].prices[0].minimumAudio == SimDuration(microseconds: 10_000_000))
  }

  @Test func tiersAscendAndCarryOn() throws {
    let catalog = try read(Self.json, name: "data.json").catalog
    let sheet = catalog.models[1].prices[0]
    #expect(sheet.contextTiers.map(\.threshold) == [9_000, 200_000])
    let input = sheet.contextTiers.map { $0.rates[.inputTokens]?.picodollars }
    #expect(input == [1_500_000, 2_000_000])
    #expect(
      sheet.contextTiers.map { $0.rates[.outputTokens]?.picodollars } == [6_000_000, 6_000_000])
    #expect(sheet.rates[.audioSeconds] == Rate(picodollars: 100, per: 1))
    #expect(sheet.rates[.calls] == Rate(picodollars: 7_000_000_000, per: 1))
  }

  /// A catalog with such numbers could not be read.
  @Test func numbersBeyondACatalogs() throws {
    let result = try read(
      """
      [{"id": "p", "models": [{"id": "m", "context_window": 1000000001, "prices":
        {"input_mtok": {"base": 1, "tiers": [{"start": 1000000001, "price": 2}]}}}]}]
      """, name: "data.json")
    #expect(result.catalog.models[0].contextWindow == nil)
    #expect(result.catalog.models[0].prices[0].contextTiers.isEmpty)
    #expect(result.unknownPrices == ["input_mtok/tiers": 1])
    #expect(result.unused == ["context_window": 1])
  }

  @Test func importingAndReadingBackIsTheIdentity() throws {
    let catalog = try read(Self.python, name: "data.py").catalog
    let written = CatalogText.text(catalog)
    let again = try CatalogTextTests.reread(written)
    #expect(again.models == catalog.models && CatalogText.text(again) == written)
  }
}
