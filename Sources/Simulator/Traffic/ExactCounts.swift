/// How many calls (or flows) `arrivals: exact` makes: whole numbers whose sum is the stated one.
///
/// The total of the first k months is k times the stated volume of all users, rounded to the nearest
/// whole number, halves up; each month has the difference to the month before, so that months differ
/// by one call at most. Users share a month's calls by the same rule, in order of their numbers.
package struct ExactCounts: Sendable {
  /// Calls of all users in a month with fewer and with more; alike where the volume is a whole number.
  package let fewer: Double
  package let more: Double
  /// Whether a month has more, by month.
  package let isMore: [Bool]
  /// Running sums of the users' stated volumes.
  private let sums: [Double]

  /// - Parameters:
  ///   - volumes: a month, by user.
  ///   - stated: their sum, as exactly as it is known.
  package init(volumes: [Double], stated: Double, months: Int) {
    var sum = 0.0
    sums = volumes.map { volume in
      sum += volume
      return sum
    }
    let totals = (0...months).map { Self.whole(stated * Double($0)) }
    let own = zip(totals.dropFirst(), totals).map { $0 - $1 }
    let least = own.min() ?? 0
    fewer = least
    more = own.max() ?? 0
    isMore = own.map { $0 > least }
  }

  /// Whether all months have as many.
  package var isEven: Bool { fewer == more }

  /// The calls of each user in a month with so many.
  package func byUser(_ total: Double) -> [Double] {
    guard let last = sums.last, last > 0 else { return sums.map { _ in 0 } }
    var before = 0.0
    return sums.map { sum in
      let upTo = sum == last ? total : (total * (sum / last) + 0.5).rounded(.down)
      defer { before = upTo }
      return upTo - before
    }
  }

  /// The nearest whole number, halves up, though sums of decimals miss a half by a hair.
  private static func whole(_ x: Double) -> Double { (x * (1 + 1e-13) + 0.5).rounded(.down) }
}
