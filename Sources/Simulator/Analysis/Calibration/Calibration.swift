import CostModel

/// A scenario's parameters as a log has them, each with what it rests on.
struct Calibration: Sendable {
  struct Kind: Sendable {
    var attributes: CallAttributes
    var share: Double
    var calls: Int64
    var input: SizeFit?
    var output: SizeFit?
    var reasoning: SizeFit?
    var audio: SizeFit?
    /// Mean tokens that came from the provider's cache, and the share of the input.
    var cachedTokens: Double
    var cachedShare: Double
    /// nil: no call states one.
    var maxTokens: MaxTokens?
  }

  /// The limits of output that calls state, as the one that a scenario can have.
  struct MaxTokens: Sendable {
    /// The mean, but no less than the longest answer, which it would cut off.
    var value: Int64
    var calls: Int64
    var low: Int64
    var high: Int64
    var mean: Double
  }

  struct Workload: Sendable {
    var name: String
    var useCase: String?
    var calls: Int64
    /// Calls a budget period of a mean user.
    var volume: Double
    /// Of what the log saw, to get to a budget period.
    var factor: Double
    var profile: ProfileFit
    var burst: BurstSketch.Fit
    var prompts: Prompts?
    var kinds: [Kind]
    /// Kinds that were put together because there are too many.
    var mergedKinds = 0
    var leftOut = LeftOut()
  }

  /// Kinds of calls whose size no request tells (failed ones alone, say), of a model that bills by size:
  /// what they would cost is not known.
  struct LeftOut: Sendable {
    var kinds = 0
    var calls: Int64 = 0
  }

  struct Prompts: Sendable {
    var calls: Int64
    var distinct: Double
    var isSample: Bool
    var perUser: Bool
    var pool: PoolFit?
    /// Measured, by `PromptSketch.ttls`.
    var hitRates: [Double]
  }

  struct ModelFit: Sendable {
    var model: ModelID
    var calls: Int64
    var failed: Int64
    var judged: Int64
    var latency: SizeFit?
    var usesPromptCache: Bool
  }

  /// A routing rule of the log's own policy.
  struct Rule: Sendable {
    var name: String
    /// nil: every call.
    var condition: (attribute: Attribute, value: String)?
    var models: [(model: ModelID, share: Double)]
    var calls: Int64
  }

  var facts: TraceFacts
  var period: PeriodFit
  /// Named in the log.
  var users: Int
  var callsWithoutUser: Int64
  var activity: ActivityFit
  var accountPlans: [(name: String, users: Int)]
  var workloads: [Workload]
  /// Of all workloads, those without any other kind included.
  var leftOut: LeftOut
  var models: [ModelFit]
  /// Empty where a policy file decides.
  var rules: [Rule]
  /// The attribute that tells a model's calls from another's, where they differ in size.
  var modelAttribute: Attribute?
  var callsWithoutModel: Int64
  var images: Int64
  var writtenTokens: Int128
  /// Requests with a session, and about how many sessions there are.
  var sessionCalls: Int64
  var sessions: Double
}

/// How a log is read and what it is fitted with.
struct Calibrator {
  var path: String
  var format: String?
  /// Made anew for each of the two passes.
  var options: (_ pass: Int) throws -> TraceOptions
  var timeZone: String
  var catalog: Catalog
  /// Whether a policy file takes the place of the log's models.
  var hasPolicy: Bool

  func calibrate() throws -> Calibration {
    var trace = try TraceSource(path: path, format: format, options: options(0))
    var sketch = LogSketch(catalog: catalog)
    var batch = TraceBatch()
    while try trace.next(into: &batch) { sketch.add(batch, trace.symbols) }
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
    let bursts = try bursts(sketch, period, profiles)
    let fit = Assembly(
      sketch: sketch, period: period, profiles: profiles, bursts: bursts, hasPolicy: hasPolicy,
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

  private func bursts(
    _ sketch: LogSketch, _ period: PeriodFit, _ profiles: [ProfileFit]
  ) throws -> [BurstSketch.Fit] {
    var trace = try TraceSource(path: path, format: format, options: options(1))
    var bursts = BurstSketch(
      timelines: profiles.map { Timeline(period: period.period, profile: $0.profile) },
      users: sketch.userCalls.count)
    var batch = TraceBatch()
    var rows: Int64 = 0
    let changed = BadInput(
      message: "\(path): error: the log changed while it was read, expected a file that can be "
        + "read twice")
    while try trace.next(into: &batch) {
      rows += Int64(batch.rows.count)
      for row in batch.rows {
        guard Int(row.kind) < sketch.workloadOfKind.count,
          row.user == TraceRow.none || Int(row.user) < sketch.userCalls.count
        else { throw changed }
        bursts.add(row, workload: sketch.workloadOfKind[Int(row.kind)])
      }
    }
    guard rows == sketch.calls else { throw changed }
    return sketch.workloads.indices.map { bursts.fit(workload: $0) }
  }
}
