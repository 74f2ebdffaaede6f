import CostModel
import Testing

@testable import Analysis
@testable import Scenarios
@testable import Simulator

/// Meters of calls beside text tokens: voice, retrieval and documents, each against a bill by hand.
@Suite struct MeterTests {
  /// 10 users with 100 calls each, all of them made.
  private static func folder(
    price: String, call: String, more: String = "", behaviour: String = "{}"
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2026-01-01, days: 30}
      plans: [10]
      catalog:
        models:
          m: {provider: p, latency: 1s, \(price)}
          rerank: {provider: p, latency: 1s, searches: $2 per 1K searches, search_documents: 100}
          web-search: {provider: p, latency: 1s, searches: $10 per 1K searches}
      models: {m: \(behaviour)}
      policy: {rules: [{name: all, model: m}]}
      traffic: {arrivals: exact}
      workloads:
        w: {volume: 100, \(call)}
      \(more)
      """
    ])
  }

  private static func bills(
    price: String, call: String, behaviour: String = "{}"
  ) throws -> (result: PlanResult, expected: Double) {
    let scenario = try folder(price: price, call: call, behaviour: behaviour).read()
    let plan = scenario.plans[0]
    return (
      try Simulation(scenario).result(of: plan, run: 1),
      PlanExpectation(scenario: scenario, plan: plan).cost
    )
  }

  /// Dollars of 1,000 calls of fixed sizes: simulated to the picodollar, and by the closed form.
  @Test(arguments: [
    // 20 s of speech at $0.006 a minute: by the second, in steps of 15 s, by minutes begun.
    ("audio: $0.006 per minute", "audio: 20s", 2.0),
    ("audio: $0.006 per minute, audio_step: 15s", "audio: 20s", 3.0),
    ("audio: $0.006 per minute, audio_step: 1min", "audio: 20s", 6.0),
    // The minimum first: 40 s are three steps of 15 s.
    ("audio: $0.006 per minute, audio_step: 15s, minimum_audio: 40s", "audio: 20s", 4.5),
    ("audio: $0.006 per minute, audio_step: 20s", "audio: 20s", 2.0),
    // 140 documents are two searches of 100 each, 100 are one; or they have a price of their own.
    ("searches: $2 per 1K searches, search_documents: 100", "documents: 140", 4.0),
    ("searches: $2 per 1K searches, search_documents: 100", "documents: 100", 2.0),
    ("searches: $2 per 1K searches, search_documents: 100", "documents: 101, searches: 1", 6.0),
    ("documents: $1 per 1K documents", "documents: 140", 140.0),
    ("characters: $15 per 1M characters", "characters: 1200", 18.0),
    ("pages: $1.50 per 1K pages", "pages: 8", 12.0),
    ("images: $40 per 1K images", "images: 2", 80.0),
    ("video: $0.10 per second", "video: 8500ms", 850.0),
    ("video: $0.10 per second, video_step: 1s", "video: 8500ms", 900.0),
    // 400 text and 600 audio tokens in, 50 and 150 out.
    (
      "input: $4 per 1M tokens, audio_input: $40 per 1M tokens, output: $16 per 1M tokens, "
        + "audio_output: $80 per 1M tokens",
      "input: 1000, input_audio: 600, output: 200, output_audio: 150", 38.4
    ),
    // Totals that are not stated are their parts.
    (
      "input: $4 per 1M tokens, audio_input: $40 per 1M tokens, image_input: $5 per 1M tokens",
      "input_audio: 600, input_image: 765", 27.825
    ),
    // Without a price of their own they are billed as text.
    ("input: $4 per 1M tokens", "input: 1000, input_audio: 600", 4.0),
    // Images of frames come on top of the input, and are no audio.
    (
      "input: $4 per 1M tokens, audio_input: $40 per 1M tokens, image_input: $5 per 1M tokens",
      "input: 1000, input_audio: 900, frames: 2, tokens_per_frame: 100", 37.4
    ),
  ])
  func fixedSizes(price: String, call: String, dollars: Double) throws {
    let bill = try Self.bills(price: price, call: call)
    #expect(bill.result.calls == 1_000 && bill.result.failedCalls == 0)
    #expect(bill.result.cost == MoneySum(picodollars: Int128((dollars * 1e12).rounded())))
    #expect((bill.expected / dollars - 1).magnitude < 1e-12)
  }

  /// Drawn sizes: the mean by hand, the closed form to rounding, the simulation within 5 standard
  /// errors of its mean (a false alarm in 1.7 million runs each; seeds are fixed).
  @Test(arguments: drawn)
  func drawnSizes(_ it: Drawn) throws {
    let bill = try Self.bills(price: it.price, call: it.call)
    #expect((bill.expected / it.dollars - 1).magnitude < 1e-6)
    let error = it.deviation * 1_000.0.squareRoot()
    #expect((bill.result.cost.dollars - it.dollars).magnitude < 5 * error)
  }

  struct Drawn: Sendable {
    var price: String
    var call: String
    /// Of 1,000 calls in the mean, and the standard deviation of one.
    var dollars: Double
    var deviation: Double
  }

  private static let drawn = [
    // 1 to 8 pages, all as likely: 4.5 at $0.0015; variance (64 − 1)/12.
    Drawn(
      price: "pages: $1.50 per 1K pages", call: "pages: 1..8", dollars: 6.75,
      deviation: 0.0015 * 2.2913),
    // 50 to 450 documents: 51 of 401 values are one search, 100 each two, three and four, 50 five:
    // 1,201 in all.
    Drawn(
      price: "searches: $2 per 1K searches, search_documents: 100", call: "documents: 50..450",
      dollars: 2.0 * 1_201.0 / 401.0, deviation: 0.002 * 1.158),
    // The input is the audio where nothing else is said: one draw, at one price.
    Drawn(
      price: "input: $4 per 1M tokens, audio_input: $40 per 1M tokens",
      call: "input_audio: 500..700", dollars: 24.0, deviation: 40e-6 * 58.02),
    // Uniform from 0 to 30 s in steps of 15 s: one or two, half of the times each.
    Drawn(
      price: "audio: $0.006 per minute, audio_step: 15s", call: "audio: {histogram: {0s..30s: 1}}",
      dollars: 2.25, deviation: 0.0015 * 0.5),
  ]

  /// Cost of a call whose characters are lognormal, closed against simulated months: the variance too.
  @Test func spreadOfDrawnMeters() throws {
    let scenario = try Self.folder(
      price: "characters: $15 per 1M characters", call: "characters: {mean: 1200, cv: 1}"
    ).read()
    let expected = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    // 1,000 calls whose number is stated: 1,000 · (1,200 · 15e-6)².
    let variance = 1_000 * 0.018 * 0.018
    #expect((expected.variance / variance - 1).magnitude < 1e-3)
  }

  /// What is billed at other models comes with answers alone: 20 % of the attempts fail, none is
  /// retried, and failures are not billed.
  @Test func usesOfOtherModels() throws {
    let call = "input: 1000, uses: {rerank: {documents: 140}, web-search: {searches: 1}}"
    let price = "input: $1 per 1M tokens"
    let sure = try Self.bills(price: price, call: call)
    // $0.001 of its own, two searches at $0.002 and one at $0.01.
    #expect(sure.result.cost == MoneySum(picodollars: 15_000_000_000_000))
    #expect((sure.expected / 15 - 1).magnitude < 1e-12)
    let byModel = Dictionary(
      uniqueKeysWithValues: sure.result.costs.map { ($0.model, $0.otherCost.dollars) })
    #expect(byModel == ["m": 0, "rerank": 4, "web-search": 10])
    #expect(
      sure.result.meters.map { "\($0.model) \($0.dimension.meterKey) \($0.quantity)" } == [
        "rerank documents 140000", "web-search searches 1000",
      ])
    let risky = try Self.bills(price: price, call: call, behaviour: "{failure_rate: 20%}")
    let answered = 1_000 - risky.result.failedCalls
    #expect(risky.result.failedCalls > 0)
    let web = risky.result.costs.first { $0.model == "web-search" }
    #expect(web?.otherCost == MoneySum(picodollars: Int128(answered) * 10_000_000_000))
  }

  @Test func whatHasNoPriceIsAnError() throws {
    let price = "input: $1 per 1M tokens"
    for (call, what) in [
      ("input: 1, searches: 2", "'m', which has no price for 'searches'"),
      ("input: 1, documents: 2", "'m', which has no price for 'documents'"),
      ("input: 1, video: 2s", "'m', which has no price for 'video'"),
      ("input: 1, uses: {rerank: {pages: 1}}", "'rerank', which has no price for 'pages'"),
      ("input: 1, uses: {rerunk: {documents: 1}}", "unknown model 'rerunk'"),
      ("input: 500, input_audio: 600", "cannot be part of 'input', which is at most 500"),
      ("input: 1, output_audio: 600, output: 10..500", "which is at most 500"),
      ("input_audio: 1..5, input_image: 3", "state 'input', of which these tokens are a part"),
    ] {
      let errors = try Self.folder(price: price, call: call).errors()
      #expect(errors.contains(what) && errors.contains("s.yaml:"), "\(call): \(errors)")
    }
  }

  /// A part that may be drawn larger than its total is cut to it, and the closed form says that it
  /// does not know: half of the inputs are 400, for parts of 600.
  @Test func partsAreCutToTheirTotal() throws {
    let call = "input: {histogram: {400: 1, 1000: 1}}, input_audio: 600"
    let price = "input: $4 per 1M tokens, audio_input: $40 per 1M tokens"
    let scenario = try Self.folder(price: price, call: call).read()
    let plan = scenario.plans[0]
    let result = try Simulation(scenario).result(of: plan, run: 1)
    // 400 or 600 audio tokens at $40, and 400 of text with the larger input.
    let (small, large) = (0.016, 0.024 + 0.0016)
    let share = (result.cost.dollars / 1_000 - small) / (large - small)
    // Half of 1,000, within 5 deviations of 0.0158.
    #expect((share - 0.5).magnitude < 0.079)
    let told = PlanExpectation(scenario: scenario, plan: plan).approximations
    #expect(told.contains { $0.part == "w input_audio" })
  }
}
