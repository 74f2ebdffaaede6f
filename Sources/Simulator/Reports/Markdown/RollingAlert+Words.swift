import CostModel

extension RollingAlert {
  /// What it tells: `cache hit rate below 60 % over the last hour`.
  var inWords: String {
    let side = comparison == .above ? "above" : "below"
    if metric == .accountMonthCost { return "\(metric.inWords) \(side) \(metric.text(threshold))" }
    return "\(metric.inWords) \(side) \(metric.text(threshold)) over the last \(span)"
  }

  private var span: String {
    if window == .hour { return "hour" }
    if window == .minute { return "minute" }
    return PlainEnglish.duration(window)
  }
}

extension RollingAlert.Metric {
  var inWords: String {
    switch self {
    case .latency(let percentile):
      "p\(DecimalText.trimmed(DecimalText.real(percentile, places: 6) ?? "–")) latency"
    case .errorRate: "error rate"
    case .timeoutShare: "share of attempts that time out"
    case .cacheHitRate: "cache hit rate"
    case .satisfaction: "satisfaction"
    case .conversion: "conversion"
    case .accountMonthCost: "an account's month"
    }
  }

  /// A value of the metric: latencies are milliseconds, rates are fractions, spending is dollars.
  func text(_ value: Double) -> String {
    if self == .accountMonthCost { return PlainEnglish.usd(value) }
    if case .latency = self {
      let microseconds = Int64(exactly: (value * 1_000).rounded())
      return microseconds.map { PlainEnglish.duration(SimDuration(microseconds: $0)) } ?? "–"
    }
    return PlainEnglish.percent(value).replacing(".0 %", with: " %")
  }
}
