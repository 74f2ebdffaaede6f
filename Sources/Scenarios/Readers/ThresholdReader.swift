import CostModel
import Support

/// Reads thresholds in k6's grammar, with `sum`: `cost_usd{plan:users-50}: ["sum<=1000"]`.
package struct ThresholdReader {
  package let log: InputLog
  package let models: ModelNames

  /// All assertions on one metric.
  package func read(_ entry: YAMLNode.Entry) -> [Threshold] {
    guard let (metric, selector) = metric(entry.key, entry.keyPlace) else { return [] }
    return (log.list(entry.value) ?? []).compactMap { node in
      guard let text = log.text(node) else { return nil }
      guard
        let parts = text.firstMatch(of: /^\s*([^<>=!]*?)\s*(<=|>=|<|>|===|==|!=)\s*(.*?)\s*$/)
      else {
        log.add(node.place, "expected an assertion like \(metric.example), not \(node.kind)")
        return nil
      }
      guard let aggregation = aggregation(String(parts.1), of: metric, at: node.place),
        let comparison = Threshold.Comparison(rawValue: String(parts.2))
      else { return nil }
      guard let limit = limit(String(parts.3), of: metric, at: node.place) else { return nil }
      return Threshold(
        metric: metric, selector: selector, aggregation: aggregation, comparison: comparison,
        limit: limit, text: "\(entry.key): \(text)", place: node.place)
    }
  }

  /// In the unit of the metric, or as a bare number of dollars, milliseconds or a fraction.
  private func limit(_ text: String, of metric: Metric, at place: Place) -> Double? {
    do throws(Quantity.Problem) {
      switch metric.unit {
      case .usd: return MoneySum(picodollars: try Quantity.money(text)).dollars
      case .share: return try Quantity.share(text).double
      case .ms:
        if let milliseconds = ExactDecimal(text) {
          if milliseconds.digits < 0 {
            throw Quantity.Problem("a duration cannot be negative: '\(text)'")
          }
          return milliseconds.double
        }
        return Double(try Quantity.duration(text).microseconds) / 1_000
      }
    } catch {
      log.add(place, "\(metric.key): \(error.message)", hint: error.hint)
      return nil
    }
  }

  // MARK: The metric and its tags

  private func metric(
    _ key: String, _ place: Place
  ) -> (Metric, [Threshold.Tag: String])? {
    let name = Quantity.trimmed(key.prefix { $0 != "{" })
    guard let metric = Metric.all.first(where: { $0.threshold == name }) else {
      log.unknown("metric", name, at: place, among: Metric.all.compactMap(\.threshold))
      return nil
    }
    guard let brace = key.firstIndex(of: "{") else { return (metric, [:]) }
    let inner = key[key.index(after: brace)...]
    guard inner.last == "}" else {
      log.add(place, "expected tags like \(name){plan:users-50}, not '\(key)'")
      return nil
    }
    var selector: [Threshold.Tag: String] = [:]
    for part in inner.dropLast().split(separator: ",", omittingEmptySubsequences: false) {
      guard let (tag, value) = tag(part, of: metric, at: place) else { return nil }
      selector[tag] = value
    }
    return (metric, selector)
  }

  private func tag(
    _ part: Substring, of metric: Metric, at place: Place
  ) -> (Threshold.Tag, String)? {
    let pair = part.split(separator: ":", maxSplits: 1).map { Quantity.trimmed($0) }
    guard pair.count == 2 else {
      log.add(place, "expected tags like {plan:users-50}, not '{\(part)}'")
      return nil
    }
    guard let tag = Threshold.Tag(rawValue: pair[0]), metric.tags.contains(tag) else {
      log.unknown(
        "tag of \(metric.key)", pair[0], at: place, among: metric.tags.map(\.rawValue))
      return nil
    }
    guard tag == .model else { return (tag, pair[1]) }
    return models.id(pair[1], at: place).map { (tag, models.catalog[$0].name) }
  }

  // MARK: The aggregation

  private func aggregation(
    _ text: String, of metric: Metric, at place: Place
  ) -> Threshold.Aggregation? {
    if let aggregation = metric.aggregation {
      if text == aggregation.name { return aggregation }
    } else if let percent = percent(text) {
      return .percentile(percent)
    }
    let known = metric.aggregation?.name ?? "p(0 to 100), med or max"
    log.add(place, "\(metric.key) is judged by \(known), not by '\(text)'")
    return nil
  }

  private func percent(_ text: String) -> Double? {
    if text == "med" { return 50 }
    if text == "max" { return 100 }
    guard text.hasPrefix("p("), text.hasSuffix(")"),
      let percent = ExactDecimal(text.dropFirst(2).dropLast())?.double, percent > 0, percent <= 100
    else { return nil }
    return percent
  }
}
