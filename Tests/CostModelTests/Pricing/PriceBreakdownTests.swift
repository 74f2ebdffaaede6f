import CostModel
import Testing

/// The explanation of a price beside the price.
@Suite struct PriceBreakdownTests {
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func componentsAddUpToTheCost(seed: UInt64) throws {
    var make = RandomPricing(seed: seed)
    var priced = 0
    for _ in 0..<400 {
      let model = make.model()
      let pricer = Pricer(model, variant: make.variant())
      for _ in 0..<10 {
        let (usage, t) = (make.usage(), make.time())
        let cost = Result { () throws(PricingError) in try pricer.cost(of: usage, at: t) }
        let parts = Result { () throws(PricingError) in try pricer.breakdown(of: usage, at: t) }
        switch (cost, parts) {
        case (.success(let cost), .success(let parts)):
          #expect(parts.cost == cost, "seed \(seed): \(usage) at \(t) of \(model)")
          #expect(parts.components.allSatisfy(isRoundedOnce), "seed \(seed): \(parts)")
          priced += cost.total > .zero ? 1 : 0
        case (.failure(let a), .failure(let b)):
          #expect(a == b, "seed \(seed): \(usage) at \(t) of \(model)")
        default:
          Issue.record("seed \(seed): \(cost) but \(parts) for \(usage) at \(t) of \(model)")
        }
      }
    }
    // Otherwise the comparison above would be of errors only.
    #expect(priced > 300, "seed \(seed)")
  }

  /// Half of the rest to either side, at most, and exact where it says so.
  private func isRoundedOnce(_ component: PriceBreakdown.Component) -> Bool {
    let product = Int128(component.quantity) * Int128(component.rate.picodollars)
    let rest = product - Int128(component.amount.picodollars) * Int128(component.rate.per)
    return component.isExact ? rest == 0 : rest != 0 && rest.magnitude * 2 <= component.rate.per
  }

  @Test func tellsWhatPricedTheCall() throws {
    let priced = model { sheet in
      sheet.rates = rates(input: 1_000_000, output: 3_000_000)
      sheet.contextTiers = [
        ContextTier(threshold: 100, rates: rates(input: 2_000_000, output: 4_000_000)),
        ContextTier(threshold: 1_000, rates: rates(input: 5_000_000, output: 6_000_000)),
      ]
      var half = PriceChange()
      half.factor = Factor(1, 2)
      sheet.timesOfDay = [
        TimeOfDayPrice(weekdays: Set(0..<7), from: .hour, to: .day, change: half)
      ]
    }
    let pricer = Pricer(priced)
    let base = try pricer.breakdown(of: tokens(in: 100, out: 1), at: .epoch)
    #expect((base.sheet, base.contextTier, base.timeOfDay) == (0, nil, nil))
    let tiered = try pricer.breakdown(of: tokens(in: 1_001, out: 1), at: .epoch + .hour)
    #expect((tiered.sheet, tiered.contextTier, tiered.timeOfDay) == (0, 1_001, 0))
    #expect(tiered.components.map(\.dimension) == [.inputTokens, .outputTokens])
    #expect(tiered.components.map(\.quantity) == [1_001, 1])
    #expect(
      tiered.components.map(\.rate)
        == [Rate(picodollars: 2_500_000, per: 1), Rate(picodollars: 3_000_000, per: 1)])
  }
}
