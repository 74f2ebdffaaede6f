import Dispatch
import Synchronization

/// Work on many items, on several threads.
package enum Parallel {
  /// `body` of every item, in their order; the first item's error is thrown.
  package static func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) throws -> Result
  ) throws -> [Result] {
    let next = Atomic<Int>(0)
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, items.count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < items.count else { return }
        let result = Swift.Result { try body(items[number]) }
        results.withLock { $0[number] = result }
      }
    }
    let finished = results.withLock { $0 }
    return try items.indices.compactMap { try finished[$0]?.get() }
  }
}
