import CostModel
import Scenarios

/// What follows from the outcome of a conversation's call: tools and sub-agents, the next turn, the end.
extension PlanEngine {
  /// The conversation's call has ended.
  package mutating func endTalkCall(_ slot: Int32, failed: Bool, at e: Int64) {
    if failed { return endTalk(slot, failed: true, at: e) }
    let talk = live.talks.base + Int(slot)
    let (visible, reasoning) = (talk.pointee.visible, talk.pointee.reasoning)
    switch talk.pointee.made {
    case .compaction:
      talk.pointee.state.compacted(summary: visible, &live.numbers)
      talk.pointee.wasCompacted = true
      noteCut(slot)
      talk.pointee.due = .call
      events.push(.arrival, at: e, slot: ~slot)
    case .tool: callTools(slot, at: e)
    case .answer:
      talk.pointee.state.answered(visible: visible, reasoning: reasoning, &live.numbers)
      talk.pointee.lastAnswer = visible
      nextTurn(slot, at: e)
    }
  }

  private mutating func nextTurn(_ slot: Int32, at e: Int64) {
    let talk = live.talks.base + Int(slot)
    let (facts, turn) = (talk.pointee.facts, talk.pointee.turn)
    let place = Self.place(turn: turn, step: 0)
    let goesOn =
      facts.pointee.turns.sampler == nil
      ? draw(.turn, slot, place: place).0.unit < facts.pointee.turns.continuation
      : Int64(turn) + 1 < talk.pointee.turns
    guard goesOn, turn + 1 < ConversationSpec.mostTurns else {
      return endTalk(slot, failed: false, at: e)
    }
    if facts.pointee.abandon > 0,
      draw(.turn, slot, place: place).1.unit < facts.pointee.abandon
    {
      if talk.pointee.parent < 0 {
        observers.conversations?.abandon(workload: talk.pointee.workload)
      }
      return endTalk(slot, failed: false, at: e)
    }
    let next = Self.place(turn: turn + 1, step: 0)
    let pause = value(of: facts.pointee.think, .turn, slot, place: next) { $0.2 }
    if talk.pointee.parent < 0 { talk.pointee.tally.thought += pause }
    talk.pointee.due = .turn
    events.push(.arrival, at: e + pause, slot: ~slot)
  }

  private mutating func callTools(_ slot: Int32, at e: Int64) {
    let talk = live.talks.base + Int(slot)
    let (visible, reasoning) = (talk.pointee.visible, talk.pointee.reasoning)
    guard let tools = talk.pointee.facts.pointee.tools else {
      preconditionFailure("no tools, no tool step")
    }
    let place = talk.pointee.place
    let word = draw(.conversationCall, slot, place: place)
    let count = clamped(compiled.tables.draw(tools.parallel, word.1))
    var results: [Int64] = []
    results.reserveCapacity(Int(count))
    for number in 0..<UInt64(count) {
      results.append(
        value(of: tools.result, .toolResult, slot, place: place, low: number) { $0.0 })
    }
    let ready = e + compiled.tables.draw(tools.time, word.2)
    guard talk.pointee.facts.pointee.hasAgents else {
      _ = talk.pointee.state.calledTools(
        visible: visible, reasoning: reasoning, results: results,
        end: SimTime(microseconds: ready), agents: 0, &live.numbers)
      return finishStep(slot, at: ready)
    }
    let level = level(of: slot)
    var starting: [(agent: Int, key: UInt64)] = []
    for place in level.agents.indices { starting += agents(place, level.agents[place], slot) }
    let next = talk.pointee.state.calledTools(
      visible: visible, reasoning: reasoning, results: results,
      end: SimTime(microseconds: ready), agents: starting.count, &live.numbers)
    talk.pointee.agents = Int32(starting.count)
    talk.pointee.agentsEnded = .none
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
    live.talks[Int(slot)].due = .results
    events.push(.arrival, at: time, slot: ~slot)
  }

  // MARK: Sub-agents

  /// Those of a kind that a step starts, with the keys of their draws.
  private mutating func agents(_ number: Int, _ agent: CompiledConversation.Agent, _ slot: Int32)
    -> [(
      agent: Int, key: UInt64
    )]
  {
    let (own, place) = (live.talks[Int(slot)].key, live.talks[Int(slot)].place)
    func key(_ k: UInt64) -> UInt64 {
      SplitMix.mixed(own ^ (agent.key &+ (place << 16 &+ k) &* SplitMix.step))
    }
    let word = draws.block(
      .agent, call: UInt64(live.talks[Int(slot)].index), user: UInt64(live.talks[Int(slot)].user),
      workload: key(0))
    guard agent.chance >= 1 || word.2.unit < agent.chance else { return [] }
    let count = clamped(compiled.tables.draw(agent.parallel, word.3))
    return (0..<UInt64(count)).map { (number, key($0)) }
  }

  private mutating func start(
    _ agent: CompiledConversation.Agent, _ number: Int, key: UInt64, place: Int, by parent: Int32,
    at e: Int64
  ) {
    // Until there is one more.
    let above = live.talks.base + Int(parent)
    let workload = above.pointee.workload
    var state = newState(
      workload, level: agent.level, user: above.pointee.user, index: above.pointee.index, key: key)
    if agent.isFork { state = Conversation(state.rules, forking: above.pointee.state) }
    var talk = Talk(
      state: state, workload: workload, level: agent.level,
      facts: facts(workload, level: agent.level), user: above.pointee.user,
      index: above.pointee.index, key: key)
    (talk.parent, talk.root, talk.placeInStep) = (parent, above.pointee.root, Int32(place))
    if agent.isFork {
      (talk.first, talk.others) = (above.pointee.first, above.pointee.others)
      talk.sentAnywhere = above.pointee.sentAnywhere
      talk.lastPrompt = above.pointee.lastPrompt
    }
    if observers.isTelling {
      while above.pointee.started.count <= number { above.pointee.started.append(0) }
      above.pointee.started[number] += 1
      talk.name = "\(above.pointee.name)/\(agent.name).\(above.pointee.started[number])"
    }
    observers.conversations?.startAgent(workload: workload)
    let slot = self.place(talk)
    events.push(.arrival, at: e, slot: ~slot)
  }

  // MARK: The end

  private mutating func endTalk(_ slot: Int32, failed: Bool, at e: Int64) {
    let talk = live.talks.base + Int(slot)
    forget(slot)
    live.free.append(slot)
    guard talk.pointee.parent >= 0 else {
      let workload = talk.pointee.workload
      endUsersTalk(slot, failed: failed, at: e)
      talk.pointee.clear()
      if flowRuns.hasLimits { endRun(of: workload, at: e) }
      return
    }
    let result = result(of: slot, failed: failed)
    talk.pointee.clear()
    let parent = live.talks.base + Int(talk.pointee.parent)
    if parent.pointee.agentsEnded < events.cause { parent.pointee.agentsEnded = events.cause }
    let ready = parent.pointee.state.agentEnded(
      Int(talk.pointee.placeInStep), of: Int(parent.pointee.agents), result: result,
      at: SimTime(microseconds: e))
    guard let ready else { return }
    let cause = events.cause
    events.cause = parent.pointee.agentsEnded
    finishStep(talk.pointee.parent, at: ready.microseconds)
    events.cause = cause
  }

  /// What a sub-agent brings back.
  private mutating func result(of slot: Int32, failed: Bool) -> Int64 {
    let talk = live.talks.base + Int(slot)
    let parent = live.talks.base + Int(talk.pointee.parent)
    let levels = compiled.workloads[talk.pointee.workload].conversation?.levels ?? []
    let agents = levels.isEmpty ? [] : levels[parent.pointee.level].agents
    guard let law = agents.first(where: { $0.level == talk.pointee.level })?.result else {
      return failed ? 0 : talk.pointee.lastAnswer
    }
    let word = draws.block(
      .agent, call: UInt64(talk.pointee.index), user: UInt64(talk.pointee.user),
      workload: talk.pointee.key)
    return compiled.tables.draw(law, word.1)
  }

  private mutating func endUsersTalk(_ slot: Int32, failed: Bool, at e: Int64) {
    let talk = live.talks.base + Int(slot)
    let workload = talk.pointee.workload
    observers.conversations?.end(talk.pointee.tally, workload: workload, failed: failed, at: e)
    if failed {
      flowRuns.results[workload].failed += 1
    } else {
      flowRuns.results[workload].completed += 1
      flowRuns.results[workload].latency.add(
        max(0, e - talk.pointee.tally.began - talk.pointee.tally.thought))
    }
  }

  /// Nobody can send again what was its own.
  private mutating func forget(_ slot: Int32) {
    let talk = live.talks.base + Int(slot)
    var own: [ContextSegment]?
    for met in talk.pointee.met where !keepsOwnEntries(slot, target: Int(met.target)) {
      let segments =
        own
        ?? talk.pointee.state.context.segments.dropFirst(talk.pointee.state.context.prefixCount)
        .filter { $0.turn != 0 }
      own = segments
      targets[Int(met.target)].contextCache?.forget(segments)
    }
  }
}
