import Analysis
import CostModel
import Decisions
import Scenarios
import Simulator
import Support

/// What the one user more adds to the bill that breaks the limit, where the bill jumps there: users are dealt whole, and some account plans call more than others.
package struct SolveStep: Sendable {
  /// From 1.
  package var user: Int
  package var accountPlan: String
  /// Dollars a month that this user adds, and that the users before add in the mean.
  package var added: Double
  package var usual: Double

  /// nil where no number of users is asked for, where the bill makes no step between the answer and the
  /// next number, or where no account plan is the reason for it.
  package init?(_ answer: SolveAnswer) {
    let solution = answer.solution
    let scenario = answer.scenario
    guard solution.knob.isUsers, scenario.volumesDifferByAccountPlan,
      let at = solution.answer.flatMap(solution.point), let beyond = solution.beyond,
      (beyond.value - at.value).magnitude == 1
    else { return nil }
    let (before, after) = at.value < beyond.value ? (at, beyond) : (beyond, at)
    guard let first = solution.points.first, first.value < before.value else { return nil }
    let months = Double(scenario.period.months.count)
    added = (after.assessment.cost - before.assessment.cost) / months
    usual =
      (before.assessment.cost - first.assessment.cost) / (before.value - first.value) / months
    let step = AttentionLimits.shipped.userStep
    guard added > usual * step else { return nil }
    user = Int(after.value)
    let dealt = UserAllocation(population: scenario.users, users: user).accountPlan
    accountPlan = scenario.users.accountPlans[Int(dealt[user - 1])].name
  }

  /// `User 6 is of the account plan pro and adds $16.64 a month, where the users before …`
  package func sentence(_ emphasis: String) -> String {
    let plan =
      emphasis.isEmpty ? HumanFormat.visible(accountPlan) : Markdown.escape(accountPlan)
    return "User \(HumanFormat.count(Int64(user))) is of the account plan \(plan) and adds "
      + "\(HumanFormat.usd(added)) a month, where the users before add "
      + "\(HumanFormat.usd(usual)) each on average."
  }
}

extension Scenario {
  /// Whether users call more or less often by their account plans.
  package var volumesDifferByAccountPlan: Bool {
    workloads.contains { workload in
      workload.volume > 0
        && Set(users.accountPlans.map { workload.volumeByAccountPlan[$0.name] ?? 1 }).count > 1
    }
  }
}
