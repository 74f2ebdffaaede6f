import ArgumentParser
import Catalogs
import CostModel
import Foundation
import Logs
import Scenarios
import Simulator
import Support

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

  @Argument(help: "Usage, CSV, or logs and usage exports of any shape; - is standard input.")
  var files: [String]

  @Option(help: "Price catalog.")
  var catalog: String

  @OptionGroup var log: LogOptions
  @OptionGroup var logs: LogReadingOptions

  @Option(name: .shortAndLong, help: "The file to write.")
  var out: String?

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @OptionGroup var printing: PrintOptions

  func run() throws {
    try log.checkTimeZone()
    guard try CanonicalLog.isUsage(files, format: log.format) else { return try runLogs() }
    try logs.refuseUnread(of: files[0])
    let skipBadRows = log.skipBadRows
    let reader = UsageReader(path: files[0], options: try options())
    let outputs = Outputs()
    let target = out ?? (printing.json ? nil : "/dev/stdout")
    if let target { try outputs.claim(target) }
    if skipBadRows > 0 { try outputs.claim(rejectedPath, by: .beside) }
    var pricer = UsagePricer(try CatalogReader.read(path: catalog))
    let file = try target.map { path throws(OutputError) in try outputs.file(path) }
    var table = PricedUsageTable(dialect: csvDialect, isGuarded: out != nil && out != "-")
    var pending: [UInt8] = []
    try reader.read { row in
      table.append(row, try pricer.price(row))
      pending += table.takeBytes()
      guard pending.count >= Self.chunk else { return }
      try file?.write(pending)
      pending.removeAll(keepingCapacity: true)
    }
    try file?.write(pending + table.takeBytes())
    try file?.close()
    if let rejected = rejected(reader) {
      try outputs.write(rejected, to: rejectedPath, by: .beside)
    }
    try outputs.commit()
    let summary = PriceSummary(
      pricer, unused: reader.unused, rejected: reader.rejected.count,
      unknownStatuses: reader.unknownStatuses)
    if printing.json {
      StandardStream.put(summary.json.text)
    } else if !printing.quiet {
      StandardStream.tell(summary.text)
    }
  }

  private func options() throws -> UsageOptions {
    var options = UsageOptions()
    for text in log.columns { try options.addColumns(text) }
    for text in log.set { try options.addFixed(text) }
    options.timeZone = log.timezone
    options.skipBadRows = log.skipBadRows
    return options
  }

  /// Logs of any shape, by the rules of reading.
  private func runLogs() throws {
    let options = try logs.options(log, catalog: catalog)
    let outputs = Outputs()
    let target = out ?? (printing.json ? nil : "/dev/stdout")
    if let target { try outputs.claim(target) }
    if log.skipBadRows > 0 {
      for path in [rejectedPath, reasonsPath] { try outputs.claim(path, by: .beside) }
    }
    let reading = try LogIntake(options).read(files)
    let account = ReadingAccount(reading: reading, catalog: options.catalog, names: options.names)
    try LogPricing.check(reading, options, account)
    var pricing = LogPricing(reading: reading, catalog: options.catalog ?? Catalog())
    let bytes = try pricing.table(dialect: csvDialect, isGuarded: out != nil && out != "-")
    if let target { try outputs.write(bytes, to: target) }
    if account.reading.leftOut.contains(where: { $0.reason.isBad }) {
      let tables = LogTables(reading: reading)
      try outputs.write(tables.rejected(), to: rejectedPath, by: .beside)
      try outputs.write(tables.rejectedReasons(), to: reasonsPath, by: .beside)
    }
    try outputs.commit()
    if printing.json {
      StandardStream.put(account.json.text)
    } else if !printing.quiet {
      StandardStream.tell(account.text)
    }
  }

  private static let chunk = 1 << 20

  /// Beside the output.
  private var rejectedPath: String { folder + "rejected.csv" }
  private var reasonsPath: String { folder + "rejected_reasons.csv" }
  private var folder: String {
    guard let out, let slash = out.lastIndex(of: "/") else { return "" }
    return String(out[...slash])
  }

  private func rejected(_ reader: UsageReader) -> [UInt8]? {
    guard !reader.rejected.isEmpty else { return nil }
    var rows = RejectedRows(columns: reader.names, isJSON: false)
    for row in reader.rejected { rows.append(row) }
    return rows.bytes
  }
}
