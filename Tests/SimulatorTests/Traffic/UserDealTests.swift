import CostModel
import Testing

@testable import Simulator

@Suite struct UserDealTests {
  private func population(_ shares: [Double], classes: [Double] = []) -> UserPopulation {
    var result = UserPopulation()
    result.accountPlans = shares.enumerated().map {
      UserPopulation.AccountPlan(name: "p\($0.offset)", share: $0.element)
    }
    if !classes.isEmpty {
      result.activity = .classes(
        classes.enumerated().map {
          UserPopulation.ActivityClass(
            name: "c\($0.offset)", share: $0.element, weight: Double($0.offset) + 0.5)
        })
    }
    return result
  }

  private func shares(_ random: inout TestRandom) -> [Double] {
    let weights = (0...(1 + random.below(9))).map { _ in
      random.chance(0.2) ? 1 : random.uniform() * random.uniform()
    }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  @Test func sharesAreMetToWithinOneUserAtEveryNumber() {
    var random = TestRandom(seed: 31)
    for _ in 0..<300 {
      let shares = shares(&random)
      let deal = UserDeal(population: population(shares), users: 200)
      var counts = Array(repeating: 0.0, count: shares.count)
      for (number, plan) in deal.accountPlan.enumerated() {
        counts[Int(plan)] += 1
        let worst = zip(counts, shares).map { abs($0 - $1 * Double(number + 1)) }.max() ?? 0
        if worst < 1 + 1e-9 { continue }
        Issue.record("off by \(worst) after \(number + 1) users: \(shares)")
        return
      }
    }
  }

  @Test func classesAreMetWithinEachPlan() {
    let classes = [0.5, 0.3, 0.2]
    let deal = UserDeal(population: population([0.7, 0.3], classes: classes), users: 500)
    for plan in 0..<2 {
      let own = (0..<500).filter { Int(deal.accountPlan[$0]) == plan }
      for (number, share) in classes.enumerated() {
        let count = own.count { Int(deal.activityClass[$0]) == number }
        #expect(abs(Double(count) - share * Double(own.count)) < 1 + 1e-9)
        #expect(
          own.filter { Int(deal.activityClass[$0]) == number }
            .allSatisfy { deal.weight(of: $0) == Double(number) + 0.5 })
      }
    }
  }

  @Test func moreUsersChangeNoOther() {
    var random = TestRandom(seed: 32)
    for _ in 0..<20 {
      let people = population(shares(&random), classes: shares(&random))
      let (few, many) = (
        UserDeal(population: people, users: 40), UserDeal(population: people, users: 90)
      )
      #expect(Array(many.accountPlan.prefix(40)) == few.accountPlan)
      #expect(Array(many.activityClass.prefix(40)) == few.activityClass)
    }
  }
}

@Suite struct PopulationTests {
  private func volumes(
    _ population: UserPopulation, users: Int, volume: Double, arrivals: ArrivalProcess = .poisson
  ) -> [Double] {
    var builder = ScenarioBuilder()
    builder.users = population
    builder.workloads[0].volume = volume
    builder.workloads[0].arrivals = arrivals
    let compiled = CompiledScenario(builder.build())
    return Population(population, users: users, draws: Draws(seed: 8, run: 1))
      .volumes(of: compiled.workloads[0])
  }

  /// 5.5 standard errors.
  @Test func lognormalActivityHasItsMeanAndSpread() {
    let users = UserPopulation(activity: .lognormal(cv: 0.6))
    var mean = SampleMean()
    var square = SampleMean()
    for volume in volumes(users, users: 20_000, volume: 1) {
      mean.add(volume)
      square.add(volume * volume)
    }
    #expect(mean.agrees(with: 1))
    #expect(square.agrees(with: 1.36))
  }

  @Test(arguments: [ArrivalProcess.poisson, .exact])
  func moreUsersChangeNoOther(arrivals: ArrivalProcess) {
    let users = UserPopulation(activity: .lognormal(cv: 2))
    let few = volumes(users, users: 50, volume: 3.7, arrivals: arrivals)
    let many = volumes(users, users: 120, volume: 3.7, arrivals: arrivals)
    #expect(Array(many.prefix(50)) == few)
    #expect(Set(few).count > 4)
  }

  @Test func exactVolumesAddUpToTheRoundedSum() {
    for users in 1...60 {
      let population = UserPopulation(activity: .lognormal(cv: 1.5))
      let means = volumes(population, users: users, volume: 0.83)
      let whole = volumes(population, users: users, volume: 0.83, arrivals: .exact)
      #expect(whole.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
      #expect(whole.reduce(0, +) == means.reduce(0, +).rounded())
    }
  }
}
