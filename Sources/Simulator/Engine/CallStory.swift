import CostModel

/// One call's way through the engine, still in dense numbers: noted where each thing is decided.
///
/// It may be a synthetic or a logged call; `CallExplanation` puts it into words.
struct CallStory: Sendable {
  let arrival: Arrival
  private(set) var steps: [Step] = []
  private(set) var end: End?

  init(_ arrival: Arrival) { self.arrival = arrival }

  struct Arrival: Sendable {
    /// Rank of arrival, from 1.
    var number: Int64
    var call: Call
    /// nil: a synthetic call.
    var facts: LoggedFacts?
    var flow: FlowPlace?
    /// The draws for a choice between models and for a `rate` cache, in [0, 1).
    var routeDraw: Double
    var cacheDraw: Double
    /// nil: the key is not looked up (cache off or `rate` mode).
    var cacheState: ResponseCache.State?
    /// The targets to be tried, in order.
    var chain: [Int]
    /// Number of the budget month that bills the call, and what was spent in it before.
    var month: Int
    var spent: MoneySum
  }

  struct FlowPlace: Sendable {
    /// The user's n-th flow of the workload, from 0.
    var index: UInt32
    /// From 1.
    var stage: Int
    var stages: Int
    /// Its place among the calls that the stage may make, from 1.
    var place: Int
    var places: Int
  }

  enum Step: Sendable {
    /// A target is considered; it takes the call or is skipped.
    case look(Look)
    case outcome(Outcome)
    /// The failed target will be tried again then, for the n-th time.
    case retry(at: SimTime, number: Int)
  }

  struct Look: Sendable {
    var at: SimTime
    var target: Int
    var isRetry: Bool
    /// What the call met; nil: the target has no breaker.
    var breaker: Breaker.State?
    var levels: Quota.Levels
    /// Tokens that the quota charges.
    var charge: Int64
    /// When the quota would let it start.
    var wait: Quota.Wait
    /// The attempt's failure draw, in [0, 1); nil: nothing can fail by chance.
    var failureDraw: Double?
    /// Before any timeout.
    var latency: SimDuration
    /// The attempt that the log tells of.
    var isLogged: Bool
    /// Until when the static prefix was live at the provider; nil: not known there.
    var prefixUntil: SimTime?
    /// Tokens of a call that the context window does not hold; nil: it does.
    var tooLong: Int64?
    /// nil: the target was skipped.
    var attempt: Attempt?
  }

  struct Attempt: Sendable {
    /// Of the call's attempts, from 1.
    var number: Int
    var start: SimTime
    var isProbe: Bool
    /// Input tokens billed as cache-read.
    var cached: Int64
    var failureRate: Double
    var isFailing: Bool
  }

  struct Outcome: Sendable {
    var at: SimTime
    var target: Int
    var hasFailed: Bool
    var opensBreaker: Bool
    /// nil: nothing is billed.
    var bill: Bill?
  }

  struct Bill: Sendable {
    var usage: Usage
    var cost: Cost
    var breakdown: PriceBreakdown
    /// Month-to-date spending with it.
    var spent: MoneySum
  }

  struct End: Sendable {
    enum Answer: Sendable, Equatable {
      case cache
      case target(Int)
      case nobody
    }
    var at: SimTime
    var answer: Answer
    var attempts: Int
    var skipped: Int
    var queued: SimDuration
    /// Until when the answer stays in the response cache; nil: it is not stored.
    var storedUntil: SimTime?
  }

  mutating func add(_ step: Step) { steps.append(step) }

  mutating func finish(_ end: End) { self.end = end }

  /// Changes what was noted last, if that was a look at a target.
  mutating func changeLook(_ change: (inout Look) -> Void) {
    guard case .look(var look)? = steps.last else { return }
    change(&look)
    steps[steps.count - 1] = .look(look)
  }

  /// Changes what was noted last, if that was an outcome.
  mutating func changeOutcome(_ change: (inout Outcome) -> Void) {
    guard case .outcome(var outcome)? = steps.last else { return }
    change(&outcome)
    steps[steps.count - 1] = .outcome(outcome)
  }

  /// What the whole call cost.
  var cost: Cost {
    steps.reduce(into: .zero) { sum, step in
      guard case .outcome(let outcome) = step, let cost = outcome.bill?.cost else { return }
      sum.input = sum.input + cost.input
      sum.output = sum.output + cost.output
      sum.other = sum.other + cost.other
    }
  }
}
