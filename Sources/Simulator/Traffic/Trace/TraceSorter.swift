/// Puts rows into order of (timestamp, row number), beyond a limit of memory through a temporary
/// file: sorted runs, merged while they are read back.
final class TraceSorter {
  private struct Run {
    /// Rows of the file that are still to come, by number.
    var next: Int64
    var end: Int64
    var buffer: [TraceRow] = []
    var position = 0
  }

  private static let stride = MemoryLayout<TraceRow>.stride

  private let memory: Int
  private let folder: String?
  private var held = TraceBatch()
  private var rowFile: SpillFile?
  private var blockFile: SpillFile?
  private var spilled: Int64 = 0
  private var runs: [Run] = []
  /// Runs that have rows left, the one with the earliest row first: a binary heap.
  private var heap: [Int] = []
  /// How much of `held` has been handed on.
  private var delivered = 0

  init(memory: Int, folder: String?) {
    self.memory = memory
    self.folder = folder
  }

  static func isBefore(_ a: TraceRow, _ b: TraceRow) -> Bool {
    (a.time, a.number) < (b.time, b.number)
  }

  // MARK: In

  /// Whether what is held fills the memory.
  var isFull: Bool {
    held.rows.count * Self.stride + held.blocks.count * MemoryLayout<UInt64>.stride >= memory
  }

  /// Keeps the rows; they may go to the file.
  func add(_ batch: TraceBatch) throws {
    if isFull { try spill() }
    held.append(batch)
  }

  private func spill() throws {
    let rows = try rowFile ?? SpillFile(folder: folder)
    let blocks = try blockFile ?? SpillFile(folder: folder)
    rowFile = rows
    blockFile = blocks
    let first = blocks.size / Int64(MemoryLayout<UInt64>.stride)
    for index in held.rows.indices { held.rows[index].firstBlock += first }
    held.rows.sort(by: Self.isBefore)
    try held.rows.withUnsafeBytes { bytes throws in try rows.append(bytes) }
    try held.blocks.withUnsafeBytes { bytes throws in try blocks.append(bytes) }
    runs.append(Run(next: spilled, end: spilled + Int64(held.rows.count)))
    spilled += Int64(held.rows.count)
    held.removeAll()
  }

  /// After the last row.
  func finish() throws {
    guard rowFile != nil else {
      held.rows.sort(by: Self.isBefore)
      return
    }
    try spill()
    held = TraceBatch()
    for index in runs.indices where try refill(index) {
      heap.append(index)
    }
    for place in heap.indices.reversed() { sink(place) }
  }

  // MARK: Out

  /// Replaces the batch by the next rows; false when there are none.
  func next(into batch: inout TraceBatch, count: Int) throws -> Bool {
    batch.removeAll()
    if rowFile == nil {
      let end = min(held.rows.count, delivered + count)
      for row in held.rows[delivered..<end] { batch.append(row, from: held) }
      delivered = end
    } else {
      while batch.rows.count < count, let run = heap.first {
        try append(runs[run].buffer[runs[run].position], to: &batch)
        runs[run].position += 1
        try advance(run)
      }
    }
    return !batch.rows.isEmpty
  }

  private func append(_ row: TraceRow, to batch: inout TraceBatch) throws {
    var row = row
    let stride = Int64(MemoryLayout<UInt64>.stride)
    if row.blockCount > 0, let blockFile {
      let first = batch.blocks.count
      batch.blocks.append(contentsOf: repeatElement(0, count: Int(row.blockCount)))
      try batch.blocks.withUnsafeMutableBytes { bytes throws in
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[(first * Int(stride))...])
        try blockFile.read(at: row.firstBlock * stride, into: target)
      }
      row.firstBlock = Int64(first)
    }
    batch.rows.append(row)
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
    var buffer = Array(repeating: TraceRow(time: 0, number: 0), count: count)
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

  private func row(_ run: Int) -> TraceRow { runs[run].buffer[runs[run].position] }
}
