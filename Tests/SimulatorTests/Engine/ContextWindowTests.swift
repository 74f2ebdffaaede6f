import CostModel
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import Simulator

/// Calls that are larger than a model's context window: R1's is 64,000 tokens (complete-guide.md:174),
/// and the audit's own reading of a segmentation run is 81,720 (1759–1779).
@Suite struct ContextWindowTests {
  private static func folder(
    input: String, over: String = "refuse", chain: String = "[]", volume: Int = 1_000
  ) throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog:
        models:
          r1: {provider: azure, context_window: 64000, over_window: \(over), latency: 1s,
               input: $1.35 per 1M tokens, output: $5.40 per 1M tokens}
          v3: {provider: azure, context_window: 128000, latency: 1s,
               input: $1.14 per 1M tokens, output: $4.56 per 1M tokens}
          none: {provider: azure, context_window: 900, latency: 1s,
                 input: $1 per 1M tokens, output: $1 per 1M tokens}
      policy: {rules: [{name: all, model: r1}]}
      chains: {standard: \(chain)}
      traffic: {arrivals: exact}
      workloads:
        segmentation: {volume: \(volume), input: \(input), output: 1000}
      """
    ])
  }

  @Test func aFixedSizeThatIsTooLargeIsAnError() throws {
    let errors = try Self.folder(input: "81720").errors()
    #expect(errors.contains("s.yaml:"))
    #expect(
      errors.contains(
        "this call's 82,720 tokens are more than the context window of 'r1' holds (64,000)"))
    // 63,000 and the answer are as many as it holds, one more is not.
    #expect(try Self.folder(input: "63000").errors() == "no error")
    #expect(try Self.folder(input: "63001").errors().contains("64,001 tokens"))
    #expect(try Self.folder(input: "63001..70000").errors().contains("64,001 tokens"))
    #expect(try Self.folder(input: "63000..70000").errors() == "no error")
  }

  /// What windows refuse is told with what it does to the bill: 1,000 tokens of answer and 62,001 to
  /// 64,000 of input are held half of the times.
  @Test func refusedCallsAreSaidFirst() throws {
    let scenario = try Self.folder(input: "62001..64000").read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let trouble = CallTrouble(result)
    #expect(trouble.tooLong == trouble.failed && trouble.isTold)
    // Half of 1,000 calls, within 5.1 binomial deviations of 15.8: one false alarm in three million.
    #expect((trouble.failed - 500).magnitude < 81)
    #expect(trouble.text("").contains(" times one was longer than a context window"))
    let whole = try Simulation(scenario.untroubled).result(of: scenario.plans[0], run: 1)
    #expect(whole.failedCalls == 0 && whole.cost > result.cost)
  }

  /// A model that cuts holds every input, beside an answer that fits: 64,000 − 1,000 tokens are left of
  /// each of the 10 calls.
  @Test func aFixedSizeThatIsCutIsNone() throws {
    let folder = try Self.folder(input: "81720", over: "truncate", volume: 10)
    #expect(folder.errors() == "no error")
    let scenario = try folder.read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.costs.map(\.inputTokens).reduce(0, +) == 63_000 * result.calls)
    #expect(result.failedCalls == 0 && result.calls > 0)
  }

  /// By hand: of 0 to 100,000 tokens, 63,001 of 100,001 values leave room for the answer of 1,000, with
  /// 31,500 tokens in the mean: 0.6300037 · (31,500 · $1.35 + 1,000 · $5.40)/M = 0.6300037 ·
  /// $0.047925 = $0.030192927 a call, and the others cost nothing and fail.
  @Test func drawnSizesAreRefusedAndCounted() throws {
    let scenario = try Self.folder(input: "0..100000", volume: 10_000).read()
    let fitting = 63_001.0 / 100_001
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((bill.cost / (10_000 * fitting * 0.047925) - 1).magnitude < 1e-9)
    #expect(bill.approximations.isEmpty)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let deviation = (fitting * (1 - fitting) * 10_000).squareRoot()
    #expect((Double(result.failedCalls) - 10_000 * (1 - fitting)).magnitude < 5.1 * deviation)
    #expect(result.performance[0].tooLongCalls == result.failedCalls)
    #expect(result.billedCalls == 10_000 - result.failedCalls)
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)
  }

  /// The others go to V3: 37,000 of 100,001 values, 81,500.5 tokens in the mean, at (81,500.5 · $1.14 +
  /// 1,000 · $4.56)/M = $0.09747057.
  @Test func theNextModelTakesThem() throws {
    let scenario = try Self.folder(input: "0..100000", chain: "[v3]", volume: 10_000).read()
    let fitting = 63_001.0 / 100_001
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    let each = fitting * 0.047925 + (1 - fitting) * 0.09747057
    #expect((bill.cost / (10_000 * each) - 1).magnitude < 1e-9)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.failedCalls == 0)
    #expect(result.performance[1].fallbackCalls == result.performance[0].tooLongCalls)
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)
  }

  /// Cut to 63,000, which is billed: $0.0850500 and $0.0054 for the answer, $0.09045.
  @Test func aModelMayCutTheInput() throws {
    let scenario = try Self.folder(input: "0..100000", over: "truncate", volume: 10_000).read()
    let fitting = 63_001.0 / 100_001
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    let each = fitting * 0.047925 + (1 - fitting) * 0.09045
    #expect((bill.cost / (10_000 * each) - 1).magnitude < 1e-9)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(result.failedCalls == 0 && result.performance[0].tooLongCalls == 0)
    let cut = Double(result.performance[0].cutAttempts)
    #expect(
      (cut - 10_000 * (1 - fitting)).magnitude < 5.1
        * (fitting * (1 - fitting) * 10_000).squareRoot())
    #expect(result.performance[0].cutTokens > 0)
    #expect((result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError)
  }

  /// Beside answers of three tokens a window of 50 holds 47, in however many parts they are added up.
  @Test func sumsThatRoundMoveNoBound() {
    let variant = Variant(share: 1, input: .fixed(10), output: .fixed(3))
    let bounds = (1...500).map { count in
      var answers = CallShape.Answers()
      for _ in 0..<count {
        let mass = 1 / Double(count)
        answers.add(
          PartialMoments(mass: mass, first: 3 * mass, second: 9 * mass, third: 27 * mass),
          PartialMoments(mass: 1))
      }
      return CallShape(variant).with(answers).windowBound(50)
    }
    #expect(Set(bounds) == [48])
  }

  /// An answer of 1,000 tokens is more than a window of 900 holds beside any input, so that the bill with that
  /// model to fall back to is the one without, to the last digits.
  @Test(arguments: ["refuse", "truncate"]) func aWindowThatHoldsNoCallDividesNone(over: String)
    throws
  {
    let bills = try ["[]", "[none]"].map { chain in
      let scenario = try Self.folder(
        input: "{mean: 32000, cv: 0.8}, reasoning: {mean: 16000, cv: 1}", over: over, chain: chain
      ).read()
      return PlanExpectation(scenario: scenario, plan: scenario.plans[0]).cost
    }
    #expect((bills[0] / bills[1] - 1).magnitude < 1e-13)
  }

  /// Input 1 to 4, visible answer 1 or 2 and thinking 0 or 1 token, all alike and independent, at $1 and $2
  /// a million tokens, and a window of 5; the next model has one of 6 at $3 and $4.
  private static func tiny(over: String, chain: String) throws -> Scenario {
    try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog:
        models:
          a: {provider: p, context_window: 5, over_window: \(over), latency: 1s,
              input: $1 per 1M tokens, output: $2 per 1M tokens}
          b: {provider: p, context_window: 6, latency: 1s,
              input: $3 per 1M tokens, output: $4 per 1M tokens}
      policy: {rules: [{name: all, model: a}]}
      chains: {standard: \(chain)}
      traffic: {arrivals: exact}
      workloads: {w: {volume: 16000, input: 1..4, output: 1..2, reasoning: 0..1}}
      """
    ]).read()
  }

  /// By hand, the answer with its thinking being (1, 0), (1, 1), (2, 0) or (2, 1), 1, 2, 2 and 3 tokens:
  /// the window leaves 4, 3, 3 and 2 of the four inputs, 12 of 16 calls, with 10 + 6 + 6 + 3 = 25 tokens
  /// in and 4·1 + 3·2 + 3·2 + 2·3 = 22 out: $69/16 a million calls. Of the other four, (1, 1) with 4,
  /// (2, 0) with 4 and (2, 1) with 3 fit the next model, 11 in and 7 out: 33 + 28 = $61/16 more; one fails.
  /// Cut, all sixteen are answered, with 10 + 9 + 9 + 7 = 35 in and 4·1 + 4·2 + 4·2 + 4·3 = 32 out: $99/16.
  @Test(arguments: [
    ("refuse", "[]", 69.0, 4.0), ("refuse", "[b]", 130.0, 1.0), ("truncate", "[]", 99.0, 0.0),
  ])
  func whatIsSentAndAnsweredIsDrawnTogether(
    over: String, chain: String, sixteenths: Double, failing: Double
  ) throws {
    let scenario = try Self.tiny(over: over, chain: chain)
    let expected = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((expected.cost / (16_000 * sixteenths / 16e6) - 1).magnitude < 1e-9)
    #expect(expected.approximations.isEmpty)
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect((result.cost.dollars - expected.cost).magnitude < 5.1 * expected.standardError)
    // Within 5.1 binomial deviations: one false alarm in three million.
    let share = failing / 16
    #expect(
      (Double(result.failedCalls) - 16_000 * share).magnitude
        <= 5.1 * (16_000 * share * (1 - share)).squareRoot())
  }

  /// Lognormal sizes, of which three in ten do not fit: the same by both, to within 5.1 standard errors
  /// of 200,000 calls and the part in 3,000 that the formula may be off; formulas that took mean answers
  /// are off by a tenth.
  @Test(arguments: [("refuse", "[]"), ("refuse", "[v3]"), ("truncate", "[]")])
  func lognormalSizesAreDrawnTogether(over: String, chain: String) throws {
    let scenario = try Self.folder(
      input: "{mean: 32000, cv: 0.8}, reasoning: {mean: 16000, cv: 1}", over: over, chain: chain,
      volume: 200_000
    ).read()
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    #expect(
      (result.cost.dollars - bill.cost).magnitude < 5.1 * bill.standardError + bill.cost / 3_000)
    #expect(result.performance[0].tooLongCalls + result.performance[0].cutAttempts > 40_000)
  }

  /// 81,720 tokens and the answer of 1,000 are 18,720 more than the window of each of the 10 calls.
  @Test func whatIsCutIsSaidFirst() throws {
    let scenario = try Self.folder(input: "81720", over: "truncate", volume: 10).read()
    let trouble = CallTrouble(try Simulation(scenario).result(of: scenario.plans[0], run: 1))
    #expect(trouble.isTold && trouble.cut == 10 && trouble.cutTokens == 187_200)
    #expect(
      trouble.text("").contains(
        "10 times one was cut to fit a context window, by 187,200 tokens of input in all (100.0 %)")
    )
    #expect(trouble.qualification == "with 100.0 % of the calls cut to fit a context window")
    var once = CallTrouble()
    (once.calls, once.tooLong, once.cut, once.cutTokens) = (1, 1, 1, 1)
    (once.failed, once.fallback, once.throttled) = (1, 1, 2)
    #expect(
      once.text("")
        == "of 1 call, 1 was answered by a fallback (100.0 %), 1 failed (100.0 %), twice a quota turned "
        + "one away (200.0 %), once one was longer than a context window (100.0 %) and once one was cut "
        + "to fit a context window, by 1 token of input (100.0 %).")
  }

  @Test func theReportSaysSo() throws {
    let scenario = try Self.folder(input: "0..100000").read()
    let story = try LoggedRun(scenario)
    let failed = try #require(story.records.first { $0.isFailed })
    // Nobody was asked for these: none of their time is another attempt's.
    let unasked = story.records.filter { $0.isFailed && $0.attempts == 0 }
    #expect(unasked.count > 300 && unasked.allSatisfy { $0.answerLatency == $0.latency })
    let compiled = CompiledScenario(scenario)
    let watched = try LoggedRun(
      compiled, plan: scenario.plans[0],
      source: CallStream(
        compiled, CompiledRouting(compiled), plan: scenario.plans[0],
        draws: Draws(seed: scenario.seed, run: 1)), watched: failed.number)
    guard case .look(let look)? = watched.trace?.steps.first else {
      Issue.record("no target was looked at")
      return
    }
    #expect((look.tooLong ?? 0) > 64_000 && look.attempt == nil)
  }
}
