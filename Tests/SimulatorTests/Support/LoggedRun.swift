import CostModel
import Synchronization

@testable import Scenarios
@testable import Simulator

/// One plan run with its per-call log.
struct LoggedRun {
  let result: PlanResult
  let records: [CallRecord]
  /// How many places the engine has made for calls in flight.
  let flightSlots: Int
  /// Of the watched call, after which the run stops.
  let trace: CallTrace?

  private final class Store: Sendable {
    let records = Mutex<[CallRecord]>([])
  }

  /// The calls of a list in place of the plan's own traffic.
  init(
    _ compiled: CompiledScenario, plan: PlanSpec, source: consuming some CallSource & ~Copyable,
    watched: Int64 = 0
  ) throws {
    let scenario = compiled.scenario
    let routing = CompiledRouting(compiled)
    let draws = Draws(seed: scenario.seed, run: 1)
    let store = Store()
    let log = CallLog { new, _ in store.records.withLock { $0 += new } }
    var engine = PlanEngine(
      compiled: compiled, routing: routing, prices: PriceTable(compiled), draws: draws, plan: plan,
      run: 1, log: log, watched: watched)
    result = try engine.run(&source)
    trace = engine.observers.trace
    records = store.records.withLock { $0 }
    flightSlots = engine.flights.count
  }

  /// The scenario's first plan with its own traffic.
  init(_ scenario: Scenario) throws {
    let compiled = CompiledScenario(scenario)
    let plan = scenario.plans[0]
    try self.init(
      compiled, plan: plan,
      source: CallStream(
        compiled, CompiledRouting(compiled), plan: plan,
        draws: Draws(seed: scenario.seed, run: 1)))
  }
}

extension PlanResult {
  /// The same plan without a per-call log, so that calls may be booked as they arrive.
  static func untold(
    _ compiled: CompiledScenario, plan: PlanSpec, source: consuming some CallSource & ~Copyable
  ) throws -> PlanResult {
    var engine = PlanEngine(
      compiled: compiled, routing: CompiledRouting(compiled), prices: PriceTable(compiled),
      draws: Draws(seed: compiled.scenario.seed, run: 1), plan: plan, run: 1)
    return try engine.run(&source)
  }
}

/// In results that are compared as text: the buckets that hold something.
extension LatencyHistogram: CustomStringConvertible {
  public var description: String {
    let counts = Mirror(reflecting: self).descendant("counts") as? [Int64] ?? []
    return "\(counts.enumerated().filter { $0.element > 0 })"
  }
}

/// Given calls, in given batches.
struct ListSource: CallSource {
  var batches: [[Call]]

  mutating func next(into batch: inout CallBatch) -> Bool {
    batch.removeAll()
    guard !batches.isEmpty else { return false }
    for call in batches.removeFirst() { batch.calls.append(call) }
    return true
  }
}
