import CostModel
import Scenarios
import Simulator
import Support

/// Where in its period a plan expects most calls: volumes, flows, profile and surges, no draws.
package struct BusiestTime {
  private let period: Period
  /// Every workload's integral of its profile, with the calls that it makes a month.
  private let parts: [(timeline: Timeline, calls: Double)]

  package init(scenario: Scenario, plan: PlanSpec) {
    period = scenario.period
    let cost = ExpectedCost(scenario: scenario, plan: plan)
    var calls = scenario.workloads.map { _ in 0.0 }
    for call in cost.calls {
      calls[call.workload] +=
        cost.traffic.flows[call.workload][call.accountPlan] * call.perFlow
    }
    parts = zip(scenario.workloads, calls).map {
      (Timeline(period: scenario.period, profile: $0.profile), $1)
    }
  }

  /// Of the spans of that length that begin at a local midnight and end in the period, the first one
  /// with most expected calls; the whole period's first days where none is short enough.
  package func day(lasting length: SimDuration) -> SimTime {
    best(of: period.days.map(\.start), lasting: length)
  }

  /// The same of spans that begin at a full local hour.
  package func hour(lasting length: SimDuration) -> SimTime {
    best(
      of: Timeline(period: period, profile: .flat).segments.array.map {
        SimTime(microseconds: $0.start)
      }, lasting: length)
  }

  private func best(of starts: [SimTime], lasting length: SimDuration) -> SimTime {
    var found = (start: period.start, calls: -1.0)
    for start in starts where start + length <= period.end {
      let calls = self.calls(from: start, to: start + length)
      // Sums that only rounding tells apart are equal.
      if calls > found.calls * (1 + 1e-9) + 1e-9 { found = (start, calls) }
    }
    return found.start
  }

  /// Expected calls that arrive in the span.
  package func calls(from start: SimTime, to end: SimTime) -> Double {
    parts.reduce(0) {
      $0 + $1.calls * ($1.timeline.operational(at: end) - $1.timeline.operational(at: start))
    }
  }
}
