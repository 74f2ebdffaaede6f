/// Until when a prompt cache can read a prompt up to one boundary: 16 bytes with its key.
struct ContextEntry: BitwiseCopyable, Sendable {
  /// Twice the moment at which it expires, and 1 if it was written for the longer time.
  private var packed: Int64

  init(expiry: SimTime, isLong: Bool) {
    let moment = min(max(expiry.microseconds, .min / 2), .max / 2)
    packed = moment << 1 | (isLong ? 1 : 0)
  }

  var expiry: SimTime { SimTime(microseconds: packed >> 1) }
  var isLong: Bool { packed & 1 == 1 }
  func isLive(at s: SimTime) -> Bool { s < expiry }
}

/// An entry that can be read from some moment on.
struct PendingEntry: Sendable, BitwiseCopyable {
  var readable: SimTime
  /// Of booking.
  var order: UInt64
  var boundary: UInt64
  var entry: ContextEntry

  static func < (a: PendingEntry, b: PendingEntry) -> Bool {
    a.readable < b.readable || (a.readable == b.readable && a.order < b.order)
  }
}

/// Entries that cannot be read yet, the next one first: a binary heap.
struct PendingEntries: Sendable {
  private var heap: [PendingEntry] = []

  var first: PendingEntry? { heap.first }

  mutating func push(_ entry: PendingEntry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> PendingEntry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
