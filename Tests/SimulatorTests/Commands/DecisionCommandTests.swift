import Foundation
import Testing

@testable import Decisions
@testable import Support

/// `solve`, `sweep`, `sensitivity` and `run` with ranges, from end to end on a tiny company.
@Suite struct DecisionCommandTests {
  private let folder: ScenarioFolder

  init() throws { folder = try SmallCompany.folder() }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments + ["--out", folder.path("out")], in: folder.url)
  }

  private struct Answer: Decodable {
    var verb: String
    var answer: String
    var rows: [[String: String?]]
  }

  @Test func solveAnswersAndWritesItsFiles() throws {
    let outcome = try run("solve", "s.yaml", "--budget", "5.7", "--json")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
    #expect(answer.verb == "solve")
    #expect(answer.answer.contains("is the most that keeps the expected bill within $5.70 a month"))
    #expect(answer.rows.count { $0["is_answer"] == "true" } == 1)
    for name in ["solve.md", "solve.csv", "charts/solve.svg"] {
      #expect(folder.content.contains("out/s/" + name))
    }
    let page = try String(contentsOfFile: folder.path("out/s/solve.md"), encoding: .utf8)
    #expect(page.contains("## Checked by simulating a month"))
  }

  @Test func theTableIsPrintedWhereRowsOrColumnsAreChosen() throws {
    let outcome = try run(
      "sweep", "s.yaml", "--vary", "users=1,3,2", "--sort", "-cost_usd", "--top", "2", "--columns",
      "users,plan")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output == "users,plan\r\n3,users-3\r\n2,users-2\r\n")
  }

  /// One user less than one is none, which no plan can have.
  @Test func sensitivityOfAPlanOfOneUser() throws {
    let outcome = try run("sensitivity", "s.yaml", "--override", "plans=[1]")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  /// One rule for all verbs that study one plan: that of `--users`, else the first. Levers and shocks are
  /// studied for every plan, the first one in detail.
  @Test func theFirstPlanIsStudied() throws {
    let plans = ["--override", "plans=[{name: team, users: 3}, 9]"]
    for verb in ["sensitivity", "levers", "stress", "forecast"] {
      let more = verb == "forecast" ? ["--months", "2"] : []
      let outcome = try Program.run(
        [verb, "s.yaml", "--out", folder.path("out"), "--json"] + plans + more, in: folder.url)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("3 users"), "\(verb): \(outcome.output.prefix(300))")
      let studiesAll = ["levers", "stress"].contains(verb)
      #expect(outcome.output.contains(" 9 users") == studiesAll, "\(verb)")
    }
    let levers = try CSVReader.rows(bytes(folder.path("out/s/levers.csv")))
    #expect(levers[1][1] == "team")
    #expect(Set(levers.dropFirst().map { $0[1] }) == ["team", "users-9"])
  }

  /// A run after the others links what they have written.
  @Test func theIndexLinksTheirPages() throws {
    let text = try run("sensitivity", "s.yaml").output
    #expect(text.hasPrefix("The $") && text.hasSuffix("/s/sensitivity.md\n"))
    let sweep = try run("sweep", "s.yaml", "--vary", "users=1,2", "--vary", "budget=$1,$2")
    #expect(sweep.code == 0 && sweep.output.hasPrefix("The bill goes from $"))
    #expect(
      try run(
        "run", "s.yaml", "--users", "2", "--runs", "4", "--quiet", "--override",
        "workloads.chat.volume={low: 20, likely: 30, high: 60}"
      ).code == 0)
    let index = try String(contentsOfFile: folder.path("out/index.md"), encoding: .utf8)
    #expect(index.contains("[What moves the bill](s/sensitivity.md) · [What if](s/sweep.md)"))
    #expect(folder.content.contains("out/s/uncertainty.csv"))
    let report = try String(contentsOfFile: folder.path("out/s/report.md"), encoding: .utf8)
    #expect(report.contains("nine such months in ten cost between"))
    #expect(report.contains("| volume of chat |"))
  }

  @Test(arguments: [
    (
      ["solve", "s.yaml", "--for", "workload.chat.volume"], "did you mean 'workloads.chat.volume'?"
    ),
    (
      ["solve", "s.yaml", "--for", "workloads.report.output"],
      "expected workloads.report.output* to"
    ),
    (["solve", "s.yaml", "--budget", "lots"], "--budget: error: expected an amount like 1000"),
    (["solve", "s.yaml", "--confidence", "195%"], "--confidence: error: expected a percentage"),
    (["solve", "s.yaml", "--between", "9"], "--between: error: expected LOW..HIGH like 1..5000"),
    (["solve", "s.yaml", "--users", "1,2"], "--users names several plans"),
    (["sweep", "s.yaml"], "Missing expected argument '--vary"),
    (["sweep", "s.yaml", "--vary", "users=0,1"], "s.yaml:2:8: error: '0' is out of range"),
    (["sweep", "s.yaml", "--vary", "users=1..900:900", "--vary", "budget=1..20:20"], "18000 comb"),
    (["sensitivity", "s.yaml", "--by", "x"], "--by: error: expected a percentage like 20%"),
    (["sensitivity", "none.yaml"], "none.yaml: error: no such file"),
    (["sensitivity", "s.yaml", "--columns", "inputs"], "did you mean 'input'?"),
    (["sensitivity", "s.yaml", "--runs", "0"], "--runs is 1 to 1000000"),
  ])
  func slipsExitWith2AndWriteNothing(arguments: [String], message: String) throws {
    let before = folder.content
    let outcome = try Program.run(arguments + ["--out", folder.path("out")], in: folder.url)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.content == before)
  }
}
