import CostModel
import Foundation
import Testing

@testable import Analysis
@testable import Decisions
@testable import Reports
@testable import Support

/// Cases compared by `replay`, what `run.json` says of them, and what stands for what a log does not
/// tell; bills are added up by hand at gpt-4o's prices: $2.50 in, $0.25 cached, $10 out.
@Suite struct ReplayCasesTests {
  private let folder: ScenarioFolder
  private var reports: String { folder.path("reports/two-tier-replay/") }

  init() throws { folder = try ScenarioFolder() }

  private func replay(_ log: String, _ options: String...) throws -> Program.Outcome {
    try folder.write("log.csv", log)
    return try Program.run(
      [
        "replay", folder.path("log.csv"), "--scenario", "scenarios/two-tier.yaml", "--out",
        folder.path("reports"), "--policy", "logged",
      ] + options)
  }

  private func file(_ name: String) throws -> String {
    try String(contentsOfFile: reports + name, encoding: .utf8)
  }

  private func column(_ name: String, of file: String) throws -> [String] {
    let rows = try CSVReader.rows(bytes(reports + file))
    let place = try #require(rows.first?.firstIndex(of: name))
    return rows.dropFirst().map { $0[place] }
  }

  private static let header = "timestamp,model,session,user,prompt,input_tokens,output_tokens\n"

  /// A request without the user, the session or the prompt that it does not name.
  private static func row(
    _ second: Int, session: String = "", user: String = "", prompt: String = "",
    input: Int = 1_000
  ) -> String {
    "2025-11-01T00:00:\(10 + second)Z,gpt-4o,\(session),\(user),\(prompt),\(input),100\n"
  }

  // MARK: Cases

  /// The same requests under other prices, another cache and other failures. The second one of a
  /// prompt is a hit.
  @Test func catalogsAndOverridesAreCompared() throws {
    let catalog = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("scenarios/catalogs/documents.yaml"),
      encoding: .utf8)
    try folder.write("dear.yaml", catalog.replacing("$2.50 per 1M", with: "$5 per 1M"))
    let log =
      Self.header + (0..<4).map { Self.row($0 * 9, user: "u\($0)", prompt: "p") }.joined()
    let outcome = try replay(
      log, "--against", "dear: catalog=\(folder.path("dear.yaml"))", "--against",
      "shared: cache={mode: keyed, default: {ttl: 1h}}; cache.scope=global", "--against",
      "quotas.gpt-4o.requests_per_minute=1")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      try column("plan", of: "plans.csv")
        == ["logged", "dear", "shared", "quotas.gpt-4o.requests_per_minute=1"])
    #expect(
      try column("cost_usd", of: "plans.csv")
        == ["0.014000", "0.024000", "0.003500", "0.014000"])
    #expect(try column("cache_hit_rate", of: "plans.csv") == ["", "", "0.750000", ""])
    let report = try file("report.md")
    #expect(report.contains("## Cases compared"), "\(report)")
    #expect(report.contains("Under shared they cost $0.0035, $0.0105 less, the least of the other"))
    #expect(report.contains("| case "))
    for name in ["cost-by-model", "cumulative-cost"] {
      #expect(try file("charts/\(name).svg").contains("case"))
    }
  }

  @Test(arguments: [
    ("cache.scope", "expected path=value, not 'cache.scope'"),
    (" ; ", "expected path=value"), ("budgets=$5", "--against 'budgets=$5':\n"),
    ("catalog=nope.yaml", "nope.yaml: error: no such file"),
    ("logged: budget=$5", "two cases are named 'logged'"),
  ])
  func badCasesExitWith2(against: String, message: String) throws {
    let outcome = try replay(Self.header + Self.row(0), "--against", against)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.content == ["log.csv"])
  }

  /// Who has the files can repeat what was done.
  @Test func runJSONNamesTheLog() throws {
    let log = "when,model,input_tokens\n2025-11-01T00:00:00Z,gpt-4o,5\nnever,gpt-4o,5\n"
    let outcome = try replay(
      log, "--columns", "timestamp=when", "--set", "output_tokens=7", "--skip-bad-rows", "3",
      "--against", "budget=$50", "--timezone", "Europe/Paris")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try file("run.json")
    var hash = XXH64()
    Array(log.utf8).withUnsafeBytes { hash.add($0) }
    for part in [
      "\"path\": \"\(folder.path("log.csv"))\"", "\"bytes\": \(log.utf8.count)",
      "\"xxh64\": \"\(RunRecord.hex(hash.value))\"", "\"format\": \"canonical\"",
      "\"time_zone\": \"Europe/Paris\"", "\"skip_bad_rows\": 3", "\"requests\": 1",
      "\"malformed_rows\": 1", "\"columns\": [\n      \"timestamp=when\"",
      "\"set\": [\n      \"output_tokens=7\"", "\"policies\": [\n      \"logged\"",
      "\"against\": [\n      \"budget=$50\"", "\"path\": \"scenarios/two-tier.yaml\"",
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
  }

  /// A rented model that is only a fallback costs two rents in two months, replayed as simulated.
  @Test func rentsAreThoseOfTheRun() throws {
    try folder.write(
      "catalog.yaml",
      """
      models:
        api: {provider: t, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens}
        own: {provider: t, latency: 1s, fixed_monthly: $200}

      """)
    try folder.write(
      "two-tier.yaml",
      """
      period: {month: 2025-11, months: 2}
      plans: [3]
      catalog: catalog.yaml
      policy: {name: p, rules: [{name: all, model: api}]}
      chains: {standard: [own]}
      workloads: {w: {volume: 40, input: 100, output: 10}}

      """)
    let scenario = folder.path("two-tier.yaml")
    let run = try Program.run(
      ["run", scenario, "--out", folder.path("run"), "--calls", folder.path("calls.csv"), "-q"])
    #expect(run.code == 0, "\(run.errors)")
    let replay = try Program.run(
      [
        "replay", folder.path("calls.csv"), "--scenario", scenario, "--out",
        folder.path("reports"), "-q",
      ])
    #expect(replay.code == 0, "\(replay.errors)")
    let rents = ["0.000000", "400.000000"]
    #expect(try column("other_cost_usd", of: "costs.csv").sorted() == rents)
    #expect(
      try column("cost_usd", of: "plans.csv")
        == column("cost_usd", of: "../../run/two-tier/plans.csv"))
  }

  // MARK: What the log does not tell

  private static let cached = "cache={mode: keyed, default: {ttl: 1h}}"

  /// Four requests 9 s apart, each over after at most 1.5 s; the first two name a session.
  @Test(arguments: [
    ("{}", [], "", "0.014000"),
    ("{users: shared, prompts: {pool: 1}}", ["(not told)"], "0.750000", "0.003500"),
    (
      "{users: request, prompts: {pool: 1}}",
      ["(request 1)", "(request 2)", "(request 3)", "(request 4)"], "0.000000", "0.014000"
    ),
    ("{users: session, prompts: {pool: 1}}", ["(session 1)"], "0.500000", "0.010500"),
    ("{users: 1, prompts: {pool: 1}}", ["(user 1)"], "0.750000", "0.003500"),
    ("{users: shared, prompts: unique}", ["(not told)"], "0.000000", "0.014000"),
  ])
  func standInsDecideWhatIsCached(
    settings: String, accounts: [String], hitRate: String, cost: String
  ) throws {
    let rows = (0..<4).map { Self.row($0 * 9, session: $0 < 2 ? "s" : "") }
    let outcome = try replay(
      Self.header + rows.joined(), "--override", Self.cached, "--override", "replay=\(settings)")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try column("cost_usd", of: "plans.csv") == [cost])
    #expect(try column("cache_hit_rate", of: "plans.csv") == [hitRate])
    let named = try column("account_id", of: "accounts.csv").filter { !$0.isEmpty }
    #expect(named.sorted() == accounts)
  }

  /// Of 1,000 tokens 7 blocks of 128 are whole: 896 are cached in the second request of a session,
  /// which saves $0.002016 of its $0.0035.
  @Test(arguments: [
    ("{sessions: user}", "0.014000"), ("{session_block: 128}", "0.011984"),
    ("{session_block: 128, sessions: user}", "0.009968"),
  ])
  func sessionsRepeatTheirInput(settings: String, cost: String) throws {
    let rows = [
      Self.row(0, session: "s"), Self.row(9, session: "s"), Self.row(18, user: "u"),
      Self.row(27, user: "u"),
    ]
    let outcome = try replay(
      Self.header + rows.joined(), "--override", "models.gpt-4o.prompt_cache={ttl: 5min}",
      "--override", "replay=\(settings)")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try column("cost_usd", of: "plans.csv") == [cost])
  }

  // MARK: Where writes are billed

  private static let billed = [
    "--override", "prices.gpt-4o.cache_write=$3.125 per 1M tokens", "--override",
    "models.gpt-4o.latency=1s",
  ]

  private func cost(_ log: String, _ overrides: String...) throws -> String {
    try folder.write("log.csv", log)
    let outcome = try Program.run(
      [
        "replay", folder.path("log.csv"), "--scenario", "scenarios/two-tier.yaml", "--out",
        folder.path("reports"), "--policy", "logged",
      ] + Self.billed + overrides.flatMap { ["--override", $0] })
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try #require(try column("cost_usd", of: "plans.csv").first)
  }

  /// Inputs of 1,000, 500 and 600 tokens, 9 s apart, blocks of 100, $0.001 of output each. Without a reset
  /// 500 and 600 are read: (1,000 · 3.125 + 1,100 · 0.25) µ$ + $0.003. With one at 90 % the second reads the
  /// prefix alone and the third the 500 of the second.
  @Test(arguments: [
    ("{session_block: 100}", "0.006400"),
    ("{session_block: 100, session_reset: 40%}", "0.006400"),
    // 1,000 + 300 + 100 written, 200 + 500 read.
    ("{session_block: 100, session_reset: 90%, prefix: 200}", "0.007550"),
    // Cut to whole blocks.
    ("{session_block: 100, session_reset: 90%, prefix: 299}", "0.007550"),
    // 1,000 + 500 + 100 written, 500 read.
    ("{session_block: 100, session_reset: 90%}", "0.008125"),
  ])
  func whatASessionDoesNotReadIsWritten(settings: String, cost: String) throws {
    let rows = [1_000, 500, 600].enumerated().map {
      Self.row($0.offset * 9, session: "s", input: $0.element)
    }
    #expect(
      try self.cost(
        Self.header + rows.joined(), "models.gpt-4o.prompt_cache={ttl: 5min, match: breakpoint}",
        "replay=\(settings)") == cost)
    let report = try file("report.md")
    #expect(report.contains("Such rules understate the input bill, by 7 to 19 %"))
    #expect(report.contains(settings.contains("reset") ? "7.3 % too low" : "9.1 % too low"))
    // Measured with blocks of 64 tokens and a reset at 90 %, which these settings are not all.
    let reset = settings.contains("40%") ? " and `session_reset: 90%`" : ""
    #expect(report.contains("this one, with `session_block: 64`\(reset), read 9"))
  }

  /// The page says what the data file does, to the digit.
  @Test func errorsOfSessionRulesAreThoseOfThePage() throws {
    let page = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("docs/validation.md"), encoding: .utf8
    ).replacing("\n", with: " ")
    let errors = SessionRuleErrors.shipped
    func shown(_ share: Double) -> String { HumanFormat.percent(share) }
    for (name, rule) in [
      ("`session_block: 64`, writes billed", errors.written),
      ("the same with `session_reset: 90%`", errors.withReset),
      ("`session_block: 64`, writes as plain input", errors.plain),
    ] {
      #expect(
        page.contains("| \(name) | \(shown(rule.read)) | −\(shown(rule.understates)) |"), "\(name)")
    }
    #expect(page.contains("| breakpoints at prefix and prompt ends | \(shown(errors.read)) | |"))
    #expect(page.contains("On \(errors.sessions) \(errors.what) ("))
    #expect(page.contains("; \(errors.source))"))
  }

  /// One session of two models is two chains: 1,000 of gpt-4o, 800 of gpt-4o-mini, 1,000 of gpt-4o.
  @Test func eachModelOfASessionHasItsChain() throws {
    let rows = [
      Self.row(0, session: "s"),
      Self.row(9, session: "s", input: 100).replacing("gpt-4o", with: "gpt-4o-mini"),
      Self.row(18, session: "s"),
    ]
    // 1,000 written and then read, 3,125 + 250 µ$, and 2,000 µ$ of output; gpt-4o-mini 100 · 0.15 + 100 · 0.6.
    #expect(
      try cost(
        Self.header + rows.joined(), "models.gpt-4o.prompt_cache={ttl: 5min, match: breakpoint}",
        "replay={session_block: 100, session_reset: 90%}") == "0.005450")
  }

  /// What a log tells is taken as it is: 200 · 0.25 + 80 · 3.125 + 720 · 2.5 + 100 · 10 µ$.
  @Test func toldTokensAreTakenAsTheyAre() throws {
    let log =
      "timestamp,model,session,input_tokens,output_tokens,cached_input_tokens,cache_write_tokens\n"
      + "2025-11-01T00:00:10Z,gpt-4o,s,1000,100,200,80\n"
    #expect(
      try cost(
        log, "models.gpt-4o.prompt_cache={ttl: 5min, match: breakpoint}",
        "replay={session_block: 100}") == "0.003100")
  }

  /// Blocks 1–3; 1–5; 1, 2, 9; of 100 tokens, 9 s apart, $0.001 of output each.
  @Test(arguments: [
    // 300 written; 300 read, 200 written; nothing ends at block 2: 300 written.
    ("{ttl: 5min, match: breakpoint}", "{}", "0.005575"),
    // The third reads the 200 that all three have marked.
    ("{ttl: 5min, match: breakpoint}", "{prefix: 250}", "0.005000"),
    // Minimum length and look-back are no matter of a log's blocks.
    ("{ttl: 5min, match: breakpoint, minimum_tokens: 1024, lookback: 1}", "{}", "0.005575"),
    // By block: 300 fresh; 300 read, 200 fresh; 200 read, 100 fresh.
    ("{ttl: 5min, match: block}", "{}", "0.004625"),
    // The first can be read once it is answered, 10 s later: 300 + 500 + 300 written.
    ("{ttl: 5min, match: breakpoint, readable: 10s}", "{}", "0.006438"),
    ("{ttl: 8s, match: breakpoint}", "{}", "0.006438"),
  ])
  func aLogsBlocksAreReadUpToAMark(
    cache: String, settings: String, cost: String
  ) throws {
    let rows = ["[1,2,3]", "[1,2,3,4,5]", "[1,2,9]"].enumerated().map { number, blocks in
      let input = blocks.filter { $0 == "," }.count * 100 + 100
      return "2025-11-01T00:00:\(10 + number * 9)Z,gpt-4o,\(input),100,\"\(blocks)\",100\n"
    }
    let latency = cache.contains("readable") ? "models.gpt-4o.latency=60s" : "seed=1"
    #expect(
      try self.cost(
        "timestamp,model,input_tokens,output_tokens,prefix_blocks,block_size\n" + rows.joined(),
        "models.gpt-4o.prompt_cache=\(cache)", "replay=\(settings)", latency) == cost)
  }

  @Test func theReportSaysWhatStandsForWhat() throws {
    let rows = [Self.row(0, user: "u", prompt: "p"), Self.row(9)]
    let outcome = try replay(
      Self.header + rows.joined(), "--override", Self.cached, "--override",
      "replay={users: 20, prompts: {pool: 50}, session_block: 64}")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let report = try file("report.md")
    for line in [
      "- No row tells session, account_plan, ",
      "- 1 request names no user: dealt among 20 accounts, as active as the scenario's users.",
      "- 2 requests name no session: of no session.",
      "- 1 request names no prompt: out of a pool of 50 prompts for each account.",
      "- Requests of a session are taken to repeat its earlier input, in blocks of 64 tokens,",
      "- 2 requests have no status: taken as successful.",
      "- 2 requests have no latency: given their model's.",
    ] {
      #expect(report.contains(line), "\(line) is not in \(report)")
    }
  }

  /// Dealt by activity: one of two users is nine times as active. The chance that a binomial
  /// (20,000, 0.9) leaves 18,000 ± 215 is below 1e-6 (5 standard deviations of 42.4).
  @Test func unknownUsersAreDealtByActivity() throws {
    let rows = (0..<20_000).map { number in
      "\(1_762_000_000 + number),gpt-4o,,,,1,1\n"
    }
    let outcome = try replay(
      Self.header + rows.joined(), "--override", "replay.users=2", "--override",
      "users.activity={classes: {light: {share: 50%, weight: 1}, heavy: {share: 50%, weight: 9}}}")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let calls = try column("calls", of: "accounts.csv").compactMap { Int($0) }
    #expect(calls.reduce(0, +) == 20_000)
    #expect(abs((calls.max() ?? 0) - 18_000) < 215, "\(calls)")
  }
}
