import CostModel

/// What a turn of a conversation costs, by its number: a line for each workload.
package enum CostByTurnChart {
  package static let title = "Cost of a turn by its number, sub-agents included"
  /// Turns that fewer conversations reach are left out: their mean is chance.
  private static let fewest: Int64 = 10

  /// nil: no conversation has two turns to compare.
  package static func svg(_ report: ScenarioReport, width: ChartWidth = .page) -> String? {
    guard let plan = report.largestPlan else { return nil }
    let series = plan.result.conversations.compactMap { item -> LinesChart.Series? in
      let points = item.byTurn.dropLast().enumerated().filter { $0.element.turns >= fewest }.map {
        (x: Double($0.offset + 1), y: $0.element.cost.dollars / Double($0.element.turns))
      }
      return points.count > 1 ? LinesChart.Series(name: item.workload, points: points) : nil
    }
    guard let last = series.flatMap(\.points).map(\.x).max() else { return nil }
    let step = max(1, (last / 10).rounded(.up))
    let marks = stride(from: 1, through: last, by: step).map {
      (x: $0, text: String(Int($0)))
    }
    return LinesChart(
      title: title, axis: "turn of the conversation", series: series, marks: marks, budget: nil
    ).svg(width: width)
  }
}
