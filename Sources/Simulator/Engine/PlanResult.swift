import CostModel
import Scenarios
import Support

/// What the simulation of one plan (one number of users, one run) found. Exact integers.
package struct PlanResult: Sendable {
  package var plan: PlanSpec
  /// Run number from 1; each draws with its own seed.
  package var run: Int
  package var calls: Int64 = 0
  package var billedCalls: Int64 = 0
  package var failedCalls: Int64 = 0
  /// Answered from the knowledge base, or with its help by a smaller prompt; and conversions that it
  /// knows at the end.
  package var knownCalls: Int64 = 0
  package var knownConversions: Int64 = 0
  /// Requests for which a classifier named a wrong model.
  package var misroutedCalls: Int64 = 0
  /// Failed ones whose chain leaves out models that cannot do their task.
  package var unaskedCalls: Int64 = 0
  package var cacheHits: Int64 = 0
  package var cacheMisses: Int64 = 0
  package var cost = MoneySum.zero
  /// Of ok calls, hits included.
  package var latency = LatencyHistogram()
  /// The longest wait of an attempt.
  package var queueMax = SimDuration.zero
  /// Non-empty cells by (use case, model row, tier), in that order of names.
  package var costs: [CostCell] = []
  /// The same by action and segment as well; empty where calls state neither, nor messages.
  package var labelled: [CostCell] = []
  /// By account, month and model, where `tables` asks for it.
  package var accountMonths: [AccountMonthCell] = []
  /// What is told of answers, where anything is.
  package var quality: [QualityCell] = []
  /// Where `performance_hours` asks for them, by time, number of hours and model.
  package var hours: [HourCell] = []
  /// Of a log under a policy that estimates what calls cost; by rule, those that decide no call left out.
  package var estimates: [RuleEstimate] = []
  /// Every day × model row with calls or cost, by date then row.
  package var days: [DayCell] = []
  /// Every user, by number, then the cost of no account if there is any.
  package var accounts: [AccountCell] = []
  /// One a target, in catalog order.
  package var performance: [TargetPerformance] = []
  /// By time, then order of happening.
  package var alerts: [AlertEvent] = []
  /// One a budget month.
  package var budgetMonths: [BudgetMonth] = []
  /// What the budget's actions did, by month, action and use case; empty where nothing was done.
  package var enforcements: [EnforcementCell] = []
  /// In the scenario's order.
  package var experiments: [ExperimentResult] = []
  /// Flow latencies by workload, for workloads of several stages.
  package var flows: [FlowResult] = []
  package var cacheClasses: [CacheClassResult] = []
  /// By workload, kind and model; empty where the scenario does not tell of provider's caches.
  package var caching: [CachingCell] = []
  /// By use case, model and meter; empty where calls state none and no log tells any.
  package var meters: [MeterCell] = []
  /// By workload, of those that have conversations.
  package var conversations: [ConversationResult] = []
  /// What conversions brought, by use case and account plan; empty where no value is stated.
  package var returns: [ReturnCell] = []
}

extension PlanResult {
  /// Takes over what a log tells of its accounts, by number from 0.
  package mutating func tellAccountPlans(_ plan: (Int) -> String?) {
    for place in accounts.indices {
      if let user = accounts[place].user { accounts[place].accountPlan = plan(user - 1) }
    }
    for place in accountMonths.indices {
      let account = accountMonths[place].account
      if let user = account.user { accountMonths[place].account.accountPlan = plan(user - 1) }
    }
  }
}

package struct CostCell: Sendable {
  /// nil: a fixed price, which belongs to no use case.
  package var useCase: String?
  /// Model, or `model@region`.
  package var model: String
  package var provider: String
  package var tier: String
  /// What calls say of themselves; nil in `PlanResult.costs`.
  package var action: String?
  package var segment: String?
  /// Messages that the calls were for.
  package var msgs: Int64 = 0
  package var calls: Int64 = 0
  package var cacheHits: Int64 = 0
  package var attempts: Int64 = 0
  package var failures: Int64 = 0
  package var inputTokens: Int64 = 0
  package var cachedInputTokens: Int64 = 0
  /// Written to providers' caches, for the shorter and for the longer time.
  package var writtenTokens: Int64 = 0
  package var writtenLongTokens: Int64 = 0
  /// Reasoning included.
  package var outputTokens: Int64 = 0
  package var reasoningTokens: Int64 = 0
  package var audio = SimDuration.zero
  package var inputCost = MoneySum.zero
  package var outputCost = MoneySum.zero
  package var otherCost = MoneySum.zero

  package var cost: MoneySum { inputCost + outputCost + otherCost }
}

package struct DayCell: Sendable {
  package var date: CivilDate
  package var model: String
  package var calls: Int64
  package var cost: MoneySum

  package init(date: CivilDate, model: String, calls: Int64, cost: MoneySum) {
    self.date = date
    self.model = model
    self.calls = calls
    self.cost = cost
  }
}

/// What a policy's rule says that its calls cost, and what they did.
package struct RuleEstimate: Sendable {
  package var rule: String
  /// Of a call.
  package var estimate: Money?
  package var calls: Int64
  package var cost: MoneySum

  /// Of all its calls.
  package var estimated: MoneySum? {
    estimate.map { MoneySum(picodollars: Int128($0.picodollars) * Int128(calls)) }
  }
}

package struct AccountCell: Sendable {
  /// User number from 1; nil: fixed prices, which belong to no account.
  package var user: Int?
  /// As a log names it; nil: it is known by its number.
  package var name: String?
  package var accountPlan: String?
  package var calls: Int64
  package var cost: MoneySum
}

/// What one account's calls of a month have cost at one model.
package struct AccountMonthCell: Sendable {
  package var account: AccountCell
  package var month: Period.Span
  package var model: String
  package var calls: Int64
  package var cost: MoneySum
}

/// What the last hours were like at one model.
package struct HourCell: Sendable {
  /// As in costs.csv; nil: all models together.
  package var model: String?
  package var sample: HourWatch.Sample
}

/// One target as its quota and breaker saw it.
package struct TargetPerformance: Sendable {
  package var model: String
  package var calls: Int64 = 0
  /// Calls answered here that were routed elsewhere.
  package var fallbackCalls: Int64 = 0
  /// Calls answered here that would have been answered in an earlier region of their model, had that
  /// neither failed nor been skipped.
  package var otherRegionCalls: Int64 = 0
  package var breakerTrips: Int64 = 0
  /// Attempts skipped because they would have waited too long.
  package var throttledCalls: Int64 = 0
  /// Calls that its context window does not hold: refused, or attempts whose input was cut by so many
  /// tokens.
  package var tooLongCalls: Int64 = 0
  package var cutAttempts: Int64 = 0
  package var cutTokens: Int64 = 0
  /// Attempts that waited.
  package var queuedCalls: Int64 = 0
  package var attempts: Int64 = 0
  package var failures: Int64 = 0
  /// Failures that were timeouts.
  package var timeouts: Int64 = 0
  package var tokens: Int64 = 0
  /// Of all attempts, and fixed prices.
  package var cost = MoneySum.zero
  package var billedTokens: Int64 = 0
  /// Look-ups in the response cache of calls that were routed to the model, in whichever region.
  package var cacheHits: Int64 = 0
  package var cacheMisses: Int64 = 0
  package var offeredRequests: Int64 = 0
  package var offeredTokens: Int64 = 0
  package var requestsPerMinutePeak: Int64 = 0
  package var tokensPerMinutePeak: Int64 = 0
  package var requestsPerMinuteMean = 0.0
  package var tokensPerMinuteMean = 0.0
  /// Highest share of a per-minute limit used in a UTC minute; nil without limits.
  package var quotaUtilisationPeak: Double?
  package var hours = HourLoads()
  /// Waiting time of attempts.
  package var queue = LatencyHistogram()
  /// Waiting + latency of successful attempts.
  package var latency = LatencyHistogram()
  /// The same up to the first token; nil: answers are not streamed.
  package var firstToken: LatencyHistogram?
  /// Mean offered requests or tokens a minute reach the limit.
  package var saturated = false
}

package struct AlertEvent: Sendable {
  package enum State: String, Sendable { case fired, cleared }

  package var at: SimTime
  /// What people file it under; it says nothing about what was measured.
  package var type: AlertType
  /// What a rolling alert measures; nil: spending, against a line of the budget.
  package var metric: Metric?
  /// Whose spending it is, where an alert watches that of each account.
  package var account: String?
  package var severity: Severity
  package var rule: String
  package var state: State
  /// In the unit of the metric; dollars for a line of the budget.
  package var value: Double
  package var threshold: Double
  package var message: String
  /// Of a firing: the value farthest from the threshold until it clears; else `value`.
  package var worst: Double

  package init(
    at: SimTime, type: AlertType, metric: Metric? = nil, account: String? = nil,
    severity: Severity, rule: String, state: State, value: Double, threshold: Double,
    message: String
  ) {
    self.at = at
    self.type = type
    self.metric = metric
    self.account = account
    self.severity = severity
    self.rule = rule
    self.state = state
    self.value = value
    self.threshold = threshold
    self.message = message
    worst = value
  }
}

extension AlertEvent {
  /// Whether it tells that spending, or its forecast, crosses a line of the budget.
  package var isOfBudget: Bool { metric == nil }

  /// Whether it looks at recent calls, and comes and goes.
  package var isRolling: Bool { metric.map { $0.measure != .accountMonth } ?? false }
}

/// How one month's budget went.
package struct BudgetMonth: Sendable {
  package var month: Period.Span
  package var cost: MoneySum
  /// When the whole budget was crossed.
  package var crossedAt: SimTime?
  /// By threshold: when it was crossed, when an alert could have told, what was spent between.
  package var lines: [Line] = []

  package struct Line: Sendable {
    package var rule: String
    package var amount: MoneySum
    package var crossedAt: SimTime?
    package var alertedAt: SimTime?
    package var spentBetween = MoneySum.zero
  }
}

/// What one of the budget's actions did to the calls of one use case in one month.
package struct EnforcementCell: Sendable {
  package var month: Period.Span
  /// Name of the budget's line.
  package var rule: String
  package var action: String
  /// From when on in the month.
  package var since: SimTime
  package var useCase: String
  package var refused: Int64
  /// Those of them that no model of the tier could have answered which the action moves calls to.
  package var unable: Int64
  /// Calls sent to another model or tier.
  package var moved: Int64
  /// Whose calls these were: so many of each user, from 0.
  package var accounts: [UInt32: Int64]
}

/// What the conversions of one use case brought from the users of one account plan.
package struct ReturnCell: Sendable {
  package var useCase: String
  /// nil: the scenario has none.
  package var accountPlan: String?
  /// Answered calls that may convert, response-cache hits included.
  package var answered: Int64 = 0
  package var conversions: Int64 = 0
  package var revenue = MoneySum.zero
  /// What it would be if every one of those calls converted.
  package var potential = MoneySum.zero

  package mutating func add(_ answered: Int64, _ conversions: Int64, value: MoneySum) {
    self.answered += answered
    self.conversions += conversions
    revenue += MoneySum(picodollars: value.picodollars * Int128(conversions))
    potential += MoneySum(picodollars: value.picodollars * Int128(answered))
  }
}

package struct FlowResult: Sendable {
  package var workload: String
  /// Of flows that give up: what they are told.
  package var givesUpWith: String?
  package var started: Int64 = 0
  package var completed: Int64 = 0
  package var failed: Int64 = 0
  /// A tool was called in the last round: ended in an error, though no call failed.
  package var gaveUp: Int64 = 0
  /// Rounds after the first, which tools have forced.
  package var furtherRounds: Int64 = 0
  /// Of completed ones; what they have waited for a place included.
  package var latency = LatencyHistogram()
  /// Where the workload's runs are limited: those that found no place in time, which never started.
  package var refused: Int64 = 0
  /// Likewise: how long those that were started waited for a place.
  package var waits = LatencyHistogram()
  /// Likewise: most runs at once, and microseconds in which no place was free.
  package var mostAtOnce: Int64 = 0
  package var fullTime: Int64 = 0
}

/// Response-cache look-ups of one class (nil: the default).
package struct CacheClassResult: Sendable {
  package var name: String?
  package var hits: Int64
  package var misses: Int64
}
