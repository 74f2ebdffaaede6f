/// Puts rows into order of (timestamp, row number), beyond a limit of memory through a temporary
/// file: sorted runs, merged while they are read back.
package final class TraceSorter {
  private struct Run {
    /// Rows of the file that are still to come, by number.
    var next: Int64
    var end: Int64
    var buffer: [TraceRecord] = []
    var position = 0
  }

  private static let stride = MemoryLayout<TraceRecord>.stride

  private let memory: Int
  private let folder: String?
  private var held: [TraceRecord] = []
  /// The prefix blocks of those.
  private var blocks: [UInt64] = []
  /// Whether the log tells any of `TraceParts`.
  private var hasParts = false
  private var rowFile: SpillFile?
  private var blockFile: SpillFile?
  private var spilled: Int64 = 0
  private var runs: [Run] = []
  /// Runs that have rows left, the one with the earliest row first: a binary heap.
  private var heap: [Int] = []
  /// How much of `held` has been handed on.
  private var delivered = 0

  package init(memory: Int, folder: String?) {
    self.memory = memory
    self.folder = folder
  }

  package static func isBefore(_ a: TraceRecord, _ b: TraceRecord) -> Bool {
    (a.time, a.number) < (b.time, b.number)
  }

  // MARK: In

  /// Whether what is held fills the memory.
  package var isFull: Bool {
    held.count * Self.stride + blocks.count * MemoryLayout<UInt64>.stride >= memory
  }

  /// Keeps the rows; they may go to the file.
  package func add(_ batch: TraceBatch) throws {
    if isFull { try spill() }
    let first = Int64(blocks.count)
    hasParts = hasParts || !batch.parts.isEmpty
    blocks.append(contentsOf: batch.blocks)
    for var record in batch.records {
      record.firstBlock += first
      held.append(record)
    }
  }

  private func spill() throws {
    let rows = try rowFile ?? SpillFile(folder: folder)
    let spilledBlocks = try blockFile ?? SpillFile(folder: folder)
    rowFile = rows
    blockFile = spilledBlocks
    let first = spilledBlocks.size / Int64(MemoryLayout<UInt64>.stride)
    for index in held.indices { held[index].firstBlock += first }
    held.sort(by: Self.isBefore)
    try held.withUnsafeBytes { bytes throws in try rows.append(bytes) }
    try blocks.withUnsafeBytes { bytes throws in try spilledBlocks.append(bytes) }
    runs.append(Run(next: spilled, end: spilled + Int64(held.count)))
    spilled += Int64(held.count)
    held.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
  }

  /// After the last row.
  package func finish() throws {
    guard rowFile != nil else {
      held.sort(by: Self.isBefore)
      return
    }
    try spill()
    (held, blocks) = ([], [])
    for index in runs.indices where try refill(index) {
      heap.append(index)
    }
    for place in heap.indices.reversed() { sink(place) }
  }

  // MARK: Out

  /// Replaces the batch by the next rows; false when there are none.
  package func next(into batch: inout TraceBatch, count: Int) throws -> Bool {
    batch.removeAll()
    if rowFile == nil {
      let end = min(held.count, delivered + count)
      for record in held[delivered..<end] { try append(record, to: &batch) }
      delivered = end
    } else {
      while batch.rows.count < count, let run = heap.first {
        try append(row(run), to: &batch)
        runs[run].position += 1
        try advance(run)
      }
    }
    return !batch.rows.isEmpty
  }

  private func append(_ record: TraceRecord, to batch: inout TraceBatch) throws {
    var record = record
    if record.blockCount > 0 {
      let places = Int(record.firstBlock)..<Int(record.firstBlock) + Int(record.blockCount)
      record.firstBlock = Int64(batch.blocks.count)
      try append(blocks: places, to: &batch.blocks)
    }
    batch.rows.append(record.row)
    if hasParts { batch.parts.append(record.parts) }
  }

  private func append(blocks places: Range<Int>, to target: inout [UInt64]) throws {
    guard let blockFile else { return target.append(contentsOf: blocks[places]) }
    let stride = MemoryLayout<UInt64>.stride
    let first = target.count
    target.append(contentsOf: repeatElement(0, count: places.count))
    try target.withUnsafeMutableBytes { bytes throws in
      try blockFile.read(
        at: Int64(places.lowerBound * stride),
        into: UnsafeMutableRawBufferPointer(rebasing: bytes[(first * stride)...]))
    }
  }

  private func advance(_ run: Int) throws {
    if runs[run].position == runs[run].buffer.count, try !refill(run) {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    }
    sink(0)
  }

  /// Reads the next rows of a run; false at its end.
  private func refill(_ run: Int) throws -> Bool {
    let share = max(256, memory / Self.stride / max(1, runs.count))
    let count = Int(min(Int64(share), runs[run].end - runs[run].next))
    guard count > 0, let rowFile else { return false }
    var buffer = Array(repeating: TraceRecord(), count: count)
    try buffer.withUnsafeMutableBytes { bytes throws in
      try rowFile.read(at: runs[run].next * Int64(Self.stride), into: bytes)
    }
    runs[run].next += Int64(count)
    runs[run].buffer = buffer
    runs[run].position = 0
    return true
  }

  private func sink(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
        if Self.isBefore(row(heap[child]), row(heap[least])) { least = child }
      }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }

  private func row(_ run: Int) -> TraceRecord { runs[run].buffer[runs[run].position] }
}
