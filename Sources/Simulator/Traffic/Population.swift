/// The users of one plan and how much each of them calls.
struct Population: Sendable {
  let users: Int
  let deal: UserDeal
  /// Activity relative to the mean user.
  private let weights: [Double]
  private let planNames: [String]

  /// The users of a plan of the scenario.
  init(_ scenario: Scenario, users: Int, draws: Draws) {
    self.init(
      scenario.users, users: users, draws: draws, callsOfPlan: scenario.callsByAccountPlan)
  }

  /// - Parameter callsOfPlan: calls of a user of weight 1, by account plan; empty: all alike.
  init(_ population: UserPopulation, users: Int, draws: Draws, callsOfPlan: [Double]) {
    self.users = users
    let deal = UserDeal(population: population, users: users)
    self.deal = deal
    planNames = population.accountPlans.map(\.name)
    var weights = (0..<users).map(deal.weight)
    if case .lognormal(let cv) = population.activity, cv > 0 {
      let variance = ExactMath.log(1 + cv * cv)
      let sigma = variance.squareRoot()
      for user in weights.indices {
        let word = draws.block(.user, call: 0, user: UInt64(user), workload: 0).0
        weights[user] *=
          ExactMath.exp(sigma * ExactMath.normalQuantile(word.openUnit) - variance / 2)
      }
    }
    deal.letRogueLoose(on: &weights, callsOfPlan: callsOfPlan, population)
    self.weights = weights
  }

  /// Activity of a user, relative to the mean user.
  func activity(of user: Int) -> Double { weights[user] }

  /// Account plan of a user, as an index into the scenario's list; 0 without plans.
  @inline(__always)
  func accountPlan(of user: Int) -> Int {
    deal.accountPlan.isEmpty ? 0 : Int(deal.accountPlan[user])
  }

  func accountPlanName(of user: Int) -> String? {
    deal.accountPlan.isEmpty ? nil : planNames[Int(deal.accountPlan[user])]
  }

  /// Calls (or flows) a month of every user: means, or for `exact` whole numbers whose running
  /// sum is the rounded running sum of the means, so that the total is met to the unit.
  func volumes(of workload: CompiledWorkload) -> [Double] {
    var sum = 0.0
    return (0..<users).map { user in
      let mean = workload.volume * weights[user] * workload.planFactors[accountPlan(of: user)]
      guard workload.arrivals == .exact else { return mean }
      let before = (sum + 0.5).rounded(.down)
      sum += mean
      return (sum + 0.5).rounded(.down) - before
    }
  }
}
