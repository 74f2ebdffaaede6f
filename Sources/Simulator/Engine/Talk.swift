import CostModel

/// One conversation under way: a user's, or a sub-agent's (docs/semantics.md, "Conversations").
package struct Talk: Sendable {
  /// What happens when it arrives next.
  package enum Due: UInt8, Sendable {
    /// A turn begins.
    case turn
    /// The results of a tool step are there.
    case results
    /// The call that a compaction went before.
    case call
  }

  /// How much of the context a target has been sent, in segments from its beginning.
  package struct Sent: Sendable {
    package var target: Int32
    package var segments: Int32
  }

  package var state: Conversation
  package var workload: Int
  package var level: Int
  package var user: UInt32
  /// The user's n-th conversation of the workload, from 0.
  package var index: UInt32
  /// In place of the workload's key, where its draws are made.
  package var key: UInt64
  /// Slot of the conversation whose step has started it; negative: a user has.
  package var parent: Int32 = -1
  /// Its own slot, or that of the user's conversation that it is part of.
  package var root: Int32 = -1
  /// Among the sub-agents of its parent's step.
  package var placeInStep: Int32 = 0
  /// Sub-agents that its own step has started.
  package var agents: Int32 = 0
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
  package var sent: [Sent] = []
  /// Segments of the context that have been sent anywhere, and the tokens of the last prompt.
  package var sentAnywhere: Int32 = 0
  package var lastPrompt: Int64 = 0
  /// What has happened to the context since.
  package var wasCompacted = false
  package var wasTruncated = false
  package var lastTarget: Int32 = -1
  package var tally = TalkTally()

  package var turn: Int { state.turn }

  /// Something of the context has changed from that place on.
  package mutating func cutSent(at place: Int) {
    let most = Int32(clamping: place)
    sentAnywhere = min(sentAnywhere, most)
    for index in sent.indices { sent[index].segments = min(sent[index].segments, most) }
  }

  /// Tokens of the prompt that the target has been sent before.
  package func sentTokens(_ prompt: ContextPrompt, to target: Int) -> Int64 {
    let segments = sent.first { Int($0.target) == target }?.segments ?? 0
    return Self.tokens(segments, of: prompt)
  }

  package static func tokens(_ segments: Int32, of prompt: ContextPrompt) -> Int64 {
    segments > 0 ? prompt.segments[min(Int(segments), prompt.segments.count) - 1].end : 0
  }

  /// The prompt has been sent; all of it but the last segments is the context's own.
  package mutating func noteSent(_ segments: Int, to target: Int) {
    let count = Int32(clamping: segments)
    sentAnywhere = max(sentAnywhere, count)
    if let place = sent.firstIndex(where: { Int($0.target) == target }) {
      sent[place].segments = max(sent[place].segments, count)
    } else {
      sent.append(Sent(target: Int32(target), segments: count))
    }
  }
}

/// What a user's conversation has come to, its sub-agents included.
package struct TalkTally: Sendable {
  /// Its own, without its sub-agents'.
  package var calls: Int64 = 0
  /// Picodollars.
  package var cost: Int64 = 0
  package var began: Int64 = 0
  /// Microseconds in which the model has waited for the user.
  package var thought: Int64 = 0
}
