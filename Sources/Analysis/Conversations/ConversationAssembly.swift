import CostModel
import Foundation
import Scenarios
import Support

/// Puts together what closed forms need to know of one workload's conversations: where its calls go, how
/// often they are made, and what they find in the caches there.
struct ConversationAssembly {
  /// One target of the calls of one kind of conversation, of the users of one account plan.
  struct Place {
    var level: Int
    var plan: Int
    /// Share of the conversations that are there.
    var weight: Double
    /// By `ConversationCall`, as far as they are made.
    var kinds: [ExpectedCall?]
    var form: ConversationLevelForm
    var compaction: ConversationCompaction?
    /// Conversations of this kind, in one of a user's.
    var often = 0.0
    /// The same, those that start together as one.
    var starts = 0.0
    /// Chance that others of the same conversation have started shortly before.
    var before = 0.0

    var target: ExpectedCall.Target? { kinds.lazy.compactMap(\.self).first?.chain.first }
  }

  let builder: ExpectedCallBuilder
  let number: Int
  let spec: ConversationSpec
  private(set) var obstacles: [Expectation.Approximation] = []
  var doubts: [ConversationDoubt] = []
  private(set) var calls: [ExpectedCall] = []
  private(set) var places: [Place] = []

  var scenario: Scenario { builder.scenario }
  var traffic: ExpectedTraffic { builder.traffic }
  var workload: Workload { scenario.workloads[number] }
  private var mix: [Variant] { workload.stages[0].calls[0].mix }

  init(_ builder: ExpectedCallBuilder, workload: Int, _ spec: ConversationSpec) {
    (self.builder, number, self.spec) = (builder, workload, spec)
  }

  mutating func assemble() {
    checkLevels()
    for plan in traffic.usersOfPlan.indices { addPlaces(plan) }
    guard obstacles.isEmpty else { return }
    for index in places.indices { check(places[index]) }
    for index in places.indices {
      places[index].form.kept = kept(places[index])
    }
    for place in places {
      addCalls(place)
      doubts += ConversationDoubts(self, place).list()
    }
  }

  /// Conversations of the period at a place.
  func made(_ place: Place) -> Double {
    traffic.volumeMonths[number] * traffic.flows[number][place.plan] * place.weight * place.often
  }

  mutating func refuse(_ key: String, _ reason: String) {
    obstacles.append(
      Expectation.Approximation(
        part: "\(workload.name): \(key)", reason: reason, isLeftOut: true))
  }

  // MARK: Where calls go

  private mutating func addPlaces(_ plan: Int) {
    var ofPlan: [[Place]] = spec.levels.map { _ in [] }
    // What sub-agents bring and how long they work is known before those that start them.
    for level in spec.levels.indices.reversed() {
      ofPlan[level] = routed(level, plan).map { weight, kinds in
        var place = Place(
          level: level, plan: plan, weight: weight, kinds: kinds,
          form: form(level, kinds, agents: ofPlan))
        place.compaction = compaction(of: place, level)
        return place
      }
    }
    var often = spec.levels.map { _ in 0.0 }
    var before = often
    if !often.isEmpty { often[0] = 1 }
    var starts = often
    for (level, own) in ofPlan.enumerated() {
      guard let form = own.first?.form else { continue }
      for agent in spec.levels[level].agents {
        starts[agent.level] = often[level] * form.toolCalls * agent.chance
        often[agent.level] = starts[agent.level] * agent.parallel.meanFromOne
        before[agent.level] =
          ofPlan[agent.level].first.map { self.before(agent, $0.form, of: form) } ?? 0
      }
      places += own.map {
        var place = $0
        (place.often, place.starts, place.before) = (often[level], starts[level], before[level])
        return place
      }
    }
  }

  /// The targets of a level's calls, each with the share of its conversations.
  private mutating func routed(
    _ level: Int, _ plan: Int
  ) -> [(weight: Double, kinds: [ExpectedCall?])] {
    let numbers = spec.levels[level].kinds
    let made = numbers.map { $0.map { number in number < 0 ? [] : kinds(number, plan) } }
    let talk = made.flatMap { [$0[0], $0[1]] }.filter { !$0.isEmpty }
    guard let first = talk.first else { return [] }
    let rules = numbers.flatMap { $0.prefix(2) }.filter { $0 >= 0 }.map { rule(mix[$0], plan) }
    let isOne = first.count == 1 || Set(rules).count == 1 && rules[0].isSticky
    guard isOne, talk.allSatisfy({ targets($0) == targets(first) }) else {
      let names = Set(talk.flatMap { $0.map { $0.chain[0].name } }).sorted()
      refuse(
        "policy",
        "its calls are routed to several models (\(HumanFormat.list(names))), each with a cache that "
          + "has seen a part of the conversation")
      return []
    }
    let compactions = made[0][2]
    let isSame = targets(compactions) == targets(first)
    if !compactions.isEmpty, !isSame, compactions.count > 1 {
      refuse("policy", "its compactions are routed to several models")
    }
    return first.enumerated().map { place, call in
      let others = isSame ? compactions[place] : compactions.first
      return (
        call.share / call.variant.share,
        [made[0][0][place], made[0][1].isEmpty ? nil : made[0][1][place], others]
      )
    }
  }

  private struct RuleKey: Hashable {
    var place: Int?
    var isSticky: Bool
  }

  private func rule(_ variant: Variant, _ plan: Int) -> RuleKey {
    let place = scenario.policy.firstMatchPlace(
      builder.attributes(of: variant, workload: workload, accountPlan: plan))
    return RuleKey(
      place: place, isSticky: place.map { scenario.policy.rules[$0].isSticky } ?? true)
  }

  private func targets(_ calls: [ExpectedCall]) -> [String] { calls.map { $0.chain[0].name } }

  private func kinds(_ kind: Int, _ plan: Int) -> [ExpectedCall] {
    builder.kinds(of: mix[kind], kind, workload: workload, accountPlan: plan).map {
      var call = $0
      call.workload = number
      return call
    }
  }

  // MARK: What conversations are like

  private func form(
    _ number: Int, _ kinds: [ExpectedCall?], agents: [[Place]]
  ) -> ConversationLevelForm {
    let level = spec.levels[number]
    let answer = kinds[0]?.shape
    let tool = kinds[1]?.shape
    let model = kinds.lazy.compactMap(\.self).first?.routed ?? ModelID(0)
    let behaviour = scenario.behaviours[model.index]
    let tools = level.tools ?? ConversationLevel.Tools()
    var form = ConversationLevelForm(
      steps: CountLaw(steps: tools.steps),
      turns: CountLaw(turns: level.turns, abandon: level.abandon),
      afterTool: GapLaw(
        latency: latency(kinds[1], behaviour), pause: tools.time, floors: floors(level, agents)),
      afterAnswer: GapLaw(latency: latency(kinds[0], behaviour), pause: level.think))
    let prefix = SizeLaw(level.prefixTokens)
    (form.prefix, form.prefixVariance) = (prefix.mean, prefix.variance)
    form.user = SizeLaw(level.user)
    form.answer = SizeLaw(answer?.visible)
    form.toolOutput = SizeLaw(tool?.visible)
    form.results = SizeLaw(tools.result).summed(tools.parallel)
    for agent in level.agents {
      let result = agent.result.map { SizeLaw($0) } ?? agents[agent.level].first?.form.answer
      form.results =
        form.results + (result ?? SizeLaw()).summed(agent.parallel, chance: agent.chance)
    }
    let kept = level.rules.keptReasoning
    if kept != .none { form.keptOfTool = SizeLaw(tool?.reasoning) }
    if kept == .all { form.keptOfAnswer = SizeLaw(answer?.reasoning) }
    form.dropsReasoning = kept == .turn && form.keptOfTool.mean > 0
    form.unthinking = level.reasoning.moments(below: 0.5, rounded: true).mass
    form.marks = level.rules.marks
    if let cache = behaviour.promptCache, cache.ttl > .zero { form.cache = cache }
    form.placesOfStep = placesOfStep(form, level, tools)
    return form
  }

  private func latency(_ call: ExpectedCall?, _ behaviour: TargetBehaviour) -> Distribution {
    call.map { behaviour.latency(of: $0.variant) } ?? behaviour.latency
  }

  /// Places of a look-back that a step takes: its tool call, and its results.
  private func placesOfStep(
    _ form: ConversationLevelForm, _ level: ConversationLevel, _ tools: ConversationLevel.Tools
  ) -> Double {
    guard form.cache?.lookbackUnit == .blocks else { return form.results.mean > 0 ? 2 : 1 }
    let started = level.agents.reduce(tools.parallel.meanFromOne) {
      $0 + $1.chance * $1.parallel.meanFromOne
    }
    return 2 * started
  }

  /// How long the slowest sub-agents of a step work, with the chance of that.
  private func floors(
    _ level: ConversationLevel, _ agents: [[Place]]
  ) -> [(chance: Double, value: Double)] {
    let works = level.agents.compactMap { agent in
      agents[agent.level].first.map { (chance: agent.chance, value: $0.form.workingTime) }
    }.sorted { $0.value > $1.value }
    var left = 1.0
    var result: [(chance: Double, value: Double)] = []
    for work in works where left > 0 {
      result.append((left * work.chance, work.value))
      left *= 1 - work.chance
    }
    return left > 0 ? result + [(left, 0)] : result
  }

  private mutating func compaction(of place: Place, _ number: Int) -> ConversationCompaction? {
    let level = spec.levels[number]
    guard let full = level.rules.full, case .compact(let instruction, _) = full.action,
      let call = place.kinds[2], let own = place.target
    else { return nil }
    let window = scenario.catalog[own.model].contextWindow
    guard let limit = full.limit.tokens(window: window) else { return nil }
    var result = ConversationCompaction(
      at: Double(limit), summary: call.shape.visible.first, instruction: Double(instruction))
    result.isOwnTarget = call.chain[0].name == own.name
    let cache = scenario.behaviours[call.routed.index].promptCache
    if let cache, cache.ttl > .zero { result.cache = cache }
    return result
  }

  /// Microseconds that the sub-agents of a level work, those that take longest.
  func longestWork(of level: ConversationLevel) -> Double {
    let started = Set(level.agents.map(\.level))
    return places.filter { started.contains($0.level) }.map(\.form.workingTime).max() ?? 0
  }

  // MARK: What is shared

  /// D3, over the hours of the profile and the users.
  private func kept(_ place: Place) -> Double {
    guard place.form.storesPrefix, let target = place.target, let cache = place.form.cache else {
      return 0
    }
    let delay = delay(cache, target)
    switch spec.levels[place.level].prefixSharing {
    case .conversation: return 0
    case .all:
      let rate = places.reduce(0.0) { sum, other in
        guard other.level == place.level, other.target?.name == target.name else { return sum }
        return sum + traffic.flows[number][other.plan] * other.weight * other.starts
      }
      return kept(place, rate: rate, delay)
    case .user:
      let volume = traffic.volumes[number][place.plan] * place.weight * place.starts
      let groups = traffic.groups.filter { $0.accountPlan == place.plan }
      let total = groups.reduce(0) { $0 + $1.users * $1.weight }
      guard total > 0 else { return 0 }
      return groups.reduce(0.0) { sum, group in
        sum + group.users * group.weight / total
          * kept(place, rate: volume * group.weight, delay)
      }
    }
  }

  /// - Parameter rate: a month of the workload's volume.
  private func kept(_ place: Place, rate: Double, _ delay: Double) -> Double {
    overTime { pace in
      // Of sub-agents, those of one's own conversation count apart.
      let others = place.form.keptByOthers(
        rate: rate * pace, delay: delay, overlap: place.before / 2)
      return place.before + (1 - place.before) * others
    }
  }

  /// The chance that sub-agents of the same name and conversation have started so shortly before that
  /// their prefix is still kept, steps taken as evenly spaced.
  private func before(
    _ agent: ConversationLevel.Agent, _ own: ConversationLevelForm, of parent: ConversationLevelForm
  ) -> Double {
    guard own.prefixLife > 0, parent.toolCalls > 1 else { return 0 }
    let gap =
      (parent.toolCalls * parent.afterTool.mean + parent.turns.mean * parent.afterAnswer.mean)
      / parent.toolCalls
    let steps = (own.prefixLife / max(1, gap)).rounded(.down)
    // Chance that a step has another one before it, and that no agent was started there.
    let earlier = 1 - 1 / parent.toolCalls
    let quiet = earlier * (1 - agent.chance)
    guard quiet < 1 else { return 0 }
    return earlier * agent.chance * (1 - pow(quiet, steps)) / (1 - quiet)
  }

  /// The mean over the workload's calls of something that depends on its pace.
  private func overTime(_ value: (_ pace: Double) -> Double) -> Double {
    traffic.timeClasses.reduce(0.0) { sum, time in
      let pace = time.pace[number]
      return sum + pace * time.seconds / traffic.volumeMonths[number] * value(pace)
    }
  }

  /// Seconds until what a call writes can be read.
  func delay(_ cache: PromptCacheSettings, _ target: ExpectedCall.Target) -> Double {
    let behaviour = scenario.behaviours[target.model.index]
    // Of a prefix, what is first to be sent.
    let first = places.lazy.compactMap { $0.kinds[1] ?? $0.kinds[0] }
      .first { $0.chain[0].name == target.name }
    let latency = self.latency(first, behaviour).mean / 1e6
    return switch cache.readable {
    case .start: 0
    case .outcome: latency
    case .after(let time): min(time.seconds, latency)
    }
  }

  // MARK: Calls

  private mutating func addCalls(_ place: Place) {
    var tokens: [ConversationTokens]
    if let full = place.compaction {
      let all = place.form.tokens(compacting: full)
      tokens = [all.answer, all.tool, all.compaction]
    } else {
      let all = place.form.tokens
      tokens = [all.answer, all.tool, ConversationTokens()]
    }
    for (kind, tokens) in zip(place.kinds, tokens) {
      guard var call = kind, tokens.calls > 0 else { continue }
      let factor = place.weight * place.often
      call.perFlow = factor * tokens.calls
      call.share = 1
      call.take(tokens)
      calls.append(call)
    }
  }
}

extension ExpectedCall {
  /// The mean sizes of a conversation's calls.
  fileprivate mutating func take(_ tokens: ConversationTokens) {
    shape.take(meanInput: tokens.input / tokens.calls)
    lookup = nil
    chain[0].split = Target.Split(
      read: tokens.read / tokens.calls, short: tokens.short / tokens.calls,
      long: tokens.long / tokens.calls)
  }
}
