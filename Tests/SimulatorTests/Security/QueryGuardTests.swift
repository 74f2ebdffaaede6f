import Foundation
import Testing

@testable import Support

/// What a query may do: read, so much of it, and nothing else.
@Suite struct QueryGuardTests {
  private static func folder() throws -> ScenarioFolder {
    let folder = try ScenarioFolder()
    let database = try SQLiteDatabase(path: folder.path("d.sqlite"), mode: .create)
    try database.execute("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, NULL)")
    try database.close()
    return folder
  }

  private func answer(_ sql: String, in folder: ScenarioFolder? = nil) throws -> String {
    let folder = try folder ?? Self.folder()
    let path = folder.path("d.sqlite")
    do throws(SQLiteError) {
      let answer = try SQLiteDatabase(path: path, mode: .readOnly).answer(sql)
      return "\(answer.columns) \(answer.rows.count)"
    } catch {
      return error.message
    }
  }

  @Test(arguments: [
    ("SELECT a, b FROM t", #"["a", "b"] 2"#),
    (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT i FROM n",
      #"["i"] 5"#
    ),
    ("SELECT upper(b), group_concat(a) FROM t", #"["upper(b)", "group_concat(a)"] 1"#),
    ("SELECT name FROM pragma_table_info('t')", #"["name"] 2"#),
    ("PRAGMA integrity_check", #"["integrity_check"] 1"#),
    ("EXPLAIN QUERY PLAN SELECT * FROM t", #"["id", "parent", "notused", "detail"] 1"#),
  ])
  func reads(sql: String, expected: String) throws { #expect(try answer(sql) == expected) }

  @Test(arguments: [
    "VACUUM INTO 'copy.sqlite'", "VACUUM", "ATTACH 'other.sqlite' AS o", "DETACH main",
    "INSERT INTO t VALUES (3, 3)", "DELETE FROM t", "UPDATE t SET a = 0", "DROP TABLE t",
    "CREATE TABLE u (a)", "CREATE TEMP TABLE u (a)", "CREATE VIEW v AS SELECT 1", "BEGIN",
    "SELECT load_extension('/tmp/x')", "PRAGMA journal_mode = WAL",
    "PRAGMA temp_store_directory = '/'",
    "PRAGMA writable_schema = ON", "ANALYZE", "ALTER TABLE t RENAME TO u",
    "SELECT * FROM t; DROP TABLE t",
  ])
  func doesNothingElse(sql: String) throws {
    let folder = try Self.folder()
    let message = try answer(sql, in: folder)
    #expect(
      message.contains("expected a query that only reads")
        || message == "expected one statement, found more", "\(message)")
    #expect(folder.content == ["d.sqlite"])
    #expect(try answer("SELECT * FROM t", in: folder) == #"["a", "b"] 2"#)
  }

  private static let manyNumbers =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT "
    + Array(repeating: "i", count: 40).joined(separator: ", ") + " FROM n"

  @Test(arguments: [
    ("SELECT zeroblob(1000000000)", "query_value_bytes"),
    ("SELECT hex(zeroblob(900000))", "query_value_bytes"),
    ("SELECT replace(hex(zeroblob(400000)), '0', 'xyz')", "query_value_bytes"),
    (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
      "query_rows"
    ),
    (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400) "
        + "SELECT zeroblob(900000) FROM n", "query_bytes"
    ),
    // 12 million values that are held and then printed.
    (manyNumbers, "query_bytes"),
    (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
        + "SELECT count(*) FROM n a, n b WHERE a.i + b.i < 0", "query_steps"
    ),
  ])
  func asksForTooMuch(sql: String, limit: String) throws {
    #expect(try answer(sql).contains("(limit '\(limit)')"))
  }
}
