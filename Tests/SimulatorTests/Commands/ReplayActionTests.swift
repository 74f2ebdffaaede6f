import Foundation
import Testing

@testable import Decisions
@testable import Support

/// A log whose budget acts, from end to end; bills are added up by hand at gpt-4o's $2.50 in and $10
/// out and gpt-4o-mini's $0.15 and $0.60: $0.0035 and $0.00021 a request.
@Suite struct ReplayActionTests {
  private let folder: ScenarioFolder
  private var reports: String { folder.path("reports/two-tier-replay/") }

  init() throws { folder = try ScenarioFolder() }

  private static let header = "timestamp,model,user,priority,input_tokens,output_tokens\n"

  /// A request every ten minutes.
  private static func log(_ users: [String], priority: String = "") -> String {
    header
      + users.enumerated().map {
        "2025-11-01T0\($0.offset):10:00Z,gpt-4o,\($0.element),\(priority),1000,100\n"
      }.joined()
  }

  private func replay(_ log: String, _ lines: String, _ options: String...) throws
    -> Program.Outcome
  {
    try folder.write("log.csv", log)
    return try Program.run(
      [
        "replay", folder.path("log.csv"), "--scenario", "scenarios/two-tier.yaml", "--out",
        folder.path("reports"), "--override", "budget={amount: $10, thresholds: \(lines)}",
        "--override", "models.gpt-4o-mini.failure_rate=0%", "--policy", "logged",
      ] + options)
  }

  private func column(_ name: String, of file: String) throws -> [String] {
    let rows = try CSVReader.rows(bytes(reports + file))
    let place = try #require(rows.first?.firstIndex(of: name))
    return rows.dropFirst().map { $0[place] }
  }

  private func report() throws -> String {
    try String(contentsOfFile: reports + "report.md", encoding: .utf8)
  }

  @Test func aBlockRefusesLoggedRequests() throws {
    let outcome = try replay(
      Self.log(["a", "b", "c", "", "c"]), "[{at: $0.004, name: stop, act: block}]", "--calls",
      folder.path("calls.csv"))
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try column("cost_usd", of: "plans.csv") == ["0.007000"])
    #expect(
      try column("saved_usd", of: "savings.csv").map { ExactDecimal($0) } == [
        ExactDecimal("0.0105")
      ])
    #expect(try column("refused_calls", of: "enforcement.csv") == ["3"])
    // One of the refused requests belongs to no account.
    #expect(try column("account_id", of: "enforced_accounts.csv") == ["c"])
    #expect(try column("calls", of: "enforced_accounts.csv") == ["2"])
    let report = try report()
    #expect(
      report.contains(
        "Acting on the budget refuses 3 calls, "
          + "which saves **$0.0105** of the $0.0175"))
    #expect(report.contains("## What acting on the budget saves"))
    let calls = try CSVReader.rows(bytes(folder.path("calls.csv")))
    #expect(calls.dropFirst().map { $0[11] } == ["logged", "logged", "stop", "stop", "stop"])
    #expect(calls.dropFirst().map { $0[17] } == ["ok", "ok", "failed", "failed", "failed"])
  }

  /// The policy `logged` with a line that sends requests by the scenario's own rules, or to a tier.
  @Test func loggedRequestsAreSentElsewhere() throws {
    let chains = ["--override", "+chains.economy=[gpt-4o-mini]"]
    let log = Self.log(["a", "a", "a", "a"])
    for action in ["{tier: economy}", "{policy: {rules: [{name: x, model: gpt-4o-mini}]}}"] {
      let outcome = try replay(
        log, "[{at: $0.004, name: down, act: \(action)}]", chains[0], chains[1])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try column("cost_usd", of: "plans.csv") == ["0.007420"], "\(action)")
      #expect(try column("moved_calls", of: "enforcement.csv") == ["2"])
      #expect(try report().contains("| moved by the budget") == false)
    }
  }

  @Test func anAccountIsCapped() throws {
    let outcome = try replay(
      Self.log(["a", "b", "a", "", "a", "", ""]),
      "[{at: $0.000001, name: cap, act: {cap: {calls: 2}}}]", "--policy",
      "scenarios/policies/two-tier.yaml")
    #expect(outcome.code == 0, "\(outcome.errors)")
    // Requests of no account are not capped.
    #expect(try column("refused_calls", of: "enforcement.csv") == ["1", "1"])
    #expect(try column("account_id", of: "enforced_accounts.csv") == ["a", "a"])
    #expect(try report().contains("| refused by the budget"))
  }

  @Test func explainTellsOfTheLine() throws {
    try folder.write("log.csv", Self.log(["a", "b", "c"]))
    let outcome = try Program.run([
      "explain", "scenarios/two-tier.yaml", "--trace", folder.path("log.csv"), "--row", "3",
      "--policy", "logged", "--override",
      "budget={amount: $10, thresholds: [{at: $0.004, name: stop, act: block}]}",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("stop"), "\(outcome.output)")
  }

  @Test func standardInputCannotBeReadTwice() throws {
    let outcome = try Program.run([
      "replay", "-", "--scenario", "scenarios/two-tier.yaml", "--out", folder.path("reports"),
      "--override", "budget={amount: $10, thresholds: [{at: 1%, act: block}]}",
    ])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("standard input can be read only once"), "\(outcome.errors)")
  }
}
