import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Catalogs
@testable import Reports

/// What differs between catalogs, and what that costs.
@Suite struct CatalogDiffTests {
  private static let before = """
    models:
      a: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens}
      b: {provider: p, latency: 1s, input: $5 per 1M tokens, output: $5 per 1M tokens}
      gone: {provider: p, latency: 1s, calls: $1 per call}
    """
  private static let after = """
    name: later
    models:
      a:
        provider: p
        latency: 2s
        deprecated: 2020-01-01
        input: $1.50 per 1M tokens
        output: $2 per 1M tokens
        source: elsewhere
      b: {provider: p, input: $4 per 1M tokens, output: $5 per 1M tokens, batch: {factor: 50%}}
      fresh: {provider: p, calls: $1 per call}
    """
  /// 1,000 calls to `a` of 1,000 tokens in and 100 out, half as many to `b`.
  private static let scenario = """
    period: { start: 2025-11-01, days: 30 }
    plans: [1, 10]
    catalog: before.yaml
    policy:
      rules: [{name: to-a, when: {task: a}, model: a}, {name: to-b, model: b}]
    traffic: { arrivals: exact }
    budget: $15
    workloads:
      one: { volume: 1000, task: a, input: 1000, output: 100 }
      two: { volume: 500, task: b, input: 1000, output: 100 }
    """

  private func folder() throws -> ScenarioFolder {
    try ScenarioFolder([
      "before.yaml": Self.before, "after.yaml": Self.after, "s.yaml": Self.scenario,
    ])
  }

  @Test func changesByModel() throws {
    let changes = CatalogDiff.changes(
      from: try CatalogTextTests.reread(Self.before), to: try CatalogTextTests.reread(Self.after))
    #expect(changes.map(\.model) == ["a", "b", "gone", "fresh"])
    #expect(changes.map(\.kind) == [.changed, .changed, .removed, .added])
    #expect(changes[0].lines.map(\.label) == ["input", "deprecated"])
    #expect(changes[0].lines[0].ratio == 1.5 && changes[0].lines[1].before == nil)
    #expect(changes[1].lines.map(\.after) == ["$4 per 1M tokens", "0.5×"])
    let same = try CatalogTextTests.reread(Self.after)
    #expect(CatalogDiff.changes(from: same, to: same).isEmpty)
  }

  /// By hand: 1,000 × ($0.001 + $0.0002) + 500 × ($0.005 + $0.0005) = $3.95 a user; `a` adds $0.50
  /// and `b` saves $0.50.
  @Test func everyChangeIsPricedAlone() throws {
    let folder = try folder()
    let scenario = try folder.read(overrides: ["compare_catalog=after.yaml"])
    let comparison = try #require(CatalogComparison(scenario))
    for (plan, users) in zip(comparison.plans, [1.0, 10]) {
      #expect((plan.own - 3.95 * users).magnitude < 1e-9)
      #expect((plan.other - plan.own).magnitude < 1e-9 && !plan.changes)
      #expect(plan.effects.map(\.model) == ["a", "b"])
      #expect((plan.effects[0].difference - 0.5 * users).magnitude < 1e-9)
      #expect((plan.effects[1].difference + 0.5 * users).magnitude < 1e-9)
    }
    #expect(comparison.missing.isEmpty && comparison.retired.map(\.name) == ["a"])
    #expect(CatalogComparison(try folder.read()) == nil)
  }

  /// The plan is November 2025. A model that goes on its first day is not there when it begins; one that
  /// goes later is there for a while; one that goes when it is over is no matter of it.
  @Test(arguments: [
    ("2020-01-01", "1 January 2020 by that catalog, before this plan begins"),
    ("2025-11-01", "1 November 2025 by that catalog, before this plan begins"),
    ("2025-11-02", "2 November 2025 by that catalog, before this plan ends"),
    ("2025-11-30", "30 November 2025 by that catalog, before this plan ends"),
    ("2025-12-01", nil),
  ])
  func modelsAreSwitchedOffBeforeThePlanBeginsOrEnds(date: String, words: String?) throws {
    let folder = try folder()
    try folder.write("after.yaml", Self.after.replacing("2020-01-01", with: date))
    let scenario = try folder.read(overrides: ["compare_catalog=after.yaml"])
    var report = ScenarioReport(scenario: scenario, plans: [])
    report.comparison = CatalogComparison(scenario)
    let text = ReportMarkdown.pricesSection(report)
    if let words {
      #expect(text.contains("- **a is switched off** on \(words): the calls need another model.\n"))
    } else {
      #expect(!text.contains("switched off"))
    }
  }

  /// November ends in Paris an hour before it does in UTC; its last day is the thirtieth all the same.
  @Test func thePlansLastDayIsALocalOne() throws {
    let folder = try folder()
    try folder.write("after.yaml", Self.after.replacing("2020-01-01", with: "2025-11-30"))
    let scenario = try folder.read(
      overrides: ["compare_catalog=after.yaml", "period.time_zone=Europe/Paris"])
    #expect(try #require(CatalogComparison(scenario)).retired.map(\.name) == ["a"])
  }

  /// The expected bill with the other prices is what the other catalog itself gives.
  @Test func theOtherBillIsTheOtherCatalogs() throws {
    let folder = try folder()
    try folder.write(
      "after.yaml",
      Self.after.replacing("latency: 2s", with: "latency: 1s")
        .replacing("b: {provider: p,", with: "b: {provider: p, latency: 1s,")
        .replacing("input: $4", with: "input: $9"))
    let comparison = try #require(
      CatalogComparison(try folder.read(overrides: ["compare_catalog=after.yaml"])))
    let other = try folder.read(overrides: ["catalog=after.yaml"])
    for (plan, spec) in zip(comparison.plans, other.plans) {
      #expect(plan.other == ExpectedCost(scenario: other, plan: spec).total)
      #expect(plan.changes)
    }
  }

  /// What the other catalog does not price is an error, never $0.
  @Test func unpricedThereIsAnError() throws {
    let folder = try folder()
    try folder.write("after.yaml", "models: {a: {provider: p, input: $1 per 1M tokens}}")
    let errors = folder.errors(overrides: ["compare_catalog=after.yaml"])
    #expect(
      errors.contains(
        "this call can reach 'a', which has no price for 'output' in the compared catalog 'after'"))
    #expect(errors.contains("\nadd one to that catalog, or leave 'compare_catalog' out"))
    // `b` keeps its price, of which nothing can be missing that is not told already.
    #expect(!errors.contains("'b'"))
  }

  @Test func theCommandTellsBills() throws {
    let folder = try folder()
    let outcome = try Program.run([
      "catalog", "diff", folder.path("before.yaml"), folder.path("after.yaml"), "--scenario",
      folder.path("s.yaml"), "--users", "10",
    ])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(
      outcome.output == """
        ~ a
            input: $1 per 1M tokens → $1.50 per 1M tokens (+50.0 %)
            deprecated: none → 2020-01-01
        ~ b
            input: $5 per 1M tokens → $4 per 1M tokens (−20.0 %)
            batch: none → 0.5×
        - gone
        + fresh

        10 users: the expected bill goes from $39.50 to $39.50 (0.0 %)
            a: +$5.00
            b: −$5.00

        """)
  }

  @Test func theReportSaysWhatOtherPricesDo() throws {
    let folder = try folder()
    try folder.write("after.yaml", Self.after.replacing("input: $1.50", with: "input: $3"))
    let outcome = try Program.run([
      "run", folder.path("s.yaml"), "--users", "3", "--compare-catalog", folder.path("after.yaml"),
      "--out", folder.path("reports"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let report = try String(
      contentsOfFile: folder.path("reports/s/report.md"), encoding: .utf8)
    let first = try #require(report.split(separator: "\n").first { $0.hasPrefix("- **Mind**: ") })
    #expect(
      first.hasSuffix(
        "At the prices of the later catalog the same calls would cost **$16.35**, "
          + "which breaks the budget."), "\(first)")
    #expect(report.contains("| a     |     +$6.00 |     +50.6 % |"))
    #expect(report.contains("| **breaks at the other prices** |"))
    #expect(report.contains("- **a is switched off** on 1 January 2020 by that catalog"))
  }
}
