import CostModel

@testable import Scenarios

/// A tiny scenario with a bit of everything, and a list of calls full of ties.
struct RandomScenario {
  /// Most times are multiples of it, so that events meet.
  static let tick: Int64 = 250_000

  let scenario: Scenario
  /// Time, workload and user of what arrives, in order.
  let arrivals: [(time: Int64, workload: Int, user: Int)]
  let users: Int

  init(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let users = 1 + random.below(3)
    let hours = random.oneOf([0, 23])
    let base = AnalysisScenario.start.microseconds + Int64(hours) * 3_600_000_000 + 3_570_000_000
    var builder = ScenarioBuilder()
    builder.seed = random.bits()
    builder.plans = [AnalysisScenario.plan(users)]
    let count = 1 + random.below(4)
    builder.models = (0..<count).map { Self.model($0, base: base, &random) }
    builder.behaviours = (0..<count).map { _ in Self.behaviour(&random) }
    for model in 0..<count where random.chance(0.3) {
      builder.regions[ModelID(UInt16(model))] = ["east", "west"].dropLast(random.below(2))
    }
    for tier in ["standard", "premium"] where random.chance(0.7) {
      builder.chains[tier] = (0..<random.below(4)).map { _ in Self.id(count, &random) }
    }
    builder.rules = [
      Policy.Rule(
        name: "task", conditions: [Policy.Condition(.task, in: ["a"])],
        choice: .weighted([
          Policy.WeightedModel(Self.id(count, &random), weight: 1),
          Policy.WeightedModel(Self.id(count, &random), weight: 2),
        ]))
    ]
    builder.workloads = (0...random.below(3)).map { Self.workload($0, &random) }
    var scenario = builder.build()
    Self.addFaults(to: &scenario, base: base, &random)
    Self.addCache(to: &scenario, base: base, &random)
    self.users = users
    let workloads = scenario.workloads.count
    var time = base
    arrivals = (0..<(5 + random.below(30))).map { _ in
      time += Self.gap(&random)
      return (time, random.below(workloads), random.below(users))
    }
    if random.chance(0.4) { scenario.budget = Self.budget(of: scenario, &random) }
    if random.chance(0.4) { scenario.experiments = Self.experiments(of: scenario, &random) }
    if random.chance(0.3) { Self.addUnfit(to: &scenario, &random) }
    for model in 0..<count where random.chance(0.2) {
      scenario.catalog[ModelID(UInt16(model))].contextWindow = Int64(50 + random.below(400))
      scenario.catalog[ModelID(UInt16(model))].overWindow = random.oneOf(OverWindow.allCases)
    }
    Self.addMeters(to: &scenario, seed: seed)
    self.scenario = scenario
  }

  /// Meters of some calls, and what they bill at other models; sheets that bill them in steps. Drawn apart,
  /// so that the rest of a scenario is what it was without them.
  private static func addMeters(to scenario: inout Scenario, seed: UInt64) {
    var random = TestRandom(seed: seed ^ 0x3E7E_25)
    guard random.chance(0.6) else { return }
    for index in scenario.catalog.models.indices {
      let id = ModelID(UInt16(index))
      for sheet in scenario.catalog[id].prices.indices {
        for meter in CallMeter.allCases where meter.whole != nil && random.chance(0.5) {
          scenario.catalog[id].prices[sheet].rates[meter.dimension] = Rate(
            picodollars: Int64(random.below(9_999)), per: 1)
        }
        scenario.catalog[id].prices[sheet].searchDocuments = random.oneOf([0, 0, 1, 100])
        scenario.catalog[id].prices[sheet].audioStep = random.oneOf([.zero, ticks(60, &random)])
        scenario.catalog[id].prices[sheet].videoStep = random.oneOf([.zero, ticks(60, &random)])
      }
    }
    for index in scenario.behaviours.indices where random.chance(0.3) {
      scenario.behaviours[index].latencyPerAudioSecond = SimDuration(
        microseconds: random.oneOf([1, 50_000, 333_333]))
    }
    let models = scenario.catalog.models.map(\.name)
    func meters(_ all: [CallMeter], _ random: inout TestRandom) -> [CallMeter: Distribution] {
      var laws: [CallMeter: Distribution] = [:]
      for meter in all where random.chance(0.2) {
        laws[meter] = random.oneOf([
          .fixed(Double(1 + random.below(150))), .uniform(low: 0, high: 250),
        ])
      }
      return laws
    }
    for workload in scenario.workloads.indices {
      if !scenario.workloads[workload].isOneCall, random.chance(0.4) {
        scenario.workloads[workload].runLimit = RunLimit(
          concurrent: 1 + random.below(2), maxWait: random.oneOf([nil, .zero, ticks(20, &random)]))
      }
      for stage in scenario.workloads[workload].stages.indices {
        for call in scenario.workloads[workload].stages[stage].calls.indices {
          for place in scenario.workloads[workload].stages[stage].calls[call].mix.indices {
            var variant = scenario.workloads[workload].stages[stage].calls[call].mix[place]
            variant.meters.merge(meters(CallMeter.allCases, &random)) { old, _ in old }
            if random.chance(0.1) {
              variant.meters[.inputAudio] = variant.input
              variant.meters[.inputImage] = nil
              variant.drawnWhole[.input] = .inputAudio
            }
            for model in models where random.chance(0.2) {
              var use = ModelUse(model: model)
              use.input = .uniform(low: 0, high: 300)
              use.output = random.oneOf([.fixed(0), .fixed(7)])
              use.audio = random.oneOf([.fixed(0), .uniform(low: 0, high: 40)])
              use.meters = meters(CallMeter.allCases.filter { $0.whole == nil }, &random)
              variant.uses.append(use)
            }
            scenario.workloads[workload].stages[stage].calls[call].mix[place] = variant
          }
        }
      }
    }
  }

  /// Models that some kinds of calls never fall back to.
  private static func addUnfit(to scenario: inout Scenario, _ random: inout TestRandom) {
    let count = scenario.catalog.models.count
    for workload in scenario.workloads.indices {
      for stage in scenario.workloads[workload].stages.indices {
        for call in scenario.workloads[workload].stages[stage].calls.indices {
          for place in scenario.workloads[workload].stages[stage].calls[call].mix.indices {
            scenario.workloads[workload].stages[stage].calls[call].mix[place].unfit = Set(
              (0..<random.below(3)).map { _ in id(count, &random) })
          }
        }
      }
    }
  }

  // MARK: Budget

  private static func budget(of scenario: Scenario, _ random: inout TestRandom) -> Budget {
    var budget = Budget(amount: MoneySum(picodollars: Int128(1) << 100), thresholds: [])
    budget.evaluateEvery = random.rarely(4) {
      SimDuration(microseconds: Int64($0.below(8) + 1) * tick)
    }
    if random.chance(0.3) { budget.dataLag = ticks(8, &random) }
    for line in 0...random.below(4) {
      budget.thresholds.append(
        Budget.Threshold(
          name: "line-\(line)", kind: .actual, amount: amount(&random), severity: .high,
          message: ""))
      var action = BudgetAction(line: line, effect: effect(scenario, &random))
      if random.chance(0.5) {
        action.conditions = [
          random.oneOf([
            Policy.Condition(.task, in: ["a"]), Policy.Condition(.task, in: ["b"]),
            Policy.Condition(.tier, in: ["standard"]),
          ])
        ]
      }
      budget.actions.append(action)
    }
    return budget
  }

  private static func amount(_ random: inout TestRandom) -> MoneySum {
    MoneySum(picodollars: Int128(1) << Int128(random.below(32)))
  }

  private static func effect(
    _ scenario: Scenario, _ random: inout TestRandom
  ) -> BudgetAction.Effect {
    let count = scenario.catalog.models.count
    let tiers = scenario.chains.filter { !$0.value.isEmpty }.keys.sorted()
    switch random.below(6) {
    case 0: return random.chance(0.3) ? .block : .shed
    case 1: return .cap(calls: Int64(random.below(8)), amount: nil)
    case 2: return .cap(calls: nil, amount: amount(&random))
    case 3 where !tiers.isEmpty: return .tier(random.oneOf(tiers))
    default:
      let rule = Policy.Rule(
        name: "b", conditions: [Policy.Condition(.task, in: ["b"])],
        choice: .weighted([
          Policy.WeightedModel(id(count, &random), weight: 1),
          Policy.WeightedModel(id(count, &random), weight: 1),
        ]))
      let rest = Policy.Rule(name: "rest", conditions: [], choice: .model(id(count, &random)))
      return .policy(Policy(name: "other", rules: [rule, rest]))
    }
  }

  private static func id(_ count: Int, _ random: inout TestRandom) -> ModelID {
    ModelID(UInt16(random.below(count)))
  }

  private static func ticks(_ most: Int, _ random: inout TestRandom) -> SimDuration {
    SimDuration(microseconds: Int64(random.below(most + 1)) * tick)
  }

  private static func gap(_ random: inout TestRandom) -> Int64 {
    switch random.below(40) {
    case 0: 6 * 3_600_000_000
    case 1: 90_000_000
    case 2...4: Int64(random.below(2_000_000))
    case 5...18: 0
    default: Int64(random.below(8)) * tick
    }
  }

  // MARK: Experiments

  private static func experiments(
    of scenario: Scenario, _ random: inout TestRandom
  ) -> [Experiment] {
    var experiments = ["first", "second"].map { Experiment(name: $0, workloads: [], arms: []) }
    for workload in scenario.workloads where random.chance(0.8) {
      experiments[random.below(2)].workloads.append(workload.name)
    }
    for number in experiments.indices {
      experiments[number].unit = random.oneOf(Experiment.Unit.allCases)
      if random.chance(0.3) {
        experiments[number].conditions = [
          random.oneOf([
            Policy.Condition(.task, in: ["a"]), Policy.Condition(.tier, in: ["standard", "other"]),
          ])
        ]
      }
      experiments[number].arms = random.oneOf([[0.5, 0.5], [0.2, 0.5, 0.3]]).enumerated().map {
        var arm = Experiment.Arm(name: "arm-\($0.offset)", share: $0.element)
        arm.model = random.rarely(2) { id(scenario.catalog.models.count, &$0) }
        arm.systemPrompt = random.rarely(3) { Int64($0.oneOf([0, 30, 60])) }
        arm.addedPrompt = Int64(random.oneOf([0, 0, 40]))
        arm.outputFactor = random.oneOf([1, 1, 0.5, 1.7])
        return arm
      }
    }
    return experiments
  }

  // MARK: Models

  private static func model(_ number: Int, base: Int64, _ random: inout TestRandom) -> Model {
    var model = ScenarioBuilder.model("m\(number)") { fill(&$0, &random) }
    if random.chance(0.2) {
      var later = PriceSheet()
      later.effectiveFrom = SimTime(microseconds: base + Int64(random.below(40)) * tick)
      fill(&later, &random)
      model.prices.append(later)
    }
    model.maxOutputTokens = random.rarely(2) { Int64($0.below(300)) }
    return model
  }

  private static func rate(_ random: inout TestRandom) -> Rate {
    Rate(picodollars: Int64(random.below(5_000_000)), per: random.oneOf([1, 7, 1_000, 1_000_000]))
  }

  private static func fill(_ sheet: inout PriceSheet, _ random: inout TestRandom) {
    sheet.rates[.inputTokens] = rate(&random)
    sheet.rates[.outputTokens] = rate(&random)
    sheet.rates[.audioSeconds] = Rate(picodollars: 360_000_000_001, per: 3_600_000_000)
    for meter in CallMeter.allCases where meter.whole == nil {
      sheet.rates[meter.dimension] = Rate(picodollars: 77_777 + Int64(meter.rawValue), per: 2)
    }
    let optional: [BillingDimension] = [
      .cacheReadTokens, .reasoningTokens, .inputImageTokens, .calls,
    ]
    for dimension in optional where random.chance(0.4) { sheet.rates[dimension] = rate(&random) }
    if random.chance(0.3) {
      var tier = Rates()
      tier[.inputTokens] = rate(&random)
      sheet.contextTiers = [ContextTier(threshold: Int64(random.below(300)), rates: tier)]
    }
    if random.chance(0.5) {
      var half = PriceChange()
      half.factor = Factor(1, 2)
      sheet.batch = half
    }
    if random.chance(0.3) {
      var east = PriceChange()
      east.factor = Factor(11, 10)
      sheet.regions["east"] = east
    }
    if random.chance(0.3) { sheet.minimumAudio = ticks(80, &random) }
  }

  private static func behaviour(_ random: inout TestRandom) -> TargetBehaviour {
    var result = TargetBehaviour(latency: latency(&random))
    result.quota = quota(&random)
    result.breaker = random.rarely(2) { random in
      BreakerSettings(
        rule: breakerRule(&random), window: ticks(40, &random), open: ticks(20, &random),
        probes: random.below(2))
    }
    result.timeout = random.rarely(4) { ticks(8, &$0) }
    result.failureRate = random.oneOf([0, 0, 0.3, 0.8])
    result.promptCache = random.rarely(2) { random in
      PromptCacheSettings(
        ttl: ticks(12, &random), refresh: random.chance(0.5),
        minimumTokens: Int64(random.oneOf([0, 40])))
    }
    return result
  }

  private static func breakerRule(_ random: inout TestRandom) -> BreakerSettings.Rule {
    guard random.chance(0.4) else {
      return .failures(1 + random.below(3), consecutive: random.chance(0.3))
    }
    let share = random.oneOf([1, 333_333_333, 500_000_000, 1_000_000_000] as [Int64])
    return .rate(billionths: share, minimumCalls: 1 + random.below(4))
  }

  private static func latency(_ random: inout TestRandom) -> Distribution {
    let tick = Double(tick)
    switch random.below(3) {
    case 0: return .fixed(Double(random.below(10)) * tick)
    case 1: return .uniform(low: 0, high: 3e6)
    default:
      return .histogram(
        [0, 1, 4, 20].map {
          Distribution.Bin(low: $0 * tick, high: $0 * tick, weight: random.uniform())
        })
    }
  }

  private static func quota(_ random: inout TestRandom) -> QuotaLimits {
    var limits = QuotaLimits()
    limits.requestsPerMinute = random.rarely(3) { Int64(1 + $0.below(70)) }
    limits.burst = random.rarely(2) { Int64(1 + $0.below(3)) }
    limits.tokensPerMinute = random.rarely(3) { Int64(60 + $0.below(4_000)) }
    limits.charge = random.oneOf([.actual, .reserved])
    limits.window = random.rarely(3) {
      SimDuration(microseconds: $0.oneOf([1, 10, 60]) * 1_000_000)
    }
    limits.concurrent = random.rarely(4) { 1 + $0.below(2) }
    limits.audioPerDay = random.rarely(5) { ticks(200, &$0) + .second }
    limits.maxWait = random.rarely(2) { ticks(40, &$0) }
    if Quota.problem(in: limits) != nil { limits.window = nil }
    return limits
  }

  // MARK: Calls

  private static func workload(_ number: Int, _ random: inout TestRandom) -> Workload {
    let stages = random.chance(0.5) ? 1 : 1 + random.below(3)
    let isPlain = stages == 1 && random.chance(0.7)
    var workload = Workload(
      name: "w\(number)", useCase: "use", volume: 10,
      stages: (0..<stages).map { _ in
        var stage = Stage(
          calls: (0...(isPlain ? 0 : random.below(3))).map { _ in
            var call = StageCall(mix: mix(&random))
            if !isPlain, random.chance(0.3) { call.probability = 0.6 }
            return call
          })
        if isPlain { return stage }
        stage.delay = random.chance(0.5) ? .zero : ticks(8, &random)
        if random.chance(0.2) { stage.chance = 0.6 }
        if random.chance(0.2) { stage.continuation = 0.7 }
        return stage
      })
    if !isPlain, random.chance(0.3) { addRounds(to: &workload, &random) }
    return workload
  }

  /// Stages of tools, the next of which is only made where any is called.
  private static func addRounds(to workload: inout Workload, _ random: inout TestRandom) {
    for place in workload.stages.indices {
      workload.stages[place].part = random.oneOf([.step, .tools, .round])
      for call in workload.stages[place].calls.indices where random.chance(0.5) {
        workload.stages[place].calls[call].probability = 0.3
        workload.stages[place].calls[call].called = random.oneOf([nil, 0.5])
      }
    }
  }

  private static func mix(_ random: inout TestRandom) -> [Variant] {
    let count = 1 + random.below(2)
    return (0..<count).map { _ in
      var variant = Variant(
        share: 1 / Double(count), input: .uniform(low: 0, high: 300),
        output: .uniform(low: 0, high: 200))
      variant.attributes[.task] = random.rarely(2) { $0.oneOf(["a", "b"]) }
      variant.attributes[.tier] = random.oneOf([nil, "standard", "premium", "other"])
      variant.attributes[.cacheClass] = random.oneOf([nil, "short", "long", "zero"])
      if random.chance(0.5) { variant.input = .fixed(Double(random.below(200))) }
      if random.chance(0.3) { variant.reasoning = .uniform(low: 0, high: 90) }
      if random.chance(0.3) { variant.audio = .uniform(low: 0, high: 40) }
      if random.chance(0.2) { (variant.frameTokens, variant.meters[.images]) = (85, .fixed(2)) }
      variant.maxTokens = random.rarely(3) { Int64($0.below(250)) }
      variant.prompts = random.oneOf([
        .none, .unique, .pool(size: 2, exponent: 1, perUser: false),
        .pool(size: 1, exponent: 0, perUser: true), .pool(size: 1, exponent: 0, perUser: false),
      ])
      variant.prefixTokens = Int64(random.oneOf([0, 30, 50]))
      variant.prefixSharedByUsers = random.chance(0.5)
      variant.batch = random.chance(0.2)
      return variant
    }
  }

  // MARK: The rest

  private static func addFaults(
    to scenario: inout Scenario, base: Int64, _ random: inout TestRandom
  ) {
    for _ in 0..<random.below(3) {
      let from = SimTime(microseconds: base) + ticks(40, &random)
      scenario.outages.append(
        Outage(
          model: id(scenario.catalog.models.count, &random), region: random.oneOf([nil, "east"]),
          from: from, to: from + ticks(40, &random), rate: random.oneOf([1, 0.5])))
    }
    if random.chance(0.4) {
      scenario.retry = RetrySettings(
        max: 1 + random.below(3), base: ticks(4, &random), cap: ticks(10, &random))
    }
    scenario.billFailures = random.oneOf(FailureBilling.allCases)
  }

  private static func addCache(
    to scenario: inout Scenario, base: Int64, _ random: inout TestRandom
  ) {
    scenario.cache.mode = random.oneOf(CacheSettings.Mode.allCases + [.keyed])
    scenario.cache.scope = random.oneOf(CacheSettings.Scope.allCases)
    scenario.cache.latency = random.oneOf([.zero, SimDuration(microseconds: tick)])
    scenario.cache.classes = [
      "short": CacheSettings.Class(ttl: ticks(8, &random), hitRate: 0.5),
      "long": CacheSettings.Class(ttl: ticks(400, &random), hitRate: random.oneOf([nil, 0, 0.9])),
      "zero": CacheSettings.Class(ttl: .zero, hitRate: 0.5),
    ]
    if random.chance(0.3) {
      scenario.cache.defaultClass = CacheSettings.Class(ttl: ticks(20, &random), hitRate: 0.3)
    }
    if random.chance(0.3) {
      scenario.cache.flushes = (0...random.below(2)).map { _ in
        SimTime(microseconds: base) + ticks(60, &random)
      }.sorted()
    }
  }
}
