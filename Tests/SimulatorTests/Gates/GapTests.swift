import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Gates
@testable import Scenarios

/// A gate does not pass on nothing: what it could not judge is said, counted and, if asked for, fails.
@Suite struct GapTests {
  /// Without a flag, with `--fail-on-new` and with `--strict`; in all four files.
  private func expect(
    _ folder: GateFolder, _ options: [String], onNew: Int32, reason: String, _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (flags, code) in [([], 0), (["--fail-on-new"], onNew), (["--strict"], Int32(99))] {
      let outcome = try Program.run(
        ["check", folder.files.path("s.yaml"), "--out", folder.files.path("out")] + options + flags)
      #expect(outcome.code == code, "\(flags): \(outcome.output)", sourceLocation: sourceLocation)
      let headline = outcome.output.prefix { $0 != "\n" }
      #expect(headline.contains(words), "\(headline)", sourceLocation: sourceLocation)
      #expect(headline.hasPrefix("Failed.") == (code == 99), sourceLocation: sourceLocation)
      let report = try folder.json("out/check.json")
      let checks = (report["checks"]?.items ?? []).filter { $0["not_judged"]?.string == reason }
      let state = code == 99 ? "failed" : "skipped"
      #expect(
        !checks.isEmpty && checks.allSatisfy { $0["outcome"]?.string == state },
        sourceLocation: sourceLocation)
      #expect(
        try SchemaJudge(file: "docs/schema/check.schema.json").judge(report) == [],
        sourceLocation: sourceLocation)
      let junit = try folder.text("out/junit.xml")
      let tag = code == 99 ? "<failure type=\"\(reason)\"" : "<skipped message="
      #expect(junit.components(separatedBy: tag).count > 1, sourceLocation: sourceLocation)
      let counted = code == 99 ? " failures=\"0\"" : " skipped=\"0\""
      #expect(
        junit.split(separator: "\n")[1].contains(counted) == false, "\(junit)",
        sourceLocation: sourceLocation)
      let title = try folder.text("out/comment.md").split(separator: "\n")[1]
      #expect(
        title.contains(code == 99 ? "check failed" : "judged ⚠️"), "\(title)",
        sourceLocation: sourceLocation)
    }
  }

  private func baseline(_ folder: GateFolder) -> [String] {
    ["--baseline", folder.files.path("baseline.yaml"), "--max-increase", "5%"]
  }

  @Test func noLimit() throws {
    let folder = try GateFolder()
    try folder.baseline()
    try expect(
      folder, ["--baseline", folder.files.path("baseline.yaml")], onNew: 0, reason: "no limit",
      "No limit is given for s: --max-increase, --max-increase-usd or a threshold.")
    try expect(folder, [], onNew: 0, reason: "no limit", "There is no baseline to compare with.")
  }

  /// One plan has a threshold, the other is held to nothing.
  @Test func aPlanWithoutALimit() throws {
    let folder = try GateFolder(extra: "thresholds: { \"cost_usd{plan:users-4}\": [\"sum<$5\"] }")
    try expect(folder, [], onNew: 0, reason: "no limit", "No limit is given for s at users-10:")
  }

  @Test(arguments: [
    ("cache_hit_rate", "rate>=60%", ""),
    ("latency_ms", "max<5s", "models: { default: { failure_rate: 100% } }"),
    ("cost_usd{tier:premium}", "sum<$1", ""), ("error_rate{model:large}", "rate<5%", ""),
    ("latency_ms{model:large}", "med<5s", ""), ("cost_usd{model:large}", "sum<$5", ""),
  ])
  func nothingToCount(key: String, text: String, extra: String) throws {
    let folder = try GateFolder()
    var scenario = GateFolder.scenario(
      hard: 0, extra: "\(extra)\nbreaker: none\nthresholds: { \"\(key)\": [\"\(text)\"] }")
    // A tier that no call is in, but that is known.
    scenario +=
      key.contains("premium")
      ? "\n  rare: { volume: 0.000001, tier: premium, input: 1, output: 1 }\n" : "\n"
    try folder.files.write("s.yaml", scenario)
    try expect(
      folder, [], onNew: 0, reason: "nothing to count",
      "Nothing to count for 2 thresholds, the first '\(key): \(text)': s.")
  }

  @Test func aRenamedPlan() throws {
    let folder = try GateFolder()
    try folder.baseline()
    let plans = "plans: [{ name: small, users: 4 }, 10]"
    try folder.files.write(
      "s.yaml",
      GateFolder.scenario(volume: 1_000).replacing("plans: [4, 10]", with: plans)
        .replacing("volume: 1000", with: "volume: 100"))
    try expect(
      folder, baseline(folder), onNew: 99, reason: "new", "Not in the baseline: s at small.")
    let outcome = try folder.check("--max-increase", "5%")
    #expect(outcome.output.contains("In the baseline, but not checked: s at users-4."))
  }

  @Test func aRenamedScenario() throws {
    let folder = try GateFolder()
    try folder.baseline()
    try folder.files.write(
      "s.yaml", "name: other\n" + GateFolder.scenario(volume: 1_000))
    try expect(folder, baseline(folder), onNew: 99, reason: "new", "Not in the baseline: other.")
    try expect(
      folder, baseline(folder), onNew: 99, reason: "gone", "In the baseline, but not checked: s.",
      goneIsStrictOnly: true)
  }

  /// What is gone is no news: it fails with `--strict` alone.
  private func expect(
    _ folder: GateFolder, _ options: [String], onNew: Int32, reason: String, _ words: String,
    goneIsStrictOnly: Bool
  ) throws {
    let outcome = try Program.run(
      ["check", folder.files.path("s.yaml"), "--out", folder.files.path("out"), "--fail-on-new"]
        + options)
    #expect(outcome.output.contains(words))
    let checks = try folder.json("out/check.json")["checks"]?.items ?? []
    let states = checks.filter { $0["not_judged"]?.string == reason }.map {
      $0["outcome"]?.string
    }
    #expect(states == ["skipped"])
  }

  @Test func aThresholdOfAPlanThatIsNotAskedFor() throws {
    let folder = try GateFolder(
      extra: "thresholds: { cost_usd: [\"sum<$5\"], \"cost_usd{plan:users-10}\": [\"sum<$5\"] }")
    try expect(
      folder, ["--users", "4"], onNew: 0, reason: "nothing to count",
      "Nothing to count for 1 threshold, the first 'cost_usd{plan:users-10}: sum<$5'")
  }

  @Test func whatIsJudgedPassesStrictly() throws {
    let folder = try GateFolder(extra: "thresholds: { latency_ms: [\"max<=1s\"] }")
    try folder.baseline()
    let outcome = try folder.check("--max-increase", "5%", "--strict", "--fail-on-new")
    #expect(outcome.code == 0 && outcome.output.hasPrefix("Passed. No bill changed.\n"))
  }

  // MARK: Units

  @Test(arguments: [
    ("cost_usd", "sum<=$1,000", 1_000.0), ("cost_usd", "sum<=1.5K", 1_500),
    ("cost_usd", "sum<= 5 USD", 5), ("latency_ms", "p(95)<5s", 5_000),
    ("latency_ms", "max<1min30s", 90_000), ("latency_ms", "med<800ms", 800),
    ("latency_ms", "med<0.5", 0.5), ("error_rate", "rate<5%", 0.05),
    ("error_rate", "rate<0.05", 0.05), ("cache_hit_rate", "rate>=60 %", 0.6),
  ])
  func limitsHaveUnits(key: String, text: String, limit: Double) throws {
    let folder = try GateFolder(extra: "thresholds: { \(key): [\"\(text)\"] }")
    #expect(try folder.files.read().thresholds.map(\.limit) == [limit])
  }

  @Test(arguments: [
    ("cost_usd", "sum<5%", "expected an amount like $1,000 or 1000 USD, not '5%'"),
    ("cost_usd", "sum<5s", "expected an amount like $1,000 or 1000 USD, not '5s'"),
    ("cost_usd", "sum<€5", "money is in US dollars, not '€'"),
    ("cost_usd", "sum<-1", "an amount cannot be negative: '-1'"),
    ("latency_ms", "max<$5", "expected a duration like 800ms, 60s, 5min or 1h, not '$5'"),
    ("latency_ms", "max<5m", "did you mean 'min'?"),
    ("latency_ms", "max<-1", "a duration cannot be negative: '-1'"),
    ("error_rate", "rate<5", "did you mean '5%'?"),
    ("error_rate", "rate<$5", "expected a percentage like 75% or 0.75, not '$5'"),
    ("cache_hit_rate", "rate>=", "expected a percentage like 75% or 0.75, not ''"),
  ])
  func wrongUnitsAreErrors(key: String, text: String, error: String) throws {
    let folder = try GateFolder(extra: "thresholds: { \(key): [\"\(text)\"] }")
    let outcome = try Program.run(["check", folder.files.path("s.yaml")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("s.yaml:7:") && outcome.errors.contains(error), "\(outcome)")
  }

  // MARK: Broken scenarios

  @Test(arguments: [
    ("workloads: [", "s.yaml:1:"), ("period: 2026-13\n", "s.yaml:1:9: error:"),
    (nil, "s.yaml: error: "),
  ])
  func aBrokenScenarioLeavesItsFiles(text: String?, error: String) throws {
    let folder = try GateFolder()
    try folder.baseline()
    if let text {
      try folder.files.write("s.yaml", text)
    } else {
      try FileManager.default.removeItem(atPath: folder.files.path("s.yaml"))
    }
    let outcome = try folder.check("--max-increase", "5%", "--out", folder.files.path("out"))
    #expect(outcome.code == 2 && outcome.output.isEmpty && outcome.errors.contains(error))
    let comment = try folder.text("out/comment.md")
    #expect(comment.hasPrefix(GateMarkdown.marker + "\n### AI bill: not checked ❌\n"))
    #expect(comment.contains(error) && comment.hasSuffix("\n```\n"))
    let report = try folder.json("out/check.json")
    #expect(report["passed"]?.string == "false" && report["error"]?.string.contains(error) == true)
    #expect(try SchemaJudge(file: "docs/schema/check.schema.json").judge(report) == [])
    let junit = try folder.text("out/junit.xml")
    #expect(junit.contains(" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">"))
    #expect(junit.contains("<error type=\"input\" message="))
    #expect(try folder.text("out/bench.json") == "[]\n")
  }

  // MARK: Many causes

  /// 600 inputs: the totals of both causes, the largest inputs, the sum of the others.
  @Test func aCommentKeepsItsCauses() {
    let dollars = { (cents: Int) in MoneySum(picodollars: Int128(cents) * 10_000_000_000) }
    let input = { (number: Int) in
      CauseAmount.Input(
        words: "input tokens of workload-\(number): 500 → 600", amount: dollars(number))
    }
    let tokens = CauseAmount(
      cause: .tokens, amount: dollars((1...600).reduce(0, +)), inputs: (1...600).map(input))
    let price = CauseAmount(
      cause: .price, amount: dollars(7), inputs: [.init(words: "price of x", amount: dollars(7))])
    let plan = PlanComparison(
      scenario: "s", plan: "p", base: PlanFigures(users: 1, expected: dollars(1)),
      head: PlanFigures(users: 1, expected: dollars(180_308)), causes: [tokens, price])
    let text = GateMarkdown.text(GateReport(plans: [plan]))
    #expect(text.utf8.count <= GateMarkdown.limit)
    #expect(text.contains("| tokens "))
    #expect(text.contains("**tokens together**") && text.contains("**+$1,803.00**"))
    #expect(text.contains("workload-600:") && !text.contains("workload-1:"))
    #expect(text.contains("smaller ones") && text.contains("check.json"))
    // Beside many other plans the totals are all that there is room for.
    let many = GateReport(plans: (0..<40).map { _ in plan })
    let short = GateMarkdown.text(many)
    #expect(short.utf8.count <= GateMarkdown.limit)
    #expect(short.components(separatedBy: "**together**").count == 41)
  }

  /// Inputs of one cause beyond 50 are made by parts of the bill: the same amounts, in few bills.
  @Test func manyInputsGetTheSameAmounts() throws {
    let scenario = { (factor: Int) in
      let mix = (0..<30).map {
        "v\($0): { share: \($0 == 0 ? 13 : 3)%, input: \((100 + $0) * factor) }"
      }
      let loads = (0..<40).map {
        "  w\($0): { volume: \(10 * factor), input: \((500 + $0) * factor), output: 200 }"
      }
      return GateFolder.scenario() + "\n"
        + loads.joined(separator: "\n") + "\n  mixed: { volume: 10, output: 20, mix: { "
        + mix.joined(separator: ", ") + " } }\n"
    }
    let folder = try GateFolder()
    try folder.files.write("s.yaml", scenario(1))
    let base = try folder.files.read()
    try folder.files.write("s.yaml", scenario(2))
    try folder.files.write("catalog.yaml", GateFolder.catalog(output: "$12"))
    let head = try folder.files.read()
    let aligned = AlignedScenarios(base: base, head: head)
    let changes = InputChanges(aligned, users: (4, 4)).list
    #expect(changes.count { $0.cause == .tokens } > 50)
    let bill = { (scenario: Scenario) in
      MoneySum(
        dollars: ExpectedCost(
          scenario: scenario.withoutMissing, plan: PlanSpec(name: "", users: 4)
        ).total)
    }
    let amounts = { (exactInputs: Int) in
      ScenarioComparison.amounts(
        of: changes, aligned, users: 4, from: bill(aligned.base), to: bill(aligned.head),
        exactInputs: exactInputs)
    }
    let (exact, quick) = (amounts(1_000), amounts(50))
    #expect(exact.reduce(.zero, +) == quick.reduce(.zero, +))
    for (a, b) in zip(exact, quick) {
      #expect((a.dollars - b.dollars).magnitude <= 1e-9 * a.dollars.magnitude + 2e-12)
    }
  }
}
