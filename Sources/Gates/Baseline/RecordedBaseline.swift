import Foundation
import Support

/// The baseline that a check compares with, and what has to be said of where it comes from.
package struct RecordedBaseline: Sendable {
  package var baseline: Baseline
  /// A remark on where it was read from; nil for a file as it lies there.
  package var note: String?

  /// Of a file, or of one in a revision of the repository: a change that renews its own baseline is
  /// then still compared with the old one.
  package static func read(_ path: String) throws -> RecordedBaseline {
    guard GitFiles.isRevision(path) else {
      return RecordedBaseline(baseline: try BaselineReader.read(path: path))
    }
    do {
      let working = try GitFiles.workingPath(path)
      let isThere = working.map { FileManager.default.fileExists(atPath: $0) } ?? false
      guard try GitFiles.has(path) else {
        // A name that exists nowhere is a mistake, and would compare nothing for ever.
        guard isThere, let working, let (revision, _) = GitFiles.split(path) else {
          throw GitFiles.split(path).map { GitFiles.missing($0.path, in: $0.revision) }
            ?? SourceFile.Unreadable(message: "no such file")
        }
        return RecordedBaseline(
          baseline: Baseline(), note: "\(revision) has no \(working) yet, so every bill is new.")
      }
      return RecordedBaseline(
        baseline: try BaselineReader.read(path: path, source: GitFiles.source),
        note: try note(path, working: isThere ? working : nil))
    } catch let error as SourceFile.Unreadable {
      throw BadInput(message: "\(path): error: \(error.message)")
    }
  }

  /// Whether the working tree has another baseline, which does not count.
  private static func note(
    _ path: String, working: String?
  ) throws(SourceFile.Unreadable) -> String? {
    guard let working else { return "The bills are compared with \(path), which is gone here." }
    let then = try GitFiles.source.read(path, 0).text
    let now = (try? SourceFile.read(path: working, order: 0))?.text
    // A checkout may turn line ends.
    guard now?.replacing("\r\n", with: "\n") != then.replacing("\r\n", with: "\n") else {
      return nil
    }
    return
      "The bills are compared with \(path); \(working) differs from it here and does not count."
  }
}
