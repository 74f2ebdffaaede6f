import CSQLite

/// A compiled statement of a database, which it keeps open.
package final class SQLiteStatement {
  private let handle: OpaquePointer
  private let database: SQLiteDatabase
  private let sql: String

  package init(_ handle: OpaquePointer, of database: SQLiteDatabase, sql: String) {
    self.handle = handle
    self.database = database
    self.sql = sql
  }

  deinit { sqlite3_finalize(handle) }

  /// Runs an `INSERT` or the like with these parameters, ready to be run again.
  package func run(_ values: [SQLiteValue]) throws(SQLiteError) {
    for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    _ = try step()
    try check(sqlite3_reset(handle))
  }

  /// Runs an `INSERT` with the parameters that `bind` has set, ready to be bound again.
  package func runBound() throws(SQLiteError) {
    try check(sqlite3_step(handle), unless: SQLITE_DONE)
    try check(sqlite3_reset(handle))
  }

  /// Sets one parameter, from 1; `nil` is NULL. Holds until it is set again.
  @inline(__always)
  package func bind(_ number: Int64?, at index: Int32) throws(SQLiteError) {
    let code =
      if let number {
        sqlite3_bind_int64(handle, index, number)
      } else {
        sqlite3_bind_null(handle, index)
      }
    try check(code)
  }

  /// A text, or NULL.
  package func bind(text: String?, at index: Int32) throws(SQLiteError) {
    try bind(text.map { .text($0) } ?? .null, at: index)
  }

  /// Goes to the next row; false when there is none.
  package func step() throws(SQLiteError) -> Bool {
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw database.lastError(code: code, sql: sql)
    }
  }

  package var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

  package var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { index in
      sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }
  }

  /// The current row.
  package var values: [SQLiteValue] { (0..<sqlite3_column_count(handle)).map(value) }

  private func value(_ index: Int32) -> SQLiteValue {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
    case SQLITE_TEXT:
      let start = sqlite3_column_text(handle, index)
      let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, index))
      return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(handle, index))
      let bytes = sqlite3_column_blob(handle, index)
      return .blob([UInt8](UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)))
    default: return .null
    }
  }

  private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
    // SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the bytes.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: try check(sqlite3_bind_null(handle, index))
    case .integer(let number): try check(sqlite3_bind_int64(handle, index, number))
    case .real(let number): try check(sqlite3_bind_double(handle, index, number))
    case .text(let text):
      try check(sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), transient))
    case .blob(let bytes):
      try check(sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), transient))
    }
  }

  private func check(_ code: Int32, unless fine: Int32 = SQLITE_OK) throws(SQLiteError) {
    if code != fine { throw database.lastError(code: code, sql: sql) }
  }
}
