import CostModel

extension Scenario {
  /// The same, but every call is answered where it is routed: nothing fails, no limit turns calls or runs
  /// away or keeps them waiting, and the budget only tells. A conversation that compacts or truncates its
  /// context does so at the same size: what a share of a window is, the catalog still says.
  package var untroubled: Scenario {
    var scenario = withoutActions
    scenario.outages = []
    for index in scenario.behaviours.indices {
      scenario.behaviours[index].failureRate = 0
      scenario.behaviours[index].breaker = nil
      scenario.behaviours[index].timeout = nil
      scenario.behaviours[index].quota = QuotaLimits()
      scenario.behaviours[index].takesAnySize = true
    }
    for index in scenario.workloads.indices {
      scenario.workloads[index].conversation?.neverFailsWhenFull()
      scenario.workloads[index].runLimit = nil
    }
    return scenario
  }
}
