import CostModel
import Testing

/// What a pricer says of a usage, errors included.
private func outcome(
  _ price: () throws(PricingError) -> Cost
) -> Result<Cost, PricingError> {
  do { return .success(try price()) } catch { return .failure(error) }
}

/// Of several dimensions that cannot be priced, which one is named is free.
private func comparable(_ result: Result<Cost, PricingError>) -> Result<Cost, PricingError> {
  switch result {
  case .failure(.unpriced), .failure(.tooLarge): .failure(.unpriced(.inputTokens))
  default: result
  }
}

@Test(arguments: 1...8 as ClosedRange<UInt64>)
func pricerAgreesWithTheReference(seed: UInt64) {
  var make = RandomPricing(seed: seed)
  var priced = 0
  for _ in 0..<400 {
    let model = make.model()
    let variant = make.variant()
    let pricer = Pricer(model, variant: variant)
    let reference = PricingReference(model: model, variant: variant)
    for _ in 0..<10 {
      let (usage, t) = (make.usage(), make.time())
      let fast = outcome { () throws(PricingError) in try pricer.cost(of: usage, at: t) }
      let slow = outcome { () throws(PricingError) in try reference.cost(of: usage, at: t) }
      #expect(
        comparable(fast) == comparable(slow),
        "seed \(seed): \(usage) at \(t) of \(model), \(variant)")
      if case .success(let cost) = slow, cost.total > .zero { priced += 1 }
    }
  }
  // Otherwise the comparison above would be of errors only.
  #expect(priced > 300, "seed \(seed)")
}

/// What a cache has done to the input's cost is what the input would have cost otherwise, by the reference.
@Test(arguments: 1...4 as ClosedRange<UInt64>)
func cacheEffectsAreDifferencesOfCosts(seed: UInt64) throws {
  var make = RandomPricing(seed: seed)
  var (usual, rare) = (0, 0)
  for number in 0..<400 {
    let model = number % 2 == 0 ? make.model() : make.plainModel()
    let variant = make.variant()
    let pricer = Pricer(model, variant: variant)
    let reference = PricingReference(model: model, variant: variant)
    for _ in 0..<5 {
      let (usage, t) = (make.cachedText(), make.time())
      let (short, long) = (usage.cacheWriteTokens, usage.cacheWriteLongTokens)
      let lost = make.random.below(short + long + 1)
      // A price may have more digits than the pricer takes.
      func input(_ change: (inout Usage) -> Void) -> MoneySum? {
        var other = usage
        change(&other)
        guard (try? pricer.cost(of: other, at: t)) != nil else { return nil }
        return (try? reference.cost(of: other, at: t)).map { MoneySum($0.input) }
      }
      let lostShort = min(lost, short)
      if let cost = pricer.cachedCost(of: usage) {
        #expect(try reference.cost(of: usage, at: t) == cost, "seed \(seed): \(usage) of \(model)")
      }
      guard let billed = input({ _ in }),
        let unwritten = input({ ($0.cacheWriteTokens, $0.cacheWriteLongTokens) = (0, 0) }),
        let plain = input({
          ($0.cacheReadTokens, $0.cacheWriteTokens, $0.cacheWriteLongTokens) = (0, 0, 0)
        }),
        let kept = input({
          $0.cacheReadTokens += lost
          $0.cacheWriteTokens -= lostShort
          $0.cacheWriteLongTokens -= lost - lostShort
        })
      else { continue }
      let effect = try pricer.cacheEffect(of: usage, lost: lost, at: t)
      #expect(effect.premium == billed - unwritten, "seed \(seed): \(usage) at \(t) of \(model)")
      #expect(effect.saved == plain - billed, "seed \(seed): \(usage) at \(t) of \(model)")
      #expect(effect.lost == billed - kept, "seed \(seed): \(lost) of \(usage) at \(t) of \(model)")
      let isUsual = pricer.usualCacheEffect(of: usage, lost: lost) != nil
      (usual, rare) = (usual + (isUsual ? 1 : 0), rare + (isUsual ? 0 : 1))
    }
  }
  // Otherwise one of the two ways is not compared.
  #expect(usual > 100 && rare > 100, "seed \(seed): \(usual), \(rare)")
}

@Test(arguments: 1...4 as ClosedRange<UInt64>)
func gapsAreWhereCallsFail(seed: UInt64) {
  var make = RandomPricing(seed: seed)
  let (from, to) = (at(0), at(1_000_000_000_000))
  for _ in 0..<500 {
    let model = make.model()
    let pricer = Pricer(model)
    var usage = Usage()
    usage.inputTokens = make.random.below(1600)
    usage.outputTokens = 1
    let gaps = pricer.gaps(pricing: [.inputTokens, .outputTokens], from: from, to: to)
    let t = at(make.random.below(to.microseconds))
    let fails: Bool
    if case .failure = outcome({ () throws(PricingError) in try pricer.cost(of: usage, at: t) }) {
      fails = true
    } else {
      fails = false
    }
    if fails {
      #expect(gaps.contains { $0.from <= t && t < $0.to }, "seed \(seed): \(model) at \(t)")
    }
    #expect(gaps.allSatisfy { from <= $0.from && $0.from < $0.to && $0.to <= to })
    if gaps.isEmpty { #expect(!fails, "seed \(seed): \(model) at \(t)") }
  }
}
