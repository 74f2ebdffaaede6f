/// Why a CSV file could not be read, and in which of its rows (the header is row 1).
package struct CSVError: Error, Hashable, CustomStringConvertible {
  package var row: Int
  package var reason: String

  package init(row: Int, reason: String) {
    self.row = row
    self.reason = reason
  }

  package var description: String { "row \(row): \(reason)" }
}
