import CostModel
import Support

extension RollingAlert {
  /// What it tells: `cache hit rate below 60 % over the last hour`.
  package var inWords: String {
    let side = comparison == .above ? "above" : "below"
    if metric == .accountMonthCost { return "\(metric.inWords) \(side) \(metric.text(threshold))" }
    return "\(metric.inWords) \(side) \(metric.text(threshold)) over the last \(span)"
  }

  private var span: String {
    if window == .hour { return "hour" }
    if window == .minute { return "minute" }
    return HumanFormat.duration(window)
  }
}

extension RollingAlert.Metric {
  package var inWords: String {
    switch self {
    case .latency(let percentile):
      "p\(DecimalText.trimmed(DecimalText.real(percentile, places: 6) ?? "–")) latency"
    case .errorRate: "error rate"
    case .quality(let metric): metric.inWords
    case .timeoutShare: "share of attempts that time out"
    case .cacheHitRate: "cache hit rate"
    case .accountMonthCost: "an account's month"
    }
  }

  /// Whether its values are milliseconds.
  package var isDuration: Bool {
    switch self {
    case .latency, .quality(.responseTime): true
    default: false
    }
  }

  /// A value of the metric: latencies are milliseconds, rates are fractions, spending is dollars.
  package func text(_ value: Double) -> String {
    if self == .accountMonthCost { return HumanFormat.usd(value) }
    if isDuration {
      let microseconds = Int64(exactly: (value * 1_000).rounded())
      return microseconds.map { HumanFormat.duration(SimDuration(microseconds: $0)) } ?? "–"
    }
    return HumanFormat.percent(value).replacing(".0 %", with: " %")
  }
}

extension QualityMetric {
  package var inWords: String {
    switch self {
    case .satisfaction: "satisfaction"
    case .conversion: "conversion"
    case .sent: "share of answers sent"
    case .engagement: "engagement"
    case .responseTime: "mean response time"
    case .hallucination: "share of hallucinations"
    case .inappropriate: "share of inappropriate answers"
    case .technicalError: "share of technical errors"
    }
  }
}
