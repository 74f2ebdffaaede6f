import CostModel
import Dispatch
import Scenarios
import Support
import Synchronization

/// A log sent through routing, cache, breaker, quotas and pricing, once for each policy.
package struct Replay: Sendable {
  /// One counterfactual: a name, and a scenario that differs in its policy.
  package struct Variant: Sendable {
    package var name: String
    package var scenario: Scenario

    package init(name: String, scenario: Scenario) {
      self.name = name
      self.scenario = scenario
    }
  }
  package struct Outcome: Sendable {
    /// Its period is the log's.
    package var scenario: Scenario
    package var result: PlanResult
    package var facts: TraceFacts
    /// The log's; nil where it is no file.
    package var hash: FileHash?
    package var logged: LoggedTotals
    package var outliers: [Outlier]
    /// By target of `targets`.
    package var costCheck: CostCheck
    package var untold: [LoggedUse.Untold]
    package var unlisted: [LoggedUse.Unlisted]
    package var readAs: [NameReading]
    /// Names of the targets.
    package var targets: [String]
    /// The log's own columns, for rejected.csv.
    package var columns: [String]
    package var isJSON: Bool
    /// Minutes since the epoch in which moments of the budget are known to the minute alone, as they were
    /// merged.
    package var vagueMinutes: [Int64] = []
  }
  /// What a replay of one piece of a log found.
  package struct Piece: Sendable {
    package var piece: LogPiece
    /// By variant.
    package var cases: [CasePart]
    /// What stands against replaying it apart.
    package var couplings: [Coupling]
  }

  package var path: String
  package var format: String?
  /// Of the log's rows, those that are replayed; nil: all.
  package var share: LogShare?
  /// Whether the log has come by standard input into a file of its own, and which share of it that is.
  package var isInput = false
  package var inputShare: LogShare?
  /// What parts call the log; nil: by its path.
  package var shownPath: String?
  /// Calls of the log that lie before them.
  package var callsBefore: Int64 = 0
  /// Made anew for each variant, since malformed rows are told once.
  package var options: @Sendable (_ variant: Int) throws -> TraceOptions

  package init(
    path: String, format: String? = nil,
    options: @escaping @Sendable (_ variant: Int) throws -> TraceOptions
  ) {
    self.path = path
    self.format = format
    self.options = options
  }

  /// All variants, as many at once as there are threads; the results do not depend on it.
  package func outcomes(
    of variants: [Variant], threads: Int, log: CallLog? = nil
  ) throws -> [Outcome] {
    let check = ModelCheck(variants.map(\.scenario))
    let next = Atomic<Int>(0)
    let finished = Mutex<[Int: Result<Outcome, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, variants.count))) { _ in
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        guard number < variants.count else { return }
        let outcome = Result {
          try self.outcome(
            of: variants[number], number: number, threads: max(1, threads / variants.count),
            check: check, log: number == 0 ? log : nil)
        }
        finished.withLock { $0[number] = outcome }
      }
    }
    let results = finished.withLock { $0 }
    return try variants.indices.compactMap { try results[$0]?.get() }
  }

  /// A log is taken to be in order. If it is not, or if anything else is wrong with it, it is looked
  /// through first in a second attempt, which also tells all of its malformed rows before anything
  /// else. A list of calls cannot be taken back, so there the second attempt is the first.
  private func outcome(
    of variant: Variant, number: Int, threads: Int, check: ModelCheck?, log: CallLog?
  ) throws -> Outcome {
    var options = try options(number, threads, check)
    if log == nil, TraceFile.isRegular(path) {
      options.order = .optimistic
      if let outcome = try? outcome(of: variant, options: options, log: nil) { return outcome }
      options = try self.options(number, threads, check)
    }
    return try outcome(of: variant, options: options, log: log)
  }

  package func options(
    _ number: Int, _ threads: Int, _ check: ModelCheck?
  ) throws -> TraceOptions {
    var options = try options(number)
    options.threads = threads
    options.modelCheck = check
    options.isHashed = number == 0
    options.share = share
    return options
  }

  private func outcome(
    of variant: Variant, options: TraceOptions, log: CallLog?
  ) throws -> Outcome {
    let found = try play(variant, options: options, log: log) { engine, result, source in
      outcome(&engine, result, source)
    }
    guard let found else {
      throw BadInput(message: "\(path): error: the log has no requests, expected at least one")
    }
    return found
  }

  /// Replays the log; nil where it has no requests.
  package func play<Found>(
    _ variant: Variant, options: TraceOptions, log: CallLog?, keeping kept: Set<Int64>? = nil,
    keepsPart: Bool = false, _ found: (inout PlanEngine, PlanResult, ReplaySource) throws -> Found
  ) throws -> Found? {
    // A pipe is read by the one thread that can be told to stop.
    let isAhead = options.threads > 1 && TraceFile.isRegular(path)
    var reading = options
    reading.hasHelper = isAhead
    let trace = try TraceSource(path: path, format: format, options: reading)
    guard
      var source = try ReplaySource(
        trace: trace, scenario: variant.scenario, callsBefore: callsBefore)
    else { return nil }
    var engine = engine(for: source, of: variant, log: log)
    engine.observers.outliers = OutlierFinder()
    engine.observers.costCheck = CostCheck()
    engine.observers.use = LoggedUse()
    engine.logged.callsBefore = callsBefore
    if keepsPart {
      for target in 0..<engine.targets.count { engine.targets[target].keepsMinutes = true }
      engine.budget.spent = SpentMinutes(byMinute: variant.scenario.budget != nil)
    }
    if let kept { engine.budget.spent = SpentMinutes(keeping: kept) }
    var result: PlanResult
    if isAhead {
      var calls = ReplayAhead(source)
      defer { source = calls.end() }
      result = try naming { try engine.run(&calls) }
    } else {
      result = try naming { try engine.run(&source) }
    }
    result.plan.users = source.users
    result.tellAccountPlans(source.accountPlan)
    return try found(&engine, result, source)
  }

  private func outcome(
    _ engine: inout PlanEngine, _ result: PlanResult, _ source: ReplaySource
  ) -> Outcome {
    let use = engine.observers.use ?? LoggedUse()
    var scenario = source.compiled.scenario
    scenario.unbilled = use.unbilled(source.compiled)
    return Outcome(
      scenario: scenario, result: result, facts: source.facts,
      hash: source.hash, logged: source.logged,
      outliers: (engine.observers.outliers?.found { source.compiled.targets[$0].name } ?? [])
        + source.loggedOutliers,
      costCheck: engine.observers.costCheck ?? CostCheck(),
      untold: use.untold(source.compiled), unlisted: use.unlisted(source.compiled),
      readAs: source.readAs,
      targets: source.compiled.targets.map(\.name),
      columns: source.columns, isJSON: source.isJSON)
  }

  private func source(of variant: Variant, options: TraceOptions) throws -> ReplaySource {
    let trace = try TraceSource(path: path, format: format, options: options)
    guard let source = try ReplaySource(trace: trace, scenario: variant.scenario) else {
      throw BadInput(message: "\(path): error: the log has no requests, expected at least one")
    }
    return source
  }

  private func engine(
    for source: ReplaySource, of variant: Variant, log: CallLog? = nil, watched: Int64 = 0
  ) -> PlanEngine {
    PlanEngine(
      compiled: source.compiled, routing: source.routing, prices: PriceTable(source.compiled),
      draws: Draws(seed: variant.scenario.seed, run: 1),
      plan: PlanSpec(name: variant.name, users: 0, isPolicy: true), run: 1, log: log,
      watched: watched)
  }

  /// Errors of rows and calls with the log's name.
  private func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as ReplayError {
      throw BadInput(message: "\(path): error: row \(error.row): \(error.message)")
    } catch let error as UnpricedCall {
      throw BadInput(
        message: "\(path): error: request \(error.number) in order of time, at '\(error.model)': "
          + error.reason)
    }
  }
}

/// One request of the log, followed on its way.
extension Replay {
  package struct TracedCall: Sendable {
    package var trace: CallTrace
    package var plan: PlanSpec
    package var names: PlanNames
    /// Data row of the log, from 1.
    package var row: Int64
  }

  /// What happens to a request, told by its data row or by its rank in order of time (as `call` in
  /// calls.csv), both from 1.
  ///
  /// Throws `BadInput` where the log has no such request, with the reason.
  package func trace(row: Int64? = nil, call: Int64? = nil, of variant: Variant) throws
    -> TracedCall
  {
    let check = ModelCheck([variant.scenario])
    let place = try place(row: row, call: call, check)
    var source = try source(of: variant, options: options(0, 1, check))
    var engine = engine(for: source, of: variant, watched: place.call)
    try naming { try engine.play(&source) }
    guard let trace = engine.observers.trace else {
      preconditionFailure("the request has been counted")
    }
    return TracedCall(
      trace: trace, plan: engine.result.plan, names: engine.names, row: place.row)
  }

  /// Reads through the log up to the request.
  private func place(
    row: Int64?, call: Int64?, _ check: ModelCheck?
  ) throws -> (row: Int64, call: Int64) {
    var options = try options(0, 1, check)
    var malformed: TraceError.Row?
    options.onRejected = { if $0.row.number == row { malformed = $0.row } }
    var trace = try TraceSource(path: path, format: format, options: options)
    var batch = TraceBatch()
    var rank: Int64 = 0
    while try trace.next(into: &batch) {
      for found in batch.rows {
        rank += 1
        if found.number == row || rank == call { return (found.number, rank) }
      }
    }
    throw BadInput(message: "\(path): error: " + absence(row, call, malformed, trace.facts))
  }

  private func absence(
    _ row: Int64?, _ call: Int64?, _ malformed: TraceError.Row?, _ facts: TraceFacts
  ) -> String {
    if let malformed { return "there is nothing to explain: \(malformed)" }
    let rows = facts.accepted + facts.rejected + facts.filtered
    if let row, row <= rows {
      return "row \(row) is no request: the format \(facts.format) leaves it out"
    }
    if let row { return "there is no row \(row): the log has \(InputLog.grouped(rows))" }
    return "there is no request \(call ?? 0): the log has \(InputLog.grouped(facts.accepted))"
  }
}
