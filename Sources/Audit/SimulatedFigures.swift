import CostModel
import Simulator

/// One plan's simulated month, as far as a query asks for it.
package struct SimulatedFigures {
  package let result: PlanResult
  package let query: PlanQuery

  private var months: Double { Double(query.scenario.period.months.count) }

  private var cells: [CostCell] {
    result.costs.filter { cell in
      query.isModel(cell.model) && (query.useCase.map { $0 == cell.useCase } ?? true)
    }
  }

  package var cost: Double { cells.reduce(MoneySum.zero) { $0 + $1.cost }.dollars / months }

  package var calls: Double { Double(cells.reduce(0) { $0 + $1.calls }) / months }

  private func refuse(_ keys: [(String, String?)]) throws(PlanMeasures.Problem) {
    for (key, value) in keys where value != nil {
      throw PlanMeasures.Problem(
        message: "'\(query.figure.rawValue)' is not simulated by '\(key)'")
    }
  }

  package func hitRate() throws(PlanMeasures.Problem) -> Double {
    try refuse([("model", query.model), ("use_case", query.useCase)])
    let classes = result.cacheClasses.filter { item in
      query.cacheClass.map { $0 == query.scenario.cache.shownName(item.name) } ?? true
    }
    let hits = classes.reduce(0) { $0 + $1.hits }
    return Double(hits) / Double(hits + classes.reduce(0) { $0 + $1.misses })
  }

  package func errorRate() throws(PlanMeasures.Problem) -> Double {
    try refuse([
      ("model", query.model), ("use_case", query.useCase), ("cache_class", query.cacheClass),
    ])
    return Double(result.failedCalls) / Double(result.calls)
  }

  /// Seconds, nearest rank; of one model's answers in all its regions, waiting included, if one is named.
  package func latency(_ percent: Double) throws(PlanMeasures.Problem) -> Double? {
    try refuse([("use_case", query.useCase), ("cache_class", query.cacheClass)])
    var histogram = result.latency
    if query.model != nil {
      histogram = LatencyHistogram()
      for row in result.performance where query.isModel(row.model) { histogram.merge(row.latency) }
    }
    return histogram.percentile(percent).map { Double($0) / 1e6 }
  }
}
