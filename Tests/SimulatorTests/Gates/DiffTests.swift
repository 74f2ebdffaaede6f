import CostModel
import Foundation
import Testing

@testable import Support

@Suite struct DiffTests {
  static func git(_ folder: GateFolder, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "user.email=a@b.c", "-c", "user.name=n"] + arguments
    process.currentDirectoryURL = folder.files.url
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// The old revision's scenario is read with the catalog of that revision.
  @Test func aRevisionBringsTheFilesThatItNames() throws {
    let folder = try GateFolder()
    try folder.files.write("sub/base.yaml", try folder.text("s.yaml"))
    for name in ["catalog", "policy"] {
      try folder.files.write("sub/\(name).yaml", try folder.text("\(name).yaml"))
    }
    try folder.files.write("sub/s.yaml", "extends: base.yaml\nplans: [4]\n")
    try Self.git(folder, "init", "-q")
    try Self.git(folder, "add", "sub")
    try Self.git(folder, "commit", "-q", "-m", "base")
    try folder.files.write("sub/catalog.yaml", GateFolder.catalog(output: "$12"))
    let outcome = try Program.run(
      ["diff", "HEAD:sub/s.yaml", "sub/s.yaml", "--out", folder.files.path("out")],
      in: folder.files.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    // 4 users' 40 hard calls of 200 tokens, two dollars a million dearer.
    #expect(outcome.output.contains("price of large, output tokens: $10.00 → $12.00 per 1M tokens"))
    let plan = try #require(try folder.json("out/check.json")["plans"]?.items.first)
    #expect(plan["change_usd"]?.string == "0.016")
    #expect(plan["causes"]?.items.map { $0["cause"]?.string } == ["price"])
    for name in ["HEAD:sub/none.yaml", "none:sub/s.yaml", "-x:sub/s.yaml"] {
      let wrong = try Program.run(["diff", "--", name, "sub/s.yaml"], in: folder.files.url)
      #expect(wrong.code == 2 && wrong.errors.contains("error: "), "\(wrong.errors)")
    }
  }

  /// Two reports have no inputs to compare, but their tables have factors.
  @Test func reportsTellTheirFactors() throws {
    let folder = try GateFolder()
    let run = { (out: String, options: [String]) in
      let outcome = try Program.run(
        ["run", folder.files.path("s.yaml"), "-q", "--out", folder.files.path(out)] + options)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    try run("a", [])
    try folder.files.write("catalog.yaml", GateFolder.catalog(output: "$12"))
    try folder.files.write("s.yaml", GateFolder.scenario(input: 700, volume: 110))
    try run("b", ["--csv-dialect", "excel-fr"])
    let outcome = try Program.run(
      ["diff", folder.files.path("a"), folder.files.path("b"), "--out", folder.files.path("out")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    for plan in try folder.json("out/check.json")["plans"]?.items ?? [] {
      let causes = plan["causes"]?.items ?? []
      let amounts = causes.map {
        ExactDecimal($0["change_usd"]?.string ?? "")?.shifted(by: 12).digits ?? 0
      }
      #expect(
        MoneySum(picodollars: amounts.reduce(0, +)).exactDecimal == plan["change_usd"]?.string)
      // What did not change may still show the sixth decimal's rounding in the table.
      let large = zip(causes, amounts).filter { $0.1.magnitude > 100_000_000 }
      #expect(large.map { $0.0["cause"]?.string } == ["volume", "tokens", "price"])
    }
  }

  /// What a line of the budget does is the only cause where it is the only change; beside another
  /// change the amounts still add up.
  @Test(arguments: [500, 550]) func aLineThatActsIsACause(input: Int) throws {
    let line = { (act: String) in
      "budget: { amount: $1, thresholds: [{ at: $0.02, name: late\(act) }] }"
    }
    let folder = try GateFolder(extra: line(", act: block"))
    try folder.files.write(
      "new.yaml",
      GateFolder.scenario(input: input, extra: line(", act: { cap: { calls: 2 } }")))
    let outcome = try Program.run([
      "diff", folder.files.path("s.yaml"), folder.files.path("new.yaml"), "--out",
      folder.files.path("out"), "--users", "4",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains(
        "late at $0.02: block → late at $0.02: cap of 2 calls an account and day"))
    let plan = try #require(try folder.json("out/check.json")["plans"]?.items.first)
    let causes = plan["causes"]?.items ?? []
    let names = causes.map { $0["cause"]?.string }
    #expect(names == (input == 500 ? ["enforcement"] : ["tokens", "enforcement"]))
    let amounts = causes.map {
      ExactDecimal($0["change_usd"]?.string ?? "")?.shifted(by: 12).digits ?? 0
    }
    #expect(MoneySum(picodollars: amounts.reduce(0, +)).exactDecimal == plan["change_usd"]?.string)
    #expect(amounts.last.map { $0 > 0 } == true)
  }

  @Test func aReportIsNoScenario() throws {
    let folder = try GateFolder()
    try folder.files.write("empty/x", "")
    for pair in [["s.yaml", "empty"], ["empty", "empty"], ["none", "none"]] {
      let outcome = try Program.run(["diff"] + pair, in: folder.files.url)
      #expect(outcome.code == 2 && outcome.errors.contains("error: "), "\(pair)")
    }
  }
}
