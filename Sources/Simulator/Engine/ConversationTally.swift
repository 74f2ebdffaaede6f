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
package struct ConversationTally: Sendable {
  private var results: [ConversationResult?]

  package init(_ scenario: Scenario) {
    results = scenario.workloads.map {
      $0.conversation == nil ? nil : ConversationResult(workload: $0.name)
    }
  }

  package var found: [ConversationResult] { results.compactMap(\.self) }

  private static func group(_ number: Int) -> Int {
    min(max(0, number), ConversationResult.groups - 1)
  }

  package mutating func beginTurn(_ talk: Talk) {
    guard talk.parent < 0 else { return }
    if talk.turn == 0 { results[talk.workload]?.started += 1 }
    results[talk.workload]?.turns += 1
    results[talk.workload]?.byTurn[Self.group(talk.turn)].turns += 1
  }

  /// A call is about to be made.
  package mutating func make(_ call: ConversationCall, _ talk: inout Talk, prompt: Int64) {
    let place = Int(call.rawValue)
    guard talk.parent < 0 else {
      results[talk.workload]?.agentCalls[place] += 1
      return
    }
    results[talk.workload]?.calls[place] += 1
    let group = Self.group(Int(talk.tally.calls))
    talk.tally.calls += 1
    results[talk.workload]?.contextByCall[group].add(prompt)
    if call == .compaction { results[talk.workload]?.compactionsByCall[group] += 1 }
  }

  package mutating func overflow(_ talk: Talk) { results[talk.workload]?.overflows += 1 }
  package mutating func abandon(_ talk: Talk) {
    if talk.parent < 0 { results[talk.workload]?.abandoned += 1 }
  }
  package mutating func startAgent(_ talk: Talk) { results[talk.workload]?.agents += 1 }
  package mutating func cold(_ talk: Talk, _ reason: ColdReason) {
    results[talk.workload]?.cold[reason.rawValue] += 1
  }

  /// - Parameter root: the user's conversation that the billed attempt is part of.
  package mutating func bill(_ root: Talk, of call: ConversationCall, _ cost: Money) {
    results[root.workload]?.cost += cost
    results[root.workload]?.byTurn[Self.group(root.turn)].cost += cost
    if call == .compaction { results[root.workload]?.compactionCost += cost }
  }

  package mutating func end(_ talk: Talk, failed: Bool, at e: Int64) {
    results[talk.workload]?.ended += 1
    results[talk.workload]?.failed += failed ? 1 : 0
    let micro = (talk.tally.cost + 500_000) / 1_000_000
    results[talk.workload]?.costs.add(micro)
    results[talk.workload]?.costOfBucket[LatencyHistogram.bucket(of: micro), default: .zero] +=
      Money(picodollars: talk.tally.cost)
    results[talk.workload]?.lasted += Int128(e - talk.tally.began)
    results[talk.workload]?.busy += Int128(max(0, e - talk.tally.began - talk.tally.thought))
  }
}
