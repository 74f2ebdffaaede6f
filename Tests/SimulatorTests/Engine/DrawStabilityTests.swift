import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// What is added to a scenario changes no draw of what was there.
@Suite struct DrawStabilityTests {
  /// Everything that is drawn for one call before the engine touches it.
  private struct Drawn: Equatable {
    var time: Int64
    var variant: Int
    var routed: UInt16
    var tokens: [Int64]
    var prompt: UInt64
    var cacheDraw: Bool
  }

  /// By workload, user, index and place in the flow.
  private func draws(_ scenario: Scenario) throws -> [[UInt64]: Drawn] {
    let compiled = CompiledScenario(scenario)
    var firstKind: [UInt16: Int] = [:]
    for (index, kind) in compiled.kinds.enumerated() {
      firstKind[kind.workload] = min(firstKind[kind.workload] ?? index, index)
    }
    var result: [[UInt64]: Drawn] = [:]
    for record in try LoggedRun(scenario).records {
      let call = record.call
      let kind = compiled.kinds[Int(call.kind)]
      let key = compiled.workloads[Int(kind.workload)].key
      result[[key, UInt64(call.user), UInt64(call.index), kind.part]] = Drawn(
        time: call.time, variant: Int(call.kind) - (firstKind[kind.workload] ?? 0),
        routed: call.routed, tokens: [call.input, call.output, call.reasoning, call.audio],
        prompt: call.prompt, cacheDraw: call.cacheDraw)
    }
    return result
  }

  private var builder: ScenarioBuilder {
    var builder = ScenarioBuilder()
    builder.models = ["m0", "m1"].map { ScenarioBuilder.model($0) }
    builder.rules = [
      Policy.Rule(
        name: "mix", conditions: [],
        choice: .weighted([
          Policy.WeightedModel(ModelID(0), weight: 1), Policy.WeightedModel(ModelID(1), weight: 1),
        ]))
    ]
    builder.users.activity = .lognormal(cv: 1)
    builder.users.accountPlans = [
      UserPopulation.AccountPlan(name: "a", share: 0.5),
      UserPopulation.AccountPlan(name: "b", share: 0.5),
    ]
    builder.workloads = [
      workload("poisson", .poisson), workload("gamma", .gamma(cv: 2)), workload("exact", .exact),
      flow,
    ]
    builder.change = { scenario in
      scenario.cache.mode = .rate
      scenario.cache.defaultClass = CacheSettings.Class(ttl: .hour, hitRate: 0.4)
    }
    return builder
  }

  private func workload(_ name: String, _ arrivals: ArrivalProcess) -> Workload {
    var small = Variant(share: 0.5, input: .lognormal(mean: 200, cv: 1, cap: nil))
    small.output = .uniform(low: 1, high: 90)
    small.prompts = .pool(size: 10, exponent: 1, perUser: true)
    var large = small
    large.reasoning = .uniform(low: 0, high: 50)
    large.prompts = .unique
    return ScenarioBuilder.workload(name, volume: 40, arrivals: arrivals, mix: [small, large])
  }

  private var flow: Workload {
    let variant = Variant(share: 1, input: .uniform(low: 1, high: 500))
    return Workload(
      name: "flow", useCase: "flow", volume: 20,
      stages: [
        Stage(calls: [StageCall(mix: [variant]), StageCall(probability: 0.5, mix: [variant])]),
        Stage(delay: .minute, continuation: 0.6, calls: [StageCall(mix: [variant])]),
      ])
  }

  @Test func theSameWhateverIsAdded() throws {
    let before = try draws(builder.build())
    #expect(before.count > 300)
    let extra = workload("extra", .poisson)
    var cases: [(String, ScenarioBuilder)] = []
    var changed = builder
    changed.workloads.insert(extra, at: 0)
    cases.append(("a workload before", changed))
    changed = builder
    changed.workloads.append(extra)
    cases.append(("a workload after", changed))
    changed = builder
    changed.rules.insert(
      Policy.Rule(
        name: "never", conditions: [Policy.Condition(.task, in: ["nothing"])],
        choice: .model(ModelID(1))), at: 0)
    cases.append(("a rule that matches nothing", changed))
    changed = builder
    changed.models[0].aliases = ["nickname"]
    cases.append(("an alias", changed))
    changed = builder
    changed.models.append(ScenarioBuilder.model("m2"))
    cases.append(("a model", changed))
    changed = builder
    changed.plans = [AnalysisScenario.plan(7)]
    cases.append(("users", changed))
    for (what, changed) in cases {
      let after = try draws(changed.build())
      // More users share a stated total: the only calls that more users may move.
      let shared = what == "users" ? Draws.key(of: "exact") : 0
      for (key, drawn) in before where after[key] != drawn && key[0] != shared {
        Issue.record("\(what) changes \(key): \(drawn) \(String(describing: after[key]))")
        break
      }
    }
  }

  @Test func anotherSeedDrawsSomethingElse() throws {
    var other = builder
    other.seed += 1
    let (a, b) = (try draws(builder.build()), try draws(other.build()))
    #expect(a.count { b[$0.key]?.time == $0.value.time } == 0)
  }
}
