/// Random scenarios of conversations over several targets, with failures, retries, queues, windows, tools,
/// sub-agents, forks, kept reasoning, full contexts and all kinds of caches, as scenario files.
struct RandomConversationScenario {
  private var random: TestRandom
  private let names = ["A", "B", "C"]
  /// Calls have no chain then, and a compaction may name its model: scripts know no chain of that.
  private var routesByTurn = false

  /// Drawn apart, so that the rest of a scenario is what it was without meters.
  private var meterRandom: TestRandom

  init(seed: UInt64) {
    random = TestRandom(seed: seed)
    meterRandom = TestRandom(seed: seed ^ 0x3E7E_25)
  }

  /// Keys of what calls are metered for, in some places that may state them.
  private mutating func meters() -> [String] {
    guard meterRandom.chance(0.3) else { return [] }
    var keys: [String] = []
    if meterRandom.chance(0.6) { keys.append("pages: \(meterRandom.oneOf(["0", "2", "0..3"]))") }
    if meterRandom.chance(0.6) {
      keys.append("uses: {W: {searches: \(meterRandom.oneOf(["1", "0..2"]))}}")
    }
    return keys
  }

  private mutating func range(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.uniform() * Double(range.count))
  }
  private mutating func maybe(_ percent: Int) -> Bool { random.uniform() * 100 < Double(percent) }
  private mutating func oneOf<T>(_ values: [T]) -> T { values[range(0...values.count - 1)] }

  mutating func text() -> String {
    routesByTurn = maybe(30)
    let first = oneOf(names)
    var chain = names.filter { _ in maybe(60) }.filter { $0 != first }
    if routesByTurn { chain = [] }
    let rules =
      routesByTurn
      ? "{name: a, when: {turn: \(oneOf(["2", "2..3", "3.."]))}, model: \(oneOf(names))}, " : ""
    return """
      period: {start: 2025-11-01, days: 2}
      plans: [2]
      seed: \(range(1...1_000_000))
      catalog:
        models:
      \(names.map { "    " + model($0) }.joined(separator: "\n"))
          W: {provider: p, latency: 0s, searches: $5 per 1K searches}
      policy: {rules: [\(rules){name: all, model: \(first)}]}
      chains: {\(routesByTurn ? "" : "standard: [\(([first] + chain).joined(separator: ", "))]")}
      retry: {max: \(range(0...2)), base: 0}
      models:
      \(names.map { "  " + behaviour($0) }.joined(separator: "\n"))
      quotas: {\(quotas())}
      outages:
      \(names.map { outage($0) }.joined(separator: "\n"))
      traffic: {arrivals: exact}
      workloads: {w: {\((["volume: \(range(1...4))"] + meters()).joined(separator: ", ")), conversation: \(conversation(depth: 0))}}
      """
  }

  private mutating func model(_ name: String) -> String {
    var keys = "provider: p, input: $3 per 1M tokens, cache_read: $0.3 per 1M tokens, "
    keys +=
      "output: $15 per 1M tokens, pages: $2 per 1K pages, context_window: \(maybe(20) ? range(400...4_000) : 900_000)"
    if maybe(60) {
      keys += ", cache_write: $3.75 per 1M tokens, cache_write_long: $6 per 1M tokens"
    }
    return "\(name): {\(keys)}"
  }

  private mutating func behaviour(_ name: String) -> String {
    let match = oneOf(["block", "breakpoint"])
    var keys = ["match: \(match)", "ttl: \(oneOf([30, 60, 300]))s"]
    if maybe(60) { keys.append("long_ttl: \(oneOf([300, 600, 3_600]))s") }
    keys.append("minimum_tokens: \(oneOf([0, 0, 200, 1_024]))")
    if match == "block" { keys.append("step: \(oneOf([1, 64, 128]))") }
    if match == "breakpoint", maybe(50) {
      keys.append("lookback: \(range(1...8)), lookback_counts: \(oneOf(["runs", "blocks"]))")
    }
    keys.append("output_cached: \(maybe(30)), refresh: \(maybe(75))")
    keys.append("readable: \(oneOf(["outcome", "outcome", "start", "3s"]))")
    let reserve = maybe(50) ? ", reserve: \(range(0...300))" : ""
    return "\(name): {latency: \(range(0...20))s\(reserve), "
      + "prompt_cache: {\(keys.joined(separator: ", "))}}"
  }

  private mutating func quotas() -> String {
    names.filter { _ in maybe(30) }
      .map { "\($0): {requests_per_minute: \(oneOf([4, 6, 12])), burst: 1}" }
      .joined(separator: ", ")
  }

  private mutating func outage(_ name: String) -> String {
    let from = range(0...40)
    return "  - {model: \(name), from: 2025-11-0\(1 + from / 24)T\(Self.hour(from % 24)):00, "
      + "to: 2025-11-0\(1 + (from + 5) / 24)T\(Self.hour((from + 5) % 24)):00}"
  }

  private static func hour(_ hour: Int) -> String { hour < 10 ? "0\(hour)" : "\(hour)" }

  private mutating func conversation(depth: Int, isFork: Bool = false) -> String {
    var keys = ["user: \(oneOf(["80", "0..250", "{mean: 100, cv: 1}"]))"]
    keys.append("answer: \(oneOf(["1..300", "120", "{mean: 200, cv: 1, cap: 900}"]))")
    keys.append("turns: \(oneOf(depth > 0 ? ["1", "1..2"] : ["1", "3..6", "{continue: 70%}"]))")
    keys.append(
      "think: \(oneOf(["5s", "0s..400s", "{mean: 4min, cv: 1}"])), abandon: \(oneOf(["0%", "20%"]))"
    )
    keys += meters()
    let compacts = maybe(35)
    keys.append("reasoning: \(compacts ? oneOf(["0", "60"]) : oneOf(["0", "60", "0..100"]))")
    keys.append("keep_reasoning: \(oneOf(["none", "turn", "turn", "all"]))")
    if !isFork, maybe(85) {
      keys.append(
        "prefix: {tokens: \(oneOf([100, 1_000, 2_000])), per: \(oneOf(["all", "all", "user", "conversation"]))}"
      )
    }
    keys.append(
      "breakpoints: \(oneOf(["rolling", "rolling", "rolling", "prefix", "automatic", "none"]))")
    keys.append("lifetime: \(oneOf(["short", "long", "{prefix: long, rest: short}"]))")
    if compacts {
      let model = routesByTurn && maybe(60) ? ", model: \(oneOf(names))" : ""
      keys.append(
        "full: {at: \(oneOf(["900", "2500", "40%"])), do: compact, to: \(range(1...300)), "
          + "instruction: \(oneOf([0, 50])), keep: \(oneOf([0, 0, 1, 2]))\(model)}")
    } else if maybe(40) {
      keys.append(
        oneOf([
          "full: {at: 1800, do: truncate, to: 1200}", "full: {at: 4000, do: fail}",
          "full: {at: 30%, do: truncate, to: 900}",
        ]))
    }
    if maybe(70) {
      keys.append(
        "tools: {steps: \(oneOf(["0..3", "2", "{continue: 50%}"])), parallel: \(oneOf(["1", "1..4"])), "
          + "call: \(oneOf(["40", "1..90"])), result: \(oneOf(["100", "0..400", "{mean: 200, cv: 1}"])), "
          + (["time: \(oneOf(["0s", "2s..60s"]))"] + meters()).joined(separator: ", ") + "}")
      if depth < 2, maybe(50) {
        keys.append("agents: {\(agent("x", depth)), \(agent("y", depth))}")
      }
    }
    return "{\(keys.joined(separator: ", "))}"
  }

  private mutating func agent(_ name: String, _ depth: Int) -> String {
    let isFork = maybe(30)
    let result = maybe(50) ? ", result: 0..300" : ""
    return "\(name): {chance: \(oneOf(["30%", "100%"])), parallel: \(oneOf(["1", "1..2"])), "
      + "fork: \(isFork)\(result), "
      + "conversation: \(conversation(depth: depth + 1, isFork: isFork))}"
  }
}
