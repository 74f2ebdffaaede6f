import CostModel

/// Logged traffic as calls: rows become calls with a kind, a routed model and the facts that the
/// log gives. The scenario grows with the log: kinds, users, days and months as they come.
struct ReplaySource: CallSource {
  private var trace: TraceSource
  private(set) var compiled: CompiledScenario
  private(set) var routing: CompiledRouting
  private let draws: Draws
  private let isGlobal: Bool
  private let hasFlushes: Bool
  private var rows = TraceBatch()
  private var isPrimed: Bool
  private var accounts: LoggedAccounts
  private let prompts: LoggedPrompts
  /// Accounts that the engine knows.
  private(set) var users = 0
  private var number: Int64 = 0
  /// By the log's model number, the catalog's; `UInt16.max`: not in the catalog.
  private var models: [UInt16] = []
  /// By the log's kind number, three each: without a key of the response cache, with one, with a new
  /// one.
  private var forms = FixedTable<Form>([])
  private(set) var logged = LoggedTotals()
  private(set) var loggedOutliers = OutlierFinder(source: .logged)

  /// All that a row asks about its kind.
  private struct Form {
    /// Of the compiled scenario.
    var kind: UInt16
    /// The routed model; `UInt16.max`: the logged one, unless there is a choice to be drawn.
    var model: UInt16
    var drawsModel: Bool
    /// Whether the response cache's hits are drawn.
    var drawsHit: Bool
    var cacheRate: Double
  }

  /// Reads the log's beginning; nil if the log has no rows.
  init?(trace: TraceSource, scenario: Scenario, run: Int = 1) throws {
    self.trace = trace
    draws = Draws(seed: scenario.seed, run: run)
    isGlobal = scenario.cache.scope == .global
    hasFlushes = !scenario.cache.flushes.isEmpty
    accounts = LoggedAccounts(
      settings: scenario.replay, population: scenario.users, draws: draws)
    prompts = LoggedPrompts(settings: scenario.replay, draws: draws)
    isPrimed = try self.trace.next(into: &rows)
    while isPrimed, rows.rows.isEmpty { isPrimed = try self.trace.next(into: &rows) }
    guard isPrimed, let first = rows.rows.first else { return nil }
    var scenario = scenario
    scenario.workloads = []
    scenario.experiments = []
    scenario.users = UserPopulation()
    scenario.period = Period.covering(
      from: first.time, to: first.time, timeZone: scenario.period.timeZone)
    compiled = CompiledScenario(scenario)
    compiled.beginLog()
    routing = CompiledRouting(compiled)
  }

  var facts: TraceFacts { trace.facts }
  var hash: FileHash? { trace.hash }
  var columns: [String] { trace.columnNames }
  var isJSON: Bool { trace.isJSON }
  var symbols: TraceSymbols { trace.symbols }

  mutating func next(into batch: inout CallBatch) throws -> Bool {
    batch.removeAll()
    if isPrimed {
      isPrimed = false
    } else if try !trace.next(into: &rows) {
      return false
    }
    resolveModels()
    let grew = try addKinds()
    let isLonger = cover()
    batch.blocks.append(contentsOf: rows.blocks)
    addCalls(to: &batch)
    if grew || isLonger || users < accounts.names.count {
      batch.growth = ScenarioGrowth(
        compiled: compiled, routing: routing, newUsers: Array(accounts.names[users...]))
      users = accounts.names.count
    }
    return true
  }

  // MARK: Rows

  private mutating func addCalls(to batch: inout CallBatch) {
    // Held for the batch: handed out anew they would be counted for every row.
    let (symbols, forms, all) = (trace.symbols, forms, rows.rows)
    batch.calls.reserve(all.count)
    batch.calls.resize(to: all.count)
    batch.facts.reserve(all.count)
    batch.facts.resize(to: all.count)
    all.withUnsafeBufferPointer { all in
      guard let first = all.baseAddress else { return }
      for place in all.indices { setCall(place, first + place, symbols, forms, in: &batch) }
    }
  }

  @inline(__always)
  private mutating func setCall(
    _ place: Int, _ row: UnsafePointer<TraceRow>, _ symbols: TraceSymbols,
    _ forms: FixedTable<Form>, in batch: inout CallBatch
  ) {
    number &+= 1
    var account = accounts.known(row.pointee.user)
    if account == Ledger.noUser {
      account = accounts.account(row, rank: number, symbols: symbols)
    }
    let prompt = prompts.prompt(row.pointee.prompt, rank: number, account: account)
    let form = forms.pointer(
      to: self.form(of: row, prompt: prompt, hasUser: account != Ledger.noUser))
    let logged: UInt16 = row.pointee.model == TraceRow.none ? .max : models[Int(row.pointee.model)]
    var routed = form.pointee.model == .max ? logged : form.pointee.model
    var isCached = false
    if form.pointee.drawsModel || form.pointee.drawsHit {
      draw(row, form, &routed, &isCached)
    }
    precondition(
      routed != .max, "rows without a model that is needed are malformed (ModelCheck)")
    var call = Call(
      time: row.pointee.time, index: UInt32(truncatingIfNeeded: number), user: account,
      kind: form.pointee.kind)
    call.prompt = prompt
    call.routed = routed
    call.input = max(0, row.pointee.input)
    call.output = max(0, row.pointee.output)
    call.reasoning = max(0, row.pointee.reasoning)
    call.audio = max(0, row.pointee.audio)
    call.cacheDraw = isCached
    call.fact = Int32(truncatingIfNeeded: place)
    batch.calls[place] = call
    batch.facts[place] = facts(of: row, model: logged)
    if prompts.hasSessionBlocks {
      addBlocks(of: row, account: account, place, to: &batch)
    }
    if row.pointee.cost >= 0 { note(row, model: logged) }
  }

  /// What the scenario leaves to chance.
  @inline(never)
  private func draw(
    _ row: UnsafePointer<TraceRow>, _ form: UnsafePointer<Form>, _ routed: inout UInt16,
    _ isCached: inout Bool
  ) {
    let word = draws.block(.call, call: UInt64(number), user: 0, workload: Draws.traceKey)
    let kind = Int(form.pointee.kind)
    if form.pointee.drawsModel {
      let chosen = routing.choose(kind: kind, accountPlan: 0, u: word.2.unit)
      routed = chosen?.rawValue ?? .max
    }
    guard form.pointee.drawsHit else { return }
    isCached = word.3.unit < form.pointee.cacheRate
    if isCached, hasFlushes {
      isCached = word.3.unit < compiled.cacheRate(ofKind: kind, at: row.pointee.time)
    }
  }

  @inline(never)
  private func addBlocks(
    of row: UnsafePointer<TraceRow>, account: UInt32, _ place: Int, to batch: inout CallBatch
  ) {
    let first = batch.blocks.count
    let size = prompts.addBlocks(
      of: row.pointee, session: accounts.session(row.pointee, account: account),
      to: &batch.blocks)
    guard size > 0 else { return }
    batch.facts[place].firstBlock = first
    batch.facts[place].blockCount = Int32(batch.blocks.count - first)
    batch.facts[place].blockSize = size
  }

  /// What the log says that the call cost.
  @inline(never)
  private mutating func note(_ row: UnsafePointer<TraceRow>, model: UInt16) {
    logged.add(cost: row.pointee.cost, model: model)
    loggedOutliers.add(
      model: row.pointee.model == TraceRow.none ? nil : Int(row.pointee.model),
      number: row.pointee.number, cost: row.pointee.cost)
  }

  /// Nothing is looked up without a prompt or, where entries are kept by user, without a user.
  @inline(__always)
  private func form(of row: UnsafePointer<TraceRow>, prompt: UInt64, hasUser: Bool) -> Int {
    let first = 3 &* Int(row.pointee.kind)
    guard hasUser || isGlobal else { return first }
    return first &+ (prompt != 0 ? 1 : 2)
  }

  @inline(__always)
  private func facts(of row: UnsafePointer<TraceRow>, model: UInt16) -> LoggedFacts {
    let row = row.pointee
    return LoggedFacts(
      model: model, failed: row.status == .failed, blockCount: row.blockCount,
      latency: row.latency, cachedInput: row.cached, cacheWrite: max(0, row.cacheWrite),
      images: max(0, row.images), maxTokens: row.maxTokens, firstBlock: Int(row.firstBlock),
      blockSize: Int64(row.blockSize))
  }

  // MARK: Growth

  /// Names of models that are new in the log.
  private mutating func resolveModels() {
    let known = trace.symbols.models
    for number in models.count..<known.count {
      let id = compiled.scenario.catalog.id(named: known.name(UInt32(number)))
      models.append(id?.rawValue ?? .max)
    }
  }

  private mutating func addKinds() throws -> Bool {
    let known = forms.count / 3
    guard trace.symbols.kinds.count > known else { return false }
    var kinds = forms.array.map { Int($0.kind) }
    for attributes in trace.symbols.kinds.dropFirst(known) {
      let seen = Self.attributes(attributes)
      let useCase = seen[.useCase] ?? ""
      var repetitions = [PromptRepetition.none, .pool(size: 1, exponent: 0, perUser: false)]
      if prompts.areNew { repetitions.append(.unique) }
      let numbers = repetitions.map {
        compiled.addLoggedKind(attributes, useCase: useCase, prompts: $0)
      }
      kinds += [numbers[0], numbers[1], prompts.areNew ? numbers[2] : numbers[0]]
    }
    guard compiled.kinds.count <= Int(UInt16.max) else {
      let most = Int(UInt16.max) / (compiled.kinds.count * 3 / kinds.count)
      throw ReplayError(
        row: rows.rows.first?.number ?? 0,
        message: "more than \(InputLog.grouped(Int64(most))) combinations of attributes, expected "
          + "labels that repeat")
    }
    routing = CompiledRouting(compiled)
    forms = FixedTable(forms.array + kinds.dropFirst(forms.count).map(form))
    return true
  }

  private func form(of kind: Int) -> Form {
    let shares = routing.shares(kind: kind, accountPlan: 0)
    let settings = compiled.kinds[kind]
    return Form(
      kind: UInt16(kind), model: shares.count == 1 ? shares[0].model.rawValue : .max,
      drawsModel: shares.count > 1, drawsHit: settings.cacheMode == .rate,
      cacheRate: settings.cacheRate)
  }

  /// What rules and tables see of a kind: rows that do not say belong to the use case `not told`.
  static func attributes(_ kind: CallAttributes) -> CallAttributes {
    var seen = kind
    seen[.useCase] = kind[.useCase] ?? "not told"
    return seen
  }

  /// Lengthens the period up to the last row; false if it reaches there already.
  private mutating func cover() -> Bool {
    guard let last = rows.rows.last?.time else { return false }
    let period = compiled.scenario.period
    guard last >= period.end.microseconds else { return false }
    compiled.setPeriod(
      Period.covering(
        from: period.start.microseconds, to: last, timeZone: period.timeZone))
    return true
  }
}

/// What the log says that its calls cost.
struct LoggedTotals: Sendable {
  private(set) var cost = MoneySum.zero
  private(set) var calls: Int64 = 0
  /// By catalog number of the logged model + 1; 0: another one, or none.
  private var sums: [MoneySum?] = []

  /// By catalog number of the logged model.
  var byModel: [UInt16: MoneySum] {
    var all: [UInt16: MoneySum] = [:]
    for (place, sum) in sums.enumerated() { all[UInt16(place) &- 1] = sum }
    return all
  }

  /// Adds a row that tells its cost.
  /// - Parameter model: `UInt16.max`: another one than the catalog's, or none.
  mutating func add(cost picodollars: Int64, model: UInt16) {
    calls += 1
    cost += Money(picodollars: picodollars)
    let place = Int(model &+ 1)
    while sums.count <= place { sums.append(nil) }
    sums[place] = (sums[place] ?? .zero) + MoneySum(picodollars: Int128(picodollars))
  }
}

/// A row that cannot be replayed as the scenario says.
struct ReplayError: Error {
  /// Data row of the log, from 1.
  var row: Int64
  var message: String
}
