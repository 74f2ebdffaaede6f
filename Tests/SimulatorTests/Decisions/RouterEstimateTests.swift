import CostModel
import Foundation
import Testing

@testable import Decisions

/// `estimate`: the documents' `estimateMonthlyCost` at the prices of its own table.
@Suite struct RouterEstimateTests {
  private func estimate(_ options: String...) throws -> Program.Outcome {
    try Program.run(["estimate"] + options)
  }

  /// By hand (routing-strategy.md:81-100): 3,333 × 30 = 99,990 requests; 500 × $0.15/M + 200 × $0.60/M
  /// = $0.000195 and 500 × $2.50/M + 200 × $10/M = $0.00325 each; 89,991 × $0.000195 = $17.548245 and
  /// 9,999 × $0.00325 = $32.49675, in all $50.044995. All on gpt-4o: $324.9675. $430 / $50.044995 = 8.59.
  @Test func theDocumentsExample() throws {
    let run = try estimate(
      "--requests-per-day", "3333", "--input", "500", "--output", "200", "--mini", "90%", "--json")
    #expect(run.code == 0)
    for line in [
      #""requests": 99990"#, #""mini_cost_usd": "17.548245""#, #""full_cost_usd": "32.49675""#,
      #""total_cost_usd": "50.044995""#, #""all_full_cost_usd": "324.9675""#,
      #""saving_usd": "274.922505""#, #""ratio": "8.592268""#,
    ] { #expect(run.output.contains(line), "\(run.output)") }
    let words = try estimate(
      "--requests-per-day", "3333", "--input", "500", "--output", "200", "--mini", "90%")
    #expect(words.output.contains("(routing-strategy.md:81-92) for a month of 30 days: $430.00 ("))
    #expect(words.output.contains("8.6 times this"))
    #expect(words.output.contains("$2.00 for 1,000 requests of gpt-4o-mini"))
  }

  /// Other inputs, or other prices, are not what that document speaks of.
  @Test func otherInputsAreSetBesideNothing() throws {
    let other = try estimate(
      "--requests-per-day", "3333", "--input", "501", "--output", "200", "--mini", "90%")
    #expect(other.code == 0 && !other.output.contains("routing-strategy"))
    let folder = try ScenarioFolder()
    try folder.write(
      "c.yaml",
      """
      models:
        a: { provider: p, input: $1 per 1M tokens, output: $2 per 1M tokens }
        b: { provider: p, calls: $0.01 per call }
        n: { provider: p, audio: $1 per hour }
      """)
    // 10 × 3 = 30 requests, a third of them (to 4 decimals) at $0.0012, the rest at $0.01.
    let own = try estimate(
      "--requests-per-day", "10", "--input", "1K", "--output", "100", "--mini", "33.33%", "--days",
      "3", "--catalog", folder.path("c.yaml"), "--mini-model", "a", "--full-model", "b", "--json")
    #expect(own.output.contains(#""mini_cost_usd": "0.0119988""#), "\(own.output)\(own.errors)")
    #expect(own.output.contains(#""full_cost_usd": "0.20001""#))
    #expect(!own.output.contains("published"))
    let unpriced = try estimate(
      "--requests-per-day", "10", "--input", "1K", "--output", "100", "--mini", "50%", "--catalog",
      folder.path("c.yaml"), "--mini-model", "n", "--full-model", "b")
    #expect(unpriced.code == 2 && unpriced.errors.contains("cannot be priced"), "\(unpriced)")
  }

  /// By hand: 31 days are 103,323 requests, 92,990.7 × $0.000195 + 10,332.3 × $0.00325 = $18.1331865 +
  /// $33.579975 = $51.71; $430 of 30 days are $444.33 of 31, still 8.6 times as much.
  @Test func aMonthOfOtherLengthIsComparedAtItsOwn() throws {
    let run = try estimate(
      "--requests-per-day", "3333", "--input", "500", "--output", "200", "--mini", "90%", "--days",
      "31")
    #expect(run.output.contains("cost $51.71"), "\(run.output)")
    #expect(run.output.contains("for a month of 30 days: $430.00"))
    #expect(run.output.contains("for a month of 31 days that would be $444.33: 8.6 times this"))
    #expect(run.output.contains("$2.00 for 1,000 requests of gpt-4o-mini"))
    #expect(run.output.contains("gpt-4o: $33.58, $0.00325 a request"))
  }

  /// A window holds input and output: 127,000 + 1,000 tokens are as many as gpt-4o's, one more is not. A
  /// model that cuts is billed 900 of 1,000 tokens beside the answer of 100: 30 requests at 900 × $1/M +
  /// 100 × $2/M = $0.0011.
  @Test func aRequestThatNoWindowHoldsIsRefusedOrCut() throws {
    func run(_ input: String, _ more: String...) throws -> Program.Outcome {
      try Program.run(
        [
          "estimate", "--requests-per-day", "1", "--input", input, "--output", "1000", "--mini",
          "50%",
        ]
          + more)
    }
    #expect(try run("127000").code == 0)
    let large = try run("127001")
    #expect(large.code == 2 && large.output.isEmpty)
    #expect(
      large.errors.contains(
        "128,001 tokens are more than the context window of 'gpt-4o-mini' holds (128,000)"))
    let folder = try ScenarioFolder()
    try folder.write(
      "c.yaml",
      """
      models:
        a: { provider: p, context_window: 1000, over_window: truncate, input: $1 per 1M tokens, output: $2 per 1M tokens }
      """)
    let cut = try estimate(
      "--requests-per-day", "1", "--input", "1000", "--output", "100", "--mini", "100%",
      "--catalog",
      folder.path("c.yaml"), "--mini-model", "a", "--full-model", "a")
    #expect(cut.output.contains("cost $0.033.") && cut.output.contains("to 900, which is billed"))
    #expect(cut.output.contains("30 requests a month (1 a day for 30 days)"), "\(cut)")
    let one = try estimate(
      "--requests-per-day", "1", "--input", "1", "--output", "1", "--mini", "100%", "--days", "1")
    #expect(one.output.contains("1 request a month (1 a day for 1 day) of 1 token in"), "\(one)")
  }

  @Test(arguments: [
    ["--mini", "101%"], ["--mini", "x"], ["--requests-per-day", "-1"], ["--input", "1.5"],
    ["--output", "1e12"], ["--days", "0"], ["--catalog", "c.yaml"],
    ["--mini-model", "gpt-4o-mnii"],
  ])
  func badInputIsRefused(option: [String]) throws {
    var options = [
      "--requests-per-day": "1", "--input": "1", "--output": "1", "--mini": "1%",
    ]
    options[option[0]] = option[1]
    let run = try Program.run(
      ["estimate"] + options.sorted { $0 < $1 }.flatMap { [$0.key, $0.value] })
    #expect(run.code == 2 && run.output.isEmpty && !run.errors.isEmpty)
  }
}
