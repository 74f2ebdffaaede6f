import CostModel
import Scenarios
import Simulator
import Support

/// Writes the per-call ledger into costs.sqlite as a plan runs: numbers in `call_log`, names in
/// tables of their own, and `calls`, a view with the columns of calls.csv.
///
/// Names by number, and many rows a statement, because ten million rows are to take seconds.
/// Unchecked, because one run alone writes to it, on the thread that simulates it.
package final class CallsDatabase: @unchecked Sendable {
  private let database: SQLiteDatabase
  private let accountPlans: AccountPlans
  private let users: Int
  private let hasExperiments: Bool
  private let cachingColumns: [String]
  private var tellsQuality = false
  /// What calls were metered for.
  private var meters: [CallMeter]
  /// As the user knows it.
  private let path: String
  /// For one row, and for `rowsPerInsert`; none before the first call and once the file is finished.
  private var inserts: (narrow: SQLiteStatement, wide: SQLiteStatement)?
  private var names: PlanNames?

  /// Rows of one wide insert: with more the binding costs all, and nothing is gained.
  private static let rowsPerInsert = 16

  /// The calls of a plan of so many users, into the scenario's database in `folder`.
  package init(
    in folder: OutputFolder, _ scenario: String, population: UserPopulation = UserPopulation(),
    users: Int = 0, hasExperiments: Bool = false, cachingColumns: [String] = [],
    meters: [CallMeter] = []
  ) throws(OutputError) {
    self.meters = meters
    self.cachingColumns = cachingColumns
    self.users = users
    self.hasExperiments = hasExperiments
    accountPlans = AccountPlans(population, users: users)
    let name = ReportWriter.databaseName(of: scenario)
    path = folder.path + "/" + name
    let file = try folder.temporaryPath(for: name)
    database = try Self.telling(path) { () throws(SQLiteError) in
      try ReportDatabase.create(file)
    }
  }

  /// Makes the tables. What columns there are shows with the first call: only a log's header says what it
  /// tells.
  private func begin(_ scenario: Scenario?) throws(SQLiteError) {
    tellsQuality = scenario?.tellsQuality ?? false
    meters = scenario?.statedMeters ?? meters
    let table = Self.table(
      hasExperiments: hasExperiments, tellsQuality: tellsQuality, caching: cachingColumns,
      meters: meters)
    try database.execute("BEGIN; \(table)")
    let columns =
      Self.columns + (tellsQuality ? QualityMetric.allCases.count : 0) + cachingColumns.count
      + meters.count
    let row = "(" + Array(repeating: "?", count: columns).joined(separator: ", ") + ")"
    let rows = Array(repeating: row, count: Self.rowsPerInsert).joined(separator: ", ")
    inserts = (
      try database.prepare("INSERT INTO call_log VALUES \(row)"),
      try database.prepare("INSERT INTO call_log VALUES \(rows)")
    )
  }

  package func append(_ records: [CallRecord], _ names: PlanNames) throws(OutputError) {
    self.names = names
    try Self.telling(path) { () throws(SQLiteError) in
      if inserts == nil { try begin(names.compiled.scenario) }
      guard let (narrow, wide) = inserts else { return }
      var next = 0
      while next < records.count {
        let isWide = records.count - next >= Self.rowsPerInsert
        var row = Row(statement: isWide ? wide : narrow)
        let end = next + (isWide ? Self.rowsPerInsert : 1)
        for number in next..<end { try bind(records[number], names, to: &row) }
        try row.statement.runBound()
        next = end
      }
    }
  }

  /// Adds the names, the indexes and the views, and closes the file.
  package func finish() throws(OutputError) {
    try Self.telling(path) { () throws(SQLiteError) in
      if inserts == nil { try begin(nil) }
      inserts = nil
      if let names { try write(names) }
      try database.execute(
        Self.views(
          hasExperiments: hasExperiments, tellsQuality: tellsQuality, caching: cachingColumns,
          meters: meters) + "COMMIT;")
      try database.close()
    }
  }

  /// A database's error as one about the file that the user knows.
  private static func telling<Result>(
    _ path: String, _ body: () throws(SQLiteError) -> Result
  ) throws(OutputError) -> Result {
    do throws(SQLiteError) { return try body() } catch { throw OutputError(error, path: path) }
  }

  /// The parameters of an insert, one after the other.
  private struct Row {
    let statement: SQLiteStatement
    var place: Int32 = 0

    @inline(__always)
    mutating func add(_ number: Int64?) throws(SQLiteError) {
      place &+= 1
      try statement.bind(number, at: place)
    }

    mutating func add(text: String?) throws(SQLiteError) {
      place &+= 1
      try statement.bind(text: text, at: place)
    }
  }

  private static let columns = 22

  private func bind(
    _ record: CallRecord, _ names: PlanNames, to row: inout Row
  ) throws(SQLiteError) {
    let call = record.call
    let plan = accountPlans.place(of: call.user)
    let targets = names.compiled.targets.count
    let routed = Int64(targets) + Int64(call.routed)
    try row.add(record.number)
    try row.add(call.time)
    try row.add(call.user == Ledger.noUser ? nil : Int64(call.user) + 1)
    let kinds = names.compiled.kinds.count
    let kind = (Int(call.action) + 1) * kinds + Int(call.kind)
    try row.add(Int64(kind * names.compiled.accountPlanCount + plan))
    try row.add(routed)
    try row.add(record.cache.number)
    try row.add(record.answeredBy.map(Int64.init) ?? (record.isFailed ? nil : routed))
    try row.add(Int64(record.attempts))
    try row.add(Int64(record.skipped))
    try row.add(record.isFailed ? 1 : 0)
    try row.add(record.queue)
    try row.add(record.latency)
    try row.add(record.billed.inputTokens)
    try row.add(record.billed.cacheReadTokens)
    try row.add(record.billed.outputTokens)
    try row.add(record.billed.reasoningTokens)
    try row.add(record.billed.audioMicroseconds)
    try row.add(record.inputCost.picodollars)
    try row.add(record.outputCost.picodollars)
    try row.add(record.otherCost.picodollars)
    try row.add((record.inputCost + record.outputCost + record.otherCost).picodollars)
    try row.add(record.msgs(names.compiled.kinds[Int(call.kind)], names.compiled))
    if tellsQuality {
      for metric in QualityMetric.allCases {
        try row.add(record.quality[metric] >= 0 ? record.quality[metric] : nil)
      }
    }
    let turnKind = names.compiled.kinds[Int(call.kind)].turnKind
    for column in cachingColumns { try bind(column, of: record, turnKind, to: &row) }
    for meter in meters { try row.add(record.billed[meter.dimension]) }
  }

  private func bind(
    _ column: String, of record: CallRecord, _ kind: ConversationCall?, to row: inout Row
  ) throws(SQLiteError) {
    switch column {
    case "conversation": try row.add(text: kind == nil ? nil : record.conversation)
    case "turn": try row.add(kind == nil ? nil : record.turn)
    case "kind": try row.add(text: kind?.name)
    case "cache_write_tokens": try row.add(record.billed.cacheWriteTokens)
    case "cache_write_1h_tokens": try row.add(record.billed.cacheWriteLongTokens)
    default: try row.add(kind == nil ? nil : record.call.input)
    }
  }

  // MARK: Names

  private func write(_ names: PlanNames) throws(SQLiteError) {
    let compiled = names.compiled
    let catalog = compiled.scenario.catalog
    let models =
      compiled.targets.map { ($0.name, catalog[$0.model].provider) }
      + catalog.models.map { ($0.name, $0.provider) }
    try insert(
      into: "call_models",
      models.enumerated().map { [.integer(Int64($0)), .text($1.0), .text($1.1)] })
    try insert(
      into: "call_accounts",
      (0..<max(users, names.userNames.count)).map {
        [.integer(Int64($0) + 1), text(names.account(UInt32($0)))]
      })
    try insert(into: "call_kinds", kinds(names))
  }

  /// Every kind as the policy routes it, then as each of the budget's actions does.
  private func kinds(_ names: PlanNames) -> [[SQLiteValue]] {
    let compiled = names.compiled
    let actions = compiled.scenario.budget?.actions.indices ?? 0..<0
    return ([-1] + actions).flatMap { action in
      compiled.kinds.indices.flatMap { number in
        (0..<compiled.accountPlanCount).map { plan in
          let (kind, attributes) = (compiled.kinds[number], compiled.attributes[number])
          let row = ((action + 1) * compiled.kinds.count + number) * compiled.accountPlanCount
          var call = Call(time: 0, index: 0, user: 0, kind: UInt16(number))
          call.action = Int16(action)
          return [
            .integer(Int64(row + plan)),
            text(names.accountPlan(plan, of: attributes)),
            .text(compiled.useCases[Int(kind.useCase)]), text(attributes[.action]),
            text(attributes[.task]), text(attributes[.complexity]), text(attributes[.priority]),
            .text(compiled.tiers[Int(kind.tier)]),
            .text(names.reason(call, accountPlan: plan)), text(attributes[.segment]),
          ] + variant(of: kind, compiled)
        }
      }
    }
  }

  private func variant(of kind: CallClass, _ compiled: CompiledScenario) -> [SQLiteValue] {
    guard hasExperiments else { return [] }
    let variant = compiled.variant(of: kind)
    return [text(variant?.experiment.name), text(variant?.arm.name)]
  }

  private func text(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }

  private func insert(into table: String, _ rows: [[SQLiteValue]]) throws(SQLiteError) {
    guard let first = rows.first else { return }
    let places = Array(repeating: "?", count: first.count).joined(separator: ", ")
    let insert = try database.prepare("INSERT INTO \(table) VALUES (\(places))")
    for row in rows { try insert.run(row) }
  }
}

extension CallRecord.Cache {
  /// As `call_log` has it.
  fileprivate var number: Int64 {
    switch self {
    case .off: 0
    case .miss: 1
    case .hit: 2
    }
  }
}
