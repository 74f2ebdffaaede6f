import CostModel

/// What the simulation of one plan (one number of users, one run) found. Exact integers.
struct PlanResult: Sendable {
  var plan: PlanSpec
  /// Run number from 1; each draws with its own seed.
  var run: Int
  var calls: Int64 = 0
  var billedCalls: Int64 = 0
  var failedCalls: Int64 = 0
  var cacheHits: Int64 = 0
  var cacheMisses: Int64 = 0
  var cost = MoneySum.zero
  /// Of ok calls, hits included.
  var latency = LatencyHistogram()
  /// The longest wait of an attempt.
  var queueMax = SimDuration.zero
  /// Non-empty cells by (use case, model row, tier), in that order of names.
  var costs: [CostCell] = []
  /// The same by action and segment as well; empty where calls state neither, nor messages.
  var labelled: [CostCell] = []
  /// By account, month and model, where `tables` asks for it.
  var accountMonths: [AccountMonthCell] = []
  /// What is told of answers, where anything is.
  var quality: [QualityCell] = []
  /// Where `performance_hours` asks for them, by time, number of hours and model.
  var hours: [HourCell] = []
  /// Every day × model row with calls or cost, by date then row.
  var days: [DayCell] = []
  /// Every user, by number, then the cost of no account if there is any.
  var accounts: [AccountCell] = []
  /// One a target, in catalog order.
  var performance: [TargetPerformance] = []
  /// By time, then order of happening.
  var alerts: [AlertEvent] = []
  /// One a budget month.
  var budgetMonths: [BudgetMonth] = []
  /// What the budget's actions did, by month, action and use case; empty where nothing was done.
  var enforcements: [EnforcementCell] = []
  /// In the scenario's order.
  var experiments: [ExperimentResult] = []
  /// Flow latencies by workload, for workloads of several stages.
  var flows: [FlowResult] = []
  var cacheClasses: [CacheClassResult] = []
  /// What conversions brought, by use case and account plan; empty where no value is stated.
  var returns: [ReturnCell] = []
}

struct CostCell: Sendable {
  /// nil: a fixed price, which belongs to no use case.
  var useCase: String?
  /// Model, or `model@region`.
  var model: String
  var provider: String
  var tier: String
  /// What calls say of themselves; nil in `PlanResult.costs`.
  var action: String?
  var segment: String?
  /// Messages that the calls were for.
  var msgs: Int64 = 0
  var calls: Int64 = 0
  var cacheHits: Int64 = 0
  var attempts: Int64 = 0
  var failures: Int64 = 0
  var inputTokens: Int64 = 0
  var cachedInputTokens: Int64 = 0
  /// Reasoning included.
  var outputTokens: Int64 = 0
  var reasoningTokens: Int64 = 0
  var audio = SimDuration.zero
  var inputCost = MoneySum.zero
  var outputCost = MoneySum.zero
  var otherCost = MoneySum.zero

  var cost: MoneySum { inputCost + outputCost + otherCost }
}

struct DayCell: Sendable {
  var date: CivilDate
  var model: String
  var calls: Int64
  var cost: MoneySum
}

struct AccountCell: Sendable {
  /// User number from 1; nil: fixed prices, which belong to no account.
  var user: Int?
  /// As a log names it; nil: it is known by its number.
  var name: String?
  var accountPlan: String?
  var calls: Int64
  var cost: MoneySum
}

/// What one account's calls of a month have cost at one model.
struct AccountMonthCell: Sendable {
  var account: AccountCell
  var month: Period.Span
  var model: String
  var calls: Int64
  var cost: MoneySum
}

/// What the last hours were like at one model.
struct HourCell: Sendable {
  /// As in costs.csv; nil: all models together.
  var model: String?
  var sample: HourWatch.Sample
}

/// One target as its quota and breaker saw it.
struct TargetPerformance: Sendable {
  var model: String
  var calls: Int64 = 0
  /// Calls answered here that were routed elsewhere.
  var fallbackCalls: Int64 = 0
  /// Calls answered here that would have been answered in an earlier region of their model, had that
  /// neither failed nor been skipped.
  var otherRegionCalls: Int64 = 0
  var breakerTrips: Int64 = 0
  /// Attempts skipped because they would have waited too long.
  var throttledCalls: Int64 = 0
  /// Calls that its context window does not hold: refused, or attempts whose input was cut by so many
  /// tokens.
  var tooLongCalls: Int64 = 0
  var cutAttempts: Int64 = 0
  var cutTokens: Int64 = 0
  /// Attempts that waited.
  var queuedCalls: Int64 = 0
  var attempts: Int64 = 0
  var failures: Int64 = 0
  /// Failures that were timeouts.
  var timeouts: Int64 = 0
  var tokens: Int64 = 0
  /// Of all attempts, and fixed prices.
  var cost = MoneySum.zero
  var billedTokens: Int64 = 0
  /// Look-ups in the response cache of calls that were routed to the model, in whichever region.
  var cacheHits: Int64 = 0
  var cacheMisses: Int64 = 0
  var offeredRequests: Int64 = 0
  var offeredTokens: Int64 = 0
  var requestsPerMinutePeak: Int64 = 0
  var tokensPerMinutePeak: Int64 = 0
  var requestsPerMinuteMean = 0.0
  var tokensPerMinuteMean = 0.0
  /// Highest share of a per-minute limit used in a UTC minute; nil without limits.
  var quotaUtilisationPeak: Double?
  var hours = HourLoads()
  /// Waiting time of attempts.
  var queue = LatencyHistogram()
  /// Waiting + latency of successful attempts.
  var latency = LatencyHistogram()
  /// Mean offered requests or tokens a minute reach the limit.
  var saturated = false
}

struct AlertEvent: Sendable {
  enum State: String, Sendable { case fired, cleared }

  var at: SimTime
  /// What people file it under; it says nothing about what was measured.
  var type: AlertType
  /// What a rolling alert measures; nil: spending, against a line of the budget.
  var metric: RollingAlert.Metric?
  /// Whose spending it is, where an alert watches that of each account.
  var account: String?
  var severity: Severity
  var rule: String
  var state: State
  /// In the unit of the metric; dollars for a line of the budget.
  var value: Double
  var threshold: Double
  var message: String
}

extension AlertEvent {
  /// Whether it tells that spending, or its forecast, crosses a line of the budget.
  var isOfBudget: Bool { metric == nil }

  /// Whether it looks at recent calls, and comes and goes.
  var isRolling: Bool { metric != nil && metric != .accountMonthCost }
}

/// How one month's budget went.
struct BudgetMonth: Sendable {
  var month: Period.Span
  var cost: MoneySum
  /// When the whole budget was crossed.
  var crossedAt: SimTime?
  /// By threshold: when it was crossed, when an alert could have told, what was spent between.
  var lines: [Line] = []

  struct Line: Sendable {
    var rule: String
    var amount: MoneySum
    var crossedAt: SimTime?
    var alertedAt: SimTime?
    var spentBetween = MoneySum.zero
  }
}

/// What one of the budget's actions did to the calls of one use case in one month.
struct EnforcementCell: Sendable {
  var month: Period.Span
  /// Name of the budget's line.
  var rule: String
  var action: String
  /// From when on in the month.
  var since: SimTime
  var useCase: String
  var refused: Int64
  /// Calls sent to another model or tier.
  var moved: Int64
  /// Whose calls these were: so many of each user, from 0.
  var accounts: [UInt32: Int64]
}

/// What the conversions of one use case brought from the users of one account plan.
struct ReturnCell: Sendable {
  var useCase: String
  /// nil: the scenario has none.
  var accountPlan: String?
  /// Answered calls that may convert, response-cache hits included.
  var answered: Int64 = 0
  var conversions: Int64 = 0
  var revenue = MoneySum.zero
  /// What it would be if every one of those calls converted.
  var potential = MoneySum.zero

  mutating func add(_ answered: Int64, _ conversions: Int64, value: MoneySum) {
    self.answered += answered
    self.conversions += conversions
    revenue += MoneySum(picodollars: value.picodollars * Int128(conversions))
    potential += MoneySum(picodollars: value.picodollars * Int128(answered))
  }
}

struct FlowResult: Sendable {
  var workload: String
  /// Of flows that give up: what they are told.
  var givesUpWith: String?
  var started: Int64 = 0
  var completed: Int64 = 0
  var failed: Int64 = 0
  /// A tool was called in the last round: ended in an error, though no call failed.
  var gaveUp: Int64 = 0
  /// Rounds after the first, which tools have forced.
  var furtherRounds: Int64 = 0
  /// Of completed ones.
  var latency = LatencyHistogram()
}

/// Response-cache look-ups of one class (nil: the default).
struct CacheClassResult: Sendable {
  var name: String?
  var hits: Int64
  var misses: Int64
}
