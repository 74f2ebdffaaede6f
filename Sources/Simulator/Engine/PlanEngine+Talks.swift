import CostModel
import Scenarios

/// Conversations: turns of tool steps and an answer, over a context that grows (docs/semantics.md,
/// "Conversations").
extension PlanEngine {
  private static let unknownRoute = Int32.min

  /// A conversation's user says something for the first time.
  /// - Parameters: as `startRun` takes them.
  package mutating func startTalk(_ call: Call, at time: Int64, hasWaited: Bool) {
    let workload = Int(call.kind)
    flowRuns.results[workload].started += 1
    live.started += 1
    let key = compiled.workloads[workload].key
    let state = newState(workload, level: 0, user: call.user, index: call.index, key: key)
    var talk = Talk(
      state: state, workload: workload, level: 0, facts: facts(workload, level: 0),
      user: call.user, index: call.index, key: key)
    talk.tally.began = call.time
    if observers.isTelling { talk.name = String(live.started) }
    let slot = place(talk)
    live.talks[Int(slot)].root = slot
    if hasWaited { return events.push(.arrival, at: time, slot: ~slot) }
    beginTurn(slot, at: time)
  }

  /// Something that a conversation waits for is there.
  package mutating func resume(_ slot: Int32, at time: Int64) {
    switch live.talks[Int(slot)].due {
    case .turn: beginTurn(slot, at: time)
    case .results:
      live.talks[Int(slot)].state.takeResults(&live.numbers)
      arrive(slot, at: time)
    case .call: make(live.talks[Int(slot)].call, slot, at: time)
    }
  }

  mutating func place(_ talk: consuming Talk) -> Int32 {
    if live.free.count > 0 {
      let free = live.free.removeLast()
      live.talks[Int(free)] = talk
      return free
    }
    live.talks.append(talk)
    return Int32(live.talks.count - 1)
  }

  mutating func facts(_ workload: Int, level: Int) -> UnsafePointer<CompiledConversation.Facts> {
    live.facts.pointer(to: live.firstFacts[workload] + level)
  }

  mutating func level(of slot: Int32) -> CompiledConversation.Level {
    guard let conversation = compiled.workloads[live.talks[Int(slot)].workload].conversation else {
      preconditionFailure("only workloads with conversations start any")
    }
    return conversation.levels[live.talks[Int(slot)].level]
  }

  mutating func newState(
    _ workload: Int, level number: Int, user: UInt32, index: UInt32, key: UInt64
  ) -> Conversation {
    guard let level = compiled.workloads[workload].conversation?.levels[number] else {
      preconditionFailure("only workloads with conversations start any")
    }
    var tokens = level.prefixTokens.constant ?? 0
    if level.prefixTokens.constant == nil {
      let word = draws.block(.agent, call: UInt64(index), user: UInt64(user), workload: key)
      tokens = compiled.tables.draw(level.prefixTokens, word.0)
    }
    var text = level.prefixKey
    switch level.prefixSharing {
    case .all: break
    case .user: text = level.prefixSharing.key(text, user: user, index: index)
    case .conversation:
      text = level.prefixSharing.key(SplitMix.mixed(text ^ key), user: user, index: index)
    }
    let facts = facts(workload, level: number)
    return Conversation(
      level.rules, prefix: (BoundaryNumbers.prefix(text), tokens),
      keepsSegments:
        !(live.allKeepOwnEntries && facts.pointee.isUnforked && facts.pointee.isAppended))
  }

  // MARK: Draws

  @inline(__always)
  mutating func draw(_ block: DrawBlock, _ slot: Int32, place: UInt64, low: UInt64 = 0)
    -> SplitMix.Block
  {
    let talk = live.talks.base + Int(slot)
    return draws.block(
      block, call: UInt64(talk.pointee.index), user: UInt64(talk.pointee.user),
      workload: talk.pointee.key, part: place << 32 | low)
  }

  /// What the law gives by a word of that block, which is made only where the law asks for it.
  @inline(__always)
  mutating func value(
    of law: Sampler, _ block: DrawBlock, _ slot: Int32, place: UInt64, low: UInt64 = 0,
    _ word: (SplitMix.Block) -> UInt64
  ) -> Int64 {
    if let constant = law.constant { return constant }
    let words = draw(block, slot, place: place, low: low)
    return compiled.tables.draw(law, word(words))
  }

  static func place(turn: Int, step: Int) -> UInt64 {
    UInt64(turn) << 16 | UInt64(step)
  }

  // MARK: Turns

  private mutating func beginTurn(_ slot: Int32, at time: Int64) {
    let talk = live.talks.base + Int(slot)
    let facts = talk.pointee.facts
    let turn = talk.pointee.turn + 1
    let place = Self.place(turn: turn, step: 0)
    if turn == 0, let law = facts.pointee.turns.sampler {
      talk.pointee.turns = max(1, value(of: law, .turn, slot, place: place) { $0.0 })
    }
    if let law = facts.pointee.tools?.steps.sampler {
      talk.pointee.steps = value(of: law, .turn, slot, place: place) { $0.3 }
    }
    let user = value(of: facts.pointee.user, .shape, slot, place: place) { $0.0 }
    talk.pointee.state.beginTurn(user: user, &live.numbers)
    noteCut(slot)
    if talk.pointee.parent < 0 {
      observers.conversations?.beginTurn(turn, workload: talk.pointee.workload)
    }
    arrive(slot, at: time)
  }

  /// The next call is due: it is made, or a compaction goes before it, or it is too long.
  private mutating func arrive(_ slot: Int32, at time: Int64) {
    let talk = live.talks.base + Int(slot)
    let step = talk.pointee.state.step
    let place = Self.place(turn: talk.pointee.turn, step: step)
    talk.pointee.place = place
    talk.pointee.call = callsTool(slot, place: place, step: step) ? .tool : .answer
    guard let limit = talk.pointee.facts.pointee.limit else {
      _ = talk.pointee.state.prepare(limit: nil, &live.numbers)
      return make(talk.pointee.call, slot, at: time)
    }
    let window = limit.isShare ? window(slot) : nil
    let before = talk.pointee.state.context.tokens
    switch talk.pointee.state.prepare(limit: limit.tokens(window: window), &live.numbers) {
    case .call:
      noteCut(slot)
      if talk.pointee.state.context.tokens < before { talk.pointee.wasTruncated = true }
      make(talk.pointee.call, slot, at: time)
    case .compaction:
      talk.pointee.place = place + 1 << 15
      make(.compaction, slot, at: time)
    case .overflow: overflow(slot, at: time)
    }
  }

  private mutating func callsTool(_ slot: Int32, place: UInt64, step: Int) -> Bool {
    let talk = live.talks.base + Int(slot)
    guard let steps = talk.pointee.facts.pointee.tools?.steps, step < ConversationSpec.mostSteps
    else { return false }
    guard steps.sampler == nil else { return Int64(step) < talk.pointee.steps }
    return draw(.conversationCall, slot, place: place).0.unit < steps.continuation
  }

  mutating func noteCut(_ slot: Int32) {
    let talk = live.talks.base + Int(slot)
    guard let cut = talk.pointee.state.takeCut() else { return }
    let end = talk.pointee.state.context.end(cut)
    let prefixCount = talk.pointee.state.context.prefixCount
    talk.pointee.sentAnywhere.cut(at: end)
    for met in talk.pointee.met {
      let match = targets[Int(met.target)].contextCache?.settings.match ?? .block
      talk.pointee.withMet(Int(met.target)) { met in
        met.sent.cut(at: end)
        met.own.cut(at: end, prefixCount: prefixCount, match)
      }
    }
  }

  // MARK: Calls

  private mutating func kind(_ call: ConversationCall, _ slot: Int32) -> Int {
    let talk = live.talks.base + Int(slot)
    let isFirst = talk.pointee.parent < 0 && talk.pointee.isFresh
    if !isFirst, call != .compaction {
      let facts = talk.pointee.facts
      let known = call == .answer ? facts.pointee.answer : facts.pointee.tool
      if known >= 0 { return Int(known) }
    }
    return compiled.workloads[talk.pointee.workload].conversation?.kind(
      level: talk.pointee.level, turn: talk.pointee.turn, call, isFirst: isFirst) ?? 0
  }

  /// The model that the policy chooses; of weighted ones, the one that the conversation was given when it
  /// met the rule.
  private mutating func route(_ slot: Int32, kind: Int) -> UInt16 {
    let plan = factory.accountPlan(of: live.talks[Int(slot)].user)
    let number = kind * compiled.accountPlanCount + plan
    while live.certainRoutes.count <= number { live.certainRoutes.append(Self.unknownRoute) }
    if live.certainRoutes[number] == Self.unknownRoute {
      let shares = routing.shares(kind: kind, accountPlan: plan)
      live.certainRoutes[number] = shares.count == 1 ? Int32(shares[0].model.rawValue) : -1
    }
    if live.certainRoutes[number] >= 0 { return UInt16(live.certainRoutes[number]) }
    let (rule, place) = routing.rule(kind: kind, accountPlan: plan)
    let known = place >= 0 ? place : ~kind
    if rule.isSticky, let model = live.talks[Int(slot)].routes[known] { return model }
    let word = draw(.call, slot, place: live.talks[Int(slot)].place)
    guard let model = routing.choose(kind: kind, accountPlan: plan, u: word.2.unit) else {
      preconditionFailure("the reader refuses 'logged' for synthetic calls")
    }
    live.talks[Int(slot)].routes[known] = model.rawValue
    return model.rawValue
  }

  /// The context window of the model that the call which is due would be routed to.
  private mutating func window(_ slot: Int32) -> Int64? {
    var call = bareCall(live.talks[Int(slot)].call, slot, at: 0)
    if hasEnforcement { call.routed = enforcedRoute(call) }
    return compiled.scenario.catalog[ModelID(call.routed)].contextWindow
  }

  private mutating func bareCall(
    _ made: ConversationCall, _ slot: Int32, at time: Int64
  ) -> Call {
    let kind = kind(made, slot)
    var call = Call(
      time: time, index: live.talks[Int(slot)].index, user: live.talks[Int(slot)].user,
      kind: UInt16(kind))
    call.routed = route(slot, kind: kind)
    call.flow = slot
    return call
  }

  private mutating func make(_ made: ConversationCall, _ slot: Int32, at time: Int64) {
    let talk = live.talks.base + Int(slot)
    if made != .compaction { talk.pointee.place &= ~(1 << 15) }
    var call = bareCall(made, slot, at: time)
    let kind = kinds.pointer(to: Int(call.kind))
    let place = talk.pointee.place
    var (output, reasoning) = (kind.pointee.output.constant, kind.pointee.reasoning.constant)
    if output == nil || reasoning == nil {
      let word = draw(.shape, slot, place: place)
      output = output ?? compiled.tables.draw(kind.pointee.output, word.1)
      reasoning = reasoning ?? compiled.tables.draw(kind.pointee.reasoning, word.2)
    }
    call.take(
      kind.pointee.sizes(
        input: talk.pointee.state.promptTokens, output: output ?? 0, reasoning: reasoning ?? 0))
    call.audio = value(of: kind.pointee.audio, .outcome, slot, place: place) { $0.0 }
    talk.pointee.made = made
    talk.pointee.visible = call.output - call.reasoning
    talk.pointee.reasoning = call.reasoning
    talk.pointee.isFresh = false
    if kind.pointee.asksCache {
      let word = draw(.call, slot, place: place)
      call.cacheDraw =
        kind.pointee.cacheMode == .rate
        && word.3.unit < compiled.cacheRate(ofKind: Int(call.kind), at: time)
      if kind.pointee.drawsPrompt {
        call.prompt = factory.prompt(of: call, kind, draw(.shape, slot, place: place).3)
      }
    }
    if kind.pointee.sells {
      call.isConverted = draw(.outcome, slot, place: place).3.unit < kind.pointee.conversion
    }
    if talk.pointee.parent < 0 {
      observers.conversations?.make(
        made, number: talk.pointee.tally.calls, workload: talk.pointee.workload,
        prompt: call.input)
      talk.pointee.tally.calls += 1
    } else {
      observers.conversations?.makeOfAgent(made, workload: talk.pointee.workload)
    }
    withUnsafePointer(to: call) { arrive($0) }
  }

  /// The next prompt is too long to be made: the call fails, and with it the conversation.
  private mutating func overflow(_ slot: Int32, at time: Int64) {
    let talk = live.talks.base + Int(slot)
    var call = bareCall(talk.pointee.call, slot, at: time)
    call.input = talk.pointee.state.context.tokens
    talk.pointee.isFresh = false
    talk.pointee.made = talk.pointee.call
    observers.conversations?.overflow(workload: talk.pointee.workload)
    withUnsafePointer(to: call) { refuse($0) }
  }
}
