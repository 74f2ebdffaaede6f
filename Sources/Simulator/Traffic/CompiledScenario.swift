import CostModel
import Scenarios
import Support

/// Where an attempt goes: one region of one model, with its own breaker, quota and prompt cache.
package struct CompiledTarget: Sendable {
  package var model: ModelID
  package var region: String?
  /// `model` or `model@region`.
  package var name: String
}

/// What is drawn for an attempt at a target.
package struct AttemptDraws: Sendable, BitwiseCopyable {
  package var latency: Sampler
  /// Negative: it is drawn.
  package var fixedLatency: Int64
  /// Whether an attempt needs its block of draws.
  package var isDrawn: Bool
  /// Microseconds that each second of audio adds.
  package var perAudioSecond: Int64 = 0

  /// What so many microseconds of audio add, half a microsecond rounded up.
  @inline(__always)
  package func latency(ofAudio audio: Int64) -> Int64 {
    perAudioSecond == 0 ? 0 : Self.latency(ofAudio: audio, each: perAudioSecond)
  }

  @inline(never)
  package static func latency(ofAudio audio: Int64, each: Int64) -> Int64 {
    let product = Int128(max(0, audio)) * Int128(each)
    // Longer than a thousand years is no latency, and would not leave room for a start before it.
    return Int64(min((product + 500_000) / 1_000_000, Int128(Int64.max / 256)))
  }
}

package struct CompiledWorkload: Sendable {
  package var name: String
  package var useCase: Int
  /// Key of its draws.
  package var key: UInt64
  package var volume: Double
  /// By account plan.
  package var planFactors: [Double]
  package var arrivals: ArrivalProcess
  package var timeline: Int
  package var stages: [CompiledStage]
  /// More than one call, or a call that may not be made.
  package var isFlow: Bool
  package var conversation: CompiledConversation?
  /// In the mean; 1 of other workloads, whose flows are counted as they are.
  package var callsPerConversation = 1.0
}

/// What every arrival of a workload needs, as plain numbers: copying it counts no references.
package struct ArrivalPlan: Sendable {
  package var key: UInt64
  package var isFlow: Bool
  package var arrivals: ArrivalProcess
  package var timeline: Int
  /// Of a workload that is no flow: its call's first kind, and its shares in `mixShares`.
  package var firstKind: Int
  package var shares: Range<Int>
  /// Into `mixGuides`.
  package var guide: Int
  /// Into the scenario's experiments; negative: it takes part in none.
  package var experiment = -1
}

package struct CompiledStage: Sendable {
  package var part: Stage.Part
  package var delay: Int64
  package var continuation: Double
  package var chance: Double
  package var calls: [CompiledStageCall]
}

package struct CompiledStageCall: Sendable {
  package var probability: Double
  /// Chance that the tool is called, whether it calls a model or not.
  package var called: Double
  /// The call's place in its flow, in the high half of `Draws.block(part:)`.
  package var part: UInt64
  package var firstKind: Int
  /// Running sums of the shares, as places in `mixShares`.
  package var shares: Range<Int>
  /// Into `mixGuides`.
  package var guide: Int
}

/// A scenario with every name turned into a dense number and every distribution into a table:
/// what the engine runs on. Shared by all its plans and runs.
package struct CompiledScenario: Sendable {
  package private(set) var scenario: Scenario
  /// The library's chains; its targets are numbered as `targets`.
  package let chains: ChainTable
  package private(set) var targets: [CompiledTarget] = []
  /// First target and number of targets of each model.
  package private(set) var targetsOfModel: [Range<Int>] = []
  package private(set) var useCases: [String] = []
  package private(set) var tiers: [String] = []
  package private(set) var groups: [CallGroup] = []
  package private(set) var chainKinds: [ChainKind] = []
  package private(set) var billings: [Billing] = []
  package private(set) var cacheClasses: [String?] = []
  package private(set) var kinds: [CallClass] = []
  /// Kinds that calls arrive as; the others are what the budget makes of them.
  package private(set) var arrivingKinds: [Int] = []
  /// By tier that the budget may send calls to: how far behind a kind that calls arrive as the same
  /// kind lies that is made in that tier.
  package private(set) var kindOffsets: [String: Int] = [:]
  /// What a conversion of each kind brings, where the scenario says it.
  package private(set) var conversionValues: [MoneySum?] = []
  /// By kind.
  package private(set) var qualities: [CompiledQuality] = []
  /// The variant of each kind, and the attributes that its rules see.
  package private(set) var attributes: [CallAttributes] = []
  /// Rules that decide in place of the policy, by kind.
  package private(set) var pinned: [Int: Policy.Rule] = [:]
  /// Kinds whose route a classifier names.
  package private(set) var classified: Set<Int> = []
  package private(set) var workloads: [CompiledWorkload] = []
  /// By workload.
  package private(set) var arrivalPlans: [ArrivalPlan] = []
  /// Of every mix the running sums of its shares, ∞ in place of the last.
  package private(set) var mixShares: [Double] = []
  /// `MixGuide.cells` of every mix.
  package private(set) var mixGuides: [UInt16] = []
  package private(set) var timelines: [Timeline] = []
  package private(set) var tables = SamplerTables()
  package private(set) var promptPools: [PromptPool] = []
  /// What kinds of calls are metered for beside text tokens, thinking and audio time.
  package private(set) var meters: [CompiledMeter] = []
  /// What kinds of calls bill at other models.
  package private(set) var uses: [CompiledUse] = []
  /// How a log says that calls were billed, by kind; kinds of which it says nothing have none.
  package private(set) var toldBillings: [Int: BillingVariant] = [:]
  /// Of prefixes that several lengths share: where each part ends, and the key of all up to there.
  package private(set) var prefixParts: [[PrefixPart]] = []
  /// By target.
  package private(set) var attemptDraws: [AttemptDraws] = []
  private var profiles: [TrafficProfile] = []
  /// Where names stand in the lists above.
  private var placeOfUseCase: [String: Int] = [:]
  private var placeOfTier: [String: Int] = [:]
  private var placeOfGroup: [CallGroup: Int] = [:]
  private var placeOfBilling: [Billing: Int] = [:]
  private var placeOfCacheClass: [String?: Int] = [:]
  private var placeOfChain: [ChainKind: Int] = [:]

  package init(_ scenario: Scenario) {
    self.scenario = scenario
    chains = ChainTable(
      models: scenario.catalog.models.count, chains: scenario.chains, regions: scenario.regions)
    targets = chains.targets.map { target in
      CompiledTarget(
        model: target.model, region: target.region, name: target.name(in: scenario.catalog))
    }
    var first = 0
    for model in scenario.catalog.models.indices {
      let count = targets[first...].prefix { $0.model.index == model }.count
      targetsOfModel.append(first..<(first + count))
      first += count
    }
    attemptDraws = targets.map { target in
      let behaviour = scenario.behaviours[target.model.index]
      let latency = tables.sampler(for: behaviour.latency)
      let isSick = scenario.outages.contains { $0.strikes(target.model, target.region) }
      return AttemptDraws(
        latency: latency, fixedLatency: latency.constant ?? -1,
        isDrawn: latency.constant == nil || behaviour.failureRate > 0 || isSick,
        perAudioSecond: behaviour.latencyPerAudioSecond.microseconds)
    }
    for workload in scenario.workloads { add(workload) }
    for tier in tiersOfActions {
      kindOffsets[tier] = kinds.count
      for kind in arrivingKinds { addKind(kind, in: tier) }
    }
  }

  /// Tiers that the budget may send calls to, each once.
  private var tiersOfActions: [String] {
    var found: [String] = []
    for case .tier(let tier) in scenario.budget?.actions.map(\.effect) ?? []
    where !found.contains(tier) { found.append(tier) }
    return found
  }

  private mutating func addKind(_ original: Int, in tier: String) {
    var (kind, seen) = (kinds[original], attributes[original])
    let number = Self.index(of: tier, in: &tiers, &placeOfTier)
    kind.tier = UInt16(number)
    var group = groups[Int(kind.group)]
    group.tier = number
    kind.group = UInt32(Self.index(of: group, in: &groups, &placeOfGroup))
    let unfit = chainKinds[Int(kind.chain)].unfit
    kind.chain = UInt16(
      Self.index(of: ChainKind(tier: number, unfit: unfit), in: &chainKinds, &placeOfChain))
    seen[.tier] = tier
    pinned[kinds.count] = pinned[original]
    toldBillings[kinds.count] = toldBillings[original]
    if classified.contains(original) { classified.insert(kinds.count) }
    conversionValues.append(conversionValues[original])
    qualities.append(qualities[original])
    kinds.append(kind)
    attributes.append(seen)
  }

  /// A model of several regions is billed in the first.
  private mutating func add(_ use: ModelUse) {
    guard let model = scenario.catalog.id(named: use.model) else { return }
    let first = meters.count
    for (meter, law) in use.variant.statedMeters {
      meters.append(CompiledMeter(meter, law, isTotal: false, &tables))
    }
    uses.append(
      CompiledUse(
        target: targetsOfModel[model.index].lowerBound,
        billing: Self.index(
          of: Billing(batch: false, serviceTier: nil), in: &billings, &placeOfBilling),
        input: tables.sampler(for: use.input), output: tables.sampler(for: use.output),
        audio: tables.sampler(for: use.audio, scale: 1e6), meters: first..<meters.count))
  }

  /// Whether that kind of chain leaves out models that cannot do the calls' task.
  package func leavesOut(chain: Int) -> Bool {
    let kind = chainKinds[chain]
    guard !kind.unfit.isEmpty else { return false }
    return (scenario.chains[tiers[kind.tier]] ?? []).contains { kind.unfit.contains($0) }
  }

  /// The first of these models that can do the task of a kind's calls, as far as the catalog tells.
  package func firstFit(in models: [ModelID], forKindOf kind: CallClass) -> ModelID? {
    let unfit = chainKinds[Int(kind.chain)].unfit
    return models.first { !unfit.contains($0) }
  }

  package var accountPlanCount: Int { max(1, scenario.users.accountPlans.count) }

  private mutating func add(_ workload: Workload) {
    let planNames = scenario.users.accountPlans.map(\.name)
    let key = Draws.key(of: workload.name)
    let experiment = scenario.experiment(of: workload)
    let factors = planNames.map { workload.volumeByAccountPlan[$0] ?? 1 }
    var part: UInt64 = 0
    var stages: [CompiledStage] = []
    for stage in workload.stages {
      var calls: [CompiledStageCall] = []
      for call in stage.calls {
        let first = kinds.count
        var sum = 0.0
        let (firstShare, guide) = (mixShares.count, mixGuides.count)
        for variant in call.mix.dropLast() {
          sum += variant.share
          mixShares.append(sum)
        }
        mixGuides += MixGuide.cells(of: mixShares[firstShare...])
        mixShares.append(.infinity)
        // Every variant of an experiment has the mix's kinds, in the same order.
        for arm in 0..<(experiment.map { scenario.experiments[$0].arms.count } ?? 1) {
          for (place, variant) in call.mix.enumerated() {
            addKind(
              variant, useCase: workload.useCase, key: key, part: part << 32,
              prefix: PrefixPlace(of: place, call, part: part, in: workload),
              in: experiment.map { ($0, arm) })
          }
        }
        calls.append(
          CompiledStageCall(
            probability: call.probability, called: call.called ?? call.probability,
            part: part << 32, firstKind: first,
            shares: firstShare..<mixShares.count, guide: guide))
        part += 1
      }
      stages.append(
        CompiledStage(
          part: stage.part, delay: stage.delay.microseconds, continuation: stage.continuation,
          chance: stage.chance,
          calls: calls))
    }
    let certain = workload.isOneCall
    let timeline = timeline(for: workload.profile)
    let first = stages[0].calls.first
    arrivalPlans.append(
      ArrivalPlan(
        key: key, isFlow: !certain, arrivals: workload.arrivals,
        timeline: timeline, firstKind: first?.firstKind ?? 0,
        shares: first?.shares ?? 0..<0, guide: first?.guide ?? 0,
        experiment: experiment ?? -1))
    workloads.append(
      CompiledWorkload(
        name: workload.name,
        useCase: Self.index(of: workload.useCase, in: &useCases, &placeOfUseCase),
        key: key, volume: workload.volume,
        planFactors: factors.isEmpty ? [1] : factors, arrivals: workload.arrivals,
        timeline: timeline, stages: stages, isFlow: !certain,
        conversation: workload.conversation.map {
          CompiledConversation($0, of: workload, firstKind: first?.firstKind ?? 0, &tables)
        }, callsPerConversation: max(1, workload.conversation?.expectedCalls ?? 1)))
  }

  private mutating func timeline(for profile: TrafficProfile) -> Int {
    if let known = profiles.firstIndex(of: profile) { return known }
    profiles.append(profile)
    timelines.append(Timeline(period: scenario.period, profile: profile))
    return timelines.count - 1
  }

  /// A log's period grows as it is read.
  package mutating func setPeriod(_ period: Period) { scenario.period = period }

  /// Lengthens a log's own span up to a row on one of its days.
  package mutating func observe(until last: Int64) {
    scenario.period.observed?.end = SimTime(microseconds: last + 1)
  }

  /// Logged calls are billed plainly; their kinds come one by one, each with its counterparts in the tiers
  /// of the budget right behind it.
  package mutating func beginLog() {
    _ = Self.index(of: Billing(batch: false, serviceTier: nil), in: &billings, &placeOfBilling)
    for (place, tier) in tiersOfActions.enumerated() { kindOffsets[tier] = place + 1 }
  }

  /// The number of a kind of logged calls: their sizes come with each call.
  package mutating func addLoggedKind(
    _ attributes: CallAttributes, useCase: String, prompts: PromptRepetition
  ) -> Int {
    var variant = Variant(share: 1, attributes: attributes)
    variant.unfit = scenario.incapable(of: attributes[.task])
    variant.prompts = prompts
    let told = LoggedBilling.variant(of: attributes)
    if told != BillingVariant() { toldBillings[kinds.count] = told }
    let billed = listed(told)
    (variant.batch, variant.serviceTier) = (billed.batch, billed.serviceTier)
    variant.attributes[.region] = billed.region
    addKind(variant, useCase: useCase, key: Draws.traceKey, part: 0)
    let number = kinds.count - 1
    for tier in tiersOfActions { addKind(number, in: tier) }
    return number
  }

  /// What of it any price sheet lists: the rest is billed at ordinary prices, and no way of its own.
  private func listed(_ told: BillingVariant) -> BillingVariant {
    let sheets = scenario.catalog.models.lazy.flatMap(\.prices)
    var variant = BillingVariant()
    variant.batch = told.batch && sheets.contains { $0.batch != nil }
    variant.serviceTier = told.serviceTier.flatMap { tier in
      sheets.contains { $0.serviceTiers[tier] != nil } ? tier : nil
    }
    variant.region = told.region.flatMap { region in
      sheets.contains { $0.region(named: region) != nil } ? region : nil
    }
    return variant
  }

  /// - Parameter arm: the experiment that the kind takes part in, and its variant.
  private mutating func addKind(
    _ original: Variant, useCase: String, key: UInt64, part: UInt64,
    prefix prefixPlace: PrefixPlace = PrefixPlace(), in arm: (experiment: Int, number: Int)? = nil
  ) {
    let place = arm.map { ArmPlace(of: original, in: $0, scenario, key: key) }
    let variant = place?.variant ?? original
    if let rule = variant.pinned { pinned[kinds.count] = rule }
    if variant.isClassified { classified.insert(kinds.count) }
    var seen = variant.attributes
    seen[.useCase] = seen[.useCase] ?? useCase
    attributes.append(seen)
    arrivingKinds.append(kinds.count)
    conversionValues.append(variant.conversionValue)
    qualities.append(CompiledQuality(variant.quality, &tables))
    let cache = cacheUse(of: variant)
    var pool = 0
    let form: CallClass.PromptForm
    switch variant.prompts {
    case .none: form = .none
    case .unique: form = .unique
    case .pool(let size, let exponent, let perUser):
      form = perUser ? .userPool : .pool
      pool = promptPools.count
      promptPools.append(PromptPool(size: size, exponent: exponent))
    }
    let samplers = (
      tables.sampler(for: variant.input), tables.sampler(for: variant.output),
      tables.sampler(for: variant.reasoning), tables.sampler(for: variant.audio, scale: 1e6)
    )
    let isDrawn = [samplers.0, samplers.1, samplers.2, samplers.3].contains { $0.constant == nil }
    let firstMeter = Int32(meters.count)
    for (meter, law) in variant.statedMeters {
      let isTotal = meter.whole.map { variant.drawnWhole[$0] == meter } ?? false
      meters.append(CompiledMeter(meter, law, isTotal: isTotal, &tables))
    }
    let (endMeter, firstUse) = (Int32(meters.count), Int32(uses.count))
    for use in variant.uses { add(use) }
    let hasKey = cache?.mode == .keyed && form != .none
    let tier = Self.index(
      of: variant.attributes[.tier] ?? ChainTable.defaultTier, in: &tiers, &placeOfTier)
    let chain = ChainKind(tier: tier, unfit: variant.unfit)
    let prefix = prefixPlace.key(of: variant, original, base: place?.prefixKey ?? key, key)
    if prefix.parts.count > 1 { prefixParts.append(prefix.parts) }
    let useCase = Self.index(of: useCase, in: &useCases, &placeOfUseCase)
    var group = CallGroup(
      useCase: useCase, tier: tier, action: variant.attributes[.action],
      segment: variant.attributes[.segment], msgs: variant.msgs)
    if scenario.workloads.isEmpty, scenario.policy.estimates {
      group.rule = scenario.policy.firstMatchPlace(seen)
    }
    kinds.append(
      CallClass(
        key: key, workload: UInt16(workloads.count), useCase: UInt16(useCase),
        tier: UInt16(tier),
        group: UInt32(Self.index(of: group, in: &groups, &placeOfGroup)),
        chain: UInt16(Self.index(of: chain, in: &chainKinds, &placeOfChain)),
        billing: UInt16(
          Self.index(
            of: Billing(
              batch: variant.batch, serviceTier: variant.serviceTier,
              region: variant.attributes[.region]), in: &billings, &placeOfBilling)),
        arm: place?.arm ?? -1, promptKey: place?.promptKey ?? key,
        prefixKey: prefix.key,
        cacheClass: cache.map { _ in
          Int16(
            Self.index(of: variant.attributes[.cacheClass], in: &cacheClasses, &placeOfCacheClass))
        } ?? -1,
        cacheMode: cache?.mode ?? .off, cacheTTL: cache?.ttl ?? .zero,
        cacheRate: cache?.rate ?? 0, part: part, input: samplers.0, output: samplers.1,
        reasoning: samplers.2, audio: samplers.3,
        extraInput: variant.prefixTokens + variant.frameTokens, frameTokens: variant.frameTokens,
        firstMeter: firstMeter, endMeter: endMeter,
        firstUse: firstUse, endUse: Int32(uses.count), prefixTokens: variant.prefixTokens,
        prefixSharing: variant.prefixSharing, prefixIsLong: variant.prefixIsLong,
        prefixParts: prefix.parts.count > 1 ? Int32(prefixParts.count - 1) : -1,
        turnKind: variant.turnKind,
        maxTokens: variant.maxTokens ?? -1, limitsThinking: variant.limitedTokens == .all,
        promptForm: form, pool: pool,
        satisfaction: variant.satisfaction ?? -1, ratedShare: variant.ratedShare,
        conversion: variant.conversion ?? -1, asksKnowledge: variant.asksKnowledge,
        sells: variant.conversionValue != nil,
        drawsPrompt: hasKey, drawsShape: isDrawn || (hasKey && form != .unique)))
  }

  /// The hit rate of calls of that kind in `rate` mode; 0 in the others.
  package func cacheRate(ofKind kind: Int, at time: Int64) -> Double {
    CacheSettings.hitRate(
      kinds[kind].cacheRate, ttl: kinds[kind].cacheTTL, at: time, flushes: scenario.cache.flushes)
  }

  /// nil where nothing is looked up: no key, ttl or rate 0, cache off.
  private func cacheUse(
    of variant: Variant
  ) -> (mode: CacheSettings.Mode, ttl: SimDuration, rate: Double)? {
    let cache = scenario.cache
    guard cache.mode != .off,
      let settings = cache.settings(for: variant.attributes[.cacheClass]),
      variant.prompts != .none, settings.ttl > .zero
    else { return nil }
    if cache.mode == .keyed { return (.keyed, settings.ttl, 0) }
    guard let rate = settings.hitRate, rate > 0 else { return nil }
    return (.rate, settings.ttl, rate)
  }

  /// Where a value stands in a list that it is added to if need be; `known` says where values stand.
  private static func index<T: Hashable>(
    of value: T, in list: inout [T], _ known: inout [T: Int]
  ) -> Int {
    if let known = known[value] { return known }
    known[value] = list.count
    list.append(value)
    return list.count - 1
  }
}
