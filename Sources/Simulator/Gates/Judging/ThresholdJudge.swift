import CostModel

/// Holds a plan to the thresholds of its scenario.
struct ThresholdJudge {
  let scenario: Scenario

  /// Of one plan; `result` is nil where it was not simulated.
  func checks(_ plan: PlanSpec, _ figures: PlanFigures, _ result: PlanResult?) -> [GateCheck] {
    scenario.thresholds.filter { Self.concerns($0, plan) }.map { threshold in
      let (breaks, value) = judge(threshold, figures, result)
      return GateCheck(
        scenario: scenario.name, plan: plan.name, name: threshold.text, passed: !breaks,
        message: "\(threshold.metric.rawValue) is \(value)")
    }
  }

  static func concerns(_ threshold: Threshold, _ plan: PlanSpec) -> Bool {
    threshold.selector[.plan].map { $0 == plan.name } ?? true
  }

  /// Whether only a simulation can tell.
  static func needsSimulation(_ threshold: Threshold) -> Bool {
    threshold.metric != .cost || threshold.selector.keys.contains { $0 != .plan }
  }

  private func judge(
    _ threshold: Threshold, _ figures: PlanFigures, _ result: PlanResult?
  ) -> (breaks: Bool, value: String) {
    let bound = { (range: Spread) in range.breaks(threshold.comparison, threshold.limit) }
    switch (threshold.metric, threshold.aggregation) {
    case (.cost, _):
      return cost(threshold, figures, result, bound)
    case (.latency, .percentile(let percent)):
      guard let histogram = result.flatMap({ latency(threshold, $0) }), histogram.total > 0 else {
        return (false, "unknown: no call was answered")
      }
      return percentile(percent, of: histogram, bound)
    default:
      guard let (part, whole) = result.flatMap({ rate(threshold, $0) }), whole > 0 else {
        return (false, "unknown: there was nothing to count")
      }
      let share = Double(part) / Double(whole)
      let error = (share * (1 - share) / Double(whole)).squareRoot()
      return told(bound, .around(share, standardError: error), share, "\(GateWords.share(share))")
    }
  }

  /// The verdict, and the value with what chance has to do with it.
  private func told(
    _ bound: (Spread) -> Bool, _ range: Spread, _ value: Double, _ words: String
  ) -> (Bool, String) {
    let breaks = bound(range)
    let isLucky = !breaks && bound(.exactly(value))
    return (breaks, words + (isLucky ? ", beyond the limit, which chance alone could explain" : ""))
  }

  // MARK: Metrics

  private func cost(
    _ threshold: Threshold, _ figures: PlanFigures, _ result: PlanResult?, _ bound: (Spread) -> Bool
  ) -> (Bool, String) {
    guard Self.needsSimulation(threshold) else {
      let breaks = BillJudge.breaks(
        expected: figures.expected?.dollars, simulated: figures.simulated?.dollars,
        standardError: figures.standardError, isExact: figures.isExact, bound: bound)
      let isLucky = !breaks && bound(.exactly(figures.bill.dollars))
      let expected = figures.simulated == nil ? "" : expectedWords(figures)
      return (
        breaks,
        PlainEnglish.usd(figures.bill) + expected
          + (isLucky ? ", beyond the limit, which chance alone could explain" : "")
      )
    }
    let cells = result?.costs.filter { cell in
      threshold.selector.allSatisfy { tag, value in
        switch tag {
        case .plan: true
        case .model: Self.isOf(cell.model, model: value)
        case .useCase: cell.useCase == value
        case .tier: cell.tier == value
        }
      }
    }
    let sum = (cells ?? []).reduce(MoneySum.zero) { $0 + $1.cost }
    // A part's variance is at most that of the whole, which is known.
    let range = Spread.around(sum.dollars, standardError: figures.standardError)
    return told(bound, range, sum.dollars, PlainEnglish.usd(sum))
  }

  private func expectedWords(_ figures: PlanFigures) -> String {
    figures.expected.map { " (expected \(PlainEnglish.usd($0)))" } ?? ""
  }

  /// A model of several regions has a row for each.
  private static func isOf(_ row: String, model: String) -> Bool {
    row == model || row.hasPrefix(model + "@")
  }

  private func latency(_ threshold: Threshold, _ result: PlanResult) -> LatencyHistogram? {
    guard let model = threshold.selector[.model] else { return result.latency }
    return result.performance.filter { Self.isOf($0.model, model: model) }
      .reduce(into: LatencyHistogram()) { $0.merge($1.latency) }
  }

  /// A percentile's rank is known to within the spread of a binomial count.
  private func percentile(
    _ percent: Double, of histogram: LatencyHistogram, _ bound: (Spread) -> Bool
  ) -> (Bool, String) {
    let share = percent / 100
    let error = (share * (1 - share) / Double(histogram.total)).squareRoot()
    let ranks = Spread.around(share, standardError: error)
    let ms = { (rank: Double) in
      let percent = min(100, max(1e-9, 100 * rank))
      return Double(histogram.percentile(percent) ?? 0) / 1_000
    }
    let value = ms(share)
    return told(
      bound, Spread(low: ms(ranks.low), high: ms(ranks.high)), value,
      GateWords.number(value) + " ms")
  }

  private func rate(
    _ threshold: Threshold, _ result: PlanResult
  ) -> (part: Int64, whole: Int64)? {
    if threshold.metric == .cacheHitRate {
      return (result.cacheHits, result.cacheHits + result.cacheMisses)
    }
    guard let model = threshold.selector[.model] else { return (result.failedCalls, result.calls) }
    let rows = result.performance.filter { Self.isOf($0.model, model: model) }
    return rows.reduce((0, 0)) { ($0.0 + $1.failures, $0.1 + $1.attempts) }
  }
}
