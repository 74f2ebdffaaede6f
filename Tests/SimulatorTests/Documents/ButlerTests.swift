import CostModel
import Testing

@testable import Analysis
@testable import Scenarios

/// What the butler of complete-guide.md:2485-2559 costs in the shipped scenario: 50 users ask it 90 times
/// a month, 4,500 times in all. Its rule by itself: `ForcedRoundsTests`.
@Suite struct ButlerTests {
  private static let butler = "workloads.butler"
  private static let tools = "workloads.butler.rounds.tools"
  /// Nothing fails, so that no flow ends early.
  private static let safe = [
    "models.default.failure_rate=0", "models.azure-speech-batch.failure_rate=0",
    "models.claude-3-5.failure_rate=0",
  ]

  /// The butler's part of the expected bill.
  private func cost(_ overrides: [String], failing: Bool = false) throws -> Double {
    let path = ShippedScenarioTests.folder + "/huntaze-engineering.yaml"
    func bill(_ more: [String]) throws -> Double {
      let scenario = try ScenarioReader.read(
        path: path, overrides: ["plans=[50]"] + (failing ? [] : Self.safe) + overrides + more)
      return ExpectedCost(scenario: scenario, plan: scenario.plans[0]).total
    }
    return try bill([]) - bill(["\(Self.butler).volume=0"])
  }

  private func rounds() throws -> (rounds: Double, givesUp: Double) {
    let scenario = try ScenarioReader.read(
      path: ShippedScenarioTests.folder + "/huntaze-engineering.yaml")
    let butler = try #require(scenario.workloads.first { $0.name == "butler" })
    let expected = butler.expectedRounds
    return (expected.rounds, expected.givesUp)
  }

  /// By hand, with all five tools, each size at its stated mean. No tool is called with 0.7 · 0.85 · 0.8 ·
  /// 0.95 · 0.95 = 0.42959, so p = 0.57041: 1 + p + p² = 1.8957775681 rounds, and p³ = 0.18559291452 of
  /// the requests end in the error.
  ///
  /// In millionths of a dollar a request: the rounds' own calls of 900, 1,250 and 1,600 tokens in and 120
  /// out are 408, 548 and 688 at $0.40, and a tenth of the requests has a second exchange of 548 to
  /// confirm: 408 + 548p + 688p² + 54.8 = 999.237567. A round's tools are
  ///
  ///     generate_content   0.3   × (400 × 1.14 + 200 × 4.56)   = 0.3   × 1,368 = 410.4
  ///     analyze_fans       0.15  × (1,500 × 1.35 + 550 × 5.40) = 0.15  × 4,995 = 749.25
  ///     get_smart_replies  0.2   × 590 × 0.40                  = 0.2   × 236   =  47.2
  ///     schedule_post      0.025 × (400 × 1.14 + 100 × 4.56)   = 0.025 × 912   =  22.8
  ///     track_performance  0.025 × (1,500 × 1.35 + 600 × 5.40) = 0.025 × 5,265 = 131.625
  ///
  /// 1,361.275 together, 2,580.674609 in all rounds. 4,500 × 3,579.912176 are $16.109604791.
  @Test func fiveToolsAtTheirMeans() throws {
    let (rounds, givesUp) = try rounds()
    #expect((rounds - 1.895_777_568_1).magnitude < 1e-12)
    #expect((givesUp - 0.185_592_914_52).magnitude < 1e-10)
    let fixed = try cost([
      "\(Self.butler).input=900", "\(Self.butler).output=120",
      "\(Self.tools).generate_content.input=400", "\(Self.tools).generate_content.output=200",
      "\(Self.tools).analyze_fans.input=1500", "\(Self.tools).analyze_fans.output=250",
      "\(Self.tools).get_smart_replies.input=500", "\(Self.tools).get_smart_replies.output=90",
      "\(Self.tools).schedule_post.input=400", "\(Self.tools).schedule_post.output=100",
      "\(Self.tools).track_performance.input=1500",
      "\(Self.tools).track_performance.output=300",
      "\(Self.tools).track_performance.reasoning=300",
    ])
    #expect((fixed - 16.109_604_791).magnitude < 1e-6)
    // Drawn sizes are cut by their caps, to less than their means by half a per cent.
    let drawn = try cost([])
    #expect(drawn < fixed && drawn > fixed * 0.995)
  }

  /// With those sizes and a `max_tokens` of 600, which cuts thinking and answer together, analyze_fans'
  /// answers keep 258.370 of 298.131 tokens beside a thinking of 291.259 (all pairs of lengths summed):
  /// 0.15 × (1,499.994 × 1.35 + 549.629 × 5.40) = 748.949 in place of 781.155, a round's tools 1,189.532,
  /// and 4,500 × (938.826 + 1.798576 × 1,189.532) millionths are $13.8523.
  ///
  /// Where f = 0.1 % of the attempts fail and no region stands behind the first, it is $0.0308 less: a
  /// failed call of phi4-mini has no fallback and ends the flow. With s = 1 − f a round's tools cost t = s ·
  /// (393.537 + 748.949 + 47.047) + f · s · (0.3 × 235.069 + 0.15 × (1,499.994 × 1.14 + 549.629 × 4.56)) =
  /// 1,189.046, their fallbacks phi4-mini and V3 included; a tool was called and none failed with q =
  /// 0.524 − 0.2f. Then
  ///
  ///     s · (407.980 + t) + 0.1 s² (1 − 0.2f) · 547.984 + a · (547.984 + t) + a · q · s · (687.984 + t)
  ///
  /// with a = s² · q · (1 − 0.1f) is 3,071.453, 4,500 times $13.8215. With the three regions of today the
  /// second answers what fails in the first: $13.8523 again.
  @Test func threeCentsAreFlowsThatEndEarly() throws {
    let then = [
      "\(Self.tools).schedule_post=null", "\(Self.tools).track_performance=null",
      "\(Self.tools).generate_content.output.cv=0.5",
      "\(Self.tools).analyze_fans.output={mean: 300, cv: 0.3, cap: 500}",
      "\(Self.tools).analyze_fans.reasoning={mean: 300, cv: 0.3, cap: 400}",
    ]
    #expect((try cost(then) - 13.8523).magnitude < 0.0001)
    #expect((try cost(then, failing: true) - 13.8523).magnitude < 0.0001)
    #expect((try cost(then + ["regions=null"], failing: true) - 13.8215).magnitude < 0.0001)
  }

  /// $14.11 is what these rules cost with three tools, where p = 0.524, and with the sizes that the
  /// scenario had then: generate_content's answers of mean 200, cv 0.5, cap 300; analyze_fans' of 300, cv
  /// 0.3, cap 500, with a reasoning of 300, cv 0.3, cap 400, and no max_tokens on both. Caps leave in the
  /// mean, by E[min(X, c)] = m Φ(z − σ) + c (1 − Φ(z)) with z = (ln(c/m) + σ²/2)/σ, of
  ///
  ///     the butler's input 899.991, 1,249.999, 1,600.000; its answer 119.960
  ///     generate_content   400 → 399.998 in, 200 → 187.674 out   0.3  × 1,311.791 = 393.537
  ///     analyze_fans     1,500 → 1,499.994 in, 298.131 + 291.259
  ///                                           = 589.390 out      0.15 × 5,207.698 = 781.155
  ///     get_smart_replies  500 → 499.985 in,  90 →  88.097 out   0.2  ×   235.233 =  47.047
  ///
  /// a round's tools 1,221.738, and in 1.798576 rounds 2,197.389; the rounds' own calls 407.980 +
  /// 547.984p + 687.984p² + 54.798 = 938.826. 4,500 × 3,136.216 millionths are $14.1130. With a chance of
  /// 35 % to go on, 1.4725 rounds, it is the $11.42 of before: 1.4725 × 1,221.738 + 407.980 + 547.984 ×
  /// 0.35 + 687.984 × 0.1225 + 54.798 = 2,537.861, 4,500 times $11.4204.
  ///
  /// Since then max_tokens of 600 holds for thinking and answer together, sizes are not cut to less than
  /// they state, and two tools came: $16.04.
  @Test func fourteenDollarsElevenAreThreeToolsOfOtherSizes() throws {
    let then = [
      "\(Self.tools).schedule_post=null", "\(Self.tools).track_performance=null",
      "\(Self.tools).generate_content.output.cv=0.5",
      "\(Self.tools).analyze_fans.output={mean: 300, cv: 0.3, cap: 500}",
      "\(Self.tools).analyze_fans.reasoning={mean: 300, cv: 0.3, cap: 400}",
      "\(Self.tools).analyze_fans.max_tokens=null",
    ]
    #expect((try cost(then) - 14.1130).magnitude < 0.0001)
    let byChance = [
      "\(Self.butler).rounds.until=null", "\(Self.butler).rounds.error=null",
      "\(Self.butler).rounds.continue=35%",
    ]
    #expect((try cost(then + byChance) - 11.4204).magnitude < 0.0001)
    #expect((try cost([]) - 16.04).magnitude < 0.005)
  }
}
