import CostModel
import Scenarios

/// The hit rate that each cache class could at most reach: as if all prompts of a user (or, in
/// global scope, of everybody) were the same, under these users' activity and this traffic.
///
/// Keys name the routed model, so a class that is routed to two models has two keys a user.
package struct CacheBounds {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  package let calls: [ExpectedCall]

  package init(scenario: Scenario, traffic: ExpectedTraffic, calls: [ExpectedCall]) {
    self.scenario = scenario
    self.traffic = traffic
    self.calls = calls
  }

  /// By name, the default class last; classes without calls or a TTL are left out.
  package func bounds() -> [Expectation.CacheBound] {
    let classes = scenario.cache.classes.sorted { $0.key < $1.key }
    var result = classes.compactMap { name, settings in
      bound(name: name, settings) { $0.variant.attributes[.cacheClass] == name }
    }
    if let settings = scenario.cache.defaultClass {
      let name = CacheSettings.defaultName
      let other = bound(name: name, settings) { call in
        let own = call.variant.attributes[.cacheClass]
        return own.map { scenario.cache.classes[$0] == nil } ?? true
      }
      if let other { result.append(other) }
    }
    return result
  }

  private func bound(
    name: String, _ settings: CacheSettings.Class, of isMember: (ExpectedCall) -> Bool
  ) -> Expectation.CacheBound? {
    let members = calls.filter { $0.variant.prompts != .none && isMember($0) }
    var lookups = 0.0
    var hits = 0.0
    for key in Set(members.map(Key.init)) {
      let routed = members.filter { Key($0) == key }
      let found =
        scenario.cache.scope == .global
        ? shared(routed, ttl: settings.ttl.seconds) : single(routed, ttl: settings.ttl.seconds)
      lookups += found.lookups
      hits += found.hits
    }
    guard lookups > 0 else { return nil }
    return Expectation.CacheBound(
      name: name, ttl: settings.ttl, claimed: settings.hitRate, attainable: hits / lookups,
      lookups: lookups / traffic.months)
  }

  /// What prompts that are the same share: a model, and the variant of an experiment.
  private struct Key: Hashable {
    let routed: ModelID
    let experiment: Int?
    let arm: Int

    init(_ call: ExpectedCall) {
      routed = call.routed
      experiment = call.assignment.experiment
      arm = call.assignment.arm
    }
  }

  /// One key for everybody.
  private func shared(_ calls: [ExpectedCall], ttl: Double) -> (lookups: Double, hits: Double) {
    traffic.timeClasses.reduce((0.0, 0.0)) { sum, time in
      let rate = calls.reduce(0.0) {
        $0 + traffic.flows[$1.workload][$1.accountPlan] * $1.perFlow * time.pace[$1.workload]
      }
      let lookups = rate * time.seconds
      return (sum.0 + lookups, sum.1 + lookups * CacheHitRatio.fixed(rate: rate, ttl: ttl))
    }
  }

  /// One key a user.
  private func single(_ calls: [ExpectedCall], ttl: Double) -> (lookups: Double, hits: Double) {
    var lookups = 0.0
    var hits = 0.0
    // All of them are of one variant, or of none.
    let share = calls.first?.assignment.shareOfUsers ?? 1
    for time in traffic.timeClasses {
      let paces = traffic.usersOfPlan.indices.map { plan in
        calls.filter { $0.accountPlan == plan }.reduce(0.0) {
          $0 + traffic.volumes[$1.workload][plan] * $1.perFlow * time.pace[$1.workload]
            / max($1.assignment.shareOfUsers, 1e-300)
        }
      }
      for group in traffic.groups {
        let rate = paces[group.accountPlan] * group.weight
        let made = rate * time.seconds * group.users * share
        lookups += made
        hits += made * CacheHitRatio.fixed(rate: rate, ttl: ttl)
      }
    }
    return (lookups, hits)
  }
}
