/// A bound that `check` holds a plan to: `latency_ms{plan:users-50}: p(95)<5000` (docs/ci.md).
struct Threshold: Sendable {
  enum Metric: String, CaseIterable, Sendable {
    case cost = "cost_usd"
    case latency = "latency_ms"
    case errorRate = "error_rate"
    case cacheHitRate = "cache_hit_rate"

    /// What it can be told apart by.
    var tags: [Tag] {
      switch self {
      case .cost: [.plan, .model, .useCase, .tier]
      case .latency, .errorRate: [.plan, .model]
      case .cacheHitRate: [.plan]
      }
    }
  }
  enum Tag: String, CaseIterable, Sendable {
    case plan, model, tier
    case useCase = "use_case"
  }
  enum Aggregation: Hashable, Sendable {
    case sum, rate
    /// 0 < p ≤ 100; `med` is 50 and `max` 100.
    case percentile(Double)
  }
  enum Comparison: String, CaseIterable, Sendable {
    case below = "<"
    case atMost = "<="
    case above = ">"
    case atLeast = ">="
    case equal = "=="
    case identical = "==="
    case notEqual = "!="
  }

  var metric: Metric
  /// Only what bears all of these.
  var selector: [Tag: String] = [:]
  var aggregation: Aggregation
  var comparison: Comparison
  /// Dollars, milliseconds or a fraction.
  var limit: Double
  /// As the file says it, `cost_usd{plan:users-1000}: sum<=1000`.
  var text: String
  /// Where the file says it.
  var place: Place
}
