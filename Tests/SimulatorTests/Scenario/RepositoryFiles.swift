import Foundation
import Testing

/// Files of this repository that tests read or compare with.
enum RepositoryFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Expects a file to hold exactly this text; with `COSTSIM_RECORD=1` writes it, and fails.
  static func expect(_ text: String, in path: String) throws {
    let file = root.appendingPathComponent(path)
    if ProcessInfo.processInfo.environment["COSTSIM_RECORD"] != nil {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(path)")
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(path): COSTSIM_RECORD=1 rewrites it")
  }
}
