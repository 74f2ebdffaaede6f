import CostModel
import Foundation
import Testing

@testable import Support

/// The per-call ledger in costs.sqlite, and `query` over it.
@Suite struct LedgerTests {
  private let folder: ScenarioFolder
  private var reports: String { folder.path("reports") }

  init() throws { folder = try ScenarioFolder() }

  private func query(_ database: String, _ arguments: String...) throws -> [[String: String]] {
    let outcome = try Program.run(["query", reports + "/" + database] + arguments)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try rows(Array(outcome.output.utf8))
  }

  private func rows(_ bytes: [UInt8]) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  /// The view `calls` says what calls.csv says, row for row, to the picodollar.
  private func expectSame(_ calls: [[String: String]], _ view: [[String: String]]) throws {
    #expect(calls.count == view.count && !calls.isEmpty)
    for (file, database) in zip(calls, view) {
      for (name, value) in file {
        if name.hasSuffix("_usd") {
          let pico = try #require(Int128(database[name.dropLast(3) + "pico"] ?? ""))
          #expect(MoneySum(picodollars: pico).exactDecimal == value, "\(name)")
        } else {
          #expect(database[name].map(SpreadsheetGuard.guarded) == value, "\(name)")
        }
      }
    }
  }

  @Test func theLedgerOfARunIsCallsCSV() throws {
    let scenario = folder.path("new/scenario.yaml")
    _ = try Program.run(["init", folder.path("new")])
    let run = try Program.run([
      "run", scenario, "--users", "3", "--out", reports, "--ledger", "--calls",
      folder.path("calls.csv"), "--override", "users.account_plans={pro: 50%, free: 50%}", "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let database = "new/costs.sqlite"
    let calls = try rows(bytes(folder.path("calls.csv")))
    try expectSame(calls, try query(database, "SELECT * FROM calls"))
    #expect(Set(calls.compactMap { $0["account_plan"] }) == ["pro", "free"])
    // To the picodollar the same as every other table's sum.
    let sums = try query(
      database,
      "SELECT cost_usd_exact FROM exact_sums UNION SELECT cost_usd_exact FROM calls_exact_sum")
    #expect(sums.count == 1)
    let hours = try query(database, "SELECT sum(calls) AS n, count(*) AS hours FROM calls_by_hour")
    #expect(hours[0]["n"] == String(calls.count) && hours[0]["hours"] != "1")
    #expect(try query(database, "PRAGMA foreign_key_check").isEmpty)
    #expect(try query(database, "PRAGMA integrity_check")[0]["integrity_check"] == "ok")
  }

  @Test func theLedgerOfALogIsCallsCSV() throws {
    try folder.write(
      "log.csv",
      """
      timestamp,model,user,account_plan,use_case,input_tokens,output_tokens,status
      2025-11-01T10:00:00Z,gpt-4o,anna,gold,chat,63,20,ok
      2025-11-01T10:00:01.5Z,gpt-4o-mini,"=b, c",,chat,100,7,error
      2025-11-02T10:00:00Z,gpt-4o,,gold,search,10,5,ok

      """)
    let run = try Program.run([
      "replay", folder.path("log.csv"), "--scenario", "scenarios/two-tier.yaml", "--policy",
      "logged", "--out", reports, "--ledger", "--calls", folder.path("calls.csv"), "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    try expectSame(
      try rows(bytes(folder.path("calls.csv"))),
      try query("two-tier-replay/costs.sqlite", "SELECT * FROM calls"))
  }

  @Test func severalPlansHaveNoLedger() throws {
    let run = try Program.run(
      ["run", "scenarios/two-tier.yaml", "--users", "1,2", "--ledger", "--out", reports])
    #expect(run.code == 2)
    #expect(run.errors.hasPrefix("error: --ledger needs one scenario with one plan"))
  }

  /// The example queries of the README and of docs/spreadsheets.md answer something.
  @Test func theExampleQueriesRun() throws {
    let run = try Program.run([
      "run", "scenarios/two-tier.yaml", "--users", "2", "--out", reports, "--ledger", "-q",
    ])
    try #require(run.code == 0, "\(run.errors)")
    let database = try SQLiteDatabase(
      path: reports + "/two-tier/costs.sqlite", mode: .readOnly)
    for page in ["README.md", "docs/spreadsheets.md"] {
      let text = try String(
        contentsOf: RepositoryFiles.root.appendingPathComponent(page), encoding: .utf8)
      let blocks = text.matches(of: /```sql\n((?:.|\n)*?)```/).map { String($0.1) }
      let statements = blocks.flatMap { $0.split(separator: ";") }
        .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
      #expect(statements.count >= 3, "\(page)")
      for statement in statements {
        #expect(try !database.rows(statement).isEmpty, "\(page): \(statement)")
      }
    }
  }
}

/// `query` and the tables that `run` prints.
@Suite struct QueryTests {
  private let folder: ScenarioFolder
  private var database: String { folder.path("small.sqlite") }

  init() throws {
    folder = try ScenarioFolder()
    let made = try SQLiteDatabase(path: database, mode: .create)
    try made.execute(
      "CREATE TABLE t (name TEXT, x REAL); INSERT INTO t VALUES ('a', 1.5), ('=b', 2)")
    try made.close()
  }

  @Test func aPipeGetsCSVAndJSONIsAskedFor() throws {
    let csv = try Program.run([
      "query", database, "SELECT * FROM t", "--sort", "-x", "--columns", "x,name",
    ])
    #expect(csv.code == 0 && csv.output == "x,name\r\n2,=b\r\n1.5,a\r\n")
    let top = try Program.run(["query", database, "SELECT x FROM t -- all", "--top", "1", "--json"])
    #expect(top.output == "[\n  {\n    \"x\": \"1.5\"\n  }\n]\n")
    let list = try Program.run(["query", database])
    #expect(list.output == "type,name,columns\r\ntable,t,\"name, x\"\r\n")
  }

  @Test(arguments: [
    ("SELECT y FROM t", "no such column: y"), ("SELECT 1; SELECT 2", "expected one statement"),
    ("DELETE FROM t", "not authorized, expected a query that only reads"),
    (" ", "expected one statement"),
  ])
  func wrongSQLIsBadInput(sql: String, message: String) throws {
    let outcome = try Program.run(["query", database, sql])
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("\(database): error: \(message)"), "\(outcome.errors)")
  }

  @Test func whatIsNoDatabaseIsBadInput() throws {
    #expect(try Program.run(["query", folder.path("none"), "SELECT 1"]).code == 2)
    let text = try Program.run(["query", "README.md", "SELECT * FROM plans"])
    #expect(text.code == 2 && text.errors == "README.md: error: file is not a database\n")
  }

  @Test func runPrintsTheTableThatIsAskedFor() throws {
    let arguments = ["run", "scenarios/two-tier.yaml", "--users", "1,2", "--out", folder.path("r")]
    let table = try Program.run(
      arguments + [
        "--table", "costs", "--columns", "plan,model,calls", "--sort", "-calls", "--top", "1",
      ])
    #expect(table.code == 0)
    #expect(table.output.hasPrefix("plan,model,calls\r\nusers-2,gpt-4o-mini,"))
    let plans = try Program.run(arguments + ["--columns", "users"])
    #expect(plans.output == "users\r\n1\r\n2\r\n")
    let wrong = try Program.run(arguments + ["--table", "cost"])
    #expect(wrong.code == 2 && wrong.errors.contains("unknown table 'cost', expected plans, costs"))
    let column = try Program.run(arguments + ["--columns", "user"])
    #expect(column.code == 2)
    #expect(column.errors.contains("--columns: error: unknown column 'user'"))
    #expect(column.errors.contains("did you mean 'users'?"))
  }
}
