import CostModel
import Foundation
import Testing

@testable import Gates
@testable import Support

/// When `check` fails, and when it does not.
@Suite struct GateTests {
  /// Three fixed seeds, each a false alarm once in 1.7 million.
  @Test func chanceFailsNothing() throws {
    let folder = try GateFolder(arrivals: "poisson")
    try folder.baseline()
    for seed in 2...4 {
      try folder.files.write("s.yaml", GateFolder.scenario(arrivals: "poisson", seed: seed))
      let outcome = try folder.check(
        "--max-increase", "0%", "--max-increase-usd", "0", "--ignore-below-usd", "0")
      #expect(outcome.code == 0, "\(outcome.output)")
    }
  }

  /// The smallest real growth fails where none is allowed: the closed form has no noise.
  @Test func growthFailsHoweverSmall() throws {
    let folder = try GateFolder(arrivals: "poisson")
    try folder.baseline()
    try folder.files.write("s.yaml", GateFolder.scenario(arrivals: "poisson", volume: 101))
    let all = ["--ignore-below-usd", "0"]
    #expect(try folder.check(["--max-increase", "0%"] + all).code == 99)
    #expect(try folder.check(["--max-increase", "2%"] + all).code == 0)
    #expect(try folder.check(["--max-increase", "0%"]).code == 0, "less than a cent")
    #expect(try folder.check(["--max-increase-usd", "0.001"] + all).code == 99)
    #expect(try folder.check(["--max-increase-usd", "1"] + all).code == 0)
  }

  @Test func aSmallerBillPasses() throws {
    let folder = try GateFolder()
    try folder.baseline()
    try folder.files.write("s.yaml", GateFolder.scenario(volume: 50))
    #expect(try folder.check("--max-increase", "0%").code == 0)
  }

  @Test func plansComeAndGo() throws {
    let folder = try GateFolder()
    try folder.baseline("--users", "4,20")
    let outcome = try folder.check("--max-increase", "0%", "--out", folder.files.path("out"))
    #expect(outcome.code == 0)
    let plans = try folder.json("out/check.json")["plans"]?.items ?? []
    #expect(plans.map { $0["status"]?.string } == ["same", "added", "removed"])
    let some = try folder.check("--users", "4", "--out", folder.files.path("out"))
    #expect(some.code == 0)
    #expect(try folder.json("out/check.json")["plans"]?.items.count == 1)
  }

  @Test func aPlanIsSimulatedIfItsBaselineWas() throws {
    let folder = try GateFolder()
    try folder.baseline("--simulate-up-to", "4")
    _ = try folder.check("--out", folder.files.path("out"))
    let plans = try folder.json("out/check.json")["plans"]?.items ?? []
    #expect(plans.map { $0["now"]?["simulated_usd"]?.isNull } == [false, true])
    #expect(plans.map { $0["change_usd"]?.string } == ["0.00", "0.00"])
  }

  @Test(arguments: [
    ["--max-increase", "5"], ["--max-increase", "-5%"], ["--max-increase-usd", "x"],
    ["--ignore-below-usd", "-1"], ["--simulate-up-to", "-1"], ["--format", "xml"],
    ["--override", "seed=x"],
  ])
  func badOptionsAreBadInput(options: [String]) throws {
    let folder = try GateFolder()
    try folder.baseline()
    let outcome = try Program.run(
      ["check", folder.files.path("s.yaml"), "--baseline", folder.files.path("baseline.yaml")]
        + options)
    #expect(outcome.code == 2, "\(options)")
    #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
  }

  @Test func aLimitNeedsABaseline() throws {
    let folder = try GateFolder()
    let path = folder.files.path("s.yaml")
    #expect(try Program.run(["check", path, "--max-increase", "5%"]).code == 2)
    #expect(try Program.run(["check", path, "--baseline", folder.files.path("no")]).code == 2)
    let plain = try Program.run(["check", path])
    #expect(plain.code == 0)
    #expect(plain.output.hasPrefix("Nothing was judged. There is no baseline to compare with."))
  }

  @Test func theJobSummaryGrows() throws {
    let folder = try GateFolder()
    try folder.baseline()
    try folder.files.write("summary.md", "before\n")
    let process = try Program.process(
      [
        "check", folder.files.path("s.yaml"), "--baseline", folder.files.path("baseline.yaml"),
        "-q",
      ],
      in: folder.files.url)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["GITHUB_STEP_SUMMARY": folder.files.path("summary.md")]) { $1 }
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try folder.text("summary.md").hasPrefix("before\n<!-- costsim -->\n### AI bill"))
  }

  /// Bills are compared at the likely 100 calls of 50 to 300: the note says so, with the mean of 150
  /// over the ranges. Four and ten users, a call of 90 % small (500 × $0.1 + 200 × $0.4) and 10 %
  /// large (500 × $2 + 200 × $10 a million): $0.000417; four users' 600 calls are $0.25.
  @Test func rangesAreTold() throws {
    let folder = try GateFolder()
    try folder.baseline()
    #expect(!(try folder.check()).output.contains("known only up to a range"))
    let ranged = try folder.text("s.yaml").replacing(
      "volume: 100", with: "volume: { low: 50, likely: 100, high: 300 }")
    try folder.files.write("s.yaml", ranged)
    let checked = try folder.check("--json")
    let words =
      "Mind that 1 input is known only up to a range, and that the bills of s are "
      + "compared at its likely value: over the ranges the expected bill is $0.2502 on average"
    #expect(checked.output.contains(words), "\(checked.output) \(checked.errors)")
    #expect(try folder.check().output.contains(words))
  }

  @Test func aCommentFitsIntoAComment() {
    let plans = (0..<3_000).map { number in
      PlanComparison(
        scenario: "scenario-with-a-long-name-\(number)", plan: "users-1000",
        base: PlanFigures(users: 1, expected: MoneySum(picodollars: 1_000_000_000_000)),
        head: PlanFigures(users: 1, expected: MoneySum(picodollars: 9_000_000_000_000)),
        causes: [CauseAmount(cause: .price, amount: MoneySum(picodollars: 8_000_000_000_000))])
    }
    let text = GateMarkdown.text(GateReport(plans: plans))
    #expect(text.hasPrefix(GateMarkdown.marker) && text.count <= GateMarkdown.limit)
    #expect(text.contains("more plans") && text.contains("check.json"))
    #expect(
      text.components(separatedBy: "<details>").count
        == text.components(
          separatedBy: "</details>"
        ).count)
  }

  @Test func namesAreNotMarkup() {
    let text = XMLText.escape("a<b>&\"\u{1}\n", keepsLines: true)
    #expect(text == "a&lt;b&gt;&amp;&quot;\u{FFFD}&#10;")
    let plan = PlanComparison(
      scenario: "a|<img>", plan: "`p`", base: nil, head: PlanFigures(users: 1))
    #expect(GateMarkdown.text(GateReport(plans: [plan])).contains("a\\|&lt;img>"))
  }
}
