import CostModel
import Scenarios

/// How many runs (flows, conversations) of a workload are expected to go on at once, if all are let run: how
/// often they come × how long they take, calls taken as long as their first attempts are without waiting.
struct RunLoads {
  struct Load {
    /// Over the period, and in the busiest hour.
    var mean: Double
    var busiestHour: Double
  }

  let cost: ExpectedCost

  init(_ cost: ExpectedCost) { self.cost = cost }

  private var scenario: Scenario { cost.scenario }

  /// nil: nobody makes any.
  func load(of workload: Int) -> Load? {
    let traffic = cost.traffic
    let aMonth = traffic.flows[workload].enumerated().reduce(0.0) { sum, plan in
      sum + plan.element * seconds(of: workload, plan: plan.offset)
    }
    guard aMonth > 0 else { return nil }
    let byTime = traffic.timeClasses.map { ($0.pace[workload] * aMonth, $0.seconds) }
    let time = byTime.reduce(0) { $0 + $1.1 }
    return Load(
      mean: byTime.reduce(0) { $0 + $1.0 * $1.1 } / time,
      busiestHour: byTime.map(\.0).max() ?? 0)
  }

  /// How long a run takes in the mean, of users of an account plan.
  private func seconds(of number: Int, plan: Int) -> Double {
    if scenario.workloads[number].conversation != nil {
      return cost.conversations.seconds(workload: number, plan: plan) ?? 0
    }
    let calls = cost.calls.filter { $0.workload == number && $0.accountPlan == plan }
    return scenario.workloads[number].stages.enumerated().reduce(0.0) { sum, stage in
      let (place, stage) = stage
      let own = calls.filter { $0.stage == place }
      // Chance that the flow gets here: what its calls are made of, by their own chance.
      let reached = stage.chance * continuation(number, upTo: place)
      return sum + reached * (stage.delay.seconds + slowest(own, stage) / 1e6)
    }
  }

  private func continuation(_ number: Int, upTo place: Int) -> Double {
    scenario.workloads[number].stages[...place].reduce(1) { $0 * $1.continuation }
  }

  /// Microseconds of the slowest of a stage's calls, in the mean.
  private func slowest(_ calls: [ExpectedCall], _ stage: Stage) -> Double {
    let laws = stage.calls.indices.map { number in
      calls.filter { $0.call == number }.map { call in
        (
          share: call.share * (1 - call.hitRate) * stage.calls[number].probability,
          law: scenario.behaviours[call.routed.index].latency(of: call.variant)
        )
      }
    }
    if laws.count == 1 { return laws[0].reduce(0) { $0 + $1.share * $1.law.mean } }
    let edges = Set(laws.joined().flatMap { $0.law.cells.map(\.value) }).sorted()
    var (sum, before) = (0.0, 0.0)
    for edge in edges {
      let middle = (before + edge) / 2
      let none = laws.reduce(1.0) { product, call in
        product * (1 - call.reduce(0) { $0 + $1.share * $1.law.exceedance(middle) })
      }
      sum += (edge - before) * (1 - none)
      before = edge
    }
    return sum
  }
}
