import CostModel

/// Everything that a scenario file says, checked, with models as dense ids.
///
/// Plain values: the reader makes it, the engine, the closed forms and the reports read it.
struct Scenario: Sendable {
  var name: String
  /// One line for people; empty if the file gives none.
  var title = ""
  var period: Period
  var seed: UInt64
  var plans: [PlanSpec]
  var catalog: Catalog
  var policy: Policy
  /// Asked before each request; nil: calls go where the policy says.
  var classifier: Classifier?
  /// Answers that have sold before, and are given again; nil: none are kept.
  var knowledge: KnowledgeBase?
  /// Fallback chain by tier, aliases resolved.
  var chains: [String: [ModelID]] = [:]
  /// Regions tried in order; a model that is not listed has one target without a region.
  var regions: [ModelID: [String]] = [:]
  /// Where targets are sick, slow or limited. Indexed by `ModelID.index`.
  var behaviours: [TargetBehaviour]
  var outages: [Outage] = []
  var retry = RetrySettings()
  var billFailures = FailureBilling.none
  var cache = CacheSettings()
  var budget: Budget?
  /// Shown beside dollars; nil: dollars alone.
  var currency: Currency?
  var alerts: [RollingAlert] = []
  /// What `check` fails on, in file order.
  var thresholds: [Threshold] = []
  var users = UserPopulation()
  var workloads: [Workload]
  /// Tables that are written where they are asked for.
  var tables: [ExtraTable] = []
  /// Numbers of hours over which performance_hours.csv looks back, ascending; empty: it is not written.
  var performanceHours: [Int] = []
  /// A/B tests; a workload takes part in one at most.
  var experiments: [Experiment] = []
  /// For logged traffic.
  var replay = ReplaySettings()
  var forecast: ForecastSpec?
  /// The file's own, beside the standard ones or in their place.
  var levers: [Lever] = []
  var shocks: [Shock] = []
  var capacities: [Capacity] = []
  /// nil: the standard rules.
  var selection: SelectionRules?
  /// What the documents do not give and the file assumes, with the reason, in file order.
  var assumptions: [Assumption] = []
  /// Figures that a budget document publishes, to be shown beside the simulated ones.
  var published: [PublishedPlan] = []
  /// Another catalog whose prices the report compares with.
  var compared: ComparedCatalog?
  /// Files read for this scenario (itself first), for `run.json`.
  var inputs: [InputFile] = []
  /// The numbers of which the file says how well it knows them.
  var ranges: [ScenarioInput] = []
  /// Prices of models that calls can reach which no call is billed by; empty in a replay.
  var unbilled: [UnbilledPrices] = []
}

extension Scenario {
  /// Every kind of call, in the order of the file.
  var variants: [Variant] {
    workloads.flatMap(\.stages).flatMap(\.calls).flatMap(\.mix)
  }

  /// Whether actions.csv is written.
  var labelsCalls: Bool {
    variants.contains {
      $0.attributes[.action] != nil || $0.attributes[.segment] != nil || $0.msgs != 1
    }
  }

  /// Whether quality.csv is written.
  var tellsQuality: Bool {
    tables.contains(.quality) || variants.contains { $0.quality.isStated }
      || thresholds.contains { $0.metric.quality != nil }
      || alerts.contains(where: \.metric.needsTally)
  }

  /// Whether it says what conversions or users bring.
  var statesReturn: Bool {
    !users.subscriptions.isEmpty || variants.contains { $0.conversionValue != nil }
  }
}

/// A table that costs time and memory, and is written only where the scenario asks for it.
enum ExtraTable: String, CaseIterable, Sendable {
  case accountMonths = "account_months"
  case quality
}

/// One column of the scaling plan: so many users.
struct PlanSpec: Hashable, Sendable {
  /// `users-1000` unless the file names it.
  var name: String
  var users: Int
  /// A replayed log under one policy, which is its name.
  var isPolicy = false
}

/// A file that a result depends on, with its FNV-1a 64 content hash.
struct InputFile: Hashable, Sendable {
  var path: String
  var hash: UInt64
}

/// How every target (region) of one model behaves.
struct TargetBehaviour: Sendable {
  var quota = QuotaLimits()
  /// nil: no breaker.
  var breaker: BreakerSettings?
  /// Microseconds from start to outcome.
  var latency: Distribution
  /// Longer attempts fail after exactly this long; nil: none.
  var timeout: SimDuration?
  /// Chance that an attempt fails.
  var failureRate = 0.0
  /// The provider's prompt cache; nil: it has none.
  var promptCache: PromptCacheSettings?
  /// Share of an attempt's latency after which the first token of its answer comes; nil: answers are not
  /// streamed.
  var firstToken: Double?
}

/// Attempts that start in `from ..< to` fail with probability `rate`.
struct Outage: Hashable, Sendable {
  var model: ModelID
  /// nil: every region.
  var region: String?
  var from: SimTime
  var to: SimTime
  var rate: Double

  func strikes(_ model: ModelID, _ region: String?) -> Bool {
    self.model == model && (self.region == nil || self.region == region)
  }
}

/// A failed target is tried again after min(cap, base·2^k), at most `max` times.
struct RetrySettings: Hashable, Sendable {
  var max = 0
  var base = SimDuration.zero
  var cap = SimDuration.zero
}

/// What a failed attempt costs.
enum FailureBilling: String, CaseIterable, Sendable {
  case none, input, all
}

/// The response cache.
struct CacheSettings: Sendable {
  enum Mode: String, CaseIterable, Sendable { case off, rate, keyed }
  enum Scope: String, CaseIterable, Sendable { case user, global }

  struct Class: Hashable, Sendable {
    var ttl: SimDuration
    /// Used in `rate` mode; in `keyed` mode it is a claim to compare with.
    var hitRate: Double?
  }

  var mode = Mode.off
  var scope = Scope.user
  var latency = SimDuration(microseconds: 5_000)
  var classes: [String: Class] = [:]
  /// For calls of no class or of one that is not listed; nil: off.
  var defaultClass: Class?
  /// When everything is thrown away, ascending.
  var flushes: [SimTime] = []

  /// The settings for calls of that class; nil: the cache is off for them.
  func settings(for name: String?) -> Class? {
    name.flatMap { classes[$0] } ?? defaultClass
  }

  /// What the class of such calls is called in tables: itself if it is listed.
  func shownName(_ name: String?) -> String {
    name.flatMap { classes[$0] == nil ? nil : $0 } ?? Self.defaultName
  }

  static let defaultName = "default"

  /// Names of the classes that calls may belong to.
  var shownNames: [String] {
    classes.keys.sorted() + (defaultClass == nil ? [] : [Self.defaultName])
  }
}

/// A monthly budget and the lines that tell when it is being used up.
struct Budget: Sendable {
  struct Threshold: Hashable, Sendable {
    enum Kind: String, CaseIterable, Sendable { case actual, forecast }

    /// `rule` in alerts.csv, for example `budget-75%`.
    var name: String
    var kind: Kind
    var amount: MoneySum
    var severity: Severity
    var message: String
    /// Percent of the budget, where the line is stated so.
    var percent: ExactDecimal?
  }

  var amount: MoneySum
  var thresholds: [Threshold]
  /// What the thresholds do beyond telling, in file order.
  var actions: [BudgetAction] = []
  /// How often the provider looks at spending; nil: at every call.
  var evaluateEvery: SimDuration?
  /// How old the figures are that it then sees.
  var dataLag = SimDuration.zero
}

enum Severity: String, CaseIterable, Sendable { case low, medium, high, critical }
enum AlertType: String, CaseIterable, Sendable { case cost, performance, quality, error }

/// An alert on the calls whose last outcome lies in the last `window`, judged every minute.
struct RollingAlert: Sendable {
  enum Metric: Hashable, Sendable {
    /// Of ok calls, hits included, in milliseconds; the percentile is 0 < p ≤ 100.
    case latency(percentile: Double)
    case errorRate, cacheHitRate
    /// What is told of answers: shares, or milliseconds of response time.
    case quality(QualityMetric)
    /// Timeouts as a share of attempts.
    case timeoutShare
    /// What each account has spent in the month, in dollars; judged at every outcome.
    case accountMonthCost

    /// Whether it is counted from what quality.csv is counted from; opinions are told with the answer.
    var needsTally: Bool {
      guard case .quality(let metric) = self else { return false }
      return !metric.isOpinion
    }
  }
  enum Comparison: String, Sendable {
    case above = ">"
    case below = "<"
  }

  var name: String
  var type: AlertType
  var severity: Severity
  var metric: Metric
  var comparison: Comparison
  /// Milliseconds for latency, a fraction for rates, dollars for spending.
  var threshold: Double
  /// Of spending, exactly.
  var limit = MoneySum.zero
  var window: SimDuration
  var minSamples = 20
  var message: String
  /// What the documents say the threshold is, where that differs from what they test.
  var statedThreshold: Double?
}

/// What a budget document claims of one plan.
struct PublishedPlan: Sendable {
  struct Row: Sendable {
    var label: String
    /// Models that the row covers; empty: everything not covered by another row.
    var models: [ModelID]
    var cost: MoneySum
  }

  var users: Int
  var total: MoneySum
  var rows: [Row]
  /// Where it is published: document and line.
  var source: String
}
