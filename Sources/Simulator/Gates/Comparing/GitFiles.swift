import Foundation

/// Files of a revision of the repository in the working folder: `main:scenarios/x.yaml`.
enum GitFiles {
  /// Whether that is a revision and a path rather than a file.
  static func isRevision(_ argument: String) -> Bool {
    guard let colon = argument.firstIndex(of: ":") else { return false }
    return colon != argument.startIndex && !FileManager.default.fileExists(atPath: argument)
  }

  /// Reads `REV:PATH`; what such a file names lies in the same revision.
  static let source = FileSource { path, order throws(SourceFile.Unreadable) in
    let name = standardized(path)
    guard !name.hasPrefix("-") else {
      throw SourceFile.Unreadable(message: "a revision cannot begin with '-'")
    }
    let (output, problem) = try run(["cat-file", "blob", name])
    if output.count > InputLimit.fileBytes.value { throw SourceFile.Unreadable.tooLarge }
    guard problem.isEmpty else {
      throw SourceFile.Unreadable(message: "no such file in that revision (\(problem))")
    }
    guard let text = String(validating: output, as: UTF8.self) else {
      throw SourceFile.Unreadable(message: "invalid UTF-8, expected UTF-8 text")
    }
    return SourceFile(path: path, order: order, text: text)
  }

  /// Without `.` and `..` steps, which git does not follow.
  private static func standardized(_ path: String) -> String {
    guard let colon = path.firstIndex(of: ":") else { return path }
    var parts: [Substring] = []
    for part in path[path.index(after: colon)...].split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
    }
    return path[...colon] + parts.joined(separator: "/")
  }

  /// What git prints, up to one byte more than is read, and the first line of its complaint if it fails.
  private static func run(
    _ arguments: [String]
  ) throws(SourceFile.Unreadable) -> (output: Data, problem: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      let most = InputLimit.fileBytes.value
      let data = try output.fileHandleForReading.read(upToCount: most + 1) ?? Data()
      if data.count > most { kill(process.processIdentifier, SIGKILL) }
      let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      let text = String(decoding: complaint, as: UTF8.self).split(separator: "\n").first ?? "git"
      return (data, process.terminationStatus == 0 ? "" : String(text))
    } catch {
      throw SourceFile.Unreadable(message: "git cannot be run")
    }
  }
}
