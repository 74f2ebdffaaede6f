import CostModel

/// One logged request in dense numbers, as nearly every log tells it: a line of a processor's cache.
/// −1 stands for a quantity that the log does not tell.
struct TraceRow: Sendable, BitwiseCopyable {
  enum Status: UInt8, Sendable {
    /// The log does not say, which counts as success.
    case unknown
    case ok, failed
  }

  /// Stands for a user or model that the log does not tell.
  static let none = UInt32.max

  /// Microseconds since the epoch, or since `TraceOptions.origin` where the log counts from 0.
  var time: Int64
  /// Its data row in the file, from 1.
  var number: Int64
  /// Identifies the prompt; 0 where there is none.
  var prompt: UInt64 = 0
  /// Total input, cached and written tokens included.
  var input: Int64 = -1
  /// Total output, reasoning included.
  var output: Int64 = -1
  /// Microseconds.
  var latency: Int64 = -1
  /// Index into `TraceSymbols.users`; of a call to be made, its account.
  var user: UInt32 = Self.none
  /// Index into `TraceSymbols.models`; of a call to be made, into the catalog.
  var model: UInt32 = Self.none
  /// Index into `TraceSymbols.kinds`, its combination of attributes; of a call to be made, into
  /// `CompiledScenario.kinds`.
  var kind: UInt32 = 0
  var status = Status.unknown
  /// Of a call to be made: it was drawn that the response cache has it.
  var isCached = false
  /// Of a call to be made: its routed model.
  var routed: UInt16 = 0
}

/// What many logs do not tell of a request.
struct TraceParts: Sendable, BitwiseCopyable {
  /// Identifies the session; 0 where there is none.
  var session: UInt64 = 0
  /// Part of the input, read from the provider's cache.
  var cached: Int64 = -1
  /// Part of the input, written to the provider's cache.
  var cacheWrite: Int64 = -1
  var reasoning: Int64 = -1
  var maxTokens: Int64 = -1
  /// Microseconds.
  var audio: Int64 = -1
  var images: Int64 = -1
  /// What the log tells of the answer.
  var quality = LoggedQuality()
  /// Messages that the request is for.
  var msgs: Int64 = -1
  /// What the log says that it cost, in picodollars.
  var cost: Int64 = -1
  /// Where the prompt's prefix blocks begin in `TraceBatch.blocks`.
  var firstBlock: Int64 = 0
  var blockCount: Int32 = 0
  /// Tokens of one block; 0 where unknown.
  var blockSize: Int32 = 0
}

/// All that a log tells of one request.
@dynamicMemberLookup
struct TraceRecord: Sendable, BitwiseCopyable {
  var row = TraceRow(time: 0, number: 0)
  var parts = TraceParts()

  subscript<Value>(dynamicMember path: WritableKeyPath<TraceRow, Value>) -> Value {
    @inline(__always) get { row[keyPath: path] }
    @inline(__always) set { row[keyPath: path] = newValue }
  }

  subscript<Value>(dynamicMember path: WritableKeyPath<TraceParts, Value>) -> Value {
    @inline(__always) get { parts[keyPath: path] }
    @inline(__always) set { parts[keyPath: path] = newValue }
  }
}

/// Rows, and beside them what has no fixed size.
struct TraceBatch: Sendable {
  var rows: [TraceRow] = []
  /// As many as rows, or none where the log tells nothing of them.
  var parts: [TraceParts] = []
  /// Keys of prompt-prefix blocks; each row has a range of them.
  var blocks: [UInt64] = []
  /// No row is earlier than the one before it.
  var isOrdered = true

  mutating func removeAll() {
    isOrdered = true
    rows.removeAll(keepingCapacity: true)
    parts.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
  }

  func record(_ place: Int) -> TraceRecord {
    TraceRecord(row: rows[place], parts: parts.isEmpty ? TraceParts() : parts[place])
  }

  var records: some Sequence<TraceRecord> { rows.indices.lazy.map { record($0) } }

  /// The prefix blocks of a row of this batch, the prompt's first ones first.
  func blocks(of row: TraceRecord) -> ArraySlice<UInt64> {
    blocks[Int(row.firstBlock)..<Int(row.firstBlock) + Int(row.blockCount)]
  }

  /// All rows of another batch of the same log, and their blocks.
  mutating func append(_ other: TraceBatch) {
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
