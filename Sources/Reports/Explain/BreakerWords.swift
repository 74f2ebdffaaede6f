import CostModel
import Support

/// A breaker's settings as reports name them.
package enum BreakerWords {
  /// `50 %`.
  package static func rate(_ billionths: Int64) -> String {
    let percent = Double(billionths) / Double(BreakerSettings.shares.upperBound) * 100
    return DecimalText.trimmed(DecimalText.real(percent, places: 7) ?? "–") + " %"
  }
}
