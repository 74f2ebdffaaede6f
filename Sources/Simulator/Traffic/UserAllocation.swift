import Scenarios

/// Which activity class and account plan each user has: dealt out evenly by user number, drawing
/// nothing, so that adding a user changes no other's.
///
/// Classes and account plans each keep to their shares within one user, whatever the number of
/// users. Classes are dealt as if there were no account plans; within a class, account plans keep
/// to their shares as nearly as that leaves room for, so that the two are independent.
package struct UserAllocation: Sendable {
  /// Users who have been dealt the same.
  package struct Group: Hashable, Sendable {
    /// Index into `UserPopulation.accountPlans`; nil without any.
    package var accountPlan: Int?
    /// Index into the activity classes; nil without any.
    package var activityClass: Int?
    package var users: Int
    /// Activity of each, relative to the mean user.
    package var weight: Double
  }

  /// Index into `UserPopulation.accountPlans`, by user from 0; empty without plans.
  package private(set) var accountPlan: [UInt8] = []
  /// Index into the activity classes; empty without classes.
  package private(set) var activityClass: [UInt8] = []
  /// By activity class, scaled so that the mean of all users is 1.
  package private(set) var classWeights: [Double]
  /// By account plan (one without any), then activity class.
  private var counts: [[Int]]
  private let rogue: UserPopulation.Rogue?
  /// The user with most expected calls, the first of several; nil without a rogue.
  package private(set) var rogueUser: Int?

  /// - Parameter rates: of the calls that users make, which decide who is the rogue; empty: activity
  ///   alone does.
  package init(population: UserPopulation, users: Int, rates: [CallRate] = []) {
    let plans = population.accountPlans.map(\.share)
    var classes: [UserPopulation.ActivityClass] = []
    if case .classes(let listed) = population.activity { classes = listed }
    let weights = classes.map(\.weight)
    classWeights = weights
    rogue = population.rogue
    counts = plans.indices.map { _ in weights.map { _ in 0 } }
    var classDealer = ShareDealer(shares: classes.map(\.share))
    var planDealer = ShareDealer(shares: plans)
    // What each class's users have got of the account plans.
    var within = Array(repeating: ShareDealer(shares: plans), count: max(1, classes.count))
    if counts.isEmpty { counts = [weights.map { _ in 0 }] }
    if classes.isEmpty { counts = counts.map { _ in [0] } }
    for user in 0..<users {
      var (dealt, plan) = (0, 0)
      if !classes.isEmpty {
        // Somebody calls, however few users there are.
        dealt = classDealer.deal { user == 0 && weights[$0] > 0 ? 2 : 0 }
        activityClass.append(UInt8(dealt))
      }
      if !plans.isEmpty {
        let group = within[dealt]
        plan = planDealer.deal { group.lag(of: $0) }
        within[dealt].count(plan)
        accountPlan.append(UInt8(plan))
      }
      counts[plan][dealt] += 1
    }
    scaleWeights(users)
    if rogue != nil { findRogue(among: (0..<users).map(dealtWeight), rates: rates) }
  }

  /// The rogue is the first user of those with most expected calls.
  /// - Parameter activities: by user.
  package mutating func findRogue(among activities: [Double], rates: [CallRate]) {
    guard rogue != nil, !activities.isEmpty else { return }
    let calls = callsByAccountPlan(rates)
    func expected(_ user: Int) -> Double {
      let plan = accountPlan.isEmpty ? 0 : Int(accountPlan[user])
      return activities[user] * (calls.isEmpty ? 1 : calls[plan])
    }
    var heaviest = 0
    for user in activities.indices where expected(user) > expected(heaviest) { heaviest = user }
    rogueUser = heaviest
  }

  /// Calls a month of a user of activity 1, by account plan (one without any); empty without rates.
  package func callsByAccountPlan(_ rates: [CallRate]) -> [Double] {
    guard !rates.isEmpty else { return [] }
    return counts.indices.map { plan in
      rates.reduce(0) {
        $0 + $1.calls * volumeScale(factors: $1.factors) * $1.factors[plan]
      }
    }
  }

  private mutating func scaleWeights(_ users: Int) {
    let sum = classWeights.indices.reduce(0.0) { sum, number in
      sum + Double(counts.reduce(0) { $0 + $1[number] }) * classWeights[number]
    }
    guard sum > 0 else { return }
    classWeights = classWeights.map { $0 * Double(users) / sum }
  }

  /// The user's activity relative to the mean user, as far as it is dealt and not drawn; the rogue's
  /// excess is left out.
  package func dealtWeight(of user: Int) -> Double {
    activityClass.isEmpty ? 1 : classWeights[Int(activityClass[user])]
  }

  /// The user's activity relative to the mean user, as far as it is dealt and not drawn. A rogue's
  /// calls come on top of what the mean user makes.
  package func weight(of user: Int) -> Double { dealtWeight(of: user) * rogueFactor(of: user) }

  /// Times the calls that the user would make.
  package func rogueFactor(of user: Int) -> Double {
    guard let rogue, user == rogueUser else { return 1 }
    return rogue.factor
  }

  /// By account plan, then activity class; groups without users are left out.
  package var groups: [Group] {
    counts.indices.flatMap { plan in
      counts[plan].indices.filter { counts[plan][$0] > 0 }.map { number in
        Group(
          accountPlan: accountPlan.isEmpty ? nil : plan,
          activityClass: activityClass.isEmpty ? nil : number, users: counts[plan][number],
          weight: activityClass.isEmpty ? 1 : classWeights[number])
      }
    }
  }

  /// What a workload's dealt weights are scaled by once more where account plans make more or fewer
  /// of its calls, so that heavy users who happen to be in one of them do not move the sum: it is
  /// the volume times the sum of the users' factors.
  /// - Parameter factors: on the volume, by account plan (one without any).
  package func volumeScale(factors: [Double]) -> Double {
    guard Set(factors).count > 1 else { return 1 }
    let dealt = groups.reduce(0.0) {
      $0 + factors[$1.accountPlan ?? 0] * Double($1.users) * $1.weight
    }
    return dealt > 0 ? statedUsers(factors: factors) / dealt : 1
  }

  /// The sum of the users' factors; 0 if those who have one never call.
  package func statedUsers(factors: [Double]) -> Double {
    let groups = groups
    guard groups.contains(where: { $0.weight > 0 && factors[$0.accountPlan ?? 0] > 0 }) else {
      return 0
    }
    return counts.indices.reduce(0.0) { sum, plan in
      sum + factors[plan] * Double(counts[plan].reduce(0, +))
    }
  }
}

/// Calls of one workload.
package struct CallRate: Sendable {
  /// A month, of a user of activity 1: flows times the calls of a flow.
  package var calls: Double
  /// On these, by account plan (one without any).
  package var factors: [Double]
}

extension Scenario {
  /// By workload.
  package var callRates: [CallRate] {
    let names = users.accountPlans.map(\.name)
    return workloads.map { workload in
      let reached = FlowReach(workload.stages).reached
      let calls = zip(workload.stages, reached).reduce(0.0) { sum, place in
        let (stage, reached) = place
        return sum + reached * stage.chance * stage.calls.reduce(0) { $0 + $1.probability }
      }
      return CallRate(
        calls: workload.volume * calls,
        factors: names.isEmpty ? [1] : names.map { workload.volumeByAccountPlan[$0] ?? 1 })
    }
  }
}

/// Deals items one after the other so that after each of them every share is met to within one.
package struct ShareDealer: Sendable {
  private let shares: [Double]
  private var counts: [Double]
  private var dealt = 0.0

  package init(shares: [Double]) {
    self.shares = shares
    counts = Array(repeating: 0, count: shares.count)
  }

  /// How far an item will be behind its share when one more is dealt.
  package func lag(of item: Int) -> Double { shares[item] * (dealt + 1) - counts[item] }

  /// The next item: of those that leave every share within one, now and later, the one with the
  /// largest lag and preference together; ties to the first listed.
  package mutating func deal(preferring preference: (Int) -> Double = { _ in 0 }) -> Int {
    // Whole billionths, so that differences that only rounding makes are ties.
    let scores = shares.indices.map { ((lag(of: $0) + preference($0)) * 1e9).rounded() }
    let order = shares.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let item = order.first(where: canDeal) ?? order[0]
    count(item)
    return item
  }

  package mutating func count(_ item: Int) {
    counts[item] += 1
    dealt += 1
  }

  /// Whether the item stays less than one ahead of its share, and the items to come suffice to
  /// keep all others less than one behind theirs.
  private func canDeal(_ item: Int) -> Bool {
    guard lag(of: item) > 1e-9 else { return false }
    for ahead in 0...(2 * shares.count) {
      let total = dealt + 1 + Double(ahead)
      var due = 0.0
      for other in shares.indices {
        let needed = (shares[other] * total + 1e-9).rounded(.down)
        due += max(0, needed - counts[other] - (other == item ? 1 : 0))
      }
      if due > Double(ahead) { return false }
    }
    return true
  }
}
