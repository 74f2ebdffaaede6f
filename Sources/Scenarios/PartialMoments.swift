/// Mass and moments of a number restricted to a range: E[X^k; X in the range].
package struct PartialMoments: Hashable, Sendable {
  /// Probability of the range.
  package var mass = 0.0
  package var first = 0.0
  package var second = 0.0
  package var third = 0.0

  package init(mass: Double = 0.0, first: Double = 0.0, second: Double = 0.0, third: Double = 0.0) {
    self.mass = mass
    self.first = first
    self.second = second
    self.third = third
  }

  package static func point(_ x: Double, mass: Double = 1) -> PartialMoments {
    PartialMoments(mass: mass, first: mass * x, second: mass * x * x, third: mass * x * x * x)
  }

  package static func + (a: PartialMoments, b: PartialMoments) -> PartialMoments {
    PartialMoments(
      mass: a.mass + b.mass, first: a.first + b.first, second: a.second + b.second,
      third: a.third + b.third)
  }

  package static func - (a: PartialMoments, b: PartialMoments) -> PartialMoments {
    a + b.scaled(by: -1)
  }

  package func scaled(by factor: Double) -> PartialMoments {
    PartialMoments(
      mass: factor * mass, first: factor * first, second: factor * second, third: factor * third)
  }

  /// Of X + s, over the same range.
  package func shifted(by s: Double) -> PartialMoments {
    PartialMoments(
      mass: mass, first: first + s * mass, second: second + 2 * s * first + s * s * mass,
      third: third + 3 * s * second + 3 * s * s * first + s * s * s * mass)
  }
}
