import CSQLite

/// A connection to one SQLite file. Not shared between threads.
package final class SQLiteDatabase {
  package enum Mode: Sendable {
    case readOnly, create
  }

  private var handle: OpaquePointer?

  package init(path: String, mode: Mode) throws(SQLiteError) {
    // Its own locks are for connections that threads share, and cost an eighth of an insert.
    let flags =
      SQLITE_OPEN_NOMUTEX
      | (mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    if code != SQLITE_OK {
      let error = lastError(code: code, sql: nil)
      sqlite3_close_v2(handle)
      handle = nil
      throw error
    }
    sqlite3_extended_result_codes(handle, 1)
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements that return nothing, separated by semicolons.
  package func execute(_ sql: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw lastError(code: code, sql: sql) }
  }

  /// The one statement of `sql`, ready to be bound and stepped. More than one is an error, and so
  /// is none.
  package func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
    var (statement, next): (OpaquePointer?, OpaquePointer?)
    let code = sql.withCString { start in
      var rest: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(handle, start, -1, &statement, &rest)
      // Behind it may stand spaces and comments, which compile to nothing.
      return code == SQLITE_OK ? sqlite3_prepare_v2(handle, rest, -1, &next, nil) : code
    }
    sqlite3_finalize(next)
    guard code == SQLITE_OK, next == nil, let statement else {
      sqlite3_finalize(statement)
      if code != SQLITE_OK { throw lastError(code: code, sql: sql) }
      throw SQLiteError(
        code: SQLITE_ERROR,
        message: "expected one statement, found \(next == nil ? "none" : "more")",
        sql: sql)
    }
    return SQLiteStatement(statement, of: self, sql: sql)
  }

  /// The answer to somebody else's query: its columns and rows, as far as the limits permit it.
  package func answer(_ sql: String) throws(SQLiteError) -> (
    columns: [String], rows: [[SQLiteValue]]
  ) {
    let limits = SQLiteGuard(handle)
    defer {
      sqlite3_progress_handler(handle, 0, nil, nil)
      sqlite3_set_authorizer(handle, nil, nil)
    }
    do throws(SQLiteError) {
      let statement = try prepare(sql)
      guard statement.isReadOnly else {
        throw SQLiteError(code: SQLITE_AUTH, message: "", sql: sql)
      }
      var rows: [[SQLiteValue]] = []
      while try statement.step() {
        rows.append(statement.values)
        if !limits.admits(rows[rows.count - 1]) {
          throw SQLiteError(code: SQLITE_INTERRUPT, message: "", sql: sql)
        }
      }
      return (statement.columnNames, rows)
    } catch {
      throw SQLiteError(code: error.code, message: limits.message(error), sql: sql)
    }
  }

  /// All rows of a query.
  package func rows(_ sql: String) throws(SQLiteError) -> [[SQLiteValue]] {
    try rows(prepare(sql))
  }

  package func rows(_ statement: SQLiteStatement) throws(SQLiteError) -> [[SQLiteValue]] {
    var rows: [[SQLiteValue]] = []
    while try statement.step() { rows.append(statement.values) }
    return rows
  }

  /// Makes all of `body` take effect, or none of it.
  package func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
    try execute("BEGIN")
    do throws(SQLiteError) {
      try body()
      try execute("COMMIT")
    } catch {
      // The first error is the one to report; there may be no transaction left to undo.
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// Closes the file; later use is a programmer's error that SQLite reports as misuse.
  package func close() throws(SQLiteError) {
    let code = sqlite3_close(handle)
    if code != SQLITE_OK { throw lastError(code: code, sql: nil) }
    handle = nil
  }

  package func lastError(code: Int32, sql: String?) -> SQLiteError {
    let message = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
    return SQLiteError(
      code: code, message: message.map { String(cString: $0) } ?? "unknown error", sql: sql)
  }
}
