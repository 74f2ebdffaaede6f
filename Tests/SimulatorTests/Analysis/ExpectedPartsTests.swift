import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Scenarios

/// One part of the bill at a time, against figures worked out by hand.
@Suite struct ExpectedPartsTests {
  private func model(_ change: (inout PriceSheet) -> Void = { _ in }) -> Model {
    AnalysisScenario.model("m", input: 1, output: 10, change: change)
  }

  private func cost(_ scenario: Scenario, users: Int = 10) -> Double {
    PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(users)).cost
  }

  private func check(_ a: Double, _ b: Double, at place: SourceLocation = #_sourceLocation) {
    #expect(isClose(a, b), sourceLocation: place)
  }

  private func scenario(
    _ models: [Model], _ variant: Variant, volume: Double = 100, months: Int = 1
  ) -> Scenario {
    AnalysisScenario.make(
      models: models, workloads: [AnalysisScenario.workload(volume: volume, mix: [variant])],
      months: months)
  }

  @Test func maxTokensCutsTheAnswerThatThinkingLeavesRoomFor() {
    var variant = AnalysisScenario.variant(input: .fixed(0), output: .fixed(300))
    variant.reasoning = .fixed(500)
    variant.maxTokens = 400
    var priced = scenario(
      [model { $0.rates[.reasoningTokens] = AnalysisScenario.rate(perMillion: 4) }], variant)
    // Thinking alone fills it.
    check(cost(priced), 1_000 * 400 * 4e-6)
    func set(_ change: (inout Variant) -> Void) {
      change(&priced.workloads[0].stages[0].calls[0].mix[0])
    }
    set { $0.reasoning = .fixed(150) }
    check(cost(priced), 1_000 * (250 * 10e-6 + 150 * 4e-6))
    // Half think 100 tokens long and leave 300, half 350 and leave 50.
    set {
      $0.reasoning = .histogram([
        .init(low: 100, high: 100, weight: 1), .init(low: 350, high: 350, weight: 1),
      ])
    }
    check(cost(priced), 1_000 * (175 * 10e-6 + 225 * 4e-6))
    // 100 to 103 tokens leave 300, 299, 298 and 297.
    set { $0.reasoning = .uniform(low: 100, high: 103) }
    check(cost(priced), 1_000 * (298.5 * 10e-6 + 101.5 * 4e-6))
    // The answer alone is limited.
    set {
      $0.reasoning = .fixed(500)
      $0.output = .fixed(900)
      $0.limitedTokens = .answer
    }
    check(cost(priced), 1_000 * (400 * 10e-6 + 500 * 4e-6))
  }

  /// Inputs of 0 to 2,000 tokens, above 1,500 at three times the price.
  @Test(arguments: [false, true])
  func contextTierRepricesTheWholeCall(inclusive: Bool) {
    var high = Rates()
    high[.inputTokens] = AnalysisScenario.rate(perMillion: 3)
    let tiered = model {
      $0.contextTiers = [ContextTier(threshold: 1_500, inclusive: inclusive, rates: high)]
    }
    var variant = AnalysisScenario.variant(input: .fixed(0), output: .fixed(0))
    variant.input = .histogram(
      (0...2_000).map { .init(low: Double($0), high: Double($0), weight: 1) })
    var tokens = 0.0
    for n in 0...2_000 {
      let isDear = n > 1_500 || (inclusive && n == 1_500)
      tokens += Double(n) * (isDear ? 3.0 : 1.0)
    }
    check(cost(scenario([tiered], variant)), 1_000 * tokens / 2_001 * 1e-6)
    // A prefix counts toward the threshold.
    variant.input = .fixed(1_000)
    variant.prefixTokens = 501
    check(cost(scenario([tiered], variant)), 1_000 * 1_501 * 3e-6)
  }

  /// Changes apply in the order batch, tier, region, time of day; own rates then the factor.
  @Test func priceChangesInOrder() {
    let changed = model { sheet in
      var batch = PriceChange()
      batch.factor = Factor(1, 2)
      sheet.batch = batch
      var flex = PriceChange()
      flex.rates[.outputTokens] = AnalysisScenario.rate(perMillion: 8)
      flex.factor = Factor(3, 4)
      sheet.serviceTiers["flex"] = flex
    }
    var variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(100))
    variant.batch = true
    variant.serviceTier = "flex"
    // Input 1 × ½ × ¾; output is stated anew at 8, and every factor holds: × ½ × ¾.
    check(cost(scenario([changed], variant)), 1_000 * (1_000 * 0.375e-6 + 100 * 3e-6))
  }

  /// The closed form's price of every dimension is the engine's, to the last digits of a Double, on
  /// random sheets, variants, times and input sizes.
  @Test func pricesAreTheEngines() throws {
    var state: UInt64 = 14
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func rates(_ density: Int) -> Rates {
      var rates = Rates()
      for dimension in BillingDimension.allCases where below(10) < density {
        rates[dimension] = Rate(picodollars: Int64(below(900)), per: [1, 3, 1_000][below(3)])
        if dimension.parent != nil, below(5) == 0 { rates.setShare(Factor(1, 4), of: dimension) }
      }
      return rates
    }
    func tiers() -> [ContextTier] {
      [200, 400].filter { _ in below(2) == 0 }
        .map { ContextTier(threshold: $0, inclusive: below(2) == 0, rates: rates(3)) }
    }
    func change() -> PriceChange {
      var change = PriceChange()
      (change.rates, change.contextTiers) = (rates(3), tiers())
      change.factor = Factor(Int64(1 + below(4)), 3)
      return change
    }
    var compared = 0
    for _ in 0..<600 {
      var model = Model(name: "m", provider: "p")
      var sheet = PriceSheet()
      (sheet.rates, sheet.contextTiers) = (rates(7), tiers())
      (sheet.batch, sheet.serviceTiers["flex"], sheet.regions["eu"]) = (
        change(), change(), change()
      )
      model.prices = [sheet]
      var kind = AnalysisScenario.variant(input: .fixed(1), output: .fixed(1))
      kind.batch = below(2) == 0
      kind.serviceTier = below(2) == 0 ? "flex" : nil
      let region = below(2) == 0 ? "eu" : nil
      let expected = ExpectedPrice(
        model: model, region: region, variant: kind, time: SimTime(microseconds: 0))
      let variant = BillingVariant(
        batch: kind.batch, serviceTier: kind.serviceTier, region: region)
      for input in [0, 200, 201, 400, 401] as [Int64] {
        for dimension in BillingDimension.allCases {
          guard let rate = sheet.rate(dimension, input: input, on: variant),
            let price = expected.price(dimension, input: Double(input))
          else { continue }
          let exact = Double(rate.picodollars) / Double(rate.per)
          #expect(abs(price * 1e12 - exact) <= 1e-9 * exact, "\(dimension) at \(input): \(sheet)")
          compared += 1
        }
      }
    }
    #expect(compared > 10_000)
  }

  /// Night price from 22:00 to 06:00 UTC on flat traffic: a third of the calls at half price.
  @Test func timeOfDay() {
    let nightly = model { sheet in
      var change = PriceChange()
      change.factor = Factor(1, 2)
      sheet.timesOfDay = [
        TimeOfDayPrice(
          weekdays: Set(0...6), from: SimDuration(microseconds: 22 * 3_600_000_000),
          to: SimDuration(microseconds: 6 * 3_600_000_000), change: change)
      ]
    }
    let variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(0))
    check(cost(scenario([nightly], variant)), 1_000 * 1e-3 * (2.0 / 3 + 0.5 / 3))
  }

  /// Twice the price from the 11th of 30 days on.
  @Test func newSheetWithinTheMonth() {
    var model = model()
    var later = model.prices[0]
    later.effectiveFrom =
      AnalysisScenario.start
      + SimDuration(
        microseconds: 10 * SimDuration.day.microseconds)
    later.rates[.inputTokens] = AnalysisScenario.rate(perMillion: 2)
    model.prices.append(later)
    let variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(0))
    check(cost(scenario([model], variant)), 1_000 * 1e-3 * (1.0 / 3 + 2 * 2.0 / 3))
  }

  @Test func audioMinimumCallsFramesImagesAndFixedPrices() {
    let speech = model { sheet in
      // $3.60 an hour, at least 10 s; $2 per 1,000 calls; image tokens at 5; images at 4 cents;
      // $7 a month.
      sheet.rates[.audioSeconds] = Rate(picodollars: 3_600_000_000_000, per: 3_600_000_000)
      sheet.rates[.calls] = Rate(picodollars: 2_000_000_000_000, per: 1_000)
      sheet.rates[.inputImageTokens] = AnalysisScenario.rate(perMillion: 5)
      sheet.rates[.images] = Rate(picodollars: 40_000_000_000, per: 1)
      sheet.minimumAudio = SimDuration(microseconds: 10_000_000)
      sheet.fixedMonthly = Money(picodollars: 7_000_000_000_000)
    }
    var variant = AnalysisScenario.variant(input: .fixed(100), output: .fixed(0))
    variant.frameTokens = 900
    variant.meters[.images] = .fixed(3)
    variant.audio = .histogram([
      .init(low: 0, high: 0, weight: 1), .init(low: 4, high: 4, weight: 1),
      .init(low: 30, high: 30, weight: 2),
    ])
    let audio = 0.25 * 0 + 0.25 * 10 + 0.5 * 30
    let call = audio * 1e-3 + 2e-3 + 100 * 1e-6 + 900 * 5e-6 + 3 * 0.04
    check(cost(scenario([speech], variant, months: 2)), 2 * (1_000 * call + 7))
  }

  /// Exact arrivals: 2.5 calls of each of 3 users are 3, 2 and 3 by rounding the running sum.
  @Test func exactArrivalsRoundTheRunningSum() {
    let variant = AnalysisScenario.variant(input: .fixed(1_000_000), output: .fixed(0))
    let exact = AnalysisScenario.make(
      models: [model()],
      workloads: [AnalysisScenario.workload(volume: 2.5, arrivals: .exact, mix: [variant])])
    let expected = PlanExpectation(scenario: exact, plan: AnalysisScenario.plan(3))
    #expect(isClose(expected.cost, 8))
    #expect(expected.variance == 0)
    #expect(expected.explains(MoneySum(picodollars: 8_000_000_000_000)))
    #expect(!expected.explains(MoneySum(picodollars: 8_000_001_000_000)))
  }

  /// Classes dealt to 10 users of two account plans, who also have other volumes and models.
  @Test func accountPlansAndClasses() {
    let cheap = model()
    let dear = AnalysisScenario.model("dear", input: 7, output: 0)
    let variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(0))
    var scenario = AnalysisScenario.make(
      models: [cheap, dear],
      workloads: [AnalysisScenario.workload(volume: 100, mix: [variant])],
      users: UserPopulation(
        activity: .classes([
          .init(name: "light", share: 0.8, weight: 0.5),
          .init(name: "heavy", share: 0.2, weight: 3),
        ]),
        accountPlans: [.init(name: "free", share: 0.5), .init(name: "pro", share: 0.5)]))
    scenario.workloads[0].volumeByAccountPlan = ["pro": 2]
    scenario.policy.rules.insert(
      Policy.Rule(
        name: "pro", conditions: [Policy.Condition(.accountPlan, in: ["pro"])],
        choice: .model(ModelID(1))), at: 0)
    // Each plan has 5 users: 4 light and 1 heavy, of weight 1 on average.
    check(cost(scenario), 5 * 100 * 1e-3 + 5 * 200 * 7e-3)
  }

  /// A stage of two calls, then one that 60 % reach and half of those make.
  @Test func flows() {
    let variant = { AnalysisScenario.variant(input: .fixed($0), output: .fixed(0)) }
    var workload = AnalysisScenario.workload(volume: 100, mix: [variant(1_000)])
    workload.stages[0].calls.append(StageCall(probability: 0.25, mix: [variant(4_000)]))
    workload.stages.append(
      Stage(continuation: 0.6, chance: 0.5, calls: [StageCall(mix: [variant(10_000)])]))
    let scenario = AnalysisScenario.make(models: [model()], workloads: [workload])
    let expected = PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(10))
    #expect(isClose(expected.cost, 1_000 * (1 + 0.25 * 4 + 0.3 * 10) * 1e-3))
    // Of the costs 1, 5, 11 and 15 m$.
    let square = 0.7 * (0.75 * 1 + 0.25 * 25) + 0.3 * (0.75 * 121 + 0.25 * 225)
    #expect(isClose(expected.variance, 1_000 * square * 1e-6))
    #expect(isClose(expected.byModel[0].calls, 1_000 * 1.55))
  }

  /// Failures of 20 % with one retry, and timeouts of a quarter, in front of a sure fallback.
  @Test(arguments: FailureBilling.allCases)
  func chains(billing: FailureBilling) {
    let variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(100))
    var scenario = scenario(
      [model(), AnalysisScenario.model("backup", input: 5, output: 0)], variant)
    scenario.chains["standard"] = [ModelID(0), ModelID(1)]
    scenario.behaviours[0].failureRate = 0.2
    scenario.behaviours[0].latency = .uniform(low: 0, high: 4_000_000)
    scenario.behaviours[0].timeout = SimDuration(microseconds: 3_000_000)
    scenario.retry.max = 1
    scenario.billFailures = billing
    let q = 1 - 0.8 * 0.75
    let success = 2e-3
    let failed =
      switch billing {
      case .none: 0.0
      case .input: 1e-3
      case .all: 2e-3
      }
    let call =
      (1 - q) * success + q * (failed + (1 - q) * success) + q * q * (failed + 5e-3)
    check(cost(scenario), 1_000 * call)
    let squares = [
      (1 - q, success), (q * (1 - q), failed + success), (q * q, 2 * failed + 5e-3),
    ].reduce(0.0) { $0 + $1.0 * $1.1 * $1.1 }
    let expected = PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(10))
    #expect(isClose(expected.variance, 1_000 * squares))
    #expect(isClose(expected.byModel.reduce(0) { $0 + $1.cost }, expected.cost))
    #expect(isClose(expected.byModel.reduce(0) { $0 + $1.calls }, 1_000))
  }

  /// Two regions are two targets.
  @Test func regionsAreTriedInOrder() {
    let variant = AnalysisScenario.variant(input: .fixed(1_000), output: .fixed(0))
    var scenario = scenario(
      [
        model { sheet in
          var change = PriceChange()
          change.factor = Factor(2)
          sheet.regions["west"] = change
        }
      ], variant)
    scenario.regions[ModelID(0)] = ["east", "west"]
    scenario.behaviours[0].failureRate = 0.5
    let expected = PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(10))
    #expect(isClose(expected.cost, 1_000 * 1e-3 * (0.5 + 0.25 * 2)))
    #expect(expected.byModel.map(\.model) == ["m@east", "m@west"])
    // The quarter that fails everywhere counts where it was routed.
    #expect(isClose(expected.byModel[0].calls, 750))
  }
}
