import CostModel
import Scenarios
import Support

/// One target at work: the library's own quota, breaker and prompt cache, and what the engine
/// counts about it.
package struct TargetState: ~Copyable, Sendable {
  package var quota: Quota
  package var breaker: Breaker?
  /// Of blocks that logs tell of, and of static prefixes where `contextCache` is not asked.
  package var promptCache: PromptCache?
  /// Of prompts made of parts; nil: the target keeps nothing.
  package var contextCache: ContextCache?
  /// Of blocks that logs tell of, where what is not read is written; nil: writes are free.
  package var blockCache: ContextCache?
  /// Whether conversations keep what is known here of their prompts behind the prefix.
  package let keepsOwnEntries: Bool
  /// Whether static prefixes are looked for in `contextCache`.
  package let readsParts: Bool
  /// Number in the catalog.
  package let model: Int
  package let timeout: Int64
  package let failureRate: Double
  package let drawn: AttemptDraws
  package let chargesReserved: Bool
  package let chargesUncached: Bool
  package let modelMaxTokens: Int64
  /// Tokens of input and answer that a call may hold.
  package let window: Int64
  package let cutsInput: Bool
  /// Of it, what conversations leave free; negative: what their calls' answers may be long.
  package let reserve: Int64
  package let outages: [Outage]
  package let hasOutages: Bool
  /// From when on an attempt is let through and its success, whenever it comes, changes nothing here.
  package private(set) var steadyFrom = Int64.min
  /// Until when the breaker lets no attempt through.
  package private(set) var blockedUntil = Int64.min
  package var counts = TargetPerformance(model: "")
  /// Waiting + latency of successful attempts: of those that calls made as they arrived, which are the
  /// calls' own latencies as well, and of later ones.
  package var latencies = LatencyCounts()
  package var laterLatencies = LatencyCounts()
  /// Negative: answers are not streamed.
  package let firstToken: Double
  private var firstTokens = LatencyCounts()

  private var period: Period
  private let requestLimit: Double?
  private let tokenLimit: Double?
  /// Every minute with a start, in order, where they are asked for.
  package var keepsMinutes = false
  package private(set) var minutes: [PartMinute] = []
  private var minute = Int64.min
  private var minuteEnd = Int64.min
  private var minuteRequests: Int64 = 0
  private var minuteTokens: Int64 = 0
  private var minuteCharged: Int64 = 0
  private var utilisation = 0.0
  /// Of the attempts that waited.
  private var waits = LatencyCounts()

  package init(_ target: CompiledTarget, drawn: AttemptDraws, scenario: Scenario) {
    model = target.model.index
    let behaviour = scenario.behaviours[target.model.index]
    quota = Quota(behaviour.quota)
    breaker = behaviour.breaker.map(Breaker.init)
    promptCache = behaviour.promptCache.map(PromptCache.init)
    contextCache = behaviour.promptCache.map(ContextCache.init)
    if let settings = behaviour.promptCache, settings.match == .breakpoint {
      blockCache = ContextCache(settings.ofLoggedBlocks)
    }
    keepsOwnEntries = behaviour.promptCache?.keepsOwnEntries ?? true
    readsParts = behaviour.promptCache.map { !$0.isPlain || scenario.keepsPrefixes($0) } ?? false
    timeout = behaviour.timeout?.microseconds ?? .max
    failureRate = behaviour.failureRate
    firstToken = behaviour.firstToken ?? -1
    self.drawn = drawn
    chargesReserved = behaviour.quota.charge == .reserved
    chargesUncached = behaviour.quota.charge == .uncached
    window =
      behaviour.takesAnySize ? .max : scenario.catalog[target.model].contextWindow ?? .max
    cutsInput = scenario.catalog[target.model].overWindow == .truncate
    reserve = behaviour.reserve ?? -1
    modelMaxTokens = scenario.catalog[target.model].maxOutputTokens ?? 0
    outages = scenario.outages.filter { $0.strikes(target.model, target.region) }
    hasOutages = !outages.isEmpty
    period = scenario.period
    requestLimit = behaviour.quota.requestsPerMinute.map(Double.init)
    tokenLimit = behaviour.quota.tokensPerMinute.map(Double.init)
    counts.model = target.name
    findSteadyFrom()
  }

  /// Takes the period of a log that has grown.
  package mutating func grow(_ period: Period) { self.period = period }

  /// The largest failure rate that applies to an attempt starting then; a logged attempt is
  /// spared all but outages.
  @inline(never)
  package mutating func failureRate(at start: Int64, isLogged: Bool) -> Double {
    var rate = isLogged ? 0 : failureRate
    for outage in outages
    where outage.from.microseconds <= start && start < outage.to.microseconds {
      rate = max(rate, outage.rate)
    }
    return rate
  }

  /// Takes the outcome of an attempt; returns true when this opens the breaker.
  @inline(__always)
  package mutating func record(success: Bool, at e: Int64, isProbe: Bool) -> Bool {
    let opens =
      breaker?.record(success: success, at: SimTime(microseconds: e), isProbe: isProbe) ?? false
    if !success || isProbe || opens { findSteadyFrom() }
    return opens
  }

  /// Notes that an attempt which is not blocked is made; returns true when it is the breaker's probe.
  @inline(__always)
  package mutating func begin(at time: Int64) -> Bool {
    let isProbe = breaker?.begin(at: SimTime(microseconds: time)) ?? false
    if isProbe { findSteadyFrom() }
    return isProbe
  }

  @inline(never)
  private mutating func findSteadyFrom() {
    let from = breaker.map { $0.ignoresSuccessFrom?.microseconds ?? .max } ?? .min
    steadyFrom = hasOutages ? .max : from
    blockedUntil = breaker?.blockedUntil.microseconds ?? .min
  }

  /// Counts calls that it has answered.
  /// - Parameter model: the routed one.
  @inline(__always)
  package mutating func countAnswers(_ calls: Int64 = 1, toRouted model: UInt16) {
    counts.calls &+= calls
    if self.model != Int(model) { counts.fallbackCalls &+= calls }
  }

  /// Counts an attempt that starts then; starts come in order.
  @inline(__always)
  package mutating func countStart(at start: Int64, waited: Int64, tokens: Int64, charged: Int64) {
    if start >= minuteEnd { closeMinute(next: start / 60_000_000) }
    minuteRequests &+= 1
    minuteTokens &+= tokens
    minuteCharged &+= charged
    if waited > 0 {
      counts.queuedCalls &+= 1
      waits.add(waited)
    }
  }

  /// Counts the first token of a streamed answer.
  @inline(__always)
  package mutating func countFirstToken(waited: Int64, latency: Int64) {
    guard firstToken >= 0 else { return }
    firstTokens.add(waited &+ Int64((firstToken * Double(latency)).rounded()))
  }

  /// Counts a call that is over the queue limit.
  package mutating func countThrottled(charged: Int64) {
    counts.throttledCalls &+= 1
    counts.offeredRequests &+= 1
    counts.offeredTokens &+= charged
  }

  @inline(never)
  private mutating func closeMinute(next: Int64) {
    counts.attempts &+= minuteRequests
    counts.tokens &+= minuteTokens
    counts.offeredRequests &+= minuteRequests
    counts.offeredTokens &+= minuteCharged
    counts.requestsPerMinutePeak = max(counts.requestsPerMinutePeak, minuteRequests)
    counts.tokensPerMinutePeak = max(counts.tokensPerMinutePeak, minuteTokens)
    if let requestLimit { utilisation = max(utilisation, Double(minuteRequests) / requestLimit) }
    if let tokenLimit { utilisation = max(utilisation, Double(minuteCharged) / tokenLimit) }
    if minute != .min {
      if keepsMinutes {
        minutes.append(
          PartMinute(minute, Int128(minuteRequests), Int128(minuteTokens), Int128(minuteCharged)))
      }
      counts.hours.add(
        minute: minute, requests: minuteRequests, tokens: minuteCharged, in: period)
    }
    minute = next
    minuteEnd = next &* 60_000_000 &+ 60_000_000
    minuteRequests = 0
    minuteTokens = 0
    minuteCharged = 0
  }

  /// What performance.csv says of the target, over so many minutes, after the last call.
  package mutating func performance(minutes: Double) -> TargetPerformance {
    closeMinute(next: .min)
    counts.latency = latencies.histogram()
    counts.latency.merge(laterLatencies.histogram())
    if firstToken >= 0 { counts.firstToken = firstTokens.histogram() }
    counts.queue = waits.histogram()
    counts.queue.add(0, count: counts.attempts - counts.queuedCalls)
    counts.requestsPerMinuteMean = Double(counts.attempts) / minutes
    counts.tokensPerMinuteMean = Double(counts.tokens) / minutes
    if requestLimit != nil || tokenLimit != nil { counts.quotaUtilisationPeak = utilisation }
    counts.saturated =
      requestLimit.map { Double(counts.offeredRequests) / minutes >= $0 } ?? false
      || tokenLimit.map { Double(counts.offeredTokens) / minutes >= $0 } ?? false
    return counts
  }
}
