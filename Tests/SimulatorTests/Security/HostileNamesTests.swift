import Foundation
import Testing

@testable import Simulator

/// Names come from files of others: no spreadsheet, browser or terminal may obey one.
@Suite struct HostileNamesTests {
  /// A formula, a tag, a colour and a turn of the reading direction.
  private static func name(_ word: String) -> String {
    #""=\#(word)<script>alert(1)</script>\e[31m&|`\u202E""#
  }

  private static let files = [
    "s.yaml": """
    name: hostile
    title: \(name("title"))
    period: { start: 2026-01-01, days: 3 }
    plans: [{ name: \(name("plan")), users: 3 }]
    catalog: c.yaml
    policy: p.yaml
    chains: { standard: [\(name("small")), \(name("large"))] }
    cache: { mode: rate, classes: { \(name("faq")): { ttl: 1h, hit_rate: 40% } } }
    budget: { amount: $0.01, thresholds: [75%] }
    alerts:
      \(name("slow")): { when: latency_p95 > 1ms, window: 1h, message: \(name("message")) }
    users: { account_plans: { \(name("pro")): 100% } }
    workloads:
      \(name("chat")):
        use_case: \(name("use"))
        volume: 60
        task: \(name("task"))
        cache_class: \(name("faq"))
        input: 300
        output: 100
    assumptions: [\(name("assumption"))]
    """,
    "c.yaml": """
    name: c
    models:
    \(["small", "large"].map { model in
      "  \(name(model)): { provider: \(name("provider")), latency: 200ms, "
        + "input: $1 per 1M tokens, output: $2 per 1M tokens, source: \(name("source")) }"
    }.joined(separator: "\n"))
    """,
    "p.yaml": "name: \(name("p"))\nrules: [{ name: \(name("rule")), model: \(name("small")) }]\n",
  ]

  /// What a terminal would obey.
  private static func steers(_ text: String) -> Bool {
    text.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{9B}"].contains($0) }
  }

  @Test func reportsAreHarmless() throws {
    let folder = try ScenarioFolder(Self.files)
    let run = try Program.run(
      [
        "run", folder.path("s.yaml"), "--out", folder.path("o"), "--calls",
        folder.path("o.csv"),
      ])
    #expect(run.code == 0, "\(run.errors)")
    #expect(!Self.steers(run.output) && !Self.steers(run.errors))
    var seen: Set<String> = []
    for name in folder.content where name.hasPrefix("o") {
      let kind = String(name.split(separator: ".").last ?? "")
      guard ["md", "html", "svg", "csv"].contains(kind) else { continue }
      seen.insert(kind)
      let text = try String(contentsOfFile: folder.path(name), encoding: .utf8)
      if kind == "csv" {
        // Inside of a field, as in the JSON of focus.csv, it is no formula.
        #expect(!text.contains(/(^|[,\n])"?=/), "\(name)")
        #expect(text.contains("'=") || !text.contains("alert("), "\(name)")
      } else {
        #expect(!text.contains("<script"), "\(name)")
        #expect(!Self.steers(text), "\(name)")
      }
    }
    #expect(seen.count == 4, "\(seen)")
  }

  @Test(arguments: [
    ["run", "s.yaml", "--override", "\u{1B}[31m=1"], ["run", "\u{1B}[31m.yaml"],
    ["run", "s.yaml", "--table", "\u{1B}[31m"], ["\u{1B}[31m"], ["validate", "bad.yaml"],
    ["catalog", "show", "c.yaml", "\u{1B}[31m"],
  ])
  func errorsAreHarmless(arguments: [String]) throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("bad.yaml", "\(Self.name("key")): 1\n")
    let run = try Program.run(arguments, in: folder.url)
    #expect(run.code == 2)
    #expect(run.errors.contains("[31m") && !Self.steers(run.errors), "\(run.errors)")
  }
}
