import CostModel

/// One call's way through the engine, still in dense numbers: noted where each thing is decided.
///
/// It may be a synthetic or a logged call; `CallExplanation` puts it into words.
package struct CallTrace: Sendable {
  package let arrival: Arrival
  package private(set) var steps: [Step] = []
  package private(set) var end: End?

  package init(_ arrival: Arrival) { self.arrival = arrival }

  package struct Arrival: Sendable {
    /// Rank of arrival, from 1.
    package var number: Int64
    package var call: Call
    /// nil: a synthetic call.
    package var loggedFields: LoggedFields?
    package var flow: FlowPlace?
    /// nil: the call is no conversation's.
    package var talk: TalkPlace? = nil
    /// The draws for a choice between models and for a `rate` cache, in [0, 1).
    package var routeDraw: Double
    package var cacheDraw: Double
    /// nil: the key is not looked up (cache off or `rate` mode).
    package var cacheState: ResponseCache.State?
    /// The targets to be tried, in order.
    package var chain: [Int]
    /// Number of the budget month that bills the call, and what was spent in it before.
    package var month: Int
    package var spent: MoneySum
  }

  package struct FlowPlace: Sendable {
    /// The user's n-th flow of the workload, from 0.
    package var index: UInt32
    /// From 1.
    package var stage: Int
    package var stages: Int
    /// Its place among the calls that the stage may make, from 1.
    package var place: Int
    package var places: Int
  }

  /// A call of a conversation.
  package struct TalkPlace: Sendable {
    /// As calls.csv names it.
    package var conversation: String
    /// From 1.
    package var turn: Int
    package var kind: ConversationCall
  }

  /// What a prompt made of parts meets in a target's prompt cache.
  package struct Boundaries: Sendable {
    /// Tokens up to each place that the request marks.
    package var marked: [Int64]
    /// Tokens up to the entry that is found, and until when it is live.
    package var found: Int64?
    package var expiry: SimTime?
  }

  package enum Step: Sendable {
    /// A target is considered; it takes the call or is skipped.
    case look(Look)
    case outcome(Outcome)
    /// The failed target will be tried again then, for the n-th time.
    case retry(at: SimTime, number: Int)
  }

  package struct Look: Sendable {
    package var at: SimTime
    package var target: Int
    package var isRetry: Bool
    /// What the call met; nil: the target has no breaker.
    package var breaker: Breaker.State?
    package var levels: Quota.Levels
    /// Tokens that the quota charges.
    package var charge: Int64
    /// When the quota would let it start.
    package var wait: Quota.Wait
    /// The attempt's failure draw, in [0, 1); nil: nothing can fail by chance.
    package var failureDraw: Double?
    /// Before any timeout.
    package var latency: SimDuration
    /// The attempt that the log tells of.
    package var isLogged: Bool
    /// Until when the static prefix was live at the provider; nil: not known there.
    package var prefixUntil: SimTime?
    /// nil: the target keeps nothing, or the prompt is no conversation's.
    package var boundaries: Boundaries? = nil
    /// Tokens of a call that the context window does not hold; nil: it does.
    package var tooLong: Int64?
    /// nil: the target was skipped.
    package var attempt: Attempt?
  }

  package struct Attempt: Sendable {
    /// Of the call's attempts, from 1.
    package var number: Int
    package var start: SimTime
    package var isProbe: Bool
    /// Input tokens billed as cache-read.
    package var cached: Int64
    /// Written to the provider's cache, for the shorter and for the longer time.
    package var written: Int64 = 0
    package var writtenLong: Int64 = 0
    package var failureRate: Double
    package var isFailing: Bool
  }

  package struct Outcome: Sendable {
    package var at: SimTime
    package var target: Int
    package var hasFailed: Bool
    package var opensBreaker: Bool
    /// nil: nothing is billed.
    package var bill: Bill?
    /// What the call bills at other models, each with the target.
    package var uses: [(target: Int, bill: Bill)] = []
  }

  package struct Bill: Sendable {
    /// Into `CompiledScenario.billings`.
    package var billing: Int
    package var usage: Usage
    package var cost: Cost
    package var breakdown: PriceBreakdown
    /// Month-to-date spending with it.
    package var spent: MoneySum
  }

  package struct End: Sendable {
    package enum Answer: Sendable, Equatable {
      case cache
      /// The knowledge base, without a model.
      case knowledge
      case target(Int)
      case nobody
    }
    package var at: SimTime
    package var answer: Answer
    package var attempts: Int
    package var skipped: Int
    package var queued: SimDuration
    /// Until when the answer stays in the response cache; nil: it is not stored.
    package var storedUntil: SimTime?
  }

  package mutating func add(_ step: Step) { steps.append(step) }

  package mutating func finish(_ end: End) { self.end = end }

  /// Changes what was noted last, if that was a look at a target.
  package mutating func changeLook(_ change: (inout Look) -> Void) {
    guard case .look(var look)? = steps.last else { return }
    change(&look)
    steps[steps.count - 1] = .look(look)
  }

  /// Changes what was noted last, if that was an outcome.
  package mutating func changeOutcome(_ change: (inout Outcome) -> Void) {
    guard case .outcome(var outcome)? = steps.last else { return }
    change(&outcome)
    steps[steps.count - 1] = .outcome(outcome)
  }

  /// What the whole call cost, at other models too.
  package var cost: Cost {
    steps.reduce(into: .zero) { sum, step in
      guard case .outcome(let outcome) = step else { return }
      for cost in [outcome.bill?.cost].compactMap(\.self) + outcome.uses.map(\.bill.cost) {
        sum.input = sum.input + cost.input
        sum.output = sum.output + cost.output
        sum.other = sum.other + cost.other
      }
    }
  }
}
