import CostModel
import Scenarios

/// Simulates one plan: every call of a stream through routing, cache, breaker, quota and price,
/// event by event (docs/semantics.md, "Order of events").
package struct PlanEngine: ~Copyable {
  /// A call between its arrival and its last outcome.
  package struct Flight: BitwiseCopyable {
    package var call: Call
    /// Rank of arrival, from 1.
    package var number: Int64
    /// Places of the chain still to be tried are `place ..< chainEnd`.
    package var place: Int32
    package var chainEnd: Int32
    package var target: Int32
    package var retriesLeft: Int32
    package var attempts: Int32
    package var skipped: Int32
    /// When the attempt was asked for; it may wait until `start`. The call's time before any attempt.
    package var asked: Int64
    package var start: Int64
    package var queued: Int64
    package var cached: Int64
    /// Written to the provider's cache, for the shorter and for the longer time.
    package var written: Int64
    package var writtenLong: Int64
    /// Of what was written: tokens that the target had been sent before.
    package var lost: Int64
    /// Tokens that somebody had sent before.
    package var achievable: Int64
    /// Targets passed over because of their context windows.
    package var overWindow: Int32
    package var day: Int32
    package var month: Int32
    package var isProbe: Bool
    package var isFailing: Bool
    /// The attempt fails because it takes longer than the model's timeout.
    package var isTimedOut: Bool
    package var isBilled: Bool
    /// The event is a hit's answer to its flow.
    package var isHit: Bool
    /// The logged attempt has been made.
    package var hasUsedLog: Bool
    /// Input tokens before a window cuts them.
    package var whole: Int64
    /// Picodollars of all attempts so far.
    package var cost: Int64
  }

  /// An unchanging pointer to a flight's call.
  @inline(__always)
  package static func call(of flight: UnsafeMutablePointer<Flight>) -> CallPointer {
    // The call is the flight's first field.
    UnsafeRawPointer(flight).assumingMemoryBound(to: Call.self)
  }

  package var compiled: CompiledScenario
  package var routing: CompiledRouting
  package let factory: CallFactory
  package let draws: Draws
  package let retry: RetrySettings
  /// By number, as `compiled` lists them.
  package var kinds: FixedTable<CallClass>
  package var dayStarts: [Int64]
  package var monthStarts: [Int64]

  // What arriving calls meet.
  package var lookup: CacheLookup
  package let knowledge: KnowledgeBase?
  package let hasEnforcement: Bool
  package var enforcement: Enforcement
  package var targets: Slab<TargetState>

  // Calls under way.
  package var batch = CallBatch()
  package var events = EventQueue()
  package var flights = Slab<Flight>()
  package var freeFlights = Slab<Int32>()
  package var flowRuns: FlowRuns
  package var live: LiveConversations
  package var logged: LogState

  // What calls cost, and what is found.
  package private(set) var pricing: Pricing
  package var budget: BudgetWatch
  package var ledger: Ledger
  package var result: PlanResult
  /// Of calls that a model has answered, but not as they arrived: its own latencies are the others'.
  package var latencies = LatencyCounts()
  package var observers: Observers

  /// Calls whose answer is certain may be booked as they arrive: nothing looks at what happens meanwhile.
  package let foresees: Bool
  /// The same of conversations' calls, whose caches are told of as they are asked.
  package let foreseesTalks: Bool
  package var day = 0
  package var month = 0
  /// When the day, the month or what a watch looks at changes next.
  package var boundary = Int64.min

  /// What attempts are priced by.
  package struct Pricing {
    package var table: PriceTable
    package let failures: FailureBilling
    package let hasFixedPrices: Bool
  }

  package init(
    compiled: CompiledScenario, routing: CompiledRouting, prices: PriceTable, draws: Draws,
    plan: PlanSpec, run: Int, log: CallLog? = nil, watched: Int64 = 0
  ) {
    let scenario = compiled.scenario
    self.compiled = compiled
    self.routing = routing
    self.draws = draws
    retry = scenario.retry
    kinds = FixedTable(compiled.kinds)
    dayStarts = scenario.period.days.map(\.start.microseconds)
    monthStarts = scenario.period.months.map(\.start.microseconds)
    let population = Population(scenario, users: plan.users, draws: draws)
    factory = CallFactory(
      compiled: compiled, population: population, routing: routing, draws: draws)
    lookup = CacheLookup(compiled)
    knowledge = scenario.knowledge
    enforcement = Enforcement(compiled: compiled, population: population)
    hasEnforcement = !enforcement.actions.isEmpty
    targets = Slab(capacity: max(1, compiled.targets.count))
    for (target, drawn) in zip(compiled.targets, compiled.attemptDraws) {
      targets.append(TargetState(target, drawn: drawn, scenario: scenario))
    }
    flowRuns = FlowRuns(scenario)
    live = LiveConversations(compiled, isWatched: watched != 0)
    logged = LogState(models: scenario.catalog.models.count)
    pricing = Pricing(
      table: prices, failures: scenario.billFailures,
      hasFixedPrices: scenario.catalog.models.contains { model in
        model.prices.contains(where: \.hasFixedPrice)
      })
    budget = BudgetWatch(compiled: compiled, population: population)
    ledger = Ledger(compiled: compiled, users: plan.users)
    result = PlanResult(plan: plan, run: run)
    observers = Observers(
      compiled, population: population, users: plan.users, ledgerRows: ledger.rows, log: log,
      watched: watched)
    foresees = !observers.isTelling && Self.foresees(scenario)
    // An end that is booked ahead would free its place ahead.
    foreseesTalks =
      !observers.isTelling && scenario.hasConversations && Self.looksAtNoCall(scenario)
      && !scenario.limitsRuns
  }

  /// A log may tell of batches, tiers and regions that nobody has met before.
  package mutating func price(waysOfBillingIn grown: CompiledScenario) {
    if grown.billings.count > compiled.billings.count { pricing.table = PriceTable(grown) }
  }

  /// Whether nothing looks at calls between their arrival and their end.
  package static func foresees(_ scenario: Scenario) -> Bool {
    !scenario.tellsCaching && looksAtNoCall(scenario)
  }

  /// The same but for what is told of prompt caches.
  private static func looksAtNoCall(_ scenario: Scenario) -> Bool {
    scenario.alerts.isEmpty && scenario.experiments.isEmpty && scenario.tables.isEmpty
      && scenario.performanceHours.isEmpty && !scenario.tellsQuality
      && scenario.knowledge == nil
      && scenario.budget?.actions.isEmpty ?? true
  }

  /// Runs the whole stream and returns what was found. `progress` is told the calls so far.
  package mutating func run(
    _ stream: inout some CallSource & ~Copyable, progress: (Int) -> Void = { _ in }
  ) throws -> PlanResult {
    try play(&stream, progress: progress)
    begin(at: compiled.scenario.period.end.microseconds)
    try flushLog(all: true)
    if observers.watchesHours { observers.hours.end() }
    try checkRoom()
    return finish()
  }

  /// Handles every event, or those up to the end of the watched call and a few more.
  package mutating func play(
    _ stream: inout some CallSource & ~Copyable, progress: (Int) -> Void = { _ in }
  ) throws {
    addFixedPrices()
    result.calls = logged.callsBefore
    var count = 0
    while try stream.next(into: &batch) {
      if let growth = batch.growth { grow(growth) }
      if batch.log.rows.isEmpty { try playCalls() } else { try playLog() }
      try flushLog(all: false)
      count += max(batch.calls.count, batch.log.rows.count) + batch.counted
      progress(count)
      if observers.trace?.end != nil { return }
    }
    if let hits = stream.takeTally() { add(hits) }
    flushAggregates()
    while !events.isEmpty {
      try step()
      if observers.watched > 0, observers.trace?.end != nil { return }
    }
  }

  /// Handles what comes before an arrival at that time.
  @inline(never)
  package mutating func handleEvents(before time: Int64) throws {
    while events.precedesArrival(at: time) { try step() }
  }

  /// Handles the synthetic calls of the batch.
  private mutating func playCalls() throws {
    for place in 0..<batch.calls.count {
      if lookup.looksUp, place % CacheLookup.warmedTogether == 0 { warmCache(from: place) }
      let call = UnsafePointer(batch.calls.base + place)
      let time = call.pointee.time
      if events.precedesArrival(at: time) { try handleEvents(before: time) }
      begin(at: time)
      if call.pointee.isFlowStart {
        events.enter(at: time)
        startFlow(call.pointee)
      } else {
        arrive(call)
      }
    }
  }

  /// Has the response cache at hand for some calls: most keys are far apart in memory.
  @inline(__always)
  private mutating func warmCache(from place: Int) {
    for next in place..<min(place &+ CacheLookup.warmedTogether, batch.calls.count) {
      let key = cacheKey(UnsafePointer(batch.calls.base + next))
      lookup.warmth &+= lookup.cache.warm(hash: key.mixedHash)
    }
  }

  /// Boundaries come before every event of their instant.
  @inline(__always)
  package mutating func begin(at time: Int64) {
    if time >= boundary { cross(time) }
  }

  /// The cost of an attempt that has ended.
  /// - Parameter order: of its outcome among the events of that time.
  @inline(__always)
  package mutating func spend(_ cost: Money, month: Int, at e: Int64, order: UInt64) {
    if foresees || foreseesTalks {
      return deferCost(cost, month: month, at: e, order: order, now: e)
    }
    budget.add(cost, month: month, at: e)
    if budget.nextCheck < boundary { boundary = budget.nextCheck }
  }

  /// The cost of an attempt that has ended, or will end then.
  @inline(__always)
  package mutating func deferCost(_ cost: Money, month: Int, at e: Int64, order: UInt64, now: Int64)
  {
    budget.deferCost(cost, month: month, at: e, order: order)
    if budget.isFull { budget.flush(before: now) }
  }

  @inline(never)
  private mutating func cross(_ time: Int64) {
    observers.check(upTo: time)
    if time >= budget.nextCheck {
      budget.flush(before: time)
      budget.check(upTo: time)
    }
    lookup.flush(upTo: time)
    if day + 1 < dayStarts.count, time >= dayStarts[day + 1] { flushAggregates() }
    while day + 1 < dayStarts.count, time >= dayStarts[day + 1] { day += 1 }
    while month + 1 < monthStarts.count, time >= monthStarts[month + 1] {
      month += 1
      if !logged.reachable.isEmpty { addFixedPricesOfMonth() }
    }
    boundary = min(observers.nextBoundary, budget.nextCheck)
    if day + 1 < dayStarts.count { boundary = min(boundary, dayStarts[day + 1]) }
    if month + 1 < monthStarts.count { boundary = min(boundary, monthStarts[month + 1]) }
    if let flush = lookup.nextFlush { boundary = min(boundary, flush) }
  }

  package mutating func step() throws {
    let event = events.pop()
    begin(at: event.time)
    events.enter(event, at: event.time)
    switch event.kind {
    case .outcome: try outcome(event.slot, at: event.time, order: event.order)
    case .retry: attempt(event.slot, at: event.time)
    case .arrival where event.slot < 0: resume(~event.slot, at: event.time)
    case .arrival: beginStage(event.slot, at: event.time)
    }
  }

  /// What the numbers of calls so far stand for.
  package var names: PlanNames {
    PlanNames(compiled: compiled, routing: routing, userNames: logged.userNames)
  }

  private mutating func flushLog(all: Bool) throws {
    guard observers.log != nil else { return }
    let names = names
    try observers.log?.flush(all: all, names: names)
  }
}
