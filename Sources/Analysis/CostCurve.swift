import CostModel
import Simulator
import Support

/// The expected cost of a month as it accrues, and when it passes an amount.
package struct CostCurve {
  private let parts: [(dollarsAMonth: Double, timeline: Timeline)]
  private let fixedAMonth: Double
  private let period: Period

  package init(_ cost: ExpectedCost) {
    let scenario = cost.scenario
    period = scenario.period
    fixedAMonth = cost.fixed / cost.traffic.months
    parts = zip(cost.byWorkload, scenario.workloads).map {
      ($0.0, Timeline(period: scenario.period, profile: $0.1.profile))
    }
  }

  /// Dollars spent in budget month number `month` (from 0) before a moment in it.
  package func spent(month: Int, at time: SimTime) -> Double {
    let start = period.months[month].start
    return parts.reduce(fixedAMonth) { sum, part in
      sum + part.dollarsAMonth
        * (part.timeline.operational(at: time) - part.timeline.operational(at: start))
    }
  }

  /// The first moment of the month at which more than `dollars` are spent; nil if never.
  package func crossing(of dollars: Double, month: Int) -> SimTime? {
    let span = period.months[month]
    guard spent(month: month, at: span.end) > dollars else { return nil }
    var low = span.start.microseconds
    var high = span.end.microseconds
    while low < high {
      let middle = low + (high - low) / 2
      if spent(month: month, at: SimTime(microseconds: middle)) > dollars {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return SimTime(microseconds: low)
  }
}
