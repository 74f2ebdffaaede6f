import CostModel
import Support

/// What an alert or a threshold compares with a limit: a row of `all`, the one place that says its names,
/// its words and what it is made of. `RollingWatch` measures it over a window, `MonthFigures` over a month.
package struct Metric: Sendable {
  /// What it is measured from.
  package enum Measure: Hashable, Sendable {
    /// The cost of all calls.
    case spending
    /// What each account spends in a month, judged at every outcome.
    case accountMonth
    /// Of ok calls, hits included; 0 < p ≤ 100 is the alert's. A threshold has its own (`Aggregation`).
    case latency(percentile: Double)
    case ratio(CallCount, of: CallCount)
    /// What is told of answers: a share or a mean.
    case quality(QualityMetric)
  }

  /// What values and limits are told in.
  package enum Unit: String, Sendable {
    case usd = "USD"
    case ms, share
  }

  /// In an alert's `when`, for example; nil: no alert looks at it.
  package var alert: String?
  /// The key of thresholds; nil: none looks at it.
  package var threshold: String?
  package var words: String
  package var measure: Measure
  package var unit = Unit.share
  /// What its alerts are filed under unless they say otherwise.
  package var type: AlertType
  /// What thresholds can tell apart.
  package var tags: [Threshold.Tag] = [.plan, .model]
  /// Of an assertion.
  package var example = "rate<5%"
  /// Why a plan may have no value.
  package var gap = "there was no such call"

  package static let all: [Metric] =
    [
      Metric(
        threshold: "cost_usd", words: "cost", measure: .spending, unit: .usd, type: .cost,
        tags: [.plan, .model, .useCase, .tier], example: "sum<=$1,000"),
      Metric(
        alert: "latency_p95", threshold: "latency_ms", words: "latency",
        measure: .latency(percentile: 95), unit: .ms, type: .performance, example: "p(95)<5s",
        gap: "no such call was answered"),
      Metric(
        alert: "error_rate", threshold: "error_rate", words: "error rate",
        measure: .ratio(.failed, of: .calls), type: .error),
      Metric(
        alert: "timeout_share", threshold: "timeout_rate", words: "share of attempts that time out",
        measure: .ratio(.timeouts, of: .attempts), type: .error, gap: "there was no such attempt"),
      Metric(
        alert: "cache_hit_rate", threshold: "cache_hit_rate", words: "cache hit rate",
        measure: .ratio(.hits, of: .lookups), type: .performance, tags: [.plan],
        example: "rate>=60%", gap: "nothing was looked up in the cache"),
      Metric(
        alert: "account_month_cost", words: "an account's month", measure: .accountMonth,
        unit: .usd, type: .cost),
    ] + QualityMetric.allCases.map(Metric.init)
}

extension Metric {
  private init(_ quality: QualityMetric) {
    self.init(
      alert: quality.name, threshold: quality.name + (quality.isDuration ? "_ms" : ""),
      words: quality.inWords, measure: .quality(quality), unit: quality.isDuration ? .ms : .share,
      type: .quality, tags: [.plan, .model, .useCase],
      example: quality.isDuration ? "avg<2h" : quality.isFlaw ? "rate<1%" : "rate>=15%",
      gap: "nothing is told of such an answer")
  }

  /// The metric that an alert calls so; latencies are of any percentile.
  package static func alert(named name: String) -> Metric? {
    if let metric = all.first(where: { $0.alert == name }) { return metric }
    let prefix = "latency_p"
    guard name.hasPrefix(prefix), var metric = alert(named: prefix + "95"),
      let percentile = ExactDecimal(name.dropFirst(prefix.count))?.double,
      percentile > 0, percentile <= 100
    else { return nil }
    metric.measure = .latency(percentile: percentile)
    return metric
  }

  /// What files call it, in messages.
  package var key: String { threshold ?? alert ?? words }

  package var inWords: String {
    guard case .latency(let percentile) = measure else { return words }
    return "p\(DecimalText.trimmed(DecimalText.real(percentile, places: 6) ?? "–")) \(words)"
  }

  /// A value in words: latencies are milliseconds, rates are fractions, spending is dollars.
  package func text(_ value: Double) -> String {
    switch unit {
    case .usd: return HumanFormat.usd(value)
    case .ms:
      let microseconds = Int64(exactly: (value * 1_000).rounded())
      return microseconds.map { HumanFormat.duration(SimDuration(microseconds: $0)) } ?? "–"
    case .share: return HumanFormat.percent(value).replacing(".0 %", with: " %")
    }
  }

  /// What it tells of answers; nil: something else.
  package var quality: QualityMetric? {
    if case .quality(let metric) = measure { metric } else { nil }
  }

  /// What thresholds judge it by; nil: by any percentile.
  package var aggregation: Threshold.Aggregation? {
    switch measure {
    case .spending, .accountMonth: .sum
    case .latency: nil
    case .ratio, .quality: unit == .share ? .rate : .average
    }
  }
}

/// What is counted of calls as they end, for ratios.
package enum CallCount: Int, CaseIterable, Sendable {
  case calls, failed
  /// Of the response cache.
  case hits, lookups
  case attempts, timeouts
}

/// So many of each, added at once.
package struct CallCounts: Sendable {
  private var values = SIMD8<Int64>.zero

  package init() {}

  @inline(__always)
  package subscript(count: CallCount) -> Int64 {
    get { values[count.rawValue] }
    set { values[count.rawValue] = newValue }
  }

  @inline(__always)
  package static func += (a: inout CallCounts, b: CallCounts) { a.values &+= b.values }
  @inline(__always)
  package static func -= (a: inout CallCounts, b: CallCounts) { a.values &-= b.values }

  /// nil: there is nothing to count.
  package func ratio(_ part: CallCount, of whole: CallCount) -> Double? {
    self[whole] > 0 ? Double(self[part]) / Double(self[whole]) : nil
  }
}
