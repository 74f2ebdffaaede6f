import ArgumentParser
import CostModel
import Foundation
import Logs
import Scenarios
import Support

/// Options of every verb that reads logs of any shape.
struct LogReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the log or the bill calls models and meters. Repeatable.", valueName: "file"))
  var aliases: [String] = []

  @Option(
    help: ArgumentHelp("What a column's numbers count. Repeatable.", valueName: "column=unit"))
  var unit: [String] = []

  @Option(help: "Whose models they are, where the log does not say.")
  var provider: String?

  @Option(
    help: ArgumentHelp("Dollars for one of another currency. Repeatable.", valueName: "EUR=1.10"))
  var rate: [String] = []

  @Flag(help: "Takes records of one identity for several calls.")
  var keepDuplicates = false

  @Option(help: "Usage of an unknown kind that is left out of the bill. Repeatable.")
  var allowUsage: [String] = []

  @Option(help: ArgumentHelp("Rows without a price that are left out.", valueName: "N|N%"))
  var skipUnpriced: String?

  /// A log in costsim's own columns is taken as it stands: what would change its reading is refused
  /// there, not passed over.
  func refuseUnread(of path: String) throws {
    let given = [
      ("--aliases", aliases.first, "names of the catalog, or its 'aliases'"),
      ("--unit", unit.first, "costsim's own units"),
      ("--provider", provider, "models by the catalog's names"),
      ("--rate", rate.first, "amounts in dollars"),
      ("--allow-usage", allowUsage.first, "columns of costsim's own"),
      ("--skip-unpriced", skipUnpriced, "a catalog with all prices"),
    ]
    for case (let option, let value?, let expected) in given {
      throw BadInput(
        message:
          "\(option): error: \(path) has costsim's own columns, whose values are taken as they stand,"
          + " so that '\(value)' would go unread; expected \(expected)")
    }
  }

  /// Together with the options that other logs have, too.
  func options(_ log: LogOptions, catalog path: String?) throws -> LogReadOptions {
    let catalog = try path.map { path throws(InputErrors) in try CatalogReader.read(path: path) }
    return try options(log, catalog)
  }

  func options(_ log: LogOptions, _ catalog: Catalog?) throws -> LogReadOptions {
    try log.checkTimeZone()
    var options = LogReadOptions()
    options.names = NameResolver(
      catalog: catalog, tables: try NameTables(paths: aliases, catalog: catalog ?? Catalog()))
    options.format = try log.format.map(LogShapes.named)
    for text in log.columns { try options.addColumns(text) }
    for text in log.set { try options.addFixed(text) }
    for text in unit { try options.addUnit(text) }
    for text in rate { try options.addRate(text) }
    options.timeZone = log.timezone
    options.provider = provider.map(SellerNames.seller)
    options.keepsDuplicates = keepDuplicates
    options.allowUsage = allowUsage
    options.skipBadRows = log.skipBadRows
    if let skipUnpriced { options.skipUnpriced = try Self.allowance(skipUnpriced) }
    return options
  }

  private static func allowance(_ text: String) throws -> LogReadOptions.Allowance {
    if text.hasSuffix("%"), let share = Double(text.dropLast()), (0...100).contains(share) {
      return LogReadOptions.Allowance(count: 0, share: share / 100)
    }
    guard let count = Int64(text), count >= 0 else {
      throw BadInput(message: "--skip-unpriced: error: expected 10 or 5%, not '\(text)'")
    }
    return LogReadOptions.Allowance(count: count)
  }
}
