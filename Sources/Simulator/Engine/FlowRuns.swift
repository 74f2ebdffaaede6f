import CostModel
import Scenarios

/// Flows and conversations under way as wholes: their stages, their limits and how they came out.
package struct FlowRuns: ~Copyable {
  /// One run of a workload's stages.
  package struct Flow {
    package var workload: Int
    package var user: UInt32
    package var index: UInt32
    package var nextStage = 0
    package var pending = 0
    package var hasFailed = false
    /// The stage of tools that was made last called any.
    package var hasCalledTool = false
    package var slowest: Int64 = 0
    package var latency: Int64 = 0
  }

  package var flows: [Flow] = []
  /// Places of flows that have ended.
  package var free: [Int32] = []
  /// By workload.
  package var results: [FlowResult]
  /// By workload: of those whose runs are limited.
  package var places: [RunPlaces?]
  package let hasLimits: Bool

  package init(_ scenario: Scenario) {
    results = scenario.workloads.map {
      FlowResult(workload: $0.name, givesUpWith: $0.givesUpWith)
    }
    places = scenario.workloads.map { $0.runLimit.map(RunPlaces.init) }
    hasLimits = scenario.limitsRuns
  }
}
