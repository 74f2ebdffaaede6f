import CostModel
import Testing

@testable import Simulator
@testable import Support

/// Which calls cost far more than others of their model.
@Suite struct OutlierFinderTests {
  private func found(_ costs: [Int64]) -> [Outlier] {
    var finder = OutlierFinder()
    for (number, cost) in costs.enumerated() {
      finder.add(model: 0, number: Int64(number + 1), cost: cost, at: .arrival(Int64(number)))
    }
    return finder.found { "m\($0)" }
  }

  /// Picodollars of $0.0035 and of $9,990.01.
  private static let usual: Int64 = 3_500_000_000
  private static let huge: Int64 = 9_990_010_000_000_000

  /// Some huge costs among equal ones, the first of them early, the last one at the end; the usual
  /// cost is told to the picodollar.
  @Test(
    arguments: [
      (4, 1), (8, 1), (28, 2), (57, 1), (150, 3), (253, 4), (254, 3), (5_000, 5), (40_000, 20),
      (40, 7), (60, 12), (9, 2),
    ])
  func hugeCostsAreFoundAmongEqualOnes(equal: Int, huge: Int) {
    var costs = Array(repeating: Self.usual, count: equal)
    for place in 0..<huge { costs.insert(Self.huge + Int64(place), at: place * equal / huge) }
    let outliers = found(costs)
    #expect(
      outliers.map(\.cost.picodollars)
        == (0..<huge).reversed().map { Int128(Self.huge) + Int128($0) })
    #expect(outliers.allSatisfy { $0.usual == MoneySum(picodollars: Int128(Self.usual)) })
  }

  @Test func tooFewCallsHaveNoUsualCost() {
    #expect(OutlierFinder.fewest == 5)
    #expect(found([Self.usual, Self.usual, Self.usual, Self.huge]).isEmpty)
    #expect(found(Array(repeating: Self.usual, count: 300)).isEmpty)
    // Calls that cost nothing say nothing of what calls cost.
    #expect(found(Array(repeating: 0, count: 50) + [Self.huge]).isEmpty)
  }

  /// One call in twenty costs a thousand times as much: a second kind of call, no exception, unless one
  /// lies far beyond those as well.
  @Test func aSecondKindOfCallIsNoException() {
    let costs = (0..<2_000).map { $0 % 20 == 7 ? Self.usual * 1_000 : Self.usual }
    #expect(found(costs).isEmpty)
    #expect(
      found(Array(repeating: Self.usual, count: 70) + Array(repeating: Self.huge, count: 21))
        .isEmpty)
    #expect(
      found(Array(repeating: Self.usual, count: 5) + [Self.huge, Self.huge, Self.huge]).isEmpty)
    #expect(found(costs + [Self.huge]).map(\.number) == [2_001])
  }

  /// Costs that spread a little, with an exception of twenty times the median, and one of eight times.
  @Test func spreadCostsHaveExceptionsToo() {
    var random = TestRandom(seed: 77)
    let costs = (0..<90).map { _ in Self.usual + Int64(random.below(1_000_000_000)) }
    let sorted = costs.sorted()
    let outliers = found(costs + [Self.usual * 20, Self.usual * 8])
    #expect(outliers.map(\.number) == [91])
    // Of 92 costs the median is the 46th.
    #expect(outliers.first?.usual == MoneySum(picodollars: Int128(sorted[45])))
  }

  /// Ordinary lognormal costs of a coefficient of variation of 2: less than 0.1 flags a model in the
  /// mean are claimed for up to 100 calls, less than 0.5 for 10,000. The true means are 0.03 and 0.2;
  /// 400 models with a mean of 0.1 give more than 80 flags with a chance below 1e-6, 100 with a mean of
  /// 0.5 more than 90.
  @Test(arguments: [(20, 400, 80), (100, 400, 80), (10_000, 100, 90)])
  func ordinaryTailsAreNotFlagged(calls: Int, models: Int, most: Int) {
    let draws = Draws(seed: 20_261_129, run: 1)
    let variance = ExactMath.log(1 + 4)
    var flags = 0
    for model in 0..<models {
      flags +=
        found(
          (0..<calls).map { call in
            let word = draws.block(.user, call: UInt64(call), user: UInt64(model), workload: 3).0
            let z = ExactMath.normalQuantile(word.openUnit)
            return Int64(3.5e9 * ExactMath.exp(variance.squareRoot() * z))
          }
        ).count
    }
    #expect(flags <= most)
  }

  @Test func costsThatDifferAreThoseBeyondRounding() {
    #expect(!CostCheck.differ(3_500_000_000, 3_535_000_000))
    #expect(CostCheck.differ(3_500_000_000, 3_540_000_000))
    #expect(!CostCheck.differ(1_000_000, 2_000_000))
    #expect(CostCheck.differ(0, 3_000_000))
    #expect(CostCheck.differ(.max, 0))
    var check = CostCheck()
    for number in 1...30 {
      check.add(
        number: Int64(number), model: 2, logged: 0, computed: Int64(number) * 10_000_000,
        at: .arrival(Int64(number)))
    }
    #expect(check.total.calls == 30 && check.total.differing == 30)
    #expect(check.largest.map(\.number) == Array((11...30).reversed()).map(Int64.init))
  }
}
