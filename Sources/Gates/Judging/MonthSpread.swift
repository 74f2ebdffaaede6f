import CostModel
import Scenarios
import Simulator

/// A figure in independent months of one plan: the spread of chance as it is, whatever breakers,
/// queues and caches make the calls of one month have in common.
package struct MonthSpread: Sendable {
  /// If half of all months keep a bound, 21 in a row break it once in 2²¹ = 2.1 million cases: the
  /// sign test, which holds for any law of the figure.
  package static let count = 21

  /// From run 1 on; nil: the month has nothing to count.
  package var figures: [Spread?]
  /// How many of them break the bound.
  package var broken: Int
  /// Whether all do, and a bound of equality on the same side.
  package var breaks: Bool

  package init(_ figures: [Spread?], _ comparison: Threshold.Comparison, _ limit: Double) {
    self.figures = figures
    broken = figures.count { $0.map { !$0.keeps(comparison, limit) } ?? false }
    let known = figures.compactMap { $0 }
    switch comparison {
    case .equal, .identical:
      breaks =
        broken == figures.count
        && (known.allSatisfy { $0.low > limit } || known.allSatisfy { $0.high < limit })
    default: breaks = broken == figures.count
    }
  }

  private var middles: [Double] { figures.compactMap { $0.map { 0.5 * ($0.low + $0.high) } } }
  package var low: Double { figures.compactMap { $0?.low }.min() ?? 0 }
  package var high: Double { figures.compactMap { $0?.high }.max() ?? 0 }
  package var mean: Double { middles.reduce(0, +) / Double(max(1, middles.count)) }

  /// Of the mean: the standard deviation of months over the square root of their number.
  package var standardError: Double {
    let (all, mean) = (middles, mean)
    guard all.count > 1 else { return 0 }
    let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(all.count - 1) / Double(all.count)).squareRoot()
  }

  /// `; in 21 independent months 5.1 % to 5.6 %, 5.3 % on average (standard error 0.03 %)`.
  package func words(_ unit: (Double) -> String) -> String {
    let range = low == high ? unit(low) : "\(unit(low)) to \(unit(high))"
    let average = low == high ? "" : ", \(unit(mean)) on average"
    let chance =
      broken == 0
      ? ""
      : broken == figures.count
        ? ", beyond the limit in all of them"
        : ", beyond the limit in \(broken) of them"
    return "; in \(figures.count) independent months \(range)\(average) "
      + "(standard error \(unit(standardError)))" + chance
      + (broken > 0 && !breaks ? ", which chance alone could explain" : "")
  }
}

/// Simulates the months of a plan beside the seed's own.
package struct PlanMonths {
  package let simulation: Simulation
  package let plan: PlanSpec
  package let threads: Int

  /// What `figure` takes from the months 2 to 21.
  package func others<Figure: Sendable>(
    _ figure: @Sendable (PlanResult) throws -> Figure
  ) throws -> [Figure] {
    try simulation.reduced(to: figure, of: plan, runs: 2...MonthSpread.count, threads: threads)
  }

  /// Whether these months are few calls, so that they are always worth it.
  package static func areCheap(_ first: PlanResult) throws -> Bool {
    let limit = try SimulationLimits.shipped.get().gateCalls
    return first.calls <= limit / Int64(MonthSpread.count - 1)
  }
}
