import Scenarios

/// Mean and variance of a number of tokens.
package struct SizeLaw: Hashable, Sendable {
  package var mean = 0.0
  package var variance = 0.0

  package init(mean: Double = 0, variance: Double = 0) {
    (self.mean, self.variance) = (mean, variance)
  }

  /// Of what is drawn as a whole number.
  package init(_ law: Distribution) {
    self.init(law.moments(rounded: true))
  }

  package init(_ moments: PartialMoments?) {
    guard let moments else { return }
    mean = moments.first
    variance = max(0, moments.second - moments.first * moments.first)
  }

  package static func + (a: SizeLaw, b: SizeLaw) -> SizeLaw {
    SizeLaw(mean: a.mean + b.mean, variance: a.variance + b.variance)
  }

  /// The sum of a drawn number of them, at least one; with a chance, else nothing.
  package func summed(_ number: Distribution, chance: Double = 1) -> SizeLaw {
    let moments = number.moments(rounded: true)
    // A draw of nothing is one.
    let none = number.moments(below: 0.5, rounded: true).mass
    let count = chance * (moments.first + none)
    let square = chance * (moments.second + none)
    return SizeLaw(
      mean: count * mean, variance: count * variance + (square - count * count) * mean * mean)
  }

  package var isConstant: Bool { variance <= 1e-9 * mean * mean }
}
