import Foundation
import Scenarios
import Support

/// Files of a revision of the repository in the working folder: `main:scenarios/x.yaml`. As in git,
/// a path counts from the repository's root, or from the working folder if it begins with `./` or
/// `../`.
package enum GitFiles {
  /// Whether that is a revision and a path rather than a file.
  package static func isRevision(_ argument: String) -> Bool {
    split(argument) != nil && !FileManager.default.fileExists(atPath: argument)
  }

  /// At the first colon that is not in braces: `main@{2026-01-01 09:00}:x.yaml` has one path. nil:
  /// no revision or no colon.
  package static func split(_ argument: String) -> (revision: String, path: String)? {
    var depth = 0
    for place in argument.indices {
      switch argument[place] {
      case "{": depth += 1
      case "}" where depth > 0: depth -= 1
      case ":" where depth == 0:
        guard place != argument.startIndex else { return nil }
        return (String(argument[..<place]), String(argument[argument.index(after: place)...]))
      default: break
      }
    }
    return nil
  }

  /// Reads `REV:PATH`; what such a file names lies in the same revision.
  package static let source = FileSource(parent: parent) {
    path, order throws(SourceFile.Unreadable) in
    let name = try checked(path)
    let (output, problem) = try run(["cat-file", "blob", name])
    if output.count > InputLimit.fileBytes.value { throw SourceFile.Unreadable.tooLarge }
    if let problem {
      if let (revision, file) = split(name) {
        try expectRevision(revision)
        throw missing(file, in: revision, problem)
      }
      throw SourceFile.Unreadable(message: "no such file in that revision (\(problem))")
    }
    guard let text = String(validating: output, as: UTF8.self) else {
      throw SourceFile.Unreadable(message: "invalid UTF-8, expected UTF-8 text")
    }
    return SourceFile(path: path, order: order, text: text)
  }

  /// Whether the revision has such a file. Throws where git does not know the revision, so that a
  /// clone without it is not taken for a revision without the file.
  package static func has(_ argument: String) throws(SourceFile.Unreadable) -> Bool {
    let name = try checked(argument)
    if let (revision, _) = split(name) { try expectRevision(revision) }
    return try isKnown(name)
  }

  /// Where the file of `REV:PATH` lies in the working tree.
  package static func workingPath(_ argument: String) throws(SourceFile.Unreadable) -> String? {
    guard let (_, path) = split(try checked(argument)) else { return nil }
    if path.hasPrefix("./") || path.hasPrefix("../") { return path }
    let (output, problem) = try run(["rev-parse", "--show-cdup"])
    guard problem == nil else { return nil }
    return String(decoding: output, as: UTF8.self).filter { !$0.isNewline } + path
  }

  /// What is wrong with a path that a revision has not.
  package static func missing(
    _ path: String, in revision: String, _ problem: String = ""
  ) -> SourceFile.Unreadable {
    let near = "\(revision):./\(path)"
    let hint = (try? isKnown(near)) == true ? ", did you mean '\(near)'?" : ""
    let reason = hint.isEmpty && !problem.isEmpty ? " (\(problem))" : hint
    return SourceFile.Unreadable(message: "no such file in that revision" + reason)
  }

  // MARK: Names

  /// The folder of a file of a revision, of which `folder/name` is another file.
  private static func parent(_ path: String) -> String {
    guard let (revision, file) = split(path) else { return "." }
    return revision + ":" + (file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "")
  }

  private static func checked(_ path: String) throws(SourceFile.Unreadable) -> String {
    guard !path.hasPrefix("-") else {
      throw SourceFile.Unreadable(message: "a revision cannot begin with '-'")
    }
    return standardized(path)
  }

  /// Without `.` and `..` steps within it, which git does not follow.
  private static func standardized(_ name: String) -> String {
    guard let (revision, path) = split(name) else { return name }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    let isFromHere = path.hasPrefix("./") || path.hasPrefix("../")
    let start = isFromHere && parts.first != ".." ? "./" : ""
    return revision + ":" + start + parts.joined(separator: "/")
  }

  // MARK: Git

  private static func isKnown(_ name: String) throws(SourceFile.Unreadable) -> Bool {
    try run(["rev-parse", "--verify", "--quiet", name]).problem == nil
  }

  private static func expectRevision(_ revision: String) throws(SourceFile.Unreadable) {
    let (_, problem) = try run(["rev-parse", "--verify", revision + "^{tree}"])
    guard let problem else { return }
    guard problem.hasSuffix("Needed a single revision") else {
      throw SourceFile.Unreadable(message: problem)
    }
    var hint = ""
    if try isKnown("origin/\(revision)^{tree}") {
      hint = ", did you mean 'origin/\(revision)'?"
    } else if try isShallow() {
      hint = ": this clone is shallow, 'git fetch --unshallow' gets all revisions"
    }
    throw SourceFile.Unreadable(message: "git knows no revision '\(revision)'" + hint)
  }

  private static func isShallow() throws(SourceFile.Unreadable) -> Bool {
    let (output, _) = try run(["rev-parse", "--is-shallow-repository"])
    return String(decoding: output, as: UTF8.self).hasPrefix("true")
  }

  /// What git prints, up to one byte more than is read, and the first line of its complaint if it fails.
  private static func run(
    _ arguments: [String]
  ) throws(SourceFile.Unreadable) -> (output: Data, problem: String?) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    // Complaints are read, so they are wanted in one language.
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
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
      return (data, process.terminationStatus == 0 ? nil : String(text))
    } catch {
      throw SourceFile.Unreadable(message: "git cannot be run")
    }
  }
}
