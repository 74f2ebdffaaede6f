import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Scenarios
@testable import Simulator
@testable import Support

private typealias Bill = Analysis.ExpectedCost

/// Closed forms of conversations against numbers computed by hand (docs/conversations.md).
@Suite struct ConversationFormTests {
  static func text(
    _ workload: String, users: Int = 100, latency: String = "10s",
    cache: String = "{preset: anthropic}", more: String = ""
  ) -> String {
    """
    name: talk
    period: {start: 2026-03-01, days: 30}
    seed: 1
    plans: [\(users)]
    catalog:
      models:
        claude: {provider: p, input: $3 per 1M tokens, cache_read: $0.3 per 1M tokens,
                 cache_write: $3.75 per 1M tokens, cache_write_long: $6 per 1M tokens,
                 output: $15 per 1M tokens}
        other: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $5 per 1M tokens}
    policy: {rules: [{name: rest, model: claude}]}
    models: {claude: {latency: \(latency), prompt_cache: \(cache)}}
    workloads: {w: {\(workload)}}
    \(more)
    """
  }

  static let chat =
    "volume: 100, conversation: {prefix: 3000, turns: {continue: 75%}, user: 60, answer: 250, think: 60s}"
  static let seat =
    "volume: 40, conversation: {prefix: 14300, turns: {continue: 80%}, user: 150, answer: 400, "
    + "think: 3min, tools: {steps: {continue: 85%}, call: 90, result: 900, time: 20s}}"
  static let drawn =
    "volume: 40, conversation: {prefix: {tokens: 9000, per: user}, abandon: 5%, "
    + "turns: {histogram: {1: 30, 2..5: 35, 6..20: 35}}, user: {mean: 150, cv: 1}, "
    + "answer: {mean: 400, cv: 1, cap: 8000}, reasoning: {mean: 300, cv: 1}, "
    + "think: {mean: 3min, cv: 2.5}, lifetime: {prefix: long, rest: short}, tools: {steps: 0..6, "
    + "parallel: 1..3, call: 90, result: {mean: 900, cv: 2}, time: {mean: 1min, cv: 3}}"

  private static func scenario(_ text: String) throws -> Scenario {
    try ScenarioFolder(["s.yaml": text]).read()
  }

  /// Dollars of a conversation, and its tokens read and written.
  private func one(_ scenario: Scenario) -> (cost: Double, read: Double, written: Double) {
    let cost = Bill(scenario: scenario, plan: scenario.plans[0])
    let conversations = cost.traffic.flows[0].reduce(0, +)
    var (read, written) = (0.0, 0.0)
    for call in cost.calls {
      guard let split = call.chain[0].split else { continue }
      read += call.perFlow * split.read
      written += call.perFlow * (split.short + split.long)
    }
    return (cost.total / conversations, read, written)
  }

  /// 24,706 µ$ a conversation; 10,037 of them are $247.97.
  @Test func aChatByHand() throws {
    let bill = one(try Self.scenario(Self.text(Self.chat)))
    #expect(bill.read.rounded() == 14_534)
    #expect(bill.written.rounded() == 1_426)
    #expect((bill.cost * 1e6).rounded() == 24_706)
    let cents: Double = 10_037 * 2.4706
    #expect(cents.rounded() == 24_797)
  }

  /// 620,130 µ$ a conversation; 40,222 of them are $24,942.87.
  @Test func aSeatOfAnAgentByHand() throws {
    let scenario = try Self.scenario(Self.text(Self.seat, users: 1_000, latency: "6s"))
    let bill = one(scenario)
    #expect(bill.read.rounded() == 1_459_600)
    #expect(bill.written.rounded() == 30_400)
    #expect((bill.cost * 1e6).rounded() == 620_130)
    #expect((40_222 * bill.cost * 100).rounded() / 100 == 24_942.87)
  }

  /// A fourth and a sixth of the input price more or less, as prices say: read share h·q of the input.
  @Test func readSharesAreHQ() throws {
    let own = Self.chat.replacing("prefix: 3000", with: "prefix: {tokens: 3000, per: conversation}")
    for (think, h) in [("289s", 1.0), ("290s", 0.0), ("0..580s", 0.5)] {
      let scenario = try Self.scenario(Self.text(own.replacing("60s", with: think)))
      let bill = one(scenario)
      let read = h * 0.75 * 15_960
      #expect(near(bill.read, read, 0.01), "\(think): \(bill.read)")
      #expect(near(bill.read + bill.written, 15_960, 1e-6))
    }
  }

  /// Moments of drawn numbers, against sums over their values.
  @Test func countsAreSummed() {
    let turns = CountLaw(turns: .drawn(.uniform(low: 2, high: 4)), abandon: 0.1)
    // A third turn comes in two of three cases, a fourth in one: behind one, two, three answers.
    let reached = [1, 0.9, 0.81 * 2 / 3, 0.729 / 3]
    let later = reached[1] + reached[2] + reached[3]
    #expect(near(turns.mean, later))
    let pairs = reached[2] + 2 * reached[3]
    #expect(near(turns.pairs, pairs))
    for (turn, chance) in reached.enumerated() {
      #expect(near(turns.atLeast(turn), chance))
    }
    let steps = CountLaw(steps: .continued(0.85))
    var (mean, square) = (0.0, 0.0)
    for value in 0..<2_000 {
      let x = Double(value)
      mean += x * steps.chance(value)
      square += x * (x - 1) / 2 * steps.chance(value)
    }
    #expect(near(steps.mean, mean, 1e-9))
    #expect(near(steps.pairs, square, 1e-9))
    #expect(near(steps.transform(0.5), 0.15 / (1 - 0.425)))
  }

  /// A gap of an entry's whole life is too long, and sub-agents make a short pause last.
  @Test func gapsEndBeforeAnEntryDoes() {
    let fixed = GapLaw(latency: .fixed(10), pause: .fixed(290))
    #expect(fixed.chance(below: 300) == 0)
    #expect(fixed.chance(below: 301) == 1)
    #expect(fixed.meanMin(200) == 200)
    #expect(fixed.meanMin(1_000) == 300)
    #expect(fixed.mean == 300)
    let both = GapLaw(
      latency: .uniform(low: 0, high: 100), pause: .uniform(low: 0, high: 100))
    #expect(near(both.chance(below: 100), 0.5, 1e-3))
    #expect(near(both.mean, 100, 1e-9))
    let waiting = GapLaw(
      latency: .fixed(10), pause: .uniform(low: 0, high: 100), floors: [(0.5, 60), (0.5, 0)])
    // Half of the steps wait for 60, or longer where the tool takes longer.
    let mean = 10 + 0.5 * 68 + 0.5 * 50
    #expect(near(waiting.mean, mean, 1e-9))
    #expect(near(waiting.chance(below: 60), 0.25, 1e-9))
  }

  /// Two ways to the mean: by kind of call, and with its square from call to call.
  @Test(arguments: [
    chat, seat, drawn + "}", drawn + ", keep_reasoning: turn}", drawn + ", keep_reasoning: all}",
    drawn + ", breakpoints: prefix}", drawn + ", breakpoints: none}",
    drawn.replacing("lifetime: {prefix: long, rest: short}", with: "breakpoints: automatic") + "}",
    drawn + ", agents: {look: {chance: 10%, parallel: 1..3, result: 600, "
      + "conversation: {prefix: 9000, user: 200, answer: 500}}}}",
  ])
  func bothMeansAgree(workload: String) throws {
    for cache in [
      "{preset: anthropic}", "{preset: openai-2025}",
      "{match: breakpoint, ttl: 5min, long_ttl: 1h, hit_chance: 80%}",
    ] {
      let scenario = try Self.scenario(Self.text(workload, cache: cache))
      let cost = Bill(scenario: scenario, plan: scenario.plans[0])
      let months = try #require(
        cost.conversations.moments(
          workload: 0, plan: 0, over: [PriceEras.Era(time: scenario.period.start, share: 1)]))
      let mean = cost.total / cost.traffic.flows[0][0]
      #expect(near(months.mean / mean, 1, 1e-9), "\(workload): \(months.mean) \(mean)")
      #expect(months.square >= months.mean * months.mean && cost.variance > 0)
    }
  }

  /// 24 months of own seeds: their mean lies within 5.5 standard errors of the expected bill (false
  /// alarms: 1 in 26 million), and their variance over the expected one within what a chi-squared of 23
  /// degrees leaves in one of 10 million.
  @Test(arguments: [chat, seat.replacing("80%", with: "60%"), drawn + ", keep_reasoning: turn}"])
  func meanAndVarianceAreTheEngines(workload: String) throws {
    let scenario = try Self.scenario(Self.text(workload, users: 10))
    let expected = Expectation(scenario: scenario, plan: scenario.plans[0])
    let costs = try ValidationScenario.months(scenario, 24).map(\.cost.dollars)
    let mean = costs.reduce(0, +) / 24
    let z = (mean - expected.cost) / (expected.variance / 24).squareRoot()
    #expect(z.magnitude < 5.5, "\(mean) against \(expected.cost)")
    let variance = costs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 23
    #expect((0.15...4).contains(variance / expected.variance), "\(variance / expected.variance)")
    #expect(expected.overBudgetProbability == nil && expected.percentiles == nil)
    #expect(expected.whyNoChance?.hasPrefix("conversations: ") == true)
  }

  // MARK: What stands against them

  @Test(arguments: [
    (
      "turns: {continue: 75%}", "turns: {continue: 75%}, full: {at: 9000, do: truncate, to: 4000}",
      "full"
    ),
    (
      "turns: {continue: 75%}",
      "turns: {continue: 75%}, full: {at: 9000, do: compact, to: 1000, keep: 1}", "full.keep"
    ),
    (
      "turns: {continue: 75%}", "turns: {continue: 75%}, full: {at: 4000, do: fail}",
      "full: do: fail"
    ),
    ("{preset: anthropic}", "{preset: anthropic, refresh: false}", "prompt_cache.refresh"),
    ("{preset: anthropic}", "{preset: anthropic, lookback: 2}", "prompt_cache.lookback"),
    ("{preset: anthropic}", "{preset: anthropic, flush: [2026-03-05]}", "prompt_cache.flush"),
    ("latency: 10s", "latency: 10s, failure_rate: 1%", "models.claude"),
    ("plans:", "quotas: {claude: {requests_per_minute: 5}}\nplans:", "quotas.claude"),
    ("{name: rest,", "{name: first, when: {turn: 1}, model: other}, {name: rest,", "policy"),
    ("{provider: p, input: $3", "{provider: p, context_window: 4000, input: $3", "context_window"),
  ])
  func whatStandsAgainstThem(old: String, new: String, key: String) throws {
    let scenario = try Self.scenario(Self.text(Self.chat).replacing(old, with: new))
    let obstacles = scenario.closedFormObstacles
    try #require(!obstacles.isEmpty, "\(new)")
    #expect(obstacles.contains { $0.part.contains(key) && $0.isLeftOut }, "\(obstacles)")
    let expectation = Expectation(scenario: scenario, plan: scenario.plans[0])
    #expect(expectation.cost.isNaN && expectation.approximations == obstacles)
    #expect(expectation.readShares.isEmpty)
    let folder = try ScenarioFolder(["s.yaml": Self.text(Self.chat).replacing(old, with: new)])
    for verb in ["forecast", "sensitivity"] {
      let outcome = try Program.run([verb, folder.path("s.yaml"), "--out", folder.path("out")])
      #expect(outcome.code == 2 && outcome.errors.contains(obstacles[0].part), "\(outcome.errors)")
    }
  }

  /// A window far above the prompts is none, one that few prompts reach is told.
  @Test func windowsThatHardlyMatterAreTold() throws {
    func scenario(_ window: Int) throws -> Scenario {
      try Self.scenario(
        Self.text(Self.chat).replacing(
          "{provider: p, input: $3", with: "{provider: p, context_window: \(window), input: $3"))
    }
    #expect(
      try Expectation(scenario: scenario(1_000_000), plan: scenario(1).plans[0])
        .approximations.count == 1)
    let told = try Expectation(scenario: scenario(14_000), plan: scenario(1).plans[0])
    #expect(told.cost > 0 && told.approximations.contains { $0.part.contains("context_window") })
  }

  // MARK: Verbs

  @Test func verbsRestOnThem() throws {
    let folder = try ScenarioFolder([
      "s.yaml": Self.text(Self.chat, users: 10, more: "budget: 100")
    ])
    let file = folder.path("s.yaml")
    func rows(_ path: String) throws -> [[String: String]] {
      let rows = try CSVReader.rows(bytes(folder.path(path)))
      return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
    }
    for verb in [
      ["run"], ["forecast", "--months", "2"], ["solve"], ["sensitivity"],
      ["sweep", "--vary", "users=5,10"], ["levers"], ["stress"],
    ] {
      let outcome = try Program.run(
        [verb[0], file] + verb.dropFirst() + ["--out", folder.path("out"), "-q"])
      try #require(outcome.code == 0, "\(verb): \(outcome.errors)")
    }
    let scenario = try ScenarioFolder(["s.yaml": Self.text(Self.chat, users: 10)]).read()
    let bill = try #require(
      DecimalText.real(Bill(scenario: scenario, plan: scenario.plans[0]).total, places: 6))
    let plan = try rows("out/talk/plans.csv")[0]
    #expect(plan["expected_cost_usd"] == bill && plan["expected_p95_usd"] == "")
    #expect(try rows("out/talk/forecast.csv")[0]["expected_cost_usd"] == bill)
    #expect(try rows("out/talk/sweep.csv")[1].values.contains(bill))
    let caching = try rows("out/talk/caching.csv")
    #expect(caching.count == 1)
    let shares = Expectation(scenario: scenario, plan: scenario.plans[0]).readShares
    let share = try #require(
      shares[.init(workload: "w", kind: "answer", model: "claude")])
    let told = try #require(caching[0]["expected_read_share"].flatMap { Double($0) })
    #expect(near(told, share, 1e-5))
  }
}

private func near(_ a: Double, _ b: Double, _ most: Double = 1e-12) -> Bool {
  (a - b).magnitude < most
}
