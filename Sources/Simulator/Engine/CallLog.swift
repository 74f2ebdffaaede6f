import CostModel

/// One row of calls.csv, still in dense numbers.
struct CallRecord: Sendable {
  enum Cache: Sendable { case hit, miss, off }

  /// Rank of arrival, from 1.
  var number: Int64
  var call: Call
  var cache: Cache
  /// nil: a hit, or failed.
  var answeredBy: Int?
  var isFailed = false
  var hasEnded = false
  var attempts: Int32 = 0
  var skipped: Int32 = 0
  var queue: Int64 = 0
  var latency: Int64 = 0
  /// From when the answering attempt was asked for, its waiting included.
  var answerLatency: Int64 = 0
  /// Messages that a log says it was for; negative: it does not say.
  var loggedMsgs: Int64 = -1
  /// What is told of its answer.
  var quality = QualityValues()
  /// Quantities and costs that were billed, over all attempts.
  var billed = Usage()
  var inputCost = Money.zero
  var outputCost = Money.zero
  var otherCost = Money.zero

  mutating func add(_ usage: Usage, _ cost: Cost) {
    billed.inputTokens += usage.inputTokens
    billed.cacheReadTokens += usage.cacheReadTokens
    billed.outputTokens += usage.outputTokens
    billed.reasoningTokens += usage.reasoningTokens
    billed.audioMicroseconds += usage.audioMicroseconds
    inputCost = inputCost + cost.input
    outputCost = outputCost + cost.output
    otherCost = otherCost + cost.other
  }
}

/// The per-call ledger: records in order of arrival, handed on as soon as all before have ended.
/// Holds the calls in flight and those that wait for an earlier one.
struct CallLog: Sendable {
  typealias Sink = @Sendable ([CallRecord], PlanNames) throws -> Void

  private let sink: Sink
  private var records: [CallRecord] = []
  /// Records before this place have been handed on.
  private var head = 0
  private var base: Int64 = 1
  private static let batch = 8_192

  init(sink: @escaping Sink) { self.sink = sink }

  mutating func begin(_ record: CallRecord) { records.append(record) }

  mutating func update(_ number: Int64, _ change: (inout CallRecord) -> Void) {
    change(&records[Int(number - base)])
  }

  /// Hands on what is complete, in batches.
  mutating func flush(all: Bool, names: PlanNames) throws {
    while head < records.count, records[head].hasEnded { head += 1 }
    guard head >= Self.batch || (all && head > 0) else { return }
    try sink(Array(records[..<head]), names)
    records.removeFirst(head)
    base += Int64(head)
    head = 0
  }
}

/// What the dense numbers of a plan's calls stand for.
struct PlanNames: Sendable {
  var compiled: CompiledScenario
  var routing: CompiledRouting
  /// By user number from 0, where a log names them; else users are numbered.
  var userNames: [String]
}
