import CostModel
import Decisions
import Simulator
import Support

/// A call's explanation for programs: snake_case keys, exact decimals as strings, times in UTC.
package struct ExplanationJSON {
  private let it: CallExplanation

  package static func json(_ explanation: CallExplanation) -> JSONValue {
    ExplanationJSON(it: explanation).json
  }

  private var json: JSONValue {
    let call = it.call
    let variant: [(String, JSONValue)] =
      it.variant.map {
        [("experiment", .string($0.experiment.name)), ("variant", .string($0.arm.name))]
      } ?? []
    return .object(
      [
        ("scenario", .string(it.scenario.name)), ("plan", .string(it.plan.name)),
        ("run", .integer(Int64(it.run))), ("call", .integer(it.arrival.number)),
        ("log", .optional(it.log) { .string($0.name) }),
        ("row", .optional(it.log) { .integer($0.row) }),
        ("timestamp", Self.time(it.arrivedAt)),
        ("account_id", .optional(it.accountID) { .string($0) }),
        ("account_plan", .optional(it.accountPlanName) { .string($0) }),
        ("use_case", .string(it.useCase)), ("workload", .optional(it.workload) { .string($0) }),
        (
          "attributes",
          .object(
            it.attributes.filter { !$0.attribute.isOfConversations }
              .map { ($0.attribute.name, .string($0.value)) })
        ),
        ("input_tokens", .integer(call.input)), ("output_tokens", .integer(call.output)),
        ("reasoning_tokens", .integer(call.reasoning)), ("audio_us", .integer(call.audio)),
        ("flow", .optional(it.arrival.flow, flow)), ("routing", routing), ("cache", cache),
        ("steps", .array(it.trace.steps.map(step))), ("result", result),
      ] + variant + talk)
  }

  /// Of a conversation's call alone.
  private var talk: [(String, JSONValue)] {
    guard let talk = it.arrival.talk else { return [] }
    return [
      ("conversation", .string(talk.conversation)), ("turn", .integer(Int64(talk.turn))),
      ("kind", .string(talk.kind.name)),
    ]
  }

  private func flow(_ flow: CallTrace.FlowPlace) -> JSONValue {
    .object([
      ("flow", .integer(Int64(flow.index) + 1)), ("stage", .integer(Int64(flow.stage))),
      ("stages", .integer(Int64(flow.stages))), ("place", .integer(Int64(flow.place))),
      ("places", .integer(Int64(flow.places))),
    ])
  }

  private var routing: JSONValue {
    if let line = it.budgetLine {
      return .object([
        ("budget_line", .string(line.name)), ("action", .string(line.action)),
        ("routed_model", it.isRefused ? .null : .string(it.routedModel)),
        ("tier", .string(it.tier)),
        ("chain", .array(it.arrival.chain.map { .string(it.name(ofTarget: $0)) })),
      ])
    }
    let (rule, place) = it.rule
    return .object([
      ("policy", .string(it.scenario.policy.name)), ("rule", .string(rule.name)),
      ("place", place < 0 ? .null : .integer(Int64(place) + 1)),
      (
        "conditions",
        .array(
          rule.conditions.map { condition in
            .object([
              ("attribute", .string(condition.attribute.name)),
              ("values", .array(condition.values.map { .string($0) })),
            ])
          })
      ),
      (
        "choices",
        .array(
          it.choices.map {
            .object([("model", .string($0.name)), ("share", Self.real($0.share))])
          })
      ),
      ("draw", it.choices.count > 1 ? Self.real(it.arrival.routeDraw) : .null),
      ("routed_model", .string(it.routedModel)), ("tier", .string(it.tier)),
      ("chain", .array(it.arrival.chain.map { .string(it.name(ofTarget: $0)) })),
    ])
  }

  private var cache: JSONValue {
    let mode = it.kind.cacheMode
    let isKeyed = mode == .keyed
    var state = JSONValue.null
    var until = JSONValue.null
    switch it.arrival.cacheState {
    case .absent?: state = .string("absent")
    case .live(let time)?: (state, until) = (.string("live"), Self.time(time))
    case .expired(let time)?: (state, until) = (.string("expired"), Self.time(time))
    case nil: break
    }
    let ownsKey = isKeyed && it.scenario.cache.scope == .user
    return .object([
      ("result", .string(it.cacheResult)), ("mode", .string(mode.rawValue)),
      ("why_off", .optional(it.whyCacheIsOff) { .string($0) }),
      ("class", .optional(it.cacheClass) { .string($0) }),
      ("ttl_us", isKeyed ? .integer(it.kind.cacheTTL.microseconds) : .null),
      ("hit_rate", mode == .rate ? Self.real(it.cacheRate) : .null),
      ("flushed", .optional(it.flushed) { .string($0.description) }),
      ("draw", mode == .rate ? Self.real(it.arrival.cacheDraw) : .null),
      ("key_model", isKeyed ? .string(it.routedModel) : .null),
      ("key_account", ownsKey ? .optional(it.accountID) { .string($0) } : .null),
      ("key_prompt", isKeyed ? .string(ExplanationText.hex(it.call.prompt)) : .null),
      ("state", state), ("until", until),
    ])
  }

  private var result: JSONValue {
    let (end, cost) = (it.end, it.trace.cost)
    return .object([
      ("status", .string(end.answer == .nobody ? "failed" : "ok")),
      ("model", .optional(it.answeredBy) { .string($0) }),
      ("attempts", .integer(Int64(end.attempts))), ("skipped", .integer(Int64(end.skipped))),
      ("queue_us", .integer(end.queued.microseconds)),
      ("latency_us", .integer((end.at - it.arrivedAt).microseconds)),
      ("input_cost_usd", Self.usd(cost.input)), ("output_cost_usd", Self.usd(cost.output)),
      ("other_cost_usd", Self.usd(cost.other)), ("cost_usd", Self.usd(cost.total)),
      ("stored_until", .optional(end.storedUntil, Self.time)),
    ])
  }
}

extension ExplanationJSON {
  private func step(_ step: CallTrace.Step) -> JSONValue {
    switch step {
    case .look(let look): self.look(look)
    case .outcome(let outcome): self.outcome(outcome)
    case .retry(let at, let number):
      .object([
        ("step", .string("retry")), ("at", Self.time(at)), ("retry", .integer(Int64(number))),
      ])
    }
  }

  private func look(_ look: CallTrace.Look) -> JSONValue {
    let levels = look.levels
    let skipped = look.isBlocked ? "breaker" : look.tooLong != nil ? "window" : "quota"
    return .object([
      ("step", .string("target")), ("at", Self.time(look.at)),
      ("target", .string(it.name(ofTarget: look.target))), ("is_retry", .bool(look.isRetry)),
      ("breaker", .optional(look.breaker, breaker)),
      (
        "quota_left",
        .object([
          ("at", Self.time(levels.at)), ("requests", .optional(levels.requests) { .integer($0) }),
          ("tokens", .optional(levels.tokens) { .integer($0) }),
          ("in_flight", .optional(levels.inFlight) { .integer(Int64($0)) }),
          ("audio_us", .optional(levels.audio) { .integer($0.microseconds) }),
        ])
      ),
      ("charged_tokens", .integer(look.charge)),
      ("wait_us", .integer((look.wait.start - look.at).microseconds)),
      ("waits_for", .optional(look.wait.cause) { .string($0.rawValue) }),
      ("skipped_by", look.attempt == nil ? .string(skipped) : .null),
      ("attempt", .optional(look.attempt) { attempt($0, of: look) }),
    ])
  }

  private func breaker(_ state: Breaker.State) -> JSONValue {
    let (name, failures, calls, until): (String, Int?, Int?, SimTime?) =
      switch state {
      case .closed(let failures, let calls): ("closed", failures, calls, nil)
      case .open(let until): ("open", nil, nil, until)
      case .awaitingProbe: ("awaiting_probe", nil, nil, nil)
      case .probing: ("probing", nil, nil, nil)
      }
    return .object([
      ("state", .string(name)), ("failures", .optional(failures) { .integer(Int64($0)) }),
      ("calls", .optional(calls) { .integer(Int64($0)) }),
      ("until", .optional(until, Self.time)),
    ])
  }

  private func attempt(_ attempt: CallTrace.Attempt, of look: CallTrace.Look) -> JSONValue {
    .object([
      ("number", .integer(Int64(attempt.number))), ("start", Self.time(attempt.start)),
      ("is_logged", .bool(look.isLogged)), ("is_probe", .bool(attempt.isProbe)),
      ("prefix_until", .optional(look.prefixUntil, Self.time)),
      ("cached_input_tokens", .integer(attempt.cached)),
      ("latency_us", .integer(look.latency.microseconds)),
      ("failure_draw", .optional(look.failureDraw, Self.real)),
      ("failure_rate", Self.real(attempt.failureRate)), ("fails", .bool(attempt.isFailing)),
    ])
  }

  private func outcome(_ outcome: CallTrace.Outcome) -> JSONValue {
    let uses: [(String, JSONValue)] =
      outcome.uses.isEmpty
      ? []
      : [
        (
          "uses",
          .array(
            outcome.uses.map { use in
              .object([
                ("target", .string(it.name(ofTarget: use.target))),
                ("bill", bill(use.bill, target: use.target)),
              ])
            })
        )
      ]
    return .object(
      [
        ("step", .string("outcome")), ("at", Self.time(outcome.at)),
        ("target", .string(it.name(ofTarget: outcome.target))),
        ("failed", .bool(outcome.hasFailed)), ("opens_breaker", .bool(outcome.opensBreaker)),
        ("bill", .optional(outcome.bill) { bill($0, target: outcome.target) }),
      ] + uses)
  }

  private func bill(_ bill: CallTrace.Bill, target: Int) -> JSONValue {
    .object([
      ("notes", .array(it.priceNotes(bill, target: target).map { .string($0) })),
      ("components", .array(bill.breakdown.components.map(component))),
      ("cost_usd", Self.usd(bill.cost.total)),
      (
        "month_to_date_before_usd",
        .string((bill.spent - MoneySum(bill.cost.total)).exactDecimal)
      ),
      ("month_to_date_usd", .string(bill.spent.exactDecimal)),
      ("crosses", .array(it.linesCrossed(by: bill).map { .string($0) })),
    ])
  }

  private func component(_ component: PriceBreakdown.Component) -> JSONValue {
    .object([
      ("dimension", .string("\(component.dimension)")),
      ("quantity", .integer(component.quantity)),
      ("rate_picodollars", .integer(component.rate.picodollars)),
      ("rate_per", .integer(component.rate.per)), ("rounded", .bool(!component.isExact)),
      ("amount_usd", Self.usd(component.amount)),
    ])
  }

  private static func time(_ time: SimTime) -> JSONValue { .string(time.description) }
  private static func usd(_ money: Money) -> JSONValue { .string(MoneySum(money).exactDecimal) }
  /// The shortest decimal that is this number again.
  private static func real(_ value: Double) -> JSONValue { .string("\(value)") }
}
