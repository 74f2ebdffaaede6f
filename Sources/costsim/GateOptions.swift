import ArgumentParser
import CostModel
import Foundation
import Gates
import Support

/// How the verbs that compare bills print and write what they found.
struct GateOutputOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, json, junit, bench
  }

  @Option(
    help: ArgumentHelp(
      "Folder that receives comment.md, check.json, junit.xml and bench.json.", valueName: "dir"))
  var out: String?

  @Option(help: "What is printed: text, markdown, json, junit or bench.")
  var format = Format.text

  @OptionGroup var printing: PrintOptions

  /// What will be written, announced before anything is read, so that an output that is an input, or
  /// a path for two of them, is an error.
  func announced() throws -> GateFiles {
    // Several steps of a job share the summary, so it grows.
    let summary = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"] ?? ""
    return try GateFiles(folder: out, summary: summary.isEmpty ? nil : summary)
  }

  /// Prints the report, writes the files and the job summary of GitHub Actions.
  func write(_ report: GateReport, to files: GateFiles) throws {
    try files.write(report)
    switch printing.json ? .json : format {
    case .text: printing.show(json: .null, text: GateText.text(report))
    case .markdown: printing.show(json: .null, text: GateMarkdown.text(report))
    case .json: printing.put(GateJSON.json(report).text)
    case .junit: printing.put(JUnitXML.text(report))
    case .bench: printing.put(GateJSON.bench(report).text)
    }
  }
}

/// What the verbs that compare bills leave behind, beside what they print.
struct GateFiles {
  private enum File: String, CaseIterable {
    case comment = "comment.md"
    case check = "check.json"
    case junit = "junit.xml"
    case bench = "bench.json"

    func text(of report: GateReport) -> String {
      switch self {
      case .comment: GateMarkdown.text(report)
      case .check: GateJSON.json(report).text
      case .junit: JUnitXML.text(report)
      case .bench: GateJSON.bench(report).text
      }
    }
  }

  private let outputs: Outputs
  private let folder: OutputFolder?
  private let summary: String?

  /// - Parameters:
  ///   - folder: receives the files; nil: there are none.
  ///   - summary: a file that the report is added to.
  init(folder: String?, summary: String?) throws {
    let outputs = Outputs()
    self.outputs = outputs
    self.summary = summary
    if let summary { try outputs.claim(summary) }
    self.folder = try folder.map { try OutputFolder(path: $0, outputs: outputs) }
    for file in File.allCases { try self.folder?.claim(file.rawValue) }
  }

  /// All of them.
  func write(_ report: GateReport) throws {
    for file in File.allCases { try folder?.write(file.text(of: report), to: file.rawValue) }
    if let summary { try outputs.append(GateMarkdown.text(report) + "\n", to: summary) }
    try outputs.commit()
  }
}

/// Which plans are simulated, beside the closed forms that all plans have.
struct GateSimulationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Plans of more users are compared by their closed form alone.", valueName: "users"))
  var simulateUpTo: Int?

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
    if let simulateUpTo, simulateUpTo < 0 {
      throw ValidationError("--simulate-up-to is not negative")
    }
  }
}

/// A check failed: exit code 99, and the report has said why.
struct GateFailure: Error {}
