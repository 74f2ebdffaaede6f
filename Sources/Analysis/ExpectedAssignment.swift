import CostModel
import Scenarios

/// The part of a workload's traffic that one variant of an experiment gets; without an experiment,
/// all of it.
package struct ExpectedAssignment: Hashable, Sendable {
  /// Into the scenario's; nil: none.
  package var experiment: Int?
  package var arm = 0
  package var share = 1.0
  /// Those who have the variant make all of their calls in it.
  package var isByUser = false
  /// Calls with the same number have the same static prefix.
  package var prefix = 0

  /// Of those who have the variant, the part of their traffic that is of it.
  package var shareOfOwn: Double { isByUser ? 1 : share }
  /// Share of the users who make such calls.
  package var shareOfUsers: Double { isByUser ? share : 1 }
}

extension ExpectedAssignment {
  /// Those of a workload, by variant; the shares add up to 1.
  package static func all(of workload: Workload, in scenario: Scenario) -> [ExpectedAssignment] {
    guard let number = scenario.experiment(of: workload) else { return [ExpectedAssignment()] }
    let experiment = scenario.experiments[number]
    return experiment.arms.enumerated().map { place, arm in
      ExpectedAssignment(
        experiment: number, arm: place, share: arm.share, isByUser: experiment.unit == .user,
        prefix: place > 0 && arm.hasOwnPrompt ? place : 0)
    }
  }
}

extension StageCall {
  /// The call as that variant makes it.
  package func inVariant(_ assignment: ExpectedAssignment, of scenario: Scenario) -> StageCall {
    guard let number = assignment.experiment else { return self }
    var call = self
    call.mix = mix.map { scenario.experiments[number].variant($0, in: assignment.arm) }
    return call
  }
}

extension ExpectedCall {
  /// Calls like `other` in a flow of a user who makes this call.
  package func perOwnFlow(_ other: ExpectedCall) -> Double {
    let (own, others) = (assignment, other.assignment)
    guard own.isByUser, own.experiment == others.experiment else { return other.perFlow }
    return own.arm == others.arm && others.share > 0 ? other.perFlow / others.share : 0
  }
}

extension ExpectedCost {
  /// By experiment, then variant.
  package var expectedArms: [[Expectation.Arm]] {
    scenario.experiments.enumerated().map { number, experiment in
      experiment.arms.indices.map { arm in
        let members = calls.filter {
          $0.assignment.experiment == number && $0.assignment.arm == arm
        }
        return Expectation.Arm(
          cost: byArm[number][arm],
          calls: members.reduce(0) { $0 + made($1) },
          conversion: rate(members) { call in call.variant.conversion.map { (1, $0) } },
          satisfaction: rate(members) { call in
            call.variant.satisfaction.map { (call.variant.ratedShare, $0) }
          })
      }
    }
  }

  /// In the period.
  private func made(_ call: ExpectedCall) -> Double {
    traffic.volumeMonths[call.workload] * traffic.flows[call.workload][call.accountPlan]
      * call.perFlow
  }

  /// The mean of what answered calls are asked, by the share of them that are asked it.
  private func rate(
    _ calls: [ExpectedCall], of asked: (ExpectedCall) -> (share: Double, rate: Double)?
  ) -> Double? {
    var (all, yes) = (0.0, 0.0)
    for call in calls {
      guard let (share, rate) = asked(call) else { continue }
      let answers = made(call) * (1 - call.failure) * share
      all += answers
      yes += answers * rate
    }
    return all > 0 ? yes / all : nil
  }
}
