import CostModel

/// Logged traffic as calls: rows become calls with a kind, a routed model and the facts that the
/// log gives. The scenario grows with the log: kinds, users, days and months as they come.
struct ReplaySource: CallSource {
  private var trace: TraceSource
  private(set) var compiled: CompiledScenario
  private(set) var routing: CompiledRouting
  private let draws: Draws
  private let isGlobal: Bool
  private var rows = TraceBatch()
  private var isPrimed: Bool
  private var users = 0
  private var number: Int64 = 0
  /// By the log's model number; nil: not in the catalog.
  private var models: [ModelID?] = []
  /// By the log's kind number, without and with a cache key; negative: not met yet.
  private var kinds: [(plain: Int, keyed: Int)] = []
  /// By compiled kind.
  private var decisions: [Decision] = []
  private(set) var logged = LoggedTotals()
  private(set) var loggedOutliers = OutlierFinder(source: .logged)

  /// All that a row asks about its kind.
  private struct Decision {
    /// The routed model; nil: the logged one, unless there is a choice to be drawn.
    var model: ModelID?
    var drawsModel: Bool
    /// The response cache's hit rate; negative: nothing is drawn.
    var cacheRate: Double
  }

  /// Reads the log's beginning; nil if the log has no rows.
  init?(trace: TraceSource, scenario: Scenario, run: Int = 1) throws {
    self.trace = trace
    draws = Draws(seed: scenario.seed, run: run)
    isGlobal = scenario.cache.scope == .global
    isPrimed = try self.trace.next(into: &rows)
    while isPrimed, rows.rows.isEmpty { isPrimed = try self.trace.next(into: &rows) }
    guard isPrimed, let first = rows.rows.first else { return nil }
    var scenario = scenario
    scenario.workloads = []
    scenario.users = UserPopulation()
    scenario.period = Period.covering(
      from: first.time, to: first.time, timeZone: scenario.period.timeZone)
    compiled = CompiledScenario(scenario)
    compiled.addBilling()
    routing = CompiledRouting(compiled)
  }

  var facts: TraceFacts { trace.facts }
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
    try resolveModels()
    let grew = try addKinds()
    let isLonger = cover()
    let known = trace.symbols.users.count
    if grew || isLonger || users < known {
      let names = (users..<known).map { trace.symbols.users.name(UInt32($0)) }
      batch.growth = ScenarioGrowth(compiled: compiled, routing: routing, newUsers: names)
      users = known
    }
    batch.blocks.append(contentsOf: rows.blocks)
    batch.calls.reserveCapacity(rows.rows.count)
    batch.facts.reserveCapacity(rows.rows.count)
    for row in rows.rows { batch.calls.append(try call(for: row, facts: &batch.facts)) }
    return true
  }

  // MARK: One row

  @inline(__always)
  private mutating func call(for row: TraceRow, facts: inout [LoggedFacts]) throws -> Call {
    number += 1
    let hasUser = row.user != TraceRow.none
    let hasKey = row.prompt != 0 && (hasUser || isGlobal)
    let kind = hasKey ? kinds[Int(row.kind)].keyed : kinds[Int(row.kind)].plain
    let logged = row.model == TraceRow.none ? nil : models[Int(row.model)]
    let decision = decisions[kind]
    var model = decision.model ?? logged
    var isCached = false
    if decision.drawsModel || decision.cacheRate >= 0 {
      let word = draws.block(.call, call: UInt64(number), user: 0, workload: Draws.traceKey)
      if decision.drawsModel { model = routing.choose(kind: kind, accountPlan: 0, u: word.2.unit) }
      isCached = word.3.unit < decision.cacheRate
    }
    guard let model else {
      throw ReplayError(
        row: row.number, message: "the log names no model, and the policy keeps the logged one")
    }
    var call = Call(
      time: row.time, index: UInt32(truncatingIfNeeded: number),
      user: hasUser ? row.user : Ledger.noUser, kind: UInt16(kind))
    call.prompt = row.prompt
    call.routed = model.rawValue
    call.input = max(0, row.input)
    call.output = max(0, row.output)
    call.reasoning = max(0, row.reasoning)
    call.audio = max(0, row.audio)
    call.cacheDraw = isCached
    call.fact = Int32(facts.count)
    facts.append(self.facts(of: row, model: logged))
    if row.cost >= 0 { note(row, model: logged) }
    return call
  }

  /// What the log says that the call cost.
  private mutating func note(_ row: TraceRow, model: ModelID?) {
    logged.add(row, model: model)
    if row.cost > 0 {
      let name = row.model == TraceRow.none ? "" : trace.symbols.models.name(row.model)
      loggedOutliers.add(model: name, number: row.number, cost: row.cost)
    }
  }

  @inline(__always)
  private func facts(of row: TraceRow, model: ModelID?) -> LoggedFacts {
    let first = Int(row.firstBlock)
    return LoggedFacts(
      model: model?.rawValue ?? .max, failed: row.status == .failed, latency: row.latency,
      cachedInput: row.cached, cacheWrite: max(0, row.cacheWrite), images: max(0, row.images),
      maxTokens: row.maxTokens,
      blocks: first..<(first + Int(row.blockCount)), blockSize: Int64(row.blockSize))
  }

  // MARK: Growth

  /// Names of models that are new in the log.
  private mutating func resolveModels() throws {
    let known = trace.symbols.models
    for number in models.count..<known.count {
      models.append(compiled.scenario.catalog.id(named: known.name(UInt32(number))))
    }
    guard models.contains(nil) else { return }
    // A model that is only the log's matters where the log's model is asked for.
    for row in rows.rows where row.model != TraceRow.none && models[Int(row.model)] == nil {
      guard compiled.scenario.policy.rules.contains(where: { $0.choice == .logged }) else {
        continue
      }
      let name = known.name(row.model)
      throw ReplayError(
        row: row.number, message: "unknown model '\(name)'",
        hint: NearestName.hint(for: name, among: compiled.scenario.catalog.names))
    }
  }

  private mutating func addKinds() throws -> Bool {
    let before = kinds.count
    for attributes in trace.symbols.kinds.dropFirst(before) {
      let useCase = attributes[.useCase] ?? Self.unknownUseCase
      kinds.append(
        (
          compiled.addLoggedKind(attributes, useCase: useCase, hasKey: false),
          compiled.addLoggedKind(attributes, useCase: useCase, hasKey: true)
        ))
    }
    guard kinds.count > before else { return false }
    guard compiled.kinds.count <= Int(UInt16.max) else {
      throw ReplayError(
        row: rows.rows.first?.number ?? 0,
        message: "more than 32,767 combinations of attributes, expected labels that repeat")
    }
    routing = CompiledRouting(compiled)
    for kind in decisions.count..<compiled.kinds.count { decisions.append(decision(of: kind)) }
    return true
  }

  private func decision(of kind: Int) -> Decision {
    let shares = routing.shares(kind: kind, accountPlan: 0)
    let settings = compiled.kinds[kind]
    return Decision(
      model: shares.count == 1 ? shares[0].model : nil, drawsModel: shares.count > 1,
      cacheRate: settings.cacheMode == .rate ? settings.cacheRate : -1)
  }

  /// What tables call the use case of rows that do not say.
  static let unknownUseCase = "not told"

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
  mutating func add(_ row: TraceRow, model: ModelID?) {
    calls += 1
    cost += Money(picodollars: row.cost)
    let place = model.map { Int($0.rawValue) + 1 } ?? 0
    while sums.count <= place { sums.append(nil) }
    sums[place] = (sums[place] ?? .zero) + MoneySum(picodollars: Int128(row.cost))
  }
}

/// A row that cannot be replayed as the scenario says.
struct ReplayError: Error {
  /// Data row of the log, from 1.
  var row: Int64
  var message: String
  var hint: String?
}
