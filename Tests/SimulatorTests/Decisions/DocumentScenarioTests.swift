import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Scenarios
@testable import Simulator

/// The shipped scenarios of the company's documents, against figures worked out by hand from these.
@Suite struct DocumentScenarioTests {
  private func tree(
    _ name: String, users: Int
  ) throws -> (tree: ScenarioTree, scenario: Scenario) {
    try ScenarioReader.tree(
      path: ShippedScenarioTests.folder + "/" + name + ".yaml", overrides: ["plans=[\(users)]"])
  }

  private func expected(_ scenario: Scenario) -> Double {
    ExpectedCost(scenario: scenario, plan: scenario.plans[0]).total
  }

  /// Llama is the provider azure's (complete-guide.md:532, 1283). With azure down for a day of 30, all
  /// but Mistral's 15,000 calls fail that are made then, and no R1 call of content trends is made,
  /// since its first stage fails: (491,000 − 15,000 − 3,000) ÷ 30 = 15,766.7. Arrivals are exact: in a
  /// day each of the 50 users makes at most one call more or less than that of each of 9 kinds, 450 in
  /// all; without Llama's 667 it would be 15,100.
  @Test func azureDownTakesLlamaWithIt() throws {
    let (tree, _) = try tree("huntaze-published", users: 50)
    let down = try tree.scenario(
      overrides: ["outages=[{provider: azure, from: 2025-11-01, for: 24h}]"])
    let month = try Simulation(down).result(of: down.plans[0], run: 1)
    #expect((Double(month.failedCalls) - 15_766.7).magnitude <= 450)
  }

  /// The same of the described system, on 1 November, a Saturday: of the weekdays' weights 4 × 5.1 + 5 ×
  /// (1.2 + 1.1) = 31.9 of the month it has 1.2. By hand, a user's calls of a month that meet a model and
  /// find none: 4,200 personal messages × 40 % misses = 1,680; 1,800 quick ones × 15 % = 270; 2,000
  /// classifications × 10 % = 200; 240 structured campaigns × 40 % = 96; 400 of Llama; vision and
  /// transcription of 60 videos, 120; and the first call of 90 butler flows: 2,856. R1's go to gpt-4o, and
  /// Mistral is sold by another provider. 50 users lose 50 × 2,856 × 1.2/31.9 = 5,371.8 in the day, with
  /// a variance of that and 225.7 more, since videos lose two at once: 5.1 deviations are 382 (one
  /// false alarm in three million); 3 of 3,000 transcriptions fail in any month.
  ///
  /// Were Llama another provider's, it would take what falls back to it: only 270 + 200 + 60 + 90 = 620 a
  /// user are lost then, 1,166.1. That is how 980 came to stand in the place of 4,664 when the busiest
  /// day was a Monday, 1/31.9 of the month, and draws were others: 972 and 4,476 by the same reckoning.
  @Test(arguments: [(true, 5_374.8, 382.0), (false, 1_169.1, 175.0)])
  func azureDownOfTheDescribedSystem(isLlamaDown: Bool, lost: Double, reach: Double) throws {
    let (tree, _) = try tree("huntaze-engineering", users: 50)
    let others = [
      "deepseek-v3", "deepseek-r1", "phi4-mini", "phi-4-multimodal", "azure-speech-batch",
    ]
    let whose = isLlamaDown ? ["provider: azure"] : others.map { "model: " + $0 }
    let outages = whose.map { "{\($0), from: 2025-11-01, for: 24h}" }
    let down = try tree.scenario(
      overrides: ["outages=[" + outages.joined(separator: ", ") + "]"])
    let month = try Simulation(down).result(of: down.plans[0], run: 1)
    #expect((Double(month.failedCalls) - lost).magnitude <= reach)
  }

  /// By the classes (complete-guide.md:1305-1320) a month of 50 users saves
  ///
  ///     personal         210,000 × (19 × $1.14 + 20 × $4.56)/M = $23.7006  × 60 % = $14.22036
  ///     quick             90,000 × 25 × $0.40/M                = $0.90     × 85 % =  $0.765
  ///     unattributed      78,000 × 20 × $5.70/M                = $8.892    × 60 % =  $5.3352
  ///     structured        12,000 × (23 × $1.14 + 20 × $4.56)/M = $1.40904  × 60 % =  $0.845424
  ///     creative          15,000 × $5/15,000                   = $5.00     × 40 % =  $2.00
  ///     classification    10,000 × 25 × $0.40/M                = $0.10     × 90 % =  $0.09
  ///
  /// and nothing of R1: $23.255984.
  @Test func theCacheIsJudgedByItsOwnClasses() throws {
    let (tree, scenario) = try tree("huntaze-published", users: 50)
    let lever = try #require(scenario.levers.first { $0.name == "response-cache" })
    let cached = try tree.variant(lever.with, source: "test").get()
    #expect((expected(scenario) - expected(cached) - 23.255984).magnitude < 1e-6)
    #expect(lever.published == Lever.Published(saving: try usd("26400"), share: 0.8, users: 50))
  }

  /// By hand, a month of 50 users without what is in use already. All text on V3 (complete-guide.md:
  /// 2176-2186): 20,000 and 15,000 calls of 500 + 500 tokens at $0.00285 in place of $5 each, $52 + $37.75;
  /// 100,000 of 13 + 12 at $0.00006954 in place of $1, $5.954; 47,000 analyses of 48 + 25 at $0.00016872
  /// in place of $0.0001998, −$1.46076; 3,000 of 50 + 25 at $0.000171 in place of $0.0002025, −$0.0945:
  /// $94.14874. Speech in real time (2189-2197): 25 h × $2.50 in place of $5, $57.50. All on gpt-4o
  /// (routing-strategy.md:76-92): 90,000 × ($0.00325 − $0.000195) = $274.95.
  @Test(arguments: [
    ("huntaze-published", "routing", 94.148_74, "10000"),
    ("huntaze-published", "batch-transcription", 57.50, "58"),
    ("two-tier", "two-tier-routing", 274.95, "2070"),
  ])
  func whatIsInUseSaves(name: String, lever: String, saves: Double, published: String) throws {
    let safe = ["models.gpt-4o.failure_rate=0", "models.gpt-4o-mini.failure_rate=0"]
    let (tree, _) = try tree(name, users: 50)
    let own = name == "two-tier" ? safe : []
    let scenario = try tree.scenario(overrides: own)
    let found = try #require(scenario.levers.first { $0.name == lever })
    let without = try tree.scenario(overrides: own + found.without)
    #expect((expected(without) - expected(scenario) - saves).magnitude < 1e-6)
    #expect(found.published?.saving == (try usd(published)))
  }

  private func usd(_ text: String) throws -> MoneySum {
    MoneySum(picodollars: Int128(try #require(Int64(text))) * 1_000_000_000_000)
  }

  /// "500 to 200 tokens" is said of answers of 500 tokens (complete-guide.md:2203-2208): calibrated
  /// answers are not that long, and of the others those of structured campaigns alone.
  @Test func compactAnswersAreThoseOfFiveHundredTokens() throws {
    for (name, applies) in [("huntaze-published", false), ("huntaze-engineering", true)] {
      let (tree, scenario) = try tree(name, users: 50)
      let lever = try #require(scenario.levers.first { $0.name == "compact-answers" })
      let shorter = try? tree.variant(lever.with, source: "test").get()
      #expect((shorter != nil) == applies)
      #expect(shorter.map { expected($0) < expected(scenario) } ?? !applies)
    }
  }

  /// The documents' alternatives are totals of 50 users; Azure's limits are not theirs.
  @Test func alternativesAreOfFiftyUsersAndHaveNoQuota() throws {
    let (tree, scenario) = try tree("huntaze-engineering", users: 50)
    let totals = scenario.levers.filter { $0.isAlternative && $0.users != nil }
    #expect(totals.map(\.name) == ["all-gpt-4", "all-claude", "all-gpt-3.5", "self-hosted"])
    #expect(totals.allSatisfy { $0.users == 50 })
    for lever in scenario.levers where lever.isAlternative {
      let other = try tree.scenario(overrides: ["compare_catalog=null"] + lever.with)
      for call in ExpectedCost(scenario: other, plan: other.plans[0]).calls {
        guard let model = call.chain.first?.model, call.variant.audio == .fixed(0),
          call.variant.frameTokens == 0
        else { continue }
        #expect(other.behaviours[Int(model.rawValue)].quota == QuotaLimits(), "\(lever.name)")
      }
    }
  }

  /// At 1,000 users 400,000 calls of Llama and 300,000 of Mistral. At the other catalog's prices
  /// ($0.71 and $0.71, $2 and $6 a million) 500 + 500 tokens cost $284 + $1,200; 20 + 20 are a
  /// twenty-fifth of it, $11.36 + $48; 1,000 + 1,000 twice as much. All else stays as it is, $990.18:
  /// $2,474.18, $1,049.54 and $3,958.18. By call they cost the same here.
  @Test func theHeadlineSaysWhatItHangsOn() throws {
    let (tree, scenario) = try tree("huntaze-published", users: 1_000)
    let assumed = try #require(AssumedBills(scenario, of: scenario.plans[0]) { tree })
    #expect(cents(assumed.other) == 247_418)
    #expect(assumed.bills.map { cents($0.other) } == [104_954, 395_818])
    #expect(assumed.bills.allSatisfy { $0.own == assumed.own })
    #expect(assumed.ends(\.own, of: assumed.own) == nil)
    let ends = try #require(assumed.ends(\.other, of: assumed.other ?? 0))
    #expect(ends.least.1 == "20 tokens in and 20 out, the size of a calibrated V3 call")
    #expect(ends.most.1 == "1,000 tokens in and 1,000 out")
  }

  private func cents(_ dollars: Double?) -> Int { Int(((dollars ?? 0) * 100).rounded()) }

  /// 50 users segment all fans 200 times a month: 20,000 tokens in and 900 out cost $0.027 + $0.00486
  /// a run, $6.372 a month. 81,720 tokens, in two calls of 40,860, cost 2 × ($0.055161 + $0.00486),
  /// $24.0084 a month: $17.6364 more. Caps take 0.04 % of the 20,000 and 2 % of the 500 tokens of the
  /// answer, which is within two cents of that.
  @Test func everyMessageOfTheFansIsPriced() throws {
    let (tree, scenario) = try tree("huntaze-engineering", users: 50)
    let place = try #require(scenario.assumptions.firstIndex { $0.text.contains("81,720") })
    let variant = scenario.assumptions[place].variants[0]
    let safe = ["models.default.failure_rate=0"]
    let more =
      expected(try tree.scenario(overrides: safe + variant.with))
      - expected(try tree.scenario(overrides: safe))
    #expect((more - 17.6364).magnitude < 0.02)
  }

  /// "An R1 analysis has 1,500 tokens in and 800 out": so it has, and no other size of the shipped
  /// scenarios is cut to less than it states.
  @Test func sizesAreAsStated() throws {
    let (_, scenario) = try tree("huntaze-engineering", users: 50)
    let analysis = try #require(scenario.workloads.first { $0.name == "fan-analysis" })
    let shape = CallShape(analysis.stages[0].calls[0].mix[0])
    #expect((shape.meanInput - 1_500).magnitude < 0.5)
    #expect((shape.meanOutput - 800).magnitude < 0.5)
    for name in ["huntaze-published", "huntaze-engineering", "two-tier", "ab-test"] {
      #expect(try tree(name, users: 50).scenario.cutSizes.isEmpty, "\(name)")
    }
  }

  /// A cap at the mean of a lognormal with cv 0.3: σ² = ln 1.09, so σ = 0.29356 and
  /// E[min(X, mean)] = mean × 2 Φ(−σ/2) = 500 × 2 × 0.44165 = 441.65. A cap of 1,000 cuts nearly
  /// nothing, but max_tokens of 600 leave 600 of 300 + 300 at most.
  @Test func capsAtTheMeanAreWarnedOf() throws {
    let folder = try SmallCompany.folder(
      """
        capped: { volume: 1, output: 10, reasoning: { mean: 500, cv: 0.3, cap: 500 } }
        wide: { volume: 1, output: 10, reasoning: { mean: 500, cv: 0.3, cap: 1000 } }
        limited: { volume: 1, output: { mean: 300, cv: 0.3 }, reasoning: 300, max_tokens: 600 }
      """)
    let sizes = try folder.tree().scenario().cutSizes
    #expect(sizes.map(\.name) == ["capped: reasoning", "limited: output and reasoning"])
    #expect(sizes.map(\.by) == ["its cap", "max_tokens"])
    #expect((sizes[0].drawn - 441.65).magnitude < 0.05)
    // 300 + 300 × 2 × 0.44165, in whole tokens.
    #expect((sizes[1].drawn - 564.99).magnitude < 0.5)
  }

  /// Users are dealt whole, 4 heavy ones to 112 users and 5 to 113, but scaled to the mean user that
  /// the scenario states: each user more adds the same, and no bill jumps. Before weights were scaled the
  /// fifth heavy user, then the 110th, made one. A user of an account plan with a volume of its own still
  /// does, which `solve` explains (`SolverTests.aUserWhoMakesTheBillJumpIsExplained`).
  @Test func noUserMakesTheBillJump() throws {
    let one = expected(try tree("huntaze-engineering", users: 1).scenario)
    for users in [109, 110, 112, 113] {
      let bill = expected(try tree("huntaze-engineering", users: users).scenario)
      #expect((bill / Double(users) / one - 1).magnitude < 1e-9, "\(users)")
    }
  }

  /// 30 days from the first of November are that month; of December, or from the second on, no month.
  @Test(
    arguments: [
      ("{ start: 2025-11-01, days: 30 }", true), ("{ start: 2025-12-01, days: 30 }", false),
      ("{ start: 2025-11-02, days: 30 }", false), ("{ start: 2026-02-01, days: 28 }", true),
      ("{ start: 2025-11-01, days: 30, months: 2 }", false), ("2025-12", true),
    ])
  func aMonthIsKnownByItsDays(period: String, isCalendar: Bool) throws {
    let folder = try SmallCompany.folder()
    let scenario = try folder.tree(overrides: ["period=\(period)"]).scenario()
    #expect(scenario.period.isCalendar == isCalendar)
  }
}
