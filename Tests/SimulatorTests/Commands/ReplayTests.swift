import CostModel
import Foundation
import Testing

@testable import Decisions
@testable import Support

/// `replay` from end to end.
@Suite struct ReplayTests {
  private let folder: ScenarioFolder
  private var reports: String { folder.path("reports") }
  private static let scenario = "scenarios/two-tier.yaml"
  private static let header = "timestamp,model,input_tokens,output_tokens\n"

  init() throws { folder = try ScenarioFolder() }

  private func replay(_ trace: String, _ options: String...) throws -> Program.Outcome {
    try Program.run(["replay", trace, "--scenario", Self.scenario, "--out", reports] + options)
  }

  /// A log of the test's own.
  private func log(_ rows: String, name: String = "log.csv") throws -> String {
    try folder.write(name, Self.header + rows)
    return folder.path(name)
  }

  private func rows(_ path: String) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes(path))
    let header = try #require(rows.first)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  private func plans() throws -> [[String: String]] {
    try rows(reports + "/two-tier-replay/plans.csv")
  }

  // MARK: Costs

  /// 57 requests of 10,000 tokens in and 3,000 out, which gpt-4o-mini sells for $0.0033; one of them is
  /// logged at $9,990.01.
  @Test func aLogsOwnCostsAreChecked() throws {
    let rows = (0..<57).map { row in
      let cost = row == 31 ? "9990.01" : "0.0033"
      return "2025-11-03T10:\(row < 10 ? "0" : "")\(row):00Z,gpt-4o-mini,10000,3000,\(cost)\n"
    }
    try folder.write(
      "log.csv", "timestamp,model,input_tokens,output_tokens,cost_usd\n" + rows.joined())
    let outcome = try replay(folder.path("log.csv"), "--policy", "logged")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains(
        "1 of the 57 requests whose cost can be checked costs otherwise by the catalog than the log "
          + "says: $0.1881 in place of $9,990.19."))
    let page = try String(
      contentsOfFile: reports + "/two-tier-replay/report.md", encoding: .utf8)
    #expect(page.contains("| gpt-4o-mini |       57 |           1 | $9,990.19 |"))
    #expect(page.contains("|      32 | gpt-4o-mini | $9,990.01 |  $0.0033 |"))
    #expect(page.contains("| logged  |      32 | gpt-4o-mini | $9,990.01 |        $0.0033 |"))
  }

  /// Of 300 requests to gpt-4o four failed, hours apart so that no breaker opens, which its fallback
  /// answers: more than 1 %, said first, with what it does to the bill. Three of 300 are not more.
  @Test(arguments: [3, 4]) func troubleIsSaidFirst(failed: Int) throws {
    let rows = (0..<300).map { row -> String in
      let status = row % 75 == 0 && row / 75 < failed ? "false" : "ok"
      return "2025-11-03T\(10 + row / 30):\(10 + row % 30):00Z,gpt-4o,1000,0,\(status)\n"
    }
    try folder.write(
      "log.csv", "timestamp,model,input_tokens,output_tokens,status\n" + rows.joined())
    let outcome = try replay(folder.path("log.csv"), "--policy", "logged")
    #expect(outcome.code == 0, "\(outcome.errors)")
    // A thousand tokens cost $0.0025 at gpt-4o and $0.00015 at gpt-4o-mini.
    let words =
      "ATTENTION: of 300 calls, 4 were answered by a fallback (1.3 %). Without failures (also those "
      + "that the log tells), breakers, outages, time limits, context windows, quotas and actions of "
      + "the budget the bill would be $0.75, so this makes it $0.0094 lower. The log's 300 requests"
    #expect(outcome.output.contains(words) == (failed == 4), "\(outcome.output)")
    #expect(outcome.output.contains("ATTENTION") == (failed == 4))
  }

  // MARK: Columns that the user names

  /// Of a thousand tokens in at gpt-4o's $2.50 a million each: the documents' log has `success: true`
  /// (complete-guide.md:2618). What failed at gpt-4o is answered by its fallback. The format's other
  /// columns are not asked for again.
  @Test(arguments: [
    ("true", "ok"), ("True", "ok"), ("TRUE", "ok"), ("OK", "ok"), ("Success", "ok"), ("204", "ok"),
    ("false", "failed"), ("2xx?", "failed"), ("20", "failed"), ("truest", "failed"),
  ])
  func statusWords(word: String, status: String) throws {
    try folder.write(
      "log.csv", "timestamp,model,prompt_toks,success\n2026-01-05T00:00:00Z,gpt-4o,1000,\(word)\n")
    let run = try replay(
      folder.path("log.csv"), "--policy", "logged", "--columns",
      "input_tokens=prompt_toks,status=success", "--calls",
      folder.path("calls.csv"))
    #expect(run.code == 0, "\(run.errors)")
    let calls = try rows(folder.path("calls.csv"))
    #expect(calls.map { $0["model"] } == [status == "ok" ? "gpt-4o" : "gpt-4o-mini"])
    #expect(calls[0]["input_cost_usd"] == (status == "ok" ? "0.0025" : "0.00015"))
  }

  /// A log of names of its own is one of canonical columns, whatever other tools would call those that are
  /// named: the first row is answered as logged, the second has failed.
  @Test(arguments: [
    (
      "timestamp,model,tokensInput,tokensOutput,status", "2026-01-05T00:00:00Z",
      "input_tokens=tokensInput,output_tokens=tokensOutput,model=model,status=status"
    ),
    (
      "timestamp,model,tokensInput,tokensOutput,status", "2026-01-05T00:00:00Z",
      "input_tokens=tokensInput,output_tokens=tokensOutput,model=model"
    ),
    (
      "when,mdl,tin,tout,status", "1767571200",
      "timestamp=when,model=mdl,input_tokens=tin,output_tokens=tout"
    ),
    (
      "when,mdl,tin,tout,status", "2026-01-05T00:00:00Z",
      "timestamp=when,model=mdl,input_tokens=tin,output_tokens=tout"
    ),
  ])
  func namedColumnsAreCanonical(header: String, time: String, columns: String) throws {
    try folder.write(
      "log.csv", "\(header)\n\(time),gpt-4o,1000,10,true\n\(time),gpt-4o,1000,10,false\n")
    let run = try replay(
      folder.path("log.csv"), "--policy", "logged", "--columns", columns, "--calls",
      folder.path("calls.csv"))
    #expect(run.code == 0, "\(run.errors)")
    let calls = try rows(folder.path("calls.csv"))
    #expect(calls.map { $0["model"] } == ["gpt-4o", "gpt-4o-mini"])
    #expect(calls.allSatisfy { $0["timestamp"]?.hasPrefix("2026-01-05T00:00:00") == true })
  }

  // MARK: Texts

  /// Ids keep their digits in the tables for people, whatever the dialect, and are as they were for
  /// programs. The data package says what a plan and a user of a replay are.
  @Test(arguments: CSVDialect.allCases) func idsKeepTheirDigits(dialect: CSVDialect) throws {
    let ids = ["00123", "12345678901234567890", "1E5", "@cf/meta/x", "=1+1", "12345", "u"]
    try folder.write(
      "log.csv",
      "timestamp,model,input_tokens,output_tokens,user\n"
        + ids.map { "2026-01-05T00:00:00Z,gpt-4o,10,10,\($0)\n" }.joined())
    let run = try replay(
      folder.path("log.csv"), "--policy", "logged", "--csv-dialect", dialect.rawValue, "--table",
      "accounts", "--columns", "account_id")
    #expect(run.code == 0, "\(run.errors)")
    #expect(Set(run.output.split(separator: "\r\n").dropFirst().map(String.init)) == Set(ids))
    let out = reports + "/two-tier-replay/"
    let people = Set(try rows(out + "accounts.csv").map { $0["account_id"] ?? "" })
    let guarded = ["'00123", "'12345678901234567890", "'1E5", "'=1+1", "@cf/meta/x", "12345", "u"]
    #expect(people == Set(guarded))
    let query = try Program.run(["query", out + "costs.sqlite", "SELECT account_id FROM accounts"])
    #expect(Set(query.output.split(separator: "\r\n").dropFirst().map(String.init)) == Set(ids))
    let package = try String(contentsOfFile: out + "datapackage.json", encoding: .utf8)
    #expect(package.contains("Policy or case that the log's requests were sent through"))
    #expect(
      package.contains("Users that the log names") && !package.contains("one number of users"))
  }

  // MARK: Formats

  /// Every fixture is told by its columns. Bills are added up by hand at gpt-4o-mini's prices, $0.15
  /// in, $0.015 cached and $0.60 out.
  @Test(arguments: [
    ("azure.csv", 3, "0.000372"),
    ("burstgpt.csv", 3, "0.000546"),
    ("helicone.csv", 3, "0.000030"),
    ("otel.jsonl", 3, "0.000074"),
    ("mooncake.jsonl", 3, "0.001779"),
  ])
  func everyFormatReplays(name: String, calls: Int, cost: String) throws {
    let outcome = try replay(
      TraceFolder.fixture(name), "--override", "models.gpt-4o-mini.failure_rate=0%")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.hasSuffix("Report: \(reports)/two-tier-replay/report.md\n"))
    let plan = try #require(try plans().first)
    #expect(plan["calls"] == String(calls))
    #expect(plan["cost_usd"] == cost, "\(name)")
    #expect(!folder.content.contains { $0.contains(".tmp") })
  }

  @Test func bucketsAreNoRequests() throws {
    let outcome = try replay(TraceFolder.fixture("openai-usage.csv"))
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("openai-usage.csv: error: "), "\(outcome.errors)")
    #expect(folder.content == [])
  }

  @Test func columnsAndFixedValuesCanBeTold() throws {
    try folder.write("own.csv", "when,prompt size,answer size\n2025-11-03T10:00:00Z,1000000,2000\n")
    let outcome = try replay(
      folder.path("own.csv"), "--columns", "timestamp=when,input_tokens=prompt size",
      "--columns", "output_tokens=answer size", "--set", "model=gpt-4o", "--policy", "logged",
      "--format", "canonical", "--override", "models.gpt-4o.failure_rate=0%")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try plans().first?["cost_usd"] == "2.520000")
  }

  /// As `run` does; names of columns without '=' are then the table's.
  @Test func aTableIsPrintedInPlaceOfTheSummary() throws {
    let path = try log("2025-11-01T00:00:00Z,gpt-4o,400,100\n2025-11-02T00:00:00Z,gpt-4o,800,10\n")
    let outcome = try replay(
      path, "--policy", "logged", "--table", "daily", "--sort", "-date", "--top", "1", "--columns",
      "date,cost_usd", "--columns", "model=model", "--override", "models.gpt-4o.failure_rate=0%")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "date,cost_usd\r\n2025-11-02,0.002100\r\n")
    let wrong = try replay(path, "--sort", "cost")
    #expect(wrong.code == 2 && wrong.output.isEmpty)
    #expect(wrong.errors.hasPrefix("--sort: error: unknown column 'cost', expected scenario, plan"))
  }

  // MARK: Bad input

  @Test func badRowsAreFatalAndListed() throws {
    let path = try log("2025-11-01T00:00:00Z,gpt-4o,-5,1\n2025-11-01T00:00:01Z,gpt-4o,1,x\n")
    let outcome = try replay(path)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("\(path): error: 2 malformed rows, expected none"))
    #expect(outcome.errors.contains("row 1, column 'input_tokens': must not be negative"))
    #expect(outcome.errors.contains("row 2, column 'output_tokens': expected a whole number"))
    #expect(folder.content == ["log.csv"])
  }

  @Test func badRowsThatAreToleratedAreKeptApart() throws {
    let path = try log(
      "2025-11-01T00:00:00Z,gpt-4o,10,1\nsome day,\"a,b\",1,1\n2025-11-01T00:00:01Z,gpt-4o,1,1\n")
    let arguments = ["--skip-bad-rows", "1", "--policy", "logged", "--policy"]
    let outcome = try Program.run(
      ["replay", path, "--scenario", Self.scenario, "--out", reports] + arguments
        + ["scenarios/policies/two-tier.yaml"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try plans().map { $0["calls"] } == ["2", "2"])
    let rejected = try CSVReader.rows(bytes(reports + "/two-tier-replay/rejected.csv"))
    #expect(rejected.count == 2)
    #expect(rejected.last.map { Array($0.prefix(2)) } == ["2", "timestamp"])
    #expect(rejected.last.map { Array($0.suffix(4)) } == ["some day", "a,b", "1", "1"])
    let report = try String(
      contentsOfFile: reports + "/two-tier-replay/report.md", encoding: .utf8)
    #expect(report.contains("[rejected.csv](rejected.csv)"))
  }

  @Test func anEmptyLogIsAnError() throws {
    for text in ["", Self.header] {
      try folder.write("log.csv", text)
      let outcome = try replay(folder.path("log.csv"), "--calls", folder.path("calls.csv"))
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      #expect(outcome.errors.contains("log.csv: error: "), "\(outcome.errors)")
      #expect(folder.content == ["log.csv"])
    }
  }

  @Test func anUnknownModelIsToldWithItsRowAndTheNearest() throws {
    let path = try log("2025-11-01T00:00:00Z,gpt-4o,1,1\n2025-11-01T00:00:01Z,gpt-4o-minni,1,1\n")
    let outcome = try replay(path, "--policy", "logged", "--calls", folder.path("calls.csv"))
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("\(path): error: 1 malformed row, expected none"))
    #expect(outcome.errors.contains("row 2, column 'model': unknown model 'gpt-4o-minni'"))
    #expect(outcome.errors.contains("gpt-4o-mini'"), "\(outcome.errors)")
    #expect(folder.content == ["log.csv"])
    // Who does not ask for the log's model does not need to know it.
    #expect(try replay(path).code == 0)
  }

  /// A rule that keeps the log's model asks only for that of its own rows; one such row is left out
  /// of every case, so that all replay the same rows.
  @Test func onlyRowsThatNeedTheLogsModelMustNameOne() throws {
    try folder.write(
      "log.csv",
      """
      timestamp,model,use_case,input_tokens,output_tokens
      2025-11-01T00:00:00Z,unheard-of,summary,1000,0
      2025-11-01T00:00:01Z,unheard-of,chat,1000,0
      2025-11-01T00:00:02Z,,chat,1000,0
      2025-11-01T00:00:03Z,gpt-4o,chat,1000,0

      """)
    try folder.write(
      "some.yaml",
      "name: some\nrules:\n  - { name: chats, when: { use_case: chat }, logged: true }\n"
        + "  - { name: all, model: gpt-4o-mini }\n")
    let policies = [
      "--policy", folder.path("some.yaml"), "--policy", "scenarios/policies/two-tier.yaml",
    ]
    let arguments =
      ["replay", folder.path("log.csv"), "--scenario", Self.scenario, "--out", reports] + policies
    let refused = try Program.run(arguments)
    #expect(refused.code == 2 && refused.errors.contains("2 malformed rows"), "\(refused.errors)")
    #expect(refused.errors.contains("row 2, column 'model': unknown model 'unheard-of'"))
    #expect(refused.errors.contains("row 3, column 'model': no model, and the policy 'some'"))
    let outcome = try Program.run(arguments + ["--skip-bad-rows", "2"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try plans().map { $0["calls"] } == ["2", "2"])
    let rejected = try CSVReader.rows(bytes(reports + "/two-tier-replay/rejected.csv"))
    #expect(rejected.dropFirst().map { $0[0] } == ["2", "3"])
  }

  @Test func aLogWithoutModelsIsToldOnce() throws {
    let outcome = try replay(TraceFolder.fixture("azure.csv"), "--policy", "logged")
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("the log has no column for the model"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func anUnpricedModelIsAnErrorNotFree() throws {
    let path = try log("2025-11-01T00:00:00Z,mystery,1,1\n")
    let catalog = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("scenarios/catalogs/documents.yaml"),
      encoding: .utf8)
    try folder.write(
      "catalog.yaml",
      catalog.replacing("models:\n", with: "models:\n  mystery: { provider: x, latency: 1s }\n"))
    let outcome = try replay(path, "--catalog", folder.path("catalog.yaml"), "--policy", "logged")
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("mystery"), "\(outcome.errors)")
    #expect(folder.content == ["catalog.yaml", "log.csv"])
  }

  @Test(arguments: [
    (["--policy", "logged", "--policy", "logged"], "two policies are named 'logged'"),
    (["--set", "modell=x"], "unknown canonical column 'modell'"),
    (["--columns", "timestamp"], "expected canonical=value, not 'timestamp'"),
    (["--columns", "timestamp=nope"], "'nope'"),
    (["--format", "canonicl"], "unknown format 'canonicl'"),
    (["--timezone", "Mars/Base"], "unknown time zone 'Mars/Base'"),
    (["--policy", "nope.yaml"], "nope.yaml: error: no such file"),
    (["--skip-bad-rows=-1"], "--skip-bad-rows is not negative"),
  ])
  func badOptionsExitWith2(options: [String], message: String) throws {
    let path = try log("2025-11-01T00:00:00Z,gpt-4o,1,1\n")
    let outcome = try Program.run(
      ["replay", path, "--scenario", Self.scenario, "--out", reports] + options)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.content == ["log.csv"])
  }

  /// It cannot be read once for each policy.
  @Test func standardInputIsReadUnderOnePolicy() throws {
    let outcome = try replay("-", "--policy", "logged", "--policy", "scenarios/policies/mix.yaml")
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("standard input can be read only once"), "\(outcome.errors)")
    #expect(folder.content == [])
  }

  // MARK: Results

  @Test func theCallsFileAddsUpToTheBill() throws {
    let rows = (0..<300).map { number in
      "2025-11-\(10 + number % 20)T00:00:\(10 + number % 7)Z,"
        + "\(number % 3 == 0 ? "gpt-4o" : "gpt-4o-mini"),\(number * 37 % 4_001),\(number % 97)\n"
    }
    let path = try log(rows.joined())
    let calls = folder.path("ledger/calls.csv")
    #expect(try replay(path, "--policy", "logged", "--calls", calls, "--quiet").code == 0)
    let ledger = try self.rows(calls)
    #expect(ledger.count == 300)
    let sum = try ledger.reduce(Int128(0)) { try $0 + picodollars($1["cost_usd"]) }
    let plan = try #require(try plans().first)
    #expect(plan["cost_usd"] == MoneySum(picodollars: sum).decimal(places: 6))
    let run = try JSONDecoder().decode(
      RunFile.self, from: Data(bytes(reports + "/two-tier-replay/run.json")))
    #expect(try sum == picodollars(run.plans[0].cost) && sum > 0)
  }

  /// The same requests side by side: $12.50 and $0.75 by hand, and a log that says $20.
  @Test func policiesAreComparedInWords() throws {
    try folder.write(
      "log.csv",
      """
      timestamp,model,input_tokens,output_tokens,cost_usd
      2025-11-01T00:00:00Z,gpt-4o,1000000,1000000,20

      """)
    try folder.write(
      "mini.yaml",
      "name: all mini\nrules:\n  - { name: all, model: gpt-4o-mini }\n")
    let outcome = try replay(
      folder.path("log.csv"), "--policy", "logged", "--policy", folder.path("mini.yaml"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let headline =
      "The log's 1 request, replayed under logged, cost $12.50; the log itself says $20.00. 1 of "
      + "the 1 request whose cost can be checked costs otherwise by the catalog than the log says: "
      + "$12.50 in place of $20.00. Under all mini they cost $0.75, $11.75 less."
    #expect(outcome.output.contains(headline), "\(outcome.output)")
    let path = reports + "/two-tier-replay/"
    let report = try String(contentsOfFile: path + "report.md", encoding: .utf8)
    #expect(report.hasPrefix("# The log log.csv, replayed\n"))
    // Logged, simulated and the difference, by model.
    #expect(report.contains("| gpt-4o | $20.00 |    $12.50 |     −$7.50 |"), "\(report)")
    #expect(report.contains("| p95 latency"))
    #expect(!report.contains("| per user") && !report.contains("The cost per user"))
    let chart = try String(contentsOfFile: path + "charts/cumulative-cost.svg", encoding: .utf8)
    #expect(chart.contains("by policy") && !chart.contains("users"))
    let bars = try String(contentsOfFile: path + "charts/cost-by-model.svg", encoding: .utf8)
    #expect(bars.contains("Cost by model for every policy") && !bars.contains("users"))
  }

  private struct RunFile: Decodable {
    struct Plan: Decodable {
      var cost: String
      enum CodingKeys: String, CodingKey { case cost = "cost_usd" }
    }
    var plans: [Plan]
  }

  private func picodollars(_ text: String?) throws -> Int128 {
    let parts = try #require(text).split(separator: ".", omittingEmptySubsequences: false)
    let whole = try #require(Int128(parts[0]))
    let decimals = parts.count > 1 ? String(parts[1]) : ""
    return try whole * MoneySum.picodollarsPerDollar
      + #require(Int128((decimals + "000000000000").prefix(12)))
  }

  // MARK: The real log

  private static let realTraces = ProcessInfo.processInfo.environment["COSTSIM_TRACES"]

  /// 22,361,870 tokens in and 4,088,665 out: $55.904675 and $40.88665.
  @Test(
    .enabled(if: realTraces != nil, "COSTSIM_TRACES, the folder of the real logs, is not set"),
    arguments: [1, 2])
  func theAzureLogCostsWhatItsTokensCost(threads: Int) throws {
    let traces = try #require(Self.realTraces)
    let original = traces + "/AzureLLMInferenceTrace_conv.csv"
    let text = try String(contentsOfFile: original, encoding: .utf8)
    var lines = text.split(whereSeparator: \.isNewline).map(String.init)
    let header = lines.removeFirst()
    var random = TestRandom(seed: 0xA2)
    for index in lines.indices.dropFirst().reversed() {
      lines.swapAt(index, random.below(index + 1))
    }
    try folder.write("log.csv", ([header] + lines).joined(separator: "\n"))
    for path in [original, folder.path("log.csv")] {
      let outcome = try replay(
        path, "--set", "model=gpt-4o", "--policy", "logged", "--threads", "\(threads)", "--json",
        "--override", "models.gpt-4o.failure_rate=0%")
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("\"cost_usd\": \"96.791325\""), "\(outcome.output)")
      #expect(try plans().first?["cost_usd"] == "96.791325")
    }
  }
}
