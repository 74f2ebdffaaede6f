import CostModel
import Scenarios

/// What a replay keeps of its log beside the calls themselves; empty for synthetic calls.
package struct LogState: ~Copyable {
  /// By flight.
  package var fields = Slab<LoggedFields>()
  /// By flight: keys of the prompt's blocks.
  package var blocks: [[UInt64]] = []
  /// Of calls that are booked by their rows.
  package var aggregates: Aggregates
  /// Of the call that ends.
  package var quality = LoggedQuality()
  /// Messages that it was for; negative: not told.
  package var msgs: Int64 = -1
  /// Kinds, routed and logged models met so far, and the models that may be reached.
  package var metRoutes: Set<Int> = []
  package var reachable: Set<Int> = []
  /// Calls of the log before its first one here: ranks go on from there.
  package var callsBefore: Int64 = 0
  /// Of a log that tells ranks: its calls so far.
  package var numbered: Int64 = 0
  /// Something was drawn by a call's rank.
  package var drawsByRank = false
  /// A provider's cache was asked for blocks that the log tells.
  package var asksPromptCache = false
  /// By user number from 0, where the log names them.
  package var userNames: [String] = []

  package init(models: Int) {
    aggregates = Aggregates(models: models)
  }
}
