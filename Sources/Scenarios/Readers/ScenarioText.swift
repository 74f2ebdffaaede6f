import Foundation
import Support
import Synchronization

/// A scenario as it was read, with the text of every file that it or a variant of it names, so that it
/// can be read again where these files are not.
package struct ScenarioText: PartValue, Sendable {
  package struct File: PartValue, Sendable {
    package var path = ""
    package var text = ""

    package init() {}

    package init(path: String, text: String) {
      self.path = path
      self.text = text
    }

    package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
      try part.code(&path)
      try part.code(&text)
    }
  }

  /// Of the scenario's own file.
  package var path = ""
  /// As the reader takes them.
  package var overrides: [String] = []
  /// Where it was read.
  package var workingFolder = ""
  /// By path.
  package var files: [File] = []

  package init() {}

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(&path)
    try part.code(&overrides)
    try part.code(&workingFolder)
    try part.code(&files)
  }

  /// What `read` reads by the source that it is given.
  package init(
    path: String, overrides: [String], read: (FileSource) throws -> Void
  ) rethrows {
    let recorded = Recorder()
    self.path = path
    self.overrides = overrides
    workingFolder = FileManager.default.currentDirectoryPath
    try read(
      FileSource(parent: FileSource.diskParent) { path, order throws(SourceFile.Unreadable) in
        let file = try FileSource.disk.read(path, order)
        recorded.add(file)
        return file
      })
    files = recorded.files
  }

  private final class Recorder: Sendable {
    private let texts = Mutex<[String: String]>([:])

    func add(_ file: SourceFile) { texts.withLock { $0[file.path] = file.text } }

    var files: [File] {
      texts.withLock { $0 }.sorted { $0.key < $1.key }.map { File(path: $0.key, text: $0.value) }
    }
  }

  /// Reads these files and no others.
  package var source: FileSource {
    let texts = Dictionary(files.map { ($0.path, $0.text) }) { first, _ in first }
    var source = FileSource(parent: FileSource.diskParent) {
      path, order throws(SourceFile.Unreadable) in
      guard let text = texts[path] else {
        throw SourceFile.Unreadable(message: "the part does not hold this file")
      }
      return SourceFile(path: path, order: order, text: text)
    }
    source.workingFolder = workingFolder
    return source
  }

  /// The scenario, and what variants of it are read from.
  package func tree() throws(InputErrors) -> (tree: ScenarioTree, scenario: Scenario) {
    // Whether it may name files outside its folder was asked when it was read from there.
    try ScenarioReader.tree(path: path, overrides: overrides, allowOutside: true, source: source)
  }

  /// What of the files is not as in another one, in words that follow "its"; nil: nothing.
  package func difference(from other: ScenarioText) -> String? {
    let (here, there) = (shown(path), other.shown(other.path))
    if here != there { return "scenario is \(here), there \(there)" }
    let (own, theirs) = (texts, other.texts)
    for path in Set(own.keys).union(theirs.keys).sorted() where own[path] != theirs[path] {
      return own[path] == nil || theirs[path] == nil
        ? "scenario \(own[path] == nil ? "does not name" : "names") \(path)"
        : "\(path) has another text"
    }
    return nil
  }

  private var texts: [String: String] {
    Dictionary(files.map { (shown($0.path), $0.text) }) { first, _ in first }
  }

  private func shown(_ path: String) -> String {
    FileSource.shown(path, from: workingFolder)
  }

  /// Of texts that do not differ: the one that is kept, whatever their order.
  package func precedes(_ other: ScenarioText) -> Bool {
    (workingFolder, path, overrides.joined(separator: "\n"))
      < (other.workingFolder, other.path, other.overrides.joined(separator: "\n"))
  }
}
