import CostModel
import ReferenceEngine
import Testing

/// Plays scripted conversations with the library's own state machines.
struct ConversationPlayer {
  private final class Talk {
    let script: ScriptedConversation
    var state: Conversation
    let parent: Talk?
    let place: Int
    var agents = 0
    /// By target, where it leaves them to the conversation.
    var own: [String: OwnEntries] = [:]

    init(_ script: ScriptedConversation, _ state: consuming Conversation, parent: Talk?, place: Int)
    {
      self.script = script
      self.state = state
      self.parent = parent
      self.place = place
    }

    var turn: ScriptedConversation.Turn { script.turns[state.turn] }
    var step: ScriptedConversation.Step? {
      let steps = turn.steps ?? []
      return state.step < steps.count ? steps[state.step] : nil
    }
    var chain: [String] { turn.model.map { [$0] } ?? script.chain ?? [script.model] }
    var kind: ConversationCall { step == nil ? .answer : .tool }
  }

  private final class Attempting {
    let talk: Talk
    let kind: ConversationCall
    let chain: [String]
    var place = 0
    var retries: Int
    var isMade = false
    var fails = false

    init(_ talk: Talk, _ kind: ConversationCall, _ chain: [String], retries: Int) {
      self.talk = talk
      self.kind = kind
      self.chain = chain
      self.retries = retries
    }
  }

  private enum Action {
    case outcome(Attempting)
    case retry(Attempting)
    case turn(Talk)
    case results(Talk)
    /// The call that a compaction went before.
    case call(Talk)

    var rank: Int {
      switch self {
      case .outcome: 0
      case .retry: 1
      case .turn, .results, .call: 2
      }
    }
  }

  private struct Target {
    var model: ScriptedModel
    var cache: ContextCache
    var lastStart: Int64 = .min / 2
    var attempts = 0
  }

  private let traffic: ScriptedTraffic
  /// Whether conversations keep their own entries where a target's settings allow it.
  private let keepsOwnEntries: Bool
  private var targets: [String: Target] = [:]
  private var numbers = BoundaryNumbers()
  private var prefixes: [String: UInt64] = [:]
  private var events: [(time: Int64, order: Int, action: Action)] = []
  private var created = 0
  private(set) var rows: [ScriptedRow] = []

  static func rows(of traffic: ScriptedTraffic) -> [ScriptedRow] {
    var player = ConversationPlayer(traffic)
    player.play()
    return player.rows
  }

  init(_ traffic: ScriptedTraffic) {
    self.traffic = traffic
    keepsOwnEntries = !traffic.conversations.contains(where: Self.forks)
    targets = (traffic.models ?? [:]).mapValues {
      Target(model: $0, cache: ContextCache(PromptCacheSettings(scripted: $0)))
    }
  }

  /// Whether a conversation is forked from this one, or from one of its sub-agents.
  private static func forks(_ script: ScriptedConversation) -> Bool {
    let agents = script.turns.flatMap { $0.steps ?? [] }.flatMap { $0.agents ?? [] }
    return agents.contains { $0.fork == true || forks($0) }
  }

  private mutating func state(_ script: ScriptedConversation) -> Conversation {
    let rules = ConversationRules(scripted: script)
    let isAppended =
      (rules.full == nil || rules.full?.action == .fail) && rules.keptReasoning != .turn
    let allKeepOwn =
      keepsOwnEntries && targets.values.allSatisfy { $0.cache.settings.keepsOwnEntries }
    return Conversation(
      rules, prefix: prefix(script), keepsSegments: !(isAppended && allKeepOwn))
  }

  private func noteCut(_ talk: Talk) {
    guard let cut = talk.state.takeCut() else { return }
    for name in talk.own.keys {
      guard let match = targets[name]?.cache.settings.match else { continue }
      talk.own[name]?.cut(
        at: talk.state.context.end(cut), prefixCount: talk.state.context.prefixCount, match)
    }
  }

  private mutating func play() {
    for script in traffic.conversations {
      let talk = Talk(script, state(script), parent: nil, place: 0)
      push(.turn(talk), at: micro(script.at ?? 0) + micro(script.turns[0].gap))
    }
    while let next = events.indices.min(by: {
      (events[$0].time, events[$0].action.rank, events[$0].order)
        < (events[$1].time, events[$1].action.rank, events[$1].order)
    }) {
      let event = events.remove(at: next)
      switch event.action {
      case .outcome(let it): outcome(it, at: event.time)
      case .retry(let it): attempt(it, at: event.time)
      case .turn(let talk):
        talk.state.beginTurn(user: Int64(script(talk).user), &numbers)
        noteCut(talk)
        arrive(talk, at: event.time)
      case .results(let talk):
        talk.state.takeResults(&numbers)
        arrive(talk, at: event.time)
      case .call(let talk): send(talk, talk.kind, talk.chain, at: event.time)
      }
    }
  }

  /// The turn that is about to begin.
  private func script(_ talk: Talk) -> ScriptedConversation.Turn {
    talk.script.turns[talk.state.turn + 1]
  }

  private func micro(_ seconds: Double) -> Int64 { Int64((seconds * 1e6).rounded()) }

  private mutating func push(_ action: Action, at time: Int64) {
    events.append((time, created, action))
    created += 1
  }

  private mutating func prefix(_ script: ScriptedConversation) -> (boundary: UInt64, tokens: Int64)
  {
    guard let prefix = script.prefix else { return (0, 0) }
    let key = prefixes[prefix.id] ?? UInt64(prefixes.count + 1)
    prefixes[prefix.id] = key
    return (BoundaryNumbers.prefix(key), Int64(prefix.tokens))
  }

  // MARK: Calls

  private mutating func arrive(_ talk: Talk, at time: Int64) {
    let window = targets[talk.chain[0]]?.model.window.map(Int64.init)
    let limit = talk.state.rules.full?.limit.tokens(window: window)
    switch talk.state.prepare(limit: limit, &numbers) {
    case .call:
      noteCut(talk)
      send(talk, talk.kind, talk.chain, at: time)
    case .compaction:
      send(talk, .compaction, talk.script.full?.model.map { [$0] } ?? talk.chain, at: time)
    case .overflow:
      rows.append(
        ScriptedRow(
          kind: talk.kind.name, target: "-", start: Int(time),
          prompt: Int(talk.state.context.tokens)
        ))
      end(talk, result: talk.script.result ?? 0, at: time)
    }
  }

  private mutating func send(
    _ talk: Talk, _ kind: ConversationCall, _ chain: [String], at time: Int64
  ) {
    attempt(Attempting(talk, kind, chain, retries: traffic.retries ?? 0), at: time)
  }

  private func sizes(_ it: Attempting) -> (visible: Int64, reasoning: Int64) {
    let full = it.talk.script.full
    let (visible, reasoning) =
      switch it.kind {
      case .compaction: (full?.to ?? 0, full?.reasoning)
      case .tool: (it.talk.step?.output ?? 0, it.talk.step?.reasoning)
      case .answer: (it.talk.turn.output, it.talk.turn.reasoning)
      }
    return (Int64(visible), Int64(reasoning ?? 0))
  }

  private mutating func attempt(_ it: Attempting, at time: Int64) {
    let prompt = it.talk.state.promptTokens
    while it.place < it.chain.count {
      let name = it.chain[it.place]
      guard var target = targets[name] else { return }
      if ContextWindow.holds(
        prompt, reserve: Int64(target.model.reserve ?? 0),
        window: target.model.window.map(Int64.init))
      {
        begin(it, prompt, at: &target, name: name, time: time)
        targets[name] = target
        return
      }
      it.place += 1
      it.retries = traffic.retries ?? 0
    }
    if !it.isMade {
      rows.append(
        ScriptedRow(
          kind: it.kind.name, target: "-", start: Int(time), prompt: Int(prompt)))
    }
    end(it.talk, result: it.talk.script.result ?? 0, at: time)
  }

  private mutating func begin(
    _ it: Attempting, _ prompt: Int64, at target: inout Target, name: String, time: Int64
  ) {
    let start = max(time, target.lastStart + micro(target.model.pause ?? 0))
    target.lastStart = start
    let end = start + micro(target.model.latency ?? 0)
    it.fails = (target.model.fail ?? []).contains { micro($0[0]) <= start && start < micro($0[1]) }
    let (visible, reasoning) = sizes(it)
    let hits = traffic.hits ?? [0]
    let hit = hits[target.attempts % hits.count]
    let times = (start: SimTime(microseconds: start), end: SimTime(microseconds: end))
    let marks = it.talk.state.rules.marks
    var split = InputSplit()
    if keepsOwnEntries, target.cache.settings.keepsOwnEntries {
      let ends = it.talk.state.ends
      var own = it.talk.own[name] ?? OwnEntries()
      let wouldRead = target.cache.wouldRead(ends, own, marks, at: times.start)
      split =
        target.cache.attempt(
          ends, &own, marks, from: times.start, to: times.end, succeeds: !it.fails, hit: hit
        ).split
      it.talk.own[name] = own
      if hit < target.cache.settings.hitChance { #expect(split.read == wouldRead) }
    } else {
      split = target.cache.attempt(
        it.talk.state.prompt, marks, from: times.start, to: times.end, succeeds: !it.fails,
        hit: hit, output: it.kind == .compaction || reasoning > 0 ? nil : visible)
    }
    target.attempts += 1
    let output = it.fails ? 0 : visible + reasoning
    rows.append(
      ScriptedRow(
        it.kind, name, target.model, start: start, prompt: prompt, split, output: output,
        isBilled: !it.fails))
    it.isMade = true
    push(.outcome(it), at: end)
  }

  private mutating func outcome(_ it: Attempting, at time: Int64) {
    guard it.fails else { return succeed(it, at: time) }
    if it.retries > 0 {
      it.retries -= 1
      return push(.retry(it), at: time)
    }
    it.place += 1
    it.retries = traffic.retries ?? 0
    attempt(it, at: time)
  }

  private mutating func succeed(_ it: Attempting, at time: Int64) {
    let talk = it.talk
    let (visible, reasoning) = sizes(it)
    switch it.kind {
    case .compaction:
      talk.state.compacted(summary: visible, &numbers)
      noteCut(talk)
      push(.call(talk), at: time)
    case .tool: callTools(talk, visible: visible, reasoning: reasoning, at: time)
    case .answer:
      talk.state.answered(visible: visible, reasoning: reasoning, &numbers)
      let next = talk.state.turn + 1
      guard next < talk.script.turns.count else {
        return end(talk, result: talk.script.result.map(Int64.init) ?? visible, at: time)
      }
      push(.turn(talk), at: time + micro(talk.script.turns[next].gap))
    }
  }

  private mutating func callTools(_ talk: Talk, visible: Int64, reasoning: Int64, at time: Int64) {
    guard let step = talk.step else { return }
    let agents = step.agents ?? []
    talk.agents = agents.count
    let ready = talk.state.calledTools(
      visible: visible, reasoning: reasoning, results: (step.tools ?? []).map(Int64.init),
      end: SimTime(microseconds: time + micro(step.time ?? 0)), agents: agents.count, &numbers)
    for (place, script) in agents.enumerated() {
      let rules = ConversationRules(scripted: script)
      let state =
        script.fork == true ? Conversation(rules, forking: talk.state) : state(script)
      push(
        .turn(Talk(script, state, parent: talk, place: place)),
        at: time + micro(script.turns[0].gap))
    }
    if let ready { push(.results(talk), at: ready.microseconds) }
  }

  private mutating func end(_ talk: Talk, result: Int, at time: Int64) {
    end(talk, result: Int64(result), at: time)
  }

  private mutating func end(_ talk: Talk, result: Int64, at time: Int64) {
    for name in targets.keys {
      if talk.parent == nil, talk.own[name] == nil {
        targets[name]?.cache.forget(
          talk.state.context.segments.dropFirst(talk.state.context.prefixCount))
      }
    }
    guard let parent = talk.parent else { return }
    let ready = parent.state.agentEnded(
      talk.place, of: parent.agents, result: result, at: SimTime(microseconds: time))
    if let ready { push(.results(parent), at: ready.microseconds) }
  }
}

extension ScriptedRow {
  init(
    _ kind: ConversationCall, _ target: String, _ model: ScriptedModel, start: Int64,
    prompt: Int64, _ split: InputSplit, output: Int64, isBilled: Bool
  ) {
    self.init(kind: kind.name, target: target, start: Int(start), prompt: Int(prompt))
    (read, short, long) = (Int(split.read), Int(split.short), Int(split.long))
    fresh = self.prompt - read - short - long
    self.output = Int(output)
    guard isBilled else { return }
    let prices = model.picodollars
    cost = read * prices.read + short * prices.short + long * prices.long
    cost += fresh * prices.input + self.output * prices.output
  }
}

extension PromptCacheSettings {
  init(scripted model: ScriptedModel) {
    let cache = model.cache ?? ScriptedModel.Cache()
    let duration = { (seconds: Double) in
      SimDuration(microseconds: Int64((seconds * 1e6).rounded()))
    }
    self.init(
      ttl: duration(cache.ttl ?? 0), refresh: cache.refresh ?? true,
      minimumTokens: Int64(cache.minimum ?? 0))
    match =
      cache.match.flatMap(Match.init(rawValue:)) ?? (model.write == nil ? .block : .breakpoint)
    longTTL = cache.longTTL.map(duration)
    step = Int64(cache.step ?? 1)
    lookback = cache.lookback
    lookbackUnit = cache.lookbackCounts.flatMap(LookbackUnit.init(rawValue:)) ?? .runs
    storesOutput = cache.outputCached ?? false
    switch cache.readable ?? "outcome" {
    case "start": readable = .start
    case "outcome": readable = .outcome
    case let time: readable = .after(duration(Double(time) ?? 0))
    }
    hitChance = cache.hitChance ?? 1
    flushes = (cache.flush ?? []).map { SimTime(microseconds: Int64(($0 * 1e6).rounded())) }
      .sorted()
  }
}

extension ConversationRules {
  init(scripted script: ScriptedConversation) {
    self.init()
    marks = CacheMarks(
      script.cache.flatMap(CacheMarks.Breakpoints.init(rawValue:)) ?? .rolling,
      prefixIsLong: script.ttl?.prefix == "long", restIsLong: script.ttl?.rest == "long")
    keptReasoning = script.keepReasoning.flatMap(KeptReasoning.init(rawValue:)) ?? .none
    guard let full = script.full else { return }
    let action: FullRule.Action =
      switch full.action {
      case "compact":
        .compact(instruction: Int64(full.instruction ?? 0), keep: Int32(full.keep ?? 0))
      case "truncate": .truncate(to: Int64(full.to ?? 0))
      default: .fail
      }
    self.full = FullRule(
      at: full.share.map { .windowShare(Int64($0)) } ?? .tokens(Int64(full.at)), action)
  }
}
