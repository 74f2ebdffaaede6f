import CostModel

/// What closed forms say of one plan, without simulating (docs/validation.md).
struct Expectation: Sendable {
  /// Something that the closed form only approximates, or a reason why a simulation may differ.
  struct Approximation: Hashable, Sendable {
    /// What it concerns, for example `deepseek-v3 quota`.
    var part: String
    var reason: String
    /// Whether the closed form does not know of it at all, so that bills and chances may be wrong by
    /// more than chance; else it is only approximate.
    var isLeftOut = false
    /// Whether it knows of it, but may be off by more than is passed over
    /// (`AttentionLimits.approximateBill`).
    var movesBill = false
    /// Whether chances and percentiles are off by it, though bills are not far off.
    var hidesChance = false

    /// Whether nothing that the closed form says is to be told without it.
    var isTold: Bool { isLeftOut || movesBill }
  }
  struct ModelCost: Sendable {
    var model: String
    var calls: Double
    var cost: Double
  }
  /// The class's claimed hit rate beside what these users, this traffic and this TTL allow.
  struct CacheBound: Sendable {
    var name: String
    var ttl: SimDuration
    /// nil: the scenario states none.
    var claimed: Double?
    /// The hit rate if all of a user's (or everybody's, in global scope) prompts were the same.
    var attainable: Double
    /// Look-ups a month.
    var lookups: Double
  }
  /// One limit of one target against the load that the plan offers to it.
  struct QuotaLoad: Sendable {
    var target: String
    /// `requests/min`, `tokens/min`, `concurrent jobs` or `audio hours/day`.
    var limit: String
    var allowed: Double
    /// Mean over the period, and in the busiest hour (docs/semantics.md, "Tables"); of audio a day, on
    /// the busiest day.
    var offeredMean: Double
    var offeredBusiestHour: Double
    /// Users at which the mean, or the busiest hour, reaches the limit, all else in proportion.
    var saturatesAtUsersMean: Double
    var saturatesAtUsersBusiestHour: Double
    /// When the busiest hour begins; nil: every hour is alike, or it is a day.
    var busiestHour: SimTime?

    /// Share of the limit that is asked for in the busiest hour.
    var busiestShare: Double { offeredBusiestHour / allowed }
  }

  /// Of a bill, in dollars.
  struct Percentiles: Hashable, Sendable {
    var p05: Double
    var p50: Double
    var p95: Double
  }

  /// One variant of an experiment.
  struct Arm: Sendable {
    /// Dollars in the whole period.
    var cost: Double
    var calls: Double
    /// Of the answered calls that may convert, or are rated; nil without any.
    var conversion: Double?
    var satisfaction: Double?
  }

  /// When the expected cost of the first budget month passes an amount.
  struct Crossing: Hashable, Sendable {
    /// The threshold's name, or `budget`.
    var rule: String
    var amount: MoneySum
    /// nil: not within the month.
    var at: SimTime?
  }

  /// Dollars in the whole period.
  var cost: Double
  /// Dollars squared, of the whole period: what chance does, inputs as given.
  var variance: Double
  var byModel: [ModelCost] = []
  var approximations: [Approximation] = []
  /// Chance that a month goes over the budget, and that any month of the period does: by the chance
  /// of the month and over the ranges of the inputs. nil without a budget, or where the closed form
  /// does not tell.
  var overBudgetProbability: Double?
  var anyMonthOverBudgetProbability: Double?
  /// The bill that such periods stay within in 5, 50 and 95 % of cases, likewise; nil where the closed
  /// form does not tell.
  var percentiles: Percentiles?
  /// Dollars of the period in the mean over the ranges of the inputs; nil where none has a range.
  var meanOverRanges: Double?
  /// Why the closed form tells no chances and percentiles; nil: it does.
  var whyNoChance: String?
  /// The budget, then its `actual` thresholds in their order; empty without a budget.
  var crossings: [Crossing] = []
  var cacheBounds: [CacheBound] = []
  var quotaLoads: [QuotaLoad] = []
  /// nil where the scenario states no values, or where the budget acts.
  var returns: ExpectedReturn?
  /// By experiment, then variant.
  var experiments: [[Arm]] = []

  /// Nothing is expected of a log: it is what it is.
  static let none = Expectation(cost: .nan, variance: .nan)

  var standardError: Double { variance.squareRoot() }

  /// What the closed form leaves out of this plan, or approximates so that the bill moves: nothing that
  /// it says of costs and chances is to be told without it.
  var leftOut: [Approximation] { approximations.filter(\.isTold) }

  /// Whether chance explains a simulated cost of the whole period: 5 standard errors, and the
  /// rounding of doubles, which is all there is where nothing is drawn.
  func explains(_ simulated: MoneySum) -> Bool {
    (simulated.dollars - cost).magnitude <= 5 * standardError + 1e-9 * cost.magnitude + 1e-9
  }
}
