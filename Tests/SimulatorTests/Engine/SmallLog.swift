import CostModel

@testable import Scenarios

/// A log of three models over two months, with more users than most rows have neighbours.
struct SmallLog {
  struct Row {
    var time: Int64
    var model: Int
    var user: Int
    var kind: Int
    var prompt: Int
    var input: Int
    var output: Int
    var isOK: Bool
  }

  static let logged = Policy(
    name: "logged", rules: [Policy.Rule(name: "logged", conditions: [], choice: .logged)])

  var rows: [Row]
  var scenario: Scenario

  init(rows count: Int, ties: Bool, _ random: inout TestRandom) {
    var builder = ScenarioBuilder()
    builder.models = (0..<3).map {
      ScenarioBuilder.model("m\($0)", input: Double($0 + 1), output: Double($0 + 2))
    }
    builder.chains = ["standard": [ModelID(1), ModelID(2)]]
    builder.change = Self.addFaults
    builder.rules = [
      Policy.Rule(
        name: "task", conditions: [Policy.Condition(.task, in: ["k1", "k2"])],
        choice: .weighted([.init(ModelID(0), weight: 1), .init(ModelID(2), weight: 2)])),
      Policy.Rule(name: "rest", conditions: [], choice: .logged),
    ]
    builder.seed = random.bits()
    scenario = builder.build()
    var time = AnalysisScenario.start.microseconds + 20 * 86_400_000_000
    rows = []
    for number in 0..<count {
      time += ties && random.chance(0.5) ? 0 : 1 + Int64(random.below(20_000_000_000))
      rows.append(
        Row(
          time: time, model: random.below(3), user: random.below(count),
          kind: random.below(2 + number / 8), prompt: random.below(4), input: random.below(2_000),
          output: random.below(500), isOK: !random.chance(0.1)))
    }
  }

  private static func addFaults(to scenario: inout Scenario) {
    scenario.cache.mode = .keyed
    scenario.cache.scope = .global
    scenario.cache.defaultClass = CacheSettings.Class(
      ttl: SimDuration(microseconds: 40_000_000_000), hitRate: nil)
    scenario.behaviours[0].failureRate = 0.3
    scenario.behaviours[1].quota.requestsPerMinute = 1
    scenario.behaviours[0].breaker = BreakerSettings(
      failures: 2, window: .day, open: SimDuration(microseconds: 30_000_000_000), probes: 1,
      consecutive: false)
    scenario.retry = RetrySettings(max: 1, base: .second, cap: .second)
    scenario.budget = Budget(
      amount: MoneySum(picodollars: 100_000_000_000),
      thresholds: [])
  }

  func scenario(sendingAllTo model: Int) -> Scenario {
    var scenario = scenario
    scenario.policy = Policy(
      name: "p\(model)",
      rules: [Policy.Rule(name: "all", conditions: [], choice: .model(ModelID(UInt16(model))))])
    return scenario
  }

  func text() -> String { Self.text(rows) }

  func shuffled(_ random: inout TestRandom) -> String {
    var mixed = rows
    for index in mixed.indices.dropFirst().reversed() {
      mixed.swapAt(index, random.below(index + 1))
    }
    return Self.text(mixed)
  }

  private static func text(_ rows: [Row]) -> String {
    let lines = rows.map { row in
      "\(row.time),m\(row.model),u\(row.user),k\(row.kind),use \(row.kind % 3),p\(row.prompt),"
        + "\(row.input),\(row.output),\(row.isOK ? "ok" : "429")\n"
    }
    return "timestamp,model,user,task,use_case,prompt,input_tokens,output_tokens,status\n"
      + lines.joined()
  }
}
