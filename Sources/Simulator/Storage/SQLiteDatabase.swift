import CSQLite

/// A connection to one SQLite file. Not shared between threads.
final class SQLiteDatabase {
  enum Mode: Sendable {
    case readOnly, create
  }

  private var handle: OpaquePointer?

  init(path: String, mode: Mode) throws(SQLiteError) {
    let flags =
      mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
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
  func execute(_ sql: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw lastError(code: code, sql: sql) }
  }

  /// The first statement of `sql`, ready to be bound and stepped.
  func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw lastError(code: code, sql: sql) }
    return SQLiteStatement(statement, of: self, sql: sql)
  }

  /// All rows of a query.
  func rows(_ sql: String) throws(SQLiteError) -> [[SQLiteValue]] {
    let statement = try prepare(sql)
    var rows: [[SQLiteValue]] = []
    while try statement.step() { rows.append(statement.values) }
    return rows
  }

  /// Makes all of `body` take effect, or none of it.
  func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
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
  func close() throws(SQLiteError) {
    let code = sqlite3_close(handle)
    if code != SQLITE_OK { throw lastError(code: code, sql: nil) }
    handle = nil
  }

  func lastError(code: Int32, sql: String?) -> SQLiteError {
    let message = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
    return SQLiteError(
      code: code, message: message.map { String(cString: $0) } ?? "unknown error", sql: sql)
  }
}
