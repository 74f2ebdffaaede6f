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

  /// Prints the report, writes the files and the job summary of GitHub Actions.
  func write(_ report: GateReport) throws {
    try writeFiles(report)
    switch printing.json ? .json : format {
    case .text: printing.show(json: .null, text: GateText.text(report))
    case .markdown: printing.show(json: .null, text: GateMarkdown.text(report))
    case .json: printing.put(GateJSON.json(report).text)
    case .junit: printing.put(JUnitXML.text(report))
    case .bench: printing.put(GateJSON.bench(report).text)
    }
  }

  /// What is left behind, without what is printed.
  func writeFiles(_ report: GateReport) throws {
    let outputs = Outputs()
    if let out {
      let folder = try OutputFolder(path: out, outputs: outputs)
      try folder.write(GateMarkdown.text(report), to: "comment.md")
      try folder.write(GateJSON.json(report).text, to: "check.json")
      try folder.write(JUnitXML.text(report), to: "junit.xml")
      try folder.write(GateJSON.bench(report).text, to: "bench.json")
    }
    // Several steps of a job share the file, so it grows.
    if let path = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
      try outputs.append(GateMarkdown.text(report) + "\n", to: path)
    }
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
