import CSQLite

/// Keeps what somebody asks of a database to reading it, and to so much work and memory.
package final class SQLiteGuard {
  /// Pragmas that tell of a database and change nothing, if they are given no value or a table's name.
  private static let telling: Set = [
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
    "foreign_key_list", "foreign_key_check", "integrity_check", "quick_check", "collation_list",
    "function_list", "pragma_list", "module_list", "compile_options", "database_list",
  ]
  /// Functions that reach beyond the database.
  private static let reaching: Set = [
    "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "fsdir", "lsdir",
  ]
  /// Steps between two looks at how many there were.
  private static let stride: Int32 = 1_000

  private var steps = 0
  private var bytes = 0
  private var rows = 0
  package private(set) var exceeded: InputLimit?

  /// Watches a connection; must live as long as its statements run.
  package init(_ database: OpaquePointer?) {
    // What a query sorts is held in memory, and so within its limit, not in files beside the database.
    sqlite3_exec(database, "PRAGMA temp_store = MEMORY", nil, nil, nil)
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, Int32(InputLimit.queryValueBytes.value))
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, Int32(InputLimit.queryValueBytes.value))
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0)
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0)
    sqlite3_hard_heap_limit64(Int64(InputLimit.queryMemory.value))
    sqlite3_set_authorizer(
      database, { _, action, first, second, _, _ in SQLiteGuard.permits(action, first, second) },
      nil)
    sqlite3_progress_handler(
      database, Self.stride,
      { context in
        guard let context else { return 0 }
        return Unmanaged<SQLiteGuard>.fromOpaque(context).takeUnretainedValue().goesOn() ? 0 : 1
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func permits(
    _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?
  ) -> Int32 {
    func name(_ text: UnsafePointer<CChar>?) -> String {
      text.map { String(cString: $0).lowercased() } ?? ""
    }
    let isFine =
      switch action {
      case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: true
      case SQLITE_FUNCTION: !reaching.contains(name(second))
      case SQLITE_PRAGMA: telling.contains(name(first))
      // So a function that returns a table declares it. Nothing can be written to a file opened so.
      case SQLITE_UPDATE: name(first) == "sqlite_master"
      default: false
      }
    return isFine ? SQLITE_OK : SQLITE_DENY
  }

  private func goesOn() -> Bool {
    steps += Int(Self.stride)
    if steps > InputLimit.querySteps.value { exceeded = .querySteps }
    return exceeded == nil
  }

  /// Counts a row of the answer; false: that is too much.
  package func admits(_ row: [SQLiteValue]) -> Bool {
    rows += 1
    // A row and its values as they are held, and once more as they are printed.
    bytes += 2 * MemoryLayout<SQLiteValue>.stride * (row.count + 1)
    for value in row {
      switch value {
      case .text(let text): bytes += 2 * text.utf8.count
      case .blob(let blob): bytes += 3 * blob.count
      case .null, .integer, .real: break
      }
    }
    if rows > InputLimit.queryRows.value { exceeded = .queryRows }
    if bytes > InputLimit.queryBytes.value { exceeded = .queryBytes }
    return exceeded == nil
  }

  /// What is told of a refusal.
  package func message(_ error: SQLiteError) -> String {
    switch (exceeded, error.code & 0xFF) {
    case (.querySteps?, _): InputLimit.querySteps.exceeded(by: "steps to answer this")
    case (.queryRows?, _): InputLimit.queryRows.exceeded(by: "rows, expected a LIMIT")
    case (.queryBytes?, _): InputLimit.queryBytes.exceeded(by: "bytes in the answer")
    case (_, SQLITE_TOOBIG): InputLimit.queryValueBytes.exceeded(by: "bytes in one value")
    case (_, SQLITE_NOMEM): InputLimit.queryMemory.exceeded(by: "bytes of memory to answer this")
    case (_, SQLITE_AUTH): "not authorized, expected a query that only reads"
    case _ where error.message.hasPrefix("not authorized"):
      error.message + ", expected a query that only reads"
    default: error.message
    }
  }
}
