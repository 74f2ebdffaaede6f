import CostModel
import Scenarios

extension Distribution {
  /// Moments of what is billed of a quantity in whole steps after a minimum; nothing has no minimum.
  ///
  /// Steps much smaller than the spread of a smooth law leave remainders that are as good as uniform:
  /// half a step more in the mean, a twelfth of its square in the variance.
  /// - Parameters:
  ///   - minimum: In the law's unit; 0: none.
  ///   - step: Likewise.
  ///   - rounded: Whether draws are whole numbers.
  package func billed(
    minimum: Double = 0, step: Double = 0, rounded: Bool = false
  ) -> PartialMoments {
    let whole = moments(rounded: rounded)
    guard minimum > 0 || step > 0 else { return whole }
    let none = moments(below: rounded ? 0.5 : 5e-7, rounded: rounded)
    guard step > 0 else {
      let short = moments(below: minimum, rounded: rounded)
      return whole - short + .point(minimum, mass: short.mass - none.mass)
        + .point(0, mass: none.mass)
    }
    return stepped(from: minimum, step, rounded: rounded, none: none.mass)
  }

  private func stepped(
    from minimum: Double, _ step: Double, rounded: Bool, none: Double
  ) -> PartialMoments {
    let edge = rounded ? 0.5 : 1e-9
    // What is at most a value is below the next one that can be drawn.
    func upTo(_ value: Double) -> PartialMoments { moments(below: value + edge, rounded: rounded) }
    // A quotient may be rounded to just above a whole number.
    let first = ((max(minimum, least, step) - 1e-9) / step).rounded(.up)
    var sum = PartialMoments.point(0, mass: none)
    var before = none
    var steps = first
    while before < 1 - 1e-12 {
      let cell = upTo(steps * step).mass
      sum = sum + .point(steps * step, mass: max(0, cell - before))
      before = max(before, cell)
      steps += 1
      guard steps - first < Self.mostSteps else { break }
    }
    let rest = moments(rounded: rounded) - upTo((steps - 1) * step)
    guard rest.mass > 1e-12 else { return sum }
    var smooth = rest.shifted(by: step / 2)
    smooth.second += rest.mass * step * step / 12
    return sum + smooth
  }

  /// Steps that are looked at one by one.
  private static let mostSteps = 4_096.0
}
