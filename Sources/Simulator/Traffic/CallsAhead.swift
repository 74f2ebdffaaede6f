import Dispatch
import Synchronization

/// A plan's calls, made ahead of the engine by whichever thread has nothing else to do.
///
/// One thread at a time makes a batch, and batches are handed on in the order in which they were
/// made: the calls are the same whoever makes them.
package final class CallsAhead: CallSource, Sendable {
  private final class Box: @unchecked Sendable {
    var batch = CallBatch()
  }
  /// Touched only by the thread that has set `isMaking`.
  private final class Maker: @unchecked Sendable {
    var stream: CallStream

    init(_ stream: consuming CallStream) { self.stream = stream }
  }
  private struct State: Sendable {
    var ready: [Box] = []
    var spare: [Box] = []
    var isMaking = false
    var hasEnded = false
    /// The engine waits for the batch that is being made.
    var isAwaited = false
  }
  private enum Step {
    case take(Box)
    case make
    case wait
    case end
  }

  private let maker: Maker
  private let state = Mutex(State())
  private let made = DispatchSemaphore(value: 0)
  /// Batches that wait, at most: enough to even out what calls cost, few enough to stay in a cache.
  private static let capacity = 16

  package init(_ stream: consuming CallStream) { maker = Maker(stream) }

  /// Makes the next batch; false if enough of them wait, another thread makes it or there is none.
  @discardableResult
  package func makeBatch() -> Bool {
    let box: Box? = state.withLock { state in
      guard !state.isMaking, !state.hasEnded, state.ready.count < Self.capacity else { return nil }
      state.isMaking = true
      return state.spare.popLast() ?? Box()
    }
    guard let box else { return false }
    let hasMore = maker.stream.next(into: &box.batch)
    let isAwaited = state.withLock { state in
      state.isMaking = false
      if hasMore { state.ready.append(box) } else { state.hasEnded = true }
      defer { state.isAwaited = false }
      return state.isAwaited
    }
    if isAwaited { made.signal() }
    return true
  }

  package func next(into batch: inout CallBatch) -> Bool {
    while true {
      switch nextStep() {
      case .take(let box):
        swap(&batch, &box.batch)
        state.withLock { $0.spare.append(box) }
        return true
      case .make: makeBatch()
      case .wait: made.wait()
      case .end: return false
      }
    }
  }

  /// Nothing makes batches any more.
  package func takeTally() -> HitTally? { maker.stream.takeTally() }

  private func nextStep() -> Step {
    state.withLock { state in
      if !state.ready.isEmpty { return .take(state.ready.removeFirst()) }
      if state.isMaking {
        state.isAwaited = true
        return .wait
      }
      return state.hasEnded ? .end : .make
    }
  }
}
