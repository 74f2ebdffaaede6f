import CostModel
import Foundation
import Scenarios

/// How often a call's static prefix is found in the provider's prompt cache of its target.
///
/// A prefix is one block per workload, or per workload and user. Its uses by one flow come within
/// moments of each other, so only a flow's first use depends on how long ago the last flow was.
package struct ExpectedPrefixHits {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic

  /// Sets the chance of a prefix hit at every target of every call.
  package func apply(to calls: inout [ExpectedCall]) {
    let plain = calls
    for i in calls.indices where calls[i].variant.prefixTokens > 0 {
      for t in calls[i].chain.indices {
        let target = plain[i].chain[t]
        let hit = hit(of: plain[i], target: target, among: plain)
        let (read, written, long) = tokens(plain[i], target)
        calls[i].chain[t].prefixRead = read
        calls[i].chain[t].prefixWritten = written
        calls[i].chain[t].prefixWrittenLong = long
        calls[i].chain[t].prefixHit = hit.ratio
        calls[i].chain[t].prefixCovariance = hit.covariance
        calls[i].chain[t].prefixVariance = hit.variance
      }
    }
  }

  /// Tokens that are read where the prefix is found, and written (for which lifetime) where it is not.
  private func tokens(
    _ call: ExpectedCall, _ target: ExpectedCall.Target
  ) -> (read: Double, written: Double, long: Double) {
    let prefix = call.variant.prefixTokens
    guard let settings = scenario.behaviours[target.model.index].promptCache,
      settings.ttl > .zero, prefix >= settings.minimumTokens
    else { return (0, 0, 0) }
    if settings.match == .breakpoint {
      let isLong = call.variant.prefixIsLong && settings.longTTL != nil
      return (Double(prefix), isLong ? 0 : Double(prefix), isLong ? Double(prefix) : 0)
    }
    let whole = prefix / settings.step * settings.step
    return (Double(whole < settings.minimumTokens ? 0 : whole), 0, 0)
  }

  /// What becomes of the uses of a prefix.
  private struct Hits {
    var ratio = 0.0
    var covariance = 0.0
    var variance = 0.0

    static func + (a: Hits, b: Hits) -> Hits {
      Hits(
        ratio: a.ratio + b.ratio, covariance: a.covariance + b.covariance,
        variance: a.variance + b.variance)
    }

    func scaled(by f: Double) -> Hits {
      Hits(ratio: f * ratio, covariance: f * covariance, variance: f * variance)
    }

    init(ratio: Double = 0, covariance: Double = 0, variance: Double = 0) {
      (self.ratio, self.covariance, self.variance) = (ratio, covariance, variance)
    }

    /// Of a Poisson rate; a use that comes after a longer silence misses where uses refresh, else the
    /// first one after each lifetime (docs/validation.md, "TTL cache").
    init(rate: Double, ttl: Double, refreshes: Bool) {
      let x = rate * ttl
      guard x.isFinite else {
        self.init(ratio: 1)
        return
      }
      if refreshes {
        let miss = exp(-x)
        self.init(
          ratio: CacheHitRatio.refreshing(rate: rate, ttl: ttl), covariance: -x * miss,
          variance: -2 * x * miss * miss)
      } else {
        let hit = CacheHitRatio.fixed(rate: rate, ttl: ttl)
        self.init(
          ratio: hit, covariance: -(1 - hit) * hit, variance: -(1 - hit) * hit * (2 - hit))
      }
    }
  }

  private func hit(
    of call: ExpectedCall, target: ExpectedCall.Target, among calls: [ExpectedCall]
  ) -> Hits {
    guard let settings = scenario.behaviours[target.model.index].promptCache,
      settings.ttl > .zero, call.variant.prefixTokens >= settings.minimumTokens
    else { return Hits() }
    let sharing = calls.filter { self.shares($0, call, settings) }
    let lifetime = settings.lifetime(isLong: call.variant.prefixIsLong)
    let unused = unusedBefore(call, target: target, among: sharing)
    if call.variant.prefixSharing == .conversation {
      return Hits(ratio: settings.hitChance * (1 - unused))
    }
    var hits = average(call, target: target, among: sharing) { rate in
      Hits(rate: rate, ttl: lifetime.seconds, refreshes: settings.refresh)
    }
    hits.ratio = settings.hitChance * (1 - unused * (1 - hits.ratio))
    return hits
  }

  /// Whether the two calls begin with the same prefix.
  private func shares(
    _ other: ExpectedCall, _ call: ExpectedCall, _ settings: PromptCacheSettings
  ) -> Bool {
    let (a, b) = (other.variant, call.variant)
    guard other.workload == call.workload, a.prefixTokens >= max(1, settings.minimumTokens),
      a.prefixSharing == b.prefixSharing, other.assignment.prefix == call.assignment.prefix,
      a.prefixName == b.prefixName, a.prefixIsLong == b.prefixIsLong
    else { return false }
    // By breakpoint a longer prefix of a name leaves each shorter one's end alone.
    guard a.prefixTokens == b.prefixTokens else { return false }
    return a.prefixName != nil || isSame(other, call)
  }

  /// Whether they are one kind of call of the workload.
  private func isSame(_ a: ExpectedCall, _ b: ExpectedCall) -> Bool {
    let stages = scenario.workloads[a.workload].stages
    let (first, second) = (stages[a.stage].calls[a.call], stages[b.stage].calls[b.call])
    let isOne = a.stage == b.stage && a.call == b.call
    return a.variantNumber == b.variantNumber
      && (isOne || first.sameAs != nil && first.sameAs == second.sameAs)
  }

  /// Chance that no call before it in its flow has used the target.
  private func unusedBefore(
    _ call: ExpectedCall, target: ExpectedCall.Target, among calls: [ExpectedCall]
  ) -> Double {
    let workload = scenario.workloads[call.workload]
    var unused = 1.0
    for (place, stage) in workload.stages.enumerated() where place <= call.stage {
      var stays = 1.0
      for number in stage.calls.indices where place < call.stage || number < call.call {
        let uses = calls.filter {
          $0.accountPlan == call.accountPlan && $0.stage == place && $0.call == number
            && $0.assignment.arm == call.assignment.arm
        }.reduce(0.0) { $0 + $1.share * self.uses($1, of: target) }
        stays *= 1 - min(1, uses) * stage.chance * stage.calls[number].probability
      }
      // A later round says that some tool was called.
      let none = stage.noToolCalled
      if stage.part == .tools, none < 1,
        workload.stages[place...call.stage].contains(where: { $0.part == .round })
      {
        stays = max(0, stays - none) / (1 - none)
      }
      unused *= stays
    }
    return unused
  }

  /// Expected uses of the target by a call that is made, at most 1.
  private func uses(_ call: ExpectedCall, of target: ExpectedCall.Target) -> Double {
    zip(call.chain, call.attempts).reduce(0.0) { sum, link in
      link.0.name == target.name ? sum + min(1, link.1) : sum
    }
  }

  /// The hit ratio over times and users, by flows that use the target at all.
  private func average(
    _ call: ExpectedCall, target: ExpectedCall.Target, among calls: [ExpectedCall],
    hits: (Double) -> Hits
  ) -> Hits {
    let usesOfPlan = traffic.usersOfPlan.indices.map { plan in
      min(
        1,
        calls.filter { $0.accountPlan == plan }
          .reduce(0.0) { sum, other in
            let often =
              call.variant.prefixSharedByUsers ? other.perFlow : call.perOwnFlow(other)
            return sum + often * uses(other, of: target)
          })
    }
    let rates: [(rate: Double, share: Double)]
    if call.variant.prefixSharedByUsers {
      let all = zip(traffic.flows[call.workload], usesOfPlan).reduce(0.0) { $0 + $1.0 * $1.1 }
      rates = [(all, 1)]
    } else {
      let volume =
        traffic.volumes[call.workload][call.accountPlan] * usesOfPlan[call.accountPlan]
      rates = traffic.groups.filter { $0.accountPlan == call.accountPlan }
        .map { (volume * $0.weight, $0.users * $0.weight) }
    }
    let total = rates.reduce(0) { $0 + $1.share }
    guard total > 0 else { return Hits() }
    return rates.reduce(Hits()) { sum, user in
      traffic.timeClasses.reduce(sum) { inner, time in
        let pace = time.pace[call.workload]
        let share =
          user.share / total * pace * time.seconds / traffic.volumeMonths[call.workload]
        return inner + hits(user.rate * pace).scaled(by: share)
      }
    }
  }
}
