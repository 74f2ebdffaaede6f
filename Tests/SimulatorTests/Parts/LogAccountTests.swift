import Foundation
import Testing

@testable import Simulator
@testable import Support

/// Pieces of a log that hold all requests of some accounts, pieces by standard input, and moments of the
/// budget from a part of their own: the reports are those of the replay of the whole log.
@Suite struct LogAccountTests {
  private let folder: ScenarioFolder

  private static let catalog = """
    models:
      small: { provider: p, latency: 1s, input: $1 per 1M tokens, output: $2 per 1M tokens }
      large: { provider: p, latency: 1s..30s, input: $10 per 1M tokens, output: $20 per 1M tokens }
    """

  /// What an account was answered is given to it again, latencies and models are drawn, and two lines are
  /// crossed.
  private static let scenario = """
    period: 2026-06
    plans: [10]
    catalog: catalog.yaml
    policy: { rules: [{ name: mail, when: { use_case: mail }, mix: { large: 75%, small: 25% } },
                      { name: rest, logged: true }] }
    cache: { mode: keyed, default: { ttl: 6h } }
    budget: { amount: $4, thresholds: [40%, 75%] }
    tables: [account_months, quality]
    workloads: { w: { volume: 1, input: 10, output: 10 } }
    """

  init() throws {
    folder = try ScenarioFolder(["catalog.yaml": Self.catalog, "s.yaml": Self.scenario])
  }

  private static let header =
    "timestamp,model,user,use_case,cache_class,account_plan,prompt,input_tokens,output_tokens,status,cost_usd"

  /// In order of time, several of one second; the third field is the account.
  private static func rows(_ count: Int, seed: UInt64, status: String = "ok") -> [[String]] {
    var random = TestRandom(seed: seed)
    var time = 1_780_272_000  // 2026-06-01T00:00:00Z
    func one(_ values: [String]) -> String { values[Int(random.bits() % UInt64(values.count))] }
    return (0..<count).map { _ in
      if random.bits() % 4 > 0 { time += Int(random.bits() % UInt64(2 * 20 * 86_400 / count)) }
      return [
        "\(time)", one(["large", "small"]), one(["", "ann", "bob", "user \(random.bits() % 20)"]),
        one(["chat", "mail"]), one(["c", "d", ""]), one(["", "gold", "free"]),
        one(["", "p\(random.bits() % 5)"]), "\(random.bits() % 2_000)", "\(random.bits() % 500)",
        one(["ok", "ok", status]), one(["", "0.0\(random.bits() % 90 + 10)"]),
      ]
    }
  }

  private func write(_ rows: some Sequence<[String]>, to name: String, header: String) throws {
    try folder.write(
      name, header + "\n" + rows.map { $0.joined(separator: ",") + "\n" }.joined())
  }

  /// The rows of each piece with their numbers, all of an account in one.
  private func writePieces(of rows: [[String]], _ count: Int) throws {
    let accounts = Set(rows.map { $0[2] }).sorted()
    for piece in 0..<count {
      let own = rows.enumerated().filter { (accounts.firstIndex(of: $1[2]) ?? 0) % count == piece }
      try write(
        own.map { $1 + ["\($0 + 1)"] }, to: "piece\(piece).csv", header: Self.header + ",place")
    }
  }

  @discardableResult
  private func costsim(_ text: String, input: String? = nil) throws -> Program.Outcome {
    let arguments = text.split(separator: " ").map(String.init) + ["-q"]
    guard let input else { return try Program.run(arguments, in: folder.url) }
    return try Program.run(
      ["-c", "exec \"$0\" \"$@\" < \(input)", try Program.url().path] + arguments,
      in: folder.url, program: URL(fileURLWithPath: "/bin/sh"))
  }

  private func succeed(_ text: String, input: String? = nil) throws {
    let outcome = try costsim(text, input: input)
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

  /// All but run.json, which tells the log's hash where it is one file.
  private func differing(_ one: String, _ other: String) throws -> [String] {
    let (one, other) = (try files(one), try files(other))
    try #require(one.count > 10)
    return Set(one.keys).union(other.keys).filter {
      one[$0] != other[$0] && !$0.hasSuffix("run.json")
    }.sorted()
  }

  private func vagueMinutes(_ name: String) throws -> [String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("\(name)/s-replay/run.json")))
    let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return record["budget_minutes"] as? [String] ?? []
  }

  // MARK: Accounts

  @Test(arguments: [1, 3, 8]) func accountsMakeTheWholeReport(count: Int) throws {
    let rows = Self.rows(600, seed: UInt64(count))
    try write(rows, to: "log.csv", header: Self.header)
    try writePieces(of: rows, count)
    let options = "--scenario s.yaml --override seed=7"
    try succeed("replay log.csv \(options) --out whole")
    var parts: [String] = []
    for piece in 0..<count {
      try succeed(
        "replay - \(options) --numbers place --log-name log.csv --partial \(piece).bin",
        input: "piece\(piece).csv")
      parts.insert("\(piece).bin", at: piece / 2)
    }
    try succeed("merge \(parts.joined(separator: " ")) --partial all.bin")
    try succeed("merge all.bin --out minute")
    let minutes = try vagueMinutes("minute")
    // $1.60, $3 and $4 are crossed; the month costs more.
    try #require((1...3).contains(minutes.count))
    for piece in 0..<count {
      try succeed(
        "replay piece\(piece).csv \(options) --numbers place --partial m\(piece).bin --moments "
          + minutes.joined(separator: ","))
    }
    let moments = (0..<count).map { "m\($0).bin" }.joined(separator: " ")
    try succeed("merge all.bin --out merged --refine \(moments)")
    #expect(try differing("whole", "merged") == [])
    #expect(try vagueMinutes("merged") == [])
    #expect(try differing("whole", "minute").contains("s-replay/alerts.csv"))
  }

  /// With failures that are tried again; no line is near.
  @Test(arguments: [
    "budget=$500", "budget=null", "replay.users=shared", "replay.users=request",
    "cache={mode: rate, default: {ttl: 1h, hit_rate: 30%}}", "cache.mode=off",
    "retry={max: 1, base: 20s, cap: 60s}",
  ]) func otherScenariosToo(_ change: String) throws {
    let rows = Self.rows(300, seed: 3, status: "error")
    try write(rows, to: "log.csv", header: Self.header)
    try writePieces(of: rows, 4)
    func run(_ log: String, _ more: String) throws {
      let outcome = try Program.run(
        ["replay", log, "--scenario", "s.yaml", "--override", "budget=$100", "--override", change]
          + more.split(separator: " ").map(String.init) + ["-q"], in: folder.url)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    try run("log.csv", "--out whole")
    for piece in 0..<4 { try run("piece\(piece).csv", "--numbers place --partial \(piece).bin") }
    try succeed("merge 2.bin 0.bin --partial a.bin")
    try succeed("merge 3.bin 1.bin --partial b.bin")
    try succeed("merge b.bin a.bin --partial ba.bin")
    try succeed("merge 0.bin 1.bin 2.bin 3.bin --partial c.bin")
    #expect(try bytes(folder.path("ba.bin")) == bytes(folder.path("c.bin")))
    try succeed("merge ba.bin --out merged")
    let page = try String(
      contentsOfFile: folder.path("merged/s-replay/report.md"), encoding: .utf8)
    #expect(page.contains("piece0.csv, piece1.csv, piece2.csv, piece3.csv"))
    let tables = try files("whole").filter { $0.key.hasSuffix(".csv") }
    let merged = try files("merged")
    #expect(tables.count > 6)
    #expect(tables.filter { merged[$0.key] != $0.value }.keys.sorted() == [])
  }

  @Test(arguments: [
    ("cache.scope=global", "'cache.scope'", "expected user"),
    ("replay.users=4", "'replay.users'", "another of its values"),
    ("replay.users=session", "'replay.users'", "another of its values"),
    ("alerts={slow: {when: latency_p95 > 1s}}", "'alerts'", "no alerts"),
    (
      "quotas={small: {requests_per_minute: 1000}}", "'quotas.small'",
      "--override quotas.small=none"
    ),
  ]) func whatCouplesAccountsIsNamed(_ change: String, _ key: String, _ remedy: String) throws {
    try writePieces(of: Self.rows(50, seed: 2), 1)
    let before = folder.content
    let outcome = try Program.run(
      [
        "replay", "piece0.csv", "--scenario", "s.yaml", "--override", change, "--numbers", "place",
        "--partial", "p.bin",
      ], in: folder.url)
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("cannot be replayed apart: \(key)")
        && outcome.errors.contains(remedy), "\(outcome.errors)")
    #expect(folder.content == before, "something was written")
  }

  @Test func spansOfTimeSayWhatPiecesByAccountAllow() throws {
    try write(Self.rows(5, seed: 2), to: "log.csv", header: Self.header)
    let outcome = try costsim("replay log.csv --scenario s.yaml --shard 1/2 --partial p.bin")
    #expect(outcome.code == 2)
    #expect(
      outcome.errors.contains("'cache.mode'") && outcome.errors.contains("by account: --numbers"))
  }

  /// Ten requests of two accounts; what is wrong with the second piece, and what merging it says.
  @Test(
    arguments: [
      ("ann", [6, 7, 8], "has requests of the account 'ann', as 0.bin has"),
      ("bob", [6, 7, 9], "the parts have 8 requests, numbered up to 9"),
      ("bob", [5, 6, 7], "the parts have 8 requests, numbered up to 7"),
      ("bob", [6, 8, 8], "number 8 comes after number 8"),
      ("bob", [8, 7, 6], "number 7 comes after number 8"),
      ("bob", [0, 7, 6], "row 1: it does not tell its number"),
      ("bob", [5, 7, 9], "numbered up to 9"),
    ] as [(String, [Int], String)])
  func whatIsNoLogOfWholeAccountsIsRefused(_ account: String, _ numbers: [Int], _ says: String)
    throws
  {
    func row(_ number: Int, _ account: String) -> [String] {
      [
        "\(1_780_272_000 + number)", "small", account, "chat", "", "", "", "10", "10", "ok", "",
        "\(number)",
      ]
    }
    let header = Self.header + ",place"
    try write((1...5).map { row($0, "ann") }, to: "0.csv", header: header)
    try write(
      numbers.enumerated().map { place, number in
        var fields = row(number, account)
        fields[0] = "\(1_780_272_100 + place)"
        return fields
      }, to: "1.csv", header: header)
    try succeed("replay 0.csv --scenario s.yaml --numbers place --partial 0.bin")
    var outcome = try costsim("replay 1.csv --scenario s.yaml --numbers place --partial 1.bin")
    if outcome.code == 0 { outcome = try costsim("merge 0.bin 1.bin --out merged") }
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
    #expect(!folder.content.contains { $0.hasPrefix("merged") })
  }

  // MARK: Standard input

  /// Shares that come by standard input, with failures that are replayed twice, and moments of their own.
  @Test func spansOfTimeByStandardInput() throws {
    let rows = Self.rows(400, seed: 12, status: "error")
    try write(rows, to: "log.csv", header: Self.header)
    let options = "--scenario s.yaml --override cache.mode=off"
    try succeed("replay log.csv \(options) --out whole")
    let cuts = [0, 130, 131, 400]
    for share in 1...3 {
      try write(rows[cuts[share - 1]..<cuts[share]], to: "\(share).csv", header: Self.header)
      try succeed(
        "replay - \(options) --shard \(share)/3 --first-request \(cuts[share - 1] + 1) "
          + "--log-name log.csv --partial \(share).bin", input: "\(share).csv")
    }
    try succeed("merge 2.bin 3.bin 1.bin --out minute")
    let minutes = try vagueMinutes("minute").joined(separator: ",")
    try #require(!minutes.isEmpty)
    for share in 1...3 {
      try succeed(
        "replay - \(options) --shard \(share)/3 --first-request \(cuts[share - 1] + 1) "
          + "--log-name log.csv --partial m\(share).bin --moments \(minutes)",
        input: "\(share).csv")
    }
    try succeed("merge 2.bin 3.bin 1.bin --out merged --refine m3.bin m1.bin m2.bin")
    #expect(try differing("whole", "merged") == [])
    // What one piece has spent is missing.
    let outcome = try costsim("merge 2.bin 3.bin 1.bin --out less --refine m1.bin")
    #expect(outcome.code == 2 && outcome.errors.contains("has not spent what the parts say"))
    let twice = try costsim("merge 2.bin 2.bin --out twice")
    #expect(
      twice.code == 2 && twice.errors.contains("has log.csv (share 2/3), which is there already"))
    let missing = try costsim("merge 2.bin 3.bin --out twice")
    #expect(
      missing.code == 2 && missing.errors.contains("share 1/3 of log.csv is in none of the parts"))
  }

  @Test(arguments: [
    ("log.csv --numbers place", "--numbers needs --partial FILE"),
    ("log.csv --moments 2026-06-01T00:00:00Z", "--moments needs --partial FILE"),
    ("log.csv --log-name x --partial p.bin --shard 1/2", "expected '-' as the log"),
    ("log.csv --numbers place --shard 1/2 --partial p.bin", "--numbers of any requests"),
    ("log.csv --numbers nothing --partial p.bin", "no column 'nothing' for number"),
    ("log.csv --shard 1/2 --moments soon --partial p.bin", "'soon' is no time"),
  ]) func optionsThatDoNothingAreRefused(_ options: String, _ says: String) throws {
    try write(Self.rows(5, seed: 1), to: "log.csv", header: Self.header)
    let outcome = try costsim("replay \(options) --scenario s.yaml --override cache.mode=off")
    #expect(outcome.code == 2 && outcome.errors.contains(says), "\(outcome.errors)")
    #expect(!folder.content.contains("p.bin"))
  }

  /// Whole is each number from 1 on once, and nothing else.
  @Test func numbersAreWhole() {
    func areWhole(_ numbers: [Int64]) -> Bool {
      var all = LogNumbers()
      for number in numbers { all.add(number) }
      return all.areWhole
    }
    #expect(areWhole([]) && areWhole([1]) && areWhole(Array(1...1_000).reversed()))
    for wrong: [Int64] in [
      [2], [1, 1], [1, 3], [1, 2, 2, 5, 5], [1, 1, 4, 4], [2, 2, 2, 4, 5, 6, 7, 8],
    ] {
      #expect(!areWhole(wrong))
    }
  }
}
