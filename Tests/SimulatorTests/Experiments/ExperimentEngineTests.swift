import CostModel
import Testing

@testable import Scenarios
@testable import Simulator

/// Experiments in the engine: who gets what, and what it comes to.
@Suite struct ExperimentEngineTests {
  private typealias Made = ExperimentScenario

  private static let both: [Experiment.Unit] = [.user, .call]

  /// Failures, fallbacks, retries, a keyed cache and a budget that refuses.
  private static func busy(_ unit: Experiment.Unit) -> Scenario {
    var scenario = Made.scenario([Made.experiment(unit, workloads: ["w", "flow"])])
    scenario.chains["standard"] = [ModelID(1), ModelID(0)]
    scenario.behaviours[0].failureRate = 0.3
    scenario.behaviours[1].failureRate = 0.2
    scenario.retry = RetrySettings(max: 1, base: .second, cap: .second)
    scenario.billFailures = .input
    scenario.cache.mode = .keyed
    scenario.cache.scope = .global
    scenario.cache.defaultClass = CacheSettings.Class(ttl: .day)
    for workload in scenario.workloads.indices {
      scenario.workloads[workload].stages[0].calls[0].mix[0].prompts = .pool(
        size: 20, exponent: 1, perUser: false)
    }
    var budget = Budget(amount: MoneySum(picodollars: 1 << 100), thresholds: [])
    budget.thresholds = [
      Budget.Threshold(
        name: "line", kind: .actual, amount: MoneySum(picodollars: 100_000_000_000),
        severity: .high,
        message: "")
    ]
    budget.actions = [BudgetAction(line: 0, effect: .cap(calls: 2, amount: nil))]
    scenario.budget = budget
    return scenario
  }

  /// Over its variants, an experiment's calls and money are those of its workloads, to the
  /// picodollar, whatever befalls the calls.
  @Test(arguments: both) func variantsAddUpToTheirWorkloads(unit: Experiment.Unit) throws {
    let result = try LoggedRun(Self.busy(unit)).result
    let own = result.costs.filter { $0.useCase == "w" || $0.useCase == "flow" }
    let arms = result.experiments[0].arms
    #expect(arms.reduce(0) { $0 + $1.calls } == own.reduce(0) { $0 + $1.calls })
    #expect(arms.reduce(.zero) { $0 + $1.cost } == own.reduce(.zero) { $0 + $1.cost })
    #expect(arms.allSatisfy { $0.calls > 100 && $0.cost > .zero && $0.conversions > 0 })
    #expect(result.failedCalls > 20 && result.cacheHits > 20)
  }

  /// What the engine sums up, call by call from its own log.
  @Test(arguments: both) func resultsAreTheLogs(unit: Experiment.Unit) throws {
    let scenario = Self.busy(unit)
    let compiled = CompiledScenario(scenario)
    let run = try LoggedRun(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    var expected: [[UInt64: Cluster]] = [[:], [:]]
    for record in run.records {
      let (call, kind) = (record.call, compiled.kinds[Int(record.call.kind)])
      guard kind.arm >= 0 else { continue }
      // A user's, or a flow's; a plain call is a flow of its own.
      let workload = UInt64(kind.workload) << 60
      let key =
        unit == .user
        ? UInt64(call.user) : workload | UInt64(call.user) << 32 | UInt64(call.index)
      let word = draws.block(
        .outcome, call: UInt64(call.index), user: UInt64(call.user), workload: kind.key,
        part: kind.part)
      expected[Int(kind.arm)][key, default: Cluster()].add(record, kind, word)
    }
    for (arm, clusters) in zip(run.result.experiments[0].arms, expected) {
      let all = clusters.values
      #expect(arm.calls == all.reduce(0) { $0 + $1.calls })
      #expect(arm.cost.picodollars == all.reduce(0) { $0 + $1.cost })
      #expect(arm.messages == all.reduce(0) { $0 + $1.messages })
      #expect(arm.conversions == all.reduce(0) { $0 + $1.conversions })
      #expect(arm.rated == all.reduce(0) { $0 + $1.rated })
      #expect(arm.satisfied == all.reduce(0) { $0 + $1.satisfied })
      #expect(arm.costByCall.clusters == Double(clusters.count))
      #expect(arm.costByCall.squareSize == all.reduce(0) { $0 + Double($1.calls * $1.calls) })
      let selling = all.filter { $0.messages > 0 }
      #expect(arm.conversionByMessage.clusters == Double(selling.count))
      #expect(
        arm.conversionByMessage.product
          == selling.reduce(0) { $0 + Double($1.messages * $1.conversions) })
      if unit == .user { #expect(arm.users == Int64(clusters.count)) }
    }
  }

  private struct Cluster {
    var calls: Int64 = 0
    var cost: Int128 = 0
    var messages: Int64 = 0
    var conversions: Int64 = 0
    var rated: Int64 = 0
    var satisfied: Int64 = 0

    mutating func add(_ record: CallRecord, _ kind: CallClass, _ word: SplitMix.Block) {
      calls += 1
      cost += [record.inputCost, record.outputCost, record.otherCost].reduce(0) {
        $0 + Int128($1.picodollars)
      }
      guard !record.isFailed else { return }
      if kind.conversion >= 0 {
        messages += 1
        conversions += word.3.unit < kind.conversion ? 1 : 0
      }
      if kind.satisfaction >= 0, word.1.unit < kind.ratedShare {
        rated += 1
        satisfied += word.2.unit < kind.satisfaction ? 1 : 0
      }
    }
  }

  // MARK: Who gets what

  /// By user, all calls of both workloads are of one variant; by call they are not. Of 400 users (or
  /// 12,000 calls), 60 % have the control, within 5.5 standard errors (1 in 26 million).
  @Test(arguments: both) func sharesAreMet(unit: Experiment.Unit) throws {
    var scenario = Made.scenario([Made.experiment(unit, workloads: ["w", "rest"])])
    scenario.plans = [AnalysisScenario.plan(400)]
    let compiled = CompiledScenario(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    let factory = CallFactory(
      compiled: compiled, population: Population(scenario, users: 400, draws: draws),
      routing: CompiledRouting(compiled), draws: draws)
    var arms: [[Int16]] = Array(repeating: [], count: 400)
    for user in 0..<400 as Range<UInt32> {
      for index in 0..<15 as Range<UInt32> {
        for workload in [0, 2] {
          let call = factory.call(
            factory.arrival(at: 0, workload: workload, user: user, index: index))
          arms[Int(user)].append(compiled.kinds[Int(call.kind)].arm)
        }
      }
    }
    let drawn = unit == .user ? arms.compactMap(\.first) : arms.flatMap { $0 }
    var mean = SampleMean()
    for arm in drawn { mean.add(arm == 0 ? 1 : 0) }
    #expect(mean.agrees(with: 0.6), "\(mean.mean)")
    #expect(arms.allSatisfy { Set($0).count == 1 } == (unit == .user))
    if unit == .call {
      // The second workload's calls have draws of their own.
      #expect(arms.contains { arms in arms.indices.contains { arms[$0] != arms[$0 / 2 * 2] } })
    }
  }

  private struct Answer: Equatable {
    var time: Int64
    var routed: UInt16
    var latency: Int64
    var tokens: [Int64]
    var cost: [Int64]
  }

  /// By workload, user, index and place in the flow.
  private func answers(_ scenario: Scenario) throws -> [[UInt64]: (arm: Int16, answer: Answer)] {
    let compiled = CompiledScenario(scenario)
    var result: [[UInt64]: (arm: Int16, answer: Answer)] = [:]
    for record in try LoggedRun(scenario).records {
      let (call, kind) = (record.call, compiled.kinds[Int(record.call.kind)])
      result[[kind.key, UInt64(call.user), UInt64(call.index), kind.part]] = (
        kind.arm,
        Answer(
          time: call.time, routed: call.routed, latency: record.latency,
          tokens: [call.input, call.output, call.reasoning, Int64(bitPattern: call.prompt)],
          cost: [record.inputCost, record.outputCost, record.otherCost].map(\.picodollars))
      )
    }
    return result
  }

  /// An experiment changes the calls of its other variants, and nothing else.
  @Test(arguments: both) func everyOtherCallStaysAsItIs(unit: Experiment.Unit) throws {
    let before = try answers(Made.scenario([]))
    let after = try answers(Made.scenario([Made.experiment(unit)]))
    let key = Draws.key(of: "w")
    var changed = 0
    for (place, call) in after {
      let old = try #require(before[place])
      if call.arm == 1 {
        #expect(place[0] == key)
        #expect(call.answer.routed == 1)
        #expect(call.answer.tokens[0] == old.answer.tokens[0] + 70)
        changed += 1
      } else {
        #expect(call.answer == old.answer)
      }
    }
    #expect(before.count == after.count && changed > 50)
  }

  /// A second experiment draws for itself.
  @Test func experimentsAreIndependent() throws {
    let first = Made.experiment(.user)
    let second = Made.experiment(.user, name: "second", workloads: ["rest"])
    let alone = try answers(Made.scenario([first]))
    let both = try answers(Made.scenario([second, first]))
    let key = Draws.key(of: "w")
    let arms = { (calls: [[UInt64]: (arm: Int16, answer: Answer)], offset: Int16) in
      calls.filter { $0.key[0] == key }.mapValues { $0.arm - offset }
    }
    #expect(arms(alone, 0) == arms(both, 2))
    // Of 12 users, some have the control of one and the other variant of the other.
    let users = Dictionary(grouping: both, by: { $0.key[1] }).mapValues { calls in
      Set(calls.map(\.value.arm).filter { $0 >= 0 })
    }
    #expect(Set(users.values.map { $0.sorted() }).count > 2)
  }

  @Test func threadsDoNotMatter() throws {
    var scenario = Self.busy(.call)
    scenario.plans = [4, 9].map(AnalysisScenario.plan)
    let simulation = Simulation(scenario)
    let (one, three) = (
      try simulation.results(runs: 2, threads: 1), try simulation.results(runs: 2, threads: 3)
    )
    for (a, b) in zip(one.flatMap { $0 }, three.flatMap { $0 }) {
      #expect(a.experiments[0].arms.map(\.cost) == b.experiments[0].arms.map(\.cost))
      #expect(
        a.experiments[0].arms.map(\.costByCall.squareTotal)
          == b.experiments[0].arms.map(\.costByCall.squareTotal))
    }
  }

  /// Only calls that say so are changed; the others are counted as they are.
  @Test func whenChoosesTheCalls() throws {
    var builder = Made.builder
    builder.workloads[0].stages[0].calls[0].mix[1].attributes[.task] = "plain"
    var scenario = builder.build()
    var experiment = Made.experiment(.call)
    experiment.conditions = [Policy.Condition(.task, in: ["plain"])]
    scenario.experiments = [experiment]
    let compiled = CompiledScenario(scenario)
    let routed = try LoggedRun(scenario).records.map { record in
      let kind = Int(record.call.kind)
      return (
        arm: compiled.kinds[kind].arm, task: compiled.attributes[kind][.task],
        routed: record.call.routed
      )
    }
    for call in routed {
      #expect((call.routed == 1) == (call.arm == 1 && call.task == "plain"))
    }
    #expect(routed.contains { $0.routed == 1 } && routed.contains { $0.arm == 1 && $0.task == nil })
  }

  /// Variants of another prompt share neither answers nor a provider's prompt cache with the control.
  @Test func variantsHaveCachesOfTheirOwn() throws {
    var builder = ScenarioBuilder()
    var variant = ScenarioBuilder.variant(input: 10, output: 10)
    variant.prompts = .pool(size: 1, exponent: 0, perUser: false)
    variant.prefixTokens = 100
    builder.workloads = [ScenarioBuilder.workload("w", volume: 10, mix: [variant])]
    builder.behaviours = [ScenarioBuilder.behaviour()]
    builder.behaviours[0].promptCache = PromptCacheSettings(
      ttl: .day, refresh: true, minimumTokens: 0)
    var scenario = builder.build()
    scenario.cache.mode = .keyed
    scenario.cache.scope = .global
    scenario.cache.defaultClass = CacheSettings.Class(ttl: .day)
    var experiment = Experiment(
      name: "test", workloads: ["w"],
      arms: [Made.arm("control", 0.5), Made.arm("other", 0.5) { $0.addedPrompt = 1 }])
    experiment.unit = .call
    scenario.experiments = [experiment]
    let compiled = CompiledScenario(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    let factory = CallFactory(
      compiled: compiled, population: Population(scenario, users: 3, draws: draws),
      routing: CompiledRouting(compiled), draws: draws)
    let calls = (0..<20 as Range<UInt32>).map { index in
      factory.call(
        factory.arrival(
          at: scenario.period.start.microseconds + Int64(index) * 10_000_000, workload: 0, user: 0,
          index: index))
    }
    let run = try LoggedRun(
      compiled, plan: scenario.plans[0], source: ListSource(batches: [calls]))
    // The first of each variant is asked, all others have its answer.
    for arm in [0, 1] as [Int16] {
      let own = run.records.filter { compiled.kinds[Int($0.call.kind)].arm == arm }
      #expect(own.first?.cache == .miss)
      #expect(own.first?.billed.cacheReadTokens == 0)
      #expect(own.count > 3 && own.dropFirst().allSatisfy { $0.cache == .hit })
    }
  }
}
