import CostModel
import Testing

@testable import Scenarios

@Suite struct WorkloadReaderTests {
  private func workload(_ text: String, head: String = "") throws -> Workload {
    let folder = try ScenarioFolder([
      "catalog.yaml":
        "models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens, "
        + "audio: $1 per hour, images: $1 per 1K images}}",
      "s.yaml": """
      period: 2025-11
      plans: [5]
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: m}]}
      \(head)
      workloads:
        w:
      \(text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
      """,
    ])
    return try #require(try folder.read().workloads.first)
  }

  @Test func variantsReplaceTheWorkloadsKeys() throws {
    let workload = try workload(
      """
      volume: 6K
      use_case: fan messages
      tier: premium
      task: generation
      input: {mean: 500, cv: 1}
      prompts: {pool: 200, zipf: 0.8, per: all}
      mix:
        long: {share: 70%, input: 900, satisfaction: 85%, rated: 5%}
        short: {share: 30%, tier: economy, prompts: none, prefix: {tokens: 800, per: user}}
      """)
    let mix = workload.stages[0].calls[0].mix
    #expect(workload.volume == 6_000)
    #expect(mix.map(\.share) == [0.7, 0.3])
    #expect(mix.map { $0.attributes[.tier] } == ["premium", "economy"])
    #expect(mix.map { $0.attributes[.task] } == ["generation", "generation"])
    #expect(mix.map { $0.attributes[.useCase] } == ["fan messages", "fan messages"])
    #expect(mix[0].input == .fixed(900))
    #expect(mix[1].input == .lognormal(mean: 500, cv: 1, cap: nil))
    #expect(mix[0].prompts == .pool(size: 200, exponent: 0.8, perUser: false))
    #expect(mix[1].prompts == PromptRepetition.none)
    #expect(mix[0].satisfaction == 0.85 && mix[0].ratedShare == 0.05)
    #expect(mix[1].prefixTokens == 800 && !mix[1].prefixSharedByUsers)
  }

  @Test func flowsHaveStages() throws {
    let workload = try workload(
      """
      volume: 60
      stages:
        - delay: 1500ms
          calls:
            vision: {task: vision, frames: 9, tokens_per_frame: 200, images: 2, input: 100}
            speech: {task: transcription, audio: 20s..40s, batch: true}
        - continue: 90%
          chance: 50%
          calls:
            reasoning: {probability: 80%, reasoning: 400, max_tokens: 1000}
      """)
    #expect(workload.stages.count == 2)
    #expect(workload.stages[0].delay == SimDuration(microseconds: 1_500_000))
    #expect(workload.stages[0].calls.count == 2)
    #expect(workload.stages[0].calls[0].mix[0].frameTokens == 1_800)
    #expect(workload.stages[0].calls[0].mix[0].meters == [.images: .fixed(2)])
    #expect(workload.stages[0].calls[1].mix[0].audio == .uniform(low: 20, high: 40))
    #expect(workload.stages[0].calls[1].mix[0].batch)
    #expect(workload.stages[1].continuation == 0.9)
    #expect(workload.stages[1].chance == 0.5)
    #expect(workload.stages[1].calls[0].probability == 0.8)
    #expect(workload.stages[1].calls[0].mix[0].maxTokens == 1_000)
  }

  @Test func roundsBecomeStages() throws {
    let workload = try workload(
      """
      volume: 90
      tier: economy
      input: {mean: 900, cv: 0.4, cap: 4000}
      output: 120
      rounds:
        max: 3
        continue: 40%
        input_growth: 300
        confirm: 10%
        tools:
          fans: {probability: 20%, input: 1500}
          reply: {}
      """)
    #expect(workload.stages.map(\.continuation) == [1, 1, 1, 0.4, 1, 0.4, 1])
    #expect(workload.stages.map(\.chance) == [1, 1, 0.1, 1, 1, 1, 1])
    #expect(workload.stages.map(\.calls.count) == [1, 2, 1, 1, 2, 1, 2])
    let inputs = [0, 2, 3, 5].map { workload.stages[$0].calls[0].mix[0].input }
    let spread = 0.4 * 900.0
    let expected: [Distribution] = [
      .lognormal(mean: 900, cv: 0.4, cap: 4_000),
      .lognormal(mean: 1_200, cv: spread / 1_200, cap: 4_300),
      .lognormal(mean: 1_200, cv: spread / 1_200, cap: 4_300),
      .lognormal(mean: 1_500, cv: spread / 1_500, cap: 4_600),
    ]
    #expect(inputs == expected)
    let tools = workload.stages[4].calls
    #expect(tools.map(\.probability) == [0.2, 1])
    #expect(tools[0].mix[0].input == .fixed(1_500))
    #expect(tools[0].mix[0].attributes[.tier] == "economy")
  }

  @Test func activityWeightsHaveMeanOne() throws {
    let folder = try ScenarioFolder([
      "catalog.yaml": "models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens}}",
      "s.yaml": """
      period: 2025-11
      plans: [5]
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: m}]}
      users:
        activity: {classes: {heavy: {share: 10%, weight: 8}, light: {share: 90%, weight: 0.5}}}
      workloads: {w: {volume: 5, input: 5}}
      """,
    ])
    guard case .classes(let classes) = try folder.read().users.activity else {
      Issue.record("expected classes")
      return
    }
    let mean = classes.reduce(0) { $0 + $1.share * $1.weight }
    #expect(abs(mean - 1) < 1e-12)
    #expect(abs(classes[0].weight / classes[1].weight - 16) < 1e-12)
  }

  @Test func trafficIsChangedKeyByKey() throws {
    let workload = try workload(
      """
      volume: 5
      input: 5
      traffic: {arrivals: {gamma: {cv: 2}}}
      """, head: "traffic: {weekdays: [1, 1, 1, 1, 1, 0, 0], arrivals: exact}")
    #expect(workload.arrivals == .gamma(cv: 2))
    #expect(workload.profile.weekdays == [1, 1, 1, 1, 1, 0, 0])
    #expect(workload.profile.hours == TrafficProfile.flat.hours)
  }
}
