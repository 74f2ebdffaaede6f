import CostModel
import Scenarios

extension ConversationAssembly {
  /// What a user's conversation costs at some moment's prices, in dollars, of users of an account plan.
  func moments(plan: Int, at time: SimTime) -> CostMoments {
    var costs: [SizeLaw?] = spec.levels.map { _ in nil }
    var result = CostMoments()
    for level in spec.levels.indices.reversed() {
      var own = CostMoments()
      var total = 0.0
      for place in places where place.plan == plan && place.level == level {
        var spread = ConversationSpread(form: place.form, rates: rates(place, at: time))
        spread.thinking.tool = SizeLaw(place.kinds[1]?.shape.reasoning)
        spread.thinking.answer = SizeLaw(place.kinds[0]?.shape.reasoning)
        for agent in spec.levels[level].agents {
          let one = costs[agent.level] ?? SizeLaw()
          spread.agents = spread.agents + one.summed(agent.parallel, chance: agent.chance)
        }
        let one =
          place.compaction.map { spread.moments(compacting: $0, asked: place) } ?? spread.moments
        own = own + one.scaled(by: place.weight)
        total += place.weight
      }
      if total > 0 { own = own.scaled(by: 1 / total) }
      costs[level] = SizeLaw(mean: own.mean, variance: own.variance)
      result = own
    }
    return result
  }

  private func rates(_ place: Place, at time: SimTime) -> [ConversationSpread.Rates] {
    place.kinds.map { call in
      guard let call else { return ConversationSpread.Rates() }
      let price = ExpectedPrice(
        model: scenario.catalog[call.chain[0].model], region: call.chain[0].region,
        variant: call.variant, time: time)
      func dollars(_ dimension: BillingDimension) -> Double {
        price.price(dimension, input: call.shape.meanInput) ?? 0
      }
      let metered = AttemptCosts(scenario: scenario).metered(call, at: time)
      return ConversationSpread.Rates(
        fresh: dollars(.inputTokens), read: dollars(.cacheReadTokens),
        short: dollars(.cacheWriteTokens), long: dollars(.cacheWriteLongTokens),
        visible: dollars(.outputTokens), reasoning: dollars(.reasoningTokens),
        call: dollars(.calls) + metered.mean, callVariance: metered.variance)
    }
  }
}

extension ConversationSpread {
  /// With compactions: as many calls as are drawn, each at its mean cost.
  func moments(
    compacting full: ConversationCompaction, asked: ConversationAssembly.Place
  ) -> CostMoments {
    let alive = form.survival(upTo: 1_000_000)
    let tokens = form.tokens(compacting: full)
    func cost(_ tokens: ConversationTokens, _ rates: Rates, out: Double) -> Double {
      let fresh = tokens.input - tokens.read - tokens.short - tokens.long
      return fresh * rates.fresh + tokens.read * rates.read + tokens.short * rates.short
        + tokens.long * rates.long + tokens.calls * (rates.call + out)
    }
    func output(_ rates: Rates, _ visible: SizeLaw, _ thought: SizeLaw) -> Double {
      rates.visible * visible.mean + rates.reasoning * thought.mean
    }
    let mean =
      cost(
        tokens.tool, rates[1],
        out: output(rates[1], form.toolOutput, thinking.tool)
          + agents.mean)
      + cost(tokens.answer, rates[0], out: output(rates[0], form.answer, thinking.answer))
      + cost(
        tokens.compaction, rates[2],
        out: rates[2].visible * full.summary
          + rates[2].reasoning * (asked.kinds[2]?.shape.reasoning.first ?? 0))
    // The cost of a conversation of m calls is taken to be in proportion to their number.
    let number = alive.reduce(0, +)
    let square = alive.enumerated().reduce(0) { $0 + Double(2 * $1.offset + 1) * $1.element }
    let each = mean / max(1e-300, number)
    return CostMoments(likeGamma: mean, square: each * each * square)
  }
}
