import CSQLite

/// What SQLite refused: its extended result code, its message and the statement.
struct SQLiteError: Error, Hashable, CustomStringConvertible {
  var code: Int32
  var message: String
  var sql: String?

  /// The database's disk is full.
  var isDiskFull: Bool { code & 0xFF == SQLITE_FULL }

  var description: String {
    "SQLite error \(code): \(message)" + (sql.map { " - while executing `\($0)`" } ?? "")
  }
}
