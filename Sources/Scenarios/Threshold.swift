import Support

/// A bound that `check` holds a plan to: `latency_ms{plan:users-50}: p(95)<5000` (docs/ci.md).
package struct Threshold: Sendable {
  package enum Metric: String, CaseIterable, Sendable {
    case cost = "cost_usd"
    case latency = "latency_ms"
    case errorRate = "error_rate"
    case cacheHitRate = "cache_hit_rate"
    case timeoutRate = "timeout_rate"
    case satisfaction, conversion, sent, engagement, hallucination, inappropriate
    case technicalError = "technical_error"
    case responseTime = "response_time_ms"

    /// What it measures of answers; nil: something else.
    package var quality: QualityMetric? {
      switch self {
      case .cost, .latency, .errorRate, .cacheHitRate, .timeoutRate: nil
      case .satisfaction: .satisfaction
      case .conversion: .conversion
      case .sent: .sent
      case .engagement: .engagement
      case .hallucination: .hallucination
      case .inappropriate: .inappropriate
      case .technicalError: .technicalError
      case .responseTime: .responseTime
      }
    }

    /// Whether its limits are durations.
    package var isDuration: Bool { self == .latency || self == .responseTime }

    /// What it can be told apart by.
    package var tags: [Tag] {
      switch self {
      case .cost: [.plan, .model, .useCase, .tier]
      case .latency, .errorRate, .timeoutRate: [.plan, .model]
      case .cacheHitRate: [.plan]
      default: [.plan, .model, .useCase]
      }
    }
  }
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
