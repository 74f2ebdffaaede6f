import ArgumentParser
import CostModel
import Foundation

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
      under each and compared.
      """)

  @Argument(help: "The log, CSV or JSON lines; - is standard input.")
  var trace: String

  @Option(help: "Scenario file: models, prices, chains, cache, quotas, budget.")
  var scenario: String

  @Option(help: "Format of the log: its name, or the file of one.")
  var format: String?

  @Option(help: ArgumentHelp("The log's columns.", valueName: "canonical=column,…"))
  var columns: [String] = []

  @Option(help: ArgumentHelp("One value for every row.", valueName: "attribute=value"))
  var set: [String] = []

  @Option(help: "Policy file, or 'logged' to keep each row's model. Repeatable.")
  var policy: [String] = []

  @Option(help: "Time zone of times that state none.")
  var timezone = "UTC"

  @Option(help: "Malformed rows that are tolerated; they go to rejected.csv.")
  var skipBadRows: Int64 = 0

  @OptionGroup var input: ScenarioOptions
  @OptionGroup var printing: PrintOptions

  @Option(help: "Folder for the reports.")
  var out = "reports"

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Also writes every request under the first policy to this CSV file.")
  var calls: String?

  @Option(help: "How CSV files are written: rfc4180, excel or excel-fr.")
  var csvDialect = CSVDialect.rfc4180

  func validate() throws {
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
    guard skipBadRows >= 0 else { throw ValidationError("--skip-bad-rows is not negative") }
  }

  func run() throws {
    guard LocalTime.isKnown(timezone) else {
      throw BadInput(message: "--timezone: error: unknown time zone '\(timezone)'")
    }
    let variants = try variants()
    guard trace != "-" || variants.count == 1 else {
      throw BadInput(
        message: "-: error: standard input can be read only once, expected a file for several "
          + "policies")
    }
    let folder = try OutputFolder(path: out)
    let name = "\(variants[0].scenario.name)-replay"
    let rejected = RejectedList()
    let replay = Replay(path: trace, format: format) { number in
      try options(rejected: number == 0 ? rejected : nil, scenario: variants[number].scenario)
    }
    let file = try calls.map { try CallsFile(path: $0, dialect: csvDialect) }
    let outcomes = try replay.outcomes(
      of: variants, threads: threads, log: file.map { file in CallLog { try file.append($0, $1) } })
    let report = ScenarioReport(replayed: outcomes, of: trace, name: name)
    try ReportWriter.write(report, record: record, into: folder)
    if !rejected.rows.isEmpty {
      var file = RejectedRows(columns: outcomes[0].columns, isJSON: outcomes[0].isJSON)
      for row in rejected.rows { file.append(row) }
      try folder.write(file.bytes, to: "\(name)/rejected.csv")
    }
    try file?.commit()
    try folder.commit()
    guard !printing.quiet else { return }
    if printing.json {
      print(JSONValue.array([record.json(report)]).text, terminator: "")
    } else {
      print(TerminalSummary.text([report], styled: printing.isStyled))
      print("Report: \(out)/\(name)/report.md")
    }
  }

  private var record: RunRecord {
    RunRecord(
      version: Version.current, overrides: input.allOverrides,
      timeZoneData: TimeZone.timeZoneDataVersion, csvDialect: csvDialect)
  }

  // MARK: Inputs

  private func options(rejected: RejectedList?, scenario: Scenario) throws -> TraceOptions {
    var options = TraceOptions()
    for text in columns { try options.addColumns(text) }
    for text in set { try options.addFixed(text) }
    options.timeZone = timezone
    options.skipBadRows = skipBadRows
    // Where a log that counts its times from 0 begins.
    options.origin = scenario.period.start
    if let rejected {
      rejected.removeAll()
      options.onRejected = rejected.add
    }
    return options
  }

  /// The scenario under each policy; under its own where none is given.
  private func variants() throws -> [Replay.Variant] {
    let names = policy.isEmpty ? [nil] : policy.map(Optional.some)
    var variants: [Replay.Variant] = []
    for name in names {
      var overrides = try input.readerOverrides()
      if let name, name != Self.logged {
        overrides.append("policy=\(try ScenarioOptions.absolute(name))")
      }
      var scenario = try ScenarioReader.read(
        path: self.scenario, overrides: overrides,
        allowOutside: input.mayLeaveFolder || name != nil, forReplay: true)
      if name == Self.logged {
        scenario.policy = Policy(
          name: Self.logged,
          rules: [Policy.Rule(name: Self.logged, conditions: [], choice: .logged)])
      }
      variants.append(Replay.Variant(name: scenario.policy.name, scenario: scenario))
    }
    for name in Set(variants.map(\.name)) where variants.count(where: { $0.name == name }) > 1 {
      throw BadInput(message: "--policy: error: two policies are named '\(name)'")
    }
    return variants
  }

  private static let logged = "logged"
}

/// Malformed rows on their way to rejected.csv: at most as many as are tolerated. Unchecked, because
/// one thread reads the log that tells of them.
private final class RejectedList: @unchecked Sendable {
  private(set) var rows: [RejectedRow] = []

  func add(_ row: RejectedRow) { rows.append(row) }

  /// The log is read anew.
  func removeAll() { rows.removeAll() }
}
