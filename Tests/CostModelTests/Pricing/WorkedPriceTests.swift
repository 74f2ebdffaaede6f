import CostModel
import Testing

/// The worked prices of the documents, and what the tool says where they contradict themselves
/// (docs/findings.md).
struct WorkedPriceTests {
  typealias Models = DocumentModels

  @Test func aTokenOfV3IsAWholeNumberOfPicodollars() throws {
    let cost = try Pricer(Models.v3).cost(of: tokens(in: 1), at: .epoch)
    #expect(cost == Cost(input: Money(picodollars: 1_140_000), output: .zero, other: .zero))
  }

  @Test func anAnalysisByR1IsNot20Cents() throws {
    // complete-guide.md:1494 says $0.20 an analysis, 2229-2230 says 50K of them for $10.
    #expect(try dollars(Models.r1, tokens(in: 1500, out: 800)) == "0.006345")
    #expect(try dollars(Models.r1, tokens(in: 1500, out: 800), calls: 50_000) == "317.25")
  }

  @Test func aVideoByPhi4() throws {
    // complete-guide.md:346
    #expect(try dollars(Models.phi4, tokens(in: 1900, out: 100)) == "0.0008")
    #expect(try dollars(Models.phi4, tokens(in: 1900, out: 100), calls: 3_000) == "2.40")
  }

  @Test func halfAMinuteOfSpeech() throws {
    // complete-guide.md:1246 says $0.0015, line 506 says $0.003.
    #expect(try dollars(Models.speechBatch, audio(seconds(30))) == "0.0015")
  }

  @Test func aMonthOfSpeech() throws {
    // complete-guide.md:2193-2197; the model table lists $5 (line 2096).
    #expect(try dollars(Models.speechRealTime, audio(seconds(25 * 3600))) == "62.50")
    #expect(try dollars(Models.speechBatch, audio(seconds(25 * 3600))) == "4.50")
    #expect(try dollars(Models.speechBatch, audio(seconds(30)), calls: 3_000) == "4.50")
  }

  @Test func shorterAnswers() throws {
    // complete-guide.md:2204-2208
    #expect(try dollars(Models.v3, tokens(out: 500), calls: 300_000) == "684.00")
    #expect(try dollars(Models.v3, tokens(out: 200), calls: 300_000) == "273.60")
  }

  @Test func twoTierEstimateIsNotThePublishedOne() throws {
    // routing-strategy.md:81-91 says $180 + $250 and savings of $2,070.
    let call = tokens(in: 500, out: 200)
    #expect(try dollars(Models.mini, call, calls: 90_000) == "17.55")
    #expect(try dollars(Models.full, call, calls: 10_000) == "32.50")
    #expect(try dollars(Models.full, call, calls: 100_000) == "325.00")
    // Exactly 3,333 requests a day of a 30-day month.
    #expect(try dollars(Models.full, call, calls: 3_333 * 30) == "324.9675")
  }

  @Test func twoTierPricesAThousandRequests() throws {
    // routing-strategy.md:18 says $2-3 and line 29 says $25-100.
    let call = tokens(in: 500, out: 200)
    #expect(try dollars(Models.mini, call, calls: 1_000) == "0.195")
    #expect(try dollars(Models.full, call, calls: 1_000) == "3.25")
  }

  @Test func aCallOfTheMarketplaceModels() throws {
    // complete-guide.md:2094-2095: $5 for 20,000 and for 15,000 calls.
    let llama = model { $0.rates[.calls] = Rate(picodollars: 250_000_000_000, per: 1000) }
    let mistral = model { $0.rates[.calls] = Rate(picodollars: 5_000_000_000_000, per: 15_000) }
    #expect(try dollars(llama, tokens(in: 900, out: 400), calls: 20_000) == "5.00")
    // A third of a picodollar is cut off each of 15,000 calls.
    #expect(try dollars(mistral, tokens(in: 900, out: 400), calls: 15_000) == "4.999999995")
  }
}
