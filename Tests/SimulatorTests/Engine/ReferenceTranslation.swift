import CostModel
import ReferenceEngine

@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// A scenario and its calls in the reference engine's own words.
struct ReferenceTranslation {
  let compiled: CompiledScenario
  private let variants: [Variant]
  private let draws: Draws
  private let factory: CallFactory
  /// Without hits, so that what one would have been is drawn as well: whether it is one depends on
  /// when it comes.
  private let whole: CallFactory
  /// The same without experiments.
  private let plain: (compiled: CompiledScenario, factory: CallFactory)
  /// Every call with its place in its flow, by id.
  private(set) var calls: [(call: Call, part: UInt64, workload: UInt64)] = []

  init(_ compiled: CompiledScenario, users: Int) {
    self.compiled = compiled
    let scenario = compiled.scenario
    variants = scenario.workloads.flatMap { $0.stages.flatMap { $0.calls.flatMap(\.mix) } }
    draws = Draws(seed: scenario.seed, run: 1)
    let population = Population(scenario, users: users, draws: draws)
    let routing = CompiledRouting(compiled)
    factory = CallFactory(
      compiled: compiled, population: population, routing: routing, draws: draws)
    var cacheless = scenario
    if scenario.cache.mode == .rate { cacheless.cache = CacheSettings() }
    whole = CallFactory(
      compiled: CompiledScenario(cacheless), population: population, routing: routing, draws: draws)
    cacheless.experiments = []
    let other = CompiledScenario(cacheless)
    plain = (
      other,
      CallFactory(
        compiled: other, population: population, routing: CompiledRouting(other), draws: draws)
    )
  }

  /// The call, or start of a flow, that the simulator is given.
  func call(at time: Int64, workload: Int, user: Int, index: Int) -> Call {
    factory.call(
      factory.arrival(
        at: time, workload: workload, user: UInt32(user), index: UInt32(index)))
  }

  /// The same with all that its stages will be.
  mutating func arrival(of call: Call, workload: Int) -> ReferenceArrival {
    guard call.isFlowStart else {
      let drawn = whole.call(
        whole.arrival(at: call.time, workload: workload, user: call.user, index: call.index))
      let base = plain.factory.call(
        plain.factory.arrival(
          at: call.time, workload: workload, user: call.user, index: call.index))
      return ReferenceArrival(
        time: call.time,
        stages: [.init(delay: 0, calls: [reference(drawn, base, workload, part: 0)])])
    }
    var stages: [ReferenceArrival.Stage] = []
    var part: UInt64 = 0
    let key = Draws.key(of: compiled.scenario.workloads[workload].name)
    func word(_ part: UInt64) -> SplitMix.Block {
      draws.block(
        .flow, call: UInt64(call.index), user: UInt64(call.user), workload: key, part: part)
    }
    var toolWasCalled = false
    for (number, stage) in compiled.scenario.workloads[workload].stages.enumerated() {
      let decision = word(UInt64(number) << 32)
      if stage.part == .round, !toolWasCalled { break }
      guard decision.0.unit < stage.continuation else {
        toolWasCalled = false
        break
      }
      if stage.part == .tools { toolWasCalled = false }
      var made: [ReferenceCall] = []
      for place in stage.calls.indices {
        defer { part += 1 << 32 }
        let tool = stage.calls[place]
        if stage.part == .tools, decision.1.unit < stage.chance,
          word(part | 1).2.unit < tool.called ?? tool.probability
        {
          toolWasCalled = true
        }
        guard word(part | 1).2.unit < stage.calls[place].probability else { continue }
        let drawn = whole.flowCall(
          compiled.workloads[workload].stages[number].calls[place], workload: workload, at: 0,
          user: call.user, index: call.index, flow: 0)
        let base = plain.factory.flowCall(
          plain.compiled.workloads[workload].stages[number].calls[place], workload: workload, at: 0,
          user: call.user, index: call.index, flow: 0)
        if decision.1.unit < stage.chance {
          made.append(reference(drawn, base, workload, part: part))
        }
      }
      guard decision.1.unit < stage.chance else { continue }
      stages.append(.init(delay: stage.delay.microseconds, calls: made))
    }
    var arrival = ReferenceArrival(time: call.time, stages: stages, givesUp: toolWasCalled)
    if compiled.scenario.workloads[workload].runLimit != nil { arrival.limit = workload }
    return arrival
  }

  /// - Parameter base: the call as it is without experiments; what is drawn for its answer is the
  ///   simulator's.
  private mutating func reference(
    _ call: Call, _ base: Call, _ workload: Int, part: UInt64
  ) -> ReferenceCall {
    let variant = variants[Int(base.kind)]
    let key = Draws.key(of: compiled.scenario.workloads[workload].name)
    calls.append((call, part, key))
    var result = ReferenceCall()
    result.id = calls.count - 1
    result.user = Int(call.user)
    result.routed = Int(base.routed)
    result.tier = variant.attributes[.tier]
    result.unfit = Set(variant.unfit.map(\.index))
    result.cache = cache(of: variant, call, key: key, part: part)
    // A prompt that never comes back is one that no other call has.
    if variant.prompts == .unique { result.prompt = 1 << 63 | UInt64(result.id) }
    if case .pool = variant.prompts { result.prompt = base.prompt >> 1 }
    result.input = base.input
    result.images = variant.frameTokens
    addMeters(to: &result, of: call, key: key, part: part)
    result.output = base.output
    result.reasoning = base.reasoning
    result.audio = call.audio
    result.maxTokens = variant.maxTokens
    if variant.prefixTokens > 0 {
      result.prefix = prefix(of: base.kind, variant, variant.prefixTokens, user: call.user)
    }
    result.batch = variant.batch
    change(&result, drawn: call, kind: base.kind, workload)
    result.least = result.images
    if case .block(_, let tokens) = result.prefix { result.least += tokens }
    result.actions = actions(on: call, result, workload, variant, part: part)
    return result
  }

  /// What the call is metered for, from the words that the simulator draws.
  private func addMeters(
    to result: inout ReferenceCall, of call: Call, key: UInt64, part: UInt64
  ) {
    func block(_ block: DrawBlock, _ number: UInt64) -> [UInt64] {
      let words = draws.block(
        block, call: UInt64(call.index), user: UInt64(call.user), workload: key,
        part: part | number)
      return [words.0, words.1, words.2, words.3]
    }
    func drawn(_ places: Range<Int>, _ number: UInt64) -> [String: Int64] {
      var meters: [String: Int64] = [:]
      for metered in places.map({ compiled.meters[$0] }) {
        let word = block(metered.block, number)[metered.lane]
        meters[metered.meter.key] = compiled.tables.draw(metered.sampler, word)
      }
      return meters
    }
    let kind = compiled.kinds[Int(call.kind)]
    result.meters = drawn(kind.meters, 0)
    result.isSpeech = kind.meters.contains {
      compiled.meters[$0].block == .shape && compiled.meters[$0].meter == .inputAudio
    }
    for (place, index) in kind.uses.enumerated() {
      let (use, number) = (compiled.uses[index], UInt64(place + 1))
      let words = block(.modelUse, number)
      result.uses.append(
        ReferenceCall.Use(
          model: compiled.targets[use.target].model.index,
          input: compiled.tables.draw(use.input, words[0]),
          output: compiled.tables.draw(use.output, words[1]),
          audio: compiled.tables.draw(use.audio, words[2]),
          meters: drawn(use.meters, number)))
    }
  }

  /// The block that is the static prefix: of the kind of call, the length, the text and the user.
  private func prefix(
    of kind: UInt16, _ variant: Variant, _ tokens: Int64, text: Int = 0, user: UInt32
  ) -> ReferenceCall.Prefix {
    let owner = variant.prefixSharedByUsers ? 0 : UInt64(user) + 1
    precondition(owner < 1 << 20 && tokens < 1 << 20 && text < 1 << 8)
    let length = UInt64(tokens) << 28 | UInt64(text) << 20
    return .block(UInt64(kind) << 48 | length | owner, tokens: tokens)
  }

  /// What the call's variant of an experiment makes of it.
  private func change(
    _ result: inout ReferenceCall, drawn: Call, kind: UInt16, _ workload: Int
  ) {
    let variant = variants[Int(kind)]
    let name = compiled.scenario.workloads[workload].name
    guard
      let experiment = compiled.scenario.experiments.first(where: { $0.workloads.contains(name) })
    else { return }
    let isByUser = experiment.unit == .user
    let u = draws.block(
      .experiment, call: isByUser ? 0 : UInt64(drawn.index), user: UInt64(drawn.user),
      workload: Draws.key(of: experiment.name), part: isByUser ? 0 : Draws.key(of: name)
    ).0.unit
    var (number, upTo) = (0, experiment.arms[0].share)
    while number < experiment.arms.count - 1, u >= upTo {
      number += 1
      upTo += experiment.arms[number].share
    }
    guard Self.isMet(experiment.conditions, by: Self.seen(variant)) else { return }
    let arm = experiment.arms[number]
    if let model = arm.model { result.routed = model.index }
    let prefix = (arm.systemPrompt ?? variant.prefixTokens) + arm.addedPrompt
    if !drawn.cacheDraw { result.input += prefix - variant.prefixTokens }
    if arm.outputFactor != 1 {
      (result.output, result.reasoning) = (drawn.output, drawn.reasoning)
    }
    let own = number > 0 ? UInt64(number) << 40 : 0
    let hasOwnPrefix = arm.systemPrompt != nil || arm.addedPrompt > 0
    if let prompt = result.prompt { result.prompt = prompt ^ own }
    result.prefix =
      prefix > 0
      ? self.prefix(
        of: kind, variant, prefix, text: hasOwnPrefix ? number : 0, user: drawn.user) : .none
  }

  private static func seen(_ variant: Variant) -> [String: String] {
    var seen: [String: String] = [:]
    for attribute in Attribute.allCases { seen[attribute.name] = variant.attributes[attribute] }
    return seen
  }

  private static func isMet(
    _ conditions: [Policy.Condition], by seen: [String: String]
  ) -> Bool {
    ReferencePolicy.holds(
      Dictionary(uniqueKeysWithValues: conditions.map { ($0.attribute.name, $0.values) }),
      for: seen)
  }

  /// What each of the budget's actions would do to the call.
  private func actions(
    on call: Call, _ result: ReferenceCall, _ workload: Int, _ variant: Variant, part: UInt64
  ) -> [(routed: Int?, tier: String?)?] {
    let scenario = compiled.scenario
    let seen = Self.seen(variant).merging(
      ["use_case": scenario.workloads[workload].useCase]) { said, _ in said }
    let u = draws.block(
      .call, call: UInt64(call.index), user: UInt64(call.user),
      workload: Draws.key(of: scenario.workloads[workload].name), part: part
    ).2.unit
    return (scenario.budget?.actions ?? []).map { action in
      guard Self.isMet(action.conditions, by: seen) else { return nil }
      let tier = variant.attributes[.tier]
      switch action.effect {
      case .block, .shed, .cap: return (result.routed, tier)
      case .tier(let name):
        let chain = (scenario.chains[name] ?? []).map(\.index)
        return (chain.first { !result.unfit.contains($0) }, name)
      case .policy(let policy):
        return (ReferencePolicy(policy).model(for: seen, u: u) ?? -1, tier)
      }
    }
  }

  private func cache(
    of variant: Variant, _ call: Call, key: UInt64, part: UInt64
  ) -> ReferenceCall.Cache? {
    let cache = compiled.scenario.cache
    let listed = variant.attributes[.cacheClass].flatMap { cache.classes[$0] }
    guard cache.mode != .off, let settings = listed ?? cache.defaultClass else { return nil }
    if cache.mode == .keyed { return .keyed(ttl: settings.ttl.microseconds) }
    guard let rate = settings.hitRate, rate > 0, settings.ttl > .zero else { return nil }
    let word = draws.block(
      .call, call: UInt64(call.index), user: UInt64(call.user), workload: key, part: part)
    return .rate(rate, ttl: settings.ttl.microseconds, u: word.3.unit)
  }

  /// Failure draw and latency of an attempt, from the words that the simulator draws.
  func draw(id: Int, attempt: Int, target: Int) -> (u: Double, latency: Int64) {
    let (call, part, workload) = calls[id]
    let word = draws.block(
      .attempt, call: UInt64(call.index), user: UInt64(call.user), workload: workload,
      part: part | UInt64(attempt))
    return (word.0.unit, compiled.tables.draw(compiled.attemptDraws[target].latency, word.1))
  }
}

extension ReferenceScenario {
  init(_ scenario: Scenario) {
    self.init()
    models = scenario.catalog.models.enumerated().map { number, model in
      ReferenceModel(
        model, scenario.behaviours[number],
        regions: scenario.regions[ModelID(UInt16(number))] ?? [])
    }
    fallbacks = scenario.chains.mapValues { $0.map(\.index) }
    outages = scenario.outages.map {
      Outage(
        model: $0.model.index, region: $0.region, from: $0.from.microseconds,
        to: $0.to.microseconds, rate: $0.rate)
    }
    retryMax = scenario.retry.max
    retryBase = scenario.retry.base.microseconds
    retryCap = scenario.retry.cap.microseconds
    switch scenario.billFailures {
    case .none: billFailures = .none
    case .input: billFailures = .input
    case .all: billFailures = .all
    }
    budget = scenario.budget.map { ReferenceBudget($0, of: scenario.period.months[0]) }
    cacheIsPerUser = scenario.cache.scope == .user
    cacheLatency = scenario.cache.latency.microseconds
    flushes = scenario.cache.flushes.map(\.microseconds)
    for (number, workload) in scenario.workloads.enumerated() {
      guard let limit = workload.runLimit else { continue }
      runLimits[number] = (limit.concurrent, limit.maxWait?.microseconds)
    }
  }
}

extension ReferencePolicy {
  init(_ policy: Policy) {
    self.init(
      rules: policy.rules.map { rule in
        let choice: Choice =
          switch rule.choice {
          case .logged: .logged
          case .model(let id): .model(id.index)
          case .weighted(let models): .weighted(models.map { ($0.model.index, $0.weight) })
          }
        return Rule(
          name: rule.name,
          conditions: Dictionary(
            uniqueKeysWithValues: rule.conditions.map { ($0.attribute.name, $0.values) }),
          choice: choice)
      })
  }
}

extension ReferenceBudget {
  init(_ budget: Budget, of month: Period.Span) {
    self.init(
      month: month.start.microseconds..<month.end.microseconds,
      every: budget.evaluateEvery?.microseconds,
      lag: budget.dataLag.microseconds,
      actions: budget.actions.map { action in
        let effect: Effect =
          switch action.effect {
          case .block, .shed: .refuse
          case .tier, .policy: .move
          case .cap(let calls, let amount):
            .cap(calls: calls, amount: amount.map { Int64($0.picodollars) })
          }
        return (Int64(budget.thresholds[action.line].amount.picodollars), effect)
      })
  }
}

extension ReferenceModel {
  init(_ model: Model, _ behaviour: TargetBehaviour, regions: [String]) {
    self.init()
    self.regions = regions
    prices = model.prices.map(ReferencePrices.init)
    maxTokens = model.maxOutputTokens
    window = model.contextWindow
    cutsInput = model.overWindow == .truncate
    quota.requestsPerMinute = behaviour.quota.requestsPerMinute
    quota.burst = behaviour.quota.burst
    quota.tokensPerMinute = behaviour.quota.tokensPerMinute
    quota.reserves = behaviour.quota.charge == .reserved
    quota.window = behaviour.quota.window?.microseconds
    quota.concurrent = behaviour.quota.concurrent
    quota.audioPerDay = behaviour.quota.audioPerDay?.microseconds
    quota.maxWait = behaviour.quota.maxWait?.microseconds
    breaker = behaviour.breaker.map(ReferenceBreaker.Settings.init)
    timeout = behaviour.timeout?.microseconds
    latencyPerAudioSecond = behaviour.latencyPerAudioSecond.microseconds
    failureRate = behaviour.failureRate
    promptCache = behaviour.promptCache.map {
      PromptCache(
        ttl: $0.ttl.microseconds, refresh: $0.refresh, minimumTokens: $0.minimumTokens)
    }
  }
}

extension ReferenceBreaker.Settings {
  init(_ settings: BreakerSettings) {
    self.init(
      failures: 0, window: settings.window.microseconds, open: settings.open.microseconds,
      probes: settings.probes, consecutive: false)
    switch settings.rule {
    case .failures(let count, let isConsecutive): (failures, consecutive) = (count, isConsecutive)
    case .rate(let billionths, let calls): rate = (billionths, calls)
    }
  }
}

extension ReferencePrices {
  init(_ sheet: PriceSheet) {
    self.init(card: Card(sheet.rates))
    from = sheet.effectiveFrom.microseconds
    tier = sheet.contextTiers.first.map { ($0.threshold, card.repriced(by: Card($0.rates))) }
    batch = sheet.batch.map { ($0.factor.numerator, $0.factor.denominator) } ?? (1, 1)
    regions = sheet.regions.mapValues { ($0.factor.numerator, $0.factor.denominator) }
    minimumAudio = sheet.minimumAudio.microseconds
    audioStep = sheet.audioStep.microseconds
    videoStep = sheet.videoStep.microseconds
    searchDocuments = sheet.searchDocuments
  }
}

extension ReferencePrices.Card {
  fileprivate init(_ rates: Rates) {
    func price(_ dimension: BillingDimension) -> ReferencePrices.Price? {
      rates[dimension].map { ReferencePrices.Price(Int128($0.picodollars), per: Int128($0.per)) }
    }
    self.init(input: price(.inputTokens), output: price(.outputTokens))
    cacheRead = price(.cacheReadTokens)
    cacheWrite = price(.cacheWriteTokens)
    for meter in CallMeter.allCases where meter.whole == nil {
      pieces[meter.key] = price(meter.dimension)
    }
    image = price(.inputImageTokens)
    spoken = price(.inputAudioTokens)
    outputImage = price(.outputImageTokens)
    outputSpoken = price(.outputAudioTokens)
    reasoning = price(.reasoningTokens)
    audio = price(.audioSeconds)
    call = price(.calls)
  }
}
