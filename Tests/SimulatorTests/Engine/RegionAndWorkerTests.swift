import CostModel
import Testing

@testable import Simulator

/// The regions of complete-guide.md:2321–2322 and the outage that they are for; and the worker (QStash)
/// that downloads a video and cuts it up before any model sees it (1611–1612).
@Suite struct RegionAndWorkerTests {
  /// By hand (complete-guide.md:1611–1652): the worker's 1,500 ms, then vision (1,500 ms) beside
  /// transcription (2,000 ms), then R1 (3,000 ms): 1,500 + max(1,500, 2,000) + 3,000 = 6,500 ms, the
  /// total of line 1649, and 5,000 ms without the worker.
  @Test(arguments: [(1_500, 6_500_000), (0, 5_000_000)])
  func theWorkersDelayIsPartOfAVideo(delay: Int, expected: Int) throws {
    let folder = try ScenarioFolder([
      "s.yaml": """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      catalog:
        models:
          phi: {provider: azure, latency: 1500ms, input: $0.40 per 1M tokens, output: $0.40 per 1M tokens}
          speech: {provider: azure, latency: 2000ms, audio: $0.18 per hour}
          r1: {provider: azure, latency: 3000ms, input: $1.35 per 1M tokens, output: $5.40 per 1M tokens}
      policy:
        rules:
          - {name: vision, when: {task: vision}, model: phi}
          - {name: speech, when: {task: transcription}, model: speech}
          - {name: rest, model: r1}
      traffic: {arrivals: exact}
      workloads:
        videos:
          volume: 60
          stages:
            - delay: \(delay)ms
              calls: {v: {task: vision, input: 2000}, s: {task: transcription, audio: 30s}}
            - calls: {r: {task: reasoning, input: 1500, output: 800}}
      """
    ])
    let scenario = try folder.read()
    let flow = try #require(Simulation(scenario).result(of: scenario.plans[0], run: 1).flows.first)
    #expect(flow.completed == 60)
    // A histogram of latencies knows them to one part in 128.
    for percent in [1.0, 50, 100] {
      let latency = Double(flow.latency.percentile(percent) ?? 0)
      #expect((latency / Double(expected) - 1).magnitude < 1.0 / 64)
    }
    // 60 · (2,000 · $0.40/M + 30/3,600 · $0.18 + (1,500 · $1.35 + 800 · $5.40)/M)
    // = 60 · ($0.0008 + $0.0015 + $0.006345) = $0.5187.
    let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0])
    #expect((bill.cost - 0.5187).magnitude < 1e-9)
  }

  /// 10 of 30 days without the first region, with and without others. By hand: of 6,000 calls a third
  /// come in the outage, 2,000 (a deviation is 36.5), and fail where there is one region; with three, each of them tries it and is answered by the second (no
  /// breaker here), and the bill is the same as without the outage: 6,000 · 1,000 · $1.14/M = $6.84.
  @Test func otherRegionsTakeAnOutage() throws {
    func run(_ regions: String) throws -> (PlanResult, Double) {
      let folder = try ScenarioFolder([
        "s.yaml": """
        period: {start: 2025-11-01, days: 30}
        plans: [1]
        catalog: {models: {v3: {provider: azure, latency: 1s, input: $1.14 per 1M tokens}}}
        policy: {rules: [{name: all, model: v3}]}
        regions: {v3: \(regions)}
        outages: [{model: v3, region: eastus2, from: 2025-11-11, to: 2025-11-21}]
        traffic: {arrivals: exact}
        workloads: {w: {volume: 6000, input: 1000}}
        """
      ])
      let scenario = try folder.read()
      let bill = PlanExpectation(scenario: scenario, plan: scenario.plans[0]).cost
      return (try Simulation(scenario).result(of: scenario.plans[0], run: 1), bill)
    }
    let (alone, aloneBill) = try run("[eastus2]")
    #expect((Double(alone.failedCalls) - 2_000).magnitude < 5.1 * 36.5)
    #expect((aloneBill - 4.56).magnitude < 1e-9)
    let (three, threeBill) = try run("[eastus2, westus2, northeurope]")
    #expect(three.failedCalls == 0)
    #expect(three.cost == MoneySum(picodollars: 6_840_000_000_000))
    #expect((threeBill - 6.84).magnitude < 1e-9)
    #expect(three.performance.map(\.model) == ["v3@eastus2", "v3@westus2", "v3@northeurope"])
    #expect(three.performance[1].calls == alone.failedCalls && three.performance[2].calls == 0)
  }
}
