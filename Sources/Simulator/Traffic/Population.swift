/// The users of one plan and how much each of them calls.
struct Population: Sendable {
  let users: Int
  let deal: UserDeal
  /// Activity relative to the mean user.
  private let weights: [Double]
  private let planNames: [String]

  init(_ population: UserPopulation, users: Int, draws: Draws) {
    self.users = users
    let deal = UserDeal(population: population, users: users)
    self.deal = deal
    planNames = population.accountPlans.map(\.name)
    if case .lognormal(let cv) = population.activity, cv > 0 {
      let variance = ExactMath.log(1 + cv * cv)
      let sigma = variance.squareRoot()
      weights = (0..<users).map { user in
        let word = draws.block(.user, call: 0, user: UInt64(user), workload: 0).0
        return deal.weight(of: user)
          * ExactMath.exp(sigma * ExactMath.normalQuantile(word.openUnit) - variance / 2)
      }
    } else {
      weights = (0..<users).map(deal.weight)
    }
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
