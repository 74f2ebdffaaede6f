/// Why a CSV file could not be read, and in which of its rows (the header is row 1).
struct CSVError: Error, Hashable, CustomStringConvertible {
  var row: Int
  var reason: String

  var description: String { "row \(row): \(reason)" }
}
