import CostModel
import Decisions
import Simulator
import Support

/// The response cache, the targets considered and the outcomes.
extension ExplanationText {
  package mutating func describeCache() {
    section("Response cache")
    if let reason = it.whyCacheIsOff { return row("off", reason) }
    let kind = it.kind
    let shown = it.scenario.cache.shownName(it.cacheClass)
    let name = it.cacheClass.map { $0 == shown ? $0 : "\($0) (not listed: \(shown))" } ?? shown
    if kind.cacheMode == .rate {
      row("class", "\(name), hits \(ExactText.percent(kind.cacheRate)) of the time")
      if let flushed = it.flushed, it.cacheRate < kind.cacheRate {
        row(
          "flushed",
          "at \(flushed), \(offset(flushed)); by now it hits \(ExactText.percent(it.cacheRate))")
      }
      let isHit = it.cacheResult == "hit"
      let draw = ExactText.draw(it.arrival.cacheDraw)
      let rate = ExactText.draw(it.cacheRate)
      return row(it.cacheResult, "draw \(draw) \(isHit ? "<" : "≥") \(rate)")
    }
    row("class", "\(name), kept \(ExactText.duration(kind.cacheTTL))")
    let owner = it.scenario.cache.scope == .user ? it.accountID.map { ", \($0)" } ?? "" : ""
    row("key", "\(it.routedModel)\(owner), prompt \(Self.hex(it.call.prompt))")
    row(it.cacheResult, cacheState)
  }

  private var cacheState: String {
    switch it.arrival.cacheState {
    case .live(let until)?: "live until \(until), \(offset(until))"
    case .expired(let at)?: "expired at \(at), \(offset(at))"
    case .absent?, nil:
      it.kind.promptForm == .unique
        ? "nobody asked this before"
        : "not there" + (it.flushed.map { "; all was thrown away at \($0)" } ?? "")
    }
  }

  /// 16 digits.
  package static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package mutating func describe(_ look: CallTrace.Look) {
    let verb =
      look.attempt != nil
      ? look.isRetry ? "is tried again" : "takes it"
      : look.isRetry ? "cannot be tried again" : "is skipped"
    section("\(offset(look.at))  \(it.name(ofTarget: look.target)) \(verb)")
    if let breaker = look.breaker { row("breaker", text(breaker, look.target)) }
    if look.attempt == nil, look.isBlocked { return }
    if let tokens = look.tooLong {
      return row(
        "window",
        "the call's \(HumanFormat.count(tokens)) tokens are more than it holds; not billed")
    }
    row("quota", levels(look))
    row("start", start(look))
    guard let attempt = look.attempt else { return }
    if let cache = prefix(look, attempt) { row("prompt cache", cache) }
    row("latency", latency(look))
    row("outcome", outcome(look, attempt))
  }

  private func text(_ state: Breaker.State, _ target: Int) -> String {
    switch state {
    case .open(let until): return "open until \(offset(until))"
    case .awaitingProbe: return "half open: the next call is the probe"
    case .probing: return "half open: waiting for its probe"
    case .closed(let failures, let calls):
      guard let settings = it.behaviour(ofTarget: target).breaker else { return "closed" }
      let window = ExactText.duration(settings.window)
      switch settings.rule {
      case .failures(let most, _):
        return "closed, \(failures) of \(most) failures within \(window)"
      case .rate(let billionths, let least):
        let rate = BreakerWords.rate(billionths)
        return "closed, \(HumanFormat.plural(Int64(failures), "failure")) of "
          + "\(HumanFormat.plural(Int64(calls ?? 0), "call")) within \(window); "
          + "opens at \(rate) of \(HumanFormat.plural(Int64(least), "call")) or more"
      }
    }
  }

  private func levels(_ look: CallTrace.Look) -> String {
    let levels = look.levels
    let limits = it.behaviour(ofTarget: look.target).quota
    var left: [String] = []
    if let requests = levels.requests { left.append(HumanFormat.plural(requests, "call")) }
    if let tokens = levels.tokens {
      left.append("\(HumanFormat.grouped(String(tokens))) tokens")
    }
    if let audio = levels.audio { left.append("\(ExactText.duration(audio)) of audio") }
    var text = left.isEmpty ? "" : left.joined(separator: ", ") + " left"
    if let flying = levels.inFlight, let most = limits.concurrent {
      text += (text.isEmpty ? "" : ", ") + "\(flying) of \(most) in flight"
    }
    if text.isEmpty { return "no limits" }
    if levels.at > look.at { text += " at \(offset(levels.at)), when the last one booked starts" }
    if levels.tokens != nil {
      let how = limits.charge == .reserved ? "reserves" : "takes"
      text += "; this call \(how) \(HumanFormat.plural(look.charge, "token"))"
    }
    return text
  }

  private func start(_ look: CallTrace.Look) -> String {
    let waited = look.wait.start - look.at
    guard waited > .zero, let cause = look.wait.cause else { return "at once" }
    let wait = "\(ExactText.duration(waited)) for \(Self.name(of: cause))"
    if look.attempt != nil { return "\(offset(look.wait.start)), after \(wait)" }
    let most = it.behaviour(ofTarget: look.target).quota.maxWait
    return "would wait \(wait)" + (most.map { ", at most \(ExactText.duration($0))" } ?? "")
  }

  private static func name(of cause: Quota.Limit) -> String {
    switch cause {
    case .order: "the call booked before it"
    case .requests: "requests per minute"
    case .tokens: "tokens per minute"
    case .audio: "the day's audio"
    case .concurrent: "a free slot"
    }
  }

  /// `marked at 2,000 and 2,500 tokens; finds 2,100, live until +300 s: 2,100 read, 400 written`.
  private func boundaries(
    _ it: CallTrace.Boundaries, _ attempt: CallTrace.Attempt
  ) -> String {
    let places = HumanFormat.list(it.marked.map(HumanFormat.count))
    var text = it.marked.isEmpty ? "nothing marked" : "marked at \(places) tokens"
    if let found = it.found, let expiry = it.expiry {
      text += "; finds \(HumanFormat.count(found)), live until \(offset(expiry))"
    } else {
      text += "; finds nothing"
    }
    text += ": \(HumanFormat.count(attempt.cached)) read"
    text += ", \(HumanFormat.count(attempt.written)) written"
    if attempt.writtenLong > 0 {
      text += ", \(HumanFormat.count(attempt.writtenLong)) for the longer time"
    }
    return text
  }

  private func prefix(_ look: CallTrace.Look, _ attempt: CallTrace.Attempt) -> String? {
    let read = "\(HumanFormat.plural(attempt.cached, "token")) read"
    guard let settings = it.behaviour(ofTarget: look.target).promptCache, it.call.fact < 0 else {
      return attempt.cached > 0 ? read : nil
    }
    if let boundaries = look.boundaries { return self.boundaries(boundaries, attempt) }
    guard it.kind.prefixTokens > 0 else { return nil }
    let prefix = "prefix of \(HumanFormat.plural(it.kind.prefixTokens, "token"))"
    if it.kind.prefixTokens < settings.minimumTokens {
      return "\(prefix), fewer than the \(HumanFormat.count(settings.minimumTokens)) that it keeps"
    }
    guard let until = look.prefixUntil else { return "\(prefix), not there: \(read)" }
    let state = attempt.start < until ? "live until" : "expired at"
    return "\(prefix), \(state) \(offset(until)): \(read)"
  }

  private func latency(_ look: CallTrace.Look) -> String {
    let behaviour = it.behaviour(ofTarget: look.target)
    var text = ExactText.duration(look.latency)
    if look.isLogged, let loggedFields = it.arrival.loggedFields, loggedFields.latency >= 0 {
      return cut(text + ", as logged", look)
    } else if case .fixed = behaviour.latency {
      text += ", always"
    } else {
      text += ", drawn"
    }
    let each = behaviour.latencyPerAudioSecond
    if each > .zero, it.call.audio > 0 {
      let added = AttemptDraws.latency(ofAudio: it.call.audio, each: each.microseconds)
      text +=
        "; \(ExactText.duration(SimDuration(microseconds: added))) of it for "
        + "\(ExactText.duration(SimDuration(microseconds: it.call.audio))) of audio"
    }
    return cut(text, look)
  }

  private func cut(_ latency: String, _ look: CallTrace.Look) -> String {
    var text = latency
    if let timeout = it.behaviour(ofTarget: look.target).timeout, look.latency > timeout {
      text += "; cut off at the timeout of \(ExactText.duration(timeout))"
    }
    return text
  }

  private func outcome(_ look: CallTrace.Look, _ attempt: CallTrace.Attempt) -> String {
    let verdict = attempt.isFailing ? "fails" : "succeeds"
    let probe = attempt.isProbe ? "; it is the breaker's probe" : ""
    if look.isLogged, let loggedFields = it.arrival.loggedFields, loggedFields.failed {
      return (loggedFields.timedOut ? "times out" : "fails") + ", as logged" + probe
    }
    guard let draw = look.failureDraw, attempt.failureRate > 0 else { return verdict + probe }
    let sign = draw < attempt.failureRate ? "<" : "≥"
    let rate = ExactText.draw(attempt.failureRate)
    return "\(verdict): draw \(ExactText.draw(draw)) \(sign) failure rate \(rate)" + probe
  }

  package mutating func describe(_ outcome: CallTrace.Outcome) {
    let verb = outcome.hasFailed ? "fails" : "answers"
    section("\(offset(outcome.at))  \(it.name(ofTarget: outcome.target)) \(verb)")
    if outcome.opensBreaker, let settings = it.behaviour(ofTarget: outcome.target).breaker {
      row("breaker", "opens for \(ExactText.duration(settings.open))")
    }
    guard let bill = outcome.bill else {
      return row("bill", "nothing, as failures are not billed")
    }
    describe(bill, target: outcome.target)
    for use in outcome.uses {
      row("also", "what the call bills at \(it.name(ofTarget: use.target))")
      describe(use.bill, target: use.target)
    }
  }

  private mutating func describe(_ bill: CallTrace.Bill, target: Int) {
    let notes = it.priceNotes(bill, target: target)
    row("bill", notes.isEmpty ? "at the listed prices" : notes.joined(separator: ", "))
    let total = ExactText.usd(bill.cost.total)
    let rows =
      bill.breakdown.components.map { component in
        [
          component.dimension.label, ExactText.quantity(component), "×",
          ExactText.price(component), "÷", ExactText.unit(of: component.dimension).name,
          component.isExact ? "=" : "≈", ExactText.usd(component.amount),
        ]
      } + [["total", "", "", "", "", "", "=", total]]
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let isLeft = [0, 5, 7]
    for cells in rows {
      let line = zip(cells, widths).enumerated().map { column, item in
        let pad = String(repeating: " ", count: item.1 - item.0.count)
        return isLeft.contains(column) ? item.0 + pad : pad + item.0
      }.joined(separator: " ")
      raw("    " + line.trimmingTrailingSpaces)
    }
    let before = bill.spent - MoneySum(bill.cost.total)
    var text = "\(ExactText.usd(before)) + \(total) = \(ExactText.usd(bill.spent))"
    if let budget = it.scenario.budget { text += " of \(ExactText.usd(budget.amount))" }
    let crossed = it.linesCrossed(by: bill)
    if !crossed.isEmpty { text += "; crosses \(HumanFormat.list(crossed))" }
    row("month to date", text)
  }
}

extension CallTrace.Look {
  /// Whether the breaker lets nothing pass.
  package var isBlocked: Bool {
    switch breaker {
    case .open?, .probing?: true
    case .closed?, .awaitingProbe?, nil: false
    }
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
