import CostModel
import Foundation
import Testing

@testable import Support

/// The shipped scenarios, run by the release build that `make test` has made, against the reports
/// that the project ships. `make report` rewrites those.
@Suite(
  .enabled(
    if: ShippedReports.binary != nil,
    "COSTSIM_BINARY names no program: `make test` sets it, since a debug build takes minutes"))
struct ShippedReportsTests {
  @Test func everyShippedReportIsUpToDate() throws {
    let fresh = try ShippedReports.fresh.get()
    let files = try ShippedReports.files(in: fresh)
    #expect(files == (try ShippedReports.files(in: ShippedReports.shipped)))
    for file in files { try ShippedReports.expectSame(file, fresh, ShippedReports.shipped) }
  }

  @Test func oneThreadGivesTheSameBytesAsTwo() throws {
    let one = try ShippedReports.made(threads: 1, simulating: ["two-tier"])
    let two = try ShippedReports.fresh.get()
    // The indexes link what is there.
    let indexes: Set = ["index.md", "index.html"]
    for file in try ShippedReports.files(in: one, databases: true) where !indexes.contains(file) {
      try ShippedReports.expectSame(file, one, two)
    }
  }
}

/// What the shipped reports say, checked against the documents and the closed forms.
@Suite struct ShippedFiguresTests {
  /// complete-guide.md:2092-2099, in dollars at 50 users.
  private static let published = [
    "deepseek-v3": 34.00, "deepseek-r1": 10.00, "llama": 5.00, "mistral": 5.00,
    "azure-speech-batch": 5.00, "phi-4-multimodal": 2.40, "phi4-mini": 1.00,
  ]

  @Test func publishedScenarioCostsWhatTheDocumentsSay() throws {
    let plan = try row("huntaze-published", "plans", ["users": "50"])
    #expect(try amount(plan["cost_usd"]).decimal(places: 2) == "62.40")
    let costs = try rows("huntaze-published", "costs").filter { $0["users"] == "50" }
    for (model, claimed) in Self.published {
      let cells = costs.filter { $0["model"] == model }
      let cost = try cells.reduce(0) { try $0 + amount($1["cost_usd"]).dollars }
      #expect((cost / claimed - 1).magnitude < 0.01, "\(model): \(cost)")
    }
    #expect(Set(costs.compactMap { $0["model"] }) == Set(Self.published.keys))
  }

  @Test(arguments: [(100, 2), (500, 10), (1_000, 20)])
  func largerPlansAreThePublishedRowsScaled(users: Int, factor: Int64) throws {
    let small = try row("huntaze-published", "plans", ["users": "50"])
    let large = try row("huntaze-published", "plans", ["users": "\(users)"])
    let expected = try amount(small["cost_usd"]).dollars * Double(factor)
    #expect((try amount(large["cost_usd"]).dollars / expected - 1).magnitude < 1e-6)
  }

  @Test func theThousandUserPlanBreaksTheBudget() throws {
    let plan = try row("huntaze-published", "plans", ["users": "1000"])
    #expect(plan["over_budget"] == "true")
    #expect(plan["budget_crossed_at"]?.hasPrefix("2025-11-") == true)
    let fired = try rows("huntaze-published", "alerts").filter { $0["plan"] == "users-1000" }
    #expect(fired.compactMap { $0["rule"] } == ["budget-75", "budget-90"])
  }

  /// docs/validation.md: no plan lies further from its closed form than five standard errors,
  /// which chance does once in 1.7 million; where a part has no closed form, the report names it.
  @Test(arguments: ShippedReports.scenarios)
  func everyPlanAgreesWithItsClosedForm(scenario: String) throws {
    let file = ShippedReports.shipped.appendingPathComponent("\(scenario)/run.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let run = try decoder.decode(RunFile.self, from: Data(contentsOf: file))
    #expect(run.plans.count == 4)
    for plan in run.plans {
      let cost = try #require(Double(plan.costUsd))
      let expected = try #require(Double(plan.expectedCostUsd))
      let error = try #require(Double(plan.standardErrorUsd))
      // Fixed sizes and exact arrivals leave no chance; then rounding to 6 decimals is all.
      #expect((cost - expected).magnitude <= 5 * error + 2e-6, "\(scenario) \(plan.plan)")
    }
  }

  /// The README's headline table says what the reports say.
  @Test(arguments: ShippedReports.scenarios)
  func theReadmeShowsTheBills(scenario: String) throws {
    let readme = try String(
      contentsOf: ShippedReports.root.appendingPathComponent("README.md"), encoding: .utf8)
    let line = try #require(readme.split(separator: "\n").first { $0.hasPrefix("| `\(scenario)`") })
    let shown = line.split(separator: "|").dropFirst().map {
      $0.filter { $0.isNumber || $0 == "." }
    }
    let bills = try rows(scenario, "plans").map {
      try amount($0["cost_usd"]).decimal(places: 2)
    }
    #expect(shown.prefix(bills.count) == bills[...])
  }

  @Test(arguments: ShippedReports.scenarios)
  func tablesAddUpToTheMicrodollar(scenario: String) throws {
    let plans = try rows(scenario, "plans")
    for plan in plans {
      let whole = try amount(plan["cost_usd"]).dollars
      for table in ["costs", "daily", "accounts"] {
        let cells = try rows(scenario, table).filter { $0["plan"] == plan["plan"] }
        let sum = try cells.reduce(MoneySum.zero) { try $0 + amount($1["cost_usd"]) }
        // Each row is rounded once, so a table of n rows may differ by n half microdollars.
        #expect((sum.dollars - whole).magnitude <= Double(cells.count) * 0.5e-6 + 1e-9)
      }
    }
  }

  private struct RunFile: Decodable {
    struct Plan: Decodable {
      var plan: String
      var costUsd: String
      var expectedCostUsd: String
      var standardErrorUsd: String
    }
    var plans: [Plan]
  }

  private func rows(_ scenario: String, _ table: String) throws -> [[String: String]] {
    let file = ShippedReports.shipped.appendingPathComponent("\(scenario)/\(table).csv")
    let rows = try CSVReader.rows(Array(Data(contentsOf: file)))
    let header = try #require(rows.first)
    return rows.dropFirst().map {
      Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first })
    }
  }

  private func row(
    _ scenario: String, _ table: String, _ match: [String: String]
  ) throws -> [String: String] {
    try #require(
      try rows(scenario, table).first { row in match.allSatisfy { row[$0] == $1 } })
  }

  private func amount(_ text: String?) throws -> MoneySum {
    let parts = try #require(text).split(separator: ".", omittingEmptySubsequences: false)
    let whole = try #require(Int128(parts[0]))
    let decimals = parts.count > 1 ? String(parts[1]) : ""
    let fraction = try #require(Int128((decimals + "000000000000").prefix(12)))
    return MoneySum(picodollars: whole * 1_000_000_000_000 + fraction)
  }
}
