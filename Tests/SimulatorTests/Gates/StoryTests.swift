import CostModel
import Foundation
import Testing

@testable import Gates
@testable import Support

/// A price, a mix and a prompt length change; the gate fails and names all three.
@Suite struct StoryTests {
  /// Picodollars of 4 users' 400 calls, by hand.
  private static func bill(price: Int128, hard: Int128, input: Int128) -> Int128 {
    let large = 2_000_000 * input + price * 200
    let small = 100_000 * input + 400_000 * 200
    return 4 * (hard * large + (100 - hard) * small)
  }

  /// The mean over the six orders of what each change adds.
  private static func shares() -> (price: Int128, mix: Int128, tokens: Int128) {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    var sums: [Int128] = [0, 0, 0]
    for order in orders {
      var made = [false, false, false]
      let value = {
        bill(
          price: made[0] ? 12_000_000 : 10_000_000, hard: made[1] ? 20 : 10,
          input: made[2] ? 700 : 500)
      }
      for change in order {
        let before = value()
        made[change] = true
        sums[change] += value() - before
      }
    }
    return (sums[0] / 6, sums[1] / 6, sums[2] / 6)
  }

  @Test func threeCausesAreNamedWithAmountsThatAddUp() throws {
    let folder = try GateFolder()
    try folder.baseline()
    #expect(try folder.check("--max-increase", "0%").code == 0)

    try folder.files.write("catalog.yaml", GateFolder.catalog(output: "$12"))
    try folder.files.write("s.yaml", GateFolder.scenario(hard: 20, input: 700))
    let outcome = try folder.check(
      "--max-increase", "5%", "--out", folder.files.path("out"), "--format", "markdown")
    #expect(outcome.code == 99)

    let report = try folder.json("out/check.json")
    let plan = try #require(report["plans"]?.items.first)
    let causes = plan["causes"]?.items ?? []
    #expect(causes.map { $0["cause"]?.string } == ["mix", "tokens", "price"])
    let amounts = causes.map { $0["change_usd"]?.string ?? "" }
    let expected = Self.shares()
    #expect(
      amounts
        == [expected.mix, expected.tokens, expected.price].map {
          MoneySum(picodollars: $0).exactDecimal
        })
    let change =
      Self.bill(price: 12_000_000, hard: 20, input: 700)
      - Self.bill(price: 10_000_000, hard: 10, input: 500)
    #expect(expected.mix + expected.tokens + expected.price == change)
    #expect(plan["change_usd"]?.string == MoneySum(picodollars: change).exactDecimal)

    let comment = try folder.text("out/comment.md")
    #expect(outcome.output == comment)
    #expect(comment.hasPrefix("<!-- costsim -->\n"))
    let signed = { GateText.signed(MoneySum(picodollars: $0)) }
    let rows = [
      ("mix of calls", expected.mix), ("tokens", expected.tokens), ("price", expected.price),
    ]
    for (cause, amount) in rows {
      let row = comment.split(separator: "\n").first {
        $0.hasPrefix("| \(cause) ") && $0.contains(signed(amount) + " |")
      }
      #expect(row != nil, "\(cause)")
    }
    for line in [
      "price of large, output tokens: $10.00 → $12.00 per 1M tokens",
      "mix of chat: easy 90 %, hard 10 % → easy 80 %, hard 20 %",
      "input tokens of chat: 500 → 700",
    ] { #expect(comment.contains(line), "\(line)") }
  }

  @Test func everyPlanSplitsItsOwnChange() throws {
    let folder = try GateFolder()
    try folder.baseline()
    try folder.files.write("s.yaml", GateFolder.scenario(hard: 20, volume: 110))
    _ = try folder.check("--out", folder.files.path("out"))
    let plans = try folder.json("out/check.json")["plans"]?.items ?? []
    #expect(plans.count == 2)
    for plan in plans {
      let sum = (plan["causes"]?.items ?? []).reduce(Int128(0)) {
        $0 + (ExactDecimal($1["change_usd"]?.string ?? "")?.shifted(by: 12).digits ?? 0)
      }
      #expect(MoneySum(picodollars: sum).exactDecimal == plan["change_usd"]?.string)
    }
  }

  @Test func outputsAreWhatTheyClaimToBe() throws {
    let folder = try GateFolder(extra: "thresholds: { cost_usd: [\"sum<=0.1\"] }")
    try folder.baseline()
    let outcome = try folder.check("--max-increase", "5%", "--out", folder.files.path("out"))
    #expect(outcome.code == 99)
    let schema = try SchemaJudge(file: "docs/schema/check.schema.json")
    #expect(schema.judge(try folder.json("out/check.json")) == [])
    let bench = try folder.json("out/bench.json").items
    #expect(bench.map { $0["name"]?.string } == ["s / users-4", "s / users-10"])
    #expect(bench.allSatisfy { (Double($0["value"]?.string ?? "") ?? 0) > 0 })
    let junit = try folder.text("out/junit.xml")
    #expect(junit.contains("<testsuites name=\"costsim\" tests=\"4\" failures=\"2\" errors=\"0\""))
    #expect(junit.contains("name=\"cost_usd: sum&lt;=0.1\">\n      <failure"))
  }
}
