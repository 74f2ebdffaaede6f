import CostModel
import Foundation
import Scenarios
import Support

/// What a flow costs as its stages add it up: moments, or a value of the characteristic function.
package protocol FlowCost {
  /// A cost of nothing.
  init()
  /// Of several ways in which a call may go, each scaled by its chance.
  static func + (a: Self, b: Self) -> Self
  func scaled(by chance: Double) -> Self
  /// The sum of two independent costs.
  func adding(_ other: Self) -> Self
}

extension CostMoments: FlowCost {}

/// E e^{itC} − 1 of a random cost C at one t: so that a cost of nothing is 0, and what happens with a
/// chance is scaled by it, as moments are.
package struct CostTransform: FlowCost, Sendable {
  package var value = Complex.zero

  package init() {}

  package init(value: Complex) {
    self.value = value
  }

  package static func + (a: CostTransform, b: CostTransform) -> CostTransform {
    CostTransform(value: a.value + b.value)
  }

  package func scaled(by chance: Double) -> CostTransform {
    CostTransform(value: value.scaled(by: chance))
  }

  package func adding(_ other: CostTransform) -> CostTransform {
    CostTransform(value: value + other.value + value * other.value)
  }
}

/// A number of a call cut into ranges, each at its mean.
package struct LawCells: Sendable {
  package var cells: [(value: Double, mass: Double)]

  package static let nothing = LawCells(cells: [(0, 1)])

  /// - Parameters:
  ///   - cap: what is above counts as this.
  ///   - edges: further places to cut at.
  package init(_ law: Distribution, cap: Double = .infinity, rounded: Bool, edges: [Double] = []) {
    cells = Self.ranges(of: law, cap: cap, rounded: rounded, edges: edges)
      .map { ($0.first / $0.mass, $0.mass) }
  }

  /// The moments of the law between those places, from the lowest on.
  package static func ranges(
    of law: Distribution, cap: Double = .infinity, rounded: Bool, edges: [Double] = []
  ) -> [PartialMoments] {
    let whole = law.moments(cappedAt: cap, rounded: rounded)
    var cuts = Set(edges + Self.cuts(law)).filter { $0 < cap }.sorted()
    if cap < .infinity { cuts.append(rounded ? cap - 0.5 : cap) }
    var ranges: [PartialMoments] = []
    var before = PartialMoments()
    for cut in cuts {
      let upTo = law.moments(below: cut, rounded: rounded)
      let range = upTo - before
      if range.mass > 1e-12 {
        ranges.append(range)
        before = upTo
      }
    }
    let rest = whole - before
    if rest.mass > 1e-12 { ranges.append(rest) }
    return ranges
  }

  package init(cells: [(value: Double, mass: Double)]) { self.cells = cells }

  /// Halves, so that whole numbers lie between them.
  /// - Parameter fineness: how many times as many as laws of costs need.
  package static func cuts(_ law: Distribution, fineness: Int = 1) -> [Double] {
    func between(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
      guard high > low else { return [low - 0.5, low + 0.5] }
      return (0...count).map {
        (low + (high - low) * Double($0) / Double(count)).rounded(.down) + 0.5
      }
    }
    switch law {
    case .fixed: return []
    case .uniform(let low, let high): return between(low, high, 16 * fineness)
    case .histogram(let bins):
      let each = max(1, 64 * fineness / bins.count)
      return bins.flatMap { between($0.low, $0.high, each) + [$0.low - 0.5, $0.high + 0.5] }
    case .lognormal(let mean, let cv, _):
      guard mean > 0, cv > 0 else { return [] }
      let law = Lognormal(mean: mean, cv: cv)
      let each = 5 * fineness
      // Large values weigh by their third power.
      let last = Int((4 + 3 * law.sigma) * Double(each))
      return (-4 * each...last).map {
        exp(law.mu + law.sigma * Double($0) / Double(each)).rounded(.down) + 0.5
      }
    }
  }

  /// E e^{itX} over the values in a range.
  package func transform(
    _ t: Double, from lower: Double = -.infinity, below upper: Double = .infinity
  )
    -> Complex
  {
    guard t != 0 || cells.count > 1 else { return .one }
    var sum = Complex.zero
    for cell in cells where lower <= cell.value && cell.value < upper {
      sum += Complex.turn(t * cell.value).scaled(by: cell.mass)
    }
    return sum
  }
}
