import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Support

/// `init`, `validate` and `run` from end to end, on the starter scenario.
@Suite struct RunTests {
  private let folder: ScenarioFolder
  private var scenario: String { folder.path("new/scenario.yaml") }
  private var reports: String { folder.path("reports") }

  init() throws {
    folder = try ScenarioFolder()
    let made = try Program.run(["init", folder.path("new")])
    try #require(made.code == 0)
  }

  private func run(_ options: String...) throws -> Program.Outcome {
    try Program.run(["run", scenario, "--out", reports] + options)
  }

  private func rows(_ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(path))
    let header = try #require(rows.first)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  @Test func aNewScenarioIsValidAndRuns() throws {
    #expect(try Program.run(["validate", scenario]).code == 0)
    let outcome = try run("--users", "5")
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.contains("With 5 users, AI costs $"))
    #expect(outcome.output.hasSuffix("Reports: \(reports)/index.md\n"))
    let names = ["plans", "costs", "daily", "accounts", "performance", "alerts"].map { $0 + ".csv" }
    for name in names + ["report.md", "run.json", "costs.sqlite", "charts/cumulative-cost.svg"] {
      #expect(folder.content.contains("reports/new/" + name))
    }
    #expect(!folder.content.contains { $0.contains(".tmp") })
  }

  @Test func aSecondInitRefusesAndChangesNothing() throws {
    try folder.write("new/policy.yaml", "mine")
    try FileManager.default.removeItem(atPath: scenario)
    let outcome = try Program.run(["init", folder.path("new")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("it is there already, expected a new file"))
    #expect(try bytes(folder.path("new/policy.yaml")) == Array("mine".utf8))
    #expect(!FileManager.default.fileExists(atPath: scenario))
  }

  @Test func anOverBudgetRunExitsWith0() throws {
    let outcome = try run("--users", "5", "--override", "budget.amount=$0.01")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("over the $0.01 budget"))
    #expect(try rows(reports + "/new/plans.csv").map { $0["over_budget"] } == ["true"])
  }

  @Test func quietPrintsNothingAndJSONParses() throws {
    let quiet = try run("--users", "2", "--quiet")
    #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    let json = try run("--users", "2,3", "--json")
    struct Report: Decodable {
      struct Plan: Decodable {
        var users: Int
      }
      var scenario: String
      var plans: [Plan]
    }
    let reports = try JSONDecoder().decode([Report].self, from: Data(json.output.utf8))
    #expect(reports.map(\.scenario) == ["new"])
    #expect(reports[0].plans.map(\.users) == [2, 3])
    let list = try Program.run(["validate", scenario, "--json"])
    #expect(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) is [Any])
  }

  @Test func runsGiveTheSpread() throws {
    #expect(try run("--users", "2", "--runs", "3", "--quiet").code == 0)
    let plan = try #require(try rows(reports + "/new/plans.csv").first)
    let cost = { (name: String) in plan[name].flatMap(Double.init) ?? .nan }
    #expect(cost("cost_p05_usd") < cost("cost_p50_usd"))
    #expect(cost("cost_p50_usd") < cost("cost_p95_usd"))
  }

  @Test func aFolderThatIsAFileIsRefused() throws {
    try folder.write("reports", "mine")
    let outcome = try run("--users", "2")
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("\(reports): error: cannot write there: a part of the path"))
    #expect(try bytes(reports) == Array("mine".utf8))
  }

  /// The ledger's rows add up to plans.csv, which tells the exact sum.
  @Test func theCallsFileAddsUpToTheBill() throws {
    let calls = folder.path("ledger/calls.csv")
    #expect(try run("--users", "3", "--quiet", "--calls", calls).code == 0)
    let ledger = try rows(calls)
    let plan = try #require(try rows(reports + "/new/plans.csv").first)
    #expect(plan["calls"] == String(ledger.count))
    let sum = try ledger.reduce(Int128(0)) { try $0 + picodollars($1["cost_usd"]) }
    let parts = try ledger.reduce(Int128(0)) { sum, row in
      try ["input", "output", "other"].reduce(sum) {
        try $0 + picodollars(row["\($1)_cost_usd"])
      }
    }
    #expect(sum == parts && sum > 0)
    let run = try JSONDecoder().decode(
      RunFile.self, from: Data(bytes(reports + "/new/run.json")))
    #expect(try sum == picodollars(run.plans[0].cost))
    #expect(plan["cost_usd"] == MoneySum(picodollars: sum).decimal(places: 6))
  }

  private struct RunFile: Decodable {
    struct Plan: Decodable {
      var cost: String
      enum CodingKeys: String, CodingKey { case cost = "cost_usd" }
    }
    var plans: [Plan]
  }

  private func picodollars(_ text: String?) throws -> Int128 {
    let parts = try #require(text).split(separator: ".", omittingEmptySubsequences: false)
    let whole = try #require(Int128(parts[0]))
    let decimals = parts.count > 1 ? String(parts[1]) : ""
    return try whole * MoneySum.picodollarsPerDollar
      + #require(Int128((decimals + "000000000000").prefix(12)))
  }

  /// Ctrl-C while it simulates: exit code 130, and not even the folders stay that it made.
  @Test func interruptedItLeavesNothing() throws {
    let before = folder.content
    let process = try Program.process(
      ["run", scenario, "--users", "20000", "--out", folder.path("x/y"), "--quiet"],
      in: folder.url)
    try process.run()
    // From here on it simulates, for minutes: the temporary folder is there.
    while process.isRunning, !folder.content.contains(where: { $0.hasSuffix(".tmp") }) {
      usleep(5_000)
    }
    #expect(process.isRunning)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(folder.content == before)
  }
}
