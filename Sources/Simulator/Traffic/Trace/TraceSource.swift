import CostModel
import Scenarios

/// A log as a stream of requests in order of (timestamp, row number), whatever their order in the
/// file, in bounded memory.
///
/// A small log is read once. One that does not fit into `sortMemory` is first looked through: if
/// it is in order it is streamed, else sorted through a temporary file.
package struct TraceSource {
  private enum Stage {
    /// Straight from the file, which has been seen to be in order or is taken to be.
    case stream
    case sorted(TraceSorter)
  }

  private static let batchRows = 8_192

  private var reader: TraceReader
  private var stage: Stage
  private var sorted = true
  private var lastTime = Int64.min

  /// Opens a log and, unless it is taken to be in order, reads through it once.
  ///
  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - format: the name of a format or the path of one's file; nil: told by the columns.
  /// Throws `TraceError`, `BadInput`, `InputErrors`, `OutputError`.
  package init(path: String, format: String? = nil, options: TraceOptions = TraceOptions()) throws {
    let format = try format.map(TraceFormats.named)
    let options = Self.handingOnOnce(options)
    reader = try TraceReader(path: path, format: format, options: options)
    stage = .stream
    if options.order == .optimistic, reader.isRegular { return }
    let sorter = TraceSorter(memory: options.sortMemory, folder: options.temporaryFolder)
    var batch = TraceBatch()
    while sorted, !sorter.isFull || !reader.isRegular {
      guard try reader.read(into: &batch) else {
        try sort(sorter)
        return
      }
      note(batch)
      try sorter.add(batch)
    }
    if !sorted {
      try sort(sorter)
      return
    }
    while sorted, try reader.read(into: &batch) { note(batch) }
    reader = try TraceReader(path: path, format: format, options: options)
    lastTime = .min
    if !sorted {
      try sort(TraceSorter(memory: options.sortMemory, folder: options.temporaryFolder))
    }
  }

  /// A log that is read twice still hands on each of its malformed rows once.
  private static func handingOnOnce(_ options: TraceOptions) -> TraceOptions {
    guard let sink = options.onRejected else { return options }
    var options = options
    var last: Int64 = 0
    options.onRejected = { rejected in
      guard rejected.row.number > last else { return }
      last = rejected.row.number
      try sink(rejected)
    }
    return options
  }

  /// Replaces the batch by the next requests; false after the last. Throws `TraceError`; when the
  /// log was taken to be in order and is not, `TraceUnsorted`.
  package mutating func next(into batch: inout TraceBatch) throws -> Bool {
    switch stage {
    case .sorted(let sorter): return try sorter.next(into: &batch, count: Self.batchRows)
    case .stream:
      guard try reader.read(into: &batch) else { return false }
      let before = lastTime
      note(batch)
      if !sorted { throw TraceUnsorted(row: Self.firstEarly(batch, after: before)) }
      return true
    }
  }

  package var facts: TraceFacts {
    var facts = reader.facts
    facts.wasSorted = sorted
    return facts
  }

  /// The file's, after the last request, where `TraceOptions.isHashed`.
  package var hash: FileHash? { reader.hash }
  package var extent: (LogExtent, isQuoted: Bool) { reader.extent }
  package var helper: BlockHelper { reader.helper }
  /// The names behind the numbers; grows with the batches.
  package var symbols: TraceSymbols { reader.symbols }
  /// The log's own columns, for rejected rows.
  package var columnNames: [String] { reader.columnNames }
  package var isJSON: Bool { reader.isJSON }
  package var tellsNumbers: Bool { reader.tellsNumbers }

  // MARK: Order

  private mutating func note(_ batch: TraceBatch) {
    guard let first = batch.rows.first, let last = batch.rows.last else { return }
    if !batch.isOrdered || first.time < lastTime { sorted = false }
    lastTime = last.time
  }

  /// The first row that is earlier than the one before it.
  private static func firstEarly(_ batch: TraceBatch, after time: Int64) -> Int64 {
    var last = time
    for row in batch.rows {
      if row.time < last { return row.number }
      last = row.time
    }
    return 0
  }

  /// Sorts what is held and all that is still to be read.
  private mutating func sort(_ sorter: TraceSorter) throws {
    var batch = TraceBatch()
    while try reader.read(into: &batch) { try sorter.add(batch) }
    try sorter.finish()
    stage = .sorted(sorter)
  }
}
