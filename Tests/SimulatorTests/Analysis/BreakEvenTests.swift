import CostModel
import Testing

@testable import Analysis
@testable import Scenarios

@Suite struct BreakEvenTests {
  /// 100 calls a user and month of 100 tokens in and 50 out at $1 and $3 a million: 15,000 tokens
  /// and $0.025 a user.
  private func breakEven(
    price: Double, tokensPerMinute: Int64, units: Int = 1, weight: Double = 1,
    hours: [Double] = TrafficProfile.flat.hours
  ) -> BreakEven {
    var builder = ScenarioBuilder()
    builder.workloads[0].profile.hours = hours
    var capacity = Capacity(
      name: "c", title: "C", models: ["m0"],
      unitPrice: MoneySum(picodollars: Int128(price * 1e12)), tokensPerMinute: tokensPerMinute)
    capacity.minimumUnits = units
    capacity.outputWeight = weight
    return BreakEven(capacity, scenario: builder.build(), plan: AnalysisScenario.plan(3))
  }

  @Test func aCapacityThatHoldsEverythingPaysAtItsPrice() throws {
    let box = breakEven(price: 5, tokensPerMinute: 1_000_000)
    #expect((box.costPerUser - 0.025).magnitude < 1e-12)
    #expect((box.tokensPerUser - 15_000).magnitude < 1e-6)
    #expect((try #require(box.users) - 200).magnitude < 1e-6)
    // 200 × 15,000 tokens in 43,200 minutes of a million each.
    #expect((box.utilisation(users: 200, units: 1) - 3e6 / 43_200e6).magnitude < 1e-12)
    #expect(box.bestUnits(users: 100) == 0)
    #expect(box.bestUnits(users: 300) == 1)
    #expect(box.cost(users: 300, units: 1) == 5)
  }

  /// Full, a unit takes in 43,200 × 100 tokens, $7.20's worth.
  @Test func aUnitThatIsNeverWorthItsPrice() {
    let dear = breakEven(price: 7.21, tokensPerMinute: 100)
    #expect((dear.worthOfAUnit - 7.2).magnitude < 1e-9)
    #expect(dear.users == nil)
    #expect(breakEven(price: 7.19, tokensPerMinute: 100).users != nil)
    #expect(dear.bestUnits(users: 1e6) == 0)
  }

  /// All traffic in half of the day doubles the load and halves what a small capacity takes in.
  @Test func whatDoesNotFitSpillsOver() throws {
    let half = (0..<24).map { $0 < 12 ? 1.0 : 0 }
    let flat = breakEven(price: 5, tokensPerMinute: 100)
    let peaked = breakEven(price: 5, tokensPerMinute: 100, hours: half)
    // 288 users fill it around the clock; with half the day idle, 144 fill it by day.
    #expect((flat.served(users: 288, units: 1) - 4.32e6).magnitude < 1)
    #expect((peaked.served(users: 288, units: 1) - 2.16e6).magnitude < 1)
    #expect(flat.users != nil)
    // By day it can take in $3.60's worth only.
    #expect(peaked.users == nil)
    #expect((peaked.cost(users: 288, units: 1) - 5 - 3.6).magnitude < 1e-9)
    #expect((peaked.cost(users: 288, units: 2) - 10).magnitude < 1e-9)
  }

  @Test func unitsAndWeights() throws {
    let two = breakEven(price: 2.5, tokensPerMinute: 1_000_000, units: 2)
    #expect((try #require(two.users) - 200).magnitude < 1e-6)
    let weighted = breakEven(price: 5, tokensPerMinute: 1_000_000, weight: 4)
    #expect((weighted.tokensPerUser - 30_000).magnitude < 1e-6)
    // Small units: as many as the load fills, $5 each for $7.20's worth.
    let small = breakEven(price: 5, tokensPerMinute: 100)
    #expect(small.bestUnits(users: 288 * 3) == 3)
  }
}
