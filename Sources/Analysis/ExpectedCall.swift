import CostModel
import Scenarios

/// All calls of one variant, account plan and routed model: alike in everything that is not drawn.
package struct ExpectedCall: Sendable {
  /// One target of a call's chain.
  package struct Target: Sendable {
    package var model: ModelID
    package var region: String?
    /// `model` or `model@region`.
    package var name: String
    /// Chance that an attempt fails.
    package var failure: Double
    package var attempts: Int
    /// Share of all calls of the kind that the model's context window refuses.
    package fileprivate(set) var tooLong = 0.0
    /// Chance that the static prefix is read from the provider's cache.
    package var prefixHit = 0.0
    /// Tokens that are then read, and that are written for money otherwise.
    package var prefixRead = 0.0
    package var prefixWritten = 0.0
    /// The same for the longer lifetime.
    package var prefixWrittenLong = 0.0
    /// How much steadier the number M of misses of the prefix is than if calls missed it independently
    /// of each other, by call: (Cov(N, M) − E M)/E N with N the calls, and (Var M − E M)/E N.
    package var prefixCovariance = 0.0
    package var prefixVariance = 0.0
    /// Of a conversation's calls: mean tokens read and written; nil: of any other call.
    package var split: Split?

    /// Mean tokens of a call that are read from the provider's cache, and written to it for the shorter
    /// and for the longer time.
    package struct Split: Hashable, Sendable {
      package var read: Double
      package var short: Double
      package var long: Double
    }

    package init(
      model: ModelID, region: String? = nil, name: String, failure: Double, attempts: Int,
      prefixHit: Double = 0.0, prefixCovariance: Double = 0.0,
      prefixVariance: Double = 0.0
    ) {
      self.model = model
      self.region = region
      self.name = name
      self.failure = failure
      self.attempts = attempts
      self.prefixHit = prefixHit
      self.prefixCovariance = prefixCovariance
      self.prefixVariance = prefixVariance
    }

    package var link: FallbackChain.Link {
      FallbackChain.Link(failure: failure, success: 0, failed: 0, attempts: attempts)
    }

    /// Chance that a call which comes here goes on to the next target, whatever made it come.
    package var exhausted: Double { tooLong + (1 - tooLong) * link.exhausted }
  }

  /// What becomes, at one target of their chain, of calls that are no hits.
  package struct Passage: Sendable {
    /// Share of them that it takes, and that it answers.
    package fileprivate(set) var taken = 0.0
    package fileprivate(set) var answered = 0.0
    /// Mean tokens of those that it takes, as far as its window holds them.
    package fileprivate(set) var input = 0.0
    package fileprivate(set) var output = 0.0
  }

  package var workload: Int
  package var stage: Int
  /// The call's place in its stage.
  package var call: Int
  package var accountPlan: Int
  package var variant: Variant
  /// The variant's place in its mix.
  package var variantNumber: Int
  package var assignment = ExpectedAssignment()
  package var routed: ModelID
  /// Of the stage's call in its variant of an experiment: the variant's share × the route's weight.
  package var share: Double
  /// The knowledge base answers it, alone or with a smaller prompt.
  package var isKnown = false
  /// Calls of this kind in a flow, on average.
  package var perFlow: Double
  package internal(set) var chain: [Target] = []
  package var shape: CallShape
  /// How the windows of the chain divide the calls; empty: they hold every call.
  package private(set) var parts: [WindowPart] = []
  /// By target; of a chain whose windows divide the calls.
  fileprivate var passages: [Passage] = []
  fileprivate var lost = 0.0
  /// nil: nothing is looked up in the response cache.
  package var lookup: CacheSettings.Class?
  package var hitRate = 0.0
  /// Of prompts of a pool in a keyed cache: what becomes of their look-ups.
  package var pool: PoolMisses?

  /// Chance that a call that is made fails.
  package var failure: Double { (1 - hitRate) * exhausted }

  /// Chance that a call that is no hit fails: all of its targets do.
  package var exhausted: Double {
    parts.isEmpty ? chain.reduce(1.0) { $0 * $1.link.exhausted } : lost
  }

  /// Expected attempts on each target of a call that is made.
  package var attempts: [Double] {
    chain.indices.map {
      (1 - hitRate) * passage($0).taken * chain[$0].link.expectedAttempts
    }
  }

  /// What becomes at a target of the calls that are no hits.
  package func passage(_ place: Int) -> Passage {
    guard parts.isEmpty else { return passages[place] }
    let taken = chain[..<place].reduce(1.0) { $0 * $1.link.exhausted }
    return Passage(
      taken: taken, answered: taken * (1 - chain[place].link.exhausted), input: shape.meanInput,
      output: shape.meanOutput)
  }

  /// Sends the calls along targets of these models.
  package mutating func send(along chain: [Target], in catalog: Catalog) {
    self.chain = chain
    parts = WindowPart.all(of: variant, chain.map { catalog[$0.model] })
    passages = chain.map { _ in Passage() }
    lost = 0
    for part in parts {
      let edges = [-Double.infinity] + Set(part.bounds).sorted() + [Double.infinity]
      for (lower, upper) in zip(edges, edges.dropFirst()) {
        pass(part, part.shape.input(from: lower, below: upper).scaled(by: part.share), lower)
      }
    }
    for place in passages.indices where passages[place].taken > 0 {
      passages[place].input /= passages[place].taken
      passages[place].output /= passages[place].taken
    }
  }

  /// Those of a part whose input lies in a range that no window divides.
  private mutating func pass(_ part: WindowPart, _ input: PartialMoments, _ lower: Double) {
    guard input.mass > 0 else { return }
    var reached = input.mass
    for (place, limit) in part.limits.enumerated() {
      if let limit, limit.refuses(lower) {
        chain[place].tooLong += input.mass
        continue
      }
      let isCut = limit.map { lower >= $0.bound } ?? false
      let link = chain[place].link
      passages[place].taken += reached
      passages[place].answered += reached * (1 - link.exhausted)
      passages[place].input +=
        reached * (isCut ? (limit?.bound ?? 1) - 1 : input.first / input.mass)
      passages[place].output += reached * part.shape.meanOutput
      reached *= link.exhausted
    }
    lost += reached
  }
}

/// Look-ups of a pool of prompts, which all calls of the pool share.
package struct PoolMisses: Hashable, Sendable {
  /// Calls of the same number share it.
  package var number: Int
  /// By group of users of the call's account plan (`ExpectedTraffic.groups`), whose pools are their
  /// own; one for all where users share it.
  package var misses: [KeyRenewal.Misses]
  /// By how much misses grow with look-ups, both relative; 1 without a single hit.
  package var elasticity = 1.0
  /// Where users share the pool and their activities are drawn: how far its misses lie from that line,
  /// relative; in the mean, and in months of unusually little or much activity (one in 24 each).
  package var bias = 0.0
  package var bend = 0.0

  package var isShared: Bool { misses.count == 1 }
}

/// Turns a scenario's workloads into the kinds of calls that its users make.
package struct ExpectedCallBuilder {
  package let scenario: Scenario
  package let traffic: ExpectedTraffic
  /// Share of the calls that ask the knowledge base that it answers.
  private let knownShare: Double
  /// Workloads whose calls somebody else tells.
  package var leftToOthers: Set<Int> = []

  package init(scenario: Scenario, traffic: ExpectedTraffic) {
    self.scenario = scenario
    self.traffic = traffic
    knownShare = scenario.knowledge?.meanShare(of: scenario, traffic) ?? 0
  }

  package func calls() -> [ExpectedCall] {
    var result: [ExpectedCall] = []
    for (number, workload) in scenario.workloads.enumerated() where !leftToOthers.contains(number) {
      let assignments = ExpectedAssignment.all(of: workload, in: scenario)
      let reached = FlowReach(workload.stages).reached
      for plan in traffic.usersOfPlan.indices {
        for (place, stage) in workload.stages.enumerated() {
          for call in stage.calls.indices {
            for assignment in assignments {
              let seen = stage.calls[call].inVariant(assignment, of: scenario)
              var made = kinds(of: seen, workload: workload, accountPlan: plan)
              let often = reached[place] * stage.chance * seen.probability * assignment.share
              for i in made.indices {
                made[i].workload = number
                made[i].stage = place
                made[i].call = call
                made[i].assignment = assignment
                made[i].perFlow = often * made[i].share
              }
              result += made
            }
          }
        }
      }
    }
    return result
  }

  private func kinds(
    of call: StageCall, workload: Workload, accountPlan: Int
  ) -> [ExpectedCall] {
    call.mix.enumerated().flatMap { number, variant -> [ExpectedCall] in
      guard variant.asksKnowledge, let knowledge = scenario.knowledge else {
        return kinds(of: variant, number, workload: workload, accountPlan: accountPlan)
      }
      var (model, known) = (variant, variant)
      model.share *= 1 - knownShare
      known.share *= knownShare
      known.input = variant.input.scaled(by: knowledge.prompt ?? 1)
      return kinds(of: model, number, workload: workload, accountPlan: accountPlan)
        + kinds(of: known, number, workload: workload, accountPlan: accountPlan).map {
          var call = $0
          call.isKnown = true
          return call
        }
    }
  }

  /// What the policy sees of a call.
  package func attributes(
    of variant: Variant, workload: Workload, accountPlan: Int
  ) -> CallAttributes {
    var seen = variant.attributes
    seen[.useCase] = seen[.useCase] ?? workload.useCase
    let names = traffic.accountPlanNames
    seen[.accountPlan] = names.isEmpty ? nil : names[accountPlan]
    return seen
  }

  /// The calls of one variant, by the model that they are routed to.
  package func kinds(
    of variant: Variant, _ number: Int, workload: Workload, accountPlan: Int
  ) -> [ExpectedCall] {
    let seen = attributes(of: variant, workload: workload, accountPlan: accountPlan)
    let shape = CallShape(variant)
    return routes(of: seen, variant).map { route in
      var call = ExpectedCall(
        workload: 0, stage: 0, call: 0, accountPlan: accountPlan, variant: variant,
        variantNumber: number, routed: route.model, share: variant.share * route.weight,
        perFlow: 0, shape: shape, lookup: lookup(of: variant))
      call.send(along: chain(of: variant, from: route.model), in: scenario.catalog)
      return call
    }
  }

  private func routes(
    of attributes: CallAttributes, _ variant: Variant
  ) -> [Policy.WeightedModel] {
    var rule = variant.pinned ?? scenario.policy.firstMatch(attributes)
    if variant.pinned == nil, variant.isClassified, let classifier = scenario.classifier {
      rule = rule.map(classifier.misrouting)
    }
    return switch rule?.choice {
    case .model(let model): [Policy.WeightedModel(model, weight: 1)]
    case .weighted(let list):
      list.map { item in
        Policy.WeightedModel(item.model, weight: item.weight / list.reduce(0) { $0 + $1.weight })
      }
    case .logged, nil: []
    }
  }

  /// The routed model, then those of the tier's chain that can do the task; a model's regions in
  /// order; each once.
  private func chain(of variant: Variant, from routed: ModelID) -> [ExpectedCall.Target] {
    var seen = variant.unfit.subtracting([routed])
    var result: [ExpectedCall.Target] = []
    let fallbacks = scenario.chains[variant.attributes[.tier] ?? ChainTable.defaultTier] ?? []
    for model in [routed] + fallbacks where seen.insert(model).inserted {
      let regions: [String?] = scenario.regions[model].flatMap { $0.isEmpty ? nil : $0 } ?? [nil]
      let name = scenario.catalog[model].name
      for region in regions {
        result.append(
          ExpectedCall.Target(
            model: model, region: region, name: region.map { "\(name)@\($0)" } ?? name,
            failure: failure(of: variant, at: model, region: region),
            attempts: 1 + scenario.retry.max))
      }
    }
    return result
  }

  /// A timeout, or else the largest failure rate that applies, outages weighted by their time.
  private func failure(of variant: Variant, at model: ModelID, region: String?) -> Double {
    failures(of: variant, at: model, region: region).reduce(0) { $0 + $1.share * $1.failure }
  }

  /// Chance that an attempt fails, with the share of the period's time for which it is that.
  package func failures(
    of variant: Variant, at model: ModelID, region: String?
  ) -> [(share: Double, failure: Double)] {
    failures(at: model, region: region, late: late(variant, at: model))
  }

  /// Chance that an attempt takes longer than the model's timeout.
  package func late(_ variant: Variant, at model: ModelID) -> Double {
    let behaviour = scenario.behaviours[model.index]
    return behaviour.timeout.map {
      behaviour.latency(of: variant).exceedance(Double($0.microseconds))
    } ?? 0
  }

  /// - Parameter late: the chance that an attempt takes longer than the model's timeout.
  package func failures(
    at model: ModelID, region: String?, late: Double
  ) -> [(share: Double, failure: Double)] {
    let behaviour = scenario.behaviours[model.index]
    let outages = scenario.outages.filter {
      $0.model == model && ($0.region == nil || $0.region == region)
    }
    let period = scenario.period
    var edges = Set([period.start, period.end])
    for outage in outages {
      edges.formUnion([outage.from, outage.to].map { min(max($0, period.start), period.end) })
    }
    let times = edges.sorted()
    let length = (period.end - period.start).seconds
    return zip(times, times.dropFirst()).map { span in
      let worst = outages.filter { $0.from <= span.0 && span.0 < $0.to }.map(\.rate).max() ?? 0
      let sick = max(worst, behaviour.failureRate)
      return ((span.1 - span.0).seconds / length, 1 - (1 - sick) * (1 - late))
    }
  }

  /// Whether the response cache is asked for such calls.
  package func looksUp(_ variant: Variant) -> Bool { lookup(of: variant) != nil }

  private func lookup(of variant: Variant) -> CacheSettings.Class? {
    guard scenario.cache.mode != .off, variant.prompts != .none,
      let settings = scenario.cache.settings(for: variant.attributes[.cacheClass]),
      settings.ttl > .zero
    else { return nil }
    if scenario.cache.mode == .rate, (settings.hitRate ?? 0) <= 0 { return nil }
    return settings
  }
}
