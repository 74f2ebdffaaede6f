import CostModel
import Scenarios

/// One row of calls.csv, still in dense numbers.
package struct CallRecord: Sendable {
  package enum Cache: BitwiseCopyable, Sendable { case hit, miss, off }

  /// Rank of arrival, from 1.
  package var number: Int64
  package var call: Call
  package var cache: Cache
  /// nil: a hit, or failed.
  package var answeredBy: Int?
  package var isFailed = false
  package var hasEnded = false
  package var attempts: Int32 = 0
  package var skipped: Int32 = 0
  package var queue: Int64 = 0
  package var latency: Int64 = 0
  /// From when the answering attempt was asked for, its waiting included.
  package var answerLatency: Int64 = 0
  /// Messages that a log says it was for; negative: it does not say.
  package var loggedMsgs: Int64 = -1
  /// Of a conversation's call: whose it is, and its turn from 1.
  package var conversation = ""
  package var turn: Int64 = 0
  /// What is told of its answer.
  package var quality = QualityValues()
  /// Quantities and costs that were billed, over all attempts.
  package var billed = Usage()
  package var inputCost = Money.zero
  package var outputCost = Money.zero
  package var otherCost = Money.zero

  /// - Parameter frames: image tokens of the input that no meter states.
  package mutating func add(_ usage: Usage, _ cost: Cost, frames: Int64 = 0) {
    billed.inputTokens += usage.inputTokens
    billed.cacheReadTokens += usage.cacheReadTokens
    billed.cacheWriteTokens += usage.cacheWriteTokens
    billed.cacheWriteLongTokens += usage.cacheWriteLongTokens
    billed.outputTokens += usage.outputTokens
    billed.reasoningTokens += usage.reasoningTokens
    billed.audioMicroseconds += usage.audioMicroseconds
    if usage.hasMedia {
      for meter in CallMeter.allCases { billed[meter.dimension] += usage[meter.dimension] }
      billed.inputImageTokens -= frames
    }
    inputCost = inputCost + cost.input
    outputCost = outputCost + cost.output
    otherCost = otherCost + cost.other
  }
}

/// The per-call ledger: records in order of arrival, handed on as soon as all before have ended.
/// Holds the calls in flight and those that wait for an earlier one.
package struct CallLog: Sendable {
  package typealias Sink = @Sendable ([CallRecord], PlanNames) throws -> Void

  private let sink: Sink
  private var records: [CallRecord] = []
  /// Records before this place have been handed on.
  private var head = 0
  private var base: Int64 = 1
  private static let batch = 8_192

  package init(sink: @escaping Sink) { self.sink = sink }

  package mutating func begin(_ record: CallRecord) { records.append(record) }

  package mutating func update(_ number: Int64, _ change: (inout CallRecord) -> Void) {
    change(&records[Int(number - base)])
  }

  /// Hands on what is complete, in batches.
  package mutating func flush(all: Bool, names: PlanNames) throws {
    while head < records.count, records[head].hasEnded { head += 1 }
    guard head >= Self.batch || (all && head > 0) else { return }
    try sink(Array(records[..<head]), names)
    records.removeFirst(head)
    base += Int64(head)
    head = 0
  }
}
