import Support

/// The malformed rows that were left out, as `rejected.csv`: what is wrong with each in front, then
/// the log's own columns, so that they can be corrected and read again.
package struct RejectedRows {
  private var writer = CSVWriter()
  package private(set) var count = 0

  /// - Parameter columns: the log's; for JSON lines the one column `line`.
  package init(columns: [String], isJSON: Bool) {
    for name in ["row", "column", "problem"] { writer.text(name) }
    for name in isJSON ? ["line"] : columns { writer.verbatim(Array(name.utf8)) }
    writer.endRow()
  }

  package mutating func append(_ rejected: RejectedRow) {
    writer.integer(rejected.row.number)
    writer.text(rejected.row.column)
    writer.text(rejected.row.problem)
    for field in rejected.fields { writer.verbatim(field) }
    writer.endRow()
    count += 1
  }

  package var bytes: [UInt8] { writer.bytes }
}
