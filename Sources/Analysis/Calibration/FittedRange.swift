import Foundation
import Support

/// A value that was fitted to a log, and the ends of how well the log tells it (docs/validation.md,
/// "Calibration").
package struct FittedRange: Hashable, Sendable {
  package var low: Double
  package var likely: Double
  package var high: Double

  /// The standard normal law is below it in 95 % of the cases.
  package static let z95 = 1.6448536269514722
  /// A symmetric triangle of half-width 1 is below it in 95 % of the cases: 1 − √0.1.
  private static let triangle95 = 1 - 0.1.squareRoot()

  package init(low: Double, likely: Double, high: Double) {
    self.low = min(low, likely)
    self.likely = likely
    self.high = max(high, likely)
  }

  /// The triangle whose 5th and 95th percentile are those of a value known to a standard error.
  package init(_ likely: Double, error: Double, in bounds: ClosedRange<Double> = 0...1e15) {
    let reach = error * Self.z95
    self.init(percentiles: likely - reach, likely, likely + reach, in: bounds)
  }

  /// A share that was seen k times in n: Wilson's interval, of 90 %.
  /// - Parameter dispersion: how much more than independent cases vary.
  package init(share k: Double, of n: Double, dispersion: Double = 1) {
    let size = n / max(1, dispersion)
    let share = k / n
    let z = Self.z95 * Self.z95 / size
    let middle = (share + z / 2) / (1 + z)
    let reach = (z * share * (1 - share) + z * z / 4).squareRoot() / (1 + z)
    self.init(percentiles: middle - reach, share, middle + reach, in: 0...1)
  }

  /// The mean of a sample's values over what it was; nil: one value, or all alike.
  package init?(factorOf sketch: SizeSketch) {
    guard sketch.count > 1, sketch.mean > 0, sketch.variance > 0 else { return nil }
    let error = (sketch.variance / Double(sketch.count)).squareRoot() / sketch.mean
    self.init(1, error: error)
  }

  private init(
    percentiles low: Double, _ likely: Double, _ high: Double, in bounds: ClosedRange<Double>
  ) {
    self.init(
      low: max(bounds.lowerBound, likely - (likely - low) / Self.triangle95), likely: likely,
      high: min(bounds.upperBound, likely + (high - likely) / Self.triangle95))
  }

  package func scaled(by factor: Double) -> FittedRange {
    FittedRange(low: low * factor, likely: likely * factor, high: high * factor)
  }

  // MARK: Text

  /// As a scenario states it; one value where there is no more than that.
  /// - Parameter value: of the likely one, and of the ends, rounded away from it.
  package func text(_ value: (Double, _ isEnd: Bool) -> String) -> String {
    let middle = value(likely, false)
    guard low < likely || likely < high else { return middle }
    let least = low < likely ? value(Self.end(low, .down), true) : middle
    let most = high > likely ? value(Self.end(high, .up), true) : middle
    return "{low: \(least), likely: \(middle), high: \(most)}"
  }

  package func number(digits: Int) -> String {
    text { YAMLText.number($0, digits: $1 ? Self.digits : digits) }
  }

  /// - Parameter digits: of the likely share, which others must add up to 100% with.
  package func percent(digits: Int = 8) -> String {
    text { YAMLText.percent($0, digits: $1 ? Self.digits : digits) }
  }

  /// Of whole numbers.
  package var whole: String {
    FittedRange(
      low: low.rounded(.down), likely: likely.rounded(), high: high.rounded(.up)
    ).text { value, _ in String(Int64(value)) }
  }

  /// Significant digits of the ends.
  private static let digits = 6

  private static func end(_ x: Double, _ rule: FloatingPointRoundingRule) -> Double {
    guard x > 0 else { return 0 }
    let scale = pow(10, Double(digits - 1) - log10(x).rounded(.down))
    return (x * scale).rounded(rule) / scale
  }
}
