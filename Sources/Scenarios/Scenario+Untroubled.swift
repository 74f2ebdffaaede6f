import CostModel

extension Scenario {
  /// The same, but every call is answered where it is routed: nothing fails, no limit turns calls away
  /// or keeps them waiting, and the budget only tells.
  package var untroubled: Scenario {
    var scenario = withoutActions
    scenario.outages = []
    for model in scenario.catalog.models.indices {
      scenario.catalog[ModelID(UInt16(model))].contextWindow = nil
    }
    for index in scenario.behaviours.indices {
      scenario.behaviours[index].failureRate = 0
      scenario.behaviours[index].breaker = nil
      scenario.behaviours[index].timeout = nil
      scenario.behaviours[index].quota = QuotaLimits()
    }
    return scenario
  }
}
