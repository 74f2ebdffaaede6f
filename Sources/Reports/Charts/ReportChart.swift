import CostModel
import Support

/// The charts of a report: where they are called, what they show, and how they are drawn.
package enum ReportChart: String, CaseIterable {
  case cumulativeCost = "cumulative-cost"
  case costByModel = "cost-by-model"
  case alertTimeline = "alert-timeline"
  case hourlyLoad = "hourly-load"
  case latency
  case costByTurn = "cost-by-turn"

  /// The picture as SVG; nil where there is nothing to show.
  package func svg(_ report: ScenarioReport, width: ChartWidth = .page) -> String? {
    switch self {
    case .cumulativeCost: CumulativeCostChart.svg(report, width: width)
    case .costByModel: CostByModelChart.svg(report, width: width)
    case .alertTimeline: AlertTimelineChart(report, width: width)?.draw()
    case .hourlyLoad: HourlyLoadChart(report, width: width)?.draw()
    case .latency: LatencyChart(report, width: width)?.draw()
    case .costByTurn: CostByTurnChart.svg(report, width: width)
    }
  }

  /// Every chart that the report has something to show in, by path.
  package static func all(_ report: ScenarioReport) -> [String: ChartPicture] {
    var charts: [String: ChartPicture] = [:]
    for chart in allCases {
      charts[chart.path] = ChartPicture.ifAny({ chart.svg(report, width: $0) })
    }
    if report.plans.contains(where: { $0.spread != nil }) {
      charts["charts/uncertainty.svg"] = ChartPicture { IntervalChart.svg(report, width: $0) }
    }
    if let largest = report.largestPlan {
      charts[ExperimentChart.path] = ChartPicture.ifAny({
        ExperimentChart(largest, width: $0)?.draw()
      })
    }
    return charts
  }

  /// What stands for the picture where it cannot be shown.
  package func title(_ report: ScenarioReport) -> String {
    switch self {
    case .cumulativeCost: "Cost so far in the month against the budget"
    case .costByModel: "Cost by model for every \(report.replay == nil ? "plan" : "policy")"
    case .alertTimeline: AlertTimelineChart.title
    case .hourlyLoad: HourlyLoadChart.title
    case .latency: LatencyChart.title
    case .costByTurn: CostByTurnChart.title
    }
  }

  /// As a report of this scenario names the file.
  package var path: String { "charts/\(rawValue).svg" }

  /// The picture in `report.md`; empty where there is nothing to show.
  package func markdown(_ report: ScenarioReport) -> String {
    svg(report) == nil ? "" : "![\(title(report))](\(path))\n\n"
  }
}

extension PlanReport {
  /// What charts call a plan: its users, or its own name where the scenario or a policy gives one.
  package var seriesName: String {
    let users = HumanFormat.plural(Int64(plan.users), "user")
    return plan.name == "users-\(plan.users)" ? users : plan.name
  }
}
