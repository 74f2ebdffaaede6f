import CostModel
import Scenarios
import Support

/// For which conversations no closed form holds, by the key that stands against it.
extension ConversationAssembly {
  /// Prompts beyond a size, of all calls, that are passed over in silence.
  private static let never = 1e-9

  mutating func checkLevels() {
    for level in spec.levels {
      for agent in level.agents where agent.isFork {
        refuse("agents.\(agent.name).fork", "what a fork reads depends on when it begins")
      }
      switch level.rules.full?.action {
      case .truncate: refuse("full: do: truncate", "what is dropped depends on the sizes drawn")
      case .compact(_, let keep) where keep > 0:
        refuse("full.keep", "what is kept depends on the sizes drawn")
      case .compact, .fail, nil: break
      }
    }
    let first = spec.levels.first?.firstKinds ?? []
    let isLookedUp = first.contains { kind in
      kind >= 0 && builder.looksUp(workload.stages[0].calls[0].mix[kind])
    }
    if isLookedUp {
      refuse("prompts", "an answer of the response cache has another length than the model's")
    }
  }

  mutating func check(_ place: Place) {
    guard let target = place.target else { return }
    let model = scenario.catalog[target.model].name
    let behaviour = scenario.behaviours[target.model.index]
    for call in place.kinds.compactMap(\.self) {
      let target = call.chain[0]
      guard target.failure > 0 else { continue }
      refuse(
        "models.\(scenario.catalog[target.model].name)",
        "attempts fail there (failure_rate, timeout or outages), and a failed call ends its "
          + "conversation or goes on elsewhere")
    }
    if !behaviour.quota.isUnlimited {
      refuse(
        "quotas.\(model)",
        "calls that its limits let wait, or turn away, find another cache")
    }
    checkCache(place, model)
    checkSizes(place, target, model)
  }

  private mutating func checkCache(_ place: Place, _ model: String) {
    guard let cache = place.form.cache else { return }
    if !cache.refresh {
      refuse("models.\(model).prompt_cache.refresh", "entries that reading does not renew")
    }
    if !cache.flushes.isEmpty {
      refuse("models.\(model).prompt_cache.flush", "when conversations meet it is not known")
    }
    guard cache.match == .breakpoint, place.form.storesPrompts, let lookback = cache.lookback,
      farthest(place, cache.lookbackUnit) >= Double(lookback)
    else { return }
    refuse(
      "models.\(model).prompt_cache.lookback",
      "the prompt before may lie further back than is searched")
  }

  /// Places from the end of a prompt to that of the one before.
  private func farthest(_ place: Place, _ unit: PromptCacheSettings.LookbackUnit) -> Double {
    let level = spec.levels[place.level]
    let thinking: Double = level.rules.keptReasoning == .none ? 0 : 1
    guard unit == .blocks, let tools = level.tools else { return 2 + thinking }
    let started = level.agents.reduce(max(1, tools.parallel.highest)) {
      $0 + max(1, $1.parallel.highest)
    }
    return max(2, 2 * started) + thinking
  }

  /// Sizes at which something changes: a context window, a price, a limit of the conversation.
  private mutating func checkSizes(
    _ place: Place, _ target: ExpectedCall.Target, _ model: String
  ) {
    if case .fail? = spec.levels[place.level].rules.full?.action,
      let at = spec.levels[place.level].rules.full?.limit.tokens(
        window: scenario.catalog[target.model].contextWindow)
    {
      checkSize(place, Double(at), "full: do: fail", "conversations end at it")
    }
    let behaviour = scenario.behaviours[target.model.index]
    if let window = scenario.catalog[target.model].contextWindow, !behaviour.takesAnySize {
      let reserve =
        behaviour.reserve ?? place.kinds.compactMap { $0?.variant.maxTokens }.max() ?? 0
      checkSize(
        place, Double(window - reserve) + 1, "\(model) context_window",
        "a prompt that is larger goes elsewhere or is not made")
    }
    for call in place.kinds.compactMap(\.self) {
      let time = scenario.period.start
      let price = ExpectedPrice(
        model: scenario.catalog[call.chain[0].model], region: call.chain[0].region,
        variant: call.variant, time: time)
      for threshold in Set(price.thresholds).sorted() {
        checkSize(
          place, threshold, "\(call.chain[0].name) prices by size of the input",
          "some prompts are priced otherwise")
      }
    }
  }

  private mutating func checkSize(
    _ place: Place, _ size: Double, _ key: String, _ reason: String
  ) {
    if let full = place.compaction, full.at <= size { return }
    let share = place.form.shareBeyond(size)
    let text = "\(reason), \(HumanFormat.share(share)) of them"
    if share >= AttentionLimits.shipped.turnedAway {
      refuse(key, text)
    } else if share > Self.never {
      doubts.append(
        ConversationDoubt(
          workload: number, part: "\(workload.name): \(key)", reason: text, stake: 0))
    }
  }
}

extension ConversationLevelForm {
  /// Share of the calls whose prompt has at least so many tokens, all sizes at their means.
  package func shareBeyond(_ size: Double) -> Double {
    var within = 0.0
    let chances = (0...ConversationSpec.mostSteps).lazy.map { steps.atLeast($0) }
      .prefix { $0 > 1e-13 }
    let atLeast = Array(chances)
    for turn in 0..<ConversationSpec.mostTurns {
      let reached = turns.atLeast(turn)
      guard reached > 1e-13, prompt(turn: turn, step: 0) < size else { break }
      for (step, chance) in atLeast.enumerated() {
        guard prompt(turn: turn, step: step) < size else { break }
        within += reached * chance
      }
    }
    return max(0, 1 - within / callCount)
  }
}
