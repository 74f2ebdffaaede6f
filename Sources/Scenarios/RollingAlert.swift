import CostModel
import Support

/// An alert on the calls whose last outcome lies in the last `window`, judged every minute.
package struct RollingAlert: Sendable {
  package enum Comparison: String, Sendable {
    case above = ">"
    case below = "<"
  }

  package var name: String
  package var type: AlertType
  package var severity: Severity
  package var metric: Metric
  package var comparison: Comparison
  /// Milliseconds for latency, a fraction for rates, dollars for spending.
  package var threshold: Double
  /// Of spending, exactly.
  package var limit = MoneySum.zero
  package var window: SimDuration
  package var minSamples = 20
  package var message: String
  /// What the documents say the threshold is, where that differs from what they test.
  package var statedThreshold: Double?

  /// Whether it looks at what each account spends in a month, instead of at recent calls.
  package var watchesAccounts: Bool { metric.measure == .accountMonth }

  /// What it tells: `cache hit rate below 60 % over the last hour`.
  package var inWords: String {
    let side = comparison == .above ? "above" : "below"
    let condition = "\(metric.inWords) \(side) \(metric.text(threshold))"
    return watchesAccounts ? condition : condition + " over the last \(span)"
  }

  private var span: String {
    if window == .hour { return "hour" }
    if window == .minute { return "minute" }
    return HumanFormat.duration(window)
  }
}
