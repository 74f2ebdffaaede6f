import ArgumentParser
import CostModel
import Foundation

struct Price: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prices rows of usage, each by component, exact to a trillionth of a dollar.",
    discussion: """
      Example: costsim price usage.csv --catalog scenarios/catalogs/market.yaml -o priced.csv

      A row needs a model and what was used: input_tokens (cached and written tokens included), \
      cached_input_tokens, output_tokens, audio_seconds and so on (docs/usage-format.md). Each row \
      is one call, priced as of its timestamp. The priced rows go to standard output or to the \
      file, the summary to standard error; with --json it is the summary that goes to standard output.
      """)

  @Argument(help: "Usage, CSV; - is standard input.")
  var usage: String

  @Option(help: "Price catalog.")
  var catalog: String

  @Option(
    help: ArgumentHelp("The file's own columns, with commas between.", valueName: "column=name"))
  var columns: [String] = []

  @Option(help: ArgumentHelp("One value for every row.", valueName: "column=value"))
  var set: [String] = []

  @Option(help: "Time zone of times that state none.")
  var timezone = "UTC"

  @Option(help: "Malformed rows that are tolerated; they go to rejected.csv beside the output.")
  var skipBadRows: Int64 = 0

  @Option(name: .shortAndLong, help: "The file to write.")
  var out: String?

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @OptionGroup var printing: PrintOptions

  func validate() throws {
    guard skipBadRows >= 0 else { throw ValidationError("--skip-bad-rows is not negative") }
  }

  func run() throws {
    guard LocalTime.isKnown(timezone) else {
      throw BadInput(message: "--timezone: error: unknown time zone '\(timezone)'")
    }
    let reader = UsageReader(path: usage, options: try options())
    var pricer = UsagePricer(try CatalogReader.read(path: catalog))
    let output = try PricedOutput(path: out, isSilent: printing.json && out == nil)
    var table = PricedUsageTable(dialect: csvDialect, isGuarded: out != nil)
    try reader.read { row in
      table.append(row, try pricer.price(row))
      try output.write(table.takeBytes())
    }
    try output.write(table.takeBytes())
    try output.commit(rejected: rejected(reader))
    let summary = PriceSummary(pricer, unused: reader.unused, rejected: reader.rejected.count)
    if printing.json {
      print(summary.json.text, terminator: "")
    } else if !printing.quiet {
      StandardStream.tell(summary.text)
    }
  }

  private func options() throws -> UsageOptions {
    var options = UsageOptions()
    for text in columns { try options.addColumns(text) }
    for text in set { try options.addFixed(text) }
    options.timeZone = timezone
    options.skipBadRows = skipBadRows
    return options
  }

  private func rejected(_ reader: UsageReader) -> [UInt8]? {
    guard !reader.rejected.isEmpty else { return nil }
    var rows = RejectedRows(columns: reader.names, isJSON: false)
    for row in reader.rejected { rows.append(row) }
    return rows.bytes
  }
}

/// Where priced rows go: a file that appears whole, or standard output once all rows are priced.
private final class PricedOutput {
  private static let chunk = 1 << 20

  private let folder: OutputFolder
  private let file: OutputFile
  private let temporary: String
  private let path: String?
  private let isSilent: Bool
  private var pending: [UInt8] = []

  init(path: String?, isSilent: Bool) throws {
    self.path = path
    self.isSilent = isSilent
    let target = path ?? FileManager.default.temporaryDirectory.path + "/priced.csv"
    let name: String
    (folder, name) = try OutputFolder.forFile(target)
    temporary = try folder.temporaryPath(for: name)
    file = try folder.file(name)
  }

  func write(_ bytes: [UInt8]) throws {
    pending += bytes
    guard pending.count >= Self.chunk else { return }
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  func commit(rejected: [UInt8]?) throws {
    try file.write(pending)
    try file.close()
    if path != nil {
      if let rejected { try folder.write(rejected, to: "rejected.csv") }
      return try folder.commit()
    }
    if let rejected {
      let here = try OutputFolder(path: ".")
      try here.write(rejected, to: "rejected.csv")
      try here.commit()
    }
    let input = FileHandle(forReadingAtPath: temporary)
    // The name goes first: whoever reads the output may end the program.
    folder.discard()
    guard let input, !isSilent else { return }
    while let data = try input.read(upToCount: Self.chunk), !data.isEmpty {
      try StandardStream.write(data)
    }
  }
}
