import CostModel
import Scenarios
import Simulator
import Support

/// A scenario's parameters as a log has them, each with what it rests on.
package struct Calibration: Sendable {
  package struct Kind: Sendable {
    package var attributes: CallAttributes
    package var share: FittedRange
    package var calls: Int64
    package var input: SizeFit?
    package var output: SizeFit?
    package var reasoning: SizeFit?
    package var audio: SizeFit?
    /// What else it meters.
    package var meters: [(meter: CallMeter, size: SizeFit)]
    /// Mean tokens that the provider's cache gave or took, and the share of the input.
    package var cachedTokens: FittedRange
    package var cachedShare: Double
    /// Tokens that the provider's cache took for its shorter and its longer time.
    package var written: (short: Int128, long: Int128)
    /// nil: no call states one.
    package var maxTokens: MaxTokens?

    /// A prefix has one lifetime: that for which more of it was written.
    package var keepsLong: Bool { written.long > written.short }
  }

  /// The limits of output that calls state, as the one that a scenario can have.
  package struct MaxTokens: Sendable {
    /// The mean, but no less than the longest answer, which it would cut off.
    package var value: Int64
    package var calls: Int64
    package var low: Int64
    package var high: Int64
    package var mean: Double
  }

  package struct Workload: Sendable {
    package var name: String
    package var useCase: String?
    package var calls: Int64
    /// Calls a budget period of a mean user.
    package var volume: FittedRange
    /// How much more than Poisson arrivals parts of the log differ in their calls.
    package var dispersion: Double
    /// Of what the log saw, to get to a budget period.
    package var factor: Double
    package var profile: ProfileFit
    package var burst: BurstSketch.Fit
    package var prompts: Prompts?
    /// nil: its calls stand alone.
    package var conversation: ConversationFit?
    /// What the fitted scenario reads of its conversations' input; nil: not simulated.
    package var fittedReadShare: Double?
    package var kinds: [Kind]
    /// Kinds that were put together because there are too many.
    package var mergedKinds = 0
    package var leftOut = LeftOut()
  }

  /// Kinds of calls whose size no request tells (failed ones alone, say), of a model that bills by size:
  /// what they would cost is not known.
  package struct LeftOut: Sendable {
    package var kinds = 0
    package var calls: Int64 = 0
  }

  package struct Prompts: Sendable {
    package var calls: Int64
    package var distinct: Double
    package var isSample: Bool
    package var perUser: Bool
    package var pool: PoolFit?
    /// Measured, by `PromptSketch.ttls`.
    package var hitRates: [Double]
  }

  package struct ModelFit: Sendable {
    package var model: ModelID
    package var calls: Int64
    package var failed: Int64
    package var judged: Int64
    package var latency: SizeFit?
    package var usesPromptCache: Bool
    /// The share of what its cache gave or took that it gave; nil: it took nothing.
    package var hitChance: FittedRange?
    /// Whether some calls that are no conversation's have it keep their prefix for the longer time.
    package var keepsLong = false
    /// Whether it answers calls of conversations, where a failure has other consequences than a retry.
    package var answersConversations = false
    /// How its cache keeps conversations; nil: it answers none, or the log tells of no reads.
    package var conversations: ConversationCache?

    package var failureRate: FittedRange {
      FittedRange(share: Double(failed), of: Double(max(1, judged)))
    }
  }

  package struct ConversationCache: Sendable {
    /// Microseconds.
    package var life: Int64
    package var longLife: Int64?
    package var hitChance: FittedRange?
  }

  /// A routing rule of the log's own policy.
  package struct Rule: Sendable {
    package var name: String
    /// nil: every call.
    package var condition: (attribute: Attribute, value: String)?
    package var models: [(model: ModelID, share: Double)]
    package var calls: Int64
  }

  package var facts: TraceFacts
  package var period: PeriodFit
  /// Named in the log.
  package var users: Int
  package var callsWithoutUser: Int64
  package var activity: ActivityFit
  package var accountPlans: [(name: String, users: Int)]
  package var workloads: [Workload]
  /// Of all workloads, those without any other kind included.
  package var leftOut: LeftOut
  package var models: [ModelFit]
  /// Empty where a policy file decides.
  package var rules: [Rule]
  /// The attribute that tells a model's calls from another's, where they differ in size.
  package var modelAttribute: Attribute?
  package var callsWithoutModel: Int64
  /// What no fit has, since the log's models do not bill it: by meter, in billed units.
  package var unpriced: [CallMeter: Int128]
  /// Requests whose cached tokens follow from the blocks that they tell.
  package var blockCalls: Int64
  /// Requests with a session, and about how many sessions there are.
  package var sessionCalls: Int64
  package var sessions: Double
}

/// How a log is read and what it is fitted with.
package struct Calibrator {
  package var path: String
  package var format: String?
  /// Made anew for each of the two passes.
  package var options: (_ pass: Int) throws -> TraceOptions
  package var timeZone: String
  package var catalog: Catalog
  /// Whether a policy file takes the place of the log's models.
  package var hasPolicy: Bool

  package init(
    path: String, format: String? = nil, options: @escaping (_ pass: Int) throws -> TraceOptions,
    timeZone: String, catalog: Catalog, hasPolicy: Bool
  ) {
    self.path = path
    self.format = format
    self.options = options
    self.timeZone = timeZone
    self.catalog = catalog
    self.hasPolicy = hasPolicy
  }

  package func calibrate() throws -> Calibration {
    var trace = try TraceSource(path: path, format: format, options: options(0))
    var sketch = LogSketch(catalog: catalog)
    var batch = TraceBatch()
    while try trace.next(into: &batch) {
      sketch.tellsSessions = !trace.facts.absent.contains(.session)
      sketch.add(batch, trace.symbols)
    }
    guard sketch.calls > 0 else {
      throw BadInput(message: "\(path): error: the log has no requests, expected at least one")
    }
    try checkModels(sketch)
    let period = PeriodFit(first: sketch.first, last: sketch.last, timeZone: timeZone)
    guard period.isPossible else {
      let days = InputLog.grouped(Int64(period.period.days.count))
      throw BadInput(
        message: "\(path): error: the log spans \(days) days, expected at most "
          + "\(InputLog.grouped(PeriodReader.longestDays)); is one of its times wrong?")
    }
    let profiles = sketch.workloads.indices.map {
      ProfileFit(sketch.week(ofWorkload: $0, in: period.period))
    }
    let (bursts, conversations) = try secondPass(sketch, period, profiles)
    let fit = CalibrationFitter(
      sketch: sketch, period: period, profiles: profiles, bursts: bursts,
      conversations: conversations, hasPolicy: hasPolicy,
      catalog: catalog
    ).calibration(trace.facts)
    guard !fit.workloads.isEmpty else {
      throw BadInput(
        message:
          "\(path): error: no answered request tells a size (tokens or audio), so what a month "
          + "would cost is not known")
    }
    return fit
  }

  private func checkModels(_ sketch: LogSketch) throws {
    if hasPolicy { return }
    if !sketch.unknownModels.isEmpty {
      let names = sketch.unknownModels.sorted()
      let list = names.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
      throw BadInput(
        message: "\(path): error: the catalog has no price for \(list)"
          + (names.count > 10 ? " and \(names.count - 10) more" : "")
          + "\nhint: add them to a catalog, as models or aliases, and name it with --catalog; or "
          + "route the calls with --policy")
    }
    if sketch.callsWithoutModel == sketch.calls {
      throw BadInput(
        message: "\(path): error: the log names no model"
          + "\nhint: --set model=NAME says it for every call; --policy FILE routes the calls")
    }
  }

  private func secondPass(
    _ sketch: LogSketch, _ period: PeriodFit, _ profiles: [ProfileFit]
  ) throws -> ([BurstSketch.Fit], [ConversationFit?]) {
    var trace = try TraceSource(path: path, format: format, options: options(1))
    var bursts = BurstSketch(
      timelines: profiles.map { Timeline(period: period.period, profile: $0.profile) },
      users: sketch.userCalls.count)
    var sessions = sketch.workloads.indices.map {
      sketch.isConversation($0) ? SessionSketch(sketch.scouts[$0]) : nil
    }
    var walk = SessionWalk()
    var batch = TraceBatch()
    var rows: Int64 = 0
    let changed = BadInput(
      message: "\(path): error: the log changed while it was read, expected a file that can be "
        + "read twice")
    while try trace.next(into: &batch) {
      rows += Int64(batch.rows.count)
      for (place, row) in batch.rows.enumerated() {
        guard Int(row.kind) < sketch.workloadOfKind.count,
          row.user == TraceRow.none || Int(row.user) < sketch.userCalls.count
        else { throw changed }
        let workload = sketch.workloadOfKind[Int(row.kind)]
        guard sessions[workload] != nil else {
          bursts.add(row, workload: workload)
          continue
        }
        let record = batch.record(place)
        guard let step = walk.step(record, workload: workload) else { continue }
        sessions[workload]?.add(step, record)
        if step.previous == nil { bursts.add(row, workload: workload) }
      }
    }
    guard rows == sketch.calls else { throw changed }
    for session in walk.sessions { sessions[session.workload]?.finish(session.turn, session.last) }
    let models = { (number: UInt32) in number == TraceRow.none ? nil : sketch.models[Int(number)] }
    return (
      sketch.workloads.indices.map { bursts.fit(workload: $0) },
      sessions.enumerated().map { number, found in
        found.map { ConversationFit(sketch.scouts[number], $0, models: models) }
      }
    )
  }
}
