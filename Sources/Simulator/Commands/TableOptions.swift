import ArgumentParser
import Foundation

/// Options of every verb that prints a table.
struct TableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Columns to print, in this order.", valueName: "column,…"))
  var columns: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Sorts by a column; -column begins with the largest.", valueName: "column"))
  var sort: String?

  @Option(help: ArgumentHelp("Prints the first rows only.", valueName: "n"))
  var top: Int?

  var areUsed: Bool { columns != nil || sort != nil || top != nil }

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top is 1 or more") }
  }

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
      let names = columns.split(separator: ",").map(String.init)
      table = try find("--columns") { () throws(OutputTable.UnknownColumn) in
        try table.selecting(names)
      }
    }
    return table
  }

  /// To standard output: aligned on a terminal, as CSV into a pipe or a file, or as JSON.
  func show(_ table: OutputTable, _ printing: PrintOptions, dialect: CSVDialect) throws {
    let chosen = try choose(from: table)
    if printing.json {
      print(chosen.json.text, terminator: "")
    } else if isatty(STDOUT_FILENO) == 1 {
      print(
        chosen.aligned(width: Self.terminalWidth, styled: printing.isStyled), terminator: "")
    } else {
      print(String(decoding: chosen.csv(dialect), as: UTF8.self), terminator: "")
    }
  }

  private static var terminalWidth: Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
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
