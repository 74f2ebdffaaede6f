import Foundation
import Support

/// What of a table was asked for.
struct TableChoice {
  /// nil: all of them.
  var columns: [String]?
  var sort: String?
  var top: Int?

  var isMade: Bool { columns != nil || sort != nil || top != nil }

  /// The rows and columns that were asked for. Throws `BadInput` about a column that is not there.
  func choose(from table: OutputTable) throws -> OutputTable {
    var table = table
    if let sort {
      table = try find("--sort") { () throws(OutputTable.UnknownColumn) in
        try table.sorted(by: sort)
      }
    }
    if let top { table = table.prefix(top) }
    if let columns {
      table = try find("--columns") { () throws(OutputTable.UnknownColumn) in
        try table.selecting(columns)
      }
    }
    return table
  }

  private func find(
    _ option: String, _ body: () throws(OutputTable.UnknownColumn) -> OutputTable
  ) throws -> OutputTable {
    do throws(OutputTable.UnknownColumn) {
      return try body()
    } catch {
      throw BadInput(message: "\(option): error: \(error)")
    }
  }
}

extension PrintOptions {
  /// To standard output: aligned on a terminal, as CSV into a pipe or a file, or as JSON.
  func show(_ table: OutputTable, dialect: CSVDialect) {
    if !json, isatty(STDOUT_FILENO) == 1 {
      show(json: .null, text: table.aligned(width: Self.terminalWidth, styled: isStyled))
    } else {
      put(json ? table.json.text : String(decoding: table.csv(dialect), as: UTF8.self))
    }
  }

  private static var terminalWidth: Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }
}
