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
      let ways = follow(call, part, prices, uses, tokens: max(0, lower)) { place, chance, line, _ in
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
      result += follow(call, part, prices, uses, tokens: max(0, lower)) { _, _, _, _ in }.map {
        Way(
          chance: $0.chance * part.share, line: $0.line, from: lower, below: upper,
          answers: part.shape.cells)
      }
    }
    return result
  }

  /// Numbers of input tokens between which no price changes, and no window holds less than before.
  func forEachRange(
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

  /// What a call is billed for at its first target, whatever its tokens: audio, pieces and other models'
  /// work, in dollars; the price of a call as such aside.
  func metered(_ call: ExpectedCall, at time: SimTime) -> SizeLaw {
    let target = call.chain[0]
    let price = ExpectedPrice(
      model: scenario.catalog[target.model], region: target.region, variant: call.variant,
      time: time)
    let input = call.shape.meanInput
    let line = price.line(input: input, cached: 0, answered: true, shape: call.shape)
      .adding(call.variant.uses.map { cost(of: $0, at: time) })
    return SizeLaw(
      mean: line.constant + line.audioMean - (price.price(.calls, input: input) ?? 0),
      variance: line.audioSpread * line.audioSpread)
  }

  /// What a call bills at another model, whatever its own sizes.
  private func cost(of use: ModelUse, at time: SimTime) -> CostMoments {
    var sum = CostMoments()
    forEachRange(of: use, at: time) { price, shape, lower, upper in
      let line = price.line(input: max(0, lower), cached: 0, answered: true, shape: shape)
      sum = sum + line.moments(input: shape.input(from: lower, below: upper), shape: shape)
    }
    return sum
  }

  /// Numbers of its input tokens between which no price changes.
  func forEachRange(
    of use: ModelUse, at time: SimTime,
    _ body: (_ price: ExpectedPrice, CallShape, _ lower: Double, _ upper: Double) -> Void
  ) {
    guard let id = scenario.catalog.id(named: use.model) else { return }
    let (variant, shape) = (use.variant, CallShape(use.variant))
    let price = ExpectedPrice(
      model: scenario.catalog[id], region: scenario.regions[id]?.first, variant: variant,
      time: time)
    let bounds = [-Double.infinity] + Set(price.thresholds).sorted() + [Double.infinity]
    for (lower, upper) in zip(bounds, bounds.dropFirst()) { body(price, shape, lower, upper) }
  }

  /// Along the chain: every way in which a call may end, and what each attempt adds at its target.
  func follow(
    _ call: ExpectedCall, _ part: WindowPart, _ prices: [ExpectedPrice], _ uses: [CostMoments],
    tokens: Double, attempt: (_ place: Int, _ chance: Double, CostLine, Attempt?) -> Void
  ) -> [(chance: Double, line: CostLine)] {
    let shape = part.shape
    var ways: [(chance: Double, line: CostLine)] = []
    var before = CostLine()
    var reached = 1.0
    for (place, target) in call.chain.enumerated() {
      if let split = target.split {
        let own = Attempt(
          tokens: tokens, cached: split.read, written: split.short, writtenLong: split.long)
        let line = line(prices[place], own, shape)
        attempt(place, 1, line, own)
        return [(1, line.adding(uses))]
      }
      let window = part.limits[place].flatMap { tokens >= $0.bound ? $0 : nil }
      if let window, !window.cuts { continue }
      var missed = Attempt(tokens: window.map { $0.bound - 1 } ?? tokens, isCut: window != nil)
      var found = missed
      (missed.written, missed.writtenLong) = (target.prefixWritten, target.prefixWrittenLong)
      found.cached = target.prefixRead
      let failure = failed(target, missed)
      let (fresh, cached) = (
        line(prices[place], missed, shape), line(prices[place], found, shape)
      )
      let failed = failure.map { line(prices[place], $0, shape) } ?? CostLine()
      var lost = CostLine()
      var tried = reached
      for _ in 0..<target.attempts {
        for (line, hit, own) in [
          (fresh, 1 - target.prefixHit, missed), (cached, target.prefixHit, found),
        ] {
          let chance = tried * (1 - target.failure) * hit
          guard chance > 0 else { continue }
          ways.append((chance, (before + lost + line).adding(uses)))
          attempt(place, chance, line, own)
        }
        attempt(place, tried * target.failure, failed, failure)
        lost = lost + failed
        tried *= target.failure
      }
      before = before + lost
      reached = tried
    }
    if reached > 0 { ways.append((reached, before)) }
    return ways
  }

  /// One attempt, as it is billed.
  package struct Attempt {
    /// Total input tokens, which decide of the price; all that is sent where it is cut.
    package var tokens: Double
    package var isCut = false
    package var cached = 0.0
    package var written = 0.0
    package var writtenLong = 0.0
    package var answered = true
  }

  private func line(_ price: ExpectedPrice, _ attempt: Attempt, _ shape: CallShape) -> CostLine {
    var line = price.line(
      input: attempt.tokens, cached: attempt.cached, written: attempt.written,
      writtenLong: attempt.writtenLong, answered: attempt.answered, shape: shape)
    guard attempt.isCut else { return line }
    line.constant += line.perInput * attempt.tokens
    line.perInput = 0
    return line
  }

  /// An attempt that fails; nil: it is not billed.
  private func failed(_ target: ExpectedCall.Target, _ attempt: Attempt) -> Attempt? {
    guard scenario.billFailures != .none else { return nil }
    var attempt = attempt
    attempt.cached = target.prefixRead * target.prefixHit
    attempt.written = target.prefixWritten * (1 - target.prefixHit)
    attempt.writtenLong = target.prefixWrittenLong * (1 - target.prefixHit)
    attempt.answered = scenario.billFailures == .all
    return attempt
  }
}
