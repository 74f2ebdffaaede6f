import CostModel
import Dispatch
import Foundation
import Scenarios
import Support
import Synchronization

/// The simulation of a scenario: every plan, every run, on as many threads as asked for.
///
/// A plan's run depends on nothing but the scenario and its number, so the order in which threads
/// take them cannot show in a result.
package struct Simulation: Sendable {
  package let compiled: CompiledScenario
  package let routing: CompiledRouting
  private let prices: PriceTable

  package init(_ scenario: Scenario) {
    compiled = CompiledScenario(scenario)
    routing = CompiledRouting(compiled)
    prices = PriceTable(compiled)
  }

  /// One plan, one run (from 1).
  package func result(
    of plan: PlanSpec, run: Int, log: CallLog? = nil, progress: (Int) -> Void = { _ in }
  ) throws -> PlanResult {
    var stream = try stream(plan, run: run, isTold: log != nil)
    return try result(of: plan, run: run, from: &stream, log: log, progress: progress)
  }

  private func result(
    of plan: PlanSpec, run: Int, from calls: inout some CallSource & ~Copyable, log: CallLog?,
    progress: (Int) -> Void
  ) throws -> PlanResult {
    var engine = engine(plan, run: run, log: log)
    return try naming(plan) { try engine.run(&calls, progress: progress) }
  }

  /// A call without a price, as an error of the scenario: sizes that are drawn can be larger than
  /// what the reader has looked at.
  private func naming<Result>(_ plan: PlanSpec, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as UnpricedCall {
      throw BadInput(
        message: "\(compiled.scenario.name): error: call \(error.number) of plan '\(plan.name)', "
          + "at '\(error.model)': \(error.reason)")
    }
  }

  /// What happens to one call of a plan's run, by its rank of arrival (from 1), and how many calls
  /// there were until then; no trace if there are fewer.
  package func trace(
    ofCall number: Int64, of plan: PlanSpec, run: Int
  ) throws -> (trace: CallTrace?, calls: Int64) {
    var stream = try stream(plan, run: run, isTold: true)
    var engine = engine(plan, run: run, watched: number)
    try naming(plan) { try engine.play(&stream) }
    return (engine.observers.trace, engine.result.calls)
  }

  /// Throws `BadInput` where the plan is too large to be simulated.
  /// - Parameter isTold: whether calls are told of one by one.
  private func stream(_ plan: PlanSpec, run: Int, isTold: Bool) throws -> CallStream {
    try check(plan, run: run)
    return CallStream(
      compiled, routing, plan: plan, draws: draws(run),
      countsHits: !isTold && PlanEngine.foresees(compiled.scenario))
  }

  private func check(_ plan: PlanSpec, run: Int) throws {
    try SimulationLimits.shipped.get().check(plan, of: compiled, draws: draws(run))
  }

  private func draws(_ run: Int) -> Draws { Draws(seed: compiled.scenario.seed, run: run) }

  private func engine(
    _ plan: PlanSpec, run: Int, log: CallLog? = nil, watched: Int64 = 0
  ) -> PlanEngine {
    PlanEngine(
      compiled: compiled, routing: routing, prices: prices, draws: draws(run), plan: plan,
      run: run, log: log, watched: watched)
  }

  /// Every plan of the scenario in `runs` runs, by plan then run. A result weighs megabytes: of
  /// many runs, ask `reduced` for what is needed of them.
  package func results(
    runs: Int, threads: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> [[PlanResult]] {
    try reduced(to: { $0 }, runs: 1..<runs + 1, threads: threads, progress: progress)
  }

  /// What `reduce` keeps of every plan in these runs, by plan then run; the largest are started
  /// first. `log` receives the calls of the first plan's first run.
  package func reduced<Kept: Sendable>(
    to reduce: @Sendable (PlanResult) -> Kept, runs: Range<Int>, threads: Int,
    log: CallLog? = nil, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws -> [[Kept]] {
    let plans = compiled.scenario.plans
    let limits = try SimulationLimits.shipped.get()
    try limits.check(plans, of: compiled)
    let scenario = compiled.scenario
    try limits.checkWork(variants: 1, runs: runs.count) { _ in scenario }
    for plan in plans { try check(plan, run: 1) }
    let tasks = plans.indices.flatMap { plan in runs.map { (plan: plan, run: $0) } }
      .sorted { (plans[$0.plan].users, $0.run) > (plans[$1.plan].users, $1.run) }
    let next = Atomic<Int>(0)
    let outcomes = Mutex<[Int: Result<Kept, any Error>]>([:])
    let running = RunningPlans(count: tasks.count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, 2 * tasks.count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < tasks.count else { return running.help() }
        let task = tasks[number]
        var told = 0
        let outcome = Result {
          let isLogged = task.plan == 0 && task.run == 1
          var calls = CallsAhead(
            try stream(plans[task.plan], run: task.run, isTold: isLogged && log != nil))
          running.add(calls)
          defer { running.remove(calls) }
          return reduce(
            try result(
              of: plans[task.plan], run: task.run, from: &calls, log: isLogged ? log : nil
            ) { count in
              progress(count - told)
              told = count
            })
        }
        outcomes.withLock { $0[task.plan * runs.count + task.run - runs.lowerBound] = outcome }
        running.end()
      }
    }
    let finished = outcomes.withLock { $0 }
    return try plans.indices.map { plan in
      try runs.compactMap {
        try finished[plan * runs.count + $0 - runs.lowerBound]?.get()
      }
    }
  }

  /// What `reduce` keeps of one plan in these runs, by run.
  package func reduced<Kept: Sendable>(
    to reduce: @Sendable (PlanResult) throws -> Kept, of plan: PlanSpec, runs: ClosedRange<Int>,
    threads: Int
  ) throws -> [Kept] {
    let next = Atomic<Int>(0)
    let outcomes = Mutex<[Int: Result<Kept, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, runs.count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < runs.count else { return }
        let run = runs.lowerBound + number
        let outcome = Result { try reduce(try result(of: plan, run: run)) }
        outcomes.withLock { $0[run] = outcome }
      }
    }
    let finished = outcomes.withLock { $0 }
    return try runs.compactMap { try finished[$0]?.get() }
  }

  /// Calls (or starts of flows) expected of all plans in all runs, for progress.
  package func expectedArrivals(runs: Int) -> Double {
    let users = compiled.scenario.plans.reduce(0) { $0 + $1.users }
    let months = compiled.scenario.period.months.count
    return compiled.workloads.reduce(0) { $0 + $1.volume } * Double(users * months * runs)
  }
}

/// The plans being simulated, for threads that have no plan of their own left.
private final class RunningPlans: Sendable {
  private let plans = Mutex<[CallsAhead]>([])
  /// Plans that have not ended; some of them may not have begun either.
  private let left: Atomic<Int>

  init(count: Int) { left = Atomic(count) }

  func end() { left.subtract(1, ordering: .relaxed) }

  func add(_ calls: CallsAhead) { plans.withLock { $0.append(calls) } }

  func remove(_ calls: CallsAhead) { plans.withLock { $0.removeAll { $0 === calls } } }

  /// Makes calls for the others until they have ended, those first that started first: they are
  /// the largest.
  func help() {
    while left.load(ordering: .relaxed) > 0 {
      let running = plans.withLock { $0 }
      if !running.contains(where: { $0.makeBatch() }) { usleep(100) }
    }
  }
}
