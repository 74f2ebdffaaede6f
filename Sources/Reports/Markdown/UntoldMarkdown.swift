import Analysis
import CostModel
import Scenarios
import Simulator
import Support

/// What a replayed log does not tell, and what was taken in its place.
package struct UntoldMarkdown {
  package let facts: TraceFacts
  package let settings: ReplaySettings
  package let cache: CacheSettings
  /// Whether a model's written tokens are billed (`match: breakpoint`).
  package let billsWrites: Bool

  /// A sentence each.
  package var lines: [String] {
    var lines: [String] = []
    let untold = Set(facts.untold)
    if !untold.isEmpty {
      lines.append("No row tells \(InputLog.alternatives(facts.untold.map(\.name))).")
    }
    add(.user, "names no user", "name no user", users, to: &lines)
    add(.session, "names no session", "name no session", sessions, to: &lines)
    add(.prompt, "names no prompt", "name no prompt", prompts, to: &lines)
    if let size = settings.sessionBlock {
      lines.append(
        "Requests of a session are taken to repeat its earlier input, in blocks of "
          + "\(HumanFormat.plural(size, "token")), unless the log tells cached tokens or blocks."
          + reset)
      lines.append(sessionRuleError(blocks: size))
    }
    add(.status, "has no status", "have no status", "taken as successful", to: &lines)
    add(.latencyMs, "has no latency", "have no latency", "given their model's", to: &lines)
    let handled: Set<TraceColumn> = [.user, .session, .prompt, .status, .latencyMs]
    for (column, count) in facts.unknown.sorted(by: { $0.key.name < $1.key.name })
    where !handled.contains(column) && !untold.contains(column) {
      lines.append("\(HumanFormat.plural(count, "row")) without \(column.name).")
    }
    return lines
  }

  private var reset: String {
    guard let least = settings.sessionReset else { return "" }
    let from =
      settings.prefix > 0
      ? "all but the first \(HumanFormat.plural(settings.prefix, "token"))" : "all of it"
    return
      " Below \(YAMLText.percent(least)) of the input before, \(from) is new, and each model of a "
      + "session has a chain of its own."
  }

  /// By how much that is known to err, where it was measured.
  private func sessionRuleError(blocks: Int64) -> String {
    let errors = SessionRuleErrors.shipped
    let rule = errors.rule(billsWrites: billsWrites, settings)
    let off = errors.all.map { ($0.understates * 100).rounded() }
    var measured: [String] = []
    if blocks != errors.block { measured.append("`session_block: \(errors.block)`") }
    if rule.reset != settings.sessionReset, let reset = rule.reset {
      measured.append("`session_reset: \(YAMLText.percent(reset))`")
    }
    let with = measured.isEmpty ? "" : ", with \(measured.joined(separator: " and ")),"
    return
      "Such rules understate the input bill, by \(Int(off.min() ?? 0)) to \(Int(off.max() ?? 0)) % where it was "
      + "measured: on \(HumanFormat.count(errors.sessions)) \(errors.what) (\(errors.source)) this "
      + "one\(with) read \(HumanFormat.percent(rule.read)) of the input where providers' marks read "
      + "\(HumanFormat.percent(errors.read)), and the input came out "
      + "\(HumanFormat.percent(rule.understates)) too low."
  }

  private func add(
    _ column: TraceColumn, _ one: String, _ many: String, _ handling: String,
    to lines: inout [String]
  ) {
    let count = facts.absent.contains(column) ? facts.accepted : facts.unknown[column] ?? 0
    guard count > 0 else { return }
    let requests = HumanFormat.plural(count, "request")
    lines.append("\(requests) \(count == 1 ? one : many): \(handling).")
  }

  private var users: String {
    switch settings.users {
    case .none:
      cache.mode != .off && cache.scope == .user
        ? "of no account, and not looked up in the response cache, which is kept by user"
        : "of no account"
    case .shared: "all of one account, \"(not told)\""
    case .request: "each an account of its own"
    case .session: "the session stands for the account, if there is one"
    case .dealt(let count):
      "dealt among \(HumanFormat.plural(Int64(count), "account")), as active as the scenario's "
        + "users"
    }
  }

  private var sessions: String {
    switch (settings.sessions, settings.users, settings.sessionBlock) {
    case (.user, _, _): "those of an account are one session"
    case (.none, .session, _), (.none, _, .some): "of no session"
    case (.none, _, nil): "nothing in the scenario asks for sessions"
    }
  }

  private var prompts: String {
    if cache.mode == .off { return "nothing asks for prompts, as there is no response cache" }
    switch settings.prompts {
    case .none: return "neither looked up nor stored in the response cache"
    case .unique: return cache.mode == .rate ? "hits as the class's rate says" : "all different"
    case .pool(let size, _, let perUser):
      return "out of a pool of \(HumanFormat.plural(Int64(size), "prompt"))"
        + (perUser ? " for each account" : "")
    }
  }
}
