/// What reading logs gave: rows of one or several kinds, what was left out, and how it was read.
package struct LogReading {
  package struct File {
    package var name: String
    package var container = ""
    package var packing: String?
    package var ignored: [String] = []
    package var shape: LogShape
    package var why = ""
    package var records = 0
    package var isIncomplete = false
  }
  package struct LeftOut {
    package var file: Int
    package var record: Int
    package var key: String
    package var reason: LogRow.Reason
    package var problem: LogRow.Problem?
    /// The record, for rejected.csv; none where it is not wrong in itself.
    package var source: [[UInt8]] = []
    package var tokens: Int64 = 0
    /// Of another service.
    package var charge: LogRow.Charge?
  }

  package var files: [File] = []
  /// In the order of files, then of records.
  package var rows: [LogRow] = []
  package var leftOut: [LeftOut] = []
  /// The columns of tables, for rejected.csv.
  package var columns: [String] = []
  /// Columns that no row was read for, and whether there are numbers in them.
  package var unread: [String: Bool] = [:]
  /// Aggregates without a call below, and their tokens.
  package var lonely: (rows: Int64, tokens: Int64) = (0, 0)
  /// Rows equal in every column that have no identity.
  package var equalRows = 0

  package func rows(_ kind: LogShape.Rows) -> [LogRow] {
    rows.filter { files[$0.file].shape.rows == kind }
  }
  package var kinds: [LogShape.Rows] {
    LogShape.Rows.allCases.filter { kind in files.contains { $0.shape.rows == kind } }
  }
  package var records: Int { files.reduce(0) { $0 + $1.records } }

  package func leftOut(_ reason: LogRow.Reason) -> Int { leftOut.count { $0.reason == reason } }
}
