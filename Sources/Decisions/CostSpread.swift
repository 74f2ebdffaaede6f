import CostModel

/// How far a plan's bill spreads, and why: the chance of the month, and inputs that are not known
/// exactly. From months in pairs of the same luck, one with the inputs at their likely values and
/// one with the inputs drawn; what the two differ by is the inputs'.
package struct CostSpread: Sendable {
  /// A sample of bills, in dollars.
  package struct Sample: Sendable {
    /// Nearest rank.
    package var p05: Double
    package var p50: Double
    package var p95: Double
    package var mean: Double
    /// n − 1 in the denominator.
    package var variance: Double
    /// Share of the months that go over the budget, and of the bills with such a month; nil without
    /// a budget, or where it is not known.
    package var overrun: Double?
    package var anyOverrun: Double?

    /// `bills` is not empty.
    package init(_ bills: [Double], of outcomes: [Outcome] = []) {
      let sorted = bills.sorted()
      (p05, p50, p95) = (sorted.ranked(5), sorted.ranked(50), sorted.ranked(95))
      let mean = bills.reduce(0, +) / Double(bills.count)
      self.mean = mean
      variance =
        bills.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, bills.count - 1))
      overrun = Self.share(outcomes, \.overrun)
      anyOverrun = Self.share(outcomes, \.anyOverrun)
    }

    private static func share(
      _ outcomes: [Outcome], _ value: KeyPath<Outcome, Double?>
    ) -> Double? {
      let known = outcomes.compactMap { $0[keyPath: value] }
      guard known.count == outcomes.count, !known.isEmpty else { return nil }
      return known.reduce(0, +) / Double(known.count)
    }
  }

  /// Inputs at their likely values.
  package var chance: Sample
  /// The mean luck, inputs drawn.
  package var inputs: Sample
  /// Both.
  package var both: Sample

  /// Month by month: bills and whether a month went over the budget.
  package init(likely: [Outcome], drawn: [Outcome]) {
    chance = Sample(likely.map(\.cost), of: likely)
    both = Sample(drawn.map(\.cost), of: drawn)
    let mean = chance.mean
    inputs = Sample(zip(likely, drawn).map { mean + $1.cost - $0.cost })
  }

  /// The inputs' part of the variance; the chance of the month is the rest. nil if nothing varies.
  package var inputShare: Double? {
    let total = inputs.variance + chance.variance
    return total > 0 ? inputs.variance / total : nil
  }
}

extension Array where Element: Comparable {
  /// The nearest rank of a percentile among ascending values, of which there are some.
  package func ranked(_ percent: Int) -> Element {
    self[Swift.max(1, (percent * count + 99) / 100) - 1]
  }
}
