import CostModel
import Foundation
import Scenarios
import Simulator
import Support

/// Hit ratios of the response cache.
package struct ExpectedHits {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic

  /// Sets the hit rate of every call, and what its pool of prompts does.
  package func apply(to calls: inout [ExpectedCall]) {
    var known: [Key: (rate: Double, pool: PoolMisses?)] = [:]
    let plain = calls
    for i in calls.indices {
      let key = Key(plain[i])
      let found = known[key] ?? hits(of: plain[i], among: plain)
      known[key] = found
      (calls[i].hitRate, calls[i].pool) = found
    }
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

  private func hits(
    of call: ExpectedCall, among calls: [ExpectedCall]
  ) -> (rate: Double, pool: PoolMisses?) {
    guard let lookup = call.lookup else { return (0, nil) }
    switch (scenario.cache.mode, call.variant.prompts) {
    case (.off, _), (_, .none): return (0, nil)
    case (.rate, _): return (flushedRate(lookup, workload: call.workload), nil)
    case (.keyed, .unique): return (0, nil)
    case (.keyed, .pool(let size, let exponent, let perUser)):
      // A key names the routed model; the prompts of a pool are the workload's.
      let sharing = calls.indices.filter {
        calls[$0].workload == call.workload && calls[$0].routed == call.routed
          && calls[$0].lookup != nil && calls[$0].variant.prompts == call.variant.prompts
          && calls[$0].assignment.arm == call.assignment.arm
      }
      let isShared = scenario.cache.scope == .global && !perUser
      return keyed(
        call, sharing: sharing.map { calls[$0] }, number: sharing.first ?? 0, isShared: isShared,
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

  /// Σ over users and prompts of their share of the look-ups × the key's hit ratio.
  private func keyed(
    _ call: ExpectedCall, sharing: [ExpectedCall], number: Int, isShared: Bool,
    ranks: [PromptRanks.Cell], ttl: Double
  ) -> (rate: Double, pool: PoolMisses?) {
    let workload = scenario.workloads[call.workload]
    let behaviour = scenario.behaviours[call.routed.index]
    let latency = min(behaviour.latency(of: call.variant).mean / 1e6, ttl)
    let renewal = KeyRenewal(
      timeline: Timeline(period: scenario.period, profile: workload.profile),
      period: scenario.period, flushes: scenario.cache.flushes, ttl: ttl, latency: latency,
      stored: Self.stored(of: sharing))
    let flows = flowRates(call, sharing: sharing, isShared: isShared)
    let total = flows.reduce(0) { $0 + $1.share }
    guard total > 0 else { return (0, nil) }
    var keys = KeyTable(renewal, keys: flows.count * ranks.count)
    let misses = flows.map { keys.misses(volume: $0.callsAMonth, ranks) }
    let ratio = zip(flows, misses).reduce(0.0) { $0 + $1.0.share / total * $1.1.ratio }
    var pool = PoolMisses(number: number, misses: misses)
    if isShared, traffic.activityCV > 0, let volume = flows.first?.callsAMonth, volume > 0 {
      pool.bendByActivity(spread: traffic.activitySpread(call.workload)) { factor in
        factor * keys.misses(volume: factor * volume, ranks).ratio / max(ratio, 1e-300)
      }
    }
    return (1 - ratio, pool)
  }

  /// Share of the misses of a pool that are answered: only these are stored.
  private static func stored(of sharing: [ExpectedCall]) -> Double {
    let made = sharing.reduce(0) { $0 + $1.perFlow }
    guard made > 0 else { return 1 }
    return 1 - sharing.reduce(0) { $0 + $1.perFlow * $1.exhausted } / made
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

extension PoolMisses {
  /// Sets the line that stands for misses as activity changes, and how far they lie from it, by the
  /// three points of Gauss and Hermite on a lognormal activity.
  /// - Parameters:
  ///   - spread: coefficient of variation of all users' activity together.
  ///   - made: misses at a multiple of the mean activity, relative to those at the mean.
  fileprivate mutating func bendByActivity(spread: Double, made: (_ factor: Double) -> Double) {
    elasticity = (made(1.02) - made(0.98)) / 0.04
    guard spread > 0 else { return }
    let law = Lognormal(mean: 1, cv: spread)
    for (deviations, weight) in [
      (-3.0.squareRoot(), 1.0 / 6), (0, 2.0 / 3), (3.0.squareRoot(), 1.0 / 6),
    ] {
      let factor = exp(law.mu + deviations * law.sigma)
      let away = made(factor) - (1 + elasticity * (factor - 1))
      bias += weight * away
      if deviations != 0 { bend = max(bend, away.magnitude) }
    }
  }
}

/// What becomes of keys of a pool, by how often each is asked for: of many keys looked up between
/// rates of an eighth of a decade.
private struct KeyTable {
  private let renewal: KeyRenewal
  private let isDirect: Bool
  private var known: [Int: KeyRenewal.Misses] = [:]

  private static let perDecade = 8.0

  init(_ renewal: KeyRenewal, keys: Int) {
    self.renewal = renewal
    isDirect = keys <= 40
  }

  /// Of a whole pool with so many look-ups a month.
  mutating func misses(volume: Double, _ ranks: [PromptRanks.Cell]) -> KeyRenewal.Misses {
    var ratio = 0.0
    var variance = 0.0
    for rank in ranks {
      let key = key(volume: volume * rank.probability)
      ratio += rank.count * rank.probability * key.ratio
      variance += rank.count * rank.probability * key.ratio * key.dispersion
    }
    return KeyRenewal.Misses(ratio: ratio, dispersion: ratio > 0 ? variance / ratio : 1)
  }

  private mutating func key(volume: Double) -> KeyRenewal.Misses {
    // Hardly ever asked for twice.
    guard volume > 1e-4 else { return KeyRenewal.Misses(ratio: 1, dispersion: 1) }
    guard !isDirect else { return renewal.misses(volume: volume) }
    let place = log10(volume) * Self.perDecade
    let cell = Int(place.rounded(.down))
    let x = place - Double(cell)
    // Through four neighbours (Catmull and Rom, 1974).
    let weights = [
      0.5 * x * (x * (2 - x) - 1), 0.5 * (x * x * (3 * x - 5) + 2),
      0.5 * x * (x * (4 - 3 * x) + 1), 0.5 * x * x * (x - 1),
    ]
    var result = KeyRenewal.Misses(ratio: 0, dispersion: 0)
    for (offset, weight) in weights.enumerated() {
      let node = node(cell + offset - 1)
      result.ratio += weight * node.ratio
      result.dispersion += weight * node.dispersion
    }
    return KeyRenewal.Misses(
      ratio: min(1, max(0, result.ratio)), dispersion: max(0, result.dispersion))
  }

  private mutating func node(_ place: Int) -> KeyRenewal.Misses {
    if let node = known[place] { return node }
    let node = renewal.misses(volume: pow(10, Double(place) / Self.perDecade))
    known[place] = node
    return node
  }
}

/// The prompts of a pool, the k-th asked for in proportion to k^−s, those of nearly equal share
/// taken together.
package enum PromptRanks {
  package struct Cell: Hashable, Sendable {
    /// Of each of the cell's prompts.
    package var probability: Double
    package var count: Double
  }

  package static func cells(size: Int, exponent: Double) -> [Cell] {
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
