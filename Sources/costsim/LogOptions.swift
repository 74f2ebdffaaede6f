import ArgumentParser
import CostModel
import Foundation
import Scenarios
import Simulator
import Support

/// Options of every verb that reads a log: how its rows are to be understood.
struct LogOptions: ParsableArguments {
  @Option(help: "Format of the log: its name, or the file of one.")
  var format: String?

  @Option(
    help: ArgumentHelp(
      "The log's columns, with commas between; where replay prints a table, without '=' the "
        + "columns of that.",
      valueName: "canonical=column"))
  var columns: [String] = []

  @Option(help: ArgumentHelp("One value for every row.", valueName: "attribute=value"))
  var set: [String] = []

  @Option(help: "Time zone of times that state none.")
  var timezone = "UTC"

  @Option(help: "Malformed rows that are tolerated; the others are fatal.")
  var skipBadRows: Int64 = 0

  func validate() throws {
    guard skipBadRows >= 0 else { throw ValidationError("--skip-bad-rows is not negative") }
  }

  /// Where a table is printed, `--columns` also names its columns; nil: all of them.
  func separatingColumns(ofTable isPrinted: Bool) -> (log: LogOptions, table: String?) {
    guard isPrinted else { return (self, nil) }
    let ofTable = columns.filter { !$0.contains("=") }
    var log = self
    log.columns = columns.filter { $0.contains("=") }
    return (log, ofTable.isEmpty ? nil : ofTable.joined(separator: ","))
  }

  /// For a reader. `origin` is where a log begins that counts its times from 0.
  func options(origin: SimTime = SimTime(microseconds: 0)) throws -> TraceOptions {
    var options = TraceOptions()
    for text in columns { try options.addColumns(text) }
    for text in set { try options.addFixed(text) }
    options.timeZone = timezone
    options.skipBadRows = skipBadRows
    options.origin = origin
    return options
  }

  /// The file of an own format, which results depend on; nil: a shipped one.
  func formatFile() throws -> InputFile? {
    guard let format, !TraceFormats.names.contains(format) else { return nil }
    let file = try SourceFile.read(path: format, order: 0)
    return InputFile(path: format, hash: file.hash)
  }

  /// Throws `BadInput` if there is no such time zone.
  func checkTimeZone() throws {
    guard !LocalTime.isKnown(timezone) else { return }
    throw BadInput(message: "--timezone: error: unknown time zone '\(timezone)'")
  }
}
