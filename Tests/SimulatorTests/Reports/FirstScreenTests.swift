import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support
@testable import costsim

/// What `run` says first: the expected bill with its range, and a simulated month as an example.
@Suite struct FirstScreenTests {
  private func screen(_ report: ScenarioReport) -> String {
    TerminalSummary.text([report], styled: false)
  }

  /// A founder's terminal: 24 lines of 80 columns, but for a name that no line can hold.
  @Test(arguments: StarterTemplate.allCases) func fitsATerminal(template: StarterTemplate) throws {
    let folder = try ScenarioFolder()
    let made = try Program.run(
      ["init", folder.path("my-co"), "--like", template.rawValue], in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let outcome = try Program.run(
      ["run", "my-co/scenario.yaml", "--out", "out"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    let plans = try ScenarioReader.read(path: folder.path("my-co/scenario.yaml")).plans.count
    #expect(lines.count <= 24 + 2 * (plans - 1), "\(outcome.output)")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(outcome.output)")
    for part in [
      "the expected bill", "nine months in ten", "Where it goes", "Savings", "Not counted",
    ] {
      #expect(outcome.output.contains(part), "\(part) in \(outcome.output)")
    }
    #expect(outcome.output.contains("One simulated month, as an example."))
    if template == .saasChat {
      let readme = try String(
        contentsOf: RepositoryFiles.root.appendingPathComponent("README.md"), encoding: .utf8)
      let shown = lines.dropLast(3).joined(separator: "\n")
      #expect(readme.contains(shown), "README shows another first screen than\n\(shown)")
    }
    let page = try String(contentsOfFile: folder.path("out/my-co/report.md"), encoding: .utf8)
    let start = try #require(page.range(of: "nine months in ten")?.lowerBound)
    let example = try #require(page.range(of: "as an example")?.lowerBound)
    #expect(start < example)
    #expect(page.contains("## The bill as arithmetic"))
  }

  /// The range is that of the law of the bill, without a single further run.
  @Test func theRangeIsTheLaws() {
    var report = SampleReport(users: [1, 30], budget: 10).report
    report.plans[1].expectation.percentiles = .init(p05: 27.5, p50: 29, p95: 1_234.5)
    #expect(screen(report).contains("$27.50–$1,234.50"))
    #expect(screen(report).contains("No range by formula"))
    report.plans[0].expectation.percentiles = .init(p05: 0.9, p50: 1, p95: 1.1)
    #expect(screen(report).contains("$0.90–$1.10"))
    #expect(!screen(report).contains("no range"))
  }

  /// Several simulated months tell it where no formula does.
  @Test func severalMonthsTellItToo() {
    let report = SampleReport(users: [30], budget: 10, runs: [20, 30, 40]).report
    #expect(screen(report).contains("$20.00–$40.00"))
    #expect(screen(report).contains("The range is that of the simulated months."))
    #expect(screen(report).contains("One of 3 simulated months, as an example."))
  }

  /// What no formula tells is not called expected, and says why.
  @Test func nothingIsExpectedWithoutAFormula() {
    var report = SampleReport(users: [30], budget: 10).report
    report.plans[0].expectation = .none
    report.plans[0].expectation.whyNoChance = "chat: its calls are forks"
    let first = FirstScreen(report)
    let text = (first.notes + first.lines.map(\.text)).joined(separator: "\n")
    #expect(text.contains("No range by formula: chat: its calls are forks; several months"))
    #expect(text.contains("(in the simulated month)"))
    #expect(text.contains("on 11 November 2026 in the simulated month"))
    #expect(text.contains("no formula tells the chance"))
    #expect(!text.contains("expected month"))
    #expect(first.rows[0].filter { $0 == "–" }.count == 4)
  }

  /// The verdict follows the chance, and names the day of the expected month.
  @Test func theBudgetsVerdict() {
    func line(users: [Int], chance: Double) -> String {
      let report = SampleReport(users: users, budget: 10, chance: chance).report
      return FirstScreen(report).lines.first { $0.label == "Budget" }?.text ?? ""
    }
    #expect(
      line(users: [30], chance: 1)
        == "$10.00 a month: breaks on 11 November 2026 in the expected month; 100.0 % of months are "
        + "over it")
    #expect(line(users: [2], chance: 0) == "$10.00 a month: holds; 0.0 % of months are over it")
    #expect(line(users: [2], chance: 0.01) == "$10.00 a month: holds; 1.0 % of months are over it")
    #expect(
      line(users: [2], chance: 0.02) == "$10.00 a month: may break; 2.0 % of months are over it")
    #expect(line(users: [1, 30], chance: 0.3).contains("may break with 30 users on 11 November"))
  }

  private static let catalog = """
    models:
      dear: {provider: a, latency: 1s, input: $10 per 1M tokens, output: $10 per 1M tokens}
      cheap: {provider: a, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens}
    """

  private func folder(_ rest: String) throws -> ScenarioFolder {
    try ScenarioFolder([
      "catalog.yaml": Self.catalog,
      "s.yaml": """
      period: 2025-11
      plans: [10]
      seed: 1
      catalog: catalog.yaml
      policy: {rules: [{name: all, model: dear}]}
      \(rest)
      """,
    ])
  }

  private func json(_ folder: ScenarioFolder, _ options: [String] = []) throws -> [String: Any] {
    let outcome = try Program.run(
      ["run", "s.yaml", "--out", "out", "--json"] + options, in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
    return try #require((all?.first?["plans"] as? [[String: Any]])?.first)
  }

  /// 10 users pay $5 each, and make 100 calls of 400 tokens in and 100 out: $5 of $50. Answers 60 %
  /// shorter save 60 out of 500 tokens, $0.60.
  @Test func programsReadTheSame() throws {
    let plan = try json(
      folder(
        """
        users: {account_plans: {seat: 100%}, subscriptions: {seat: $5}}
        workloads: {chat: {volume: 100, input: 400, output: 100}}
        """))
    #expect(plan["expected_cost_usd"] as? String == "5.000000")
    #expect(plan["expected_cost_per_user_usd"] as? String == "0.500000")
    #expect(plan["expected_margin_usd"] as? String == "45.000000")
    let low = Double(plan["expected_p05_usd"] as? String ?? "") ?? .nan
    let high = Double(plan["expected_p95_usd"] as? String ?? "") ?? .nan
    // 1,000 calls by chance: 1.645 standard deviations of 1/√1000 are 5.2 %.
    #expect((low - 5 * (1 - 0.052)).magnitude < 0.02 && (high - 5 * (1 + 0.052)).magnitude < 0.02)
    let savings = try #require(plan["savings"] as? [[String: Any]])
    #expect(
      savings.first { $0["lever"] as? String == "shorter-answers" }?["saving_usd"] as? String
        == "0.600000")
    let costs = try #require(plan["largest_costs"] as? [[String: Any]])
    #expect(costs.map { $0["model"] as? String } == ["dear"])
    let arithmetic = try #require(plan["arithmetic"] as? [String: Any])
    #expect(arithmetic["sum_usd"] as? String == "5.000000")
  }

  /// A lever that is in use is no saving, nor is one whose figures are of other users.
  @Test func onlyWhatIsNotInUseSaves() throws {
    let plan = try json(
      folder(
        """
        cache: {mode: rate, default: {ttl: 1h, hit_rate: 20%}}
        workloads: {chat: {volume: 100, input: 400, output: 100}}
        levers:
          other: {title: Cheaper, users: 20, with: ["policy={rules: [{name: all, model: cheap}]}"]}
          cheaper: {title: Cheaper, with: ["policy={rules: [{name: all, model: cheap}]}"]}
        """))
    let savings = try #require(plan["savings"] as? [[String: Any]])
    // A tenth of the price of four calls in five: $4 of which $3.60 are saved.
    #expect(savings.map { $0["lever"] as? String } == ["cheaper", "shorter-answers"])
    #expect(savings.first?["saving_usd"] as? String == "3.600000")
  }

  @Test func arithmeticIsPrintedOnDemand() throws {
    let folder = try folder("workloads: {chat: {volume: 100, input: 400, output: 100}}")
    let plain = try Program.run(["run", "s.yaml", "--out", "out"], in: folder.url)
    let asked = try Program.run(
      ["run", "s.yaml", "--out", "out", "--show-arithmetic"], in: folder.url)
    #expect(!plain.output.contains("=10*100"))
    #expect(asked.output.contains("  =10*100*400*10/1000000\n"))
    #expect(asked.output.contains("$5.00  the expected bill, $0.50 per user"))
    let quiet = try Program.run(
      ["run", "s.yaml", "--out", "out", "--show-arithmetic", "--quiet"], in: folder.url)
    #expect(quiet.output.isEmpty)
  }
}
