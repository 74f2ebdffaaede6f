import CostModel
import Support

/// Reads rolling alerts: `when: latency_p95 > 5000ms`.
package struct AlertReader {
  package let log: InputLog

  package func read(_ entry: YAMLNode.Entry) -> RollingAlert? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.alert, log: log),
      let when = fields["when"], let condition = condition(when)
    else { return nil }
    var alert = RollingAlert(
      name: entry.key, type: fields.choice("type", of: AlertType.self) ?? condition.metric.type,
      severity: fields.choice("severity", of: Severity.self) ?? .high, metric: condition.metric,
      comparison: condition.comparison, threshold: condition.threshold, limit: condition.limit,
      window: fields["window"].flatMap(window) ?? .hour,
      minSamples: Int(fields.count("min_samples", in: 1...1_000_000_000) ?? 20),
      message: "",
      statedThreshold: fields["stated"].flatMap { threshold($0, for: condition.metric)?.value })
    if alert.watchesAccounts { checkSpending(alert, fields, when.place) }
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
    var metric: Metric
    var comparison: RollingAlert.Comparison
    var threshold: Double
    /// Of spending, exactly.
    var limit: MoneySum
  }

  private func condition(_ node: YAMLNode) -> Condition? {
    guard let text = log.scalar(node, "a condition like 'error_rate > 5%'") else { return nil }
    guard let sign = text.firstIndex(where: { $0 == ">" || $0 == "<" }) else {
      log.add(node.place, "expected a condition like 'error_rate > 5%', not '\(text)'")
      return nil
    }
    let name = Quantity.trimmed(text[..<sign])
    let limit = Quantity.trimmed(text[text.index(after: sign)...])
    guard let metric = Metric.alert(named: name) else {
      log.unknown("metric", name, at: node.place, among: Metric.all.compactMap(\.alert))
      return nil
    }
    let value = YAMLNode(content: .scalar(limit, plain: false), place: node.place)
    return threshold(value, for: metric).map {
      Condition(
        metric: metric, comparison: text[sign] == ">" ? .above : .below, threshold: $0.value,
        limit: $0.limit)
    }
  }

  private func threshold(
    _ node: YAMLNode, for metric: Metric
  ) -> (value: Double, limit: MoneySum)? {
    switch metric.unit {
    case .usd: log.money(node).map { ($0.dollars, $0) }
    case .ms: log.duration(node).map { (Double($0.microseconds) / 1_000, .zero) }
    case .share: log.share(node).map { ($0, .zero) }
    }
  }
}
