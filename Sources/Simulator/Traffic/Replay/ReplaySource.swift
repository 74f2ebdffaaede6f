import CostModel
import Scenarios
import Support

/// Logged traffic as calls: rows become calls with a kind, a routed model and the facts that the
/// log gives. The scenario grows with the log: kinds, users, days and months as they come.
package struct ReplaySource: CallSource {
  private var trace: TraceSource
  package private(set) var compiled: CompiledScenario
  package private(set) var routing: CompiledRouting
  private let draws: Draws
  private let isGlobal: Bool
  private let hasFlushes: Bool
  private var rows = TraceBatch()
  private var isPrimed: Bool
  private var accounts: LoggedAccounts
  private var prompts: LoggedPrompts
  /// Accounts that the engine knows.
  package private(set) var users = 0
  /// Calls of all batches before.
  private var number: Int64
  /// Something was drawn by a call's rank.
  private var hasDrawn = false
  /// Where rows tell their ranks: the last one, their checksums, and by kind the first.
  package private(set) var numbers: LogNumbers?
  private var firstOfKind: [Int64] = []
  /// Where the days of the period end.
  private var coveredUntil: SimTime
  /// By the log's model number, the catalog's; `UInt16.max`: not in the catalog.
  private var models = FixedTable<UInt16>([])
  /// By the log's kind number, three each: without a key of the response cache, with one, with a new
  /// one.
  private var forms = FixedTable<Form>([])
  private let costs = LoggedCosts()
  private var planNames: [String] = []
  /// Into `planNames`, by the compiled scenario's kind and by account; −1: none is told.
  private var planOfKind: [Int32] = []
  private var planOfAccount: [Int32] = []

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

    var isDrawn: Bool { drawsModel || drawsHit }
  }

  /// Reads the log's beginning; nil if the log has no rows.
  ///
  /// - Parameter callsBefore: calls of the log that lie before these.
  package init?(
    trace: TraceSource, scenario: Scenario, run: Int = 1, callsBefore: Int64 = 0
  ) throws {
    self.trace = trace
    number = callsBefore
    numbers = trace.tellsNumbers ? LogNumbers() : nil
    draws = Draws(seed: scenario.seed, run: run)
    isGlobal = scenario.cache.scope == .global
    hasFlushes = !scenario.cache.flushes.isEmpty
    accounts = LoggedAccounts(
      settings: scenario.replay, population: scenario.users, draws: draws)
    prompts = LoggedPrompts(settings: scenario.replay, draws: draws)
    isPrimed = try self.trace.next(into: &rows)
    while isPrimed, rows.rows.isEmpty { isPrimed = try self.trace.next(into: &rows) }
    guard isPrimed, let first = rows.rows.first else { return nil }
    compiled = Self.compiled(
      scenario, from: first.time, to: first.time, facts: self.trace.facts)
    coveredUntil = compiled.scenario.period.endOfDays
    routing = CompiledRouting(compiled)
  }

  /// The scenario of a log from one time to another, before any of its calls is known.
  package static func compiled(
    _ scenario: Scenario, from first: Int64, to last: Int64, facts: TraceFacts
  ) -> CompiledScenario {
    var scenario = scenario
    scenario.workloads = []
    scenario.experiments = []
    (scenario.knowledge, scenario.classifier) = (nil, nil)
    scenario.users = UserPopulation()
    if facts.tellsQuality { scenario.tables.append(.quality) }
    scenario.loggedQuantities = facts.metered
    scenario.period = Period.covering(
      from: first, to: last, timeZone: scenario.period.timeZone)
    var compiled = CompiledScenario(scenario)
    compiled.beginLog()
    return compiled
  }

  /// Whether anything hangs on the ranks of calls in the log.
  package var drawsByRank: Bool { hasDrawn || accounts.areNumbered }

  package var facts: TraceFacts { trace.facts }
  package var hash: FileHash? { trace.hash }
  package var extent: (LogExtent, isQuoted: Bool) { trace.extent }
  package var columns: [String] { trace.columnNames }
  package var isJSON: Bool { trace.isJSON }
  package var symbols: TraceSymbols { trace.symbols }
  package var helper: BlockHelper { trace.helper }
  package var logged: LoggedTotals { costs.totals }
  /// What is kept of the logged costs, with the log's names of the models; empty: none is named.
  package var loggedCosts: [(model: String, group: OutlierFinder.Group)] {
    costs.outliers.groups.enumerated().map { number, group in
      (number == 0 ? "" : trace.symbols.models.name(UInt32(number - 1)), group)
    }
  }
  /// Requests whose logged cost is far beyond that of others.
  package var loggedOutliers: [Outlier] {
    costs.outliers.found { trace.symbols.models.name(UInt32($0)) }
  }

  /// The log's names of models that are none of the catalog's own, as far as it knows what they mean.
  package var readAs: [NameReading] {
    let (names, catalog) = (trace.symbols.models, compiled.scenario.catalog)
    return (0..<names.count).compactMap { number in
      let name = names.name(UInt32(number))
      guard let id = catalog.id(named: name), !catalog.isOwn(name, of: id) else { return nil }
      return NameReading(name: name, model: catalog[id].name, provider: catalog[id].provider)
    }.sorted { $0.name < $1.name }
  }

  package mutating func next(into batch: inout CallBatch) throws -> Bool {
    batch.removeAll()
    if isPrimed {
      isPrimed = false
    } else if try !trace.next(into: &rows) {
      return false
    }
    try checkNumbers()
    resolveModels()
    let grew = try addKinds()
    let isLonger = cover()
    resolveRows()
    noteAccountPlans()
    noteKinds()
    (batch.before, batch.tellsNumbers) = (number, numbers != nil)
    number += Int64(rows.rows.count)
    swap(&batch.log, &rows)
    if grew || isLonger || users < accounts.names.count {
      batch.growth = ScenarioGrowth(
        compiled: compiled, routing: routing, newUsers: Array(accounts.names[users...]))
      users = accounts.names.count
    }
    return true
  }

  // MARK: Numbers

  /// Rows that tell their ranks come in their order.
  private mutating func checkNumbers() throws {
    guard var numbers else { return }
    for row in rows.rows {
      guard row.number > numbers.last else {
        throw ReplayError(
          row: numbers.count + 1,
          message: row.number < 1
            ? "it does not tell its number in the whole log, expected one from 1 on"
            : "number \(row.number) comes after number \(numbers.last), expected the numbers that the "
              + "requests of the whole log have in order of time")
      }
      numbers.add(row.number)
    }
    self.numbers = numbers
  }

  private mutating func noteKinds() {
    guard numbers != nil else { return }
    while firstOfKind.count < compiled.kinds.count { firstOfKind.append(.max) }
    for row in rows.rows {
      let kind = Int(row.kind)
      firstOfKind[kind] = min(firstOfKind[kind], row.number)
    }
  }

  /// Of rows that tell their ranks, that of an account's first request, or of a cache class's.
  package func first(ofAccount account: Int) -> Int64 { accounts.firsts[account] }

  package func first(ofCacheClass place: Int) -> Int64 {
    zip(compiled.kinds, firstOfKind).filter { Int($0.0.cacheClass) == place }.map(\.1).min() ?? .max
  }

  // MARK: Rows

  /// Rows that stay in a processor's first cache while they are resolved.
  private static let rowsAtOnce = 64

  /// Decides of all rows whose calls they are, of which kind and prompt, and where they are routed.
  private mutating func resolveRows() {
    if prompts.hasSessionBlocks, rows.parts.isEmpty {
      rows.parts = Array(repeating: TraceParts(), count: rows.rows.count)
    }
    // The source holds both tables.
    let tables = Tables(
      forms: forms.pointer(to: 0), models: models.pointer(to: 0), isGlobal: isGlobal,
      drawsPrompts: prompts.areDrawn)
    var all: [TraceRow] = []
    swap(&all, &rows.rows)
    all.withUnsafeMutableBufferPointer { all in
      guard let first = all.baseAddress else { return }
      for start in stride(from: 0, to: all.count, by: Self.rowsAtOnce) {
        resolve(first, start..<min(all.count, start + Self.rowsAtOnce), tables)
      }
    }
    swap(&all, &rows.rows)
  }

  private mutating func resolve(
    _ all: UnsafeMutablePointer<TraceRow>, _ range: Range<Int>, _ tables: Tables
  ) {
    if !rows.parts.isEmpty {
      for place in range where rows.parts[place].cost >= 0 {
        note(all[place], cost: rows.parts[place].cost)
      }
    }
    var place = accounts.withKnown { tables.resolve(all, range, $0) }
    while place < range.upperBound {
      decide(place, all + place, tables)
      place = accounts.withKnown { tables.resolve(all, place + 1..<range.upperBound, $0) }
    }
    guard prompts.hasSessionBlocks else { return }
    for place in range { addBlocks(of: all[place], place) }
  }

  private func record(_ row: TraceRow, _ place: Int) -> TraceRecord {
    TraceRecord(row: row, parts: rows.parts.isEmpty ? TraceParts() : rows.parts[place])
  }

  /// What is read of the scenario to resolve a row, where it lies.
  private struct Tables {
    let forms: UnsafePointer<Form>
    let models: UnsafePointer<UInt16>
    let isGlobal: Bool
    /// Whether prompts are drawn that the log does not tell.
    let drawsPrompts: Bool

    /// Nothing is looked up without a prompt or, where entries are kept by user, without a user.
    @inline(__always)
    func form(of row: UnsafePointer<TraceRow>) -> UnsafePointer<Form> {
      let first = forms + 3 &* Int(row.pointee.kind)
      guard isGlobal || row.pointee.user != Ledger.noUser else { return first }
      return row.pointee.prompt != 0 ? first + 1 : first + 2
    }

    /// The row's model in the catalog.
    @inline(__always)
    func model(of row: UnsafePointer<TraceRow>) -> UInt16 {
      row.pointee.model == TraceRow.none ? .max : models[Int(row.pointee.model)]
    }

    /// Resolves rows of users that have been met; returns the place of the first one of another user,
    /// or of which anything is left to chance, else the end.
    @inline(never)
    func resolve(
      _ rows: UnsafeMutablePointer<TraceRow>, _ range: Range<Int>,
      _ accounts: UnsafeBufferPointer<UInt32>
    ) -> Int {
      var place = range.lowerBound
      while place < range.upperBound {
        let row = rows + place
        let user = Int(row.pointee.user)
        guard user < accounts.count, accounts[user] != Ledger.noUser,
          !drawsPrompts || row.pointee.prompt != 0
        else { break }
        let form = form(of: row)
        let logged = model(of: row)
        let routed = form.pointee.model == .max ? logged : form.pointee.model
        if form.pointee.isDrawn || routed == .max { break }
        row.pointee.user = accounts[user]
        set(row, form, routed: routed, logged: logged)
        place &+= 1
      }
      return place
    }

    @inline(__always)
    func set(
      _ row: UnsafeMutablePointer<TraceRow>, _ form: UnsafePointer<Form>, routed: UInt16,
      logged: UInt16
    ) {
      row.pointee.kind = UInt32(form.pointee.kind)
      row.pointee.model = UInt32(logged)
      row.pointee.routed = routed
    }
  }

  /// Resolves any row.
  private mutating func decide(
    _ place: Int, _ row: UnsafeMutablePointer<TraceRow>, _ tables: Tables
  ) {
    let rank = numbers == nil ? number + Int64(place) + 1 : row.pointee.number
    row.pointee.user = accounts.account(
      of: record(row.pointee, place), rank: rank, symbols: trace.symbols)
    if prompts.areDrawn, row.pointee.prompt == 0 {
      row.pointee.prompt = prompts.drawn(rank: rank, account: row.pointee.user)
    }
    let (form, logged) = (tables.form(of: row), tables.model(of: row))
    var routed = form.pointee.model == .max ? logged : form.pointee.model
    if form.pointee.isDrawn { draw(row, form, rank: rank, &routed) }
    precondition(
      routed != .max, "rows without a model that is needed are malformed (ModelCheck)")
    tables.set(row, form, routed: routed, logged: logged)
  }

  /// Draws whether the response cache has the row's call, and its routed model if there is a choice.
  private mutating func draw(
    _ row: UnsafeMutablePointer<TraceRow>, _ form: UnsafePointer<Form>, rank: Int64,
    _ routed: inout UInt16
  ) {
    hasDrawn = true
    let word = draws.block(.call, call: UInt64(rank), user: 0, workload: Draws.traceKey)
    let kind = Int(form.pointee.kind)
    row.pointee.isCached = form.pointee.drawsHit && word.3.unit < form.pointee.cacheRate
    if row.pointee.isCached, hasFlushes {
      row.pointee.isCached =
        word.3.unit < compiled.cacheRate(ofKind: kind, at: row.pointee.time)
    }
    guard form.pointee.drawsModel else { return }
    routed = routing.choose(kind: kind, accountPlan: 0, u: word.2.unit)?.rawValue ?? .max
  }

  private mutating func addBlocks(of row: TraceRow, _ place: Int) {
    let first = rows.blocks.count
    let record = record(row, place)
    let session = accounts.session(record, account: row.user)
    let size = prompts.addBlocks(of: record, session: session, to: &rows.blocks)
    guard size > 0 else { return }
    rows.parts[place].firstBlock = Int64(first)
    rows.parts[place].blockCount = Int32(rows.blocks.count - first)
    rows.parts[place].blockSize = Int32(size)
    rows.parts[place].areSessionBlocks = true
  }

  /// What the log says that the call cost.
  @inline(never)
  private mutating func note(_ row: TraceRow, cost: Int64) {
    let model = row.model
    costs.totals.add(cost: cost, model: model == TraceRow.none ? .max : models[Int(model)])
    costs.outliers.add(
      model: model == TraceRow.none ? nil : Int(model), number: row.number, cost: cost,
      at: .arrival(row.time))
  }

  // MARK: Account plans

  /// The account plan that the log tells last of an account, by its number from 0; nil: it tells none.
  package func accountPlan(of account: Int) -> String? {
    guard account < planOfAccount.count, planOfAccount[account] >= 0 else { return nil }
    return planNames[Int(planOfAccount[account])]
  }

  private mutating func noteAccountPlans() {
    guard !trace.facts.absent.contains(.accountPlan) else { return }
    for attributes in compiled.attributes.dropFirst(planOfKind.count) {
      guard let name = attributes[.accountPlan] else {
        planOfKind.append(-1)
        continue
      }
      let known = planNames.firstIndex(of: name) ?? planNames.count
      if known == planNames.count { planNames.append(name) }
      planOfKind.append(Int32(known))
    }
    let new = accounts.names.count - planOfAccount.count
    planOfAccount += Array(repeating: -1, count: new)
    for row in rows.rows where row.user != Ledger.noUser {
      let plan = planOfKind[Int(row.kind)]
      if plan >= 0 { planOfAccount[Int(row.user)] = plan }
    }
  }

  // MARK: Growth

  /// Names of models that are new in the log.
  private mutating func resolveModels() {
    let known = trace.symbols.models
    guard known.count > models.count else { return }
    let new = (models.count..<known.count).map { number in
      compiled.scenario.catalog.id(named: known.name(UInt32(number)))?.rawValue ?? .max
    }
    models = FixedTable(models.array + new)
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
      try checkRoom(for: repetitions.count)
      let numbers = repetitions.map {
        compiled.addLoggedKind(attributes, useCase: useCase, prompts: $0)
      }
      kinds += [numbers[0], numbers[1], prompts.areNew ? numbers[2] : numbers[0]]
    }
    routing = CompiledRouting(compiled)
    forms = FixedTable(forms.array + kinds.dropFirst(forms.count).map(form))
    return true
  }

  /// Whether another combination of attributes, in so many kinds of calls, can be numbered. (Fewer
  /// combinations can be told apart by cache classes than by anything else.)
  private func checkRoom(for kinds: Int) throws {
    let each = kinds * (1 + compiled.kindOffsets.count)
    let isFull =
      compiled.kinds.count + each > SizeChecks.kinds
      || compiled.cacheClasses.count >= SizeChecks.cacheClasses
    guard isFull else { return }
    throw ReplayError(
      row: rows.rows.first?.number ?? 0,
      message: "more than \(InputLog.grouped(Int64(compiled.kinds.count / each))) combinations of "
        + "attributes, expected labels that repeat")
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
  package static func attributes(_ kind: CallAttributes) -> CallAttributes {
    var seen = kind
    seen[.useCase] = kind[.useCase] ?? "not told"
    return seen
  }

  /// Lengthens the period up to the last row; false if no day is new.
  private mutating func cover() -> Bool {
    guard let last = rows.rows.last?.time else { return false }
    let period = compiled.scenario.period
    guard last >= coveredUntil.microseconds else {
      compiled.observe(until: last)
      return false
    }
    compiled.setPeriod(
      Period.covering(
        from: period.start.microseconds, to: last, timeZone: period.timeZone))
    coveredUntil = compiled.scenario.period.endOfDays
    return true
  }
}

/// What is noted of the costs that the log tells, by the one thread that reads it.
private final class LoggedCosts {
  var totals = LoggedTotals()
  var outliers = OutlierFinder(source: .logged)
}

/// What the log says that its calls cost.
package struct LoggedTotals: Sendable {
  package var cost = MoneySum.zero
  package var calls: Int64 = 0
  /// By catalog number of the logged model + 1; 0: another one, or none.
  package var sums: [MoneySum?] = []

  package init() {}

  /// By catalog number of the logged model.
  package var byModel: [UInt16: MoneySum] {
    var all: [UInt16: MoneySum] = [:]
    for (place, sum) in sums.enumerated() { all[UInt16(place) &- 1] = sum }
    return all
  }

  /// Adds a row that tells its cost.
  /// - Parameter model: `UInt16.max`: another one than the catalog's, or none.
  package mutating func add(cost picodollars: Int64, model: UInt16) {
    calls += 1
    cost += Money(picodollars: picodollars)
    let place = Int(model &+ 1)
    while sums.count <= place { sums.append(nil) }
    sums[place] = (sums[place] ?? .zero) + MoneySum(picodollars: Int128(picodollars))
  }
}

/// A model's name in a file of usage, and the catalog's model that it was taken for.
package struct NameReading: Hashable, Sendable {
  package var name: String
  package var model: String
  package var provider: String

  package init(name: String, model: String, provider: String) {
    self.name = name
    self.model = model
    self.provider = provider
  }

  package var text: String { "'\(name)' was read as '\(model)' of \(provider)" }
}

/// A row that cannot be replayed as the scenario says.
package struct ReplayError: Error {
  /// Data row of the log, from 1.
  package var row: Int64
  package var message: String
}
