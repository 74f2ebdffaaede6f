/// Which account plan and activity class each user has: dealt out evenly by user number, drawing
/// nothing, so that shares are met to within one user and adding a user changes no other.
///
/// Of all that have had less than their share so far, a user gets the one that would first be a
/// whole user behind (ties to the first listed): the earliest deadline first, which never lets any
/// of them fall that far behind (R. Tijdeman, "The chairman assignment problem", Discrete
/// Mathematics 32, 1980, shows that it can be done). Classes are dealt within each account plan,
/// so that the two are independent.
struct UserDeal: Sendable {
  /// Index into `UserPopulation.accountPlans`, by user from 0; empty without plans.
  private(set) var accountPlan: [UInt8] = []
  /// Index into the activity classes; empty without classes.
  private(set) var activityClass: [UInt8] = []
  private let classWeights: [Double]

  init(population: UserPopulation, users: Int) {
    let plans = population.accountPlans.map(\.share)
    var classes: [UserPopulation.ActivityClass] = []
    if case .classes(let listed) = population.activity { classes = listed }
    classWeights = classes.map(\.weight)
    var planDealer = Dealer(shares: plans)
    var classDealers = Array(
      repeating: Dealer(shares: classes.map(\.share)), count: max(1, plans.count))
    for _ in 0..<users {
      let plan = plans.isEmpty ? 0 : planDealer.deal()
      if !plans.isEmpty { accountPlan.append(UInt8(plan)) }
      if !classes.isEmpty { activityClass.append(UInt8(classDealers[plan].deal())) }
    }
  }

  /// The user's activity, relative to the mean user, as far as it is dealt and not drawn.
  func weight(of user: Int) -> Double {
    activityClass.isEmpty ? 1 : classWeights[Int(activityClass[user])]
  }

  private struct Dealer {
    let shares: [Double]
    var counts: [Double]
    var dealt = 0.0

    init(shares: [Double]) {
      self.shares = shares
      counts = Array(repeating: 0, count: shares.count)
    }

    mutating func deal() -> Int {
      dealt += 1
      var best = 0
      var earliest = Double.infinity
      for i in shares.indices where shares[i] * dealt > counts[i] + 1e-9 {
        let due = (counts[i] + 1) / shares[i]
        if due < earliest - 1e-9 { (best, earliest) = (i, due) }
      }
      counts[best] += 1
      return best
    }
  }
}
