import CostModel
import Foundation

/// Hit ratios of the response cache.
struct ExpectedHits {
  let scenario: Scenario
  let traffic: ExpectedTraffic

  /// Sets the hit rate of every call.
  func apply(to calls: inout [ExpectedCall]) {
    var known: [Key: Double] = [:]
    let rates = calls.map { call in
      let key = Key(call)
      let rate = known[key] ?? hitRate(of: call, among: calls)
      known[key] = rate
      return rate
    }
    for (i, rate) in rates.enumerated() { calls[i].hitRate = rate }
  }

  /// What a call's hit rate depends on.
  private struct Key: Hashable {
    let workload: Int
    let accountPlan: Int
    let routed: ModelID
    let lookup: CacheSettings.Class?
    let prompts: PromptRepetition
    let assignment: ExpectedAssignment

    init(_ call: ExpectedCall) {
      workload = call.workload
      accountPlan = call.accountPlan
      routed = call.routed
      lookup = call.lookup
      prompts = call.variant.prompts
      assignment = call.assignment
    }
  }

  private func hitRate(of call: ExpectedCall, among calls: [ExpectedCall]) -> Double {
    guard let lookup = call.lookup else { return 0 }
    switch (scenario.cache.mode, call.variant.prompts) {
    case (.off, _), (_, .none): return 0
    case (.rate, _): return flushedRate(lookup, workload: call.workload)
    case (.keyed, .unique): return 0
    case (.keyed, .pool(let size, let exponent, let perUser)):
      // A key names the routed model; the prompts of a pool are the workload's.
      let sharing = calls.filter {
        $0.workload == call.workload && $0.routed == call.routed && $0.lookup != nil
          && $0.variant.prompts == call.variant.prompts && $0.assignment.arm == call.assignment.arm
      }
      let isShared = scenario.cache.scope == .global && !perUser
      return keyedRate(
        call, sharing: sharing, isShared: isShared,
        ranks: PromptRanks.cells(size: size, exponent: exponent), ttl: lookup.ttl.seconds)
    }
  }

  /// The mean of `rate` mode's hit rate over a workload's arrivals: each flush costs the triangle
  /// between it and the straight line by which the rate comes back.
  private func flushedRate(_ lookup: CacheSettings.Class, workload: Int) -> Double {
    let rate = lookup.hitRate ?? 0
    let flushes = scenario.cache.flushes
    guard !flushes.isEmpty else { return rate }
    let timeline = Timeline(
      period: scenario.period, profile: scenario.workloads[workload].profile)
    let whole = (1 - rate) * Double(lookup.ttl.microseconds)
    var lost = 0.0
    for (index, flush) in flushes.enumerated() {
      let start = Double(flush.microseconds)
      let next = index + 1 < flushes.count ? Double(flushes[index + 1].microseconds) : .infinity
      for segment in timeline.segments.array {
        let from = max(Double(segment.start), start)
        let to = min(Double(segment.end), start + whole, next)
        guard from < to else { continue }
        let middle = (0.5 * (from + to) - start) / whole
        lost += segment.slope * (to - from) * (1 - middle)
      }
    }
    return rate * (1 - lost / timeline.length)
  }

  /// Σ over users, times and prompts of their share of the look-ups × the key's hit ratio.
  private func keyedRate(
    _ call: ExpectedCall, sharing: [ExpectedCall], isShared: Bool,
    ranks: [PromptRanks.Cell], ttl: Double
  ) -> Double {
    let behaviour = scenario.behaviours[call.routed.index]
    let latency = min(behaviour.latency.mean / 1e6, ttl)
    let span = (scenario.period.end - scenario.period.start).seconds
    // A flush is another start with an empty cache.
    let period = scenario.period.start..<scenario.period.end
    let starts = 1 + Double(scenario.cache.flushes.count { period.contains($0) })
    let flows = flowRates(call, sharing: sharing, isShared: isShared)
    let total = flows.reduce(0) { $0 + $1.share }
    var sum = 0.0
    for flow in flows where flow.share > 0 {
      for time in traffic.timeClasses where time.pace[call.workload] > 0 {
        let share =
          flow.share / total * time.pace[call.workload] * time.seconds
          / traffic.volumeMonths[call.workload]
        let rate = flow.callsAMonth * time.pace[call.workload]
        for rank in ranks {
          let ratio = CacheHitRatio.withLatency(
            rate: rate * rank.probability, ttl: ttl, latency: latency)
          let cold = min(
            1, starts * CacheHitRatio.coldStartLoss(hitRatio: ratio, ttl: ttl, span: span))
          sum += share * rank.probability * rank.count * ratio * (1 - cold)
        }
      }
    }
    return sum
  }

  /// Calls a month on a pool of this call's, and the share of the look-ups that see that rate.
  private func flowRates(
    _ call: ExpectedCall, sharing: [ExpectedCall], isShared: Bool
  ) -> [(callsAMonth: Double, share: Double)] {
    if isShared {
      let all = sharing.reduce(0.0) { sum, other in
        sum + traffic.flows[other.workload][other.accountPlan] * other.perFlow
      }
      return [(all, 1)]
    }
    let perFlow = sharing.filter { $0.accountPlan == call.accountPlan }
      .reduce(0.0) { $0 + call.perOwnFlow($1) }
    let volume = traffic.volumes[call.workload][call.accountPlan]
    return traffic.groups.filter { $0.accountPlan == call.accountPlan }.map {
      (volume * $0.weight * perFlow, $0.users * $0.weight)
    }
  }
}

/// The prompts of a pool, the k-th asked for in proportion to k^−s, those of nearly equal share
/// taken together.
enum PromptRanks {
  struct Cell: Hashable, Sendable {
    /// Of each of the cell's prompts.
    var probability: Double
    var count: Double
  }

  static func cells(size: Int, exponent: Double) -> [Cell] {
    var cells: [Cell] = []
    var rank = 1
    while rank <= size {
      let last = min(size, rank <= 200 ? rank : rank + rank / 50)
      let count = Double(last - rank + 1)
      let sum = (rank...last).reduce(0.0) { $0 + pow(Double($1), -exponent) }
      cells.append(Cell(probability: sum / count, count: count))
      rank = last + 1
    }
    let total = cells.reduce(0) { $0 + $1.probability * $1.count }
    return cells.map { Cell(probability: $0.probability / total, count: $0.count) }
  }
}
