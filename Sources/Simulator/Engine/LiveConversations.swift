import CostModel
import Scenarios

/// The conversations under way, and what is common to all of them.
package struct LiveConversations: ~Copyable {
  package var talks = Slab<Talk>()
  /// Places of talks that have ended.
  package var free = Slab<Int32>()
  /// Of the levels of all workloads.
  package let facts: FixedTable<CompiledConversation.Facts>
  /// By workload: the first of its own facts.
  package let firstFacts: [Int]
  /// Whether all targets leave it to conversations to keep their own entries.
  package let allKeepOwnEntries: Bool
  /// Users' conversations so far.
  package var started: Int64 = 0
  package var numbers = BoundaryNumbers()
  /// By kind of call and account plan, as far as conversations have met them: the model, or −1 where
  /// one is drawn.
  package var certainRoutes: [Int32] = []

  /// - Parameter isWatched: the trace of a call tells of each entry.
  package init(_ compiled: CompiledScenario, isWatched: Bool) {
    var facts: [CompiledConversation.Facts] = []
    var firstFacts: [Int] = []
    for workload in compiled.workloads {
      firstFacts.append(facts.count)
      facts += workload.conversation?.facts ?? []
    }
    self.facts = FixedTable(facts)
    self.firstFacts = firstFacts
    allKeepOwnEntries =
      !isWatched
      && compiled.scenario.behaviours.allSatisfy { $0.promptCache?.keepsOwnEntries ?? true }
  }
}
