import CostModel
import Testing

@testable import Gates

/// The split of a change against every order, written out.
@Suite struct AttributionTests {
  /// All orders of the causes and, within each, its changes forwards and backwards.
  private static func everyOrder(_ causes: [Cause], _ bill: ([Bool]) -> Int128) -> [Double] {
    let groups = Cause.allCases.map { cause in causes.indices.filter { causes[$0] == cause } }
      .filter { !$0.isEmpty }
    var sums = Array(repeating: 0.0, count: causes.count)
    var count = 0.0
    func walk(_ rest: [[Int]], _ order: [[Int]]) {
      guard rest.isEmpty else {
        for i in rest.indices {
          var others = rest
          let group = others.remove(at: i)
          walk(others, order + [group])
          walk(others, order + [group.reversed()])
        }
        return
      }
      var made = Array(repeating: false, count: causes.count)
      for change in order.joined() {
        let before = bill(made)
        made[change] = true
        sums[change] += Double(bill(made) - before)
      }
      count += 1
    }
    walk(groups, [])
    return sums.map { $0 / count }
  }

  private static func game(_ seed: UInt64, count: Int) -> ([Bool]) -> Int128 {
    { made in
      let set = made.enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) }
      var random = TestRandom(seed: seed &* 1_000 &+ UInt64(set))
      return Int128(random.below(1_000_000_000))
    }
  }

  @Test(arguments: 1...40) func isTheMeanOverAllOrders(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let some: [Cause] = [.volume, .mix, .tokens, .price]
    let causes = (0...random.below(6)).map { _ in random.oneOf(some) }
    let bill = Self.game(UInt64(seed), count: causes.count)
    let amounts = Attribution(causes: causes, bill: bill).amounts()
    for (amount, expected) in zip(amounts, Self.everyOrder(causes, bill)) {
      #expect((Double(amount.picodollars) - expected).magnitude < 1.01)
    }
  }

  /// Also with more causes than all orders are tried of.
  @Test(arguments: 1...20) func addsUpExactlyAndMirrors(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let causes = (0..<(1 + random.below(12))).map { _ in random.oneOf(Cause.allCases) }
    let bill = Self.game(UInt64(seed), count: causes.count)
    let there = Attribution(causes: causes, bill: bill).amounts()
    let back = Attribution(causes: causes) { made in bill(made.map { !$0 }) }.amounts()
    let none = Array(repeating: false, count: causes.count)
    let total = bill(none.map { !$0 }) - bill(none)
    #expect(there.reduce(Int128(0)) { $0 + $1.picodollars } == total)
    for (a, b) in zip(there, back) { #expect((a.picodollars + b.picodollars).magnitude <= 1) }
  }

  @Test func nothingChangedIsNothing() {
    #expect(Attribution(causes: [], bill: { _ in 5 }).amounts().isEmpty)
  }
}
