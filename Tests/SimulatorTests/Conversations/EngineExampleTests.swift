import CostModel
import ReferenceEngine
import Testing

@testable import Scenarios

/// The worked examples as scenario files, through the engine: all of which keys can say it.
///
/// Where an example's turns differ, the scenario draws among their values, and the first seed is taken
/// whose draws are the example's.
@Suite struct EngineExampleTests {
  /// Arrivals of several users at stated times, and two unlike steps of one turn, no key says.
  private static let unsaid = ["E7", "E8", "E9", "E25", "E26"]

  @Test func everyExampleThatKeysCanSayIsPlayedByTheEngine() throws {
    let file = try ConversationExamples.read()
    let said = file.examples.filter { !Self.unsaid.contains($0.name) }
    #expect(said.count == 23)
    for example in said {
      let text = try ExampleScenario(file.traffic(of: example))
      let expected = EngineRows.ofCalls(example.rows)
      var found: [ScriptedRow] = []
      for seed in 1...400 {
        found = try text.rows(seed: seed)
        if Self.shape(found) == Self.shape(expected) { break }
      }
      #expect(found == expected, "\(example.name)")
    }
  }

  /// What is drawn.
  private static func shape(_ rows: [ScriptedRow]) -> [[Int]] {
    rows.map { [$0.start, $0.output, $0.prompt] }
  }
}

/// An example with one conversation as a scenario file.
private struct ExampleScenario {
  private let traffic: ScriptedTraffic
  private let script: ScriptedConversation

  init(_ traffic: ScriptedTraffic) throws {
    self.traffic = traffic
    script = try #require(traffic.conversations.first)
    #expect(traffic.conversations.count == 1)
  }

  /// From the first call on.
  func rows(seed: Int) throws -> [ScriptedRow] {
    let plain = try EngineRows(scenario(seed: seed, outagesFrom: nil)).rows
    let first = try #require(plain.first).start
    let isSick = traffic.models?.values.contains { $0.fail != nil } ?? false
    let found =
      isSick ? try EngineRows(scenario(seed: seed, outagesFrom: first)).rows : plain
    return found.map { row in
      var row = row
      row.start -= first
      return row
    }
  }

  private func scenario(seed: Int, outagesFrom first: Int?) throws -> Scenario {
    let folder = try ScenarioFolder(["s.yaml": text(seed: seed)])
    var scenario = try ScenarioReader.read(path: folder.path("s.yaml"))
    guard let first else { return scenario }
    for (name, model) in traffic.models ?? [:] {
      guard let id = scenario.catalog.id(named: name) else { continue }
      for span in model.fail ?? [] {
        func moment(_ seconds: Double) -> SimTime {
          scenario.period.start
            + SimDuration(microseconds: Int64(first) + Int64((seconds * 1e6).rounded()))
        }
        scenario.outages.append(
          Outage(model: id, region: nil, from: moment(span[0]), to: moment(span[1]), rate: 1))
      }
    }
    return scenario
  }

  private func text(seed: Int) -> String {
    let names = (traffic.models ?? [:]).keys.sorted()
    return """
      period: {start: 2025-11-01, days: 30}
      plans: [1]
      seed: \(seed)
      catalog:
        models:
      \(names.map { "    " + model($0) }.joined(separator: "\n"))
      policy: {rules: [\(rules)]}
      chains: {standard: [\((script.chain ?? [script.model]).joined(separator: ", "))]}
      models:
      \(names.map { "  " + behaviour($0) }.joined(separator: "\n"))
      traffic: {arrivals: exact}
      workloads: {w: {volume: 1, conversation: \(conversation(script))}}
      """
  }

  private var rules: String {
    let turns = script.turns.enumerated().compactMap { number, turn in
      turn.model.map { "{name: t\(number), when: {turn: \(number + 1)}, model: \($0)}" }
    }
    return (turns + ["{name: all, model: \(script.chain?.first ?? script.model)}"])
      .joined(separator: ", ")
  }

  private func model(_ name: String) -> String {
    guard let model = traffic.models?[name] else { return "" }
    var keys = ["provider: p"]
    func price(_ key: String, _ value: Double?) {
      if let value { keys.append("\(key): $\(value) per 1M tokens") }
    }
    price("input", model.input)
    price("cache_read", model.read)
    price("cache_write", model.write)
    price("cache_write_long", model.writeLong)
    price("output", model.output)
    if let window = model.window { keys.append("context_window: \(window)") }
    return "\(name): {\(keys.joined(separator: ", "))}"
  }

  private func behaviour(_ name: String) -> String {
    guard let model = traffic.models?[name], let cache = model.cache else { return "" }
    var keys = ["match: \(cache.match ?? "block")", "ttl: \(Int(cache.ttl ?? 0))s"]
    keys.append("readable: outcome")
    if let ttl = cache.longTTL { keys.append("long_ttl: \(Int(ttl))s") }
    if let minimum = cache.minimum { keys.append("minimum_tokens: \(minimum)") }
    if let step = cache.step { keys.append("step: \(step)") }
    if let places = cache.lookback { keys.append("lookback: \(places)") }
    if let unit = cache.lookbackCounts { keys.append("lookback_counts: \(unit)") }
    if let stores = cache.outputCached { keys.append("output_cached: \(stores)") }
    if let refresh = cache.refresh { keys.append("refresh: \(refresh)") }
    return "\(name): {latency: \(Int(model.latency ?? 0))s, "
      + "prompt_cache: {\(keys.joined(separator: ", "))}}"
  }

  /// One value, or each of them alike.
  private func among<Value: Hashable>(_ values: [Value], unit: String = "") -> String {
    var seen: Set<Value> = []
    let each = values.filter { seen.insert($0).inserted }
    if each.count == 1 { return "\(each[0])\(unit)" }
    return "{histogram: {\(each.map { "\($0)\(unit): 1" }.joined(separator: ", "))}}"
  }

  private func conversation(_ script: ScriptedConversation) -> String {
    var keys = ["turns: \(script.turns.count)", "user: \(among(script.turns.map(\.user)))"]
    let steps = script.turns.flatMap { $0.steps ?? [] }
    keys.append("answer: \(among(script.turns.map(\.output)))")
    let thinking = steps.map { $0.reasoning ?? 0 } + script.turns.map { $0.reasoning ?? 0 }
    keys.append("reasoning: \(among(thinking))")
    if let prefix = script.prefix, script.fork != true { keys.append("prefix: \(prefix.tokens)") }
    if script.turns.count > 1 {
      keys.append("think: \(among(script.turns.dropFirst().map { Int($0.gap) }, unit: "s"))")
    }
    if let kept = script.keepReasoning { keys.append("keep_reasoning: \(kept)") }
    if let policy = script.cache { keys.append("breakpoints: \(policy)") }
    if let life = script.ttl {
      keys.append("lifetime: {prefix: \(life.prefix), rest: \(life.rest)}")
    }
    if let full = script.full { keys.append("full: \(self.full(full))") }
    if !steps.isEmpty { keys += tools(steps) }
    return "{\(keys.joined(separator: ", "))}"
  }

  private func full(_ full: ScriptedConversation.Full) -> String {
    var keys = ["at: \(full.at)", "do: \(full.action)"]
    if let to = full.to { keys.append("to: \(to)") }
    if let instruction = full.instruction { keys.append("instruction: \(instruction)") }
    if let model = full.model { keys.append("model: \(model)") }
    return "{\(keys.joined(separator: ", "))}"
  }

  private func tools(_ steps: [ScriptedConversation.Step]) -> [String] {
    let counts = script.turns.map { $0.steps?.count ?? 0 }
    let results = steps.flatMap { $0.tools ?? [0] }
    let parallel = steps.map { $0.tools?.count ?? 1 }
    var keys = [
      "tools: {steps: \(among(counts)), parallel: \(among(parallel)), "
        + "call: \(among(steps.map(\.output))), result: \(among(results)), "
        + "time: \(among(steps.map { Int($0.time ?? 0) }, unit: "s"))}"
    ]
    let agents = steps.flatMap { $0.agents ?? [] }
    guard let agent = agents.first else { return keys }
    let each = steps.map { $0.agents?.count ?? 0 }
    keys.append(
      "agents: {a: {parallel: \(among(each)), fork: \(agent.fork ?? false), "
        + "conversation: \(conversation(agent))}}")
    return keys
  }
}
