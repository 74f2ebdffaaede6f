import CostModel

/// Reads rolling alerts: `when: latency_p95 > 5000ms`.
struct AlertReader {
  private static let metrics =
    ["latency_p95", "error_rate", "timeout_share", "cache_hit_rate", "account_month_cost"]
    + QualityMetric.allCases.map(\.name)

  let log: InputLog

  func read(_ entry: YAMLNode.Entry) -> RollingAlert? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.alert, log: log),
      let when = fields["when"], let condition = condition(when)
    else { return nil }
    var alert = RollingAlert(
      name: entry.key, type: fields.choice("type", of: AlertType.self) ?? condition.type,
      severity: fields.choice("severity", of: Severity.self) ?? .high, metric: condition.metric,
      comparison: condition.comparison, threshold: condition.threshold,
      window: fields["window"].flatMap(window) ?? .hour,
      minSamples: Int(fields.count("min_samples", in: 1...1_000_000_000) ?? 20),
      message: "",
      statedThreshold: fields["stated"].flatMap { threshold($0, for: condition.metric) })
    if alert.metric == .accountMonthCost {
      alert.limit = condition.limit
      checkSpending(alert, fields, when.place)
    }
    alert.message = fields.text("message") ?? alert.inWords
    return alert
  }

  /// An alert on what an account spends looks at a month, call by call.
  private func checkSpending(_ alert: RollingAlert, _ fields: Fields, _ when: Place) {
    for key in ["window", "min_samples"] {
      if let place = fields[key]?.place {
        log.add(place, "'\(key)' means nothing to account_month_cost, which looks at whole months")
      }
    }
    if alert.comparison == .below {
      log.add(when, "account_month_cost only grows, expected '>'")
    }
  }

  /// Judged at minute boundaries, so whole minutes.
  private func window(_ node: YAMLNode) -> SimDuration? {
    guard let window = log.positiveDuration(node) else { return nil }
    if window.microseconds % SimDuration.minute.microseconds != 0 || window > .day + .day {
      log.add(node.place, "expected whole minutes, at most 48h")
      return nil
    }
    return window
  }

  private struct Condition {
    var metric: RollingAlert.Metric
    var type: AlertType
    var comparison: RollingAlert.Comparison
    var threshold: Double
    /// Of spending, exactly.
    var limit = MoneySum.zero
  }

  private func condition(_ node: YAMLNode) -> Condition? {
    guard let text = log.scalar(node, "a condition like 'error_rate > 5%'") else { return nil }
    guard let sign = text.firstIndex(where: { $0 == ">" || $0 == "<" }) else {
      log.add(node.place, "expected a condition like 'error_rate > 5%', not '\(text)'")
      return nil
    }
    let name = Quantity.trimmed(text[..<sign])
    let limit = Quantity.trimmed(text[text.index(after: sign)...])
    guard let (metric, type) = metric(name, node.place) else { return nil }
    let value = YAMLNode(content: .scalar(limit, plain: false), place: node.place)
    let comparison = text[sign] == ">" ? RollingAlert.Comparison.above : .below
    if metric == .accountMonthCost {
      return log.money(value).map {
        Condition(
          metric: metric, type: type, comparison: comparison, threshold: $0.dollars, limit: $0)
      }
    }
    return threshold(value, for: metric).map {
      Condition(metric: metric, type: type, comparison: comparison, threshold: $0)
    }
  }

  private func metric(_ name: String, _ place: Place) -> (RollingAlert.Metric, AlertType)? {
    switch name {
    case "error_rate": return (.errorRate, .error)
    case "timeout_share": return (.timeoutShare, .error)
    case "cache_hit_rate": return (.cacheHitRate, .performance)
    case "account_month_cost": return (.accountMonthCost, .cost)
    default: break
    }
    if let metric = QualityMetric.allCases.first(where: { $0.name == name }) {
      return (.quality(metric), .quality)
    }
    if name.hasPrefix("latency_p"), let percentile = ExactDecimal(name.dropFirst(9))?.double,
      percentile > 0, percentile <= 100
    {
      return (.latency(percentile: percentile), .performance)
    }
    log.unknown("metric", name, at: place, among: Self.metrics)
    return nil
  }

  private func threshold(_ node: YAMLNode, for metric: RollingAlert.Metric) -> Double? {
    if metric.isDuration {
      return log.duration(node).map { Double($0.microseconds) / 1_000 }
    }
    if metric == .accountMonthCost { return log.money(node)?.dollars }
    return log.share(node)
  }
}
