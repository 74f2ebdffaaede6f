import CostModel
import Dispatch
import Synchronization

/// A log sent through routing, cache, breaker, quotas and pricing, once for each policy.
struct Replay: Sendable {
  /// One counterfactual: a name, and a scenario that differs in its policy.
  struct Variant: Sendable {
    var name: String
    var scenario: Scenario
  }
  struct Outcome: Sendable {
    /// Its period is the log's.
    var scenario: Scenario
    var result: PlanResult
    var facts: TraceFacts
    var logged: LoggedTotals
    var outliers: [Outlier]
    /// The log's own columns, for rejected.csv.
    var columns: [String]
    var isJSON: Bool
  }

  var path: String
  var format: String?
  /// Made anew for each variant, since malformed rows are told once.
  var options: @Sendable (_ variant: Int) throws -> TraceOptions

  /// All variants, as many at once as there are threads; the results do not depend on it.
  func outcomes(
    of variants: [Variant], threads: Int, log: CallLog? = nil
  ) throws -> [Outcome] {
    let next = Atomic<Int>(0)
    let finished = Mutex<[Int: Result<Outcome, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, variants.count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < variants.count else { return }
        let outcome = Result {
          try self.outcome(of: variants[number], number: number, log: number == 0 ? log : nil)
        }
        finished.withLock { $0[number] = outcome }
      }
    }
    let results = finished.withLock { $0 }
    return try variants.indices.compactMap { try results[$0]?.get() }
  }

  private func outcome(of variant: Variant, number: Int, log: CallLog?) throws -> Outcome {
    let trace = try TraceSource(path: path, format: format, options: options(number))
    guard var source = try ReplaySource(trace: trace, scenario: variant.scenario) else {
      throw BadInput(message: "\(path): error: the log has no requests, expected at least one")
    }
    let draws = Draws(seed: variant.scenario.seed, run: 1)
    var engine = PlanEngine(
      compiled: source.compiled, routing: source.routing, prices: PriceTable(source.compiled),
      draws: draws,
      plan: PlanSpec(name: variant.name, users: 0, isPolicy: true), run: 1, log: log)
    engine.outliers = OutlierFinder()
    do {
      var result = try engine.run(&source)
      result.plan.users = source.symbols.users.count
      return Outcome(
        scenario: source.compiled.scenario, result: result, facts: source.facts,
        logged: source.logged,
        outliers: (engine.outliers?.found ?? []) + source.loggedOutliers.found,
        columns: source.columns, isJSON: source.isJSON)
    } catch let error as ReplayError {
      let hint = error.hint.map { "\n" + $0 } ?? ""
      throw BadInput(message: "\(path): error: row \(error.row): \(error.message)\(hint)")
    } catch let error as UnpricedCall {
      throw BadInput(
        message: "\(path): error: request \(error.number) in order of time, at '\(error.model)': "
          + "\(error.error), and an unknown price is not $0")
    }
  }
}
