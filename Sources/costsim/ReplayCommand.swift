import ArgumentParser
import CostModel
import Decisions
import Foundation
import Logs
import Reports
import Scenarios
import Simulator
import Support

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Sends logged traffic through routing, cache, quotas and pricing.",
    discussion: """
      Example: costsim replay requests.csv --scenario scenarios/two-tier.yaml --policy logged \\
        --policy scenarios/policies/two-tier.yaml

      The log's format is told by its columns, or named with --format (canonical, \
      azure-llm-inference, burstgpt, litellm-spend, langfuse-observations, helicone, otel-genai, \
      mooncake, or the file of an own one). With several policies the same requests are replayed \
      under each and compared; --against 'catalog=other.yaml; cache.scope=global' adds a case that \
      changes values of the scenario, as --override does for all.
      """)

  @Argument(help: "Logs: files, folders of them, or - for standard input.")
  var traces: [String]

  @Option(help: "Scenario file: models, prices, chains, cache, quotas, budget.")
  var scenario: String

  @Option(help: "Policy file, or 'logged' to keep each row's model. Repeatable.")
  var policy: [String] = []

  @Option(
    help: ArgumentHelp(
      "Another case to compare: the first one with changed values, with semicolons between. "
        + "Repeatable.",
      valueName: "[NAME: ]path=value"))
  var against: [String] = []

  @OptionGroup var log: LogOptions
  @OptionGroup var logs: LogReadingOptions
  @OptionGroup var table: ReportTableOption
  @OptionGroup var rows: RowOptions
  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Also writes every request under the first policy to this CSV file.")
  var calls: String?

  @Flag(help: "Puts every request under the first policy into costs.sqlite too.")
  var ledger = false

  @OptionGroup var workbook: WorkbookOption

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  @OptionGroup var piece: PieceOptions

  func validate() throws {
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
    guard piece.partial != nil else { return }
    let given = [
      ("--out", out != "reports"), ("--xlsx", workbook.xlsx), ("--table", table.table != nil),
      ("--sort and --top", rows.areUsed), ("--csv-dialect", csvDialect != .rfc4180),
    ]
    if let unused = given.first(where: \.1) {
      throw ValidationError("--partial writes no reports: \(unused.0) belongs to merge")
    }
    if calls != nil || ledger {
      throw ValidationError(
        "--partial writes no calls: \(ledger ? "--ledger" : "--calls") is for a "
          + "replay of its own")
    }
  }

  /// As the user names it.
  private var trace: String { traces.joined(separator: ", ") }

  func run() throws {
    try self.log.checkTimeZone()
    if let partial = piece.partial { return try write(partTo: partial) }
    try workbook.check()
    let outputs = Outputs()
    if let calls { try outputs.claim(calls) }
    let folder = try OutputFolder(path: out, outputs: outputs)
    let printsTable = self.table.table != nil || rows.areUsed
    let (log, columns) = self.log.separatingColumns(ofTable: printsTable)
    let table = ReportTableChoice(self.table, rows.choice(columns: columns))
    let variants = try cases().variants()
    guard trace != "-" || variants.count == 1 else {
      throw BadInput(
        message: "-: error: standard input can be read only once, expected a file for several "
          + "policies or cases")
    }
    try table?.check(of: variants[0].scenario)
    let acts = variants.contains { $0.scenario.budget?.acts == true }
    guard trace != "-" || !acts else {
      throw BadInput(
        message: "-: error: standard input can be read only once, expected a file, since what a "
          + "budget that acts saves is found by replaying the log without it as well")
    }
    let output = ReplayOutput(
      out: out, folder: folder, workbook: workbook.xlsx, table: table, printing: printing,
      scenario: variants[0].scenario)
    let name = output.name
    try output.claim(rejected: log.skipBadRows > 0)
    let rejected = RejectedList()
    let converted = try CanonicalLog.converted(traces, format: log.format) {
      try readOptions(log, variants[0].scenario.catalog)
    }
    if converted == nil { try logs.refuseUnread(of: trace) }
    let shown = converted?.shownFormat
    let replay = Replay(path: converted?.path ?? trace, format: format(log, converted)) { number in
      var options = try Self.options(log, shown, variants[number].scenario)
      if number == 0 {
        rejected.removeAll()
        options.onRejected = rejected.add
      }
      return options
    }
    let file = try calls.map { try CallsFile(path: $0, among: outputs, dialect: csvDialect) }
    let database = try ledger ? CallsDatabase(in: folder, name) : nil
    var outcomes = try naming(converted) {
      try replay.outcomes(of: variants, threads: threads, log: CallLog(file, database))
    }
    if let converted { outcomes[0].hash = converted.hash }
    try database?.finish()
    var report = output.report(
      outcomes, unenforced: acts ? try again(variants, log, converted, \.withoutActions) : [],
      of: trace, against: against)
    if trace != "-", report.plans.contains(where: { Attention(plan: $0).isTroubled }) {
      for (place, outcome) in try again(
        variants, log, converted, \.untroubled, allAnswered: true
      ).enumerated()
      where Attention(plan: report.plans[place]).isTroubled {
        report.plans[place].untroubled = outcome.result.cost
      }
    }
    let record = try runRecord(log, outcomes[0].hash)
    try output.write(report, record)
    if let converted, converted.hasRejected {
      let tables = LogTables(reading: converted.reading)
      try folder.write(tables.rejected(), to: "\(name)/rejected.csv")
      try folder.write(tables.rejectedReasons(), to: "\(name)/rejected_reasons.csv")
    } else {
      try output.write(rejected: rejected.rows, of: outcomes[0])
    }
    try file?.finish()
    try folder.commit()
    if let converted, !printing.quiet {
      StandardStream.tell(converted.notes(try readOptions(log, variants[0].scenario.catalog)))
    }
    try output.tell(report, record)
  }

  private func readOptions(_ log: LogOptions, _ catalog: Catalog) throws -> LogReadOptions {
    var options = try logs.options(log, catalog)
    options.threads = threads
    return options
  }

  private func cases() throws -> ReplayCases {
    try ReplayCases(scenario: scenario, input: input, policies: policy, against: against)
  }

  /// Replays a piece of the log.
  private func write(partTo path: String) throws {
    try logs.refuseUnread(of: trace)
    let outputs = Outputs()
    try outputs.claim(path)
    let cases = try cases()
    var part = LogPart()
    part.timeZoneData = TimeZone.timeZoneDataVersion
    part.cases = cases.all
    part.request = try request()
    var variants: [Replay.Variant] = []
    part.text = try ScenarioText(path: scenario, overrides: []) { source in
      variants = try cases.variants(source: source)
    }
    part.name = variants[0].scenario.name
    try piece.check(variants.map(\.scenario))
    let minutes = try piece.minutes()
    let input = trace == "-" ? try PieceOptions.spilledInput() : nil
    guard input != nil || piece.logName == nil else {
      throw BadInput(message: "--log-name: error: is of standard input, expected '-' as the log")
    }
    let (file, shown) = (input?.readablePath ?? trace, piece.logName ?? trace)
    try Self.naming(file, as: shown) {
      guard traces.count == 1, TraceFile.isRegular(file),
        try CanonicalLog.reading(
          [file], format: log.format,
          {
            try readOptions(log, variants[0].scenario.catalog)
          }) == nil
      else {
        throw BadInput(
          message:
            "\(trace): error: --partial takes one file that is read as it is, expected a log as "
            + "CSV or JSON lines in a format that replay knows itself ('costsim read' writes those)"
        )
      }
      if let minutes {
        let moments = try moments(in: minutes, of: variants, file, shown)
        try outputs.write(PartFile.bytes(of: moments, kind: .moments), to: path)
        try outputs.commit()
        return printing.tell(moments, at: path)
      }
      let found = try replay(file, shown, variants).piece(of: variants, threads: threads)
      try piece.check(found, path: shown, isInput: input != nil)
      (part.pieces, part.found) = ([found.piece], found.cases)
      try outputs.write(PartFile.bytes(of: part, kind: .log), to: path)
      try outputs.commit()
      printing.tell(part, at: path)
    }
  }

  /// A piece of the log, as parts have it.
  private func replay(
    _ file: String, _ shown: String, _ variants: [Replay.Variant]
  ) throws -> Replay {
    let scenarios = variants.map(\.scenario)
    let (log, numbers) = (log, piece.numbers)
    var replay = Replay(path: file, format: log.format) { number in
      var options = try Self.options(log, nil, scenarios[number])
      if let numbers { options.columns.append((.number, numbers)) }
      return options
    }
    let share = piece.shard.map { LogShare(number: $0.number, count: $0.count) }
    replay.isInput = trace == "-"
    if replay.isInput { replay.inputShare = share } else { replay.share = share }
    replay.callsBefore = try piece.callsBefore(in: trace, scenarios)
    replay.shownPath = shown
    return replay
  }

  private func moments(
    in minutes: Set<Int64>, of variants: [Replay.Variant], _ file: String, _ shown: String
  ) throws -> MomentsPart {
    var part = MomentsPart()
    (part.path, part.share) = (shown, piece.shard?.number ?? 1)
    (part.isNumbered, part.minutes) = (piece.numbers != nil, minutes.sorted())
    for variant in variants {
      let found = try replay(file, shown, [variant]).attempts(
        of: variant, inMinutes: minutes, threads: threads)
      var amounts = MomentsPart.Case()
      amounts.name = variant.name
      amounts.amounts = found.found.map(MomentsPart.Amount.init)
      amounts.isOrdered = found.isOrdered
      part.cases.append(amounts)
    }
    return part
  }

  /// Errors of a file as errors of the log.
  private static func naming(_ file: String, as shown: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch var error as TraceError where error.path == file {
      error.path = shown
      throw error
    } catch let error as BadInput {
      throw BadInput(message: error.message.replacing(file, with: shown))
    }
  }

  /// What parts of one replay have in common.
  private func request() throws -> ReplayRequest {
    var request = ReplayRequest()
    request.overrides = input.allOverrides
    (request.policies, request.against) = (policy, against)
    request.format = log.format
    request.formatHash = try log.formatFile()?.hash
    (request.timeZone, request.columns, request.set) = (log.timezone, log.columns, log.set)
    request.skipBadRows = log.skipBadRows
    return request
  }

  /// The same with each scenario changed, or as if the log told of no failures as well. All variants again, so that the same rows are malformed.
  private func again(
    _ variants: [Replay.Variant], _ log: LogOptions, _ converted: CanonicalLog?,
    _ change: (Scenario) -> Scenario, allAnswered: Bool = false
  ) throws -> [Replay.Outcome] {
    let shown = converted?.shownFormat
    let replay = Replay(path: converted?.path ?? trace, format: format(log, converted)) { number in
      var options = try Self.options(log, shown, variants[number].scenario)
      if allAnswered {
        options.fixed.removeAll { $0.0 == .status }
        options.fixed.append((.status, "ok"))
      }
      return options
    }
    return try replay.outcomes(
      of: variants.map { Replay.Variant(name: $0.name, scenario: change($0.scenario)) },
      threads: threads)
  }

  private func format(_ log: LogOptions, _ converted: CanonicalLog?) -> String? {
    converted == nil ? log.format : CanonicalLog.format
  }

  /// What the user says of the log has been done where it was converted.
  private static func options(
    _ log: LogOptions, _ shownFormat: String?, _ scenario: Scenario
  ) throws -> TraceOptions {
    guard let shownFormat else { return try log.options(origin: scenario.period.start) }
    var options = TraceOptions()
    options.skipBadRows = log.skipBadRows
    options.shownFormat = shownFormat
    return options
  }

  private func naming<Result>(
    _ converted: CanonicalLog?, _ body: () throws -> Result
  ) throws -> Result {
    try converted.map { try $0.naming(body) } ?? body()
  }

  private func runRecord(_ log: LogOptions, _ hash: FileHash?) throws -> RunRecord {
    var record = RunRecord(
      version: Version.current, overrides: input.allOverrides,
      timeZoneData: TimeZone.timeZoneDataVersion, csvDialect: csvDialect)
    record.log = LogRecord(
      path: trace, content: hash, formatFile: try log.formatFile(), timeZone: log.timezone,
      columns: log.columns, set: log.set,
      skipBadRows: log.skipBadRows, policies: policy, against: against)
    return record
  }
}

/// Malformed rows on their way to rejected.csv: at most as many as are tolerated. Unchecked, because
/// one thread reads the log that tells of them.
private final class RejectedList: @unchecked Sendable {
  private(set) var rows: [RejectedRow] = []

  func add(_ row: RejectedRow) { rows.append(row) }

  /// The log is read anew.
  func removeAll() { rows.removeAll() }
}
