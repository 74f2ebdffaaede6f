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

  package struct Flow {
    package var workload: Int
    package var user: UInt32
    package var index: UInt32
    package var nextStage = 0
    package var pending = 0
    package var hasFailed = false
    /// The stage of tools that was made last called any.
    package var hasCalledTool = false
    package var slowest: Int64 = 0
    package var latency: Int64 = 0
  }

  package var compiled: CompiledScenario
  package var routing: CompiledRouting
  package let factory: CallFactory
  package let draws: Draws
  package let scope: CacheSettings.Scope
  package let cacheLatency: Int64
  package let retry: RetrySettings
  package let billFailures: FailureBilling
  package private(set) var prices: PriceTable
  /// By number, as `compiled` lists them.
  package var kinds: FixedTable<CallClass>
  package var dayStarts: [Int64]
  package var monthStarts: [Int64]

  package var ledger: Ledger
  package var targets: Slab<TargetState>
  package var cache = ResponseCache()
  /// The response cache is asked for keys.
  package let looksUp: Bool
  /// What warming has read, of no meaning.
  package var warmth: Int64 = 0
  /// Of the keys of rows that are next.
  package var hashes = Slab<UInt64>(repeating: 0, count: Self.warmedTogether)
  package var events = EventQueue()
  package var flights = Slab<Flight>()
  package var freeFlights = Slab<Int32>()
  /// By flight, in a replay only.
  package var loggedFields = Slab<LoggedFields>()
  package var blocks: [[UInt64]] = []
  package var batch = CallBatch()
  /// Of a log's calls that are booked by their rows.
  package var aggregates: Aggregates
  package let hasFixedPrices: Bool
  package let hasRollingAlerts: Bool
  package let watchesAccounts: Bool
  package var accountWatch: AccountWatch
  package var qualityTally: QualityTally
  /// Of the logged call that ends.
  package var loggedQuality = LoggedQuality()
  /// Messages that it was for; negative: not told.
  package var loggedMsgs: Int64 = -1
  package let watchesHours: Bool
  package var hours: HourWatch
  package let knowledge: KnowledgeBase?
  /// In a replay: kinds, routed and logged models met so far, and the models that may be reached.
  package var metRoutes: Set<Int> = []
  package var reachable: Set<Int> = []
  package var talks = Slab<Talk>()
  package var freeTalks = Slab<Int32>()
  /// Of the levels of all workloads, and by workload the first of its own.
  package let talkFacts: FixedTable<CompiledConversation.Facts>
  package let firstTalkFacts: [Int]
  /// Whether all targets leave it to conversations to keep their own entries.
  package let allKeepOwnEntries: Bool
  /// Users' conversations so far.
  package var talksStarted: Int64 = 0
  package var numbers = BoundaryNumbers()
  /// By kind of call and account plan, as far as conversations have met them: the model, or −1 where
  /// one is drawn.
  package var certainRoutes: [Int32] = []
  package var conversations: ConversationTally?
  package var caching: CachingTally?
  /// nil: no call states a meter, and no log tells any.
  package var meterTally: MeterTally?
  /// By workload: of those whose runs are limited.
  package var runPlaces: [RunPlaces?]
  package let hasRunLimits: Bool
  package var flows: [Flow] = []
  package var freeFlows: [Int32] = []
  package var budget: BudgetWatch
  package let hasEnforcement: Bool
  package var enforcement: Enforcement
  package let hasExperiments: Bool
  package var experiments: ExperimentTally
  package var rolling: RollingWatch
  package var returns: ReturnTally
  package var result: PlanResult
  /// Of calls that a model has answered, but not as they arrived: its own latencies are the others'.
  package var latencies = LatencyCounts()
  package var flowResults: [FlowResult]
  package var cacheCounts: Slab<CacheClassResult>
  /// Look-ups without a hit, by routed model.
  package var cacheMisses: Slab<Int64>
  package var log: CallLog?
  /// Calls of the log before its first one here: ranks go on from there.
  package var callsBefore: Int64 = 0
  /// Of a log that tells ranks: its calls so far.
  package var numbered: Int64 = 0
  /// Something was drawn by a logged call's rank.
  package var drawsByRank = false
  /// A provider's cache was asked for blocks that a log tells.
  package var asksPromptCache = false
  /// Set to look for calls that cost far more than others.
  package var outliers: OutlierFinder?
  /// Set to hold what a log says of its costs against what they are here.
  package var costCheck: CostCheck?
  /// Set to tell what a log's requests used of what they were billed for.
  package var use: LoggedUse?
  /// By user number from 0, where a log names them.
  package var userNames: [String] = []
  /// Rank of the call whose trace is collected; 0: none.
  package let watched: Int64
  package var trace: CallTrace?
  /// Some call is told of, in the per-call ledger or a trace.
  package let isTelling: Bool
  /// Calls whose answer is certain may be booked as they arrive: nothing looks at what happens meanwhile.
  package let foresees: Bool
  /// The same of conversations' calls, whose caches are told of as they are asked.
  package let foreseesTalks: Bool
  /// What those store in the response cache may be written as they arrive, too.
  package let storesAhead: Bool
  package var day = 0
  package var month = 0
  /// When the day, the month or what a watch looks at changes next.
  package var boundary = Int64.min
  /// Flushes of the response cache that are still to come.
  private var flushes: ArraySlice<SimTime>

  package init(
    compiled: CompiledScenario, routing: CompiledRouting, prices: PriceTable, draws: Draws,
    plan: PlanSpec, run: Int, log: CallLog? = nil, watched: Int64 = 0
  ) {
    let scenario = compiled.scenario
    self.compiled = compiled
    self.routing = routing
    self.draws = draws
    self.prices = prices
    self.log = log
    self.watched = watched
    isTelling = log != nil || watched > 0
    scope = scenario.cache.scope
    cacheLatency = scenario.cache.latency.microseconds
    retry = scenario.retry
    billFailures = scenario.billFailures
    let rollingAlerts = scenario.alerts.filter { !$0.watchesAccounts }
    hasRollingAlerts = !rollingAlerts.isEmpty
    accountWatch = AccountWatch(alerts: scenario.alerts.filter(\.watchesAccounts))
    watchesAccounts = accountWatch.isOn
    knowledge = scenario.knowledge
    hasFixedPrices = scenario.catalog.models.contains { model in
      model.prices.contains(where: \.hasFixedPrice)
    }
    kinds = FixedTable(compiled.kinds)
    dayStarts = scenario.period.days.map(\.start.microseconds)
    monthStarts = scenario.period.months.map(\.start.microseconds)
    ledger = Ledger(compiled: compiled, users: plan.users)
    targets = Slab(capacity: max(1, compiled.targets.count))
    for (target, drawn) in zip(compiled.targets, compiled.attemptDraws) {
      targets.append(TargetState(target, drawn: drawn, scenario: scenario))
    }
    var facts: [CompiledConversation.Facts] = []
    var firstFacts: [Int] = []
    for workload in compiled.workloads {
      firstFacts.append(facts.count)
      facts += workload.conversation?.facts ?? []
    }
    firstTalkFacts = firstFacts
    talkFacts = FixedTable(facts)
    allKeepOwnEntries =
      watched == 0 && scenario.behaviours.allSatisfy { $0.promptCache?.keepsOwnEntries ?? true }
    aggregates = Aggregates(models: scenario.catalog.models.count)
    let population = Population(scenario, users: plan.users, draws: draws)
    factory = CallFactory(
      compiled: compiled, population: population, routing: routing, draws: draws)
    budget = BudgetWatch(compiled: compiled, population: population)
    enforcement = Enforcement(compiled: compiled, population: population)
    hasEnforcement = !enforcement.actions.isEmpty
    flushes = scenario.cache.flushes[...]
    experiments = ExperimentTally(scenario.experiments, users: plan.users)
    hasExperiments = !scenario.experiments.isEmpty
    foresees = !isTelling && Self.foresees(scenario)
    runPlaces = scenario.workloads.map { $0.runLimit.map(RunPlaces.init) }
    hasRunLimits = scenario.limitsRuns
    // An end that is booked ahead would free its place ahead.
    foreseesTalks =
      !isTelling && scenario.hasConversations && Self.looksAtNoCall(scenario)
      && !scenario.limitsRuns
    storesAhead = Self.storesAhead(scenario)
    looksUp = scenario.cache.mode == .keyed
    rolling = RollingWatch(
      alerts: rollingAlerts, start: scenario.period.start, cacheLatency: scenario.cache.latency)
    returns = ReturnTally(compiled: compiled, population: population)
    result = PlanResult(plan: plan, run: run)
    flowResults = scenario.workloads.map {
      FlowResult(workload: $0.name, givesUpWith: $0.givesUpWith)
    }
    qualityTally = QualityTally(
      compiled: compiled, population: population, mostRows: SimulationLimits.mostTableRows)
    cacheMisses = Slab(repeating: 0, count: scenario.catalog.models.count)
    hours = HourWatch(
      scenario.performanceHours, rows: ledger.rows, start: scenario.period.start)
    watchesHours = !scenario.performanceHours.isEmpty
    if scenario.hasConversations { conversations = ConversationTally(scenario) }
    if scenario.statesMeters { meterTally = MeterTally(rows: targets.count) }
    if scenario.tellsCaching { caching = CachingTally(compiled, rows: ledger.rows) }
    cacheCounts = Slab(
      compiled.cacheClasses.map { CacheClassResult(name: $0, hits: 0, misses: 0) })
  }

  /// A log may tell of batches, tiers and regions that nobody has met before.
  package mutating func price(waysOfBillingIn grown: CompiledScenario) {
    if grown.billings.count > compiled.billings.count { prices = PriceTable(grown) }
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

  /// Whether entries of calls under way together make one, and none is flushed before it is written.
  private static func storesAhead(_ scenario: Scenario) -> Bool {
    let cache = scenario.cache
    let classes = cache.classes.values + [cache.defaultClass].compactMap { $0 }
    return cache.flushes.isEmpty && Set(classes.map(\.ttl)).count <= 1
  }

  /// Runs the whole stream and returns what was found. `progress` is told the calls so far.
  package mutating func run(
    _ stream: inout some CallSource & ~Copyable, progress: (Int) -> Void = { _ in }
  ) throws -> PlanResult {
    try play(&stream, progress: progress)
    begin(at: compiled.scenario.period.end.microseconds)
    try flushLog(all: true)
    if watchesHours { hours.end() }
    try checkRoom()
    return finish()
  }

  /// Handles every event, or those up to the end of the watched call and a few more.
  package mutating func play(
    _ stream: inout some CallSource & ~Copyable, progress: (Int) -> Void = { _ in }
  ) throws {
    addFixedPrices()
    result.calls = callsBefore
    var count = 0
    while try stream.next(into: &batch) {
      if let growth = batch.growth { grow(growth) }
      if batch.log.rows.isEmpty { try playCalls() } else { try playLog() }
      try flushLog(all: false)
      count += max(batch.calls.count, batch.log.rows.count) + batch.counted
      progress(count)
      if trace?.end != nil { return }
    }
    if let hits = stream.takeTally() { add(hits) }
    flushAggregates()
    while !events.isEmpty {
      try step()
      if watched > 0, trace?.end != nil { return }
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
      if looksUp, place % Self.warmedTogether == 0 { warmCache(from: place) }
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

  package static let warmedTogether = 64

  /// Has the response cache at hand for some calls: most keys are far apart in memory.
  @inline(__always)
  private mutating func warmCache(from place: Int) {
    for next in place..<min(place &+ Self.warmedTogether, batch.calls.count) {
      let key = cacheKey(UnsafePointer(batch.calls.base + next))
      warmth &+= cache.warm(hash: key.mixedHash)
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
    if time >= rolling.nextBoundary { rolling.check(upTo: time) }
    if time >= hours.nextBoundary { hours.check(upTo: time) }
    if time >= budget.nextCheck {
      budget.flush(before: time)
      budget.check(upTo: time)
    }
    while let flush = flushes.first?.microseconds, time >= flush {
      flushes.removeFirst()
      cache = ResponseCache()
    }
    if day + 1 < dayStarts.count, time >= dayStarts[day + 1] { flushAggregates() }
    while day + 1 < dayStarts.count, time >= dayStarts[day + 1] { day += 1 }
    while month + 1 < monthStarts.count, time >= monthStarts[month + 1] {
      month += 1
      if !reachable.isEmpty { addFixedPricesOfMonth() }
    }
    boundary = min(rolling.nextBoundary, hours.nextBoundary, budget.nextCheck)
    if day + 1 < dayStarts.count { boundary = min(boundary, dayStarts[day + 1]) }
    if month + 1 < monthStarts.count { boundary = min(boundary, monthStarts[month + 1]) }
    if let flush = flushes.first?.microseconds { boundary = min(boundary, flush) }
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
    PlanNames(compiled: compiled, routing: routing, userNames: userNames)
  }

  private mutating func flushLog(all: Bool) throws {
    guard log != nil else { return }
    let names = names
    try log?.flush(all: all, names: names)
  }
}
