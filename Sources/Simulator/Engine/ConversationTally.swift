import CostModel
import Scenarios

/// Why a conversation's call has read less than half of what the conversation had sent before.
package enum ColdReason: Int, CaseIterable, Sendable {
  case noCache, minimum, first, compaction, truncation, fallback, change, chance, lookback, gap
}

/// What the conversations of one workload have come to.
package struct ConversationResult: Sendable {
  /// Turns and calls from this number on are one group.
  package static let groups = 51

  package struct Turn: Sendable {
    /// Of users' conversations that have come so far.
    package var turns: Int64 = 0
    package var cost = MoneySum.zero
  }

  package var workload: String
  package var started: Int64 = 0
  package var failed: Int64 = 0
  package var ended: Int64 = 0
  /// Left by their users before their end.
  package var abandoned: Int64 = 0
  /// Calls whose prompt no window held.
  package var overflows: Int64 = 0
  /// By `ConversationCall`, of users' conversations and of sub-agents.
  package var calls = Array(repeating: Int64(0), count: ConversationCall.allCases.count)
  package var agentCalls = Array(repeating: Int64(0), count: ConversationCall.allCases.count)
  package var agents: Int64 = 0
  package var turns: Int64 = 0
  package var cost = MoneySum.zero
  package var compactionCost = MoneySum.zero
  /// Of conversations that have ended, in millionths of a dollar, and by bucket what they come to.
  package var costs = LatencyHistogram()
  package var costOfBucket: [Int: MoneySum] = [:]
  /// From 0; the last is all later ones.
  package var byTurn = Array(repeating: Turn(), count: groups)
  /// Tokens of the prompts of users' conversations by the rank of the call, likewise.
  package var contextByCall = Array(repeating: LatencyHistogram(), count: groups)
  package var compactionsByCall = Array(repeating: Int64(0), count: groups)
  /// Attempts, by reason.
  package var cold = Array(repeating: Int64(0), count: ColdReason.allCases.count)
  /// Microseconds from the first message to the last answer: with and without the user's thinking.
  package var lasted: Int128 = 0
  package var busy: Int128 = 0

  /// Share of all cost that the dearest tenth of the conversations has; nil without any.
  package var topTenthShare: Double? {
    guard costs.total > 0, cost > .zero else { return nil }
    var (left, sum) = (max(1, (costs.total + 9) / 10), 0.0)
    var all = 0.0
    for (bucket, count) in costs.buckets.reversed() {
      let dollars = costOfBucket[bucket]?.dollars ?? 0
      all += dollars
      guard left > 0 else { continue }
      let taken = min(left, count)
      sum += dollars * Double(taken) / Double(count)
      left -= taken
    }
    return all > 0 ? sum / all : nil
  }
}

/// Counts what happens to conversations while a plan runs.
package struct ConversationTally: ~Copyable, Sendable {
  /// By workload.
  private var results: Slab<ConversationResult>
  private let areConversations: [Bool]

  package init(_ scenario: Scenario) {
    results = Slab(scenario.workloads.map { ConversationResult(workload: $0.name) })
    areConversations = scenario.workloads.map { $0.conversation != nil }
  }

  package var found: [ConversationResult] {
    zip(results.array, areConversations).filter(\.1).map(\.0)
  }

  private static func group(_ number: Int) -> Int {
    min(max(0, number), ConversationResult.groups - 1)
  }

  /// A turn of a user's conversation begins.
  /// - Parameter turn: from 0.
  package mutating func beginTurn(_ turn: Int, workload: Int) {
    if turn == 0 { results[workload].started += 1 }
    results[workload].turns += 1
    results[workload].byTurn[Self.group(turn)].turns += 1
  }

  /// A call of a user's conversation is about to be made.
  /// - Parameter number: of the call in the conversation, from 0.
  package mutating func make(
    _ call: ConversationCall, number: Int64, workload: Int, prompt: Int64
  ) {
    results[workload].calls[Int(call.rawValue)] += 1
    let group = Self.group(Int(number))
    results[workload].contextByCall[group].add(prompt)
    if call == .compaction { results[workload].compactionsByCall[group] += 1 }
  }

  /// A sub-agent's call is about to be made.
  package mutating func makeOfAgent(_ call: ConversationCall, workload: Int) {
    results[workload].agentCalls[Int(call.rawValue)] += 1
  }

  package mutating func overflow(workload: Int) { results[workload].overflows += 1 }
  /// A user has left.
  package mutating func abandon(workload: Int) { results[workload].abandoned += 1 }
  package mutating func startAgent(workload: Int) { results[workload].agents += 1 }
  package mutating func cold(_ reason: ColdReason, workload: Int) {
    results[workload].cold[reason.rawValue] += 1
  }

  /// - Parameter turn: of the user's conversation that the billed attempt is part of, from 0.
  package mutating func bill(
    _ call: ConversationCall, turn: Int, workload: Int, _ cost: Money
  ) {
    results[workload].cost += cost
    results[workload].byTurn[Self.group(turn)].cost += cost
    if call == .compaction { results[workload].compactionCost += cost }
  }

  /// A user's conversation has ended.
  package mutating func end(_ tally: TalkTally, workload: Int, failed: Bool, at e: Int64) {
    results[workload].ended += 1
    results[workload].failed += failed ? 1 : 0
    let micro = (tally.cost + 500_000) / 1_000_000
    results[workload].costs.add(micro)
    results[workload].costOfBucket[LatencyHistogram.bucket(of: micro), default: .zero] +=
      Money(picodollars: tally.cost)
    results[workload].lasted += Int128(e - tally.began)
    results[workload].busy += Int128(max(0, e - tally.began - tally.thought))
  }
}
