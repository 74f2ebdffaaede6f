import CostModel
import ReferenceEngine
import Synchronization

@testable import Scenarios
@testable import Simulator

/// What the engine has made of a scenario's conversations, in the reference's own words.
struct EngineRows {
  private final class Store: Sendable {
    let records = Mutex<[CallRecord]>([])
  }

  /// By start; a failed attempt has no row, as it has none in calls.csv.
  let rows: [ScriptedRow]
  let result: PlanResult
  let records: [CallRecord]

  init(_ scenario: Scenario, run: Int = 1) throws {
    let simulation = Simulation(scenario)
    let store = Store()
    result = try simulation.result(
      of: scenario.plans[0], run: run,
      log: CallLog { records, _ in store.records.withLock { $0 += records } })
    records = store.records.withLock { $0 }
    let compiled = simulation.compiled
    let begin = scenario.period.start.microseconds
    rows = records.compactMap { Self.row($0, compiled, from: begin) }.sorted(by: Self.isBefore)
  }

  private static func row(
    _ record: CallRecord, _ compiled: CompiledScenario, from begin: Int64
  ) -> ScriptedRow? {
    let kind = compiled.kinds[Int(record.call.kind)].turnKind?.name ?? "call"
    guard let target = record.answeredBy else {
      guard record.attempts == 0 else { return nil }
      return ScriptedRow(
        kind: kind, target: "-", start: Int(record.call.time - begin),
        prompt: Int(record.call.input))
    }
    // The answering attempt's own start: of its end, what it took is known.
    let latency = compiled.attemptDraws[target].fixedLatency
    var row = ScriptedRow(
      kind: kind, target: compiled.targets[target].name,
      start: Int(record.call.time - begin + record.latency - latency),
      prompt: Int(record.call.input))
    (row.read, row.short, row.long) = (
      Int(record.billed.cacheReadTokens), Int(record.billed.cacheWriteTokens),
      Int(record.billed.cacheWriteLongTokens)
    )
    row.fresh = Int(record.billed.inputTokens) - row.read - row.short - row.long
    row.output = Int(record.billed.outputTokens)
    row.cost = Int((record.inputCost + record.outputCost + record.otherCost).picodollars)
    return row
  }

  /// Rows of the reference as far as calls.csv has them: of failed attempts it has none.
  static func ofCalls(_ rows: [ScriptedRow]) -> [ScriptedRow] {
    rows.filter { $0.target == "-" || $0.output > 0 }.sorted(by: isBefore)
  }

  static func isBefore(_ a: ScriptedRow, _ b: ScriptedRow) -> Bool {
    a.start != b.start ? a.start < b.start : "\(a)" < "\(b)"
  }
}
