import Foundation
import Testing

@testable import Scenarios

/// What one run leaves of another's: the index, tables and charts; and what new scenarios are called.
@Suite struct LeftoverTests {
  private func run(_ folder: ScenarioFolder, _ arguments: String...) throws {
    let outcome = try Program.run(arguments, in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func theIndexKeepsWhatOtherRunsWrote() throws {
    let folder = try ScenarioFolder()
    try run(folder, "init", "one", "-q")
    try run(folder, "init", "two", "-q")
    try run(folder, "run", "one/scenario.yaml", "--users", "3", "-q")
    let alone = try String(contentsOfFile: folder.path("reports/index.md"), encoding: .utf8)
    try run(folder, "run", "two/scenario.yaml", "--users", "3", "-q")
    let both = try String(contentsOfFile: folder.path("reports/index.md"), encoding: .utf8)
    #expect(both.hasPrefix(alone) && both.contains("(two/report.md)"))
    try run(folder, "run", "one/scenario.yaml", "--users", "4", "-q")
    let again = try String(contentsOfFile: folder.path("reports/index.md"), encoding: .utf8)
    #expect(again.hasSuffix(both.dropFirst(alone.count)) && again.hasPrefix(alone.prefix(12)))
    #expect(again.contains("With 4 users") && again.contains("With 3 users"))
    // At once or one after the other, it is the same.
    try run(
      folder, "run", "one/scenario.yaml", "two/scenario.yaml", "--users", "3", "-q", "--out", "r")
    try run(folder, "run", "one/scenario.yaml", "--users", "3", "-q")
    #expect(try bytes(folder.path("r/index.md")) == bytes(folder.path("reports/index.md")))
  }

  @Test func tablesOfAnEarlierRunGo() throws {
    let folder = try ScenarioFolder()
    try run(folder, "init", "one", "-q")
    try run(
      folder, "run", "one/scenario.yaml", "--users", "3", "--runs", "3", "-q", "--override",
      "workloads.report.volume={low: 5, likely: 10, high: 30}", "--override",
      "users.activity=null", "--override",
      "workloads.chat.conversion_value=$10", "--override", "workloads.chat.conversion=1%")
    let first = Set(folder.content.filter { $0.hasPrefix("reports/one/") })
    let optional = ["uncertainty.csv", "return.csv", "charts/uncertainty.svg"].map {
      "reports/one/" + $0
    }
    try #require(first.isSuperset(of: optional), "\(first)")
    // Others' files, and pages of other verbs.
    for name in ["notes.csv", "charts/mine.svg", "forecast.csv", "forecast.md"] {
      try folder.write("reports/one/" + name, "mine")
    }
    try run(folder, "run", "one/scenario.yaml", "--users", "3", "-q")
    let second = Set(folder.content.filter { $0.hasPrefix("reports/one/") })
    #expect(first.subtracting(second).isSuperset(of: optional))
    for name in ["notes.csv", "charts/mine.svg", "forecast.csv", "forecast.md", "costs.sqlite"] {
      #expect(second.contains("reports/one/" + name))
    }
    // Every table and chart that is there is one that this run tells of.
    try run(folder, "run", "one/scenario.yaml", "--users", "3", "-q", "--out", "fresh")
    let fresh = folder.content.filter { $0.hasPrefix("fresh/one/") }.map { $0.dropFirst(6) }
    let mine = ["notes.csv", "charts/mine.svg", "forecast.csv", "forecast.md"].map { "one/" + $0 }
    #expect(Set(fresh.map(String.init)).union(mine) == Set(second.map { String($0.dropFirst(8)) }))
  }

  /// A folder that costsim has not written loses nothing.
  @Test func aFolderOfOthersLosesNothing() throws {
    let folder = try ScenarioFolder()
    try run(folder, "init", "one", "-q")
    try folder.write("reports/one/datapackage.json", "{\"path\": \"sales.csv\"}")
    try folder.write("reports/one/sales.csv", "mine")
    try run(folder, "run", "one/scenario.yaml", "--users", "3", "-q")
    #expect(folder.content.contains("reports/one/sales.csv"))
  }

  // MARK: Names

  @Test(arguments: [
    ("my-company", "my-company"), ("a/b.v2", "b.v2"), ("Ma société", "Ma-societe"),
    ("x/../y/", "y"), ("_tmp", "_tmp"), (".hidden", "hidden"), ("a#b: c", "a-b-c"),
    ("null", "null"), (String(repeating: "n", count: 120), String(repeating: "n", count: 100)),
  ])
  func aNewScenarioIsNamedAfterItsFolder(path: String, name: String) throws {
    let folder = try ScenarioFolder()
    try run(folder, "init", path, "-q")
    let made = folder.url.appendingPathComponent(path).standardizedFileURL.path + "/scenario.yaml"
    #expect(try ScenarioReader.read(path: made).name == name)
  }

  @Test func initHere() throws {
    let folder = try ScenarioFolder()
    try folder.write("acme/x", "")
    let outcome = try Program.run(
      ["init", "."], in: folder.url.appendingPathComponent("acme"))
    #expect(outcome.code == 0)
    #expect(try ScenarioReader.read(path: folder.path("acme/scenario.yaml")).name == "acme")
  }

  @Test(arguments: [
    ("models.v1.5.failure_rate=1%", "models.\"v1.5\".failure_rate=…"),
    ("models.v1.6.failure_rate=1%", "models.\"v1.6\".failure_rate=…"),
    ("quotas.v1.5-mini.requests_per_minute=3", "quotas.\"v1.5-mini\".requests_per_minute=…"),
    ("chains.standard.v1.5=3", "chains.standard.\"v1.5\"=…"),
    ("workloads.chat.mix.v2.0.share=3%", "workloads.chat.mix.\"v2.0\".share=…"),
    ("workloads.chat.inputt=3", nil), ("models.\"v1.7\".failure_rate=1%", nil),
  ])
  func namesWithDotsAreQuotedInTheMessage(override: String, hint: String?) throws {
    let folder = try GateFolder()
    try folder.files.write(
      "catalog.yaml",
      GateFolder.catalog(output: "$10")
        + "\n  v1.5: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $1 per 1M tokens }"
        + "\n  v1.5-mini: { provider: p, latency: 1s, input: $1 per 1M tokens, "
        + "output: $1 per 1M tokens }\n")
    let outcome = try Program.run(
      ["validate", folder.files.path("s.yaml"), "--override", override])
    #expect(outcome.code == 2)
    let said = outcome.errors.split(separator: "\n").last { $0.contains("a name with dots") }
    #expect(said.map(String.init) == hint.map { "a name with dots is quoted: '\($0)'" })
    // What the message says works, where the name is known.
    if let hint, !hint.hasPrefix("chains"), !hint.contains("v1.6"), !hint.contains("v2.0") {
      let quoted = hint.dropLast(2) + "=" + override.split(separator: "=")[1]
      #expect(
        try Program.run(["validate", folder.files.path("s.yaml"), "--override", String(quoted)])
          .code == 0)
    }
  }
}
