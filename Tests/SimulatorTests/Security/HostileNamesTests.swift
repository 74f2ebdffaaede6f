import Foundation
import Testing

@testable import Scenarios
@testable import Support

/// Names come from files of others: no spreadsheet, browser, terminal or CI server may obey one.
@Suite struct HostileNamesTests {
  /// A formula, a tag, a colour, a turn of the reading direction and a command of Azure's.
  private static func name(_ word: String) -> String {
    #""=\#(word)<script>alert(1)</script>\e[31m&|`\u202E##vso[a]b;=1""#
  }

  /// The same in a log.
  private static func logged(_ word: String) -> String {
    "=\(word)<script>alert(1)</script>\u{1B}[31m&|`\u{202E}##vso[a]b;=1"
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
    selection: { quality: { \(name("scale")): { title: \(name("scale title")), figures: [
      { model: \(name("small")), quality: 70% }, { model: \(name("large")), quality: 90% }] } } }
    published: [{ users: 3, total: $1, source: \(name("document")), rows: [
      { label: \(name("row")), cost: $1 }] }]
    thresholds: { cost_usd: ["sum<=0.001"] }
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
    "claims.yaml": """
    title: \(name("claims"))
    catalogs: { \(name("catalog")): c.yaml }
    claims:
      a: { subject: \(name("subject")), published: $3, unit: USD per 1M tokens, at: \(name("a.md")),
           note: \(name("note")), catalog: { model: \(name("small")), figure: input } }
      b: { subject: \(name("other")), published: $4, unit: USD per 1M tokens, at: \(name("b.md")) }
    """,
    "log.csv": """
    timestamp,user,use_case,model,input_tokens,output_tokens
    2026-01-01T00:00:00Z,\(logged("ann")),\(logged("use")),\(logged("small")),100,20
    2026-01-01T00:00:01Z,\(logged("bob")),\(logged("use")),\(logged("large")),100,20

    """,
    "usage.csv": "model,input_tokens,output_tokens\n\(logged("small")),1000,333\n",
  ]

  /// What a terminal or a CI server would obey.
  private static func steers(_ text: String) -> Bool {
    text.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{9B}"].contains($0) }
      || text.contains("##vso[") || text.hasPrefix("::") || text.contains("\n::")
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
    #expect(try Self.kindsOfHarmlessFiles(in: folder) == ["csv", "html", "json", "md", "svg"])
  }

  @Test(arguments: [
    (["levers", "s.yaml"], ["csv", "html", "md", "svg"]),
    (["stress", "s.yaml"], ["csv", "html", "md", "svg"]),
    (["select", "s.yaml"], ["csv", "html", "md", "svg"]),
    (["check", "s.yaml", "--baseline", "b.yaml"], ["json", "md", "xml"]),
    (["diff", "s.yaml", "t.yaml"], ["json", "md", "xml"]),
    (["audit", "claims.yaml"], ["csv", "html", "md"]),
    (["replay", "log.csv", "--scenario", "s.yaml"], ["csv", "html", "json", "md", "svg"]),
    (["explain", "s.yaml", "--call", "3"], []),
    (["price", "usage.csv", "--catalog", "c.yaml", "-o", "o/priced.csv"], ["csv"]),
    (["catalog", "show", "c.yaml", logged("small")], []),
    (["catalog", "diff", "c.yaml", "d.yaml", "--scenario", "s.yaml"], []),
  ])
  func everyVerbIsHarmless(arguments: [String], kinds: [String]) throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("d.yaml", (Self.files["c.yaml"] ?? "").replacing("$1 per", with: "$3 per"))
    try folder.write(
      "t.yaml",
      "extends: s.yaml\nname: hostile\nworkloads: { \(Self.name("chat")): { volume: 90 } }")
    if arguments[0] == "check" {
      #expect(try Program.run(["baseline", "s.yaml", "-o", "b.yaml"], in: folder.url).code == 0)
    }
    let writes = !kinds.isEmpty && arguments[0] != "price"
    let run = try Program.run(arguments + (writes ? ["--out", "o"] : []), in: folder.url)
    #expect(run.code == (arguments[0] == "check" ? 99 : 0), "\(run.errors)")
    #expect(!Self.steers(run.output) && !Self.steers(run.errors))
    #expect(try Self.kindsOfHarmlessFiles(in: folder) == Set(kinds))
  }

  /// The kinds of files in the folder `o`, all of which nothing obeys.
  private static func kindsOfHarmlessFiles(in folder: ScenarioFolder) throws -> Set<String> {
    var seen: Set<String> = []
    for name in folder.content where name.hasPrefix("o") {
      let kind = String(name.split(separator: ".").last ?? "")
      guard ["md", "html", "svg", "xml", "json", "csv"].contains(kind) else { continue }
      seen.insert(kind)
      let text = try String(contentsOfFile: folder.path(name), encoding: .utf8)
      if name.hasSuffix("focus.csv") {
        // A file for programs, which get every text as it is.
        #expect(text.contains("=") && !text.contains("'="), "\(name)")
      } else if kind == "csv" {
        #expect(!text.contains(/(^|[,;\n])"?=/), "\(name)")
        #expect(text.contains("'=") || !text.contains("alert("), "\(name)")
      } else {
        let named = kind == "html" ? WrittenPage.withoutOwnScript(text) : text
        #expect(kind == "json" || !named.contains("<script"), "\(name)")
        #expect(!steers(text), "\(name)")
      }
    }
    return seen
  }

  /// A name cannot begin a line as a CI server's command does.
  @Test(arguments: [
    ["validate", "bad.yaml"], ["run", "s.yaml", "--table", "a\n::set-output name=x::y"],
    ["run", "::set-output name=x::y"], ["run", "plan.yaml", "--out", "o"],
  ])
  func namesBeginNoCommand(arguments: [String]) throws {
    let folder = try ScenarioFolder(Self.files)
    try folder.write("bad.yaml", #""a\n::set-output name=x::y": 1"# + "\n")
    try folder.write(
      "plan.yaml", "extends: s.yaml\nplans: [{ name: '::set-output name=x::y', users: 3 }]\n")
    let run = try Program.run(arguments, in: folder.url)
    #expect((run.output + run.errors).contains("set-output"))
    #expect(!Self.steers(run.output) && !Self.steers(run.errors), "\(run.output)\(run.errors)")
  }

  /// Folders, columns, versions and files: whatever is printed goes through one function.
  @Test func everythingPrintedIsHarmless() throws {
    let evil = "a\n::set-output name=x::y\n\u{1B}[31m\u{202E}##[x]\u{9B}"
    let folder = try ScenarioFolder(Self.files)
    let list = #"{"p/m": {"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1e-06}}"#
    try folder.write(evil + "/list.json", list)
    for arguments in [
      ["run", "s.yaml", "--out", evil], ["levers", "s.yaml", "--out", evil],
      ["stress", "s.yaml", "--out", evil], ["select", "s.yaml", "--out", evil],
      ["forecast", "s.yaml", "--out", evil, "--months", "2"], ["init", evil + "/new"],
      ["audit", "claims.yaml", "--out", evil], ["baseline", "s.yaml", "-o", evil + "/b.yaml"],
      ["calibrate", "log.csv", "--catalog", "c.yaml", "-o", evil + "/s.yaml"],
      ["catalog", "import", "litellm", evil + "/list.json"],
      ["catalog", "import", "litellm", "\(evil)/list.json", "-o", "imported.yaml"],
      ["query", evil + "/hostile/costs.sqlite", "SELECT \"\(evil)"],
      ["validate", evil], ["solve", "s.yaml", "--for", evil], ["run", "s.yaml", "--table", evil],
    ] {
      let run = try Program.run(arguments, in: folder.url)
      #expect(!Self.steers(run.output) && !Self.steers(run.errors), "\(arguments)")
      #expect(!run.output.isEmpty || !run.errors.isEmpty)
    }
    #expect(
      try CatalogReader.read(path: folder.path("imported.yaml")).models.map(\.name) == ["p/m"])
  }

  @Test func commandsOfCIServersAreBroken() {
    let texts = [
      "::set-output name=x::y": ": :set-output name=x::y",
      "a\n \t::add-mask::b\nc": "a\n \t: :add-mask::b\nc",
      "a##[group]b": "a# #[group]b", "##vso[task.complete]": "# #vso[task.complete]",
      "##teamcity[x]": "# #teamcity[x]",
      // No server's command.
      "a::b": "a::b", "## Heading": "## Heading", "C##": "C##", "#[x]": "#[x]",
    ]
    for (text, inert) in texts {
      #expect(HumanFormat.visibleLines(text) == inert)
      #expect(!QuotedText.quoted(text).contains("##") && !XMLText.escape(text).contains("##"))
    }
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
