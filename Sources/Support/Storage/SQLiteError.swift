import CSQLite

/// What SQLite refused: its extended result code, its message and the statement.
package struct SQLiteError: Error, Hashable, CustomStringConvertible {
  package var code: Int32
  package var message: String
  package var sql: String?

  /// The database's disk is full.
  package var isDiskFull: Bool { code & 0xFF == SQLITE_FULL }

  package var description: String {
    "SQLite error \(code): \(message)" + (sql.map { " - while executing `\($0)`" } ?? "")
  }
}
