import CostModel

/// Simulates one plan: every call of a stream through routing, cache, breaker, quota and price,
/// event by event (docs/semantics.md, "Order of events").
struct PlanEngine {
  /// A call between its arrival and its last outcome.
  private struct Flight {
    var call: Call
    /// Rank of arrival, from 1.
    var number: Int64
    /// Places of the chain still to be tried are `place ..< chainEnd`.
    var place: Int32
    var chainEnd: Int32
    var target: Int32 = -1
    var retriesLeft: Int32
    var attempts: Int32 = 0
    var skipped: Int32 = 0
    /// When the attempt was asked for; it may wait until `start`.
    var asked: Int64 = 0
    var start: Int64 = 0
    var queued: Int64 = 0
    var cached: Int64 = 0
    var day: Int32
    var month: Int32
    var isProbe = false
    var isFailing = false
    var isBilled = false
    /// The event is a hit's answer to its flow.
    var isHit = false
  }

  private struct Flow {
    var workload: Int
    var user: UInt32
    var index: UInt32
    var nextStage = 0
    var pending = 0
    var hasFailed = false
    var slowest: Int64 = 0
    var latency: Int64 = 0
  }

  private let compiled: CompiledScenario
  private let routing: CompiledRouting
  private let factory: CallFactory
  private let draws: Draws
  private let scope: CacheSettings.Scope
  private let cacheLatency: Int64
  private let retry: RetrySettings
  private let billFailures: FailureBilling
  private let prices: PriceTable
  private let dayStarts: [Int64]
  private let monthStarts: [Int64]

  private var ledger: Ledger
  private var targets: [TargetState]
  private var cache = ResponseCache()
  private var events = EventQueue()
  private var flights: [Flight] = []
  private var freeFlights: [Int32] = []
  private var flows: [Flow] = []
  private var freeFlows: [Int32] = []
  private var budget: BudgetWatch
  private var rolling: RollingWatch
  private var result: PlanResult
  private var flowResults: [FlowResult]
  private var cacheCounts: [CacheClassResult]
  private var log: CallLog?
  private var day = 0
  private var month = 0

  init(
    compiled: CompiledScenario, routing: CompiledRouting, factory: CallFactory, prices: PriceTable,
    draws: Draws, plan: PlanSpec, run: Int, log: CallLog? = nil
  ) {
    let scenario = compiled.scenario
    self.compiled = compiled
    self.routing = routing
    self.factory = factory
    self.draws = draws
    self.prices = prices
    self.log = log
    scope = scenario.cache.scope
    cacheLatency = scenario.cache.latency.microseconds
    retry = scenario.retry
    billFailures = scenario.billFailures
    dayStarts = scenario.period.days.map(\.start.microseconds)
    monthStarts = scenario.period.months.map(\.start.microseconds)
    ledger = Ledger(compiled: compiled, users: plan.users)
    targets = zip(compiled.targets, compiled.latencies).map {
      TargetState($0, latency: $1, scenario: scenario)
    }
    budget = BudgetWatch(
      compiled: compiled,
      population: Population(scenario.users, users: plan.users, draws: draws))
    rolling = RollingWatch(
      alerts: scenario.alerts, start: scenario.period.start, cacheLatency: scenario.cache.latency)
    result = PlanResult(plan: plan, run: run)
    flowResults = compiled.workloads.map { FlowResult(workload: $0.name) }
    cacheCounts = compiled.cacheClasses.map { CacheClassResult(name: $0, hits: 0, misses: 0) }
  }

  /// Runs the whole stream and returns what was found. `progress` is told the calls so far.
  mutating func run(
    _ stream: inout some CallSource, progress: (Int) -> Void = { _ in }
  ) throws -> PlanResult {
    addFixedPrices()
    var batch: [Call] = []
    var count = 0
    while stream.next(into: &batch) {
      for call in batch {
        while events.precedesArrival(at: call.time) { try step() }
        begin(at: call.time)
        if call.isFlowStart { startFlow(call) } else { arrive(call) }
      }
      try log?.flush(all: false)
      count += batch.count
      progress(count)
    }
    while !events.isEmpty { try step() }
    begin(at: compiled.scenario.period.end.microseconds)
    try log?.flush(all: true)
    return finish()
  }

  /// Boundaries come before every event of their instant.
  @inline(__always)
  private mutating func begin(at time: Int64) {
    if time >= rolling.nextBoundary { rolling.check(upTo: time) }
    if time >= budget.nextCheck { budget.check(upTo: time) }
    while day + 1 < dayStarts.count, time >= dayStarts[day + 1] { day += 1 }
    while month + 1 < monthStarts.count, time >= monthStarts[month + 1] { month += 1 }
  }

  private mutating func step() throws {
    let event = events.pop()
    begin(at: event.time)
    switch event.kind {
    case .outcome: try outcome(event.slot, at: event.time)
    case .retry: attempt(event.slot, at: event.time, isRetry: true)
    case .arrival: beginStage(event.slot, at: event.time)
    }
  }

  // MARK: Arrival

  @inline(__always)
  private mutating func arrive(_ call: Call) {
    let kind = compiled.kinds[Int(call.kind)]
    result.calls &+= 1
    if kind.cacheMode != .off {
      let isHit = kind.cacheMode == .rate ? call.cacheDraw : isLive(call, kind)
      if isHit { return hit(call, kind: kind) }
      result.cacheMisses &+= 1
      cacheCounts[Int(kind.cacheClass)].misses &+= 1
    }
    log?.begin(
      CallRecord(
        number: result.calls, call: call, cache: kind.cacheMode == .off ? .off : .miss))
    let chain = routing.chain(model: Int(call.routed), tier: Int(kind.tier))
    let flight = Flight(
      call: call, number: result.calls, place: Int32(chain.lowerBound),
      chainEnd: Int32(chain.upperBound),
      retriesLeft: Int32(retry.max), day: Int32(day), month: Int32(month))
    attempt(slot(for: flight), at: call.time, isRetry: false)
  }

  @inline(__always)
  private mutating func slot(for flight: Flight) -> Int32 {
    if let free = freeFlights.popLast() {
      flights[Int(free)] = flight
      return free
    }
    flights.append(flight)
    return Int32(flights.count - 1)
  }

  @inline(__always)
  private func cacheKey(_ call: Call) -> ResponseCacheKey {
    ResponseCacheKey(
      model: ModelID(call.routed), user: scope == .user ? call.user : ResponseCacheKey.anyUser,
      prompt: call.prompt)
  }

  @inline(__always)
  private func isLive(_ call: Call, _ kind: CallKind) -> Bool {
    kind.promptForm != .unique
      && cache.lookup(cacheKey(call), at: SimTime(microseconds: call.time))
  }

  private mutating func hit(_ call: Call, kind: CallKind) {
    result.cacheHits &+= 1
    cacheCounts[Int(kind.cacheClass)].hits &+= 1
    result.latency.add(cacheLatency)
    ledger.addCall(
      kind: kind, row: ledger.row(ofModel: Int(call.routed)), day: day, user: call.user, isHit: true
    )
    noteQuality(call, kind: kind, latency: cacheLatency, at: call.time + cacheLatency, cache: 1)
    if log != nil {
      var record = CallRecord(number: result.calls, call: call, cache: .hit)
      record.latency = cacheLatency
      record.hasEnded = true
      log?.begin(record)
    }
    guard call.flow >= 0 else { return }
    var flight = Flight(
      call: call, number: result.calls, place: 0, chainEnd: 0, retriesLeft: 0, day: Int32(day),
      month: Int32(month))
    flight.isHit = true
    events.push(.outcome, at: call.time + cacheLatency, slot: slot(for: flight))
  }

  // MARK: Attempts

  /// attempt(t, i): the first target from the flight's place that is neither blocked nor over its
  /// queue limit.
  private mutating func attempt(_ slot: Int32, at time: Int64, isRetry: Bool) {
    let place = Int(flights[Int(slot)].place)
    let chainEnd = Int(flights[Int(slot)].chainEnd)
    var next = place
    while next < chainEnd {
      if book(slot, target: routing.target(at: next), at: time) {
        flights[Int(slot)].place = Int32(next)
        return
      }
      flights[Int(slot)].skipped += 1
      flights[Int(slot)].retriesLeft = Int32(retry.max)
      next += 1
    }
    end(slot, at: time, answeredBy: nil)
  }

  /// Books the attempt at a target; false if the target must be skipped.
  @inline(__always)
  private mutating func book(_ slot: Int32, target: Int, at time: Int64) -> Bool {
    let t = SimTime(microseconds: time)
    if let breaker = targets[target].breaker, breaker.blocks(at: t) { return false }
    let call = flights[Int(slot)].call
    let kind = compiled.kinds[Int(call.kind)]
    let tokens = call.input + call.output
    var charge = tokens
    if targets[target].chargesReserved {
      charge =
        call.input + (kind.maxTokens >= 0 ? kind.maxTokens : targets[target].modelMaxTokens)
    }
    let (failure, latency) = drawAttempt(slot, call: call, target: target)
    let duration = min(latency, targets[target].timeout)
    targets[target].counts.offeredRequests &+= 1
    targets[target].counts.offeredTokens &+= charge
    let booking = targets[target].quota.book(
      at: t, tokens: charge, audio: SimDuration(microseconds: call.audio),
      duration: SimDuration(microseconds: duration))
    guard case .start(let start) = booking else {
      targets[target].counts.throttledCalls &+= 1
      return false
    }
    let waited = start.microseconds - time
    targets[target].countStart(
      at: start.microseconds, waited: waited, tokens: tokens, charged: charge)
    flights[Int(slot)].attempts += 1
    flights[Int(slot)].target = Int32(target)
    flights[Int(slot)].asked = time
    flights[Int(slot)].start = start.microseconds
    flights[Int(slot)].queued += waited
    flights[Int(slot)].isProbe = targets[target].breaker?.begin(at: t) ?? false
    flights[Int(slot)].cached = readPrompt(call, kind: kind, target: target, at: start)
    let rate = targets[target].failureRate(at: start.microseconds)
    flights[Int(slot)].isFailing = failure < rate || latency > targets[target].timeout
    if waited > result.queueMax.microseconds { result.queueMax = start - t }
    events.push(.outcome, at: start.microseconds + duration, slot: slot)
    return true
  }

  /// The attempt's failure draw and its latency.
  @inline(__always)
  private func drawAttempt(
    _ slot: Int32, call: Call, target: Int
  ) -> (failure: Double, latency: Int64) {
    guard targets[target].draws else { return (1, targets[target].fixedLatency) }
    let kind = compiled.kinds[Int(call.kind)]
    let word = draws.block(
      .attempt, call: UInt64(call.index), user: UInt64(call.user),
      workload: compiled.workloads[Int(kind.workload)].key,
      part: kind.part | UInt64(flights[Int(slot)].attempts))
    let fixed = targets[target].fixedLatency
    return (
      word.0.unit, fixed >= 0 ? fixed : compiled.tables.draw(targets[target].latency, word.1)
    )
  }

  @inline(__always)
  private mutating func readPrompt(
    _ call: Call, kind: CallKind, target: Int, at start: SimTime
  ) -> Int64 {
    guard kind.prefixTokens > 0, targets[target].promptCache != nil else { return 0 }
    let key = compiled.workloads[Int(kind.workload)].key
    let prefix = kind.prefixShared ? key : Draws.mixed(key ^ Draws.mixed(UInt64(call.user)))
    return targets[target].promptCache?.read(
      prefix: prefix, tokens: kind.prefixTokens, input: call.input, at: start) ?? 0
  }

  // MARK: Outcomes

  private mutating func outcome(_ slot: Int32, at e: Int64) throws {
    let flight = flights[Int(slot)]
    if flight.isHit {
      freeFlights.append(slot)
      return endPart(of: flight.call.flow, latency: cacheLatency, failed: false, at: e)
    }
    let target = Int(flight.target)
    let tripped =
      targets[target].breaker?.record(
        success: !flight.isFailing, at: SimTime(microseconds: e), isProbe: flight.isProbe) ?? false
    if tripped { targets[target].counts.breakerTrips &+= 1 }
    try bill(flight, slot: slot, target: target, at: e)
    if flight.isFailing {
      targets[target].counts.failures &+= 1
      fail(slot, at: e)
    } else {
      targets[target].counts.latency.add(e - flight.asked)
      end(slot, at: e, answeredBy: target)
    }
  }

  @inline(__always)
  private mutating func bill(_ flight: Flight, slot: Int32, target: Int, at e: Int64) throws {
    let kind = compiled.kinds[Int(flight.call.kind)]
    var usage: Usage?
    var cost = Cost.zero
    if !flight.isFailing || billFailures != .none {
      let billed = self.usage(
        flight, kind: kind, inputOnly: flight.isFailing && billFailures == .input)
      cost = try prices.cost(
        of: billed, target: target, billing: Int(kind.billing),
        at: SimTime(microseconds: flight.call.time))
      usage = billed
      if !flight.isBilled {
        flights[Int(slot)].isBilled = true
        result.billedCalls &+= 1
      }
      budget.add(cost.total, month: Int(flight.month), at: e)
      log?.update(flight.number) { $0.add(billed, cost) }
    }
    ledger.addAttempt(
      kind: kind, target: target, day: Int(flight.day), user: flight.call.user,
      failed: flight.isFailing, usage: usage, cost: cost)
  }

  @inline(__always)
  private func usage(_ flight: Flight, kind: CallKind, inputOnly: Bool) -> Usage {
    var usage = Usage()
    usage.inputTokens = flight.call.input
    usage.cacheReadTokens = flight.cached
    usage.inputImageTokens = kind.frameTokens
    usage.audioMicroseconds = flight.call.audio
    usage.calls = 1
    if !inputOnly {
      usage.outputTokens = flight.call.output
      usage.reasoningTokens = flight.call.reasoning
    }
    return usage
  }

  private mutating func fail(_ slot: Int32, at e: Int64) {
    let left = flights[Int(slot)].retriesLeft
    if left > 0 {
      let k = retry.max - Int(left)
      flights[Int(slot)].retriesLeft -= 1
      let doubled =
        k < 62 ? retry.base.microseconds.multipliedReportingOverflow(by: 1 << k) : (0, true)
      let pause = doubled.1 ? retry.cap.microseconds : min(retry.cap.microseconds, doubled.0)
      events.push(.retry, at: e + pause, slot: slot)
      return
    }
    flights[Int(slot)].place += 1
    flights[Int(slot)].retriesLeft = Int32(retry.max)
    attempt(slot, at: e, isRetry: false)
  }

  /// The call's last outcome: answered by a target, or failed.
  private mutating func end(_ slot: Int32, at e: Int64, answeredBy target: Int?) {
    let flight = flights[Int(slot)]
    freeFlights.append(slot)
    let call = flight.call
    let kind = compiled.kinds[Int(call.kind)]
    let latency = e - call.time
    if let target {
      result.latency.add(latency)
      targets[target].counts.calls &+= 1
      if compiled.targets[target].model.index != Int(call.routed) {
        targets[target].counts.fallbackCalls &+= 1
      }
      if kind.cacheMode == .keyed, kind.promptForm != .unique {
        cache.store(cacheKey(call), at: SimTime(microseconds: e), ttl: kind.cacheTTL)
      }
    } else {
      result.failedCalls &+= 1
    }
    log?.update(flight.number) { record in
      record.answeredBy = target
      record.isFailed = target == nil
      record.hasEnded = true
      record.attempts = flight.attempts
      record.skipped = flight.skipped
      record.queue = flight.queued
      record.latency = latency
    }
    ledger.addCall(
      kind: kind, row: target ?? ledger.row(ofModel: Int(call.routed)), day: Int(flight.day),
      user: call.user, isHit: false)
    noteQuality(
      call, kind: kind, latency: target == nil ? -1 : latency, at: e,
      cache: kind.cacheMode == .off ? 0 : -1)
    if call.flow >= 0 { endPart(of: call.flow, latency: latency, failed: target == nil, at: e) }
  }

  /// Tells the rolling alerts. `cache` is 1 for a hit, −1 for a miss, 0 for off.
  @inline(__always)
  private mutating func noteQuality(
    _ call: Call, kind: CallKind, latency: Int64, at e: Int64, cache: Int
  ) {
    guard rolling.isActive else { return }
    var counts = RollingWatch.Counts()
    counts.finished = 1
    counts.failed = latency < 0 ? 1 : 0
    counts.hits = cache > 0 ? 1 : 0
    counts.misses = cache < 0 ? 1 : 0
    if latency >= 0, kind.satisfaction >= 0 || kind.conversion >= 0 {
      let word = draws.block(
        .outcome, call: UInt64(call.index), user: UInt64(call.user),
        workload: compiled.workloads[Int(kind.workload)].key, part: kind.part)
      if kind.satisfaction >= 0, word.1.unit < kind.ratedShare {
        counts.rated = 1
        counts.satisfied = word.2.unit < kind.satisfaction ? 1 : 0
      }
      if kind.conversion >= 0 {
        counts.messages = 1
        counts.converted = word.3.unit < kind.conversion ? 1 : 0
      }
    }
    rolling.add(counts, latency: latency, at: e)
  }
}

// MARK: Flows

extension PlanEngine {
  private mutating func startFlow(_ call: Call) {
    let flow = Flow(workload: Int(call.kind), user: call.user, index: call.index)
    flowResults[flow.workload].started += 1
    let slot: Int32
    if let free = freeFlows.popLast() {
      flows[Int(free)] = flow
      slot = free
    } else {
      flows.append(flow)
      slot = Int32(flows.count - 1)
    }
    nextStage(slot, at: call.time, isStart: true)
  }

  /// Makes the next stage now, or lets it arrive later, or ends the flow.
  private mutating func nextStage(_ slot: Int32, at time: Int64, isStart: Bool) {
    let stages = compiled.workloads[flows[Int(slot)].workload].stages
    while flows[Int(slot)].nextStage < stages.count {
      let flow = flows[Int(slot)]
      let decision = factory.flowDecision(
        workload: flow.workload, stage: flow.nextStage, user: flow.user, index: flow.index)
      guard decision.continues else { break }
      if decision.isMade {
        let delay = stages[flow.nextStage].delay
        if isStart && delay == 0 { return beginStage(slot, at: time) }
        return events.push(.arrival, at: time + delay, slot: slot)
      }
      flows[Int(slot)].nextStage += 1
    }
    endFlow(slot)
  }

  private mutating func beginStage(_ slot: Int32, at time: Int64) {
    let flow = flows[Int(slot)]
    let stage = compiled.workloads[flow.workload].stages[flow.nextStage]
    flows[Int(slot)].nextStage += 1
    flows[Int(slot)].slowest = 0
    // One more than there are calls, so that calls which end at once do not end the stage.
    flows[Int(slot)].pending = 1
    for call in stage.calls
    where factory.isMade(call, workload: flow.workload, user: flow.user, index: flow.index) {
      flows[Int(slot)].pending += 1
      arrive(
        factory.flowCall(
          call, workload: flow.workload, at: time, user: flow.user, index: flow.index, flow: slot))
    }
    endPart(of: slot, latency: 0, failed: false, at: time)
  }

  /// One call of the flow's stage has ended.
  private mutating func endPart(of slot: Int32, latency: Int64, failed: Bool, at e: Int64) {
    flows[Int(slot)].pending -= 1
    if failed { flows[Int(slot)].hasFailed = true }
    flows[Int(slot)].slowest = max(flows[Int(slot)].slowest, latency)
    guard flows[Int(slot)].pending == 0 else { return }
    flows[Int(slot)].latency += flows[Int(slot)].slowest
    if flows[Int(slot)].hasFailed { return endFlow(slot) }
    nextStage(slot, at: e, isStart: false)
  }

  private mutating func endFlow(_ slot: Int32) {
    let flow = flows[Int(slot)]
    freeFlows.append(slot)
    if flow.hasFailed {
      flowResults[flow.workload].failed += 1
    } else {
      flowResults[flow.workload].completed += 1
      flowResults[flow.workload].latency.add(flow.latency)
    }
  }
}

// MARK: Start and end

extension PlanEngine {
  /// Fixed monthly prices of the models that calls may reach are due as each month starts.
  private mutating func addFixedPrices() {
    let reachable = routing.reachableModels(compiled)
    for (number, month) in compiled.scenario.period.months.enumerated() {
      for (target, place) in compiled.targets.enumerated()
      where reachable.contains(place.model.index) {
        guard
          let price = prices.fixedMonthly(target: target, at: month.start),
          compiled.targetsOfModel[place.model.index].lowerBound == target
        else { continue }
        let day = dayStarts.firstIndex(of: month.start.microseconds) ?? 0
        ledger.addFixed(price, row: ledger.row(ofModel: place.model.index), day: day)
        budget.add(price, month: number, at: month.start.microseconds)
      }
    }
  }

  private mutating func finish() -> PlanResult {
    result.cost = ledger.total
    result.budgetMonths = budget.finish()
    result.flows = zip(compiled.workloads, flowResults).filter { $0.0.isFlow }.map(\.1)
    result.cacheClasses = cacheCounts
    let period = compiled.scenario.period
    let minutes = (period.end - period.start).seconds / 60
    result.performance = targets.map { $0.performance(minutes: minutes) }
    result.alerts = (budget.alerts + rolling.alerts).enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }.map(\.element)
    LedgerTables(compiled: compiled, ledger: ledger).fill(&result)
    return result
  }
}
