import CSQLite
import Testing

@testable import Support

@Test func sqliteKeepsEveryKindOfValue() throws {
  try withTemporaryFolder { root in
    let database = try SQLiteDatabase(path: root + "/a.sqlite", mode: .create)
    try database.execute("CREATE TABLE t (a, b, c, d, e)")
    let row: [SQLiteValue] = [
      .null, .integer(.min), .real(0.1), .text("é'\"; DROP\u{0}x"), .blob([0, 255]),
    ]
    try database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)").run(row)
    #expect(try database.rows("SELECT * FROM t") == [row])
    #expect(try database.prepare("SELECT a AS x, b FROM t").columnNames == ["x", "b"])
  }
}

@Test func sqliteErrorsCarryCodeMessageAndStatement() throws {
  try withTemporaryFolder { root in
    let database = try SQLiteDatabase(path: root + "/a.sqlite", mode: .create)
    #expect(
      throws: SQLiteError(
        code: SQLITE_ERROR, message: "no such table: nowhere", sql: "SELECT * FROM nowhere")
    ) { try database.rows("SELECT * FROM nowhere") }
    #expect(throws: SQLiteError.self) {
      try SQLiteDatabase(path: root + "/absent.sqlite", mode: .readOnly)
    }
  }
}

@Test func sqliteTransactionsAreUndoneOnFailure() throws {
  try withTemporaryFolder { root in
    let database = try SQLiteDatabase(path: root + "/a.sqlite", mode: .create)
    try database.execute("CREATE TABLE t (a UNIQUE)")
    #expect(throws: SQLiteError.self) {
      try database.transaction { () throws(SQLiteError) in
        try database.execute("INSERT INTO t VALUES (1)")
        try database.execute("INSERT INTO t VALUES (1)")
      }
    }
    #expect(try database.rows("SELECT count(*) FROM t") == [[.integer(0)]])
  }
}
