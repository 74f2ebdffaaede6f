import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What the program writes of conversations, and what it refuses to say of them.
@Suite struct ConversationOutputTests {
  /// Windows, fallbacks, sub-agents, compactions and both lives of a write; µ$ a token below.
  private static func scenario(
    at limit: String = "24000, do: compact, to: 2000, instruction: 200", cache: Bool = true
  ) -> String {
    """
    name: talk
    period: {start: 2026-03-01, days: 3}
    seed: 4
    plans: [2]
    catalog:
      models:
        big: {provider: p, context_window: 40000, latency: 1s..3s, input: $3 per 1M tokens,
              cache_read: $0.3 per 1M tokens, cache_write: $3.75 per 1M tokens,
              cache_write_long: $6 per 1M tokens, output: $15 per 1M tokens}
        small: {provider: p, latency: 1s..3s, input: $1 per 1M tokens, output: $5 per 1M tokens,
                cache_read: $0.1 per 1M tokens}
    policy: {rules: [{name: late, when: {turn: 4..}, model: small}, {name: rest, model: big}]}
    chains: {standard: [big, small]}
    models:
      default: {failure_rate: 5%}
      \(cache ? "big: {prompt_cache: {preset: anthropic}}" : "")
      \(cache ? "small: {prompt_cache: {preset: openai-2025}}" : "")
    workloads:
      coding:
        volume: 12
        conversation:
          prefix: {tokens: 9000, per: user}
          turns: {continue: 70%}
          user: {mean: 150, cv: 1}
          answer: {mean: 400, cv: 1}
          reasoning: 100
          keep_reasoning: turn
          think: {mean: 3min, cv: 2}
          tools: {steps: {continue: 85%}, call: 90, result: {mean: 900, cv: 2}, time: 20s}
          agents: {look: {chance: 10%, parallel: 1..3, conversation: {prefix: 3000, user: 200, answer: 500}}}
          lifetime: {prefix: long, rest: short}
          full: {at: \(limit)}
    """
  }

  private func rows(_ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(path))
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  private func sum(_ rows: [[String: String]], _ column: String) throws -> Int64 {
    try rows.reduce(0) { sum, row in
      let whole = try #require(row[column]).split(separator: ".").first
      return sum + (Int64(whole ?? "0") ?? 0)
    }
  }

  private func pico(_ text: String?) throws -> Int128 {
    try Int128(Quantity.money("$" + #require(text)))
  }

  /// calls.csv, costs.csv, caching.csv, focus.csv and the ledger tell the same tokens and the same money,
  /// and every call that one attempt answered costs what its four parts and its output do.
  @Test func everyTableTellsTheSame() throws {
    let folder = try ScenarioFolder(["s.yaml": Self.scenario()])
    let run = try Program.run([
      "run", folder.path("s.yaml"), "--out", folder.path("out"), "--ledger", "--calls",
      folder.path("calls.csv"), "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let calls = try rows(folder.path("calls.csv"))
    let tables = try ["costs", "caching", "focus"].map {
      try rows(folder.path("out/talk/\($0).csv"))
    }
    let columns = [
      "input_tokens", "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens",
    ]
    let sums = try columns.map { try sum(calls, $0) }
    #expect(sums.allSatisfy { $0 > 0 }, "nothing of the kind: \(sums)")
    for table in tables.prefix(2) {
      #expect(try columns.map { try sum(table, $0) } == sums)
    }
    let fresh = sums[0] - sums[1...].reduce(0, +)
    #expect(try sum(tables[1], "fresh_tokens") == fresh && fresh > 0)
    let meters = try [
      "Input Tokens", "Cached Input Tokens", "Cache Write Tokens", "Cache Write 1h Tokens",
    ].map { meter in
      try sum(tables[2].filter { $0["SkuMeter"] == meter }, "ConsumedQuantity")
    }
    #expect(meters == [fresh] + sums[1...])

    let bill = try calls.reduce(Int128(0)) { try $0 + pico($1["cost_usd"]) }
    #expect(try tables[2].reduce(Int128(0)) { try $0 + pico($1["BilledCost"]) } == bill)
    let prices: [String: [Int128]] = [
      "big": [3_000_000, 300_000, 3_750_000, 6_000_000, 15_000_000],
      "small": [1_000_000, 100_000, 0, 0, 5_000_000],
    ]
    for call in calls where call["status"] == "ok" && call["attempts"] == "1" {
      let price = try #require(prices[call["model"] ?? ""])
      let parts = try (columns + ["output_tokens"]).map { try Int128(sum([call], $0)) }
      let plain = parts[0] - parts[1] - parts[2] - parts[3]
      #expect(plain >= 0 && String(parts[0]) == call["context_tokens"])
      let cost = zip(price, [plain] + parts[1...]).reduce(Int128(0)) { $0 + $1.0 * $1.1 }
      #expect(try pico(call["cost_usd"]) == cost, "\(call)")
    }

    let database = try SQLiteDatabase(path: folder.path("out/talk/costs.sqlite"), mode: .readOnly)
    let ledger = try database.rows(
      "SELECT \(columns.map { "sum(\($0))" }.joined(separator: ", ")), sum(cost_pico) FROM calls")
    #expect(
      "\(ledger)".contains(String(bill)) && sums.allSatisfy { "\(ledger)".contains(String($0)) })
  }

  /// No closed form tells what these conversations cost, so verbs that rest on one say so and stop; reports
  /// can be compared, and the text says where the caches' part stands.
  @Test func verbsOfClosedFormsStop() throws {
    let folder = try ScenarioFolder(["s.yaml": Self.scenario()])
    let file = folder.path("s.yaml")
    let verbs = [
      ["diff", file, file], ["check", file], ["baseline", file, "--out", folder.path("b.yaml")],
      ["forecast", file], ["levers", file], ["stress", file], ["select", file],
    ]
    for verb in verbs {
      let outcome = try Program.run(verb)
      #expect(outcome.code == 2, "\(verb)")
      #expect(outcome.errors.contains("conversation"), "\(outcome.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("b.yaml")))
    for (out, seed) in [("a", "4"), ("b", "5")] {
      let run = try Program.run(["run", file, "--seed", seed, "-q", "--out", folder.path(out)])
      try #require(run.code == 0, "\(run.errors)")
    }
    let outcome = try Program.run(["diff", folder.path("a"), folder.path("b")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("what providers' caches read and write as price."))
  }

  /// The month without troubles compacts at the same size, stated in tokens or as a share of the window:
  /// 24,000 of 40,000 are 60 %. One that fails when it is full does not.
  @Test func withoutTroublesContextsAreStillCompacted() throws {
    let bills = try [
      "24000, do: compact, to: 2000", "60%, do: compact, to: 2000", "100000000, do: fail",
      "12000, do: fail", "30%, do: fail",
    ].map { limit in
      let text = Self.scenario(at: limit).replacing(
        "{name: late, when: {turn: 4..}, model: small}, ", with: "")
      let scenario = try ScenarioFolder(["s.yaml": text]).read().untroubled
      return try Simulation(scenario).result(of: scenario.plans[0], run: 1).cost
    }
    #expect(bills[0] == bills[1])
    #expect(bills[1] != bills[2])
    #expect(bills[2] == bills[3] && bills[3] == bills[4])
  }

  /// A chance of going on stays below 100 %: of 85 %, the 15 % of ending move by a fifth.
  @Test func sensitivityMovesTheChanceToEnd() throws {
    let folder = try ScenarioFolder([
      "s.yaml": Self.scenario().replacing("volume: 12", with: "volume: 1")
    ])
    let run = try Program.run([
      "sensitivity", folder.path("s.yaml"), "--runs", "1", "--out", folder.path("out"), "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let table = try rows(folder.path("out/talk/sensitivity.csv"))
    let ends = table.filter { $0["base_value"] == "0.850000" }.map {
      [$0["low_value"], $0["high_value"]]
    }
    #expect(ends == [["0.820000", "0.880000"]])
  }

  @Test func withoutCachesNothingIsSaidToBeSaved() throws {
    let text = Self.scenario(cache: false)
    let scenario = try ScenarioFolder(["s.yaml": text]).read()
    let result = try Simulation(scenario).result(of: scenario.plans[0], run: 1)
    let plan = PlanReport(
      result: result, expectation: Expectation(scenario: scenario, plan: scenario.plans[0]))
    let report = ScenarioReport(scenario: scenario, plans: [plan])
    let words = try #require(CachingWords.sentences(plan, report, ""))
    #expect(
      words.hasPrefix("Nothing of the input is read from providers' caches or written to them"))
    #expect(!words.contains("saves"))
  }
}
