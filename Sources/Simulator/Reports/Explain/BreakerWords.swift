import CostModel

/// A breaker's settings as reports name them.
enum BreakerWords {
  /// `50 %`.
  static func rate(_ billionths: Int64) -> String {
    let percent = Double(billionths) / Double(BreakerSettings.shares.upperBound) * 100
    return DecimalText.trimmed(DecimalText.real(percent, places: 7) ?? "–") + " %"
  }
}
