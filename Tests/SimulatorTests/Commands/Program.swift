import Foundation
import Testing

/// The program itself, run as a user runs it.
enum Program {
  struct Outcome: Equatable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The build that lies beside the tests.
  static func url() throws -> URL {
    var folder = Bundle.main.executableURL?.deletingLastPathComponent()
    // On some systems the tests run inside a bundle, a few folders below the program.
    for _ in 0..<5 {
      guard let candidate = folder?.appendingPathComponent("costsim") else { break }
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder?.deleteLastPathComponent()
    }
    throw Missing()
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "the program 'costsim' does not lie beside the tests" }
  }

  /// Runs it to its end, in the repository unless told otherwise; what goes to `output` or `errors`
  /// is not seen.
  static func run(
    _ arguments: [String], in folder: URL = RepositoryFiles.root, program: URL? = nil,
    output: String? = nil, errors: String? = nil
  ) throws -> Outcome {
    try ScenarioFolder().capture(
      process(arguments, in: folder, program: program), output: output, errors: errors)
  }

  /// The program beside the tests, or another build of it.
  static func process(
    _ arguments: [String], in folder: URL, program: URL? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = try program ?? url()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    return process
  }
}

extension ScenarioFolder {
  /// What it prints goes to files first: a full pipe would stop it.
  fileprivate func capture(
    _ process: Process, output: String?, errors: String?
  ) throws -> Program.Outcome {
    try write("out", "")
    try write("err", "")
    process.standardOutput = FileHandle(forWritingAtPath: output ?? path("out"))
    process.standardError = FileHandle(forWritingAtPath: errors ?? path("err"))
    try process.run()
    process.waitUntilExit()
    return Program.Outcome(
      code: process.terminationStatus,
      output: try String(contentsOfFile: path("out"), encoding: .utf8),
      errors: try String(contentsOfFile: path("err"), encoding: .utf8))
  }

  /// Everything in it, with its subfolders.
  var content: [String] {
    (FileManager.default.enumerator(atPath: url.path)?.allObjects as? [String] ?? []).sorted()
  }
}
