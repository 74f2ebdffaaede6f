import CostModel
import Scenarios

/// One logged request in dense numbers, as nearly every log tells it: a line of a processor's cache.
/// −1 stands for a quantity that the log does not tell.
package struct TraceRow: Sendable, BitwiseCopyable {
  package enum Status: UInt8, BitwiseCopyable, Sendable {
    /// The log does not say, which counts as success.
    case unknown
    case ok, failed
    /// It failed, because it took too long.
    case timedOut

    package var isFailure: Bool {
      @inline(__always) get { self == .failed || self == .timedOut }
    }
  }

  /// Stands for a user or model that the log does not tell.
  package static let none = UInt32.max

  /// Microseconds since the epoch, or since `TraceOptions.origin` where the log counts from 0.
  package var time: Int64
  /// Its data row in the file, from 1.
  package var number: Int64
  /// Identifies the prompt; 0 where there is none.
  package var prompt: UInt64 = 0
  /// Total input, cached and written tokens included.
  package var input: Int64 = -1
  /// Total output, reasoning included.
  package var output: Int64 = -1
  /// Microseconds.
  package var latency: Int64 = -1
  /// Index into `TraceSymbols.users`; of a call to be made, its account.
  package var user: UInt32 = Self.none
  /// Index into `TraceSymbols.models`; of a call to be made, into the catalog.
  package var model: UInt32 = Self.none
  /// Index into `TraceSymbols.kinds`, its combination of attributes; of a call to be made, into
  /// `CompiledScenario.kinds`.
  package var kind: UInt32 = 0
  package var status = Status.unknown
  /// Of a call to be made: it was drawn that the response cache has it.
  package var isCached = false
  /// Of a call to be made: its routed model.
  package var routed: UInt16 = 0
}

/// What many logs do not tell of a request.
package struct TraceParts: Sendable, BitwiseCopyable {
  /// Identifies the session; 0 where there is none.
  package var session: UInt64 = 0
  /// Part of the input, read from the provider's cache.
  package var cached: Int64 = -1
  /// Part of the input, written to the provider's cache.
  package var cacheWrite: Int64 = -1
  package var reasoning: Int64 = -1
  package var maxTokens: Int64 = -1
  /// Microseconds.
  package var audio: Int64 = -1
  package var meters = LoggedMeters()
  /// What the log tells of the answer.
  package var quality = LoggedQuality()
  /// Messages that the request is for.
  package var msgs: Int64 = -1
  /// Of a conversation, from 1.
  package var turn: Int64 = -1
  /// A key of what a conversation's call is for (`TraceCallKind`); 0: not told.
  package var callKind: UInt64 = 0
  /// What the log says that it cost, in picodollars.
  package var cost: Int64 = -1
  /// Where the prompt's prefix blocks begin in `TraceBatch.blocks`.
  package var firstBlock: Int64 = 0
  package var blockCount: Int32 = 0
  /// Tokens of one block; 0 where unknown.
  package var blockSize: Int32 = 0
  /// The log does not tell them: the session's requests are taken to share them.
  package var areSessionBlocks = false
}

/// All that a log tells of one request.
@dynamicMemberLookup
package struct TraceRecord: Sendable, BitwiseCopyable {
  package var row = TraceRow(time: 0, number: 0)
  package var parts = TraceParts()

  package subscript<Value>(dynamicMember path: WritableKeyPath<TraceRow, Value>) -> Value {
    @inline(__always) get { row[keyPath: path] }
    @inline(__always) set { row[keyPath: path] = newValue }
  }

  package subscript<Value>(dynamicMember path: WritableKeyPath<TraceParts, Value>) -> Value {
    @inline(__always) get { parts[keyPath: path] }
    @inline(__always) set { parts[keyPath: path] = newValue }
  }
}

/// Rows, and beside them what has no fixed size.
package struct TraceBatch: Sendable {
  package var rows: [TraceRow] = []
  /// As many as rows, or none where the log tells nothing of them.
  package var parts: [TraceParts] = []
  /// Keys of prompt-prefix blocks; each row has a range of them.
  package var blocks: [UInt64] = []
  /// No row is earlier than the one before it.
  package var isOrdered = true

  package init(
    rows: [TraceRow] = [], parts: [TraceParts] = [], blocks: [UInt64] = [], isOrdered: Bool = true
  ) {
    self.rows = rows
    self.parts = parts
    self.blocks = blocks
    self.isOrdered = isOrdered
  }

  package mutating func removeAll() {
    isOrdered = true
    rows.removeAll(keepingCapacity: true)
    parts.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
  }

  package func record(_ place: Int) -> TraceRecord {
    TraceRecord(row: rows[place], parts: parts.isEmpty ? TraceParts() : parts[place])
  }

  package var records: some Sequence<TraceRecord> { rows.indices.lazy.map { record($0) } }

  /// The prefix blocks of a row of this batch, the prompt's first ones first.
  package func blocks(of row: TraceRecord) -> ArraySlice<UInt64> {
    blocks[Int(row.firstBlock)..<Int(row.firstBlock) + Int(row.blockCount)]
  }

  /// All rows of another batch of the same log, and their blocks.
  package mutating func append(_ other: TraceBatch) {
    let firstRow = rows.count
    let firstBlock = Int64(blocks.count)
    isOrdered =
      isOrdered && other.isOrdered
      && (rows.last?.time ?? .min) <= (other.rows.first?.time ?? .max)
    rows.append(contentsOf: other.rows)
    parts.append(contentsOf: other.parts)
    blocks.append(contentsOf: other.blocks)
    guard firstBlock > 0 else { return }
    for index in firstRow..<parts.count { parts[index].firstBlock += firstBlock }
  }
}
