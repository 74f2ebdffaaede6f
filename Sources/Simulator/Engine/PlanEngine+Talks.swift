import CostModel
import Scenarios

/// Conversations: turns of tool steps and an answer, over a context that grows (docs/semantics.md,
/// "Conversations").
extension PlanEngine {
  private static let unknownRoute = Int32.min

  /// A conversation's user says something for the first time.
  package mutating func startTalk(_ call: Call) {
    let workload = Int(call.kind)
    flowResults[workload].started += 1
    talksStarted += 1
    let key = compiled.workloads[workload].key
    let state = newState(workload, level: 0, user: call.user, index: call.index, key: key)
    var talk = Talk(
      state: state, workload: workload, level: 0, user: call.user, index: call.index, key: key)
    talk.tally.began = call.time
    if isTelling { talk.name = String(talksStarted) }
    let slot = place(talk)
    talks[Int(slot)].root = slot
    beginTurn(slot, at: call.time)
  }

  /// Something that a conversation waits for is there.
  package mutating func resume(_ slot: Int32, at time: Int64) {
    switch talks[Int(slot)].due {
    case .turn: beginTurn(slot, at: time)
    case .results:
      talks[Int(slot)].state.takeResults(&numbers)
      arrive(slot, at: time)
    case .call: make(talks[Int(slot)].call, slot, at: time)
    }
  }

  private mutating func place(_ talk: Talk) -> Int32 {
    if let free = freeTalks.popLast() {
      talks[Int(free)] = talk
      return free
    }
    talks.append(talk)
    return Int32(talks.count - 1)
  }

  package func level(of slot: Int32) -> CompiledConversation.Level {
    guard let conversation = compiled.workloads[talks[Int(slot)].workload].conversation else {
      preconditionFailure("only workloads with conversations start any")
    }
    return conversation.levels[talks[Int(slot)].level]
  }

  private func newState(
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
    return Conversation(
      level.rules, prefix: (BoundaryNumbers.prefix(text), tokens))
  }

  // MARK: Draws

  private func draw(_ block: DrawBlock, _ slot: Int32, place: UInt64, low: UInt64 = 0)
    -> SplitMix.Block
  {
    // Field by field: a copy of the whole would have to hold on to its context.
    draws.block(
      block, call: UInt64(talks[Int(slot)].index), user: UInt64(talks[Int(slot)].user),
      workload: talks[Int(slot)].key, part: place << 32 | low)
  }

  private static func place(turn: Int, step: Int) -> UInt64 {
    UInt64(turn) << 16 | UInt64(step)
  }

  // MARK: Turns

  private mutating func beginTurn(_ slot: Int32, at time: Int64) {
    let level = level(of: slot)
    let turn = talks[Int(slot)].turn + 1
    let place = Self.place(turn: turn, step: 0)
    let word = draw(.turn, slot, place: place)
    if turn == 0, let law = level.turns.sampler {
      talks[Int(slot)].turns = max(1, compiled.tables.draw(law, word.0))
    }
    talks[Int(slot)].steps =
      level.tools?.steps.sampler.map { compiled.tables.draw($0, word.3) } ?? -1
    let user = compiled.tables.draw(level.user, draw(.shape, slot, place: place).0)
    talks[Int(slot)].state.beginTurn(user: user, &numbers)
    noteCut(slot)
    conversations?.beginTurn(talks[Int(slot)])
    arrive(slot, at: time)
  }

  /// The next call is due: it is made, or a compaction goes before it, or it is too long.
  private mutating func arrive(_ slot: Int32, at time: Int64) {
    let level = level(of: slot)
    let (turn, step) = (talks[Int(slot)].turn, talks[Int(slot)].state.step)
    let place = Self.place(turn: turn, step: step)
    talks[Int(slot)].place = place
    talks[Int(slot)].call = callsTool(level, slot, place: place, step: step) ? .tool : .answer
    var limit: Int64?
    if let full = level.rules.full { limit = full.tokens(window: window(slot, for: full)) }
    let before = talks[Int(slot)].state.context.tokens
    switch talks[Int(slot)].state.prepare(limit: limit, &numbers) {
    case .call:
      noteCut(slot)
      if talks[Int(slot)].state.context.tokens < before { talks[Int(slot)].wasTruncated = true }
      make(talks[Int(slot)].call, slot, at: time)
    case .compaction:
      talks[Int(slot)].place = place + 1 << 15
      make(.compaction, slot, at: time)
    case .overflow: overflow(slot, at: time)
    }
  }

  private func callsTool(
    _ level: CompiledConversation.Level, _ slot: Int32, place: UInt64, step: Int
  ) -> Bool {
    guard let tools = level.tools, step < ConversationSpec.mostSteps else { return false }
    guard tools.steps.sampler == nil else { return Int64(step) < talks[Int(slot)].steps }
    return draw(.conversationCall, slot, place: place).0.unit < tools.steps.continuation
  }

  private mutating func noteCut(_ slot: Int32) {
    if let cut = talks[Int(slot)].state.takeCut() { talks[Int(slot)].cutSent(at: cut) }
  }

  // MARK: Calls

  private func kind(_ call: ConversationCall, _ slot: Int32) -> Int {
    let isFirst = talks[Int(slot)].parent < 0 && talks[Int(slot)].isFresh
    return compiled.workloads[talks[Int(slot)].workload].conversation?.kind(
      level: talks[Int(slot)].level, turn: talks[Int(slot)].turn, call, isFirst: isFirst) ?? 0
  }

  /// The model that the policy chooses; of weighted ones, the one that the conversation was given when it
  /// met the rule.
  private mutating func route(_ slot: Int32, kind: Int) -> UInt16 {
    let plan = factory.accountPlan(of: talks[Int(slot)].user)
    let number = kind * compiled.accountPlanCount + plan
    while certainRoutes.count <= number { certainRoutes.append(Self.unknownRoute) }
    if certainRoutes[number] == Self.unknownRoute {
      let shares = routing.shares(kind: kind, accountPlan: plan)
      certainRoutes[number] = shares.count == 1 ? Int32(shares[0].model.rawValue) : -1
    }
    if certainRoutes[number] >= 0 { return UInt16(certainRoutes[number]) }
    let (rule, place) = routing.rule(kind: kind, accountPlan: plan)
    let known = place >= 0 ? place : ~kind
    if rule.isSticky, let model = talks[Int(slot)].routes[known] { return model }
    let word = draw(.call, slot, place: talks[Int(slot)].place)
    guard let model = routing.choose(kind: kind, accountPlan: plan, u: word.2.unit) else {
      preconditionFailure("the reader refuses 'logged' for synthetic calls")
    }
    talks[Int(slot)].routes[known] = model.rawValue
    return model.rawValue
  }

  /// The context window of the model that the call which is due would be routed to.
  private mutating func window(_ slot: Int32, for full: FullRule) -> Int64? {
    guard case .windowShare = full.limit else { return nil }
    var call = bareCall(talks[Int(slot)].call, slot, at: 0)
    if hasEnforcement { call.routed = enforcedRoute(call) }
    return compiled.scenario.catalog[ModelID(call.routed)].contextWindow
  }

  private mutating func bareCall(
    _ made: ConversationCall, _ slot: Int32, at time: Int64
  ) -> Call {
    let kind = kind(made, slot)
    var call = Call(
      time: time, index: talks[Int(slot)].index, user: talks[Int(slot)].user, kind: UInt16(kind))
    call.routed = route(slot, kind: kind)
    call.flow = slot
    return call
  }

  private mutating func make(_ made: ConversationCall, _ slot: Int32, at time: Int64) {
    if made != .compaction { talks[Int(slot)].place &= ~(1 << 15) }
    var call = bareCall(made, slot, at: time)
    let kind = kinds.pointer(to: Int(call.kind))
    let place = talks[Int(slot)].place
    let word = draw(.shape, slot, place: place)
    call.take(
      kind.pointee.sizes(
        input: talks[Int(slot)].state.prompt.tokens,
        output: compiled.tables.draw(kind.pointee.output, word.1),
        reasoning: compiled.tables.draw(kind.pointee.reasoning, word.2)))
    talks[Int(slot)].made = made
    talks[Int(slot)].visible = call.output - call.reasoning
    talks[Int(slot)].reasoning = call.reasoning
    talks[Int(slot)].isFresh = false
    if kind.pointee.cacheMode != .off {
      let hit = draw(.call, slot, place: place).3
      call.cacheDraw =
        kind.pointee.cacheMode == .rate
        && hit.unit < compiled.cacheRate(ofKind: Int(call.kind), at: time)
      if kind.pointee.drawsPrompt { call.prompt = factory.prompt(of: call, kind, word.3) }
    }
    if kind.pointee.sells {
      call.isConverted = draw(.outcome, slot, place: place).3.unit < kind.pointee.conversion
    }
    conversations?.make(made, &talks[Int(slot)], prompt: call.input)
    withUnsafePointer(to: call) { arrive($0) }
  }

  /// The next prompt is too long to be made: the call fails, and with it the conversation.
  private mutating func overflow(_ slot: Int32, at time: Int64) {
    var call = bareCall(talks[Int(slot)].call, slot, at: time)
    call.input = talks[Int(slot)].state.context.tokens
    talks[Int(slot)].isFresh = false
    talks[Int(slot)].made = talks[Int(slot)].call
    conversations?.overflow(talks[Int(slot)])
    withUnsafePointer(to: call) { refuse($0) }
  }

  // MARK: Outcomes

  /// The conversation's call has ended.
  package mutating func endTalkCall(_ slot: Int32, failed: Bool, at e: Int64) {
    if failed { return endTalk(slot, failed: true, at: e) }
    let (visible, reasoning) = (talks[Int(slot)].visible, talks[Int(slot)].reasoning)
    switch talks[Int(slot)].made {
    case .compaction:
      talks[Int(slot)].state.compacted(summary: visible, &numbers)
      talks[Int(slot)].wasCompacted = true
      noteCut(slot)
      talks[Int(slot)].due = .call
      events.push(.arrival, at: e, slot: ~slot)
    case .tool: callTools(slot, at: e)
    case .answer:
      talks[Int(slot)].state.answered(visible: visible, reasoning: reasoning, &numbers)
      talks[Int(slot)].lastAnswer = visible
      nextTurn(slot, at: e)
    }
  }

  private mutating func nextTurn(_ slot: Int32, at e: Int64) {
    let (level, turn) = (level(of: slot), talks[Int(slot)].turn)
    let word = draw(.turn, slot, place: Self.place(turn: turn, step: 0))
    let goesOn =
      level.turns.sampler == nil
      ? word.0.unit < level.turns.continuation : Int64(turn) + 1 < talks[Int(slot)].turns
    guard goesOn, turn + 1 < ConversationSpec.mostTurns else {
      return endTalk(slot, failed: false, at: e)
    }
    if word.1.unit < level.abandon {
      conversations?.abandon(talks[Int(slot)])
      return endTalk(slot, failed: false, at: e)
    }
    let next = draw(.turn, slot, place: Self.place(turn: turn + 1, step: 0))
    let pause = compiled.tables.draw(level.think, next.2)
    if talks[Int(slot)].parent < 0 { talks[Int(slot)].tally.thought += pause }
    talks[Int(slot)].due = .turn
    events.push(.arrival, at: e + pause, slot: ~slot)
  }

  private mutating func callTools(_ slot: Int32, at e: Int64) {
    let level = level(of: slot)
    let (visible, reasoning) = (talks[Int(slot)].visible, talks[Int(slot)].reasoning)
    guard let tools = level.tools else { preconditionFailure("no tools, no tool step") }
    let word = draw(.conversationCall, slot, place: talks[Int(slot)].place)
    let count = clamped(compiled.tables.draw(tools.parallel, word.1))
    let results = (0..<UInt64(count)).map { number in
      tools.result.constant
        ?? compiled.tables.draw(
          tools.result, draw(.toolResult, slot, place: talks[Int(slot)].place, low: number).0)
    }
    let ready = e + compiled.tables.draw(tools.time, word.2)
    var starting: [(agent: Int, key: UInt64)] = []
    for place in level.agents.indices { starting += agents(place, level.agents[place], slot) }
    let next = talks[Int(slot)].state.calledTools(
      visible: visible, reasoning: reasoning, results: results,
      end: SimTime(microseconds: ready), agents: starting.count, &numbers)
    talks[Int(slot)].agents = Int32(starting.count)
    for (place, agent) in starting.enumerated() {
      start(level.agents[agent.agent], agent.agent, key: agent.key, place: place, by: slot, at: e)
    }
    if let next { finishStep(slot, at: next.microseconds) }
  }

  /// How many start together. The reader refuses what is cut here more often than once in a billion.
  private func clamped(_ drawn: Int64) -> Int64 {
    min(ConversationSpec.mostParallel, max(1, drawn))
  }

  private mutating func finishStep(_ slot: Int32, at time: Int64) {
    talks[Int(slot)].due = .results
    events.push(.arrival, at: time, slot: ~slot)
  }

  // MARK: Sub-agents

  /// Those of a kind that a step starts, with the keys of their draws.
  private func agents(_ number: Int, _ agent: CompiledConversation.Agent, _ slot: Int32) -> [(
    agent: Int, key: UInt64
  )] {
    let (own, place) = (talks[Int(slot)].key, talks[Int(slot)].place)
    func key(_ k: UInt64) -> UInt64 {
      SplitMix.mixed(own ^ (agent.key &+ (place << 16 &+ k) &* SplitMix.step))
    }
    let word = draws.block(
      .agent, call: UInt64(talks[Int(slot)].index), user: UInt64(talks[Int(slot)].user),
      workload: key(0))
    guard agent.chance >= 1 || word.2.unit < agent.chance else { return [] }
    let count = clamped(compiled.tables.draw(agent.parallel, word.3))
    return (0..<UInt64(count)).map { (number, key($0)) }
  }

  private mutating func start(
    _ agent: CompiledConversation.Agent, _ number: Int, key: UInt64, place: Int, by parent: Int32,
    at e: Int64
  ) {
    let above = talks[Int(parent)]
    var state = newState(
      above.workload, level: agent.level, user: above.user, index: above.index, key: key)
    if agent.isFork { state = Conversation(state.rules, forking: above.state) }
    var talk = Talk(
      state: state, workload: above.workload, level: agent.level, user: above.user,
      index: above.index, key: key)
    (talk.parent, talk.root, talk.placeInStep) = (parent, above.root, Int32(place))
    if agent.isFork {
      (talk.sent, talk.sentAnywhere) = (above.sent, above.sentAnywhere)
      talk.lastPrompt = above.lastPrompt
    }
    if isTelling {
      while talks[Int(parent)].started.count <= number { talks[Int(parent)].started.append(0) }
      talks[Int(parent)].started[number] += 1
      talk.name = "\(above.name)/\(agent.name).\(talks[Int(parent)].started[number])"
    }
    conversations?.startAgent(above)
    let slot = self.place(talk)
    events.push(.arrival, at: e, slot: ~slot)
  }

  // MARK: The end

  private mutating func endTalk(_ slot: Int32, failed: Bool, at e: Int64) {
    let talk = talks[Int(slot)]
    forget(talk)
    freeTalks.append(slot)
    // Its context goes at once; its place may be long in coming back.
    talks[Int(slot)].state = emptyTalk
    guard talk.parent >= 0 else { return endUsersTalk(talk, failed: failed, at: e) }
    let result = result(of: talk, failed: failed)
    let ready = talks[Int(talk.parent)].state.agentEnded(
      Int(talk.placeInStep), of: Int(talks[Int(talk.parent)].agents), result: result,
      at: SimTime(microseconds: e))
    if let ready { finishStep(talk.parent, at: ready.microseconds) }
  }

  /// What a sub-agent brings back.
  private func result(of talk: Talk, failed: Bool) -> Int64 {
    let parent = talks[Int(talk.parent)]
    let agents = compiled.workloads[talk.workload].conversation?.levels[parent.level].agents ?? []
    guard let law = agents.first(where: { $0.level == talk.level })?.result else {
      return failed ? 0 : talk.lastAnswer
    }
    let word = draws.block(
      .agent, call: UInt64(talk.index), user: UInt64(talk.user), workload: talk.key)
    return compiled.tables.draw(law, word.1)
  }

  private mutating func endUsersTalk(_ talk: Talk, failed: Bool, at e: Int64) {
    conversations?.end(talk, failed: failed, at: e)
    if failed {
      flowResults[talk.workload].failed += 1
    } else {
      flowResults[talk.workload].completed += 1
      flowResults[talk.workload].latency.add(max(0, e - talk.tally.began - talk.tally.thought))
    }
  }

  /// Nobody can send again what was its own.
  private mutating func forget(_ talk: Talk) {
    let own = talk.state.context.segments.dropFirst(talk.state.context.prefixCount)
      .filter { $0.turn != 0 }
    for target in talk.sent { targets[Int(target.target)].contextCache?.forget(own) }
  }
}
