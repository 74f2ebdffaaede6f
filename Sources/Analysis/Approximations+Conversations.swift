import Scenarios

/// What closed forms do not tell of conversations, or only approximate (docs/validation.md,
/// "Conversations").
extension Approximations {
  package func conversations() -> [Expectation.Approximation] {
    guard scenario.hasConversations else { return [] }
    let told = cost.conversations
    guard told.obstacles.isEmpty else { return told.obstacles }
    var stakes: [ConversationDoubt] = []
    for doubt in told.doubts {
      let known = stakes.firstIndex { $0.part == doubt.part && $0.reason == doubt.reason }
      if let known { stakes[known].stake += doubt.stake } else { stakes.append(doubt) }
    }
    let limit = AttentionLimits.shipped.approximateBill * cost.total
    let compacts = scenario.workloads.compactMap(\.conversation).flatMap(\.levels)
      .contains(where: \.compacts)
    let isTold = !compacts && MonthTransform.momentsTellConversations(cost)
    let law = Expectation.Approximation(
      part: "conversations",
      reason: isTold
        ? "chances rest on the mean and the spread of what one costs; its skew is taken as a gamma law's"
        : "how much their costs differ is known, but not their law",
      hidesChance: !isTold)
    return [law]
      + stakes.map {
        Expectation.Approximation(
          part: $0.part, reason: $0.reason, movesBill: $0.stake > 0 && $0.stake >= limit)
      }
  }
}
