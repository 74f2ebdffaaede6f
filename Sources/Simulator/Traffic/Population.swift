import Scenarios
import Support

/// The users of one plan and how much each of them calls.
package struct Population: Sendable {
  package let users: Int
  package let deal: UserAllocation
  /// Activity relative to the mean user, without the rogue's excess.
  private let weights: [Double]
  private let areDrawn: Bool
  private let planNames: [String]

  /// The users of a plan of the scenario.
  package init(_ scenario: Scenario, users: Int, draws: Draws) {
    self.init(scenario.users, users: users, draws: draws, rates: scenario.callRates)
  }

  /// - Parameter rates: of the calls that users make; empty: activity alone tells who makes most.
  package init(_ population: UserPopulation, users: Int, draws: Draws, rates: [CallRate]) {
    self.users = users
    var deal = UserAllocation(population: population, users: users, rates: rates)
    planNames = population.accountPlans.map(\.name)
    if case .lognormal(let cv) = population.activity, cv > 0 {
      areDrawn = true
      let variance = ExactMath.log(1 + cv * cv)
      let sigma = variance.squareRoot()
      let drawn = (0..<users).map { user in
        let word = draws.block(.user, call: 0, user: UInt64(user), workload: 0).0
        return ExactMath.exp(sigma * ExactMath.normalQuantile(word.openUnit) - variance / 2)
      }
      deal.findRogue(among: drawn, rates: rates)
      weights = drawn
    } else {
      areDrawn = false
      weights = (0..<users).map(deal.dealtWeight)
    }
    self.deal = deal
  }

  /// Activity of a user, relative to the mean user.
  package func activity(of user: Int) -> Double { weights[user] * deal.rogueFactor(of: user) }

  /// Account plan of a user, as an index into the scenario's list; 0 without plans.
  @inline(__always)
  package func accountPlan(of user: Int) -> Int {
    deal.accountPlan.isEmpty ? 0 : Int(deal.accountPlan[user])
  }

  package func accountPlanName(of user: Int) -> String? {
    deal.accountPlan.isEmpty ? nil : planNames[Int(deal.accountPlan[user])]
  }

  /// Mean calls (or flows) a month of every user. Their sum is the volume times the sum of the
  /// users' factors, plus a rogue's excess: for drawn activities on average, for `exact` always.
  package func volumes(of workload: CompiledWorkload) -> [Double] {
    let scale = workload.volume * scale(of: workload)
    return (0..<users).map { scale * activity(of: $0) * workload.planFactors[accountPlan(of: $0)] }
  }

  private func scale(of workload: CompiledWorkload) -> Double {
    guard areDrawn else { return deal.volumeScale(factors: workload.planFactors) }
    guard workload.arrivals == .exact else { return 1 }
    var (stated, drawn) = (0.0, 0.0)
    for user in 0..<users {
      let factor = workload.planFactors[accountPlan(of: user)]
      stated += factor
      drawn += factor * weights[user]
    }
    return drawn > 0 ? stated / drawn : 1
  }

  /// The calls (or flows) of `exact` arrivals, month by month.
  package func exactCounts(of workload: CompiledWorkload, months: Int) -> ExactCounts {
    let volumes = volumes(of: workload)
    var stated = workload.volume * deal.statedUsers(factors: workload.planFactors)
    if let rogue = deal.rogueUser {
      let factor = workload.planFactors[accountPlan(of: rogue)]
      stated +=
        workload.volume * scale(of: workload) * factor * (activity(of: rogue) - weights[rogue])
    }
    return ExactCounts(volumes: volumes, stated: stated, months: months)
  }
}
