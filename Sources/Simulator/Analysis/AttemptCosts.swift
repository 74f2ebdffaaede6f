import CostModel

/// The cost of calls of one kind that are not answered from the cache, along their chain.
struct AttemptCosts {
  let scenario: Scenario

  /// What one call costs, all targets together, and in the mean by target.
  struct Result {
    var moments = CostMoments()
    var byTarget: [Double]
  }

  func cost(of call: ExpectedCall, at time: SimTime) -> Result {
    let prices = call.chain.map {
      ExpectedPrice(
        model: scenario.catalog[$0.model], region: $0.region, variant: call.variant, time: time)
    }
    let bounds =
      [-Double.infinity] + Set(prices.flatMap(\.thresholds)).sorted() + [Double.infinity]
    var result = Result(byTarget: Array(repeating: 0, count: call.chain.count))
    for (lower, upper) in zip(bounds, bounds.dropFirst()) {
      let input = call.shape.input(from: lower, below: upper)
      if input.mass > 0 {
        add(call, prices: prices, tokens: max(0, lower), input: input, to: &result)
      }
    }
    return result
  }

  /// Adds the calls whose input lies in one range of tokens, over every way they may end.
  private func add(
    _ call: ExpectedCall, prices: [ExpectedPrice], tokens: Double, input: PartialMoments,
    to result: inout Result
  ) {
    let shape = call.shape
    let prefix = Double(call.variant.prefixTokens)
    var before = CostLine()
    var reached = 1.0
    for (place, target) in call.chain.enumerated() {
      let fresh = prices[place].line(input: tokens, cached: 0, answered: true, shape: shape)
      let cached = prices[place].line(input: tokens, cached: prefix, answered: true, shape: shape)
      let failed = failedLine(
        prices[place], tokens: tokens, cached: prefix * target.prefixHit, shape: shape)
      var lost = CostLine()
      var tried = reached
      for _ in 0..<target.attempts {
        for (line, hit) in [(fresh, 1 - target.prefixHit), (cached, target.prefixHit)] {
          let chance = tried * (1 - target.failure) * hit
          guard chance > 0 else { continue }
          result.moments =
            result.moments
            + (before + lost + line).moments(input: input, shape: shape).scaled(by: chance)
          result.byTarget[place] += chance * line.moments(input: input, shape: shape).mean
        }
        result.byTarget[place] +=
          tried * target.failure * failed.moments(input: input, shape: shape).mean
        lost = lost + failed
        tried *= target.failure
      }
      before = before + lost
      reached = tried
    }
    result.moments = result.moments + before.moments(input: input, shape: shape).scaled(by: reached)
  }

  private func failedLine(
    _ price: ExpectedPrice, tokens: Double, cached: Double, shape: CallShape
  ) -> CostLine {
    switch scenario.billFailures {
    case .none: CostLine()
    case .input: price.line(input: tokens, cached: cached, answered: false, shape: shape)
    case .all: price.line(input: tokens, cached: cached, answered: true, shape: shape)
    }
  }
}
