import ArgumentParser
import CostModel
import Foundation
import Logs
import Support

struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Reads logs, usage exports and bills of any shape into canonical rows.",
    discussion: """
      Example: costsim read spend.json week36/ --catalog catalog.yaml -o requests.csv

      Says what became of every record, and why. Without -o only that. What it writes is read by \
      price, replay and calibrate (docs/trace-formats.md). With --pseudonyms accounts, sessions, \
      prompts and keys become names that tell nobody, always the same ones for the same key file.
      """)

  @Argument(help: "Logs: files, folders of them, or - for standard input.")
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: "The file to write; a folder (with / behind it) for several kinds of rows.")
  var out: String?

  @Option(
    help:
      "Further columns to write, with commas between: requested_model, prompt, use_case and so on.")
  var also: String?

  @Option(help: "Where to write which records are no rows, and why.")
  var leftOut: String?

  @Option(help: "Price catalog: names become its models, and rows get their costs.")
  var catalog: String?

  @Option(
    help: "Replaces accounts, sessions, prompts and keys by names made with this file's bytes.")
  var pseudonyms: String?

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @OptionGroup var log: LogOptions
  @OptionGroup var logs: LogReadingOptions
  @OptionGroup var printing: PrintOptions

  func run() throws {
    let options = try logs.options(log, catalog: catalog)
    let outputs = Outputs()
    for path in [out, leftOut].compactMap(\.self) where !path.hasSuffix("/") {
      try outputs.claim(path)
    }
    if let leftOut, let out { try apart(leftOut, out) }
    let reading = try LogIntake(options).read(files)
    var tables = LogTables(reading: reading, dialect: csvDialect)
    tables.also = try further()
    tables.pseudonyms = try key.map(Pseudonyms.init)
    let account = ReadingAccount(reading: reading, catalog: options.catalog, names: options.names)
    let bad = reading.leftOut.count { $0.reason.isBad }
    guard Int64(bad) <= options.skipBadRows else {
      throw BadInput(message: account.text + LogPricing.tooManyBad(bad, options.skipBadRows))
    }
    try write(tables, to: outputs)
    try outputs.commit()
    printing.show(json: account.json, text: account.text)
  }

  /// The records that are no rows have a file of their own.
  private func apart(_ leftOut: String, _ out: String) throws {
    let folder = out.lastIndex(of: "/").map { String(out[...$0]) } ?? ""
    let names = ["rejected.csv", "rejected_reasons.csv"].map { folder + $0 }
    let tables = LogShape.Rows.allCases.map { out + $0.rawValue + ".csv" }
    let taken = out.hasSuffix("/") ? names + tables : names + [out]
    guard
      let same = taken.first(where: {
        (try? OutputTarget($0)) == (try? OutputTarget(leftOut))
      })
    else { return }
    throw BadInput(
      message:
        "--left-out: error: '\(leftOut)' is written by -o as well, as '\(same)', expected a path "
        + "of its own")
  }

  private func further() throws -> [String] {
    let names = (also ?? "").split(separator: ",").map { Quantity.trimmed($0) }
    let known = LogShapeFile.allNames
    for name in names where !known.contains(name) {
      throw BadInput(
        message: "--also: error: unknown column '\(name)'"
          + (NearestName.hint(for: name, among: known).map { "\n" + $0 } ?? ""))
    }
    return names
  }

  private var key: [UInt8]? {
    get throws {
      guard let pseudonyms else { return nil }
      let file = FileHandle(forReadingAtPath: pseudonyms)
      if let file, let problem = FileClaims.read(file.fileDescriptor, pseudonyms) {
        throw BadInput(message: "\(pseudonyms): error: \(problem)")
      }
      let bytes = Array((try? file?.readToEnd()) ?? Data())
      guard bytes.count >= 16 else {
        throw BadInput(
          message: "\(pseudonyms): error: expected a file of at least 16 secret bytes "
            + "(head -c 32 /dev/urandom > key)")
      }
      return bytes
    }
  }

  private func write(_ tables: LogTables, to outputs: Outputs) throws {
    if let leftOut { try outputs.write(tables.leftOut(), to: leftOut) }
    guard let out else { return }
    let kinds = tables.reading.kinds
    if out.hasSuffix("/") {
      try? FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      for kind in kinds { try outputs.write(tables.table(kind), to: out + kind.rawValue + ".csv") }
    } else {
      guard kinds.count <= 1 else {
        throw BadInput(
          message:
            "-o: error: these logs have \(InputLog.alternatives(kinds.map(\.rawValue))) alike, "
            + "expected a folder (\(out)/) for a file of each")
      }
      try outputs.write(tables.table(kinds.first ?? .requests), to: out)
    }
    guard tables.reading.leftOut.contains(where: { $0.reason.isBad }) else { return }
    let folder = out.lastIndex(of: "/").map { String(out[...$0]) } ?? ""
    try outputs.write(tables.rejected(), to: folder + "rejected.csv", by: .beside)
    try outputs.write(tables.rejectedReasons(), to: folder + "rejected_reasons.csv", by: .beside)
  }
}
