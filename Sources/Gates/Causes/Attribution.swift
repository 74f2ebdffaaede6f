import CostModel

/// Splits the change of a bill among the inputs that changed, exactly.
///
/// The split is Shapley's, causes first: a cause gets what it adds to the bill, averaged over all
/// orders in which the causes could have come about (Shapley 1953; inside a cause, its inputs share
/// that by the mean of walking through them forwards and backwards: Owen's rule for groups). So no
/// order favours anybody, going back mirrors going forth, and the amounts add up to the change.
/// With more than `exactCauses` causes the mean of the two walks is taken there as well. With more
/// than `exactInputs` inputs of one cause those about different workloads, kinds of calls or models
/// are changed at once, and each gets what its own part of the bill does: the same where parts do
/// not share a cache, at the price of a few bills for any number of inputs.
package struct Attribution {
  /// One cause a change.
  package let causes: [Cause]
  /// The part of the bill that each change is about; nil: the whole bill.
  package var parts: [BillPart?] = []
  /// The parts of one kind in dollars once these changes are made.
  package var partial: ([Bool], BillPart.Kind) -> [BillPart: Double] = { _, _ in [:] }
  /// Beyond these a bill an input is out of proportion.
  package static let exactInputs = 50
  package var exactInputs = Attribution.exactInputs
  /// Beyond these the number of orders, and of bills to compute, is out of proportion.
  package var exactCauses = 5
  /// The bill in picodollars once these changes are made (a flag a change).
  package let bill: ([Bool]) -> Int128

  /// The amount that each change accounts for; together they are the change of the bill.
  package func amounts() -> [MoneySum] {
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
        for (change, amount) in zip(group, walked(group, from: made, value)) {
          parts[change] += context.weight * amount
        }
      }
    }
    return Self.rounded(parts, over: whole)
  }

  // MARK: Within a cause

  /// What the changes of a group do, by change, walking through them forwards and backwards.
  private func walked(
    _ group: [Int], from made: [Bool], _ value: ([Bool]) -> Int128
  ) -> [Int128] {
    var sums: [Int: Int128] = [:]
    for isForward in [true, false] {
      var step = made
      for move in moves(group, isForward: isForward) {
        let before = value(step)
        let parts = move.kind.map { partial(step, $0) } ?? [:]
        for change in move.changes { step[change] = true }
        let total = value(step) - before
        guard let kind = move.kind else {
          sums[move.changes[0], default: 0] += total
          continue
        }
        let after = partial(step, kind)
        let amounts = move.changes.map { change in
          self.parts[change].map { (after[$0] ?? 0) - (parts[$0] ?? 0) } ?? 0
        }
        for (change, amount) in zip(move.changes, Self.scaled(amounts, to: total)) {
          sums[change, default: 0] += amount
        }
      }
    }
    return group.map { sums[$0] ?? 0 }
  }

  /// Changes that are made at once; without a kind it is one change.
  private struct Move {
    var changes: [Int]
    var kind: BillPart.Kind?
  }

  /// The steps of a walk: one a change, or, of many, one for the first change of every part, one
  /// for the second, and so on.
  private func moves(_ group: [Int], isForward: Bool) -> [Move] {
    var moves: [Move] = []
    let isLong = group.count > exactInputs && !parts.isEmpty
    let alone = isLong ? group.filter { parts[$0] == nil } : group
    moves += alone.map { Move(changes: [$0], kind: nil) }
    for kind in BillPart.Kind.allCases where isLong {
      var levels: [[Int]] = []
      var ranks: [BillPart: Int] = [:]
      for change in group {
        guard let part = parts[change], part.kind == kind else { continue }
        let rank = ranks[part, default: 0]
        ranks[part] = rank + 1
        if rank == levels.count { levels.append([]) }
        levels[rank].append(change)
      }
      moves += levels.map { Move(changes: $0, kind: kind) }
    }
    return isForward ? moves : moves.reversed()
  }

  /// Whole picodollars that add up to the total: what is left (of roundings, or where parts do have
  /// something in common) is shared in proportion.
  private static func scaled(_ dollars: [Double], to total: Int128) -> [Int128] {
    var amounts = dollars.map { Int128(($0 * 1e12).rounded()) }
    let left = total - amounts.reduce(0, +)
    let sizes = dollars.reduce(0.0) { $0 + $1.magnitude }
    if sizes > 0 {
      for place in amounts.indices {
        amounts[place] += Int128((Double(left) * (dollars[place].magnitude / sizes)).rounded(.down))
      }
    }
    let largest = dollars.indices.max { dollars[$0].magnitude < dollars[$1].magnitude } ?? 0
    amounts[largest] += total - amounts.reduce(0, +)
    return amounts
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
