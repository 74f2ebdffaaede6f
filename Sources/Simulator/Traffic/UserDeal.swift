/// Which account plan and activity class each user has: dealt out evenly by user number, drawing
/// nothing, so that adding a user changes no other.
///
/// Account plans and classes each keep to their shares within one user, whatever the number of
/// users: with few heavy users in the mix, one too many or too few would move the whole bill.
/// Within an account plan, classes keep to their shares as nearly as that leaves room for, so that
/// the two are independent of each other.
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
    var planDealer = ShareDealer(shares: plans)
    var classDealer = ShareDealer(shares: classes.map(\.share))
    // What each account plan's users have got of the classes.
    var within = Array(
      repeating: ShareDealer(shares: classes.map(\.share)), count: max(1, plans.count))
    for _ in 0..<users {
      let plan = plans.isEmpty ? 0 : planDealer.deal()
      if !plans.isEmpty { accountPlan.append(UInt8(plan)) }
      guard !classes.isEmpty else { continue }
      let group = within[plan]
      let dealt = classDealer.deal { group.lag(of: $0) }
      within[plan].count(dealt)
      activityClass.append(UInt8(dealt))
    }
  }

  /// The user's activity, relative to the mean user, as far as it is dealt and not drawn.
  func weight(of user: Int) -> Double {
    activityClass.isEmpty ? 1 : classWeights[Int(activityClass[user])]
  }

  /// Multiplies the activity of the user with most expected calls, the first of several, where the
  /// population has a rogue.
  /// - Parameter callsOfPlan: calls of a user of weight 1, by account plan; empty: all alike.
  func letRogueLoose(
    on weights: inout [Double], callsOfPlan: [Double], _ population: UserPopulation
  ) {
    guard let rogue = population.rogue else { return }
    func calls(_ user: Int) -> Double {
      guard !accountPlan.isEmpty, !callsOfPlan.isEmpty else { return weights[user] }
      return weights[user] * callsOfPlan[Int(accountPlan[user])]
    }
    var heaviest = 0
    for user in weights.indices.dropFirst() where calls(user) > calls(heaviest) { heaviest = user }
    if heaviest < weights.count { weights[heaviest] *= rogue.factor }
  }
}

extension Scenario {
  /// Calls a month of a user of weight 1, by account plan; one where there are no account plans.
  var callsByAccountPlan: [Double] {
    let names = users.accountPlans.map(\.name)
    return (names.isEmpty ? [""] : names).map { name in
      workloads.reduce(0) { sum, workload in
        var reached = 1.0
        let calls = workload.stages.reduce(0.0) { sum, stage in
          reached *= stage.continuation
          return sum + reached * stage.chance * stage.calls.reduce(0) { $0 + $1.probability }
        }
        return sum + workload.volume * (workload.volumeByAccountPlan[name] ?? 1) * calls
      }
    }
  }
}

/// Deals items one after the other so that after each of them every share is met to within one.
struct ShareDealer: Sendable {
  private let shares: [Double]
  private var counts: [Double]
  private var dealt = 0.0

  init(shares: [Double]) {
    self.shares = shares
    counts = Array(repeating: 0, count: shares.count)
  }

  /// How far an item will be behind its share when one more is dealt.
  func lag(of item: Int) -> Double { shares[item] * (dealt + 1) - counts[item] }

  /// The next item: of those that leave every share within one, now and later, the one with the
  /// largest lag and preference together; ties to the first listed.
  mutating func deal(preferring preference: (Int) -> Double = { _ in 0 }) -> Int {
    // Whole billionths, so that differences that only rounding makes are ties.
    let scores = shares.indices.map { ((lag(of: $0) + preference($0)) * 1e9).rounded() }
    let order = shares.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let item = order.first(where: canDeal) ?? order[0]
    count(item)
    return item
  }

  mutating func count(_ item: Int) {
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
