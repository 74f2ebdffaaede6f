import CostModel
import ReferenceEngine

@testable import Scenarios
@testable import Simulator
@testable import Support

/// A scenario's conversations with everything drawn, as docs/semantics.md ("Randomness") says it, for the
/// reference engine, which plays scripts.
struct ScriptedScenario {
  private let scenario: Scenario
  private let spec: ConversationSpec
  private let draws: Draws
  private var tables = SamplerTables()
  /// More turns, or steps, than any conversation here comes to.
  private static let most = 200

  init?(_ scenario: Scenario) {
    guard let spec = scenario.workloads.first?.conversation else { return nil }
    self.scenario = scenario
    self.spec = spec
    draws = Draws(seed: scenario.seed, run: 1)
  }

  /// - Parameter starts: when each user's conversations begin, in seconds.
  mutating func traffic(_ starts: [(user: UInt32, index: UInt32, at: Double)]) -> ScriptedTraffic {
    var models: [String: ScriptedModel] = [:]
    for (index, model) in scenario.catalog.models.enumerated() {
      models[model.name] = Self.model(
        model, scenario.behaviours[index], ModelID(UInt16(index)), scenario)
    }
    var traffic = ScriptedTraffic(
      models: models,
      conversations: starts.map { start in
        var script = script(
          0, user: start.user, index: start.index,
          key: Draws.key(of: scenario.workloads[0].name))
        script.at = start.at
        return script
      })
    traffic.retries = scenario.retry.max
    return traffic
  }

  // MARK: Models

  private static func model(
    _ model: Model, _ behaviour: TargetBehaviour, _ id: ModelID, _ scenario: Scenario
  ) -> ScriptedModel {
    var result = ScriptedModel()
    let rates = model.prices[0].rates
    func price(_ dimension: BillingDimension) -> Double? {
      rates[dimension].map { Double($0.picodollars) / Double($0.per) / 1e6 }
    }
    result.input = price(.inputTokens)
    result.read = price(.cacheReadTokens)
    result.write = price(.cacheWriteTokens)
    result.writeLong = price(.cacheWriteLongTokens)
    result.output = price(.outputTokens)
    if case .fixed(let latency) = behaviour.latency { result.latency = latency / 1e6 }
    result.window = model.contextWindow.map(Int.init)
    result.reserve = behaviour.reserve.map(Int.init)
    if let rate = behaviour.quota.requestsPerMinute { result.pause = 60 / Double(rate) }
    let begin = scenario.period.start
    result.fail = scenario.outages.filter { $0.model == id }.map {
      [($0.from - begin).seconds, ($0.to - begin).seconds]
    }
    result.cache = behaviour.promptCache.map(cache)
    return result
  }

  private static func cache(_ settings: PromptCacheSettings) -> ScriptedModel.Cache {
    var cache = ScriptedModel.Cache()
    cache.match = settings.match.rawValue
    cache.ttl = settings.ttl.seconds
    cache.longTTL = settings.longTTL?.seconds
    cache.minimum = Int(settings.minimumTokens)
    cache.step = Int(settings.step)
    cache.lookback = settings.lookback
    cache.lookbackCounts = settings.lookbackUnit.rawValue
    cache.outputCached = settings.storesOutput
    cache.refresh = settings.refresh
    cache.hitChance = settings.hitChance
    switch settings.readable {
    case .start: cache.readable = "start"
    case .outcome: cache.readable = "outcome"
    case .after(let time): cache.readable = "\(time.seconds)"
    }
    return cache
  }

  // MARK: Conversations

  private struct Place {
    var user: UInt32
    var index: UInt32
    var key: UInt64
  }

  private func block(
    _ block: DrawBlock, _ place: Place, turn: Int = 0, step: Int = 0, low: UInt64 = 0
  ) -> SplitMix.Block {
    draws.block(
      block, call: UInt64(place.index), user: UInt64(place.user), workload: place.key,
      part: (UInt64(turn) << 16 + UInt64(step)) << 32 | low)
  }

  private mutating func draw(_ law: Distribution, _ word: UInt64) -> Int64 {
    tables.draw(tables.sampler(for: law), word)
  }

  private mutating func script(_ number: Int, user: UInt32, index: UInt32, key: UInt64)
    -> ScriptedConversation
  {
    let level = spec.levels[number]
    let place = Place(user: user, index: index, key: key)
    var turns: [ScriptedConversation.Turn] = []
    var count = Self.most
    if case .drawn(let law) = level.turns { count = Int(max(1, draw(law, block(.turn, place).0))) }
    for turn in 0..<count {
      turns.append(self.turn(turn, level, place))
      let word = block(.turn, place, turn: turn)
      if case .continued(let chance) = level.turns, word.0.unit >= chance { break }
      if turn + 1 < count, word.1.unit < level.abandon { break }
    }
    let first = model(level, turn: 1)
    var script = ScriptedConversation(model: first, turns: turns)
    let chain = scenario.chains["standard"] ?? []
    script.chain = ([first] + chain.map { scenario.catalog[$0].name }).reduce(into: []) {
      if !$0.contains($1) { $0.append($1) }
    }
    if case .fixed(let tokens) = level.prefixTokens, tokens > 0 {
      var id = level.path.joined(separator: "/")
      if level.prefixSharing == .user { id += " of user \(user)" }
      if level.prefixSharing == .conversation { id += " of \(user), \(index), \(key)" }
      script.prefix = ScriptedConversation.Prefix(id: id, tokens: Int(tokens))
    }
    script.cache = level.rules.marks.breakpoints.rawValue
    script.ttl = ScriptedConversation.Lifetime(
      prefix: level.rules.marks.prefixIsLong ? "long" : "short",
      rest: level.rules.marks.restIsLong ? "long" : "short")
    script.keepReasoning = level.rules.keptReasoning.rawValue
    script.full = full(level)
    return script
  }

  private func model(_ level: ConversationLevel, turn: Int) -> String {
    var attributes = CallAttributes()
    attributes[.turn] = String(turn)
    guard case .model(let id)? = scenario.policy.firstMatch(attributes)?.choice else { return "" }
    return scenario.catalog[id].name
  }

  private func full(_ level: ConversationLevel) -> ScriptedConversation.Full? {
    guard let rule = level.rules.full else { return nil }
    var full = ScriptedConversation.Full("fail", at: 0)
    switch rule.limit {
    case .tokens(let tokens): full.at = Int(tokens)
    case .windowShare(let billionths): full.share = Int(billionths)
    }
    switch rule.action {
    case .fail: break
    case .truncate(let tokens): (full.action, full.to) = ("truncate", Int(tokens))
    case .compact(let instruction, let keep):
      full.action = "compact"
      if case .fixed(let tokens) = level.summary { full.to = Int(tokens) }
      (full.instruction, full.keep) = (Int(instruction), Int(keep))
      if case .fixed(let tokens) = level.reasoning { full.reasoning = Int(tokens) }
      full.model = level.compactor.map { scenario.catalog[$0].name }
    }
    return full
  }

  private mutating func turn(_ number: Int, _ level: ConversationLevel, _ place: Place)
    -> ScriptedConversation.Turn
  {
    let word = block(.turn, place, turn: number)
    let user = draw(level.user, block(.shape, place, turn: number).0)
    var steps: [ScriptedConversation.Step] = []
    if let tools = level.tools {
      var count = Self.most
      if case .drawn(let law) = tools.steps { count = Int(draw(law, word.3)) }
      for step in 0..<count {
        if case .continued(let chance) = tools.steps,
          block(.conversationCall, place, turn: number, step: step).0.unit >= chance
        {
          break
        }
        steps.append(self.step(step, turn: number, tools, level, place))
      }
    }
    let shape = block(.shape, place, turn: number, step: steps.count)
    var turn = ScriptedConversation.Turn(
      gap: number == 0 ? 0 : Double(draw(level.think, word.2)) / 1e6, user: Int(user),
      output: Int(draw(level.answer, shape.1)))
    turn.reasoning = Int(draw(level.reasoning, shape.2))
    turn.steps = steps
    turn.metered = metered(level, .answer, turn: number, step: steps.count, place)
    let model = model(level, turn: number + 1)
    if scenario.policy.rules.count > 1 { turn.model = model }
    return turn
  }

  private mutating func step(
    _ step: Int, turn: Int, _ tools: ConversationLevel.Tools, _ level: ConversationLevel,
    _ place: Place
  ) -> ScriptedConversation.Step {
    let shape = block(.shape, place, turn: turn, step: step)
    let word = block(.conversationCall, place, turn: turn, step: step)
    var result = ScriptedConversation.Step(output: Int(draw(tools.call, shape.1)))
    result.reasoning = Int(draw(level.reasoning, shape.2))
    let parallel = max(1, draw(tools.parallel, word.1))
    result.tools = (0..<UInt64(parallel)).map { number in
      Int(
        draw(
          tools.result, block(.toolResult, place, turn: turn, step: step, low: number).0))
    }
    result.time = Double(draw(tools.time, word.2)) / 1e6
    result.metered = metered(level, .tool, turn: turn, step: step, place)
    result.agents = level.agents.flatMap {
      agents($0, at: UInt64(turn) << 16 + UInt64(step), place)
    }
    return result
  }

  /// Picodollars of what a call is metered for beside tokens, here and at other models; prices divide evenly.
  private mutating func metered(
    _ level: ConversationLevel, _ call: ConversationCall, turn: Int, step: Int, _ place: Place
  ) -> Int {
    let variant = scenario.variants[level.kinds[0][Int(call.rawValue)]]
    var sum: Int64 = 0
    func cost(_ quantity: Int64, _ meter: CallMeter, at model: String) -> Int64 {
      let rate = scenario.catalog.id(named: model)
        .flatMap { scenario.catalog[$0].prices[0].rates[meter.dimension] }
      return rate.map { quantity * $0.picodollars / $0.per } ?? 0
    }
    func words(_ meter: CallMeter, _ low: UInt64) -> UInt64 {
      let block = self.block(
        DrawBlock.meters[meter.rawValue / 4], place, turn: turn, step: step, low: low)
      return [block.0, block.1, block.2, block.3][meter.rawValue % 4]
    }
    let own = scenario.catalog.models[0].name
    for (meter, law) in variant.statedMeters {
      sum += cost(draw(law, words(meter, 0)), meter, at: own)
    }
    for (number, use) in variant.uses.enumerated() {
      for (meter, law) in use.variant.statedMeters {
        sum += cost(draw(law, words(meter, UInt64(number + 1))), meter, at: use.model)
      }
    }
    return Int(sum)
  }

  private mutating func agents(
    _ agent: ConversationLevel.Agent, at step: UInt64, _ place: Place
  ) -> [ScriptedConversation] {
    func key(_ k: UInt64) -> UInt64 {
      SplitMix.mixed(
        place.key ^ (Draws.key(of: agent.name) &+ (step << 16 + k) &* 0x9E37_79B9_7F4A_7C15))
    }
    let first = block(
      .agent, Place(user: place.user, index: place.index, key: key(0)))
    guard first.2.unit < agent.chance else { return [] }
    let count = max(1, draw(agent.parallel, first.3))
    return (0..<UInt64(count)).map { k in
      var script = script(agent.level, user: place.user, index: place.index, key: key(k))
      script.fork = agent.isFork
      if agent.isFork { script.prefix = nil }
      let word = block(.agent, Place(user: place.user, index: place.index, key: key(k)))
      script.result = agent.result.map { Int(draw($0, word.1)) }
      return script
    }
  }
}
