/// Deliberate errors: each must be noticed.
public enum ConversationFault: CaseIterable, Sendable {
  case neverRefreshes, refreshesTheTailAlone, noMinimum, noStep, noLookback, readableAtOnce
  case failuresWrite, livesFromOutcome, writesNothing, noFlush
  case keepsReasoning, dropsReasoningAtOnce, compactionLosesThePrefix, comparesTheLastItemAlone
  case oneCacheForAll, windowWithoutReserve, agentsShareTheParent
}
