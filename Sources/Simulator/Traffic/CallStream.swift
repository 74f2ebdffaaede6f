import Scenarios

/// Calls in order of arrival, a batch at a time.
package protocol CallSource: ~Copyable {
  /// Replaces `batch` by the next one; false at the end. A batch may be empty.
  mutating func next(into batch: inout CallBatch) throws -> Bool

  /// Asked once, after the last batch: calls that came in none because they only had to be counted.
  mutating func takeTally() -> HitTally?
}

extension CallSource where Self: ~Copyable {
  package mutating func takeTally() -> HitTally? { nil }
}

/// The synthetic calls of one plan and run.
package struct CallStream: CallSource, ~Copyable, Sendable {
  private var arrivals: ArrivalStream
  private let factory: CallFactory
  /// Places of the chunk of arrivals that have become calls.
  private var made = 0
  private var scratch = CallFactory.Scratch()

  /// - Parameter countsHits: whether hits are counted where that is all there is to do.
  package init(
    _ compiled: CompiledScenario, _ routing: CompiledRouting, plan: PlanSpec, draws: Draws,
    countsHits: Bool = false
  ) {
    let population = Population(compiled.scenario, users: plan.users, draws: draws)
    factory = CallFactory(
      compiled: compiled, population: population, routing: routing, draws: draws,
      countsHits: countsHits)
    arrivals = ArrivalStream(
      compiled: compiled, population: population, factory: factory, draws: draws)
  }

  package mutating func next(into batch: inout CallBatch) -> Bool {
    batch.removeAll()
    if made == arrivals.count {
      guard arrivals.advance() else { return false }
      made = 0
      batch.counted = arrivals.counted
    }
    let end = min(made + CallFactory.batchSize, arrivals.count)
    batch.calls.reserve(end - made)
    batch.calls.resize(to: end - made)
    factory.makeCalls(made..<end, of: arrivals, into: &batch.calls, &scratch)
    made = end
    return true
  }

  package mutating func takeTally() -> HitTally? { arrivals.takeTally() }
}
