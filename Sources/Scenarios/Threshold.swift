import Support

/// A bound that `check` holds a plan to: `latency_ms{plan:users-50}: p(95)<5000` (docs/ci.md).
package struct Threshold: Sendable {
  package enum Tag: String, CaseIterable, Sendable {
    case plan, model, tier
    case useCase = "use_case"
  }
  package enum Aggregation: Hashable, Sendable {
    case sum, rate
    /// The mean.
    case average
    /// 0 < p ≤ 100; `med` is 50 and `max` 100.
    case percentile(Double)

    /// What the file says.
    package var name: String {
      switch self {
      case .sum: "sum"
      case .rate: "rate"
      case .average: "avg"
      case .percentile(let percent): "p(\(percent))"
      }
    }
  }
  package enum Comparison: String, CaseIterable, Sendable {
    case below = "<"
    case atMost = "<="
    case above = ">"
    case atLeast = ">="
    case equal = "=="
    case identical = "==="
    case notEqual = "!="
  }

  package var metric: Metric
  /// Only what bears all of these.
  package var selector: [Tag: String] = [:]
  package var aggregation: Aggregation
  package var comparison: Comparison
  /// Dollars, milliseconds or a fraction.
  package var limit: Double
  /// As the file says it, `cost_usd{plan:users-1000}: sum<=1000`.
  package var text: String
  /// Where the file says it.
  package var place: Place
}
