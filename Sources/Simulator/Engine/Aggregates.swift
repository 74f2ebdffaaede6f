import CostModel

/// Calls of a log that are of one kind and one routed model, and answered by one target: what is the
/// same for all of them, and what they add up to.
package struct Aggregate: Sendable, BitwiseCopyable {
  package var kind: Int
  package var routed: Int
  package var target: Int
  /// The target's in the catalog.
  package var model: UInt32
  /// The target's place in the chain, and where the chain ends.
  package var place: Int
  package var chainEnd: Int
  /// Of the calls' next target: its number + 1; negative: its calls take another way, 0: not known yet.
  package var next: Int32 = 0
  package var rates: PlainRates
  /// The response cache is asked for their keys, and keeps what is stored for so long.
  package var isKeyed: Bool
  package var cacheTTL: Int64
  /// Microseconds; negative: drawn for each call.
  package var fixedLatency: Int64

  // Not yet in the ledger:

  package var hits: Int64 = 0
  package var answers: Int64 = 0
  package var input: Int64 = 0
  package var output: Int64 = 0
}

/// All aggregates that calls have taken so far.
package struct Aggregates: ~Copyable, Sendable {
  package var all = Slab<Aggregate>()
  /// By kind and routed model: the aggregate of its first target, as `Aggregate.next`.
  package private(set) var first: Slab<Int32>
  private let models: Int
  /// Calls that are not yet in the ledger.
  private var pending = 0

  package init(models: Int) {
    self.models = models
    first = Slab(repeating: 0, count: 0)
  }

  /// Makes room for so many kinds.
  package mutating func grow(kinds: Int) { first.extend(to: kinds * models, with: 0) }

  /// Where the first aggregate of a kind's calls for that model is noted.
  @inline(__always)
  package func firstPlace(kind: Int, routed: Int) -> Int { kind &* models &+ routed }

  package mutating func setFirst(_ number: Int32, at place: Int) { first[place] = number }

  package mutating func add(_ aggregate: Aggregate) -> Int32 {
    all.append(aggregate)
    return Int32(all.count)
  }

  /// Counts calls of a batch; whether there are enough for looking at all aggregates.
  package mutating func areWorthFlushing(after calls: Int) -> Bool {
    pending += calls
    guard pending >= 4 * all.count else { return false }
    pending = 0
    return true
  }
}
