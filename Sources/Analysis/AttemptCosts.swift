import CostModel
import Scenarios

/// The cost of calls of one kind that are not answered from the cache, along their chain.
package struct AttemptCosts {
  package let scenario: Scenario

  package init(scenario: Scenario) {
    self.scenario = scenario
  }

  /// What one call costs, all targets together, and in the mean by target.
  package struct Result {
    package var moments = CostMoments()
    package var byTarget: [Double]
    /// What it bills at other models, in the mean: by place among the variant's uses.
    package var byUse: [Double] = []
  }

  /// One way in which a call may go: some attempts fail, and one may answer.
  package struct Way {
    package var chance: Double
    /// What all of its attempts cost together.
    package var line: CostLine
    /// Total input tokens for which it is so: at least, and below.
    package var from: Double
    package var below: Double
    /// The lengths of the answers for which it is so; empty: any that the variant draws.
    package var answers: [CallShape.Answers.Cell]
  }

  package func cost(of call: ExpectedCall, at time: SimTime) -> Result {
    var result = Result(byTarget: Array(repeating: 0, count: call.chain.count))
    let uses = call.variant.uses.map { cost(of: $0, at: time) }
    result.byUse = uses.map { $0.mean * (1 - call.exhausted) }
    forEachRange(of: call, at: time) { part, prices, lower, upper in
      let shape = part.shape
      let input = shape.input(from: lower, below: upper).scaled(by: part.share)
      guard input.mass > 0 else { return }
      let ways = follow(call, part, prices, uses, tokens: max(0, lower)) { place, chance, line in
        result.byTarget[place] += chance * line.moments(input: input, shape: shape).mean
      }
      for (chance, line) in ways {
        result.moments =
          result.moments + line.moments(input: input, shape: shape).scaled(by: chance)
      }
    }
    return result
  }

  /// Every way in which a call may go, their chances adding up to 1 for each number of tokens.
  package func ways(of call: ExpectedCall, at time: SimTime) -> [Way] {
    var result: [Way] = []
    let uses = call.variant.uses.map { cost(of: $0, at: time) }
    forEachRange(of: call, at: time) { part, prices, lower, upper in
      result += follow(call, part, prices, uses, tokens: max(0, lower)) { _, _, _ in }.map {
        Way(
          chance: $0.chance * part.share, line: $0.line, from: lower, below: upper,
          answers: part.shape.cells)
      }
    }
    return result
  }

  /// Numbers of input tokens between which no price changes, and no window holds less than before.
  private func forEachRange(
    of call: ExpectedCall, at time: SimTime,
    _ body: (WindowPart, _ prices: [ExpectedPrice], _ lower: Double, _ upper: Double) -> Void
  ) {
    let prices = call.chain.map {
      ExpectedPrice(
        model: scenario.catalog[$0.model], region: $0.region, variant: call.variant, time: time)
    }
    let whole = WindowPart(share: 1, shape: call.shape, limits: call.chain.map { _ in nil })
    for part in call.parts.isEmpty ? [whole] : call.parts {
      let bounds =
        [-Double.infinity] + Set(prices.flatMap(\.thresholds) + part.bounds).sorted()
        + [Double.infinity]
      for (lower, upper) in zip(bounds, bounds.dropFirst()) { body(part, prices, lower, upper) }
    }
  }

  /// What a call bills at another model, whatever its own sizes.
  private func cost(of use: ModelUse, at time: SimTime) -> CostMoments {
    guard let id = scenario.catalog.id(named: use.model) else { return CostMoments() }
    let (variant, shape) = (use.variant, CallShape(use.variant))
    let price = ExpectedPrice(
      model: scenario.catalog[id], region: scenario.regions[id]?.first, variant: variant,
      time: time)
    let bounds = [-Double.infinity] + Set(price.thresholds).sorted() + [Double.infinity]
    return zip(bounds, bounds.dropFirst()).reduce(CostMoments()) { sum, range in
      let line = price.line(input: max(0, range.0), cached: 0, answered: true, shape: shape)
      return sum
        + line.moments(input: shape.input(from: range.0, below: range.1), shape: shape)
    }
  }

  /// Along the chain: every way in which a call may end, and what each attempt adds at its target.
  private func follow(
    _ call: ExpectedCall, _ part: WindowPart, _ prices: [ExpectedPrice], _ uses: [CostMoments],
    tokens: Double, attempt: (_ place: Int, _ chance: Double, CostLine) -> Void
  ) -> [(chance: Double, line: CostLine)] {
    let shape = part.shape
    var ways: [(chance: Double, line: CostLine)] = []
    var before = CostLine()
    var reached = 1.0
    for (place, target) in call.chain.enumerated() {
      if let split = target.split {
        let line = prices[place].line(
          input: tokens, cached: split.read, written: split.short, writtenLong: split.long,
          answered: true, shape: shape)
        attempt(place, 1, line)
        return [(1, line)]
      }
      let window = part.limits[place].flatMap { tokens >= $0.bound ? $0 : nil }
      if let window, !window.cuts { continue }
      func cut(_ line: (_ tokens: Double) -> CostLine) -> CostLine {
        guard let window else { return line(tokens) }
        var result = line(window.bound - 1)
        result.constant += result.perInput * (window.bound - 1)
        result.perInput = 0
        return result
      }
      let fresh = cut {
        prices[place].line(
          input: $0, cached: 0, written: target.prefixWritten, answered: true, shape: shape)
      }
      let cached = cut {
        prices[place].line(input: $0, cached: target.prefixRead, answered: true, shape: shape)
      }
      let failed = cut {
        failedLine(prices[place], tokens: $0, target, shape: shape)
      }
      var lost = CostLine()
      var tried = reached
      for _ in 0..<target.attempts {
        for (line, hit) in [(fresh, 1 - target.prefixHit), (cached, target.prefixHit)] {
          let chance = tried * (1 - target.failure) * hit
          guard chance > 0 else { continue }
          var all = before + lost + line
          for use in uses {
            all.add(PartialMoments(first: use.mean, second: use.square), each: 1)
          }
          ways.append((chance, all))
          attempt(place, chance, line)
        }
        attempt(place, tried * target.failure, failed)
        lost = lost + failed
        tried *= target.failure
      }
      before = before + lost
      reached = tried
    }
    if reached > 0 { ways.append((reached, before)) }
    return ways
  }

  private func failedLine(
    _ price: ExpectedPrice, tokens: Double, _ target: ExpectedCall.Target, shape: CallShape
  ) -> CostLine {
    guard scenario.billFailures != .none else { return CostLine() }
    return price.line(
      input: tokens, cached: target.prefixRead * target.prefixHit,
      written: target.prefixWritten * (1 - target.prefixHit),
      answered: scenario.billFailures == .all, shape: shape)
  }
}
