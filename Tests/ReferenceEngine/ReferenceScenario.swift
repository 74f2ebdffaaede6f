/// What docs/semantics.md needs to know of a scenario, in plain numbers.
///
/// The module is an implementation of that page which shares nothing with the simulator: slow,
/// and meant to be read beside the page. Times and durations are microseconds, money picodollars,
/// models and targets numbers.
public struct ReferenceScenario {
  public enum FailureBilling { case none, input, all }

  public struct Outage {
    public var model: Int
    /// nil: every region.
    public var region: String?
    public var from: Int64
    public var to: Int64
    public var rate: Double

    public init(model: Int, region: String?, from: Int64, to: Int64, rate: Double) {
      (self.model, self.region, self.from, self.to, self.rate) = (model, region, from, to, rate)
    }
  }

  public var models: [ReferenceModel] = []
  /// Fallback chain by tier.
  public var fallbacks: [String: [Int]] = [:]
  public var outages: [Outage] = []
  public var retryMax = 0
  public var retryBase: Int64 = 0
  public var retryCap: Int64 = 0
  public var billFailures = FailureBilling.none
  public var cacheIsPerUser = true
  public var cacheLatency: Int64 = 5_000
  /// Of the response cache.
  public var flushes: [Int64] = []

  public var budget: ReferenceBudget?
  /// Flows at once, and how long one may wait (nil: as long as it takes), by number of the limit.
  public var runLimits: [Int: (concurrent: Int, maxWait: Int64?)] = [:]

  public init() {}

  /// Every region of every model, or the model itself where it has none.
  var targets: [ReferenceTarget] {
    models.indices.flatMap { model in
      models[model].regions.isEmpty
        ? [ReferenceTarget(model: model, region: nil)]
        : models[model].regions.map { ReferenceTarget(model: model, region: $0) }
    }
  }

  /// The routed model, then the tier's fallbacks that can do the task, each model once; all regions
  /// of each in order.
  func chain(routed: Int, tier: String?, unfit: Set<Int>) -> [Int] {
    var seen: [Int] = [routed]
    for model in fallbacks[tier ?? "standard"] ?? []
    where !seen.contains(model) && !unfit.contains(model) {
      seen.append(model)
    }
    let targets = self.targets
    return seen.flatMap { model in targets.indices.filter { targets[$0].model == model } }
  }

  /// The largest failure rate of an attempt that starts then.
  func failureRate(of target: ReferenceTarget, at start: Int64, isLogged: Bool) -> Double {
    var rates = isLogged ? [] : [models[target.model].failureRate]
    for outage in outages where outage.model == target.model {
      let isHere = outage.region == nil || outage.region == target.region
      if isHere && outage.from <= start && start < outage.to { rates.append(outage.rate) }
    }
    return rates.max() ?? 0
  }
}

struct ReferenceTarget {
  var model: Int
  var region: String?
}
