import CostModel
import Scenarios
import Support

/// What formulas of conversations only approximate, each with the dollars that it may move.
struct ConversationDoubts {
  private let assembly: ConversationAssembly
  private let place: ConversationAssembly.Place
  private var form: ConversationLevelForm { place.form }
  private var level: ConversationLevel { assembly.spec.levels[place.level] }

  init(_ assembly: ConversationAssembly, _ place: ConversationAssembly.Place) {
    (self.assembly, self.place) = (assembly, place)
  }

  func list() -> [ConversationDoubt] {
    sharing() + steps() + reasoning() + minimum() + compactions() + waiting()
  }

  /// - Parameter tokens: of a conversation, that may be read where they are taken to be written, or the
  ///   other way round.
  private func doubt(_ part: String, _ reason: String, tokens: Double) -> ConversationDoubt {
    let path = ([assembly.workload.name] + level.path).joined(separator: "/")
    return ConversationDoubt(
      workload: assembly.number, part: "\(path) \(part)", reason: reason,
      stake: assembly.made(place) * tokens.magnitude * premium)
  }

  /// Dollars that writing a token costs more than reading it.
  private var premium: Double {
    guard let call = place.kinds.lazy.compactMap(\.self).first else { return 0 }
    let price = ExpectedPrice(
      model: assembly.scenario.catalog[call.chain[0].model], region: call.chain[0].region,
      variant: call.variant, time: assembly.scenario.period.start)
    func dollars(_ dimension: BillingDimension) -> Double {
      price.price(dimension, input: call.shape.meanInput) ?? 0
    }
    let written: BillingDimension =
      form.cache?.match == .block ? .inputTokens : .cacheWriteTokens
    return (dollars(written) - dollars(.cacheReadTokens)).magnitude
  }

  // MARK: D3

  private func sharing() -> [ConversationDoubt] {
    guard form.storesPrefix, level.prefixSharing != .conversation, let cache = form.cache,
      let target = place.target
    else { return [] }
    let uses = (1 + form.expiredGaps) * form.prefix
    let unsure = form.kept * (1 - form.kept)
    let life = form.prefixLife / 1e6
    var result: [ConversationDoubt] = []
    func add(_ reason: String, _ share: Double) {
      result.append(doubt("shared prefix", reason, tokens: share * uses))
    }
    let workload = assembly.workload
    if !workload.profile.isFlat {
      add("taken as steady within each hour of the profile", min(1, life / 3_600) * unsure)
    }
    if workload.arrivals != .poisson {
      add(
        "conversations are taken to begin at a Poisson rate",
        min(form.kept, 1 - form.kept))
    }
    let delay = assembly.delay(cache, target)
    let behaviour = assembly.scenario.behaviours[target.model.index]
    let isConstant = place.kinds.compactMap(\.self).allSatisfy {
      behaviour.latency(of: $0.variant).isConstant
    }
    if delay > 0, form.expiredGaps > 0 || !isConstant {
      add("what cannot be read yet is told in the mean", min(1, delay / life) * unsure)
    }
    if !level.path.isEmpty {
      add("sub-agents are taken to start independently of each other", 1 - form.kept)
    }
    return result
  }

  // MARK: D4, D5

  private func steps() -> [ConversationDoubt] {
    guard let cache = form.cache, cache.match == .block, cache.step > 1, form.storesPrompts else {
      return []
    }
    return [
      doubt(
        "prompt cache",
        "reads are cut to whole steps of \(cache.step) tokens, what is lost taken as half a step",
        // Half a step is right to within a quarter of one where sizes differ.
        tokens: Double(cache.step) / 4)
    ]
  }

  private func reasoning() -> [ConversationDoubt] {
    guard form.dropsReasoning, form.storesPrompts, form.unthinking > 0.001 else { return [] }
    return [
      doubt(
        "keep_reasoning", "every call is taken to think",
        tokens: form.unthinking * form.turns.mean * form.steps.mean * form.stepGrowth)
    ]
  }

  // MARK: The shortest prompts

  private func minimum() -> [ConversationDoubt] {
    guard let cache = form.cache, form.storesPrompts, !form.storesPrefix else { return [] }
    let least = level.prefixTokens.least + level.user.least
    let isFixed =
      form.user.isConstant && form.answer.isConstant && form.results.isConstant
      && form.toolOutput.isConstant && level.prefixTokens.isConstant
    guard least < Double(cache.minimumTokens), !isFixed else { return [] }
    return [
      doubt(
        "prompt cache", "which prompts are long enough is told by their means",
        tokens: Double(cache.minimumTokens) * min(1, form.callCount) / 4)
    ]
  }

  // MARK: D6

  private func compactions() -> [ConversationDoubt] {
    guard let full = place.compaction, !form.isEven || form.dropsReasoning else { return [] }
    let count = form.tokens(compacting: full).compaction.calls
    guard count > 1e-9 else { return [] }
    return [
      doubt(
        "full.at", "contexts are taken to grow by the same at every call",
        // What a turn drops, a compaction in its midst does not find dropped.
        tokens: count
          * (form.dropsReasoning
            ? form.steps.mean * form.stepGrowth + form.message.mean : form.growth))
    ]
  }

  // MARK: Sub-agents

  private func waiting() -> [ConversationDoubt] {
    let works = level.agents.contains { assembly.workIsDrawn($0.level) }
    guard works, form.cache != nil else { return [] }
    return [
      doubt(
        "agents", "how long sub-agents work is told by its mean",
        tokens: form.toolCalls * form.firstPrompt
          * min(1, assembly.longestWork(of: level) / max(1, form.restLife)))
    ]
  }
}

extension ConversationAssembly {
  /// Whether such conversations take differently long.
  func workIsDrawn(_ number: Int) -> Bool {
    let level = spec.levels[number]
    func isOne(_ count: ConversationLevel.Count) -> Bool {
      if case .drawn(let law) = count { law.isConstant } else { false }
    }
    let isTimed =
      level.think.isConstant && (level.tools?.time.isConstant ?? true)
      && scenario.behaviours.allSatisfy { behaviour in
        behaviour.latency.isConstant
          && (behaviour.latencyPerAudioSecond == .zero
            || scenario.variants.allSatisfy(\.audio.isConstant))
      }
    return !isOne(level.turns) || level.abandon > 0
      || !(level.tools.map { isOne($0.steps) } ?? true)
      || !isTimed || !level.agents.isEmpty
  }
}
