import Analysis
import ArgumentParser
import CostModel
import Foundation
import Logs
import Reports
import Scenarios
import Simulator
import Support

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a scenario to a log.",
    discussion: """
      Example: costsim calibrate requests.csv -o my-company/scenario.yaml

      The log is read twice, in bounded memory. Every fitted value has a comment that says what it \
      rests on. The scenario is in the time zone of --timezone. Without --catalog the models and prices are those of catalog.yaml beside the \
      scenario; if there is none, the catalog of 'costsim init' is written there.
      """)

  @Argument(help: "Logs: files, or folders of them.")
  var traces: [String]

  @Option(name: .shortAndLong, help: "The scenario file to write.")
  var out = "scenario.yaml"

  @Option(help: "Price catalog that has the log's models.")
  var catalog: String?

  @Option(help: "Policy file, in place of the log's own choice of models.")
  var policy: String?

  @OptionGroup var log: LogOptions
  @OptionGroup var logs: LogReadingOptions
  @OptionGroup var printing: PrintOptions

  private var trace: String { traces.joined(separator: ", ") }

  func run() throws {
    try log.checkTimeZone()
    guard trace != "-" else {
      throw BadInput(
        message: "error: the log is read twice, expected a file in place of the standard input")
    }
    let outputs = Outputs()
    try outputs.claim(out)
    let prices = try catalogPath(outputs)
    let models = try CatalogReader.read(path: prices)
    let reading = try CanonicalLog.reading(traces, format: log.format) {
      try logs.options(log, models)
    }
    if let reading, reading.areBuckets {
      return try fitMeans(of: reading, models, outputs, catalog: prices)
    }
    if reading == nil { try logs.refuseUnread(of: trace) }
    let converted = try reading.map { try CanonicalLog(traces, logs.options(log, models), $0) }
    let calibrator = Calibrator(
      path: converted?.path ?? trace,
      format: converted == nil ? log.format : CanonicalLog.format,
      options: { _ in
        guard let converted else { return try log.options() }
        var options = TraceOptions()
        options.skipBadRows = log.skipBadRows
        options.shownFormat = converted.shownFormat
        return options
      },
      timeZone: log.timezone, catalog: models, hasPolicy: policy != nil)
    var fit = try converted.map { try $0.naming(calibrator.calibrate) } ?? calibrator.calibrate()
    try outputs.write(CalibrationText.text(fit, catalog: models, names: names), to: out)
    let fitted = try check(outputs, catalog: prices)
    if fit.workloads.contains(where: { $0.conversation != nil }) {
      try FittedReadShares(fitted).add(to: &fit)
      try outputs.write(CalibrationText.text(fit, catalog: models, names: names), to: out)
    }
    try outputs.commit()
    if let converted, !printing.quiet {
      StandardStream.tell(converted.notes(try logs.options(log, models)))
    }
    let leftOut = fit.leftOut.calls > 0 ? "; " + fit.leftOut.text : ""
    let read = fit.workloads.compactMap(\.readSentence).map { "\n" + $0 }.joined()
    let said =
      "Fitted to \(HumanFormat.plural(fit.facts.accepted, "request"))\(leftOut)."
      + (fit.facts.statusSentence.map { " " + $0 } ?? "") + read
    printing.show(
      json: CalibrationJSON.json(fit, file: out, catalog: models),
      text: said + (read.isEmpty ? " " : "\n") + next)
  }

  private var names: CalibrationText.Names {
    CalibrationText.Names(
      scenario: name, log: trace.split(separator: "/").last.map(String.init) ?? trace,
      catalog: catalog.map(named) ?? Self.catalogName, policy: policy.map(named))
  }

  private var next: String {
    let outside = [catalog, policy].contains { $0.map { named($0).hasPrefix("/") } ?? false }
    return "Now: costsim run \(out)\(outside ? " --allow-outside" : "")\n"
  }

  /// Of usage exports, which sum calls up, only means are fitted.
  private func fitMeans(
    of reading: LogReading, _ models: Catalog, _ outputs: Outputs, catalog prices: String
  ) throws {
    let fit = try BucketCalibration(reading: reading, log: trace, catalog: models).fit(
      timeZone: log.timezone, skipBadRows: log.skipBadRows)
    try outputs.write(BucketText.text(fit, catalog: models, names: names), to: out)
    _ = try check(outputs, catalog: prices)
    try outputs.commit()
    let calls = fit.tellsCalls ? "" : " They do not tell how many calls they sum."
    printing.show(
      json: CalibrationJSON.json(fit, file: out, catalog: models),
      text: "Fitted means to \(HumanFormat.plural(Int64(fit.buckets), "bucket")) of "
        + "\(HumanFormat.plural(Int64(fit.days), "day")), \(BucketText.note): no law of call sizes, "
        + "latencies, prompts or sessions.\(calls)\n" + next)
  }

  /// The file is read as `run` would read it, before it appears under its name.
  private func check(_ outputs: Outputs, catalog prices: String) throws -> Scenario {
    var overrides = ["catalog=\(Self.absolute(prices))"]
    if let policy { overrides.append("policy=\(Self.absolute(policy))") }
    let path = try outputs.temporaryPath(for: out)
    do {
      return try ScenarioReader.read(path: path, overrides: overrides, allowOutside: true)
    } catch {
      throw BadInput(
        message: "\(trace): error: the scenario that fits this log cannot be run with these prices "
          + "and rules, and was not written:\n" + error.description.replacing(path, with: out))
    }
  }

  // MARK: Files

  private static let catalogName = "catalog.yaml"

  private var folder: String {
    guard let slash = out.lastIndex(of: "/") else { return "." }
    return slash == out.startIndex ? "/" : String(out[..<slash])
  }

  private var fileName: String { out.split(separator: "/").last.map(String.init) ?? out }

  /// The file's stem, as far as a scenario may be called that.
  private var name: String {
    let stem = fileName.split(separator: ".").first.map(String.init) ?? ""
    let allowed = stem.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
    let name = String(allowed.drop { $0 == "-" }.prefix(100))
    return name.isEmpty ? "calibrated" : name
  }

  /// Where prices are read from; puts the starter's catalog beside the scenario if need be.
  private func catalogPath(_ outputs: Outputs) throws -> String {
    if let catalog { return catalog }
    let path = self.folder + "/" + Self.catalogName
    if FileManager.default.fileExists(atPath: path) { return path }
    try outputs.write(StarterTemplate.calls.catalog, to: path, by: .beside)
    return try outputs.temporaryPath(for: path, by: .beside)
  }

  /// A file as the scenario names it: relative if it lies in the scenario's folder or below.
  private func named(_ path: String) -> String {
    let full = Self.absolute(path)
    let base = Self.absolute(folder)
    let start = base.hasSuffix("/") ? base : base + "/"
    return full.hasPrefix(start) ? String(full.dropFirst(start.count)) : full
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
