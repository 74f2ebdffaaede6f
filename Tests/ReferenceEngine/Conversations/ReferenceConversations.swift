/// Plays scripted conversations, one event after the other (docs/semantics.md, "Conversations").
public final class ReferenceConversations {
  private final class Talk {
    let script: ScriptedConversation
    let name: String
    var context = ReferenceContext()
    var serial = 0
    var turn = 0
    var step = 0
    /// How many items stand before what the next call brings.
    var old = 0
    var isCompacting = false
    var waiting = 0
    var ready = 0
    var results: [Int] = []
    var lastAnswer = 0
    weak var parent: Talk?
    var placeAtParent = 0
    /// Of the parent's step.
    var turnScript: ScriptedConversation.Turn { script.turns[turn - 1] }
    var steps: [ScriptedConversation.Step] { turnScript.steps ?? [] }

    init(_ script: ScriptedConversation, name: String) {
      self.script = script
      self.name = name
    }
  }

  private final class Attempting {
    let talk: Talk
    let kind: String
    let chain: [String]
    let items: [ReferenceContext.Item]
    var place = 0
    var retries: Int
    var row = 0
    var fails = false

    init(
      _ talk: Talk, kind: String, chain: [String], items: [ReferenceContext.Item], retries: Int
    ) {
      self.talk = talk
      self.kind = kind
      self.chain = chain
      self.items = items
      self.retries = retries
    }
  }

  private struct Event {
    var time: Int
    /// 0 outcome, 1 retry, 2 arrival.
    var rank: Int
    var action: () -> Void
  }

  private let traffic: ScriptedTraffic
  private let models: [String: ScriptedModel]
  private let fault: ConversationFault?
  private var caches: [String: ReferencePrefixCache] = [:]
  private var lastStart: [String: Int] = [:]
  private var attempts: [String: Int] = [:]
  private var events: [Event] = []
  private var talks: [Talk] = []
  public private(set) var rows: [ScriptedRow] = []

  public static func rows(
    of traffic: ScriptedTraffic, fault: ConversationFault? = nil
  ) -> [ScriptedRow] {
    let player = ReferenceConversations(traffic, fault)
    player.play()
    return player.rows
  }

  private init(_ traffic: ScriptedTraffic, _ fault: ConversationFault?) {
    self.traffic = traffic
    self.fault = fault
    models = traffic.models ?? [:]
    for (name, model) in models { caches[name] = ReferencePrefixCache(model, fault: fault) }
  }

  private func play() {
    for (number, script) in traffic.conversations.enumerated() {
      let talk = Talk(script, name: "c\(number)")
      talks.append(talk)
      open(talk)
      let time = micro(script.at ?? 0) + micro(script.turns[0].gap)
      events.append(Event(time: time, rank: 2) { self.startTurn(talk, at: time) })
    }
    while !events.isEmpty {
      var next = 0
      for place in events.indices
      where (events[place].time, events[place].rank) < (events[next].time, events[next].rank) {
        next = place
      }
      events.remove(at: next).action()
    }
  }

  private func micro(_ seconds: Double) -> Int { Int((seconds * 1e6).rounded()) }

  // MARK: Turns

  private func open(_ talk: Talk) {
    if talk.script.fork == true, let parent = talk.parent {
      talk.context.items = parent.context.sent.map { item in
        var item = item
        item.turn = 0
        return item
      }
      if fault == .agentsShareTheParent { talk.context.items = [] }
    } else if let prefix = talk.script.prefix {
      talk.context.items = [
        ReferenceContext.Item(
          identity: prefix.id, kind: "prefix", tokens: prefix.tokens, blocks: 1, turn: -1)
      ]
    }
  }

  private func say(_ talk: Talk, _ kind: String, _ tokens: Int, blocks: Int = 1) {
    talk.serial += 1
    talk.context.items.append(
      ReferenceContext.Item(
        identity: "\(talk.name)/\(talk.serial)", kind: kind, tokens: tokens, blocks: blocks,
        turn: talk.turn))
  }

  private func startTurn(_ talk: Talk, at time: Int) {
    talk.turn += 1
    talk.step = 0
    if talk.script.keepReasoning == "turn", talk.turn > 1, fault != .keepsReasoning {
      for place in talk.context.items.indices where talk.context.items[place].kind == "reasoning" {
        talk.context.items[place].isGone = true
      }
    }
    talk.old = talk.context.items.count
    say(talk, "user", talk.turnScript.user)
    arrive(talk, at: time)
  }

  private func chain(_ talk: Talk) -> [String] {
    talk.turnScript.model.map { [$0] } ?? talk.script.chain ?? [talk.script.model]
  }

  private func limit(_ talk: Talk, _ full: ScriptedConversation.Full) -> Int? {
    guard let share = full.share else { return full.at }
    guard let window = models[chain(talk)[0]]?.window else { return nil }
    return (window * share + 999_999_999) / 1_000_000_000
  }

  // MARK: Calls

  private func arrive(_ talk: Talk, at time: Int) {
    if let full = talk.script.full, let limit = limit(talk, full),
      ReferenceContext.tokens(talk.context.sent) >= limit
    {
      switch full.action {
      case "fail":
        rows.append(unmade(talk, kind: kind(talk), at: time, items: talk.context.sent))
        return fail(talk, at: time)
      case "truncate": truncate(talk, to: full.to ?? 0)
      default:
        let before = talk.context.items.prefix(talk.old).filter { !$0.isGone && $0.tokens > 0 }
        if before.contains(where: { $0.kind != "prefix" }) {
          talk.isCompacting = true
          talk.serial += 1
          let instruction = ReferenceContext.Item(
            identity: "\(talk.name)/\(talk.serial)", kind: "instruction",
            tokens: full.instruction ?? 0, blocks: 1, turn: talk.turn)
          let items = (before + [instruction]).filter { $0.tokens > 0 }
          return send(
            talk, "compaction", full.model.map { [$0] } ?? chain(talk), Array(items), at: time)
        }
      }
    }
    send(talk, kind(talk), chain(talk), talk.context.sent, at: time)
  }

  private func kind(_ talk: Talk) -> String { talk.step < talk.steps.count ? "tool" : "answer" }

  private func unmade(
    _ talk: Talk, kind: String, at time: Int, items: [ReferenceContext.Item]
  ) -> ScriptedRow {
    ScriptedRow(
      kind: kind, target: "-", start: time, prompt: ReferenceContext.tokens(items))
  }

  private func send(
    _ talk: Talk, _ kind: String, _ chain: [String], _ items: [ReferenceContext.Item], at time: Int
  ) {
    attempt(
      Attempting(talk, kind: kind, chain: chain, items: items, retries: traffic.retries ?? 0),
      at: time)
  }

  private func sizes(_ it: Attempting) -> (visible: Int, reasoning: Int) {
    let talk = it.talk
    switch it.kind {
    case "compaction": return (talk.script.full?.to ?? 0, talk.script.full?.reasoning ?? 0)
    case "tool": return (talk.steps[talk.step].output, talk.steps[talk.step].reasoning ?? 0)
    default: return (talk.turnScript.output, talk.turnScript.reasoning ?? 0)
    }
  }

  /// Each tool step and each answer has its own; a compaction has nothing.
  private func metered(_ it: Attempting) -> Int {
    switch it.kind {
    case "compaction": 0
    case "tool": it.talk.steps[it.talk.step].metered ?? 0
    default: it.talk.turnScript.metered ?? 0
    }
  }

  private func attempt(_ it: Attempting, at time: Int) {
    let tokens = ReferenceContext.tokens(it.items)
    while it.place < it.chain.count {
      let name = it.chain[it.place]
      guard let model = models[name] else { return }
      let reserve = fault == .windowWithoutReserve ? 0 : model.reserve ?? 0
      if let window = model.window, window < tokens + reserve {
        it.place += 1
        it.retries = traffic.retries ?? 0
        continue
      }
      return begin(it, at: time, name: name, model: model, tokens: tokens)
    }
    if it.row == 0 { rows.append(unmade(it.talk, kind: it.kind, at: time, items: it.items)) }
    fail(it.talk, at: time)
  }

  private func begin(
    _ it: Attempting, at time: Int, name: String, model: ScriptedModel, tokens: Int
  ) {
    let start = max(time, (lastStart[name] ?? Int.min / 2) + micro(model.pause ?? 0))
    lastStart[name] = start
    let end = start + micro(model.latency ?? 0)
    it.fails = (model.fail ?? []).contains { micro($0[0]) <= start && start < micro($0[1]) }
    let (visible, reasoning) = sizes(it)
    let number = attempts[name] ?? 0
    attempts[name] = number + 1
    let hits = traffic.hits ?? [0]
    let output =
      it.kind == "compaction" || reasoning > 0
      ? nil : (identity: "\(it.talk.name)/\(it.talk.serial + 1)", tokens: visible)
    let cacheName = fault == .oneCacheForAll ? models.keys.min() ?? name : name
    let parts =
      caches[cacheName]?.attempt(
        it.items, output: output, policy: it.talk.script.cache ?? "rolling",
        life: it.talk.script.ttl, from: start, to: end, fails: it.fails,
        hit: hits[number % hits.count]) ?? (read: 0, short: 0, long: 0)
    var row = ScriptedRow(kind: it.kind, target: name, start: start, prompt: tokens)
    (row.read, row.short, row.long) = parts
    row.fresh = tokens - parts.read - parts.short - parts.long
    if !it.fails {
      let prices = model.picodollars
      row.output = visible + reasoning
      row.cost = row.read * prices.read + row.short * prices.short
      row.cost += row.long * prices.long + row.fresh * prices.input + row.output * prices.output
      row.cost += metered(it)
    }
    rows.append(row)
    it.row += 1
    events.append(Event(time: end, rank: 0) { self.outcome(it, at: end) })
  }

  private func outcome(_ it: Attempting, at time: Int) {
    guard it.fails else { return succeed(it, at: time) }
    if it.retries > 0 {
      it.retries -= 1
      events.append(Event(time: time, rank: 1) { self.attempt(it, at: time) })
      return
    }
    it.place += 1
    it.retries = traffic.retries ?? 0
    attempt(it, at: time)
  }

  private func succeed(_ it: Attempting, at time: Int) {
    let talk = it.talk
    let (visible, reasoning) = sizes(it)
    switch it.kind {
    case "compaction":
      talk.isCompacting = false
      compact(talk, summary: visible)
      events.append(
        Event(time: time, rank: 2) {
          self.send(talk, self.kind(talk), self.chain(talk), talk.context.sent, at: time)
        })
    case "tool":
      if talk.script.keepReasoning == "turn" || talk.script.keepReasoning == "all",
        reasoning > 0, fault != .dropsReasoningAtOnce
      {
        say(talk, "reasoning", reasoning)
      }
      let step = talk.steps[talk.step]
      let agents = step.agents ?? []
      say(
        talk, "output", visible, blocks: max(1, (step.tools ?? []).count + agents.count))
      talk.results = (step.tools ?? []) + Array(repeating: 0, count: agents.count)
      talk.ready = time + micro(step.time ?? 0)
      talk.waiting = agents.count
      for (place, script) in agents.enumerated() {
        let agent = Talk(script, name: "\(talk.name).\(talk.turn).\(talk.step).\(place)")
        agent.parent = talk
        agent.placeAtParent = (step.tools ?? []).count + place
        talks.append(agent)
        open(agent)
        let start = time + micro(script.turns[0].gap)
        events.append(Event(time: start, rank: 2) { self.startTurn(agent, at: start) })
      }
      if agents.isEmpty { goOn(talk) }
    default:
      if talk.script.keepReasoning == "all", reasoning > 0 { say(talk, "reasoning", reasoning) }
      say(talk, "output", visible)
      talk.lastAnswer = visible
      guard talk.turn < talk.script.turns.count else {
        return end(talk, result: talk.script.result ?? visible, at: time)
      }
      let start = time + micro(talk.script.turns[talk.turn].gap)
      events.append(Event(time: start, rank: 2) { self.startTurn(talk, at: start) })
    }
  }

  private func goOn(_ talk: Talk) {
    let time = talk.ready
    events.append(
      Event(time: time, rank: 2) {
        talk.old = talk.context.items.count
        for tokens in talk.results { self.say(talk, "result", tokens) }
        talk.step += 1
        self.arrive(talk, at: time)
      })
  }

  private func fail(_ talk: Talk, at time: Int) {
    end(talk, result: talk.script.result ?? 0, at: time)
  }

  private func end(_ talk: Talk, result: Int, at time: Int) {
    guard let parent = talk.parent else { return }
    parent.results[talk.placeAtParent] = result
    parent.waiting -= 1
    parent.ready = max(parent.ready, time)
    if parent.waiting == 0 { goOn(parent) }
  }

  // MARK: Full contexts

  private func truncate(_ talk: Talk, to tokens: Int) {
    while ReferenceContext.tokens(talk.context.sent) > tokens {
      let turns = talk.context.items.filter { !$0.isGone && $0.kind != "prefix" }.map(\.turn)
      guard let oldest = turns.min(), oldest < talk.turn else { return }
      for place in talk.context.items.indices
      where talk.context.items[place].turn == oldest && talk.context.items[place].kind != "prefix" {
        talk.context.items[place].isGone = true
      }
    }
  }

  private func compact(_ talk: Talk, summary: Int) {
    let keep = talk.script.full?.keep ?? 0
    let items = talk.context.items
    let prefix =
      fault == .compactionLosesThePrefix ? [] : items.filter { $0.kind == "prefix" }
    let kept = items.prefix(talk.old).filter {
      keep > 0 && $0.kind != "prefix" && $0.turn >= 0 && !$0.isGone
        && $0.turn >= talk.turn - keep
    }
    let new = items.suffix(from: talk.old)
    talk.context.items = prefix
    talk.serial += 1
    talk.context.items.append(
      ReferenceContext.Item(
        identity: "\(talk.name)/\(talk.serial)", kind: "summary", tokens: summary, blocks: 1,
        turn: -2))
    talk.context.items += kept
    talk.context.items += new
  }
}
