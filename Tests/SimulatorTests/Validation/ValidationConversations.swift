import CostModel
import Foundation

@testable import Analysis
@testable import Scenarios
@testable import Simulator
@testable import Support

/// "Conversations" of docs/validation.md: D1 to D8.
enum ValidationConversations {
  static var checks: [ValidationCheck] {
    ownPrefix + agentLoop + sharedPrefix + stepsAndReasoning + compactions + decisions
  }

  // MARK: Scenarios

  /// Months of 30 days of one user at $3, $0.30 and $3.75 a million input tokens.
  private static func scenario(
    _ conversation: String, volume: Int, latency: String = "10s",
    cache: String = "{preset: anthropic}", users: Int = 1, seed: Int
  ) throws -> Scenario {
    try ScenarioFolder([
      "s.yaml": """
      name: validation
      period: {start: 2026-03-01, days: 30}
      seed: \(seed)
      plans: [\(users)]
      catalog:
        models:
          m: {provider: p, input: $3 per 1M tokens, cache_read: $0.3 per 1M tokens,
              cache_write: $3.75 per 1M tokens, cache_write_long: $6 per 1M tokens,
              output: $15 per 1M tokens}
      policy: {rules: [{name: all, model: m}]}
      models: {m: {latency: \(latency), prompt_cache: \(cache)}}
      workloads: {w: {volume: \(volume), conversation: {\(conversation)}}}
      """
    ]).read()
  }

  private struct Sums {
    var calls = 0.0
    var input = 0.0
    var read = 0.0
    var short = 0.0
    var long = 0.0
    var compactions = 0.0
    var conversations = 0.0
    var cost = 0.0
  }

  private static func simulated(_ scenario: Scenario, runs: Int) throws -> [Sums] {
    try ValidationScenario.months(scenario, runs).map { month in
      var sums = Sums()
      for cell in month.caching {
        sums.calls += Double(cell.counts.calls)
        sums.input += Double(cell.counts.input)
        sums.read += Double(cell.counts.read)
        sums.short += Double(cell.counts.short)
        sums.long += Double(cell.counts.long)
        if cell.kind == "compaction" { sums.compactions += Double(cell.counts.calls) }
      }
      sums.conversations = Double(month.flows[0].started)
      sums.cost = month.cost.dollars
      return sums
    }
  }

  private static func expected(_ scenario: Scenario) -> Sums {
    let cost = ExpectedCost(scenario: scenario, plan: scenario.plans[0])
    var sums = Sums()
    sums.conversations = 1
    for call in cost.calls {
      sums.calls += call.perFlow
      sums.input += call.perFlow * call.shape.meanInput
      if let split = call.chain[0].split {
        sums.read += call.perFlow * split.read
        sums.short += call.perFlow * split.short
        sums.long += call.perFlow * split.long
      }
      if call.variant.turnKind == .compaction { sums.compactions += call.perFlow }
    }
    sums.cost = cost.total / (cost.traffic.flows[0].reduce(0, +) * cost.traffic.volumeMonths[0])
    return sums
  }

  /// One ratio of sums over independent months; by default the share of the input that is read.
  private static func check(
    _ formula: String, _ setting: String, isQuick: Bool = false, runs: Int = 100,
    part: KeyPath<Sums, Double> & Sendable = \.read,
    of whole: KeyPath<Sums, Double> & Sendable = \.input,
    by hand: Double? = nil,
    _ scenario: @escaping @Sendable () throws -> Scenario
  ) -> ValidationCheck {
    ValidationCheck(
      subject: "Conversations", formula: formula, setting: "\(setting), \(runs) months",
      isQuick: isQuick
    ) {
      let scenario = try scenario()
      let sums = expected(scenario)
      return ValidationOutcome(
        ratioOf: try simulated(scenario, runs: runs).map {
          ($0[keyPath: part], $0[keyPath: whole])
        },
        expected: hand ?? sums[keyPath: part] / sums[keyPath: whole])
    }
  }

  // MARK: D1

  private static let chat =
    "prefix: {tokens: 3000, per: conversation}, turns: {continue: 75%}, user: 60, answer: 250, "

  private static var ownPrefix: [ValidationCheck] {
    [
      check(
        "D1: read share h·q", "think of 3 min, cv 1, T 5 min", isQuick: true,
        // A gap below 300 s leaves 290 s to think in.
        by: 0.75 * Lognormal(mean: 180, cv: 1).partialMoment(0, below: 290)
      ) { try scenario(chat + "think: {mean: 3min, cv: 1}", volume: 100, seed: 301) },
      check(
        "D1: E ΣP = S/(1 − q) + u/(1 − q)² + aq/(1 − q)²", "sizes of cv 1", part: \.input,
        of: \.conversations, by: 3_000 / 0.25 + 60 / 0.0625 + 250 * 0.75 / 0.0625
      ) {
        try scenario(
          "prefix: {tokens: 3000, per: conversation}, turns: {continue: 75%}, "
            + "user: {mean: 60, cv: 1}, answer: {mean: 250, cv: 1}, think: 1min",
          volume: 400, seed: 302)
      },
      check(
        "D1: summed over turns", "1 to 20 turns by histogram, 10 % leave, think of cv 2.5"
      ) {
        try scenario(
          "prefix: {tokens: 3000, per: conversation}, turns: {histogram: {1: 30, 2..5: 35, 6..20: 35}},"
            + " abandon: 10%, user: {mean: 60, cv: 1}, answer: {mean: 250, cv: 1}, "
            + "think: {mean: 3min, cv: 2.5}", volume: 400, seed: 303)
      },
      check(
        "D1: prefix long, rest short: written long", "think of 3 min, cv 3", part: \.long
      ) {
        try scenario(
          chat + "think: {mean: 3min, cv: 3}, lifetime: {prefix: long, rest: short}",
          volume: 400, seed: 304)
      },
      check("D1: policy prefix, R = h·S·q/(1 − q)", "think of 3 min, cv 1") {
        try scenario(
          chat + "think: {mean: 3min, cv: 1}, breakpoints: prefix", volume: 400, seed: 305)
      },
      check("D1: hit_chance c times E R", "c 80 %, think of 3 min, cv 1") {
        try scenario(
          chat + "think: {mean: 3min, cv: 1}", volume: 400,
          cache: "{preset: anthropic, hit_chance: 80%}", seed: 306)
      },
      check("D1: prompts below the minimum", "prefix 300 of at least 1,024 tokens") {
        try scenario(
          "prefix: 300, turns: {continue: 75%}, user: 60, answer: 250, think: {mean: 3min, cv: 1}",
          volume: 400, seed: 307)
      },
    ]
  }

  // MARK: D2

  private static let agent =
    "prefix: {tokens: 9000, per: conversation}, user: 150, answer: 400, think: {mean: 3min, cv: 2}, "

  private static let tools =
    "call: 90, result: {mean: 900, cv: 1}, parallel: 1..3, time: {mean: 1min, cv: 3}}"

  /// E ΣP with one to three results a step.
  private static let agentPrompts: Double = {
    let (p, q) = (0.85, 0.15 * 0.8)
    let results = 900 * Distribution.uniform(low: 1, high: 3).moments(rounded: true).first
    let growth = (p * (90 + results) + q * 550) / (p + q)
    return 9_150 / (1 - p - q) + growth * (p + q) / ((1 - p - q) * (1 - p - q))
  }()

  private static var agentLoop: [ValidationCheck] {
    [
      check(
        "D2: read share h̄·q", "steps 85 %, turns 80 %, both gaps drawn", isQuick: true, runs: 100,
        by: 0.85 * Lognormal(mean: 60, cv: 3).partialMoment(0, below: 290)
          + 0.15 * 0.8 * Lognormal(mean: 180, cv: 2).partialMoment(0, below: 290)
      ) {
        try scenario(
          agent + "turns: {continue: 80%}, tools: {steps: {continue: 85%}, " + tools, volume: 40,
          seed: 311)
      },
      check(
        "D2: E ΣP = P₁/(1 − q) + ḡq/(1 − q)²", "the same", part: \.input, of: \.conversations,
        by: agentPrompts
      ) {
        try scenario(
          agent + "turns: {continue: 80%}, tools: {steps: {continue: 85%}, " + tools, volume: 400,
          seed: 312)
      },
      check("D2: summed over turns and steps", "2 to 6 turns of 0 to 8 steps, reasoning kept") {
        try scenario(
          agent + "turns: 2..6, reasoning: {mean: 300, cv: 1}, keep_reasoning: all, "
            + "tools: {steps: 0..8, " + tools, volume: 400, seed: 313)
      },
      check(
        "D2: E C, sub-agents included", "the same with sub-agents", part: \.cost,
        of: \.conversations
      ) {
        try scenario(
          agent + "turns: 2..6, tools: {steps: 0..8, " + tools
            + ", agents: {look: {chance: 10%, parallel: 1..4, result: 600, conversation: "
            + "{prefix: {tokens: 4000, per: conversation}, user: 200, answer: 500}}}",
          volume: 400, seed: 314)
      },
    ]
  }

  // MARK: D3

  private static var sharedPrefix: [ValidationCheck] {
    let talk =
      "prefix: 3000, turns: {continue: 75%}, user: 60, answer: 250, think: {mean: 3min, cv: 2}"
    return [
      check("D3: π = 1 − e^{−λ E U}", "L 0, 2,000 conversations a month", isQuick: true, runs: 100)
      {
        try scenario(talk, volume: 20, latency: "0s", users: 100, seed: 321)
      },
      check("D3: π = 1 − e^{−λ E U}(1 + λLK)", "L 60 s, one call a conversation") {
        try scenario(
          "prefix: 3000, user: 60, answer: 250", volume: 5_000, latency: "60s", seed: 322)
      },
      check("D3: a user's own prefix", "3 users, 1,000 conversations a month each") {
        try scenario(
          talk.replacing("prefix: 3000", with: "prefix: {tokens: 3000, per: user}"), volume: 1_000,
          latency: "0s", users: 3, seed: 323)
      },
    ]
  }

  // MARK: D4, D5

  private static var stepsAndReasoning: [ValidationCheck] {
    let thinking =
      agent + "turns: {continue: 60%}, reasoning: {mean: 300, cv: 1}, keep_reasoning: turn, "
    return [
      check("D4: (step − 1)/2 a hit", "step 128, sizes of cv 1", isQuick: true) {
        try scenario(
          "prefix: {tokens: 3000, per: conversation}, turns: {continue: 75%}, "
            + "user: {mean: 160, cv: 1}, answer: {mean: 450, cv: 1}, think: {mean: 3min, cv: 1}",
          volume: 40, cache: "{preset: openai-2025}", seed: 331)
      },
      check("D5: back to the turn's first prompt", "steps 70 %, no look-back", isQuick: true) {
        try scenario(
          thinking
            + "tools: {steps: {continue: 70%}, call: 90, result: 900, time: {mean: 1min, cv: 3}}",
          volume: 60, cache: "{match: breakpoint, ttl: 5min}", seed: 332)
      },
      check("D5: with a look-back of 20", "steps 90 %") {
        try scenario(
          thinking
            + "tools: {steps: {continue: 90%}, call: 90, result: 900, time: {mean: 1min, cv: 3}}",
          volume: 400, seed: 333)
      },
    ]
  }

  // MARK: D6

  private static var compactions: [ValidationCheck] {
    let even =
      "prefix: {tokens: 3000, per: conversation}, turns: {continue: 95%}, user: 100, answer: 400, "
      + "think: {mean: 2min, cv: 2}, full: {at: 9000, do: compact, to: 1000, instruction: 200}"
    return [
      check(
        "D6: q^first/(1 − q^cycle) compactions", "growth of 500, at 9,000", isQuick: true,
        part: \.compactions, of: \.conversations,
        by: pow(0.95, 12) / (1 - pow(0.95, 10))
      ) { try scenario(even, volume: 60, seed: 341) },
      check("D6: read share", "the same") { try scenario(even, volume: 200, seed: 342) },
      check("D6: cost of a conversation", "the same", part: \.cost, of: \.conversations) {
        try scenario(even, volume: 200, seed: 343)
      },
    ]
  }

  // MARK: D7, D8

  /// The cheapest of several sizes at which contexts are compacted is the formula's: months are simulated
  /// with the same luck, and every other size must be dearer by six standard errors.
  private static var decisions: [ValidationCheck] {
    [
      ValidationCheck(
        subject: "Conversations", formula: "D7: n* = √(2(rC + (o + w)·to)/(rḡ))",
        setting: "half and twice as many calls are dearer, 100 months"
      ) {
        let prices = CacheDecisions.Prices(input: 3, read: 0.3, write: 3.75, output: 15)
        func months(_ at: Double) throws -> [Double] {
          try simulated(
            scenario(
              "prefix: {tokens: 3000, per: conversation}, turns: {continue: 99%}, user: 100, "
                + "answer: 400, think: 1min, full: {at: \(Int(at)), do: compact, to: 1000}",
              volume: 60, seed: 351), runs: 100
          ).map { $0.cost / $0.conversations }
        }
        let best = CacheDecisions.bestThreshold(
          prefix: 3_000, summary: 1_000, growth: 500, prices: prices)
        let least = try months(best.at)
        let misses = try [0.5, 2].count { factor in
          var more = SampleMean()
          for (a, b) in zip(try months(4_000 + factor * best.calls * 500), least) {
            more.add(a - b)
          }
          return more.mean < 6 * more.error
        }
        return ValidationOutcome(misses: misses)
      },
      ValidationCheck(
        subject: "Conversations", formula: "D8: 1 h is cheaper iff 1.9ρ₁ₕ − 1.15ρ₅ > 0.75",
        setting: "think of 2 to 20 min, 10 settings, 1 month", isQuick: true
      ) {
        var misses = 0
        for minutes in 1...10 {
          let costs = try ["short", "long"].map { life in
            try simulated(
              scenario(
                "prefix: {tokens: 3000, per: conversation}, turns: {continue: 90%}, user: 100, "
                  + "answer: 0, think: {mean: \(2 * minutes)min, cv: 2}, lifetime: \(life)",
                volume: 60, seed: 352), runs: 1)[0]
          }
          let shares = costs.map { $0.read / $0.input }
          let rule = 1.9 * shares[1] - 1.15 * shares[0] > 0.75
          let isLong = CacheDecisions.longIsCheaper(
            short: shares[0], long: shares[1], write: 1.25, longWrite: 2, read: 0.1)
          if rule != isLong || isLong != (costs[1].cost < costs[0].cost) { misses += 1 }
        }
        return ValidationOutcome(misses: misses)
      },
    ]
  }
}
