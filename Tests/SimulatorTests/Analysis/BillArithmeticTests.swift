import Foundation
import Testing

@testable import Analysis
@testable import Reports
@testable import Scenarios
@testable import costsim

/// The bill as products: what a spreadsheet adds up is the expected bill, to the cent.
@Suite struct BillArithmeticTests {
  /// The rows of every plan add up.
  /// - Parameter leftShare: of the bill, that may be told otherwise than by products.
  @discardableResult
  private func expectSum(
    _ scenario: Scenario, leftShare: Double = 0, _ source: String = ""
  ) throws -> [[ArithmeticText.Row]] {
    try scenario.plans.map { plan in
      let cost = ExpectedCost(scenario: scenario, plan: plan)
      let arithmetic = try #require(BillArithmetic(cost), "\(source)")
      let rows = ArithmeticText(arithmetic).rows
      #expect(rows.count <= 12)
      var sum = 0.0
      for row in rows {
        let value = try #require(Spreadsheet.value(row.formula), "\(row.formula)")
        #expect((value - row.amount).magnitude <= 1e-9 * (1 + row.amount.magnitude), "\(row)")
        sum += value
      }
      #expect(
        cents(sum) == cents(cost.total), "\(source): \(sum) is not \(cost.total)")
      #expect(
        arithmetic.rest.magnitude <= leftShare * cost.total, "\(source): \(arithmetic.rest) is left"
      )
      return rows
    }
  }

  private func cents(_ dollars: Double) -> Int { Int((dollars * 100).rounded()) }

  @Test func aSpreadsheetReckons() {
    #expect(Spreadsheet.value("=2*(3+4*0.5)/10") == 1)
    #expect(Spreadsheet.value("=-1.5+2") == 0.5)
    for text in ["2", "=2**3", "=(2", "=2e3", "="] { #expect(Spreadsheet.value(text) == nil) }
  }

  @Test(arguments: ShippedScenarioTests.names(ShippedScenarioTests.folder))
  func shippedScenarios(name: String) throws {
    try expectSum(
      try ScenarioReader.read(path: ShippedScenarioTests.folder + "/" + name), name)
  }

  @Test(arguments: StarterTemplate.allCases) func starters(template: StarterTemplate) throws {
    let folder = try ScenarioFolder(
      Dictionary(
        uniqueKeysWithValues: template.files(named: "new").map {
          ($0.name, String(decoding: $0.text, as: UTF8.self))
        }))
    try expectSum(try folder.read("scenario.yaml"), "\(template)")
  }

  private static let catalog = """
    models:
      one: {provider: a, latency: 1s, input: $2 per 1M tokens, cache_read: $0.20 per 1M tokens,
        cache_write: $2.50 per 1M tokens, output: $10 per 1M tokens, calls: $1 per 1K calls,
        tiers: [{above: 1000 tokens, input: $4 per 1M tokens}]}
      two: {provider: a, latency: 1s, input: $1 per 1M tokens, output: $3 per 1M tokens,
        searches: $5 per 1K searches, fixed_monthly: $100}
    """

  private func scenario(_ rest: String) throws -> Scenario {
    try ScenarioFolder([
      "catalog.yaml": Self.catalog,
      "s.yaml": """
      period: 2025-11
      plans: [40]
      seed: 1
      catalog: catalog.yaml
      policy: {rules: [{name: easy, when: {complexity: simple}, model: two}, {name: all, model: one}]}
      \(rest)
      """,
    ]).read()
  }

  /// 40 users, 30 calls each, of which the cache answers 40 %; 500 tokens in and 100 out. 720 calls:
  /// 720 · 500 · $2 = $0.72, 720 · 100 · $10 = $0.72, 720 of $0.001 = $0.72; no token is dearer, since
  /// none is beyond 1,000.
  @Test func aPlainCall() throws {
    let rows = try expectSum(
      try scenario(
        """
        cache: {mode: rate, default: {ttl: 1h, hit_rate: 40%}}
        workloads: {chat: {volume: 30, input: 500, output: 100}}
        """))[0]
    #expect(
      rows.map(\.formula).sorted() == [
        "=40*30*0.6*1/1000", "=40*30*0.6*100*10/1000000", "=40*30*0.6*500*2/1000000",
      ])
    #expect(rows.map { cents($0.amount) } == [72, 72, 72])
    #expect(
      rows.contains { $0.factors == "users × calls per user × cache misses × tokens × price" })
  }

  /// Every way in which a call comes to be billed: mixes and routes, attempts that fail and are billed,
  /// fallbacks, prices that depend on the size, fixed prices, meters, account plans, flows, prefixes.
  @Test(arguments: [
    """
    users: {account_plans: {small: 70%, large: 30%}}
    workloads:
      chat:
        volume: 30
        volume_by_account_plan: {large: 3}
        input: {mean: 900, cv: 0.7, cap: 4000}
        output: {mean: 120, cv: 0.4}
        mix:
          - {share: 60%}
          - {share: 40%, complexity: simple}
    """,
    """
    models: {one: {failure_rate: 20%}}
    chains: {standard: [two]}
    retry: {max: 1}
    bill_failures: all
    workloads: {chat: {volume: 30, input: {mean: 900, cv: 0.7}, output: 100}}
    """,
    """
    models: {one: {failure_rate: 20%}}
    bill_failures: input
    workloads:
      search: {volume: 12, complexity: simple, input: 300, output: 100, searches: 2}
      chat: {volume: 30, input: 500, output: 100, max_tokens: 80}
    """,
  ]) func everyWay(rest: String) throws {
    try expectSum(try scenario(rest), rest)
  }

  /// Beyond ten products the others are one row.
  @Test func smallOnesAreTold() throws {
    let workloads = (1...8).map { "  w\($0): {volume: \($0), input: \(100 * $0), output: 10}" }
    let rows = try expectSum(
      try scenario("workloads:\n" + workloads.joined(separator: "\n")))[0]
    // Eight of the input, of the output and of calls as such; ten are told alone.
    #expect(rows.count == 11)
    #expect(rows.last?.what == "14 smaller products together")
  }

  @Test func numbersAreWrittenPlainly() {
    #expect(BillArithmetic.text(0.6, 12) == "0.6")
    #expect(BillArithmetic.text(1_234_567, 4) == "1234567")
    #expect(BillArithmetic.text(0.082_613_7, 4) == "0.08261")
    #expect(BillArithmetic.text(0.1 + 0.2, 12) == "0.3")
    #expect(BillArithmetic.text(-2.5, 4) == "-2.5")
    #expect(BillArithmetic.text(1e-9, 4) == "0.000000001")
  }
}
