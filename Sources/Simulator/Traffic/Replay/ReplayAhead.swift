import Foundation

/// A log's calls, made ahead of the engine by a thread of their own. While the engine has to wait for
/// them, its thread decodes blocks of the log.
///
/// Unchecked, because a lock guards everything but the source, which is that thread's until it has
/// ended, and the helper, which is the engine's.
package final class ReplayAhead: CallSource, @unchecked Sendable {
  private final class Box {
    var batch = CallBatch()
  }

  private let lock = NSCondition()
  private var source: ReplaySource
  private var ready: [Box] = []
  private var spare: [Box] = []
  private var failure: (any Error)?
  private var hasEnded = false
  private var isStopped = false
  private let helper: BlockHelper
  /// Batches that wait, at most: enough to even out what rows cost.
  private static let capacity = 3

  package init(_ source: consuming ReplaySource) {
    helper = source.helper
    self.source = source
    Thread.detachNewThread { self.work() }
  }

  private func work() {
    lock.lock()
    while !isStopped, !hasEnded {
      guard ready.count < Self.capacity else {
        lock.wait()
        continue
      }
      let box = spare.popLast() ?? Box()
      lock.unlock()
      let made = Result { try source.next(into: &box.batch) }
      lock.lock()
      switch made {
      case .success(true): ready.append(box)
      case .success(false): hasEnded = true
      case .failure(let error): (failure, hasEnded) = (error, true)
      }
      lock.broadcast()
    }
    hasEnded = true
    lock.broadcast()
    lock.unlock()
  }

  package func next(into batch: inout CallBatch) throws -> Bool {
    lock.lock()
    defer { lock.unlock() }
    while ready.isEmpty, !hasEnded {
      lock.unlock()
      let hasHelped = helper.help()
      lock.lock()
      if !hasHelped, ready.isEmpty, !hasEnded { lock.wait() }
    }
    guard !ready.isEmpty else {
      if let failure { throw failure }
      return false
    }
    let box = ready.removeFirst()
    swap(&batch, &box.batch)
    spare.append(box)
    lock.broadcast()
    return true
  }

  /// Ends the thread, and returns the source as it was left.
  package func end() -> ReplaySource {
    lock.lock()
    defer { lock.unlock() }
    isStopped = true
    lock.broadcast()
    while !hasEnded { lock.wait() }
    return source
  }
}
