import CostModel

/// Calls of simulated months that did not go as they were routed.
package struct CallTrouble: Hashable, Sendable {
  package var calls: Int64 = 0
  package var failed: Int64 = 0
  /// By the budget; they are among the failed ones.
  package var refused: Int64 = 0
  /// Answered by another model than they were routed to, because that one failed or was skipped.
  package var fallback: Int64 = 0
  /// Answered by the model that they were routed to, but not in its first region.
  package var moved: Int64 = 0
  /// Attempts skipped because a quota would have let them wait too long.
  package var throttled: Int64 = 0
  /// Attempts skipped because the call is longer than the model's context window.
  package var tooLong: Int64 = 0
  /// Attempts whose input was cut to fit the model's context window, and tokens that were.
  package var cut: Int64 = 0
  package var cutTokens: Int64 = 0
  /// Of circuit breakers.
  package var openings: Int64 = 0
  /// Flows and conversations whose number at once is limited, and those of them that were refused.
  package var runs: Int64 = 0
  package var refusedRuns: Int64 = 0

  package init() {}

  package init(_ result: PlanResult) {
    calls = result.calls
    failed = result.failedCalls
    refused = result.enforcements.reduce(0) { $0 + $1.refused }
    for flow in result.flows where flow.waits.total + flow.refused > 0 {
      runs += flow.waits.total + flow.refused
      refusedRuns += flow.refused
    }
    for target in result.performance {
      fallback += target.fallbackCalls
      moved += target.otherRegionCalls
      throttled += target.throttledCalls
      tooLong += target.tooLongCalls
      cut += target.cutAttempts
      cutTokens += target.cutTokens
      openings += target.breakerTrips
    }
  }

  package static func + (a: CallTrouble, b: CallTrouble) -> CallTrouble {
    var sum = a
    sum.calls += b.calls
    sum.failed += b.failed
    sum.refused += b.refused
    sum.fallback += b.fallback
    sum.moved += b.moved
    sum.throttled += b.throttled
    sum.tooLong += b.tooLong
    sum.cut += b.cut
    sum.cutTokens += b.cutTokens
    sum.openings += b.openings
    sum.runs += b.runs
    sum.refusedRuns += b.refusedRuns
    return sum
  }
}
