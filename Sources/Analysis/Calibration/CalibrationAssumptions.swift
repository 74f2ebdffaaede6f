import CostModel
import Scenarios
import Simulator
import Support

/// What the log did not tell, in sentences.
package enum CalibrationAssumptions {
  package static func list(_ fit: Calibration) -> [String] {
    traffic(fit) + calls(fit) + models(fit) + [
      "No budget, alerts, quotas, chains or outages: a log of requests does not state them."
    ]
  }

  private static func traffic(_ fit: Calibration) -> [String] {
    var list: [String] = []
    if fit.facts.isRelative {
      list.append("The log's times count from its beginning, which is put at 1970-01-01.")
    }
    if fit.facts.usedTimeZone {
      list.append("Times without an offset are taken to be in \(fit.period.timeZone).")
    }
    if fit.period.isShort {
      list.append("A log shorter than a day stands for a whole month.")
    }
    if fit.users == 0 {
      list.append("The log names no users: one user makes all calls.")
    } else {
      list.append("Users who made no call are not in the log, so they are not counted.")
      if fit.callsWithoutUser > 0 {
        list.append(
          "\(CalibrationText.count(fit.callsWithoutUser, "call")) without a user are spread over "
            + "the named ones.")
      }
    }
    if !fit.accountPlans.isEmpty {
      list.append("Account plans differ in their number of users only, not in their activity.")
    }
    if fit.workloads.contains(where: { $0.conversation == nil }) { list.append(flows(fit)) }
    return list + conversations(fit)
  }

  private static func conversations(_ fit: Calibration) -> [String] {
    let all = fit.workloads.compactMap(\.conversation)
    guard !all.isEmpty else { return [] }
    var list = [
      "Conversations are the log's sessions, sub-agents' their own; one that the log cuts off has ended.",
      "Sizes, turns and pauses of a conversation are independent of each other.",
    ]
    if all.contains(where: { !$0.tellsTurns }) {
      list.append(
        "Where the log does not tell turns (columns turn or call_kind), every call is an answer to a "
          + "message.")
    }
    if all.contains(where: { $0.full != nil }) {
      list.append("What was taken out of contexts was summarized.")
    }
    let merged = fit.workloads.filter { $0.conversation != nil && $0.mergedKinds > 0 }
    if !merged.isEmpty {
      list.append("All calls of a conversation have the attributes that most of them have.")
    }
    return list
  }

  private static func flows(_ fit: Calibration) -> String {
    let alone = "Each request stands alone: what followed from an earlier one is not told."
    guard fit.sessionCalls > 0 else { return alone }
    let each = YAMLText.number(Double(fit.sessionCalls) / fit.sessions, digits: 3)
    return alone + " (Sessions have \(each) requests each on average; no flows are made of them.)"
  }

  private static func calls(_ fit: Calibration) -> [String] {
    let absent = Set(fit.facts.untold)
    var list: [String] = []
    if absent.contains(.useCase) { list.append("The log has no use cases: all calls are one.") }
    let columns: [(TraceColumn, String)] = [
      (.inputTokens, "input tokens: they count as 0"),
      (.outputTokens, "output tokens: they count as 0"),
      (.cachedInputTokens, "cached input tokens: nothing is billed as cached"),
      (.reasoningTokens, "reasoning tokens: all output is visible"),
      (.maxTokens, "limits of output (max_tokens): the model's hold"),
      (.prompt, "prompts: every one is taken as new"),
      (.status, "failures: there are none"),
    ]
    for (column, text) in columns where absent.contains(column) {
      list.append("The log does not tell of \(text).")
    }
    for (column, text) in columns.prefix(2) {
      guard let unknown = fit.facts.unknown[column], unknown > 0, !absent.contains(column) else {
        continue
      }
      list.append(
        "\(CalibrationText.count(unknown, "call")) do not tell \(text.prefix { $0 != ":" }): taken "
          + "to be like the others.")
    }
    let unpriced = CallMeter.allCases.filter { fit.unpriced[$0, default: 0] > 0 }
    if !unpriced.isEmpty {
      let amounts = unpriced.map { $0.text(of: fit.unpriced[$0, default: 0]) }
      list.append(
        "\(HumanFormat.list(amounts)) are left out: not every model that the calls can reach has a price "
          + "for them.")
    }
    list += Self.lifetimes(
      fit.workloads.filter { $0.conversation == nil }.flatMap(\.kinds).map(\.written))
    if fit.blockCalls > 0 {
      list.append(
        "\(CalibrationText.count(fit.blockCalls, "call")) tell blocks of their prompts: what a cache that "
          + "keeps them for an hour would have read is their cached input.")
    }
    list.append("Token sizes are those of calls that did not fail, and independent of each other.")
    list.append(
      "Ranges say what a sample of this size does not tell, if calls are independent but for what "
        + "counts show; profiles, pools of prompts, weights of models and limits have none.")
    return list
  }

  /// Kinds of calls whose prefix was written for both lifetimes have that of most of it.
  package static func lifetimes(_ kinds: [(short: Int128, long: Int128)]) -> [String] {
    let asShort = kinds.filter { $0.long <= $0.short }.reduce(Int128(0)) { $0 + $1.long }
    let asLong = kinds.filter { $0.long > $0.short }.reduce(Int128(0)) { $0 + $1.short }
    return [(asShort, "longer", "shorter"), (asLong, "shorter", "longer")].compactMap {
      tokens, told, taken in
      guard tokens > 0 else { return nil }
      return
        "\(InputLog.grouped(Int64(clamping: tokens))) tokens that a provider's cache was to keep for "
        + "the \(told) time are billed as written for the \(taken) one, like most of their calls'."
    }
  }

  private static func models(_ fit: Calibration) -> [String] {
    var list: [String] = []
    if fit.callsWithoutModel > 0 {
      list.append(
        "\(CalibrationText.count(fit.callsWithoutModel, "call")) without a model go where the "
          + "others go.")
    }
    if fit.models.contains(where: { $0.usesPromptCache && !$0.answersConversations }) {
      list.append("The provider's prompt cache keeps prefixes for an hour.")
    }
    return list
  }
}
