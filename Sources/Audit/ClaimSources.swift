import CostModel
import Scenarios
import Support

/// The catalogs, scenarios and policies that a claims file names. All are read, used or not, so
/// that a mistake in them is told.
package struct ClaimSources {
  private let log: InputLog
  private let catalogs: [(name: String, content: Catalog?)]
  private let scenarios: [(name: String, content: Scenario?)]
  private let policies: [(name: String, content: Policy?)]
  /// By name of a catalog, scenario or policy.
  private let typedFrom: [String: [String]]

  package init(log: InputLog, files: ScenarioFiles, root: Fields, allowOutside: Bool) {
    self.log = log
    func all<Content>(
      _ key: String, _ read: (String) throws(InputErrors) -> Content
    ) -> [(name: String, content: Content?)] {
      root.entries(key).map { entry in
        guard let name = log.text(entry.value),
          let path = files.resolve(name, at: entry.value.place)
        else { return (entry.key, nil) }
        do throws(InputErrors) {
          return (entry.key, try read(path))
        } catch {
          for diagnostic in error.diagnostics {
            // A file that cannot be read at all is a mistake of the one that names it.
            if diagnostic.line == nil, diagnostic.file == path {
              log.add(entry.value.place, "'\(name)': \(diagnostic.message)")
            } else {
              log.add(diagnostic)
            }
          }
          log.add(notKept: error.notKept)
          return (entry.key, nil)
        }
      }
    }
    let catalogs = all("catalogs") { path throws(InputErrors) in
      try CatalogReader.read(path: path)
    }
    self.catalogs = catalogs
    scenarios = all("scenarios") { path throws(InputErrors) in
      try ScenarioReader.read(path: path, allowOutside: allowOutside)
    }
    let models = catalogs.first?.content ?? Catalog()
    let policies = all("policies") { path throws(InputErrors) in
      try PolicyReader.read(path: path, catalog: models)
    }
    self.policies = policies
    let names = catalogs.map(\.name) + scenarios.map(\.name) + policies.map(\.name)
    var typedFrom: [String: [String]] = [:]
    for entry in root.entries("typed_from") {
      if !names.contains(entry.key) {
        log.unknown("source", entry.key, at: entry.keyPlace, among: names)
      }
      typedFrom[entry.key] = log.texts(entry.value).map(\.text)
    }
    self.typedFrom = typedFrom
  }

  /// The documents that a named source was typed from, with what it says of itself.
  package func typedFrom(_ name: String, saying sources: [String?] = []) -> TypedFrom {
    TypedFrom(documents: typedFrom[name] ?? [], sources: sources.compactMap { $0 })
  }

  package func catalog(_ fields: Fields) -> (name: String, content: Catalog)? {
    pick(catalogs, "catalog", fields).map { ($0.name, $0.content) }
  }

  package func scenario(_ fields: Fields) -> (name: String, content: Scenario)? {
    pick(scenarios, "scenario", fields)
  }

  package func policy(_ fields: Fields) -> (name: String, content: Policy)? {
    pick(policies, "policy", fields)
  }

  /// The one that is named, or the only one.
  private func pick<Content>(
    _ all: [(name: String, content: Content?)], _ what: String, _ fields: Fields
  ) -> (name: String, content: Content)? {
    let plural = what == "policy" ? "policies" : what + "s"
    guard let node = fields[what], let name = log.text(node) else {
      if all.count != 1 {
        log.add(
          fields.place,
          all.isEmpty
            ? "the file names no \(plural), expected one under '\(plural)'"
            : "'\(what)' is missing: the file names \(all.count) \(plural)")
      }
      return all.count == 1 ? all[0].content.map { (all[0].name, $0) } : nil
    }
    guard let found = all.first(where: { $0.name == name }) else {
      log.unknown(what, name, at: node.place, among: all.map(\.name))
      return nil
    }
    // One that could not be read has told why.
    return found.content.map { (name, $0) }
  }
}
