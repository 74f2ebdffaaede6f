import CostModel
import Synchronization

@testable import Simulator

/// One plan run with its per-call log.
struct LoggedRun {
  let result: PlanResult
  let records: [CallRecord]
  /// How many places the engine has made for calls in flight.
  let flightSlots: Int
  /// Of the watched call, after which the run stops.
  let story: CallStory?

  private final class Store: Sendable {
    let records = Mutex<[CallRecord]>([])
  }

  /// The calls of a list in place of the plan's own traffic.
  init(
    _ compiled: CompiledScenario, plan: PlanSpec, source: some CallSource, watched: Int64 = 0
  ) throws {
    let scenario = compiled.scenario
    let routing = CompiledRouting(compiled)
    let draws = Draws(seed: scenario.seed, run: 1)
    let population = Population(scenario.users, users: plan.users, draws: draws)
    let factory = CallFactory(
      compiled: compiled, population: population, routing: routing, draws: draws)
    let store = Store()
    let log = CallLog { new, _ in store.records.withLock { $0 += new } }
    var engine = PlanEngine(
      compiled: compiled, routing: routing, factory: factory, prices: PriceTable(compiled),
      draws: draws, plan: plan, run: 1, log: log, watched: watched)
    var source = source
    result = try engine.run(&source)
    story = engine.story
    records = store.records.withLock { $0 }
    flightSlots = engine.flights.count
  }

  /// The scenario's first plan with its own traffic.
  init(_ scenario: Scenario) throws {
    let compiled = CompiledScenario(scenario)
    let plan = scenario.plans[0]
    let draws = Draws(seed: scenario.seed, run: 1)
    let population = Population(scenario.users, users: plan.users, draws: draws)
    let factory = CallFactory(
      compiled: compiled, population: population, routing: CompiledRouting(compiled), draws: draws)
    let arrivals = ArrivalStream(compiled: compiled, population: population, draws: draws)
    try self.init(
      compiled, plan: plan,
      source: CallStream(arrivals: arrivals, factory: factory, users: plan.users))
  }
}

/// Given calls, in given batches.
struct ListSource: CallSource {
  var batches: [[Call]]

  mutating func next(into batch: inout CallBatch) -> Bool {
    batch.removeAll()
    guard !batches.isEmpty else { return false }
    batch.calls = batches.removeFirst()
    return true
  }
}
