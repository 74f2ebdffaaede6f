import Testing

@testable import Scenarios
@testable import Simulator

private func population(_ plans: [Double], _ classes: [Double]) -> UserPopulation {
  UserPopulation(
    activity: .classes(
      classes.enumerated().map {
        UserPopulation.ActivityClass(name: "c\($0)", share: $1, weight: Double($0 + 1))
      }),
    accountPlans: plans.enumerated().map {
      UserPopulation.AccountPlan(name: "p\($0)", share: $1)
    })
}

/// The farthest that any share is missed after any number of users.
private func worst(_ dealt: [UInt8], _ shares: [Double]) -> Double {
  var counts = Array(repeating: 0.0, count: shares.count)
  var worst = 0.0
  for (index, item) in dealt.enumerated() {
    counts[Int(item)] += 1
    for (share, count) in zip(shares, counts) {
      worst = max(worst, (share * Double(index + 1) - count).magnitude)
    }
  }
  return worst
}

@Test func classesKeepTheirSharesWhateverTheAccountPlans() {
  let deal = UserAllocation(
    population: population([0.6, 0.3, 0.08, 0.02], [0.04, 0.46, 0.5]), users: 1_000)
  for (users, expected) in [(50, [2, 23, 25]), (100, [4, 46, 50]), (1_000, [40, 460, 500])] {
    let counts = (0..<3).map { item in deal.activityClass.prefix(users).count { $0 == item } }
    #expect(counts == expected)
  }
}

@Test func sharesAreMetWithinOneUserAndIndependently() {
  let seed: UInt64 = 20_260_731
  var random = TestRandom(seed: seed)
  func shares() -> [Double] {
    let weights = (0...Int(random.bits() % 5)).map { _ in Double(1 + random.bits() % 40) }
    return weights.map { $0 / weights.reduce(0, +) }
  }
  for _ in 0..<60 {
    let (plans, classes) = (shares(), shares())
    let deal = UserAllocation(population: population(plans, classes), users: 700)
    let comment = "seed \(seed), plans \(plans), classes \(classes)"
    #expect(worst(deal.accountPlan, plans) < 1 + 1e-9, "\(comment)")
    #expect(worst(deal.activityClass, classes) < 1 + 1e-9, "\(comment)")
    for number in classes.indices {
      let own = deal.accountPlan.indices.filter { deal.activityClass[$0] == number }
      #expect(worst(own.map { deal.accountPlan[$0] }, plans) < 5, "\(comment)")
    }
    // Account plans move nobody to another class.
    let alone = UserAllocation(population: population([], classes), users: 700)
    #expect(alone.activityClass == deal.activityClass, "\(comment)")
    // Each plan's groups are those of its users, and the mean user has weight 1.
    for users in [1, 2, 3, 7, 10, 29, 700] {
      let deal = UserAllocation(population: population(plans, classes), users: users)
      let sum = deal.groups.reduce(0.0) { $0 + Double($1.users) * $1.weight }
      #expect(deal.groups.reduce(0) { $0 + $1.users } == users)
      #expect(abs(sum / Double(users) - 1) < 1e-12, "\(comment), \(users) users")
      #expect(abs((0..<users).reduce(0.0) { $0 + deal.weight(of: $1) } - sum) < 1e-9 * sum)
    }
  }
}

/// Nobody is idle alone: the first user is of a class that calls.
@Test func somebodyCallsHoweverFewUsersThereAre() {
  let classes = [("idle", 0.96, 0.0), ("active", 0.03, 2), ("wild", 0.01, 60)].map {
    UserPopulation.ActivityClass(name: $0.0, share: $0.1, weight: $0.2)
  }
  let population = UserPopulation(activity: .classes(classes))
  for users in [1, 2, 20, 50] {
    let deal = UserAllocation(population: population, users: users)
    #expect(deal.activityClass[0] == 1)
    #expect(abs((0..<users).reduce(0.0) { $0 + deal.weight(of: $1) } - Double(users)) < 1e-9)
  }
  #expect(
    worst(UserAllocation(population: population, users: 900).activityClass, [0.96, 0.03, 0.01]) < 1)
}

/// Of a workload that enterprise users make ten times, and starters not at all, the calls are the
/// volume times the sum of the factors, whoever is heavy.
@Test func factorsOfAccountPlansAddUp() {
  let mixed = population([0.6, 0.3, 0.1], [0.04, 0.46, 0.5])
  for users in [3, 10, 50, 137] {
    let deal = UserAllocation(population: mixed, users: users)
    let factors = [0, 1.0, 10]
    let stated = deal.accountPlan.reduce(0.0) { $0 + factors[Int($1)] }
    let made = (0..<users).reduce(0.0) {
      $0 + deal.volumeScale(factors: factors) * deal.weight(of: $1)
        * factors[Int(deal.accountPlan[$1])]
    }
    #expect(abs(made - stated) < 1e-9 * stated)
    #expect(deal.volumeScale(factors: [2, 2, 2]) == 1)
  }
}

@Test func addingAUserChangesNoOther() {
  let population = population([0.5, 0.5], [0.3, 0.7])
  let large = UserAllocation(population: population, users: 300)
  let small = UserAllocation(population: population, users: 123)
  #expect(small.accountPlan == Array(large.accountPlan.prefix(123)))
  #expect(small.activityClass == Array(large.activityClass.prefix(123)))
  // Halves and halves, yet neither decides the other.
  let halves = UserAllocation(population: evenHalves, users: 400)
  let both = halves.accountPlan.indices.count {
    halves.accountPlan[$0] == 0 && halves.activityClass[$0] == 0
  }
  #expect((98...102).contains(both))
}

private let evenHalves = population([0.5, 0.5], [0.5, 0.5])
