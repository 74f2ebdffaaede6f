import Foundation
import Testing

@testable import Support

/// Plain questions on a bill that is computed by hand.
@Suite struct WhatIfCommandTests {
  /// 30 days of 10 triage and 5 chat calls a day and user; a call has 1,000 tokens in. 10 users: 3,000 calls
  /// of triage at $0.002 and 1,500 of chat at $0.002 are $6 + $3 = $9.
  private func folder(budget: String = "budget: $20") throws -> ScenarioFolder {
    try ScenarioFolder([
      "s.yaml": """
      period: { start: 2026-03-02, days: 30 }
      plans: [10]
      catalog:
        models:
          large-sonnet: { provider: p, input: $2 per 1M tokens, output: $0 per 1M tokens }
          small-haiku: { provider: q, input: $1 per 1M tokens, output: $0 per 1M tokens }
          other-haiku: { provider: q, input: $4 per 1M tokens, output: $0 per 1M tokens }
      models: { default: { latency: 1s } }
      policy: { rules: [{ name: all, model: large-sonnet }] }
      \(budget)
      traffic: { arrivals: exact }
      workloads:
        triage: { volume: 300, input: 1000, output: 0 }
        chat: { volume: 150, input: 1000, output: 0 }
      """
    ])
  }

  private func ask(_ folder: ScenarioFolder, _ questions: String...) throws -> Program.Outcome {
    try Program.run(["what-if", folder.path("s.yaml")] + questions)
  }

  @Test(arguments: [
    // 3,000 users have 300 times the calls.
    (
      "users=3000", "$2,700.00 instead of $9.00 (+29,900.0 %), which breaks the $20.00 budget",
      "plans=[3000]"
    ),
    // Half the price for triage: $3 + $3.
    (
      "model sonnet -> small for triage", "$6.00 instead of $9.00 (−33.3 %)",
      "swaps.+={model: \"large-sonnet\", by: \"small-haiku\", use_case: \"triage\"}"
    ),
    (
      "model large-sonnet -> other-haiku", "$18.00 instead of $9.00 (+100.0 %)",
      "swaps.+={model: \"large-sonnet\", by: \"other-haiku\"}"
    ),
    ("3x", "$27.00 instead of $9.00 (+200.0 %)", "workloads.*.volume*=3"),
    ("0.5x the traffic", "$4.50 instead of $9.00 (−50.0 %)", "workloads.*.volume*=0.5"),
    // All days are alike: $0.30 each, and one of them is $3.
    (
      "10x on the busiest day", "$11.70 instead of $9.00 (+30.0 %)",
      "traffic.surges.+={from: 2026-03-02T00:00:00Z, for: 24h, factor: 10}"
    ),
    ("prices +10%", "$9.90 instead of $9.00 (+10.0 %)", "price_changes.+={factor: 1.1}"),
    (
      "prices of small-haiku -20%", "$9.00 instead of $9.00 (no change: nothing here rests on it)",
      "price_changes.+={factor: 0.8, models: [\"small-haiku\"]}"
    ),
    (
      "users=3,000", "$2,700.00 instead of $9.00 (+29,900.0 %), which breaks the $20.00 budget",
      "plans=[3000]"
    ),
    // The budget that is asked about judges.
    (
      "budget=$5",
      "$9.00 instead of $9.00 (no change of the bill), which breaks the $5.00 budget",
      "budget=$5"
    ),
    (
      "workloads.\"chat\".volume=300", "$12.00 instead of $9.00 (+33.3 %)",
      "workloads.\"chat\".volume=300"
    ),
    ("workloads.chat.input=2000", "$12.00 instead of $9.00 (+33.3 %)", "workloads.chat.input=2000"),
  ])
  func questionsAreAnswered(question: String, answer: String, override: String) throws {
    let outcome = try ask(try folder(), question)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.count == 2 && lines.first?.contains("is $9.00, within the $20.00 budget.") == true)
    let line = lines.last ?? ""
    #expect(line.hasPrefix("\(question): \(answer)"), "\(line)")
    #expect(line.hasSuffix("[\(override)]"), "\(line)")
  }

  @Test(arguments: [
    ("will it be cheap", "not a question that is understood, expected one of:"),
    ("model haiku -> sonnet", "more than one model 'haiku'\nit may be: other-haiku, small-haiku"),
    ("model gpt -> sonnet", "unknown model 'gpt'\nknown: large-sonnet, other-haiku, small-haiku"),
    ("model sonnet -> small for sales", "unknown use case 'sales'"),
    ("users=0", "'users=0' cannot be answered:"), ("users=1,2", "expected one number of users"),
    ("prices -99.99999999%", "not a question that is understood"),
    ("workloads.chat.colour=red", "unknown key"), ("prices +ten%", "understood"),
  ])
  func whatIsNotUnderstoodIsToldSo(question: String, message: String) throws {
    let outcome = try ask(try folder(), question)
    #expect(outcome.code == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test func severalQuestionsAreSeveralLines() throws {
    let folder = try folder(budget: "")
    let outcome = try Program.run([
      "what-if", folder.path("s.yaml"), "2x", "users=20", "--json",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\"cost_usd\": \"18.000000\""), "\(outcome.output)")
    #expect(outcome.output.contains("\"over_budget_probability\": null"))
  }

  /// A surge reaches workloads that have surges of their own; a model of two workloads' use case is not
  /// swapped for one.
  @Test func workloadsOfTheirOwn() throws {
    let folder = try folder(budget: "")
    let text = try String(contentsOfFile: folder.path("s.yaml"), encoding: .utf8)
    try folder.write(
      "s.yaml",
      text.replacing(
        "chat: { volume: 150,",
        with: "chat: { volume: 150, use_case: help, traffic: { surges: [] },")
        + "\n  more: { volume: 0, use_case: help, input: 1, output: 0 }\n")
    let outcome = try ask(folder, "10x on the busiest day")
    #expect(outcome.output.contains("$11.70 instead of $9.00 (+30.0 %)"), "\(outcome.output)")
    let swap = try ask(folder, "model sonnet -> small for chat")
    #expect(swap.code == 2 && swap.errors.contains("ask 'for help' if all are meant"))
    let both = try ask(folder, "model sonnet -> small for help")
    #expect(both.output.contains("$7.50 instead of $9.00"), "\(both.output)\(both.errors)")
  }
}
