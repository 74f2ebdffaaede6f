import ReferenceEngine

/// Random conversations over several targets with fallbacks, failures, retries, queues, parallel
/// tools, sub-agents, forks, kept reasoning, full contexts, windows and all kinds of caches.
struct RandomConversations {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func range(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.below(Int64(range.count)))
  }
  private mutating func maybe(_ percent: Int64) -> Bool { random.chance(percent, in: 100) }

  mutating func traffic() -> ScriptedTraffic {
    let names = ["A", "B", "C"]
    var models: [String: ScriptedModel] = [:]
    for name in names { models[name] = model() }
    let isBusy = maybe(30)
    let conversations = (0..<range(1...3)).map { _ in
      conversation(names, depth: 0, spread: isBusy ? 20 : 600)
    }
    var traffic = ScriptedTraffic(models: models, conversations: conversations)
    traffic.retries = range(0...2)
    if maybe(20) { traffic.hits = (0..<7).map { _ in random.uniform() } }
    return traffic
  }

  private mutating func model() -> ScriptedModel {
    var model = ScriptedModel()
    (model.input, model.read, model.output) = (3, 0.3, 15)
    if maybe(60) { (model.write, model.writeLong) = (3.75, 6) }
    model.latency = Double(range(0...20))
    if maybe(20) { model.window = range(400...4_000) }
    if maybe(50) { model.reserve = range(0...300) }
    if maybe(40) {
      model.fail = (0..<3).map { _ in
        let from = Double(range(0...900))
        return [from, from + Double(range(1...120))]
      }
    }
    if maybe(30) { model.pause = Double(range(0...15)) }
    model.cache = cache()
    return model
  }

  private mutating func cache() -> ScriptedModel.Cache {
    var cache = ScriptedModel.Cache()
    if maybe(70) { cache.match = random.oneOf(["block", "breakpoint"]) }
    cache.ttl = random.oneOf([30, 60, 300])
    if maybe(60) { cache.longTTL = random.oneOf([120, 600, 3600]) }
    cache.minimum = random.oneOf([0, 0, 200, 1_024])
    cache.step = random.oneOf([1, 64, 128])
    if maybe(50) { cache.lookback = range(1...8) }
    cache.lookbackCounts = random.oneOf(["runs", "blocks"])
    cache.outputCached = maybe(30)
    cache.refresh = maybe(75)
    cache.readable = random.oneOf(["outcome", "outcome", "start", "3"])
    if maybe(20) { cache.hitChance = 0.7 }
    if maybe(15) { cache.flush = (0..<2).map { _ in Double(range(0...800)) } }
    return cache
  }

  private mutating func conversation(
    _ names: [String], depth: Int, spread: Int, inFork: Bool = false
  ) -> ScriptedConversation {
    let turns = (0..<range(1...(depth == 0 ? 6 : 2))).map { turn($0, names, depth: depth) }
    var script = ScriptedConversation(model: random.oneOf(names), turns: turns)
    if depth == 0 { script.at = Double(range(0...spread)) }
    if maybe(60) { script.chain = Array(shuffled(names).prefix(range(1...3))) }
    if maybe(85) {
      let size = random.oneOf([100, 1_000, 2_000])
      script.prefix = ScriptedConversation.Prefix(id: "p\(size)", tokens: size)
    }
    if depth > 0, maybe(40) {
      script.fork = true
      script.prefix = nil
    }
    script.cache = random.oneOf(["rolling", "rolling", "rolling", "prefix", "automatic", "none"])
    script.ttl = random.oneOf([
      nil, ScriptedConversation.Lifetime(prefix: "long", rest: "long"),
      ScriptedConversation.Lifetime(prefix: "long", rest: "short"),
    ])
    script.keepReasoning = random.oneOf(["none", "turn", "turn", "all"])
    if maybe(40) { script.full = full(names) }
    if depth > 0, maybe(50) { script.result = range(0...300) }
    return script
  }

  private mutating func shuffled(_ names: [String]) -> [String] {
    var rest = names
    return names.map { _ in rest.remove(at: Int(random.below(Int64(rest.count)))) }
  }

  private mutating func full(_ names: [String]) -> ScriptedConversation.Full {
    var full = ScriptedConversation.Full(
      random.oneOf(["compact", "compact", "truncate", "fail"]), at: range(500...3_500))
    if full.action == "fail" { full.at = range(2_000...5_000) }
    if maybe(20) { full.share = range(100_000_000...900_000_000) }
    full.to = range(0...(full.action == "truncate" ? 2_500 : 300))
    full.keep = random.oneOf([0, 0, 1, 2])
    full.instruction = random.oneOf([0, 50])
    full.reasoning = random.oneOf([0, 100])
    if maybe(30) { full.model = random.oneOf(names) }
    return full
  }

  private mutating func turn(_ number: Int, _ names: [String], depth: Int)
    -> ScriptedConversation.Turn
  {
    var turn = ScriptedConversation.Turn(
      gap: Double(random.oneOf([0, 5, 20, 50, 290, 300, 700])), user: random.oneOf([0, 80, 250]),
      output: random.oneOf([0, 120, 300]))
    if number == 0 { turn.gap = depth == 0 ? 0 : Double(random.oneOf([0, 0, 3])) }
    turn.reasoning = random.oneOf([nil, 0, 60])
    if maybe(20) { turn.model = random.oneOf(names) }
    if maybe(60) { turn.steps = (0..<range(0...3)).map { _ in step(names, depth: depth) } }
    return turn
  }

  private mutating func step(_ names: [String], depth: Int) -> ScriptedConversation.Step {
    var step = ScriptedConversation.Step(output: random.oneOf([0, 40, 90]))
    step.reasoning = random.oneOf([nil, 0, 70])
    if maybe(85) { step.tools = (0..<range(1...4)).map { _ in random.oneOf([0, 100, 400]) } }
    step.time = Double(random.oneOf([0, 2, 15, 60]))
    if depth < 2, maybe(20) {
      step.agents = (0..<range(1...2)).map { _ in
        conversation(names, depth: depth + 1, spread: 0)
      }
    }
    return step
  }
}
