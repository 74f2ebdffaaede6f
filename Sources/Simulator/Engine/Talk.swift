import CostModel

/// One conversation under way: a user's, or a sub-agent's (docs/semantics.md, "Conversations").
package struct Talk: ~Copyable {
  /// What happens when it arrives next.
  package enum Due: UInt8, Sendable {
    /// A turn begins.
    case turn
    /// The results of a tool step are there.
    case results
    /// The call that a compaction went before.
    case call
  }

  /// How much of the context has been sent.
  package struct Sent: Sendable, BitwiseCopyable {
    /// Segments from the context's beginning, and their tokens.
    package var segments: Int32 = 0
    package var tokens: Int64 = 0

    package mutating func take(_ end: ContextEnd) {
      guard end.count > segments else { return }
      (segments, tokens) = (end.count, end.tokens)
    }

    package mutating func cut(at end: ContextEnd) {
      guard end.count < segments else { return }
      (segments, tokens) = (end.count, end.tokens)
    }
  }

  /// A target that has been sent some of the context.
  package struct Met: Sendable, BitwiseCopyable {
    package var target: Int32 = -1
    package var sent = Sent()
    package var own = OwnEntries()
  }

  package var state: Conversation
  package let workload: Int
  package let level: Int
  /// Of the level, among those of all workloads.
  package let facts: UnsafePointer<CompiledConversation.Facts>
  package let user: UInt32
  /// The user's n-th conversation of the workload, from 0.
  package let index: UInt32
  /// In place of the workload's key, where its draws are made.
  package let key: UInt64
  /// Slot of the conversation whose step has started it; negative: a user has.
  package var parent: Int32 = -1
  /// Its own slot, or that of the user's conversation that it is part of.
  package var root: Int32 = -1
  /// Among the sub-agents of its parent's step.
  package var placeInStep: Int32 = 0
  /// Sub-agents that its own step has started, and the last moment at which one of them has ended.
  package var agents: Int32 = 0
  package var agentsEnded = EventQueue.Cause.none
  /// As calls.csv names it.
  package var name = ""
  /// Sub-agents so far, by place among those that the level may start.
  package var started: [Int32] = []
  package var due = Due.turn
  /// Of the call that is due or under way: turn·2^16 + step, and 2^15 more for a compaction.
  package var place: UInt64 = 0
  package var call = ConversationCall.answer
  /// What the call under way is for: the same, or a compaction.
  package var made = ConversationCall.answer
  package var visible: Int64 = 0
  package var reasoning: Int64 = 0
  package var lastAnswer: Int64 = 0
  /// Drawn ahead; negative: one draw after the other decides.
  package var turns: Int64 = -1
  package var steps: Int64 = -1
  /// No call has been made yet.
  package var isFresh = true
  /// Models by the weighted rules that have been met.
  package var routes: [Int: UInt16] = [:]
  /// The first target that has been met, and all others.
  package var first = Met()
  package var others: [Met] = []
  package var sentAnywhere = Sent()
  /// Tokens of the last prompt.
  package var lastPrompt: Int64 = 0
  /// What has happened to the context since.
  package var wasCompacted = false
  package var wasTruncated = false
  package var lastTarget: Int32 = -1
  package var tally = TalkTally()

  package var turn: Int { state.turn }

  package init(
    state: consuming Conversation, workload: Int, level: Int,
    facts: UnsafePointer<CompiledConversation.Facts>, user: UInt32, index: UInt32, key: UInt64
  ) {
    self.state = state
    self.workload = workload
    self.level = level
    self.facts = facts
    self.user = user
    self.index = index
    self.key = key
  }

  /// Its context goes at once; its place may be long in coming back.
  package mutating func clear() {
    state = Conversation(ConversationRules(), prefix: (0, 0))
    name = ""
    started = []
    routes = [:]
    others = []
  }

  /// What the target has been sent, and what it keeps.
  @inline(__always)
  package mutating func withMet<Result>(_ target: Int, _ body: (inout Met) -> Result) -> Result {
    if first.target < 0 { first.target = Int32(target) }
    if Int(first.target) == target { return body(&first) }
    if let place = others.firstIndex(where: { Int($0.target) == target }) {
      return body(&others[place])
    }
    others.append(Met(target: Int32(target)))
    return body(&others[others.count - 1])
  }

  /// Targets that have been sent something.
  package var met: [Met] { first.target < 0 ? [] : [first] + others }
}

/// What a user's conversation has come to, its sub-agents included.
package struct TalkTally: Sendable, BitwiseCopyable {
  /// Its own, without its sub-agents'.
  package var calls: Int64 = 0
  /// Picodollars.
  package var cost: Int64 = 0
  package var began: Int64 = 0
  /// Microseconds in which the model has waited for the user.
  package var thought: Int64 = 0
}
