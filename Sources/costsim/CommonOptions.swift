import ArgumentParser
import CostModel
import Foundation
import Gates
import Scenarios
import Support

/// Options of every verb that reads a scenario.
struct ScenarioOptions: ParsableArguments {
  @Option(help: "Numbers of users to simulate, in place of the scenario's plans: 50,100,500.")
  var users: String?

  @Option(help: "Seed of the random draws, in place of the scenario's.")
  var seed: UInt64?

  @Option(
    name: .customLong("override"),
    help: ArgumentHelp(
      "Changes one value of the scenario: cache.scope=global. Repeatable.",
      valueName: "path=value"))
  var overrides: [String] = []

  @Option(help: "Price catalog in place of the scenario's.")
  var catalog: String?

  @Option(help: "Another catalog: the report says what its prices would do to the bill.")
  var compareCatalog: String?

  @Flag(help: "Lets a scenario name files outside its own folder.")
  var allowOutside = false

  /// Everything that was changed on the command line, as `path=value` and as the user wrote it.
  var allOverrides: [String] {
    var list = overrides
    if let catalog { list.append("catalog=\(catalog)") }
    if let compareCatalog { list.append("compare_catalog=\(compareCatalog)") }
    if let users { list.append("plans=[\(users)]") }
    if let seed { list.append("seed=\(seed)") }
    return list
  }

  /// The same for the reader, which reads paths from the scenario's folder.
  func readerOverrides() throws -> [String] {
    let files = [("catalog", catalog), ("compare_catalog", compareCatalog)]
    return try allOverrides
      + files.compactMap { key, path in try path.map { "\(key)=\(try Self.absolute($0))" } }
  }

  /// Options name files from where the user is.
  static func absolute(_ path: String) throws -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw BadInput(message: "\(path): error: no such file")
    }
    return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  var mayLeaveFolder: Bool { allowOutside || catalog != nil || compareCatalog != nil }

  func validate() throws {
    for part in users?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    where part.wholeMatch(of: /[1-9][0-9]*[kKmM]?/) == nil {
      throw ValidationError("--users: expected numbers like 50,100,1000, not '\(part)'")
    }
  }

  /// What variants of a scenario are read from.
  func tree(_ path: String) throws -> ScenarioTree {
    try ScenarioReader.tree(
      path: path, overrides: try readerOverrides(), allowOutside: mayLeaveFolder
    ).tree
  }

  /// Reads all of them; all errors of all files are told at once, and one that several scenarios
  /// share (in their catalog, say) only once.
  func read(_ paths: [String]) throws -> [Scenario] {
    let overrides = try readerOverrides()
    return try read(paths, name: \.name) { path throws(InputErrors) in
      try ScenarioReader.read(path: path, overrides: overrides, allowOutside: mayLeaveFolder)
    }
  }

  /// The same with the text of everything that they name.
  func readWhole(_ paths: [String]) throws -> [(scenario: Scenario, source: YAMLNode)] {
    let overrides = try readerOverrides()
    return try read(paths, name: \.scenario.name) { path throws(InputErrors) in
      try ScenarioReader.readWhole(
        path: path, overrides: overrides, allowOutside: mayLeaveFolder,
        source: GitFiles.isRevision(path) ? GitFiles.source : .disk)
    }
  }

  private func read<Read>(
    _ paths: [String], name: (Read) -> String, one: (String) throws(InputErrors) -> Read
  ) throws -> [Read] {
    var scenarios: [Read] = []
    var messages: [String] = []
    var told: Set<String> = []
    for path in paths {
      do throws(InputErrors) {
        scenarios.append(try one(path))
      } catch {
        let new = error.diagnostics.filter { told.insert($0.description).inserted }
        if !new.isEmpty { messages.append(InputErrors(new, notKept: error.notKept).description) }
      }
    }
    for scenario in Set(scenarios.map(name)) {
      let same = zip(scenarios, paths).filter { name($0.0) == scenario }.map(\.1)
      if same.count > 1 {
        messages.append(
          "\(same[1]): error: its name '\(scenario)' is also that of \(same[0]), expected names "
            + "that differ, since they are the report's folders")
      }
    }
    guard messages.isEmpty else { throw BadInput(message: messages.joined(separator: "\n")) }
    return scenarios
  }
}

/// Options about what is printed.
struct PrintOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Prints errors only.")
  var quiet = false

  @Flag(help: "No colours (so does NO_COLOR).")
  var noColor = false

  @Flag(help: "Prints JSON in place of text.")
  var json = false

  func validate() { if json { StandardStream.program = "--json" } }

  /// The result, to standard output.
  func show(json value: @autoclosure () -> JSONValue, text: @autoclosure () -> String) {
    guard !quiet else { return }
    if json { put(value().text) } else { StandardStream.say(text()) }
  }

  /// Text for programs, to standard output.
  func put(_ text: @autoclosure () -> String) {
    if !quiet { StandardStream.put(text()) }
  }

  /// Whether standard output is a terminal that may be coloured.
  var isStyled: Bool {
    !noColor && ProcessInfo.processInfo.environment["NO_COLOR"] == nil && isatty(STDOUT_FILENO) == 1
  }
}
