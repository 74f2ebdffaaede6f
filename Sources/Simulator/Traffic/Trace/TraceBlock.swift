import Support

/// Some bytes of a log, whole lines if they hold a line end at all, and the rows in them.
package final class TraceBlock {
  private let memory: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private var start = 0
  private var end = 0
  /// Of the first byte in the file.
  package private(set) var offset: Int64 = 0
  /// Whether the file ends here.
  package private(set) var isLast = false
  package private(set) var failure: TraceError?
  /// Its rows, if `isDecoded`.
  package var piece = TracePiece()
  package var isDecoded = false

  package init(capacity: Int) {
    self.capacity = capacity
    memory = .allocate(capacity: capacity + 1 + CSVScan.padding)
    memory.initialize(repeating: 0, count: capacity + 1 + CSVScan.padding)
  }

  deinit { memory.deallocate() }

  /// Reads what comes next in the file behind what the block before left over, and leaves over what
  /// is behind the last line end.
  package func fill(from file: TraceFile, carry: inout [UInt8]) {
    offset = file.bytesRead - Int64(carry.count)
    isDecoded = false
    failure = nil
    start = 0
    end = carry.count
    (memory).update(from: carry, count: carry.count)
    carry.removeAll(keepingCapacity: true)
    do throws(TraceError) {
      end += try file.read(
        into: UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end))
    } catch {
      failure = error
    }
    isLast = end < capacity
    guard !isLast, let line = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
    carry.append(contentsOf: bytes[(line + 1)...])
    end = line + 1
  }

  /// What is left of it.
  package var bytes: Bytes { Bytes(start: memory + start, count: end - start) }

  /// Where the rest begins in the file.
  package var position: Int64 { offset + Int64(start) }

  package func skip(_ count: Int) { start += count }

  /// The rest if it consists of whole lines; at the end of the file a missing line end is added.
  package func wholeLines() -> UnsafeMutableBufferPointer<UInt8>? {
    guard failure == nil, start < end else { return nil }
    var count = end - start
    if memory[end - 1] != UInt8(ascii: "\n") {
      guard isLast else { return nil }
      memory[end] = UInt8(ascii: "\n")
      count += 1
    }
    return UnsafeMutableBufferPointer(start: memory + start, count: count)
  }
}
