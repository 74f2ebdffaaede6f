import CostModel
import Support

/// Everything that a scenario file says, checked, with models as dense ids.
///
/// Plain values: the reader makes it, the engine, the closed forms and the reports read it.
package struct Scenario: Sendable {
  package var name: String
  /// One line for people; empty if the file gives none.
  package var title = ""
  package var period: Period
  package var seed: UInt64
  package var plans: [PlanSpec]
  package var catalog: Catalog
  package var policy: Policy
  /// Asked before each request; nil: calls go where the policy says.
  package var classifier: Classifier?
  /// Answers that have sold before, and are given again; nil: none are kept.
  package var knowledge: KnowledgeBase?
  /// Fallback chain by tier, aliases resolved.
  package var chains: [String: [ModelID]] = [:]
  /// Regions tried in order; a model that is not listed has one target without a region.
  package var regions: [ModelID: [String]] = [:]
  /// Where targets are sick, slow or limited. Indexed by `ModelID.index`.
  package var behaviours: [TargetBehaviour]
  package var outages: [Outage] = []
  package var retry = RetrySettings()
  package var billFailures = FailureBilling.none
  package var cache = CacheSettings()
  package var budget: Budget?
  /// Shown beside dollars; nil: dollars alone.
  package var currency: Currency?
  package var alerts: [RollingAlert] = []
  /// What `check` fails on, in file order.
  package var thresholds: [Threshold] = []
  package var users = UserPopulation()
  package var workloads: [Workload]
  /// Tables that are written where they are asked for.
  package var tables: [ExtraTable] = []
  /// The hours of a week, the most that one view may look back.
  package static let longestWindow: Int64 = 168
  /// Numbers of hours over which performance_hours.csv looks back, ascending; empty: it is not written.
  package var performanceHours: [Int] = []
  /// A/B tests; a workload takes part in one at most.
  package var experiments: [Experiment] = []
  /// For logged traffic.
  package var replay = ReplaySettings()
  package var forecast: ForecastSpec?
  /// The file's own, beside the standard ones or in their place.
  package var levers: [Lever] = []
  package var shocks: [Shock] = []
  package var capacities: [Capacity] = []
  /// nil: the standard rules.
  package var selection: SelectionRules?
  /// What the documents do not give and the file assumes, with the reason, in file order.
  package var assumptions: [Assumption] = []
  /// Figures that a budget document publishes, to be shown beside the simulated ones.
  package var published: [PublishedPlan] = []
  /// Another catalog whose prices the report compares with.
  package var compared: ComparedCatalog?
  /// Files read for this scenario (itself first), for `run.json`.
  package var inputs: [InputFile] = []
  /// The numbers of which the file says how well it knows them.
  package var ranges: [ScenarioInput] = []
  /// Prices of models that calls can reach which no call is billed by; empty in a replay.
  package var unbilled: [UnbilledPrices] = []
  /// Of a replayed log: which of `BillingDimension.metered` it has columns for.
  package var loggedQuantities: [BillingDimension] = []
}

extension Scenario {
  /// Every kind of call, in the order of the file.
  package var variants: [Variant] {
    workloads.flatMap(\.stages).flatMap(\.calls).flatMap(\.mix)
  }

  /// Whether some call's prompt is said to come back.
  package var repeatsPrompts: Bool {
    variants.contains { if case .pool = $0.prompts { true } else { false } }
  }

  /// Whether the runs of some workload are limited.
  package var limitsRuns: Bool { workloads.contains { $0.runLimit != nil } }

  /// Whether actions.csv is written.
  package var labelsCalls: Bool {
    variants.contains {
      $0.attributes[.action] != nil || $0.attributes[.segment] != nil || $0.msgs != 1
    }
  }

  /// Whether quality.csv is written.
  package var tellsQuality: Bool {
    tables.contains(.quality) || variants.contains { $0.quality.isStated }
      || thresholds.contains { $0.metric.quality != nil }
      || alerts.contains { !($0.metric.quality?.isOpinion ?? true) }
  }

  /// Whether it says what conversions or users bring.
  package var statesReturn: Bool {
    !users.subscriptions.isEmpty || variants.contains { $0.conversionValue != nil }
  }
}

/// A table that costs time and memory, and is written only where the scenario asks for it.
package enum ExtraTable: String, CaseIterable, Sendable {
  case accountMonths = "account_months"
  case quality
}

/// One column of the scaling plan: so many users.
package struct PlanSpec: Hashable, Sendable {
  /// `users-1000` unless the file names it.
  package var name: String
  package var users: Int
  /// A replayed log under one policy, which is its name.
  package var isPolicy = false

  package init(name: String, users: Int, isPolicy: Bool = false) {
    self.name = name
    self.users = users
    self.isPolicy = isPolicy
  }
}

/// A file that a result depends on, with its FNV-1a 64 content hash.
package struct InputFile: Hashable, Sendable {
  package var path: String
  package var hash: UInt64

  package init(path: String, hash: UInt64) {
    self.path = path
    self.hash = hash
  }
}

/// How every target (region) of one model behaves.
package struct TargetBehaviour: Sendable {
  package var quota = QuotaLimits()
  /// nil: no breaker.
  package var breaker: BreakerSettings?
  /// Microseconds from start to outcome.
  package var latency: Distribution
  /// What an attempt takes longer for each second of its call's audio, as it is stated.
  package var latencyPerAudioSecond = SimDuration.zero
  /// Longer attempts fail after exactly this long; nil: none.
  package var timeout: SimDuration?
  /// Chance that an attempt fails.
  package var failureRate = 0.0
  /// The provider's prompt cache; nil: it has none.
  package var promptCache: PromptCacheSettings?
  /// Tokens of the context window that a conversation's prompt must leave free; nil: the `max_tokens`
  /// that its workload states.
  package var reserve: Int64?
  /// Whether it takes calls of any size, whatever its model's context window is.
  package var takesAnySize = false
  /// Share of an attempt's latency after which the first token of its answer comes; nil: answers are not
  /// streamed.
  package var firstToken: Double?
}

/// Attempts that start in `from ..< to` fail with probability `rate`.
package struct Outage: Hashable, Sendable {
  package var model: ModelID
  /// nil: every region.
  package var region: String?
  package var from: SimTime
  package var to: SimTime
  package var rate: Double

  package func strikes(_ model: ModelID, _ region: String?) -> Bool {
    self.model == model && (self.region == nil || self.region == region)
  }
}

/// A failed target is tried again after min(cap, base·2^k), at most `max` times.
package struct RetrySettings: Hashable, Sendable {
  package var max = 0
  package var base = SimDuration.zero
  package var cap = SimDuration.zero
}

/// What a failed attempt costs.
package enum FailureBilling: String, CaseIterable, Sendable {
  case none, input, all
}

/// The response cache.
package struct CacheSettings: Sendable {
  package enum Mode: String, CaseIterable, BitwiseCopyable, Sendable { case off, rate, keyed }
  package enum Scope: String, CaseIterable, Sendable { case user, global }

  package struct Class: Hashable, Sendable {
    package var ttl: SimDuration
    /// Used in `rate` mode; in `keyed` mode it is a claim to compare with.
    package var hitRate: Double?
  }

  package var mode = Mode.off
  package var scope = Scope.user
  package var latency = SimDuration(microseconds: 5_000)
  package var classes: [String: Class] = [:]
  /// For calls of no class or of one that is not listed; nil: off.
  package var defaultClass: Class?
  /// When everything is thrown away, ascending.
  package var flushes: [SimTime] = []

  /// The settings for calls of that class; nil: the cache is off for them.
  package func settings(for name: String?) -> Class? {
    name.flatMap { classes[$0] } ?? defaultClass
  }

  /// What the class of such calls is called in tables: itself if it is listed.
  package func shownName(_ name: String?) -> String {
    name.flatMap { classes[$0] == nil ? nil : $0 } ?? Self.defaultName
  }

  package static let defaultName = "default"

  /// Names of the classes that calls may belong to.
  package var shownNames: [String] {
    classes.keys.sorted() + (defaultClass == nil ? [] : [Self.defaultName])
  }
}

/// A monthly budget and the lines that tell when it is being used up.
package struct Budget: Sendable {
  package struct Threshold: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case actual, forecast }

    /// `rule` in alerts.csv, for example `budget-75%`.
    package var name: String
    package var kind: Kind
    package var amount: MoneySum
    package var severity: Severity
    package var message: String
    /// Percent of the budget, where the line is stated so.
    package var percent: ExactDecimal?
  }

  package var amount: MoneySum
  package var thresholds: [Threshold]
  /// What the thresholds do beyond telling, in file order.
  package var actions: [BudgetAction] = []
  /// How often the provider looks at spending; nil: at every call.
  package var evaluateEvery: SimDuration?
  /// How old the figures are that it then sees.
  package var dataLag = SimDuration.zero

  package init(
    amount: MoneySum, thresholds: [Threshold], actions: [BudgetAction] = [],
    evaluateEvery: SimDuration? = nil, dataLag: SimDuration = SimDuration.zero
  ) {
    self.amount = amount
    self.thresholds = thresholds
    self.actions = actions
    self.evaluateEvery = evaluateEvery
    self.dataLag = dataLag
  }
}

package enum Severity: String, CaseIterable, Sendable { case low, medium, high, critical }
package enum AlertType: String, CaseIterable, Sendable { case cost, performance, quality, error }

/// What a budget document claims of one plan.
package struct PublishedPlan: Sendable {
  package struct Row: Sendable {
    package var label: String
    /// Models that the row covers; empty: everything not covered by another row.
    package var models: [ModelID]
    package var cost: MoneySum
  }

  package var users: Int
  package var total: MoneySum
  package var rows: [Row]
  /// Where it is published: document and line.
  package var source: String
}
