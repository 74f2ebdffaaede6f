import CostModel
import Simulator
import Support

/// A call's explanation for people: what it was, how it was routed, and what happened when.
package struct ExplanationText {
  package let it: CallExplanation
  private var lines: [String] = []

  /// Plain text with a final line end.
  package static func text(_ explanation: CallExplanation) -> String {
    var writer = ExplanationText(it: explanation)
    writer.write()
    return writer.lines.map(HumanFormat.visible).joined(separator: "\n") + "\n"
  }

  private init(it: CallExplanation) { self.it = it }

  private mutating func write() {
    lines.append(title)
    lines.append(summary)
    describeCall()
    describeRouting()
    describeCache()
    for step in it.trace.steps {
      switch step {
      case .look(let look): describe(look)
      case .outcome(let outcome): describe(outcome)
      case .retry(let at, let number):
        let most = it.scenario.retry.max
        row("next", "tried again at \(offset(at)), retry \(number) of \(most)")
      }
    }
    describeEnd()
  }

  private var title: String {
    guard let log = it.log else {
      return "Call \(it.arrival.number) of \(it.scenario.name), \(it.plan.name), run \(it.run)"
    }
    return "Row \(log.row) of \(log.name), request \(it.arrival.number) in order of time, replayed "
      + "with \(it.scenario.name) under \(it.plan.name)"
  }

  package mutating func section(_ title: String) { lines += ["", title] }

  package mutating func row(_ label: String, _ value: String) {
    let pad = String(repeating: " ", count: max(1, 16 - label.count))
    lines.append("  " + label + pad + value)
  }

  package mutating func raw(_ line: String) { lines.append(line) }

  /// A moment as the time since the call's arrival: `+1.25 s`.
  package func offset(_ t: SimTime) -> String {
    (t < it.arrivedAt ? "" : "+") + ExactText.duration(t - it.arrivedAt)
  }

  private var summary: String {
    let after = "after \(ExactText.duration(it.end.at - it.arrivedAt))"
    let cost = ExactText.usd(it.trace.cost.total)
    switch it.end.answer {
    case .cache: return "Answered from the response cache \(after) for nothing."
    case .knowledge: return "Answered from the knowledge base \(after) for nothing."
    case .target(let target):
      return "Answered by \(it.name(ofTarget: target)) \(after) for \(cost)."
    case .nobody: return "Failed \(after), for \(cost)."
    }
  }

  private mutating func describeCall() {
    section("The call")
    row("arrives", it.arrivedAt.description)
    row("account", (it.accountID ?? "unknown") + (it.accountPlanName.map { ", plan \($0)" } ?? ""))
    row("use case", it.useCase + (it.workload.map { " (workload \($0))" } ?? ""))
    if let (experiment, arm) = it.variant {
      row(
        "experiment",
        "\(experiment.name), variant \(arm.name) (given to the \(experiment.unit.rawValue))")
    }
    if let talk = it.arrival.talk {
      row(
        "conversation",
        "\(talk.conversation), turn \(talk.turn), a call of kind \(talk.kind.name)")
    }
    let said = it.attributes.filter {
      $0.attribute != .useCase && $0.attribute != .accountPlan && !$0.attribute.isOfConversations
    }
    if !said.isEmpty {
      row("says", said.map { "\($0.attribute.name) \($0.value)" }.joined(separator: ", "))
    }
    if !sizes.isEmpty { row("size", sizes.joined(separator: ", ")) }
    if let flow = it.arrival.flow {
      row(
        "flow",
        "stage \(flow.stage) of \(flow.stages), call \(flow.place) of \(flow.places) there; "
          + "flow \(flow.index + 1) of the account")
    }
    if let loggedFields = it.arrival.loggedFields { row("log", logged(loggedFields)) }
  }

  /// A call that `rate` mode answers has no sizes.
  private var sizes: [String] {
    let call = it.call
    var parts: [String] = []
    if call.input > 0 { parts.append("\(HumanFormat.plural(call.input, "token")) in") }
    if call.output > 0 {
      let reasoning =
        call.reasoning > 0 ? " (\(HumanFormat.count(call.reasoning)) reasoning)" : ""
      let limit = it.kind.limitsThinking ? call.output : call.output - call.reasoning
      let isCut = limit == it.kind.maxTokens ? ", all that max_tokens allows" : ""
      parts.append("\(HumanFormat.plural(call.output, "token")) out\(reasoning)\(isCut)")
    }
    if call.audio > 0 {
      parts.append("\(ExactText.duration(SimDuration(microseconds: call.audio))) of audio")
    }
    return parts
  }

  private func logged(_ loggedFields: LoggedFields) -> String {
    var parts: [String] = []
    if loggedFields.model != .max {
      parts.append(it.scenario.catalog[ModelID(loggedFields.model)].name)
    }
    parts.append(loggedFields.timedOut ? "timed out" : loggedFields.failed ? "failed" : "ok")
    if loggedFields.latency >= 0 {
      parts.append("took \(ExactText.duration(SimDuration(microseconds: loggedFields.latency)))")
    }
    if loggedFields.cachedInput >= 0 {
      parts.append("\(HumanFormat.plural(loggedFields.cachedInput, "cached token"))")
    }
    return parts.joined(separator: ", ")
  }

  private mutating func describeRouting() {
    if let line = it.budgetLine {
      section("Routing")
      row("budget", "the line \(line.name) is known to be crossed and acts: \(line.action)")
      if it.isRefused {
        let why = it.unableTier.map { "no model of the tier \($0) can do its task; " } ?? ""
        return row("refused", why + "no cache and no model was asked")
      }
      row("model", it.routedModel)
      return row(
        "chain",
        it.arrival.chain.map(it.name(ofTarget:)).joined(separator: ", ") + " (tier \(it.tier))")
    }
    let (rule, place) = it.rule
    let policy = it.scenario.policy
    section("Routing")
    let isPinned = place < 0
    row(
      "rule",
      isPinned
        ? it.isClassified
          ? "\(rule.name), of which the classifier's answer may be wrong"
          : "\(rule.name), before \(policy.name) is asked"
        : "\(place + 1) of \(policy.rules.count) in \(policy.name): \(rule.name)")
    let said = Dictionary(uniqueKeysWithValues: it.attributes.map { ($0.attribute, $0.value) })
    for (number, condition) in rule.conditions.enumerated() {
      var text = "\(condition.attribute.name) is \(condition.values.joined(separator: " or "))"
      if condition.values.count > 1, let value = said[condition.attribute] {
        text += " (it is \(value))"
      }
      row(number == 0 ? "matches" : "", text)
    }
    if rule.conditions.isEmpty, !isPinned {
      row("matches", "every call that no earlier rule takes")
    }
    row("model", choice)
    if let estimate = it.estimate { row("estimate", estimate) }
    let chain = it.arrival.chain.map(it.name(ofTarget:))
    row("chain", chain.joined(separator: ", ") + " (tier \(it.tier))")
  }

  private var choice: String {
    let choices = it.choices
    if choices.isEmpty { return "\(it.routedModel), as logged" }
    guard choices.count > 1 else { return it.routedModel }
    let shares = choices.map { "\($0.name) \(ExactText.percent($0.share))" }
    return "\(it.routedModel), by the draw \(ExactText.draw(it.arrival.routeDraw)) between "
      + shares.joined(separator: ", ")
  }

  private mutating func describeEnd() {
    let (end, cost) = (it.end, it.trace.cost)
    section("Result")
    row("status", end.answer == .nobody ? "failed" : "ok")
    row("latency", ExactText.duration(end.at - it.arrivedAt))
    row(
      "targets",
      "\(HumanFormat.plural(Int64(end.attempts), "attempt")), \(end.skipped) skipped, "
        + "\(ExactText.duration(end.queued)) waited")
    row(
      "cost",
      "\(ExactText.usd(cost.total)): input \(ExactText.usd(cost.input)), output "
        + "\(ExactText.usd(cost.output)), other \(ExactText.usd(cost.other))")
    if let estimate = it.estimateBesideActual { row("estimated", estimate) }
    let before = ExactText.usd(it.arrival.spent)
    if cost.total == .zero { row("month to date", before + ", as before") }
    if let until = end.storedUntil {
      row("stored", "in the response cache until \(until)")
    }
  }
}
