import CostModel
import Scenarios
import Support

/// What may differ between the conversations of a workload.
extension InputChanges {
  /// Returns whether that is all that can be told of the workload, since its calls are others now.
  package mutating func addConversation(_ place: Int, _ old: Workload, _ new: Workload) -> Bool {
    guard let before = old.conversation, let after = new.conversation, old.hasKinds(of: new),
      before.hasShape(of: after)
    else {
      guard old.conversation != nil || new.conversation != nil else { return false }
      add(.volume, Self.reshaped(old, new), part: .workload(place)) { state in
        state.scenario.workloads[place].stages = new.stages
        state.scenario.workloads[place].conversation = new.conversation
      }
      return true
    }
    for number in after.levels.indices { addLevel(place, number, before, after, new.name) }
    return false
  }

  private static func reshaped(_ old: Workload, _ new: Workload) -> String {
    switch (old.conversation, new.conversation) {
    case (nil, _): "\(new.name) has conversations instead of single calls"
    case (_, nil): "\(new.name) has single calls instead of conversations"
    default: "kinds of calls in the conversations of \(new.name)"
    }
  }

  private mutating func addLevel(
    _ place: Int, _ number: Int, _ before: ConversationSpec, _ after: ConversationSpec,
    _ workload: String
  ) {
    let (old, new) = (before.levels[number], after.levels[number])
    let owner = ([workload] + new.path).joined(separator: "/")
    for field in Self.levelFields where !field.isSame(old, new) {
      let copy = field.copy
      add(
        field.cause, "\(field.what) of \(owner)", field.text(old), field.text(new),
        part: .workload(place)
      ) { $0.changeConversation(of: place, level: number) { copy(new, &$0) } }
    }
    for (index, agent) in new.agents.enumerated() {
      for field in Self.agentFields where !field.isSame(old.agents[index], agent) {
        let copy = field.copy
        add(
          field.cause, "\(field.what) of \(owner)/\(agent.name)", field.text(old.agents[index]),
          field.text(agent), part: .workload(place)
        ) { $0.changeConversation(of: place, level: number) { copy(agent, &$0.agents[index]) } }
      }
    }
    guard old.compactor != new.compactor else { return }
    add(
      .routing, "model that summarizes for \(owner)", name(old.compactor), name(new.compactor),
      part: .workload(place)
    ) { $0.changeConversation(of: place, level: number) { $0.compactor = new.compactor } }
  }

  private func name(_ model: ModelID?) -> String {
    model.map { head.catalog[$0].name } ?? "the policy's"
  }

  // MARK: Fields

  private struct Field<Owner>: Sendable {
    var cause: Cause
    var what: String
    var text: @Sendable (Owner) -> String
    var copy: @Sendable (Owner, inout Owner) -> Void
    var isSame: @Sendable (Owner, Owner) -> Bool

    init<Value: Equatable & Sendable>(
      _ cause: Cause, _ what: String, _ path: WritableKeyPath<Owner, Value> & Sendable,
      _ text: @escaping @Sendable (Value) -> String
    ) {
      self.cause = cause
      self.what = what
      self.text = { text($0[keyPath: path]) }
      copy = { $1[keyPath: path] = $0[keyPath: path] }
      isSame = { $0[keyPath: path] == $1[keyPath: path] }
    }
  }

  private static let levelFields: [Field<ConversationLevel>] = [
    Field(.volume, "turns", \.turns, count),
    Field(.volume, "chance to abandon a conversation", \.abandon, GateWords.share),
    Field(.volume, "tool steps of a turn", \.tools.stated.steps, count),
    Field(.volume, "tools that run together", \.tools.stated.parallel, GateWords.size),
    Field(.tokens, "prefix tokens", \.prefixTokens, GateWords.size),
    Field(.tokens, "tokens of a user's message", \.user, GateWords.size),
    Field(.tokens, "tokens of an answer", \.answer, GateWords.size),
    Field(.tokens, "reasoning tokens", \.reasoning, GateWords.size),
    Field(.tokens, "reasoning that is sent again", \.rules.keptReasoning) { $0.rawValue },
    Field(.tokens, "tokens of a tool call", \.tools.stated.call, GateWords.size),
    Field(.tokens, "tokens of a tool's result", \.tools.stated.result, GateWords.size),
    Field(.tokens, "when the context is full", \.rules.full, full),
    Field(.tokens, "tokens of a summary", \.summary, GateWords.size),
    Field(.cache, "who shares the prefix", \.prefixSharing) { $0.rawValue },
    Field(.cache, "where prompts are marked for the cache", \.rules.marks.breakpoints) {
      $0.rawValue
    },
    Field(.cache, "lifetime of the cached prefix", \.rules.marks.prefixIsLong, lifetime),
    Field(.cache, "lifetime of the cached rest", \.rules.marks.restIsLong, lifetime),
    Field(.cache, "time to the next message", \.think, time),
    Field(.cache, "time of tools", \.tools.stated.time, time),
  ]

  private static let agentFields: [Field<ConversationLevel.Agent>] = [
    Field(.volume, "chance of a sub-agent", \.chance, GateWords.share),
    Field(.volume, "sub-agents that run together", \.parallel, GateWords.size),
    Field(.tokens, "tokens that a sub-agent brings back", \.result) {
      $0.map(GateWords.size) ?? "its last answer"
    },
  ]

  @Sendable private static func count(_ count: ConversationLevel.Count) -> String {
    switch count {
    case .drawn(let law): GateWords.size(law)
    case .continued(let chance): "another one in \(GateWords.share(chance)) of cases"
    }
  }

  @Sendable private static func lifetime(_ isLong: Bool) -> String { isLong ? "long" : "short" }

  /// Microseconds.
  @Sendable private static func time(_ law: Distribution) -> String {
    let mean = HumanFormat.duration(SimDuration(microseconds: Int64(law.mean)))
    if case .fixed = law { return mean }
    guard case .lognormal(_, let cv, _) = law else { return "\(mean) on average" }
    return "\(mean) on average (cv \(GateWords.number(cv)))"
  }

  @Sendable private static func full(_ rule: FullRule?) -> String {
    guard let rule else { return "never" }
    let limit =
      switch rule.limit {
      case .tokens(let tokens): HumanFormat.count(tokens)
      case .windowShare(let billionths):
        "\(GateWords.share(Double(billionths) / 1e9)) of the window"
      }
    return switch rule.action {
    case .compact(let instruction, let keep):
      "at \(limit) compact (instruction \(HumanFormat.count(instruction)), keep \(keep))"
    case .truncate(let tokens): "at \(limit) truncate to \(HumanFormat.count(tokens))"
    case .fail: "at \(limit) fail"
    }
  }
}

extension ConversationLevel.Tools? {
  /// Those of a level that has any; a level without them is of another shape.
  fileprivate var stated: ConversationLevel.Tools {
    get { self ?? ConversationLevel.Tools() }
    set { if self != nil { self = newValue } }
  }
}

extension ConversationSpec {
  /// Whether both make the same kinds of calls at the same places, however many.
  fileprivate func hasShape(of other: ConversationSpec) -> Bool {
    turnStarts == other.turnStarts && levels.count == other.levels.count
      && zip(levels, other.levels).allSatisfy { a, b in
        a.path == b.path && (a.tools == nil) == (b.tools == nil) && a.kinds == b.kinds
          && a.firstKinds == b.firstKinds && a.agents.count == b.agents.count
          && zip(a.agents, b.agents).allSatisfy {
            $0.name == $1.name && $0.level == $1.level && $0.isFork == $1.isFork
          }
      }
  }
}

extension Workload {
  fileprivate func hasKinds(of other: Workload) -> Bool {
    hasSteps(of: other)
      && zip(stages, other.stages).allSatisfy { a, b in
        zip(a.calls, b.calls).allSatisfy { $0.mix.map(\.name) == $1.mix.map(\.name) }
      }
  }
}

extension InputChange.State {
  /// Changes a level of a workload's conversations, and with it how many calls they are.
  fileprivate mutating func changeConversation(
    of place: Int, level: Int, _ change: (inout ConversationLevel) -> Void
  ) {
    guard var spec = scenario.workloads[place].conversation else { return }
    change(&spec.levels[level])
    let changed = spec.levels[level]
    scenario.workloads[place].conversation = spec
    for stage in scenario.workloads[place].stages.indices {
      for call in scenario.workloads[place].stages[stage].calls.indices {
        scenario.workloads[place].stages[stage].calls[call].probability = spec.expectedCalls
        for kinds in changed.kinds + [changed.firstKinds] {
          for (kind, number) in zip(ConversationCall.allCases, kinds) where number >= 0 {
            scenario.workloads[place].stages[stage].calls[call].mix[number]
              .takeSizes(of: changed, kind)
          }
        }
      }
    }
  }
}
