import CostModel
import Support

/// What the conversations of a workload are like (docs/semantics.md, "Conversations"): the user's own
/// first, then every kind of sub-agent, in the file's order.
package struct ConversationSpec: Hashable, Sendable {
  /// What the places of draws have room for: turns of a conversation, tool steps of a turn, and tools or
  /// sub-agents that start together.
  package static let mostTurns = 65_536
  package static let mostSteps = 32_767
  package static let mostParallel: Int64 = 65_536

  package var levels: [ConversationLevel]
  /// Turns, from 1, with which rules begin to tell turns apart; ascending, the first is 1.
  package var turnStarts: [Int] = [1]

  /// A turn's class among those that rules tell apart.
  /// - Parameter turn: from 0.
  package func turnClass(of turn: Int) -> Int {
    (turnStarts.lastIndex { $0 <= turn + 1 }) ?? 0
  }

  /// Takes away the sizes at which a call fails and its conversation ends (`do: fail`).
  package mutating func neverFailsWhenFull() {
    for index in levels.indices where levels[index].rules.full?.action == .fail {
      levels[index].rules.full = nil
    }
  }
}

/// One kind of conversation: a user's, or a sub-agent's.
package struct ConversationLevel: Hashable, Sendable {
  /// How often something comes.
  package enum Count: Hashable, Sendable {
    /// Drawn once.
    case drawn(Distribution)
    /// Each one is followed by another one with that chance.
    case continued(Double)
  }

  package struct Tools: Hashable, Sendable {
    package var steps = Count.drawn(.fixed(0))
    /// Tool calls of a step.
    package var parallel = Distribution.fixed(1)
    /// Output tokens of a step.
    package var call = Distribution.fixed(0)
    /// Tokens of each result.
    package var result = Distribution.fixed(0)
    /// Microseconds until the slowest has ended.
    package var time = Distribution.fixed(0)

    package init() {}
  }

  /// Sub-agents that a step may start.
  package struct Agent: Hashable, Sendable {
    package var name: String
    /// Into `ConversationSpec.levels`.
    package var level: Int
    /// Of each step.
    package var chance = 1.0
    package var parallel = Distribution.fixed(1)
    /// Tokens that one brings back; nil: those of its last answer.
    package var result: Distribution?
    package var isFork = false
  }

  /// Names of the sub-agents down to this one; empty: the user's own.
  package var path: [String] = []
  package var prefixTokens = Distribution.fixed(0)
  package var prefixSharing = PrefixSharing.all
  package var turns = Count.drawn(.fixed(1))
  /// Chance that the user leaves for good after an answer that is not the last.
  package var abandon = 0.0
  /// Tokens.
  package var user = Distribution.fixed(0)
  package var answer = Distribution.fixed(0)
  package var reasoning = Distribution.fixed(0)
  /// Microseconds from an answer to the next message.
  package var think = Distribution.fixed(0)
  package var tools: Tools?
  package var agents: [Agent] = []
  package var rules = ConversationRules()
  /// Of a compaction: tokens of its summary, and the model that is asked (nil: the policy's).
  package var summary = Distribution.fixed(0)
  package var compactor: ModelID?
  /// Into the workload's kinds of calls, by class of turns and then `ConversationCall`; negative: none.
  package var kinds: [[Int]] = []
  /// Of the first call of all, which the response cache may have: likewise by `ConversationCall`.
  package var firstKinds: [Int] = []

  package var compacts: Bool {
    if case .compact? = rules.full?.action { true } else { false }
  }

  /// Whether a second turn can follow the first.
  package var mayGoOn: Bool {
    switch turns {
    case .drawn(let law): law.highest > 1
    case .continued(let chance): chance > 0
    }
  }
}

extension ConversationSpec {
  /// Calls of a conversation in the mean, sub-agents' included and compactions left out: what it takes to
  /// simulate one.
  package var expectedCalls: Double { expectedCalls(0) }

  private func expectedCalls(_ number: Int) -> Double {
    let level = levels[number]
    var steps = 0.0
    if let tools = level.tools { steps = tools.steps.mean(leaving: 0, least: 0) }
    let agents = level.agents.reduce(0.0) {
      $0 + $1.chance * max(1, $1.parallel.mean) * expectedCalls($1.level)
    }
    return level.turns.mean(leaving: level.abandon, least: 1) * (1 + steps * (1 + agents))
  }
}

extension Variant {
  /// What a call of a level's conversations has that follows from the level: its sizes, and the model
  /// of a compaction.
  package mutating func takeSizes(of level: ConversationLevel, _ call: ConversationCall) {
    // Prompts are as long as contexts come to be; some of it is there.
    input = .fixed(max(1, level.user.least + level.prefixTokens.least))
    reasoning = level.reasoning
    switch call {
    case .answer: output = level.answer
    case .tool: output = level.tools?.call ?? .fixed(0)
    case .compaction:
      output = level.summary
      pinned = level.compactor.map {
        Policy.Rule(name: "compaction", conditions: [], choice: .model($0))
      }
    }
  }
}

extension ConversationLevel.Count {
  /// - Parameter leaving: the chance that each but the last is the last after all.
  fileprivate func mean(leaving: Double, least: Double) -> Double {
    switch self {
    case .drawn(let law):
      let mean = max(least, law.mean)
      guard leaving > 0 else { return mean }
      return (1 - ExactMath.exp(mean * ExactMath.log(max(1e-300, 1 - leaving)))) / leaving
    case .continued(let chance):
      return least == 0 ? chance / (1 - chance) : 1 / (1 - chance * (1 - leaving))
    }
  }
}

extension Distribution {
  /// No draw is above it; infinite without a bound.
  package var highest: Double {
    switch self {
    case .fixed(let value): value
    case .uniform(_, let high): high
    case .lognormal(let mean, let cv, let cap): cap ?? (cv > 0 ? .infinity : mean)
    case .histogram(let bins): bins.filter { $0.weight > 0 }.map(\.high).max() ?? 0
    }
  }
}
