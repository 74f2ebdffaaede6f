import CostModel

/// Simulates one plan: every call of a stream through routing, cache, breaker, quota and price,
/// event by event (docs/semantics.md, "Order of events").
struct PlanEngine: ~Copyable {
  /// A call between its arrival and its last outcome.
  struct Flight: BitwiseCopyable {
    var call: Call
    /// Rank of arrival, from 1.
    var number: Int64
    /// Places of the chain still to be tried are `place ..< chainEnd`.
    var place: Int32
    var chainEnd: Int32
    var target: Int32
    var retriesLeft: Int32
    var attempts: Int32
    var skipped: Int32
    /// When the attempt was asked for; it may wait until `start`. The call's time before any attempt.
    var asked: Int64
    var start: Int64
    var queued: Int64
    var cached: Int64
    var day: Int32
    var month: Int32
    var isProbe: Bool
    var isFailing: Bool
    /// The attempt fails because it takes longer than the model's timeout.
    var isTimedOut: Bool
    var isBilled: Bool
    /// The event is a hit's answer to its flow.
    var isHit: Bool
    /// The logged attempt has been made.
    var hasUsedLog: Bool
    /// Input tokens before a window cuts them.
    var whole: Int64
    /// Picodollars of all attempts so far.
    var cost: Int64
  }

  /// An unchanging pointer to a flight's call.
  @inline(__always)
  static func call(of flight: UnsafeMutablePointer<Flight>) -> CallPointer {
    // The call is the flight's first field.
    UnsafeRawPointer(flight).assumingMemoryBound(to: Call.self)
  }

  struct Flow {
    var workload: Int
    var user: UInt32
    var index: UInt32
    var nextStage = 0
    var pending = 0
    var hasFailed = false
    /// The stage of tools that was made last called any.
    var hasCalledTool = false
    var slowest: Int64 = 0
    var latency: Int64 = 0
  }

  var compiled: CompiledScenario
  var routing: CompiledRouting
  let factory: CallFactory
  let draws: Draws
  let scope: CacheSettings.Scope
  let cacheLatency: Int64
  let retry: RetrySettings
  let billFailures: FailureBilling
  let prices: PriceTable
  /// By number, as `compiled` lists them.
  var kinds: FixedTable<CallKind>
  var dayStarts: [Int64]
  var monthStarts: [Int64]

  var ledger: Ledger
  var targets: Slab<TargetState>
  var cache = ResponseCache()
  /// The response cache is asked for keys.
  let looksUp: Bool
  /// What warming has read, of no meaning.
  var warmth: Int64 = 0
  /// Of the keys of rows that are next.
  var hashes = Slab<UInt64>(repeating: 0, count: Self.warmedTogether)
  var events = EventQueue()
  var flights = Slab<Flight>()
  var freeFlights = Slab<Int32>()
  /// By flight, in a replay only.
  var facts = Slab<LoggedFacts>()
  var blocks: [[UInt64]] = []
  var batch = CallBatch()
  /// Of a log's calls that are booked by their rows.
  var lanes: Lanes
  let hasFixedPrices: Bool
  let hasRollingAlerts: Bool
  let watchesAccounts: Bool
  var accountWatch: AccountWatch
  var qualityTally: QualityTally
  /// Of the logged call that ends.
  var loggedQuality = LoggedQuality()
  let watchesHours: Bool
  var hours: HourWatch
  let knowledge: KnowledgeBase?
  /// In a replay: kinds, routed and logged models met so far, and the models that may be reached.
  var metRoutes: Set<Int> = []
  var reachable: Set<Int> = []
  var flows: [Flow] = []
  var freeFlows: [Int32] = []
  var budget: BudgetWatch
  let hasEnforcement: Bool
  var enforcement: Enforcement
  let hasExperiments: Bool
  var experiments: ExperimentTally
  var rolling: RollingWatch
  var returns: ReturnTally
  var result: PlanResult
  /// Of calls that a model has answered, but not as they arrived: its own latencies are the others'.
  var latencies = LatencyCounts()
  var flowResults: [FlowResult]
  var cacheCounts: Slab<CacheClassResult>
  /// Look-ups without a hit, by routed model.
  var cacheMisses: Slab<Int64>
  var log: CallLog?
  /// Set to look for calls that cost far more than others.
  var outliers: OutlierFinder?
  /// Set to hold what a log says of its costs against what they are here.
  var costCheck: CostCheck?
  /// Set to tell what a log's requests used of what they were billed for.
  var use: LoggedUse?
  /// By user number from 0, where a log names them.
  var userNames: [String] = []
  /// Rank of the call whose story is collected; 0: none.
  let watched: Int64
  var story: CallStory?
  /// Some call is told of, in the per-call ledger or a story.
  let isTelling: Bool
  /// Calls whose answer is certain may be booked as they arrive: nothing looks at what happens meanwhile.
  let foresees: Bool
  /// What those store in the response cache may be written as they arrive, too.
  let storesAhead: Bool
  var day = 0
  var month = 0
  /// When the day, the month or what a watch looks at changes next.
  var boundary = Int64.min
  /// Flushes of the response cache that are still to come.
  private var flushes: ArraySlice<SimTime>

  init(
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
    let rollingAlerts = scenario.alerts.filter { $0.metric != .accountMonthCost }
    hasRollingAlerts = !rollingAlerts.isEmpty
    accountWatch = AccountWatch(alerts: scenario.alerts.filter { $0.metric == .accountMonthCost })
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
    lanes = Lanes(models: scenario.catalog.models.count)
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
    cacheCounts = Slab(
      compiled.cacheClasses.map { CacheClassResult(name: $0, hits: 0, misses: 0) })
  }

  /// Whether nothing looks at calls between their arrival and their end.
  static func foresees(_ scenario: Scenario) -> Bool {
    scenario.alerts.isEmpty && scenario.experiments.isEmpty && scenario.tables.isEmpty
      && scenario.performanceHours.isEmpty && !scenario.tellsQuality && scenario.knowledge == nil
      && scenario.budget?.actions.isEmpty ?? true
  }

  /// Whether entries of calls under way together make one, and none is flushed before it is written.
  private static func storesAhead(_ scenario: Scenario) -> Bool {
    let cache = scenario.cache
    let classes = cache.classes.values + [cache.defaultClass].compactMap { $0 }
    return cache.flushes.isEmpty && Set(classes.map(\.ttl)).count <= 1
  }

  /// Runs the whole stream and returns what was found. `progress` is told the calls so far.
  mutating func run(
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
  mutating func play(
    _ stream: inout some CallSource & ~Copyable, progress: (Int) -> Void = { _ in }
  ) throws {
    addFixedPrices()
    var count = 0
    while try stream.next(into: &batch) {
      if let growth = batch.growth { grow(growth) }
      if batch.log.rows.isEmpty { try playCalls() } else { try playLog() }
      try flushLog(all: false)
      count += max(batch.calls.count, batch.log.rows.count) + batch.counted
      progress(count)
      if story?.end != nil { return }
    }
    if let hits = stream.takeTally() { add(hits) }
    settleLanes()
    while !events.isEmpty {
      try step()
      if watched > 0, story?.end != nil { return }
    }
  }

  /// Handles what comes before an arrival at that time.
  @inline(never)
  mutating func handleEvents(before time: Int64) throws {
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
      if call.pointee.isFlowStart { startFlow(call.pointee) } else { arrive(call) }
    }
  }

  static let warmedTogether = 64

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
  mutating func begin(at time: Int64) {
    if time >= boundary { cross(time) }
  }

  /// The cost of an attempt that has ended.
  /// - Parameter order: of its outcome among the events of that time.
  @inline(__always)
  mutating func spend(_ cost: Money, month: Int, at e: Int64, order: UInt64) {
    if foresees { return gather(cost, month: month, at: e, order: order, now: e) }
    budget.add(cost, month: month, at: e)
    if budget.nextCheck < boundary { boundary = budget.nextCheck }
  }

  /// The cost of an attempt that has ended, or will end then.
  @inline(__always)
  mutating func gather(_ cost: Money, month: Int, at e: Int64, order: UInt64, now: Int64) {
    budget.gather(cost, month: month, at: e, order: order)
    if budget.isFull { budget.settle(before: now) }
  }

  @inline(never)
  private mutating func cross(_ time: Int64) {
    if time >= rolling.nextBoundary { rolling.check(upTo: time) }
    if time >= hours.nextBoundary { hours.check(upTo: time) }
    if time >= budget.nextCheck {
      budget.settle(before: time)
      budget.check(upTo: time)
    }
    while let flush = flushes.first?.microseconds, time >= flush {
      flushes.removeFirst()
      cache = ResponseCache()
    }
    if day + 1 < dayStarts.count, time >= dayStarts[day + 1] { settleLanes() }
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

  mutating func step() throws {
    let event = events.pop()
    begin(at: event.time)
    switch event.kind {
    case .outcome: try outcome(event.slot, at: event.time, order: event.order)
    case .retry: attempt(event.slot, at: event.time)
    case .arrival: beginStage(event.slot, at: event.time)
    }
  }

  /// What the numbers of calls so far stand for.
  var names: PlanNames {
    PlanNames(compiled: compiled, routing: routing, userNames: userNames)
  }

  private mutating func flushLog(all: Bool) throws {
    guard log != nil else { return }
    let names = names
    try log?.flush(all: all, names: names)
  }
}
