/// Calls in order of arrival, a batch at a time.
protocol CallSource {
  /// Replaces `batch` by the next one; false at the end. A batch may be empty.
  mutating func next(into batch: inout CallBatch) throws -> Bool
}

/// The synthetic calls of one plan and run.
struct CallStream: CallSource, Sendable {
  private var arrivals: ArrivalStream
  private let factory: CallFactory
  private let users: UInt32
  private var chunk: [Arrival] = []

  init(arrivals: ArrivalStream, factory: CallFactory, users: Int) {
    self.arrivals = arrivals
    self.factory = factory
    self.users = UInt32(users)
  }

  mutating func next(into batch: inout CallBatch) -> Bool {
    batch.removeAll()
    guard arrivals.next(into: &chunk) else { return false }
    batch.calls.reserveCapacity(chunk.count)
    for arrival in chunk {
      batch.calls.append(
        factory.call(
          at: arrival.time, workload: Int(arrival.source / users), user: arrival.source % users,
          index: arrival.index, stride: arrivals.stride(of: arrival.source),
          rate: arrivals.rate(of: arrival.source)))
    }
    return true
  }
}
