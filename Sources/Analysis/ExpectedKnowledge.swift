import Foundation
import Scenarios

extension KnowledgeBase {
  /// Conversions that are expected in the whole period, of calls that do not fail.
  package func expectedConversions(of scenario: Scenario, _ traffic: ExpectedTraffic) -> Double {
    scenario.workloads.enumerated().reduce(0) { sum, entry in
      let (number, workload) = entry
      guard workloads.contains(workload.name) else { return sum }
      let reached = FlowReach(workload.stages).reached
      let perFlow = zip(workload.stages, reached).reduce(0.0) { flow, place in
        let (stage, reached) = place
        return flow
          + stage.calls.reduce(0.0) { calls, call in
            let sales = call.mix.reduce(0) { $0 + $1.share * ($1.conversion ?? 0) }
            return calls + reached * stage.chance * call.probability * sales
          }
      }
      return sum + traffic.volumeMonths[number] * traffic.flows[number].reduce(0, +) * perFlow
    }
  }

  /// The share of requests that it is expected to answer, those of the response cache left out.
  package func meanShare(of scenario: Scenario, _ traffic: ExpectedTraffic) -> Double {
    meanShare(learning: expectedConversions(of: scenario, traffic)) { Foundation.log($0) }
  }
}
