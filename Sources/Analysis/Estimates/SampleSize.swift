import Support

/// How many independent answers a test of two proportions needs (J. Fleiss, B. Levin, M. Paik,
/// "Statistical Methods for Rates and Proportions", 3rd ed. 2003, 4.3, without its correction for
/// continuity).
package struct SampleSize: Sendable {
  /// Two-sided: chance to see a difference where there is none.
  package var significance: Double
  /// Chance to see one that is there.
  package var power: Double
  /// Answers of the variant for each one of the control.
  package var ratio = 1.0

  package init(significance: Double, power: Double, ratio: Double = 1.0) {
    self.significance = significance
    self.power = power
    self.ratio = ratio
  }

  /// Answers of the control; nil where there is no difference to see.
  package func control(_ rate: Double, against other: Double) -> Double? {
    let difference = rate - other
    guard difference != 0, (0...1).contains(rate), (0...1).contains(other), ratio > 0,
      power > significance / 2
    else { return nil }
    let pooled = (rate + ratio * other) / (1 + ratio)
    let none = ((ratio + 1) * pooled * (1 - pooled)).squareRoot()
    let some = (ratio * rate * (1 - rate) + other * (1 - other)).squareRoot()
    let reach =
      Normal.quantile(1 - significance / 2) * none + Normal.quantile(power) * some
    return reach * reach / (ratio * difference * difference)
  }

  /// The smallest difference above a rate that so many answers of the control show; nil where not
  /// even 100 % would differ enough.
  package func smallestDifference(above rate: Double, control size: Double) -> Double? {
    let isSeen = { (other: Double) in (control(rate, against: other) ?? .infinity) <= size }
    guard rate < 1, isSeen(1) else { return nil }
    var (low, high) = (rate, 1.0)
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if isSeen(middle) { high = middle } else { low = middle }
    }
    return high - rate
  }
}
