import Foundation
import Testing

@testable import Simulator

/// Exit codes and messages (docs/interface.md).
@Suite struct UsageTests {
  private static let scenario = "scenarios/two-tier.yaml"

  @Test func withoutAVerbItPrintsItsHelp() throws {
    let outcome = try Program.run([])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("USAGE: costsim") && outcome.errors.isEmpty)
  }

  @Test func helpShowsAnExample() throws {
    let outcome = try Program.run(["--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("Example: costsim") && outcome.errors.isEmpty)
  }

  @Test(arguments: [["frobnicate"], ["--bogus"], ["run"], ["run", scenario, "--bogus"], ["init"]])
  func badUsageExitsWith2AndTheUsage(arguments: [String]) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("Usage: costsim") && outcome.output.isEmpty)
  }

  @Test(arguments: [
    (["--users", "0"], "--users: expected numbers like 50,100,1000, not '0'"),
    (["--users", "abc"], "--users: expected numbers like 50,100,1000, not 'abc'"),
    (["--users", "5,"], "--users: expected numbers like 50,100,1000, not ''"),
    (["--users", "-5"], "--users"),
    (["--runs", "0"], "--runs is 1 to 1000000"),
    (["--threads", "0"], "--threads is 1 to 1024"),
    (["--csv-dialect", "tsv"], "'tsv' is invalid for '--csv-dialect"),
    (["--out", "/dev/null/reports"], "/dev/null: error: cannot write there: a part of the path"),
    (["--out", "/proc/reports"], "/proc/reports: error: cannot write there: "),
    (["--calls", "calls.csv"], "--calls needs one scenario with one plan"),
  ])
  func badOptionsExitWith2(options: [String], message: String) throws {
    let folder = try ScenarioFolder()
    let scenario = RepositoryFiles.root.appendingPathComponent(Self.scenario).path
    let outcome = try Program.run(["run", scenario] + options, in: folder.url)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty && folder.content == [])
  }

  /// What standard output could not take is no success.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      ["validate", scenario], ["validate", scenario, "--json"],
      ["explain", scenario, "--call", "7"],
      ["price", "u.csv", "--catalog", "scenarios/catalogs/documents.yaml"], ["--help"],
    ])
  func aFullStandardOutputIsAFailure(arguments: [String]) throws {
    let folder = try ScenarioFolder(["u.csv": "model,input_tokens,output_tokens\ngpt-4o,1000,333\n"]
    )
    let outcome = try Program.run(
      arguments.map { $0 == "u.csv" ? folder.path($0) : $0 }, output: "/dev/full")
    #expect(outcome.code == 1)
    #expect(
      arguments == ["--help"]
        || outcome.errors.hasSuffix(
          "standard output: error: cannot write: No space left on device\n"),
      "\(outcome.errors)")
    #expect(try Program.run(["validate", "none.yaml"], errors: "/dev/full").code == 2)
  }

  @Test(arguments: ["run", "validate"])
  func filesThatCannotBeReadAreToldBySameName(verb: String) throws {
    let missing = try Program.run([verb, "scenarios/nope.yaml"])
    #expect(missing.code == 2)
    #expect(missing.errors == "scenarios/nope.yaml: error: no such file\n")
    let folder = try Program.run([verb, "scenarios"])
    #expect(folder.code == 2)
    #expect(folder.errors.hasPrefix("scenarios: error: is a folder, expected"))
  }

  @Test func aBadScenarioIsToldWithItsPlace() throws {
    let files = try ScenarioFolder(["bad.yaml": "period: 2026-13\ntitel: x\n"])
    let outcome = try Program.run(["run", files.path("bad.yaml"), "--out", files.path("out")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("bad.yaml:1:9: error: "))
    #expect(outcome.errors.contains("bad.yaml:2:1: error: "))
    #expect(files.content == ["bad.yaml"])
  }

  /// Two scenarios, one broken catalog: its error is told once, each scenario's own as well.
  @Test func errorsOfASharedFileAreToldOnce() throws {
    let files = try ScenarioFolder()
    let made = try Program.run(["init", files.path("a")])
    #expect(made.code == 0)
    let scenario = try String(contentsOfFile: files.path("a/scenario.yaml"), encoding: .utf8)
    try files.write("a/other.yaml", scenario + "\nbogus: 1\n")
    let catalog = try String(contentsOfFile: files.path("a/catalog.yaml"), encoding: .utf8)
    try files.write("a/catalog.yaml", catalog + "\ntypo: 1\n")
    let outcome = try Program.run(
      ["validate", files.path("a/scenario.yaml"), files.path("a/other.yaml")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.components(separatedBy: "typo: 1").count == 2, "\(outcome.errors)")
    #expect(outcome.errors.components(separatedBy: "bogus: 1").count == 2, "\(outcome.errors)")
  }

  @Test func validateCountsInWords() throws {
    let one = try Program.run(["validate", Self.scenario, "--users", "1"])
    #expect(one.code == 0)
    #expect(one.output.hasPrefix("\(Self.scenario): fine (1 workload, "))
    #expect(one.output.contains(" models, a plan of 1 user)\n"))
    let four = try Program.run(["validate", Self.scenario])
    #expect(four.output.contains(" models, plans of 50, 100, 500 and 1,000 users)\n"))
  }
}
