import Foundation
import Support

/// Where files are read from: the disk, a revision of a repository, or texts that were read before.
package struct FileSource: Sendable {
  /// The working folder, of which paths tell nothing; nil: the one of the process.
  package var workingFolder: String?
  /// The folder of a file, of which `folder/name` is another file; `.`: the working folder.
  package var parent: @Sendable (_ path: String) -> String
  /// The file at a path, with its place among the files read.
  package var read:
    @Sendable (_ path: String, _ order: Int) throws(SourceFile.Unreadable) -> SourceFile

  package init(
    parent: @escaping @Sendable (_ path: String) -> String,
    read:
      @escaping @Sendable (_ path: String, _ order: Int) throws(SourceFile.Unreadable) -> SourceFile
  ) {
    self.parent = parent
    self.read = read
  }

  /// A path that, where it can, says nothing of the machine.
  package func shown(_ path: String) -> String {
    Self.shown(path, from: workingFolder ?? FileManager.default.currentDirectoryPath)
  }

  package static func shown(_ path: String, from folder: String) -> String {
    let here = folder + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }

  package static let disk = FileSource(parent: diskParent) {
    path, order throws(SourceFile.Unreadable) in
    try SourceFile.read(path: path, order: order)
  }

  package static func diskParent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// Loads YAML files and everything that they extend.
package final class ScenarioFiles {
  package let log: InputLog
  package let source: FileSource
  /// The folder that files must lie in; nil: anywhere.
  private let root: String?
  package private(set) var files: [SourceFile]
  /// Of all of them.
  private var bytes = 0
  /// What has been parsed, by path: no file is read twice.
  package private(set) var loaded: [String: Loaded]

  package struct Loaded: Sendable {
    package var file: SourceFile
    package var node: YAMLNode
  }

  package init(
    scenario path: String, allowOutside: Bool, log: InputLog, source: FileSource = .disk,
    loaded: [String: Loaded] = [:]
  ) {
    self.log = log
    self.source = source
    self.loaded = loaded
    files = loaded.values.map(\.file).sorted { $0.order < $1.order }
    root = allowOutside ? nil : Self.real(source.parent(path))
  }

  /// What was read, for `run.json`; where it can, a path says nothing of the machine.
  package var inputs: [InputFile] {
    files.map { InputFile(path: source.shown($0.path), hash: $0.hash) }
  }

  /// The nodes of a file; nil, and the reason in the log, if there are none. `place` is where
  /// another file names it.
  package func load(_ path: String, namedAt place: Place? = nil) -> YAMLNode? {
    if let known = loaded[path] { return known.node }
    do throws(SourceFile.Unreadable) {
      let file = try source.read(path, files.count)
      files.append(file)
      bytes += file.text.utf8.count
      if bytes > InputLimit.scenarioBytes.value {
        throw SourceFile.Unreadable(
          message: InputLimit.scenarioBytes.exceeded(by: "bytes in all files together"))
      }
      let node = YAMLDocument.parse(file, log: log)
      loaded[path] = node.map { Loaded(file: file, node: $0) }
      return node
    } catch {
      if let place {
        log.add(place, "'\(path)': \(error.message)")
      } else {
        var diagnostic = Diagnostic(file: path, message: error.message)
        diagnostic.line = error.line
        log.add(diagnostic)
      }
      return nil
    }
  }

  /// What a file that has been parsed is taken to say from now on.
  package func replace(_ path: String, with node: YAMLNode) { loaded[path]?.node = node }

  /// The path of a file that another one names, relative to that one; nil if it is outside.
  package func resolve(_ name: String, at place: Place) -> String? {
    let isOverride = place.file.order == SourceFile.overrideOrder
    let folder = source.parent(isOverride ? files.first?.path ?? "" : place.file.path)
    let path = name.hasPrefix("/") || folder == "." ? name : folder + "/" + name
    guard let root else { return path }
    let real = Self.real(path)
    if real == root || real.hasPrefix(root == "/" ? "/" : root + "/") { return path }
    log.add(
      place, "'\(name)' lies outside the scenario's folder, expected a file in it",
      hint: "--allow-outside permits it")
    return nil
  }

  /// Where a path leads. Links are followed before `..` is, as the system does it when a file is
  /// opened; what does not exist is taken as it is written.
  private static func real(_ path: String) -> String {
    var parts = path.utf8.count > Int(PATH_MAX) ? [] : path.split(separator: "/")
    var missing: [Substring] = []
    let start = path.hasPrefix("/") ? "/" : "./"
    while !parts.isEmpty {
      if let known = realpath(start + parts.joined(separator: "/"), nil) {
        defer { free(known) }
        return steps(missing.reversed(), from: String(cString: known))
      }
      missing.append(parts.removeLast())
    }
    let known = path.hasPrefix("/") ? "/" : FileManager.default.currentDirectoryPath
    return steps(missing.reversed(), from: known)
  }

  private static func steps(_ steps: some Sequence<Substring>, from start: String) -> String {
    var parts = start.split(separator: "/")
    for step in steps where step != "." {
      if step == ".." { _ = parts.popLast() } else { parts.append(step) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// A scenario with everything that it extends merged in.
  package func loadExtended(_ path: String) -> YAMLNode? {
    guard let node = load(path) else { return nil }
    return extended(node, chain: [path])
  }

  private func extended(_ node: YAMLNode, chain: [String]) -> YAMLNode? {
    guard case .mapping(var entries) = node.content,
      let index = entries.firstIndex(where: { $0.key == "extends" })
    else { return node }
    let value = entries.remove(at: index).value
    let rest = YAMLNode(content: .mapping(entries), place: node.place)
    guard let name = log.text(value), let path = resolve(name, at: value.place) else { return nil }
    let known = chain.map(identity)
    if let start = known.firstIndex(of: identity(path)) {
      let cycle = (chain[start...] + [path]).joined(separator: " → ")
      log.add(value.place, "'extends' goes round in a circle: \(cycle)")
      return nil
    }
    guard chain.count < InputLimit.extendsDepth.value else {
      log.add(value.place, InputLimit.extendsDepth.exceeded(by: "files extend each other"))
      return nil
    }
    guard let base = load(path, namedAt: value.place),
      let merged = extended(base, chain: chain + [path])
    else { return nil }
    return merged.removing("name").merged(with: rest)
  }

  /// Where a file really lies.
  package func identity(_ path: String) -> String { Self.real(path) }
}

extension YAMLNode {
  /// A mapping without a key.
  fileprivate func removing(_ key: String) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    return YAMLNode(content: .mapping(entries.filter { $0.key != key }), place: place)
  }
}
