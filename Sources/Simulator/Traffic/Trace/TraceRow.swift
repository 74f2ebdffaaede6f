/// One logged request in dense numbers; −1 stands for a quantity that the log does not tell.
struct TraceRow: Sendable {
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
  /// Identifies the session; 0 where there is none.
  var session: UInt64 = 0
  /// Total input, cached and written tokens included.
  var input: Int64 = -1
  /// Part of the input, read from the provider's cache.
  var cached: Int64 = -1
  /// Part of the input, written to the provider's cache.
  var cacheWrite: Int64 = -1
  /// Total output, reasoning included.
  var output: Int64 = -1
  var reasoning: Int64 = -1
  var maxTokens: Int64 = -1
  /// Microseconds.
  var audio: Int64 = -1
  var images: Int64 = -1
  /// Microseconds.
  var latency: Int64 = -1
  /// What the log says that it cost, in picodollars.
  var cost: Int64 = -1
  /// Where the prompt's prefix blocks begin in `TraceBatch.blocks`.
  var firstBlock: Int64 = 0
  var blockCount: Int32 = 0
  /// Tokens of one block; 0 where unknown.
  var blockSize: Int32 = 0
  /// Index into `TraceSymbols.users`.
  var user: UInt32 = Self.none
  /// Index into `TraceSymbols.models`.
  var model: UInt32 = Self.none
  /// Index into `TraceSymbols.kinds`: its combination of attributes.
  var kind: UInt32 = 0
  var status = Status.unknown
}

/// Rows, and beside them what has no fixed size.
struct TraceBatch: Sendable {
  var rows: [TraceRow] = []
  /// Keys of prompt-prefix blocks; each row has a range of them.
  var blocks: [UInt64] = []
  /// No row is earlier than the one before it.
  var isOrdered = true

  mutating func removeAll() {
    isOrdered = true
    rows.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
  }

  /// The prefix blocks of a row of this batch, the prompt's first ones first.
  func blocks(of row: TraceRow) -> ArraySlice<UInt64> {
    blocks[Int(row.firstBlock)..<Int(row.firstBlock) + Int(row.blockCount)]
  }

  /// All rows of another batch, and their blocks.
  mutating func append(_ other: TraceBatch) {
    let firstRow = rows.count
    let firstBlock = Int64(blocks.count)
    isOrdered =
      isOrdered && other.isOrdered
      && (rows.last?.time ?? .min) <= (other.rows.first?.time ?? .max)
    rows.append(contentsOf: other.rows)
    blocks.append(contentsOf: other.blocks)
    guard firstBlock > 0 else { return }
    for index in firstRow..<rows.count { rows[index].firstBlock += firstBlock }
  }

  /// A row of another batch, and its blocks.
  mutating func append(_ row: TraceRow, from other: TraceBatch) {
    var row = row
    if row.blockCount > 0 {
      let first = blocks.count
      blocks.append(contentsOf: other.blocks(of: row))
      row.firstBlock = Int64(first)
    }
    rows.append(row)
  }
}
