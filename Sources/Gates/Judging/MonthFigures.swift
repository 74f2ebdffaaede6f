import CostModel
import Scenarios
import Simulator
import Synchronization

/// The figures of a plan's month that thresholds are held against.
package struct MonthFigures: Sendable {
  package let simulation: Simulation
  package let plan: PlanSpec
  package let thresholds: [Threshold]

  /// By threshold; nil: the month has nothing to count. Latencies are known to their histogram's
  /// bucket; where the limit lies within that, the month is simulated once more, call by call.
  package func figures(_ result: PlanResult) throws -> [Spread?] {
    var figures: [Spread?] = []
    var unclear: [(place: Int, rank: Int64)] = []
    var wanted: [LatencyCensus.Bucket] = []
    for threshold in thresholds {
      guard case .percentile(let percent) = threshold.aggregation else {
        figures.append(Self.value(threshold, result).map(Spread.exactly))
        continue
      }
      guard let found = Self.latency(threshold, result).bucket(ofPercentile: percent) else {
        figures.append(nil)
        continue
      }
      let spread = Spread(
        low: Double(found.values.lowerBound) / 1_000, high: Double(found.values.upperBound) / 1_000)
      if !spread.isDecided(threshold.comparison, threshold.limit) {
        unclear.append((figures.count, found.rank))
        wanted.append(
          LatencyCensus.Bucket(model: threshold.selector[.model], values: found.values))
      }
      figures.append(spread)
    }
    guard !unclear.isEmpty else { return figures }
    let census = LatencyCensus(wanted)
    _ = try simulation.result(of: plan, run: result.run, log: CallLog(sink: census.add))
    for (number, question) in unclear.enumerated() {
      if let exact = census.value(number, rank: question.rank) {
        figures[question.place] = .exactly(Double(exact) / 1_000)
      }
    }
    return figures
  }

  /// A cost or a rate; nil: nothing to count.
  private static func value(_ threshold: Threshold, _ result: PlanResult) -> Double? {
    switch threshold.metric.measure {
    case .spending: cost(threshold, result)
    case .latency, .accountMonth: nil
    case .ratio(let part, let whole): counts(threshold, result).ratio(part, of: whole)
    case .quality(let metric): quality(metric, threshold, result)
    }
  }

  /// Of one model its attempts, where the plan's are calls.
  private static func counts(_ threshold: Threshold, _ result: PlanResult) -> CallCounts {
    let model = threshold.selector[.model]
    let rows = result.performance.filter { row in
      model.map { isOf(row.model, model: $0) } ?? true
    }
    func sum(_ value: (TargetPerformance) -> Int64) -> Int64 { rows.reduce(0) { $0 + value($1) } }
    var counts = CallCounts()
    for count in CallCount.allCases {
      counts[count] =
        switch count {
        case .calls: model == nil ? result.calls : sum(\.attempts)
        case .failed: model == nil ? result.failedCalls : sum(\.failures)
        case .hits: result.cacheHits
        case .lookups: result.cacheHits + result.cacheMisses
        case .attempts: sum(\.attempts)
        case .timeouts: sum(\.timeouts)
        }
    }
    return counts
  }

  private static func quality(
    _ metric: QualityMetric, _ threshold: Threshold, _ result: PlanResult
  ) -> Double? {
    let cells = result.quality.filter { cell in
      threshold.selector.allSatisfy { tag, value in
        switch tag {
        case .plan, .tier: true
        case .model: isOf(cell.model, model: value)
        case .useCase: cell.useCase == value
        }
      }
    }
    return cells.reduce(into: QualityCounts()) { $0 += $1.counts }.mean(metric)
  }

  private static func cost(_ threshold: Threshold, _ result: PlanResult) -> Double? {
    let cells = result.costs.filter { cell in
      threshold.selector.allSatisfy { tag, value in
        switch tag {
        case .plan: true
        case .model: isOf(cell.model, model: value)
        case .useCase: cell.useCase == value
        case .tier: cell.tier == value
        }
      }
    }
    return cells.isEmpty ? nil : cells.reduce(MoneySum.zero) { $0 + $1.cost }.dollars
  }

  private static func latency(_ threshold: Threshold, _ result: PlanResult) -> LatencyHistogram {
    guard let model = threshold.selector[.model] else { return result.latency }
    return result.performance.filter { isOf($0.model, model: model) }
      .reduce(into: LatencyHistogram()) { $0.merge($1.latency) }
  }

  /// A model of several regions has a row for each.
  package static func isOf(_ row: String, model: String) -> Bool {
    row == model || row.hasPrefix(model + "@")
  }
}

/// Counts the exact latencies that lie in one bucket of a histogram.
package final class LatencyCensus: Sendable {
  package struct Bucket: Sendable {
    /// The model whose calls are counted; nil: all calls.
    package var model: String?
    /// Microseconds.
    package var values: ClosedRange<Int64>
  }

  private let buckets: [Bucket]
  /// By bucket: how often which value was met.
  private let counts: Mutex<[[Int64: Int64]]>

  package init(_ buckets: [Bucket]) {
    self.buckets = buckets
    counts = Mutex(buckets.map { _ in [:] })
  }

  @Sendable package func add(_ records: [CallRecord], _ names: PlanNames) {
    counts.withLock { counts in
      for record in records where !record.isFailed {
        for (place, bucket) in buckets.enumerated() {
          var latency = record.latency
          if let model = bucket.model {
            guard let target = record.answeredBy,
              MonthFigures.isOf(names.compiled.targets[target].name, model: model)
            else { continue }
            latency = record.answerLatency
          }
          if bucket.values.contains(latency) { counts[place][latency, default: 0] += 1 }
        }
      }
    }
  }

  /// The value of that rank, from 1, among those of a bucket; nil: there are fewer.
  package func value(_ bucket: Int, rank: Int64) -> Int64? {
    var seen: Int64 = 0
    let found = counts.withLock { $0[bucket] }
    for (value, count) in found.sorted(by: { $0.key < $1.key }) {
      seen += count
      if seen >= rank { return value }
    }
    return nil
  }
}
