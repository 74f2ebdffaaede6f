import CostModel

/// Splits the change of a bill among the inputs that changed, exactly.
///
/// The split is Shapley's, causes first: a cause gets what it adds to the bill, averaged over all
/// orders in which the causes could have come about (Shapley 1953; inside a cause, its inputs share
/// that by the mean of walking through them forwards and backwards: Owen's rule for groups). So no
/// order favours anybody, going back mirrors going forth, and the amounts add up to the change.
/// With more than `exactCauses` causes the mean of the two walks is taken there as well.
struct Attribution {
  /// One cause a change.
  let causes: [Cause]
  /// Beyond these the number of orders, and of bills to compute, is out of proportion.
  var exactCauses = 5
  /// The bill in picodollars once these changes are made (a flag a change).
  let bill: ([Bool]) -> Int128

  /// What each change did; they add up to the change of the bill.
  func amounts() -> [MoneySum] {
    guard !causes.isEmpty else { return [] }
    var known: [[Bool]: Int128] = [:]
    let value = { (made: [Bool]) -> Int128 in
      if let value = known[made] { return value }
      let value = bill(made)
      known[made] = value
      return value
    }
    let groups = Cause.allCases.map { cause in causes.indices.filter { causes[$0] == cause } }
      .filter { !$0.isEmpty }
    var parts = Array(repeating: Int128(0), count: causes.count)
    var whole = Int128(1)
    for (place, group) in groups.enumerated() {
      let contexts = contexts(of: place, among: groups.count)
      whole = 2 * contexts.reduce(0) { $0 + $1.weight }
      for context in contexts {
        var made = Array(repeating: false, count: causes.count)
        for other in context.before { for change in groups[other] { made[change] = true } }
        for walk in [group, group.reversed()] {
          var step = made
          for change in walk {
            let before = value(step)
            step[change] = true
            parts[change] += context.weight * (value(step) - before)
          }
        }
      }
    }
    return Self.rounded(parts, over: whole)
  }

  /// The sets of causes that may have come before one, each with its number of orders.
  private func contexts(
    of place: Int, among count: Int
  ) -> [(before: [Int], weight: Int128)] {
    guard count <= exactCauses else {
      return [(Array(0..<place), 1), (Array((place + 1)..<count), 1)]
    }
    let others = (0..<count).filter { $0 != place }
    return (0..<(1 << others.count)).map { set in
      let before = others.indices.filter { set >> $0 & 1 == 1 }.map { others[$0] }
      return (before, Self.factorial(before.count) * Self.factorial(others.count - before.count))
    }
  }

  private static func factorial(_ n: Int) -> Int128 {
    n < 2 ? 1 : (2...n).reduce(1) { $0 * Int128($1) }
  }

  /// Whole picodollars of the quotients; what rounding down leaves goes to the largest remainders.
  private static func rounded(_ parts: [Int128], over divisor: Int128) -> [MoneySum] {
    var quotients = parts.map { part in
      part >= 0 || part % divisor == 0 ? part / divisor : part / divisor - 1
    }
    let remainders = zip(parts, quotients).map { $0 - $1 * divisor }
    let left = Int(remainders.reduce(0, +) / divisor)
    let largest = parts.indices.sorted {
      (remainders[$1], $0) < (remainders[$0], $1)
    }
    for index in largest.prefix(left) { quotients[index] += 1 }
    return quotients.map { MoneySum(picodollars: $0) }
  }
}
