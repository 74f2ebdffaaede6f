import CostModel
import Scenarios

extension AttemptCosts {
  /// What calls are billed for at one price, in the mean of a call that is no hit.
  package struct Billed {
    package var dimension: BillingDimension
    /// Dollars a unit: of time a second.
    package var price: Double
    package var units: Double
    /// Attempts that have such units.
    package var attempts: Double

    /// Units of the same price are one.
    package func add(to all: inout [Billed], share: Double = 1) {
      guard units != 0 else { return }
      let known = all.firstIndex { $0.dimension == dimension && $0.price == price }
      let place = known ?? all.count
      if known == nil {
        all.append(Billed(dimension: dimension, price: price, units: 0, attempts: 0))
      }
      all[place].units += share * units
      all[place].attempts += share * attempts
    }
  }

  /// By place in the chain, then by what is billed beside it: the mean of `cost`, price by price.
  package func billed(_ call: ExpectedCall, at time: SimTime) -> [[Billed]] {
    var result: [[Billed]] = call.chain.map { _ in [] }
    forEachRange(of: call, at: time) { part, prices, lower, upper in
      let input = part.shape.input(from: lower, below: upper).scaled(by: part.share)
      guard input.mass > 0 else { return }
      _ = follow(call, part, prices, [], tokens: max(0, lower)) { place, chance, _, attempt in
        guard let attempt, chance > 0 else { return }
        let parts = prices[place].parts(
          input: attempt.tokens, cached: attempt.cached, written: attempt.written,
          writtenLong: attempt.writtenLong, answered: attempt.answered, shape: part.shape)
        var sent = input
        if attempt.isCut { sent.first = attempt.tokens * input.mass }
        Self.add(parts, input: sent, part.shape, chance: chance, to: &result[place])
      }
    }
    let answered = 1 - call.exhausted
    return result + call.variant.uses.map { billed($0, answered: answered, at: time) }
  }

  private func billed(_ use: ModelUse, answered: Double, at time: SimTime) -> [Billed] {
    var result: [Billed] = []
    forEachRange(of: use, at: time) { price, shape, lower, upper in
      let parts = price.parts(input: max(0, lower), cached: 0, answered: true, shape: shape)
      let input = shape.input(from: lower, below: upper)
      Self.add(parts, input: input, shape, chance: answered, to: &result)
    }
    return result
  }

  private static func add(
    _ parts: [ExpectedPrice.Part], input: PartialMoments, _ shape: CallShape, chance: Double,
    to all: inout [Billed]
  ) {
    var own: [Billed] = []
    for part in parts {
      Billed(
        dimension: part.dimension, price: part.price, units: part.units(input: input, shape: shape),
        attempts: 0
      ).add(to: &own)
    }
    for var item in own {
      item.attempts = input.mass
      item.add(to: &all, share: chance)
    }
  }
}
