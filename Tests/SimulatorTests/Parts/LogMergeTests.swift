import Foundation
import Testing

@testable import Decisions
@testable import Support

/// `replay --partial` and `merge` from end to end: the reports are those of the replay of the whole log,
/// byte for byte, however it is split and merged.
@Suite struct LogMergeTests {
  private let folder: ScenarioFolder

  private static let catalog = """
    models:
      small: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens, searches: $5 per 1K searches }
      large:
        provider: p
        latency: 1s..30s
        input: $10 per 1M tokens
        output: $20 per 1M tokens
        searches: $10 per 1K searches
    """

  /// With draws of all sorts, failures that are tried again, two budget lines of which one is told late,
  /// outages, and two policies.
  private static let scenario = """
    period: 2026-06
    plans: [10]
    catalog: catalog.yaml
    policy: { rules: [{ name: hard, when: { complexity: high }, mix: { large: 75%, small: 25% } },
                      { name: rest, logged: true }] }
    chains: { standard: [large, small] }
    retry: { max: 1, base: 20s, cap: 60s }
    models: { large: { failure_rate: 5% } }
    outages: [{ model: large, from: 2026-06-02T10:00, for: 90min }]
    cache: { mode: rate, classes: { c: { ttl: 1h, hit_rate: 30% } } }
    budget: { amount: $0.9, thresholds: [40%, 75%, { at: 100%, kind: forecast }] }
    replay: { users: 3 }
    tables: [account_months, quality]
    workloads: { w: { volume: 1, input: 10, output: 10 } }
    """

  init() throws {
    folder = try ScenarioFolder([
      "catalog.yaml": Self.catalog, "s.yaml": Self.scenario,
      "cheap.yaml": "name: cheap\nrules: [{ name: all, model: small }]\n",
    ])
  }

  // MARK: Logs

  private static let header =
    "timestamp,model,user,use_case,complexity,action,cache_class,account_plan,input_tokens,"
    + "output_tokens,status,latency_ms,cost_usd,feedback,searches,unread\n"

  /// So many rows in order of time over 35 days, some malformed, some of one time.
  private static func rows(_ count: Int, seed: UInt64, malformed: Bool = true) -> [String] {
    var random = TestRandom(seed: seed)
    var time = 1_780_272_000  // 2026-06-01T00:00:00Z
    func one(_ values: [String]) -> String { values[Int(random.bits() % UInt64(values.count))] }
    return (0..<count).map { row in
      time += Int(random.bits() % UInt64(2 * 35 * 86_400 / count))
      if random.bits() % 4 == 0 { time -= time % 60 }
      let isLarge = random.bits() % 3 == 0
      let input = random.bits() % 2_000
      let cost = isLarge ? "0.0\(random.bits() % 90 + 10)" : ""
      let far = random.bits() % 60 == 0
      let fields = [
        "\(time)", isLarge ? "large" : "small",
        one(["", "ann", "bob", "carl", "user \(random.bits() % 40)"]), one(["chat", "mail"]),
        one(["high", "low"]), row > count / 2 ? one(["", "tip"]) : "", one(["c", ""]),
        one(["", "gold", "free"]), far ? "900000" : "\(input)", "\(random.bits() % 500)",
        one(["ok", "ok", "ok", "error"]), one(["", "800", "70000"]), cost,
        one(["", "positive", "negative"]), isLarge ? "" : one(["", "1", "3"]),
        "x",
      ]
      if malformed, random.bits() % 50 == 0 {
        return "never," + fields.dropFirst().joined(separator: ",")
      }
      return fields.joined(separator: ",")
    }
  }

  private func write(_ rows: some Sequence<String>, to name: String) throws {
    try folder.write(name, Self.header + rows.map { $0 + "\n" }.joined())
  }

  @discardableResult
  private func costsim(_ text: String) throws -> Program.Outcome {
    try Program.run(text.split(separator: " ").map(String.init) + ["-q"], in: folder.url)
  }

  private func succeed(_ text: String) throws {
    let outcome = try costsim(text)
    try #require(outcome.code == 0, "\(text): \(outcome.errors)")
  }

  private func files(_ name: String) throws -> [String: [UInt8]] {
    let root = folder.url.appendingPathComponent(name)
    let names = try #require(FileManager.default.enumerator(atPath: root.path))
    var files: [String: [UInt8]] = [:]
    for case let file as String in names where file.contains(".") {
      files[file] = try bytes(root.path + "/" + file)
    }
    return files
  }

  private func differing(_ one: String, _ other: String) throws -> [String] {
    let (one, other) = (try files(one), try files(other))
    try #require(one.count > 10)
    return Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
  }

  private static let options =
    "--scenario s.yaml --skip-bad-rows 100 --timezone Europe/Paris --policy logged --policy cheap.yaml "
    + "--against catalog=dear.yaml --override seed=7"

  // MARK: The whole

  /// Any number of shares, also more of them than rows, merged in any order and grouping.
  @Test(arguments: [1, 2, 5, 40])
  func sharesMakeTheWholeReport(count: Int) throws {
    try folder.write("dear.yaml", Self.catalog.replacing("$10", with: "$30"))
    try write(
      Self.rows(count > 20 ? 30 : 600, seed: UInt64(count), malformed: false), to: "log.csv")
    let replay = "replay log.csv \(Self.options)"
    try succeed("\(replay) --out whole --threads 2")
    var left: [String] = []
    for share in 1...count {
      try succeed(
        "\(replay) --shard \(share)/\(count) --partial \(share).bin --threads \(1 + share % 2)")
      left.append("\(share).bin")
    }
    var random = TestRandom(seed: UInt64(count))
    var number = 0
    while left.count > (count > 20 ? 35 : 3) {
      let first = left.remove(at: Int(random.bits() % UInt64(left.count)))
      let second = left.remove(at: Int(random.bits() % UInt64(left.count)))
      number += 1
      try succeed("merge \(first) \(second) --partial x\(number).bin")
      left.append("x\(number).bin")
    }
    try succeed("merge \(left.joined(separator: " ")) --out merged --refine log.csv")
    #expect(try differing("whole", "merged") == [])
  }

  /// The same with a budget without lines, labels late in the log, and requests that are accounts.
  @Test(arguments: [
    "budget=$5", "budget=null", "replay.users=request", "replay.users=shared", "cache.mode=off",
    "budget={amount: $0.9, thresholds: [50%], evaluate_every: 8h, data_lag: 90min}",
    "period={month: 2026-06, time_zone: America/New_York}",
  ]) func otherScenariosToo(_ change: String) throws {
    try write(Self.rows(300, seed: 3, malformed: false), to: "log.csv")
    let replay = ["replay", "log.csv", "--scenario", "s.yaml", "--override", change]
    func run(_ more: String) throws {
      let outcome = try Program.run(
        replay + more.split(separator: " ").map(String.init) + ["-q"], in: folder.url)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    try run("--out whole")
    for share in 1...3 { try run("--shard \(share)/3 --partial \(share).bin") }
    try succeed("merge 3.bin 1.bin 2.bin --out merged --refine log.csv")
    #expect(try differing("whole", "merged") == [])
  }

  /// Where nothing is drawn, rows may be malformed; they are numbered in the whole log.
  @Test func malformedRowsAreNumberedInTheWhole() throws {
    try write(Self.rows(300, seed: 8), to: "log.csv")
    try folder.write(
      "plain.yaml",
      Self.scenario.replacing(
        "models: { large: { failure_rate: 5% } }", with: "models: { large: { latency: 2s } }"
      )
      .replacing("mode: rate", with: "mode: off").replacing("users: 3", with: "users: shared"))
    let replay =
      "replay log.csv --scenario plain.yaml --policy logged --skip-bad-rows 50 --override outages=[]"
    try succeed("\(replay) --out whole")
    for share in 1...3 { try succeed("\(replay) --shard \(share)/3 --partial \(share).bin") }
    try succeed("merge 3.bin 1.bin 2.bin --out merged --refine log.csv")
    #expect(try differing("whole", "merged") == [])
    #expect(try bytes(folder.path("whole/plain-replay/rejected.csv")).count > 100)
    // Where latencies are drawn, the malformed rows before a share count: it is told how many requests do.
    let drawn = "replay log.csv --scenario s.yaml --policy logged --skip-bad-rows 50"
    for share in 1...2 { try succeed("\(drawn) --shard \(share)/2 --partial \(share).bin") }
    let outcome = try costsim("merge 1.bin 2.bin --out drawn")
    let number = try #require(
      outcome.errors.firstMatch(of: /expected it anew with '--first-request (\d+)'/)?.1)
    #expect(outcome.code == 2)
    try succeed("\(drawn) --shard 2/2 --first-request \(number) --partial 2.bin")
    try succeed("\(drawn) --out all")
    try succeed("merge 1.bin 2.bin --out drawn --refine log.csv")
    #expect(try differing("all", "drawn") == [])
  }

  /// A file a week, each numbered from its first request on; reports name the files, and no hash.
  @Test func filesMakeTheWholeReport() throws {
    let rows = Self.rows(400, seed: 11, malformed: false)
    try write(rows, to: "log.csv")
    let options = "--scenario s.yaml --policy logged"
    try succeed("replay log.csv \(options) --out whole")
    for (number, cut) in [(0, 130), (130, 131), (131, 400)].enumerated() {
      try write(rows[cut.0..<cut.1], to: "w\(number).csv")
      try succeed(
        "replay w\(number).csv \(options) --first-request \(cut.0 + 1) --partial \(number).bin")
    }
    try succeed("merge 2.bin 0.bin --partial 02.bin")
    try succeed("merge 02.bin 1.bin --out merged --refine w0.csv w1.csv w2.csv")
    let folder = "s-replay/"
    #expect(
      Set(try differing("whole", "merged")).isSubset(of: [
        folder + "report.md", folder + "report.html", folder + "run.json",
        folder + "datapackage.json",
        folder + "costs.sqlite", "index.md", "index.html", folder + "summary.txt",
      ]))
    let page = try String(
      contentsOfFile: self.folder.path("merged/s-replay/report.md"), encoding: .utf8)
    #expect(page.contains("400 rows were read from w0.csv, w1.csv, w2.csv as canonical"))
    let whole = try String(
      contentsOfFile: self.folder.path("whole/s-replay/report.md"), encoding: .utf8)
    #expect(
      page.replacing("w0.csv, w1.csv, w2.csv", with: "log.csv").replacing("w2.csv", with: "log.csv")
        .replacing("w0.csv, w1.csv, log.csv", with: "log.csv") == whole)
  }

  /// Whatever the order and the grouping: the same part.
  @Test func partsOfPartsAreTheSame() throws {
    try write(Self.rows(200, seed: 5, malformed: false), to: "log.csv")
    for share in 1...4 {
      try succeed("replay log.csv --scenario s.yaml --shard \(share)/4 --partial \(share).bin")
    }
    try succeed("merge 4.bin 2.bin --partial a.bin")
    try succeed("merge 1.bin 3.bin --partial b.bin")
    try succeed("merge a.bin b.bin --partial ab.bin")
    try succeed("merge 3.bin 4.bin 2.bin 1.bin --partial c.bin")
    let whole = try bytes(folder.path("c.bin"))
    #expect(try bytes(folder.path("ab.bin")) == whole)
  }

  /// Without the log a crossing is known to the minute, and that is said where it stands.
  ///
  /// Ten requests of $0.10, one every 20 s from 10:00:05 on, each answered a second later: $0.45 are
  /// crossed by the fifth, at 10:01:26; the whole $0.9 by the tenth, at 10:03:06.
  @Test func withoutTheLogMomentsAreToldToTheMinute() throws {
    let rows = (0..<10).map { row in
      let second = 5 + 20 * row
      let clock = "10:0\(second / 60):" + (second % 60 < 10 ? "0" : "") + "\(second % 60)"
      return "2026-06-01T\(clock)Z,small,ann,,,,,,100000,0,ok,1000,,,,"
    }
    try write(rows, to: "log.csv")
    try folder.write(
      "s.yaml",
      Self.scenario.replacing("[40%, 75%, { at: 100%, kind: forecast }]", with: "[50%]")
        .replacing("mode: rate", with: "mode: off"))
    let replay = "replay log.csv --scenario s.yaml --policy logged"
    for share in 1...2 { try succeed("\(replay) --shard \(share)/2 --partial \(share).bin") }
    try succeed("merge 1.bin 2.bin --out minute")
    try succeed("merge 1.bin 2.bin --out exact --refine log.csv")
    func text(_ path: String) throws -> String {
      try String(contentsOfFile: folder.path(path), encoding: .utf8)
    }
    #expect(try text("exact/s-replay/alerts.csv").contains("2026-06-01T10:01:26.000000Z"))
    #expect(try text("minute/s-replay/alerts.csv").contains("2026-06-01T10:01:00.000000Z"))
    let says = "known to the minute"
    #expect(try text("minute/s-replay/report.md").contains(says))
    #expect(try text("minute/s-replay/alerts.csv").contains(says))
    #expect(try text("minute/s-replay/run.json").contains("\"budget_moments\": \"minute\""))
    #expect(!(try text("exact/s-replay/report.md").contains(says)))
    #expect(!(try text("exact/s-replay/run.json").contains("budget_moments")))
  }

  // MARK: Refusals

  @Test(arguments: [
    ("cache.mode=keyed", "'cache.mode'", "off or rate"),
    (
      "quotas={small: {requests_per_minute: 1000}}", "'quotas.small'",
      "--override quotas.small=none"
    ),
    ("breaker={failures: 2, open: 60s}", "'breaker'", "--override breaker=none"),
    ("replay.users=session", "'replay.users'", "another of its values"),
    ("performance_hours=[1]", "'performance_hours'", "none"),
    ("budget={amount: $1, thresholds: [{at: 50%, act: block}]}", "'budget'", "only tell"),
    ("alerts={slow: {when: latency_p95 > 1s}}", "'alerts'", "no alerts"),
  ]) func whatCouplesIsNamed(_ change: String, _ key: String, _ remedy: String) throws {
    try write(Self.rows(100, seed: 2, malformed: false), to: "log.csv")
    let before = folder.content
    let outcome = try Program.run(
      [
        "replay", "log.csv", "--scenario", "s.yaml", "--override", change, "--shard", "1/2",
        "--partial", "p.bin",
      ], in: folder.url)
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("cannot be replayed apart: \(key)")
        && outcome.errors.contains(remedy),
      "\(outcome.errors)")
    #expect(folder.content == before, "something was written")
  }

  @Test func drawsNeedTheRank() throws {
    try write(Self.rows(40, seed: 2, malformed: false), to: "log.csv")
    let outcome = try costsim("replay log.csv --scenario s.yaml --partial p.bin")
    #expect(outcome.code == 2 && outcome.errors.contains("--first-request N"), "\(outcome.errors)")
    #expect(!folder.content.contains("p.bin"))
  }

  /// How parts are made of two files of ten rows each, how they are merged, and what is said of it.
  struct Refusal: CustomTestStringConvertible, Sendable {
    var replays: [String]
    var merge: String
    var says: String

    init(_ replays: String..., merge: String, says: String) {
      (self.replays, self.merge, self.says) = (replays, merge, says)
    }

    var testDescription: String { says }
  }

  private static let first = "a.csv --shard 1/2 --partial 1.bin"

  @Test(arguments: [
    Refusal(first, merge: "1.bin", says: "share 2/2 of a.csv is in none of the parts"),
    Refusal(
      first, merge: "1.bin 1.bin",
      says: "1.bin: error: has a.csv (share 1/2), which is there already"),
    Refusal(
      first, "a.csv --shard 2/3 --partial 2.bin", merge: "1.bin 2.bin",
      says: "2.bin: error: has a.csv (share 2/3), which is there already"),
    Refusal(
      "a.csv --first-request 1 --partial 1.bin", "copy.csv --first-request 11 --partial 2.bin",
      merge: "1.bin 2.bin",
      says: "2.bin: error: copy.csv has the content of a.csv, which is there already"),
    Refusal(
      "a.csv --first-request 1 --partial 1.bin", "mixed.csv --first-request 11 --partial 2.bin",
      merge: "1.bin 2.bin", says: "expected pieces that follow each other"),
    Refusal(
      "a.csv --first-request 1 --partial 1.bin", "b.csv --first-request 9 --partial 2.bin",
      merge: "2.bin 1.bin",
      says: "b.csv was drawn as if 8 requests lay before it, where 10 do, expected it anew with "
        + "'--first-request 11'"),
    Refusal(
      first, "a.csv --shard 2/2 --override seed=9 --partial 2.bin", merge: "1.bin 2.bin",
      says: "its changes on the command line are seed=9; budget=$0.001, there budget=$0.001"),
    Refusal(
      first, "a.csv --shard 2/2 --timezone Europe/Paris --partial 2.bin", merge: "1.bin 2.bin",
      says: "its --timezone is Europe/Paris, there UTC"),
    Refusal(
      "a.csv --first-request 1 --partial 1.bin", "short.csv --first-request 11 --partial 2.bin",
      merge: "1.bin 2.bin", says: "short.csv has other columns than a.csv"),
    Refusal(
      first, "a.csv --shard 2/2 --partial 2.bin", merge: "1.bin 2.bin --refine b.csv",
      says: "a.csv is none of the files"),
  ])
  func whatDoesNotBelongTogetherIsRefused(_ refusal: Refusal) throws {
    let rows = Self.rows(20, seed: 4, malformed: false).map {
      $0.replacing(",900000,", with: ",100000,")
    }
    try write(rows[..<10], to: "a.csv")
    try write(rows[..<10], to: "copy.csv")
    try write(rows[10...], to: "b.csv")
    try write(rows[5...], to: "mixed.csv")
    try folder.write("short.csv", "timestamp,model,input_tokens\n2026-08-01T00:00:00Z,small,5\n")
    for replay in refusal.replays {
      try succeed("replay \(replay) --scenario s.yaml --override budget=$0.001")
    }
    let before = folder.content
    let outcome = try costsim("merge \(refusal.merge) --out merged")
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(refusal.says), "\(outcome.errors)")
    #expect(folder.content == before, "something was written")
  }

  /// A quote in which a line ends: a share that begins there would read half of a row.
  @Test func aShareWithinAQuoteIsNoticed() throws {
    let rows = (0..<8).map { row in
      "2026-06-01T10:0\(row):00Z,small,\"u\(String(repeating: "\n", count: 300))\",,,,,,10,10,ok,10,,,"
    }
    try write(rows, to: "log.csv")
    var codes: [Int32] = []
    for share in 1...3 {
      codes.append(
        try costsim(
          "replay log.csv --scenario s.yaml --override cache=off --skip-bad-rows 9999 --policy "
            + "logged --shard \(share)/3 --partial \(share).bin"
        ).code)
    }
    if codes == [0, 0, 0] {
      let outcome = try costsim("merge 1.bin 2.bin 3.bin --out merged")
      #expect(
        outcome.code == 2 && outcome.errors.contains("within a quoted field"), "\(outcome.errors)")
    } else {
      #expect(codes.contains(2))
    }
    #expect(!folder.content.contains { $0.hasPrefix("merged") })
  }

  @Test(arguments: [
    ("--shard 1/2", "--shard needs --partial FILE"),
    ("--first-request 5", "--first-request needs --partial FILE"),
    ("--first-request 0 --partial p.bin", "--first-request counts from 1"),
    ("--partial p.bin --out o", "--partial writes no reports: --out belongs to merge"),
    (
      "--partial p.bin --calls c.csv",
      "--partial writes no calls: --calls is for a replay of its own"
    ),
    ("--partial p.bin --ledger", "--partial writes no calls: --ledger is for a replay of its own"),
  ]) func optionsThatDoNothingAreRefused(_ options: String, _ says: String) throws {
    try write(Self.rows(5, seed: 1, malformed: false), to: "log.csv")
    let outcome = try costsim("replay log.csv --scenario s.yaml \(options)")
    #expect(outcome.code == 2 && outcome.errors.contains(says), "\(outcome.errors)")
    #expect(!folder.content.contains("p.bin"))
  }
}
