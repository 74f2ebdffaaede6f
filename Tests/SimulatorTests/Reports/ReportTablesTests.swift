import CostModel
import Foundation
import Testing

@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// docs/interface.md is the contract: a table's file and its row there are all that a column needs.
@Suite struct TableContractTests {
  /// By file: its columns in their order, up to what some scenarios add.
  private static func contract() throws -> [String: [String]] {
    let page = RepositoryFiles.root.appendingPathComponent("docs/interface.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let parts = text.components(separatedBy: "| file | columns, in this order |")
    let rows = try #require(parts.last).components(separatedBy: "\n\n")[0]
    return Dictionary(
      uniqueKeysWithValues: rows.matches(of: #/(?m)^\| ([\w-]+)\.csv[^|]*\| ([^;|]*)/#).map {
        (String($0.1), $0.2.split(separator: ",").map { Quantity.trimmed($0) })
      })
  }

  @Test func tablesHaveTheContractsColumns() throws {
    let tables = ReportTables.all(SampleReport(users: [1]).report)
    #expect(tables.map(\.name) == ["plans", "costs", "daily", "accounts", "performance", "alerts"])
    var columns = Dictionary(
      uniqueKeysWithValues: tables.map { ($0.name, $0.columns.map(\.name)) })
    func add<Row>(_ table: TableDefinition<Row>) {
      columns[table.name] = table.columns.map(\.name)
    }
    add(ReportTables.actions)
    add(ReportTables.accountMonths)
    add(ReportTables.performanceHours)
    add(ReportTables.quality)
    add(ReportTables.meters)
    add(ReportTables.caching)
    add(ReportTables.experiments)
    add(ReportTables.savings)
    add(ReportTables.enforcement)
    add(ReportTables.enforcedAccounts)
    add(ReportTables.returns)
    add(ReportTables.uncertainty)
    add(ReportTables.selection)
    add(ReportTables.sensitivity)
    add(ForecastReport.definition)
    add(LeverReport.definition)
    add(BreakEvenReport.definition)
    add(StressReport.definition)
    columns["calls"] = CallsFile.columns
    let contract = try Self.contract()
    for (name, columns) in columns {
      #expect(columns == contract[name], "docs/interface.md: \(name).csv")
    }
    // Their columns depend on what is asked, or are not of a report.
    #expect(Set(contract.keys).subtracting(columns.keys) == ["claims", "solve", "sweep"])
  }
}

@Test func plansRowIsExact() throws {
  let report = SampleReport(users: [2], budget: 1, runs: [3, 1, 2]).report
  let plans = ReportTables.all(report)[0]
  let rows = try CSVReader.rows(plans.csv(.rfc4180))
  let row = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
  // 2 users × 30 days × 32,666,666,661 picodollars + 30 × 3 × 1,000,001 for the odd user.
  #expect(row["cost_usd"] == "1.960090")
  #expect(row["cost_per_user_usd"] == "0.980045")
  #expect(row["cost_per_call_usd"] == "0.010889")
  #expect(row["budget_usd"] == "1.000000")
  #expect(row["headroom_usd"] == "-0.960090")
  #expect(row["over_budget"] == "true")
  #expect(row["over_budget_probability"] == "0.666667")
  #expect(
    [row["cost_p05_usd"], row["cost_p50_usd"], row["cost_p95_usd"]]
      == ["1.000000", "2.000000", "3.000000"])
  #expect(row["cache_hit_rate"] == "0.428571")
  #expect(row["latency_p95_ms"] == "1.001")
  #expect(row["latency_p99_ms"] == "5")
  #expect(row["queue_max_s"] == "1.25")
}

/// Whoever adds up a file's rounded amounts gets the bill to the last of its six decimals, and no
/// amount moves by as much as a millionth.
@Test(arguments: [1, 3, 700])
func roundedAmountsAddUpToTheBill(users: Int) throws {
  let report = SampleReport(users: [users, users + 1], models: [("a", 1_333_333), ("b", 499_999)])
    .report
  let tables = ReportTables.all(report)
  func table(_ name: String) throws -> [[String: String]] {
    let table = try #require(tables.first { $0.name == name })
    let rows = try CSVReader.rows(table.csv(.rfc4180))
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }
  func micro(_ row: [String: String]) throws -> Int128 {
    try #require(ExactDecimal(row["cost_usd"] ?? "")).shifted(by: 6).digits
  }
  for plan in try table("plans") {
    let bill = try micro(plan)
    #expect(bill > 0)
    for name in ["costs", "daily", "accounts"] {
      let rows = try table(name).filter { $0["plan"] == plan["plan"] }
      let sum = try rows.reduce(0) { try $0 + micro($1) }
      #expect(sum == bill, "\(name)")
    }
    for row in try table("costs") {
      let amount = try micro(row)
      #expect(row["cost_micro_usd"] == String(amount))
    }
  }
  let accounts = try #require(tables.first { $0.name == "accounts" })
  let place = try #require(accounts.columns.firstIndex { $0.name == "cost_usd" })
  for (row, shown) in zip(accounts.rows, try table("accounts")) {
    guard case .money(let exact) = row[place] else { continue }
    let picodollars = try micro(shown) * 1_000_000
    #expect((exact.picodollars - picodollars).magnitude < 1_000_000)
  }
}

@Test func unknownIsEmptyAndNeverZero() throws {
  var report = SampleReport(users: [1], budget: nil).report
  report.plans[0].result.cacheHits = 0
  report.plans[0].result.cacheMisses = 0
  report.plans[0].result.calls = 0
  report.plans[0].result.latency = LatencyHistogram()
  let rows = try CSVReader.rows(ReportTables.all(report)[0].csv(.rfc4180))
  let row = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
  let empty = [
    "cost_p05_usd", "cost_p50_usd", "cost_p95_usd", "expected_leaves_out", "budget_usd",
    "headroom_usd", "over_budget", "expected_mean_usd", "expected_p05_usd", "expected_p95_usd",
    "any_month_over_budget_probability",
    "budget_crossed_at", "over_budget_probability", "cost_per_call_usd", "cache_hit_rate",
    "error_rate", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms",
  ]
  for (name, value) in row { #expect(value.isEmpty == empty.contains(name), "\(name)=\(value)") }
}

@Test func dailyHasEveryModelEveryDayAndCumulatesByModel() {
  var result = PlanResult(plan: PlanSpec(name: "p", users: 1), run: 1)
  let days = SampleReport.november.days
  let dollar = MoneySum(picodollars: SampleReport.dollar)
  result.days = [
    DayCell(date: days[0].date, model: "b", calls: 1, cost: dollar),
    DayCell(date: days[29].date, model: "a", calls: 2, cost: dollar + dollar),
  ]
  let items = ReportTables.dailyItems(result, period: SampleReport.november)
  #expect(items.count == 60)
  #expect(items.prefix(2).map(\.day.model) == ["a", "b"])
  #expect(items.prefix(2).map(\.cumulative) == [.zero, dollar])
  #expect(items.suffix(2).map(\.cumulative) == [dollar + dollar, dollar])
}

@Test func accountsAreRankedWithTiesByNumberAndFixedPricesLast() {
  var result = PlanResult(plan: PlanSpec(name: "p", users: 3), run: 1)
  let costs: [(Int?, Int128)] = [(1, 5), (2, 7), (3, 5), (nil, 90)]
  result.accounts = costs.map {
    AccountCell(user: $0.0, accountPlan: nil, calls: 1, cost: MoneySum(picodollars: $0.1))
  }
  let items = ReportTables.accountItems(result)
  #expect(items.map(\.account.user) == [2, 1, 3, nil])
  #expect(items.map(\.rank) == [1, 2, 3, nil])
  #expect(PlanNames.accountID(7) == "user-000007")
  #expect(PlanNames.accountID(1_234_567) == "user-1234567")
}

@Test func costsMicroDollarsRoundHalfToEven() {
  let type = ColumnType.microUSD
  #expect(type.text(of: .money(MoneySum(picodollars: 2_500_000))) == "2")
  #expect(type.text(of: .money(MoneySum(picodollars: 3_500_000))) == "4")
  #expect(ColumnType.usd.text(of: .money(MoneySum(picodollars: 3_500_000))) == "0.000004")
  #expect(
    ColumnType.usd.text(of: .dollars(MoneySum(picodollars: 10_000_000), per: 4)) == "0.000002")
  #expect(ColumnType.milliseconds.text(of: .duration(SimDuration(microseconds: 5_120))) == "5.12")
  #expect(ColumnType.decimal.text(of: .real(.infinity)) == nil)
  #expect(ColumnType.decimal.text(of: .real(-0.0000001)) == "0.000000")
  #expect(ColumnType.decimal.text(of: .ratio(1, 0)) == nil)
}

/// Each database table adds up to the same picodollar as the plan's exact cost, and so do views.
@Test func databaseSumsAgreeToThePicodollar() throws {
  let report = SampleReport(users: [3, 40], fixedMonthly: 9_200_000_000_000_000_123).report
  try withTemporaryFolder { root in
    let path = root + "/costs.sqlite"
    try ReportDatabase.write(ReportTables.all(report), to: path)
    let database = try SQLiteDatabase(path: path, mode: .readOnly)
    let sums = try database.rows("SELECT \"table\", plan, cost_usd_exact FROM exact_sums")
    #expect(sums.count == 8)
    for plan in report.plans {
      let exact = plan.result.cost.decimal(places: 12)
      for table in ["plans", "costs", "daily", "accounts"] {
        #expect(sums.contains([.text(table), .text(plan.plan.name), .text(exact)]), "\(table)")
      }
    }
    #expect(try database.rows("PRAGMA foreign_key_check") == [])
    #expect(try database.rows("PRAGMA integrity_check") == [[.text("ok")]])
    #expect(
      try database.rows("SELECT count(*) FROM top_accounts WHERE plan = 'users-40'")
        == [[.integer(20)]])
    #expect(
      try database.rows(
        "SELECT count(*), max(date) FROM month_to_date WHERE plan = 'users-3'")
        == [[.integer(30), .text("2026-11-30")]])
  }
}

@Test func databaseHasTheSameBytesForTheSameTables() throws {
  let tables = ReportTables.all(SampleReport(users: [3]).report)
  try withTemporaryFolder { root in
    try ReportDatabase.write(tables, to: root + "/a")
    try ReportDatabase.write(tables, to: root + "/b")
    let (a, b) = (try bytes(root + "/a"), try bytes(root + "/b"))
    #expect(a == b && a.count > 4_096)
  }
}

@Test func databaseMoneySplitsBelowZeroToo() {
  func split(_ pico: Int128) -> [Int64] {
    let (whole, rest) = ReportDatabase.wholeAndPico(MoneySum(picodollars: pico))
    return [whole, rest]
  }
  #expect(split(1_500_000_000_001) == [1, 500_000_000_001])
  #expect(split(-1) == [-1, 999_999_999_999])
  #expect(split(-1_000_000_000_000) == [-1, 0])
}

/// 20,000 random rows of a plan: input, output and other cost are the whole cost as they are written,
/// each less than a millionth of a dollar from what it was, and nothing stays nothing.
@Test func theCostsOfEveryRowAddUpAsTheyAreWritten() throws {
  var random = SplitMix.Words(seed: 20_261_129)
  func amount() -> MoneySum {
    let size = [0, 0, 10, 1_000_000, 3_000_000, 1_000_000_000, 1_000_000_000_000]
    if random.next() % 2 == 0 { return MoneySum(picodollars: Int128(random.next() % 9) * 500_000) }
    let bound = UInt64(size[Int(random.next() % 7)])
    return MoneySum(picodollars: bound == 0 ? 0 : Int128(random.next() % bound))
  }
  let rows = (0..<20_000).map { _ in
    var cell = CostCell(useCase: "chat", model: "m", provider: "p", tier: "standard")
    cell.inputCost = amount()
    cell.outputCost = amount()
    cell.otherCost = amount()
    return PlanRow(scenario: "s", plan: "p", item: CostItem(users: 1, cell: cell))
  }
  let written = try CSVReader.rows(ReportTables.costs.table(rows).csv(.rfc4180))
  let header = try #require(written.first)
  let parts = ["input_cost_usd", "output_cost_usd", "other_cost_usd", "cost_usd"]
  let places = try parts.map { try #require(header.firstIndex(of: $0)) }
  var total: Int128 = 0
  for (row, fields) in zip(rows, written.dropFirst()) {
    let micro = try places.map { try #require(Int128(fields[$0].replacing(".", with: ""))) }
    #expect(micro[0] + micro[1] + micro[2] == micro[3])
    let cell = row.item.cell
    for (exact, shown) in zip([cell.inputCost, cell.outputCost, cell.otherCost, cell.cost], micro) {
      #expect((exact.picodollars - shown * 1_000_000).magnitude < 1_000_000)
      #expect(exact != .zero || shown == 0)
    }
    total += micro[3]
    #expect(cell.cost.picodollars % 1_000_000 != 0 || micro[3] * 1_000_000 == cell.cost.picodollars)
  }
  let exact = rows.reduce(MoneySum.zero) { $0 + $1.item.cell.cost }
  #expect(total == Int128(exact.picodollars.magnitude.dividedHalfToEven(by: 1_000_000)))
}

/// Each amount rounded by itself would say 0.000001 + 0.000001 = 0.000003 and less 0.000000.
@Test func totalsOfOtherTablesAreWhatTheirWrittenPartsMake() {
  let names = ["scenario", "plan", "conversions", "subscriptions", "revenue", "cost", "margin"]
  let amounts: [Int128] = [1_400_000, 1_400_000, 2_800_000, 400_000, 2_400_000]
  let table = Table(
    name: "return", about: "", key: [], indexes: [],
    columns: names.enumerated().map {
      Table.Column(name: $1, type: $0 < 2 ? .text : .exactUSD, unit: "", about: "")
    },
    rows: [[.text("s"), .text("p")] + amounts.map { .money(MoneySum(picodollars: $0)) }],
    sums: [
      RowSum(total: "revenue", parts: ["conversions", "subscriptions"]),
      RowSum(total: "margin", parts: ["revenue"], less: ["cost"]),
    ])
  #expect(
    String(decoding: table.csv(.rfc4180), as: UTF8.self).hasSuffix(
      "s,p,0.000001,0.000001,0.000002,0.000000,0.000002\r\n"))
}

@Test func momentsOfATableAllHaveTheSameForm() {
  let moments = [0, 1, 1_000_000, 86_400_000_000 + 140_814].map {
    ColumnType.timestamp.text(of: .timestamp(SimTime(microseconds: $0))) ?? ""
  }
  #expect(
    moments == [
      "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000001Z", "1970-01-01T00:00:01.000000Z",
      "1970-01-02T00:00:00.140814Z",
    ])
  #expect(
    ColumnType.second.text(of: .timestamp(SimTime(microseconds: 0))) == "1970-01-01T00:00:00Z")
}
