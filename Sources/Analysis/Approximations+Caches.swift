import CostModel
import Foundation
import Scenarios

/// What closed forms only approximate of the response cache and of prompt caches, and by how much of the
/// bill they may be off (docs/validation.md, "TTL cache").
extension Approximations {
  /// One reason for one workload, over all of its calls.
  private struct Doubt {
    var part: String
    var reason: String
    /// Of the bill, at most.
    var share: Double
    var hides = true
  }

  /// Each part and reason once, its shares added up.
  private func told(_ doubts: [Doubt]) -> [Expectation.Approximation] {
    var sums: [Doubt] = []
    for doubt in doubts {
      if let place = sums.firstIndex(where: {
        $0.part == doubt.part && $0.reason == doubt.reason
      }) {
        sums[place].share += doubt.share
        sums[place].hides = sums[place].hides || doubt.hides
      } else {
        sums.append(doubt)
      }
    }
    return sums.map {
      Expectation.Approximation(
        part: $0.part, reason: $0.reason,
        movesBill: $0.share >= AttentionLimits.shipped.approximateBill, hidesChance: $0.hides)
    }
  }

  // MARK: The response cache

  package func cache() -> [Expectation.Approximation] {
    guard scenario.cache.mode == .keyed, cost.total > 0 else { return [] }
    let pools = Dictionary(grouping: calls.indices.filter { Pool(calls[$0]) != nil }) {
      Pool(calls[$0])
    }
    return told(
      calls.indices.flatMap { place -> [Doubt] in
        let call = calls[place]
        guard let lookup = call.lookup, let pool = Pool(call) else { return [] }
        let sharing = (pools[pool] ?? []).map { calls[$0] }
        let name = scenario.workloads[call.workload].name + " response cache"
        let doubts =
          timing(call, lookup) + failing(call) + together(call, lookup, sharing) + changing(call)
          + drawn(call, share: cost.callCosts[place] / cost.total)
        return doubts.map {
          Doubt(
            part: name, reason: $0.reason, share: $0.share * cost.callCosts[place] / cost.total,
            hides: $0.hides)
        }
      })
  }

  /// Calls whose prompts meet in the cache if they are the same.
  private struct Pool: Hashable {
    var workload: Int
    var routed: ModelID
    var perUser: Bool

    /// nil: the call has no pool of prompts.
    init?(_ call: ExpectedCall) {
      guard case .pool(_, _, let perUser) = call.variant.prompts else { return nil }
      (workload, routed, self.perUser) = (call.workload, call.routed, perUser)
    }
  }

  /// A reason, and the share of a call's cost by which it may move the bill.
  private typealias Reason = (reason: String, share: Double, hides: Bool)

  /// When calls come, and when their answers are written.
  private func timing(_ call: ExpectedCall, _ lookup: CacheSettings.Class) -> [Reason] {
    var reasons: [Reason] = []
    let ttl = lookup.ttl.seconds
    let misses = 1 - call.hitRate
    let month = (scenario.period.end - scenario.period.start).seconds / cost.traffic.months
    switch scenario.workloads[call.workload].arrivals {
    case .poisson: break
    case .gamma(let cv):
      // After a call, a renewal process has (cv² − 1)/2 more of them than at any time.
      let more = sameAgain(call) * (cv * cv - 1).magnitude / 2 * misses
      reasons.append(("keyed cache with arrivals that are not Poisson", more / (1 + more), true))
    case .exact:
      let fewer = sameAgain(call) * min(1, ttl / month) * misses
      reasons.append(("keyed cache with arrivals that are not Poisson", fewer, true))
    }
    let latency = scenario.behaviours[call.routed.index].latency(of: call.variant)
    let length = latency.mean / 1e6
    if length >= ttl / 10 {
      let isKnown = latency.isConstant && length < ttl
      reasons.append(
        (
          "keyed cache whose TTL is not much longer than a response takes",
          isKnown ? 0 : call.hitRate * min(1, length / ttl), true
        ))
    }
    if cost.traffic.months > 1 {
      // Half of the hits within a lifetime at most.
      let start = matters(0.5 * call.hitRate * min(1, ttl / month) / cost.traffic.months)
      if start {
        reasons.append(
          ("months are taken as alike, but the first begins with an empty cache", 0, true))
      }
    }
    return reasons
  }

  /// Chance that two calls of a pool have the same prompt.
  private func sameAgain(_ call: ExpectedCall) -> Double {
    guard case .pool(let size, let exponent, _) = call.variant.prompts else { return 0 }
    return PromptRanks.cells(size: size, exponent: exponent).reduce(0) {
      $0 + $1.count * $1.probability * $1.probability
    }
  }

  /// Failures are known of in the mean, but not those that come and go.
  private func failing(_ call: ExpectedCall) -> [Reason] {
    // The same prompts each time, not any of them.
    let refused = call.exhausted - call.chain.reduce(1.0) { $0 * $1.link.exhausted }
    var reasons: [Reason] =
      refused > 1e-9
      ? [("keyed cache of prompts some of which no context window holds", refused, true)] : []
    let failure = call.chain.map(\.failure).max() ?? 0
    guard failure > 0 else { return reasons }
    reasons.append(
      ("keyed cache with calls that fail and store nothing, or answer late", 0, matters(failure)))
    let builder = ExpectedCallBuilder(scenario: scenario, traffic: cost.traffic)
    let spread = call.chain.map { target in
      let times = builder.failures(
        of: call.variant, at: target.model, region: target.region)
      return times.reduce(0) { $0 + $1.share * ($1.failure - target.failure).magnitude }
    }
    let change = spread.indices.reduce(0.0) { sum, place in
      sum
        + call.chain.indices.filter { $0 != place }.reduce(spread[place]) {
          $0 * call.chain[$1].exhausted
        }
    }
    if change > 0 {
      reasons.append(("keyed cache under failures that come and go, taken as even", change, true))
    }
    return reasons
  }

  /// Calls that share a pool, but not its prompts or its lifetime, or come at the same time.
  private func together(
    _ call: ExpectedCall, _ lookup: CacheSettings.Class, _ sharing: [ExpectedCall]
  ) -> [Reason] {
    var reasons: [Reason] = []
    let differs = sharing.contains {
      $0.variant.prompts != call.variant.prompts || $0.lookup != lookup
    }
    if differs {
      reasons.append(
        (
          "keyed cache whose prompts several pools or TTLs share",
          sharing.map(\.hitRate).max() ?? 0, true
        ))
    }
    let workload = scenario.workloads[call.workload]
    if workload.stages.count > 1 || workload.stages.contains(where: { $0.calls.count > 1 }) {
      let others = sharing.filter {
        $0.accountPlan == call.accountPlan && ($0.stage != call.stage || $0.call != call.call)
      }.reduce(0) { $0 + $1.perFlow }
      reasons.append(
        (
          "keyed cache within a flow, whose calls are taken as independent",
          min(1, sameAgain(call) * others), true
        ))
    }
    return reasons
  }

  private func changing(_ call: ExpectedCall) -> [Reason] {
    guard cost.hasPriceChanges, !scenario.workloads[call.workload].profile.isFlat else { return [] }
    return [("hit rate and price both change with the time of day", call.hitRate, true)]
  }

  /// A pool that all users share, of which a line in their activity stands for the misses.
  /// - Parameter share: of the bill that the call is.
  private func drawn(_ call: ExpectedCall, share: Double) -> [Reason] {
    guard let pool = call.pool, pool.bend > 0 else { return [] }
    return [
      (
        "keyed cache that users share whose activities are drawn, taken as near their mean",
        pool.bias.magnitude, matters(pool.bend * share)
      )
    ]
  }

  // MARK: Prompt caches

  package func prefixes() -> [Expectation.Approximation] {
    guard cost.total > 0 else { return [] }
    return told(
      calls.flatMap { call -> [Doubt] in
        let name = scenario.workloads[call.workload].name + " prompt cache"
        let made =
          cost.traffic.volumeMonths[call.workload]
          * cost.traffic.flows[call.workload][call.accountPlan] * call.perFlow
        return zip(call.chain, call.attempts).filter { $0.0.prefixHit > 0 }
          .flatMap { target, attempts -> [Doubt] in
            let stake =
              made * attempts * cost.premium(of: call, at: target).magnitude / cost.total
            return doubts(of: call, at: target).map {
              Doubt(part: name, reason: $0.reason, share: $0.share * stake, hides: $0.hides)
            }
          }
      })
  }

  /// With the share of the calls for which it may turn a hit into a miss, or the other way round.
  private func doubts(of call: ExpectedCall, at target: ExpectedCall.Target) -> [Reason] {
    let workload = scenario.workloads[call.workload]
    let cache = scenario.behaviours[target.model.index].promptCache
    let ttl = cache?.lifetime(isLong: call.variant.prefixIsLong).seconds ?? 0
    let (hit, miss) = (target.prefixHit, 1 - target.prefixHit)
    var reasons: [Reason] = []
    if !workload.profile.isFlat {
      reasons.append(
        (
          "prompt cache under a daily profile, taken as steady within each hour",
          min(1, ttl / 3_600) * hit * miss, ttl > 600
        ))
    }
    if workload.arrivals != .poisson {
      reasons.append(
        ("prompt cache with arrivals that are not Poisson", unlikePoisson(call, miss, ttl), true))
    }
    if workload.stages.count > 1 || workload.stages.contains(where: { $0.calls.count > 1 }) {
      let span = workload.stages.reduce(0) { $0 + $1.delay.seconds }
      reasons.append(
        (
          "prompt cache used several times by a flow, taken as within its TTL",
          span >= ttl / 2 ? hit : 0, true
        ))
    }
    if let settings = scenario.behaviours[target.model.index].promptCache {
      reasons += unknown(settings, call, target, ttl)
    }
    if call.lookup != nil, scenario.cache.mode == .keyed {
      reasons.append(
        ("prompt cache behind a keyed response cache", min(hit, miss) * call.hitRate, true))
    }
    return reasons
  }

  /// What is not known of a cache that is not asked and written at once.
  private func unknown(
    _ settings: PromptCacheSettings, _ call: ExpectedCall, _ target: ExpectedCall.Target,
    _ ttl: Double
  ) -> [Reason] {
    var reasons: [Reason] = []
    let (hit, miss) = (target.prefixHit, 1 - target.prefixHit)
    let behaviour = scenario.behaviours[target.model.index]
    let latency = behaviour.latency(of: call.variant).mean / 1e6
    if settings.readable != .start, latency > 0 {
      reasons.append(
        (
          "prompt cache whose writes are taken to be readable at once",
          hit * min(1, latency / max(ttl, 1e-9)), true
        ))
    }
    if !settings.flushes.isEmpty {
      reasons.append(("prompt cache whose flushes are not known", hit, true))
    }
    if settings.hitChance < 1 {
      reasons.append(
        ("prompt cache whose uses keep a prefix that they do not find", hit * miss, true))
    }
    if call.variant.prefixName != nil, settings.match == .breakpoint {
      reasons.append(("prompt cache whose longer prefixes read shorter ones", miss, true))
    }
    return reasons
  }

  /// Bursts of (1 + cv²)/2 calls: all but the first find the prefix, and as many fewer bursts keep it.
  private func unlikePoisson(_ call: ExpectedCall, _ miss: Double, _ ttl: Double) -> Double {
    guard case .gamma(let cv) = scenario.workloads[call.workload].arrivals else {
      let month = (scenario.period.end - scenario.period.start).seconds / cost.traffic.months
      return miss * min(1, ttl / month)
    }
    guard cv > 1 else { return min(miss, 1 - miss) * (1 - cv * cv) }
    let burst = (1 + cv * cv) / 2
    return max(pow(miss, 1 / burst) - miss, miss * (1 - 1 / burst))
  }
}
