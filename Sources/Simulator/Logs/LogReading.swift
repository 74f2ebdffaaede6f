/// What reading logs gave: rows of one or several kinds, what was left out, and how it was read.
struct LogReading {
  struct File {
    var name: String
    var container = ""
    var packing: String?
    var ignored: [String] = []
    var shape: LogShape
    var why = ""
    var records = 0
    var isIncomplete = false
  }
  struct LeftOut {
    var file: Int
    var record: Int
    var key: String
    var reason: LogRow.Reason
    var problem: LogRow.Problem?
    /// The record, for rejected.csv; none where it is not wrong in itself.
    var source: [[UInt8]] = []
    var tokens: Int64 = 0
    /// Of another service.
    var charge: LogRow.Charge?
  }

  var files: [File] = []
  /// In the order of files, then of records.
  var rows: [LogRow] = []
  var leftOut: [LeftOut] = []
  /// The columns of tables, for rejected.csv.
  var columns: [String] = []
  /// Columns that no row was read for, and whether there are numbers in them.
  var unread: [String: Bool] = [:]
  /// Aggregates without a call below, and their tokens.
  var lonely: (rows: Int64, tokens: Int64) = (0, 0)
  /// Rows equal in every column that have no identity.
  var equalRows = 0

  func rows(_ kind: LogShape.Rows) -> [LogRow] { rows.filter { files[$0.file].shape.rows == kind } }
  var kinds: [LogShape.Rows] {
    LogShape.Rows.allCases.filter { kind in files.contains { $0.shape.rows == kind } }
  }
  var records: Int { files.reduce(0) { $0 + $1.records } }

  func leftOut(_ reason: LogRow.Reason) -> Int { leftOut.count { $0.reason == reason } }
}
