import CostModel
import Foundation
import Testing

@testable import Scenarios

/// docs/validation.md, "TTL cache": what the documents' volumes allow at most.
@Suite struct CacheBoundsTests {
  private func scenario(_ profile: TrafficProfile, activity: UserPopulation.Activity) -> Scenario {
    func variant(_ cacheClass: String, share: Double) -> Variant {
      var variant = AnalysisScenario.variant(share, input: .fixed(1), output: .fixed(1))
      variant.attributes[.cacheClass] = cacheClass
      return variant
    }
    let mixes = [
      (6_000.0, [variant("simple", share: 0.3), variant("personalized", share: 0.7)]),
      (2_000, [variant("classification", share: 1)]), (300, [variant("creative", share: 1)]),
    ]
    var scenario = AnalysisScenario.make(
      models: [AnalysisScenario.model("m", input: 1, output: 1)],
      workloads: mixes.enumerated().map { number, mix in
        AnalysisScenario.workload("w\(number)", volume: mix.0, profile: profile, mix: mix.1)
      }, users: UserPopulation(activity: activity))
    scenario.cache.mode = .keyed
    for (name, seconds, rate) in [
      ("simple", 3_600, 0.85), ("personalized", 300, 0.6), ("classification", 1_800, 0.9),
      ("creative", 600, 0.4),
    ] {
      let ttl = SimDuration(microseconds: Int64(seconds) * 1_000_000)
      scenario.cache.classes[name] = CacheSettings.Class(ttl: ttl, hitRate: rate)
    }
    return scenario
  }

  private func attainable(_ scenario: Scenario) -> [String: Double] {
    let bounds = PlanExpectation(scenario: scenario, plan: AnalysisScenario.plan(50)).cacheBounds
    return Dictionary(uniqueKeysWithValues: bounds.map { ($0.name, $0.attainable) })
  }

  /// Published to two digits (0.065 to three places).
  @Test func equalUsersAndFlatTraffic() throws {
    let bounds = attainable(scenario(.flat, activity: .equal))
    #expect(try (#require(bounds["simple"]) - 0.71).magnitude <= 0.005)
    #expect(try (#require(bounds["personalized"]) - 0.33).magnitude <= 0.005)
    #expect(try (#require(bounds["classification"]) - 0.58).magnitude <= 0.005)
    #expect(try (#require(bounds["creative"]) - 0.065).magnitude <= 0.0005)
  }

  /// The published figures are those of one drawn sample of users; the law itself (integrated
  /// here over the volume-weighted normal) lies within 0.03 of them.
  @Test func heavyUsersInWorkingHours() throws {
    let hours = (0..<24).map { (9..<17).contains($0) ? 1.0 : 0 }
    let profile = TrafficProfile(hours: hours, weekdays: Array(repeating: 1, count: 7))
    let bounds = attainable(scenario(profile, activity: .lognormal(cv: 3)))
    let variance = log(10.0)
    for (name, volume, ttl, published) in [
      ("simple", 1_800.0, 3_600.0, 0.91), ("personalized", 4_200, 300, 0.72),
      ("classification", 2_000, 1_800, 0.85), ("creative", 300, 600, 0.44),
    ] {
      let load = 3 * volume * ttl / (30 * 86_400)
      var brute = 0.0
      for step in 0..<4_000 {
        let z = -8 + 0.004 * (Double(step) + 0.5)
        let x = load * exp(variance.squareRoot() * z + variance / 2)
        brute += 0.004 * exp(-z * z / 2) / (2 * .pi).squareRoot() * x / (1 + x)
      }
      let bound = try #require(bounds[name])
      #expect((bound - brute).magnitude < 0.001)
      #expect((bound - published).magnitude < 0.03)
    }
  }

  @Test func oneKeyForEverybodyIsHitMoreOften() {
    var global = scenario(.flat, activity: .equal)
    global.cache.scope = .global
    let bounds = attainable(global)
    // 50 users × 300 calls a month with a TTL of 600 s.
    let load = 50.0 * 300 * 600 / (30 * 86_400)
    #expect(isClose(bounds["creative"] ?? 0, load / (1 + load)))
  }
}
