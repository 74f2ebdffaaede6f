import Testing

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
  let deal = UserDeal(
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
    let deal = UserDeal(population: population(plans, classes), users: 700)
    let comment = "seed \(seed), plans \(plans), classes \(classes)"
    #expect(worst(deal.accountPlan, plans) < 1 + 1e-9, "\(comment)")
    #expect(worst(deal.activityClass, classes) < 1 + 1e-9, "\(comment)")
    for plan in plans.indices {
      let own = deal.activityClass.indices.filter { deal.accountPlan[$0] == plan }
      #expect(worst(own.map { deal.activityClass[$0] }, classes) < 5, "\(comment)")
    }
  }
}

@Test func addingAUserChangesNoOther() {
  let population = population([0.5, 0.5], [0.3, 0.7])
  let large = UserDeal(population: population, users: 300)
  let small = UserDeal(population: population, users: 123)
  #expect(small.accountPlan == Array(large.accountPlan.prefix(123)))
  #expect(small.activityClass == Array(large.activityClass.prefix(123)))
  // Halves and halves, yet neither decides the other.
  let halves = UserDeal(population: evenHalves, users: 400)
  let both = halves.accountPlan.indices.count {
    halves.accountPlan[$0] == 0 && halves.activityClass[$0] == 0
  }
  #expect((98...102).contains(both))
}

private let evenHalves = population([0.5, 0.5], [0.5, 0.5])
