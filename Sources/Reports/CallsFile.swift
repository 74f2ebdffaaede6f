import CostModel
import Scenarios
import Simulator
import Support

/// Writes calls.csv, the per-call ledger, as a plan runs (columns: docs/interface.md).
///
/// Unchecked, because one run alone writes to it, on the thread that simulates it.
package final class CallsFile: @unchecked Sendable {
  package static let columns = [
    "call", "timestamp", "account_id", "account_plan", "use_case", "action", "task", "complexity",
    "priority", "tier", "routed_model", "reason", "cache", "model", "provider", "attempts",
    "skipped", "status", "queue_us", "latency_us", "input_tokens", "cached_input_tokens",
    "output_tokens", "reasoning_tokens", "audio_seconds", "input_cost_usd", "output_cost_usd",
    "other_cost_usd", "cost_usd", "segment", "msgs",
  ]
  /// More of them where quality is told.
  package static let qualityColumns = TraceColumn.quality.map(\.name)
  /// More of them in a scenario with experiments.
  package static let experimentColumns = ["experiment", "variant"]

  /// Last of all, in a scenario with conversations, or whose calls can write to a provider's cache.
  package static func cachingColumns(_ scenario: Scenario) -> [String] {
    let written = ["cache_write_tokens", "cache_write_1h_tokens"]
    guard scenario.hasConversations else { return scenario.billsCacheWrites ? written : [] }
    return ["conversation", "turn", "kind"] + written + ["context_tokens"]
  }

  /// Behind these: what calls were metered for.
  private var meters: [CallMeter]
  private let file: OutputFile
  private var writer: CSVWriter
  private let accountPlans: AccountPlans
  private let hasExperiments: Bool
  private let cachingColumns: [String]
  private var hasHeader = false
  private var tellsQuality = false

  /// The calls of a plan of so many users, into one of the command's outputs; a log's users have no
  /// account plan.
  package init(
    path: String, among outputs: Outputs, population: UserPopulation = UserPopulation(),
    users: Int = 0,
    hasExperiments: Bool = false, cachingColumns: [String] = [], meters: [CallMeter] = [],
    dialect: CSVDialect
  ) throws(OutputError) {
    self.meters = meters
    self.cachingColumns = cachingColumns
    file = try outputs.file(path)
    accountPlans = AccountPlans(population, users: users)
    self.hasExperiments = hasExperiments
    writer = CSVWriter(dialect: dialect)
  }

  /// What columns there are shows with the first call: only a log's header says what it tells.
  private func begin(_ scenario: Scenario?) {
    guard !hasHeader else { return }
    hasHeader = true
    tellsQuality = scenario?.tellsQuality ?? false
    meters = scenario?.statedMeters ?? meters
    let columns =
      Self.columns + (tellsQuality ? Self.qualityColumns : [])
      + (hasExperiments ? Self.experimentColumns : []) + cachingColumns + meters.map(\.column)
    for column in columns { writer.text(column) }
    writer.endRow()
  }

  package func append(_ records: [CallRecord], _ names: PlanNames) throws {
    begin(names.compiled.scenario)
    for record in records { write(record, names, to: &writer) }
    try file.write(writer.takeBytes())
  }

  /// After the last call.
  package func finish() throws {
    begin(nil)
    try file.write(writer.takeBytes())
    try file.close()
  }

  private func write(_ record: CallRecord, _ names: PlanNames, to row: inout CSVWriter) {
    let (call, compiled) = (record.call, names.compiled)
    let attributes = compiled.attributes[Int(call.kind)]
    let kind = compiled.kinds[Int(call.kind)]
    let plan = accountPlans.place(of: call.user)
    let routed = compiled.scenario.catalog[ModelID(call.routed)]
    row.integer(record.number)
    row.plain(SimTime(microseconds: call.time).preciseDescription)
    optional(names.account(call.user), &row)
    optional(names.accountPlan(plan, of: attributes), &row)
    row.text(compiled.useCases[Int(kind.useCase)])
    for attribute in [Attribute.action, .task, .complexity, .priority] {
      optional(attributes[attribute], &row)
    }
    row.text(compiled.tiers[Int(kind.tier)])
    row.text(routed.name)
    row.text(names.reason(call, accountPlan: plan))
    row.plain("\(record.cache)")
    writeAnswer(record, routed: routed, compiled, to: &row)
    writeBill(record, to: &row)
    optional(attributes[.segment], &row)
    row.integer(record.msgs(kind, compiled))
    if tellsQuality { writeQuality(record.quality, to: &row) }
    if hasExperiments {
      let variant = compiled.variant(of: kind)
      optional(variant?.experiment.name, &row)
      optional(variant?.arm.name, &row)
    }
    for column in cachingColumns { write(column, of: record, kind, to: &row) }
    for meter in meters {
      let quantity = record.billed[meter.dimension]
      if meter.dimension.isTime {
        row.number(ColumnType.seconds.text(of: SimDuration(microseconds: quantity)))
      } else {
        row.integer(quantity)
      }
    }
    row.endRow()
  }

  private func write(
    _ column: String, of record: CallRecord, _ kind: CallClass, to row: inout CSVWriter
  ) {
    let isTalk = kind.turnKind != nil
    switch column {
    case "conversation": optional(isTalk ? record.conversation : nil, &row)
    case "turn": if isTalk { row.integer(record.turn) } else { row.unknown() }
    case "kind": optional(kind.turnKind?.name, &row)
    case "cache_write_tokens": row.integer(record.billed.cacheWriteTokens)
    case "cache_write_1h_tokens": row.integer(record.billed.cacheWriteLongTokens)
    default: if isTalk { row.integer(record.call.input) } else { row.unknown() }
    }
  }

  /// Who answered: a target, or for a hit the routed model; nobody if the call failed.
  private func writeAnswer(
    _ record: CallRecord, routed: Model, _ compiled: CompiledScenario, to row: inout CSVWriter
  ) {
    if let target = record.answeredBy {
      row.text(compiled.targets[target].name)
      row.text(compiled.scenario.catalog[compiled.targets[target].model].provider)
    } else if record.isFailed {
      row.unknown()
      row.unknown()
    } else {
      row.text(routed.name)
      row.text(routed.provider)
    }
    row.integer(Int64(record.attempts))
    row.integer(Int64(record.skipped))
    row.plain(record.isFailed ? "failed" : "ok")
    row.integer(record.queue)
    row.integer(record.latency)
  }

  private func writeBill(_ record: CallRecord, to row: inout CSVWriter) {
    row.integer(record.billed.inputTokens)
    row.integer(record.billed.cacheReadTokens)
    row.integer(record.billed.outputTokens)
    row.integer(record.billed.reasoningTokens)
    row.number(
      ColumnType.seconds.text(of: SimDuration(microseconds: record.billed.audioMicroseconds)))
    let costs = [record.inputCost, record.outputCost, record.otherCost]
    for cost in costs { row.number(MoneySum(cost).exactDecimal) }
    row.number(costs.reduce(.zero) { $0 + MoneySum($1) }.exactDecimal)
  }

  private func writeQuality(_ quality: QualityValues, to row: inout CSVWriter) {
    for metric in TraceColumn.quality.compactMap(\.metric) {
      let value = quality[metric]
      guard value >= 0 else {
        row.unknown()
        continue
      }
      switch metric {
      case .satisfaction: row.plain(value == 1 ? "positive" : "negative")
      // Millionths, as microseconds are of a second.
      case .engagement:
        row.number(ColumnType.seconds.text(of: SimDuration(microseconds: value)))
      case .responseTime:
        row.number(ColumnType.milliseconds.text(of: SimDuration(microseconds: value)))
      default: row.plain(value == 1 ? "true" : "false")
      }
    }
  }

  private func optional(_ text: String?, _ row: inout CSVWriter) {
    if let text { row.text(text) } else { row.unknown() }
  }
}

extension CallRecord {
  /// Messages that the call was for: as a log tells them, else as its kind states them.
  package func msgs(_ kind: CallClass, _ compiled: CompiledScenario) -> Int64 {
    loggedMsgs >= 0 ? loggedMsgs : compiled.groups[Int(kind.group)].msgs
  }
}

extension CallLog {
  /// Writes to both, as far as they are wanted; nil: nothing is to be written.
  package init?(_ file: CallsFile?, _ database: CallsDatabase?) {
    if file == nil, database == nil { return nil }
    self.init { records, names in
      try file?.append(records, names)
      try database?.append(records, names)
    }
  }
}

/// The account plan that each user of a synthetic plan has been dealt.
package struct AccountPlans: Sendable {
  private let dealt: [UInt8]

  package init(_ population: UserPopulation, users: Int) {
    dealt = UserAllocation(population: population, users: users).accountPlan
  }

  /// Its place among the scenario's; 0 where there are none, or for a log's users.
  package func place(of user: UInt32) -> Int { dealt.isEmpty ? 0 : Int(dealt[Int(user)]) }
}
