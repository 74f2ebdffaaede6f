import Foundation
import Scenarios

/// The law of how many turns a conversation has, or tool steps a turn.
///
/// A geometric law has its moments in closed form; any other one is summed over its values.
package struct CountLaw: Sendable {
  private enum Form: Sendable {
    /// Each one is followed by another with that chance.
    case geometric(Double)
    /// Chance of each number from 0, and of at least so many.
    case drawn([Double], atLeast: [Double])
  }

  private let form: Form
  /// E K.
  package let mean: Double
  /// E K(K − 1)/2.
  package let pairs: Double

  private static let nothing = 1e-15

  private init(_ form: Form) {
    self.form = form
    switch form {
    case .geometric(let q):
      mean = q / (1 - q)
      pairs = q * q / ((1 - q) * (1 - q))
    case .drawn(let chances, _):
      mean = chances.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
      pairs = chances.enumerated().reduce(0) {
        $0 + Double($1.offset) * Double($1.offset - 1) / 2 * $1.element
      }
    }
  }

  private init(chances: [Double]) {
    var left = 0.0
    let atLeast = Array(
      chances.reversed().map { chance in
        left += chance
        return min(1, left)
      }.reversed())
    self.init(.drawn(chances, atLeast: atLeast))
  }

  /// Tool steps of a turn, from 0.
  package init(steps: ConversationLevel.Count) {
    switch steps {
    case .continued(let chance): self.init(.geometric(chance))
    case .drawn(let law):
      self.init(chances: Self.chances(of: law, from: 0, most: ConversationSpec.mostSteps))
    }
  }

  /// Turns that follow the first one, the user leaving for good after each answer with a chance.
  package init(turns: ConversationLevel.Count, abandon: Double) {
    switch turns {
    case .continued(let chance): self.init(.geometric(chance * (1 - abandon)))
    case .drawn(let law):
      let chances = Self.chances(of: law, from: 1, most: ConversationSpec.mostTurns)
      // P(N > t)(1 − a)^t is the chance of a turn number t from 0.
      var (left, stays) = (1.0, 1.0)
      var reached: [Double] = []
      for chance in chances.dropFirst() {
        reached.append(max(0, left) * stays)
        left -= chance
        stays *= 1 - abandon
      }
      self.init(chances: zip(reached, reached.dropFirst() + [0]).map { max(0, $0 - $1) })
    }
  }

  /// Of a number that is rounded, at least `from` and cut at `most`.
  private static func chances(of law: Distribution, from: Int, most: Int) -> [Double] {
    var chances = Array(repeating: 0.0, count: from)
    var below = 0.0
    for number in from...most {
      let upTo = number == most ? 1 : law.moments(below: Double(number) + 0.5, rounded: true).mass
      chances.append(max(0, upTo - below))
      below = max(below, upTo)
      if below >= 1 - nothing { break }
    }
    return chances
  }

  /// P(K = k).
  package func chance(_ k: Int) -> Double {
    switch form {
    case .geometric(let q): (1 - q) * pow(q, Double(k))
    case .drawn(let chances, _): k < chances.count ? chances[k] : 0
    }
  }

  /// P(K = 0).
  package var none: Double { chance(0) }

  /// P(K ≥ k).
  package func atLeast(_ k: Int) -> Double {
    switch form {
    case .geometric(let q): pow(q, Double(k))
    case .drawn(_, let atLeast): k < atLeast.count ? atLeast[k] : 0
    }
  }

  /// The chance that one follows another, where that is always the same.
  package var continuation: Double? {
    guard case .geometric(let q) = form else { return nil }
    return q
  }

  /// P(K = 0), P(K = 1) and so on, up to where nothing is left, or so many.
  package func all(upTo most: Int) -> [Double] {
    switch form {
    case .drawn(let chances, _): return Array(chances.prefix(most))
    case .geometric(let q):
      var (chances, left) = ([Double](), 1.0)
      while left > Self.nothing, chances.count < most {
        chances.append((1 - q) * left)
        left *= q
      }
      return chances
    }
  }

  /// E x^K.
  package func transform(_ x: Double) -> Double {
    switch form {
    case .geometric(let q): (1 - q) / (1 - q * x)
    case .drawn(let chances, _): chances.reversed().reduce(0) { $0 * x + $1 }
    }
  }
}

extension Distribution {
  /// The mean of what is drawn as a whole number.
  package var wholeMean: Double { moments(rounded: true).first }

  /// The mean of what is drawn as a whole number, at least 1.
  package var meanFromOne: Double {
    let moments = moments(rounded: true)
    return moments.first + self.moments(below: 0.5, rounded: true).mass
  }

  /// Cut into parts, each with its chance and its mean, for sums over the law.
  package var cells: [(chance: Double, value: Double)] {
    guard !isConstant else { return [(1, mean)] }
    var result: [(chance: Double, value: Double)] = []
    var before = PartialMoments()
    for edge in edges + [.infinity] {
      let upTo = moments(below: edge)
      let part = upTo - before
      before = upTo
      if part.mass > 1e-15 { result.append((part.mass, part.first / part.mass)) }
    }
    return result
  }

  private static let cellCount = 200

  private var edges: [Double] {
    func even(_ low: Double, _ high: Double) -> [Double] {
      guard high > low else { return [low, low.nextUp] }
      return (0...Self.cellCount).map {
        low + (high - low) * Double($0) / Double(Self.cellCount)
      } + [high.nextUp]
    }
    switch self {
    case .fixed(let value): return [value, value.nextUp]
    case .uniform(let low, let high): return even(low, high)
    case .histogram(let bins): return Set(bins.flatMap { even($0.low, $0.high) }).sorted()
    case .lognormal(let mean, let cv, let cap):
      let sigma = log1p(cv * cv).squareRoot()
      let middle = log(mean) - sigma * sigma / 2
      let inner = (-Self.cellCount...Self.cellCount).map {
        exp(middle + sigma * 7 * Double($0) / Double(Self.cellCount))
      }
      return (inner.filter { $0 < cap ?? .infinity } + (cap.map { [$0] } ?? [])).sorted()
    }
  }
}
