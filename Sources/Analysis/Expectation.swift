import CostModel

/// What closed forms say of one plan, without simulating (docs/validation.md).
package struct Expectation: Sendable {
  /// Something that the closed form only approximates, or a reason why a simulation may differ.
  package struct Approximation: Hashable, Sendable {
    /// What it concerns, for example `deepseek-v3 quota`.
    package var part: String
    package var reason: String
    /// Whether the closed form does not know of it at all, so that bills and chances may be wrong by
    /// more than chance; else it is only approximate.
    package var isLeftOut = false
    /// Whether it knows of it, but may be off by more than is passed over
    /// (`AttentionLimits.approximateBill`).
    package var movesBill = false
    /// Whether chances and percentiles are off by it, though bills are not far off.
    package var hidesChance = false

    package init(
      part: String, reason: String, isLeftOut: Bool = false, movesBill: Bool = false,
      hidesChance: Bool = false
    ) {
      self.part = part
      self.reason = reason
      self.isLeftOut = isLeftOut
      self.movesBill = movesBill
      self.hidesChance = hidesChance
    }

    /// Whether nothing that the closed form says is to be told without it.
    package var isTold: Bool { isLeftOut || movesBill }
  }
  package struct ModelCost: Sendable {
    package var model: String
    package var calls: Double
    package var cost: Double
  }
  /// What calls of a use case cost at a model.
  package struct UseCost: Sendable {
    /// nil: a fixed price.
    package var useCase: String?
    package var model: String
    /// Dollars in the whole period.
    package var cost: Double

    package init(useCase: String?, model: String, cost: Double) {
      (self.useCase, self.model, self.cost) = (useCase, model, cost)
    }
  }
  /// The class's claimed hit rate beside what these users, this traffic and this TTL allow.
  package struct CacheBound: Sendable {
    package var name: String
    package var ttl: SimDuration
    /// nil: the scenario states none.
    package var claimed: Double?
    /// The hit rate if all of a user's (or everybody's, in global scope) prompts were the same.
    package var attainable: Double
    /// Look-ups a month.
    package var lookups: Double
  }
  /// One limit of one target against the load that the plan offers to it.
  package struct QuotaLoad: Sendable {
    package var target: String
    /// `requests/min`, `tokens/min`, `concurrent jobs` or `audio hours/day`.
    package var limit: String
    package var allowed: Double
    /// Mean over the period, and in the busiest hour (docs/semantics.md, "Tables"); of audio a day, on
    /// the busiest day.
    package var offeredMean: Double
    package var offeredBusiestHour: Double
    /// Users at which the mean, or the busiest hour, reaches the limit, all else in proportion.
    package var saturatesAtUsersMean: Double
    package var saturatesAtUsersBusiestHour: Double
    /// When the busiest hour begins; nil: every hour is alike, or it is a day.
    package var busiestHour: SimTime?

    /// Share of the limit that is asked for in the busiest hour.
    package var busiestShare: Double { offeredBusiestHour / allowed }
  }

  /// Of a bill, in dollars.
  package struct Percentiles: Hashable, Sendable {
    package var p05: Double
    package var p50: Double
    package var p95: Double

    package init(p05: Double, p50: Double, p95: Double) {
      self.p05 = p05
      self.p50 = p50
      self.p95 = p95
    }
  }

  /// One variant of an experiment.
  package struct Arm: Sendable {
    /// Dollars in the whole period.
    package var cost: Double
    package var calls: Double
    /// Of the answered calls that may convert, or are rated; nil without any.
    package var conversion: Double?
    package var satisfaction: Double?
  }

  /// When the expected cost of the first budget month passes an amount.
  package struct Crossing: Hashable, Sendable {
    /// The threshold's name, or `budget`.
    package var rule: String
    package var amount: MoneySum
    /// nil: not within the month.
    package var at: SimTime?
  }

  /// Dollars in the whole period.
  package var cost: Double
  /// Dollars squared, of the whole period: what chance does, inputs as given.
  package var variance: Double
  package var byModel: [ModelCost] = []
  package var byUse: [UseCost] = []
  /// The bill as products; nil where no formula tells it.
  package var arithmetic: BillArithmetic?
  package var approximations: [Approximation] = []
  /// Chance that a month goes over the budget, and that any month of the period does: by the chance
  /// of the month and over the ranges of the inputs. nil without a budget, or where the closed form
  /// does not tell.
  package var overBudgetProbability: Double?
  package var anyMonthOverBudgetProbability: Double?
  /// The bill that such periods stay within in 5, 50 and 95 % of cases, likewise; nil where the closed
  /// form does not tell.
  package var percentiles: Percentiles?
  /// Dollars of the period in the mean over the ranges of the inputs; nil where none has a range.
  package var meanOverRanges: Double?
  /// Why the closed form tells no chances and percentiles; nil: it does.
  package var whyNoChance: String?
  /// The budget, then its `actual` thresholds in their order; empty without a budget.
  package var crossings: [Crossing] = []
  package var cacheBounds: [CacheBound] = []
  package var quotaLoads: [QuotaLoad] = []
  /// nil where the scenario states no values, or where the budget acts.
  package var returns: ExpectedReturn?
  /// By experiment, then variant.
  package var experiments: [[Arm]] = []
  /// Share of the input that is read from providers' caches, by row of caching.csv; nothing where that is
  /// not known.
  package var readShares: [ReadShareKey: Double] = [:]

  /// Share of all input tokens that is read from providers' caches; nil where that is not known, or no
  /// model that calls are routed to has one.
  package var readShare: Double?

  /// A row of caching.csv.
  package struct ReadShareKey: Hashable, Sendable {
    package var workload: String
    /// `answer`, `tool` or `compaction` of a conversation; `call` in other workloads.
    package var kind: String
    /// With its region where it has several.
    package var model: String

    package init(workload: String, kind: String, model: String) {
      (self.workload, self.kind, self.model) = (workload, kind, model)
    }
  }

  package init(
    cost: Double, variance: Double, byModel: [ModelCost] = [], approximations: [Approximation] = [],
    overBudgetProbability: Double? = nil, anyMonthOverBudgetProbability: Double? = nil,
    percentiles: Percentiles? = nil, meanOverRanges: Double? = nil, whyNoChance: String? = nil,
    crossings: [Crossing] = [], cacheBounds: [CacheBound] = [], quotaLoads: [QuotaLoad] = [],
    returns: ExpectedReturn? = nil, experiments: [[Arm]] = []
  ) {
    self.cost = cost
    self.variance = variance
    self.byModel = byModel
    self.approximations = approximations
    self.overBudgetProbability = overBudgetProbability
    self.anyMonthOverBudgetProbability = anyMonthOverBudgetProbability
    self.percentiles = percentiles
    self.meanOverRanges = meanOverRanges
    self.whyNoChance = whyNoChance
    self.crossings = crossings
    self.cacheBounds = cacheBounds
    self.quotaLoads = quotaLoads
    self.returns = returns
    self.experiments = experiments
  }

  /// Nothing is expected of a log: it is what it is.
  package static let none = Expectation(cost: .nan, variance: .nan)

  package var standardError: Double { variance.squareRoot() }

  /// What the closed form leaves out of this plan, or approximates so that the bill moves: nothing that
  /// it says of costs and chances is to be told without it.
  package var leftOut: [Approximation] { approximations.filter(\.isTold) }

  /// Whether chance explains a simulated cost of the whole period: 5 standard errors, and the
  /// rounding of doubles, which is all there is where nothing is drawn.
  package func explains(_ simulated: MoneySum) -> Bool {
    (simulated.dollars - cost).magnitude <= 5 * standardError + 1e-9 * cost.magnitude + 1e-9
  }
}
