import Foundation
import Testing

/// The modules of ARCHITECTURE.md are those of Package.swift, and each sees what its line says.
@Suite struct ModuleGraphTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: RepositoryFiles.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// What each target of the manifest that holds product code depends on, of the others.
  private static func manifest() throws -> [String: Set<String>] {
    var targets: [String: Set<String>] = [:]
    let declaration =
      #/\.(?:executableTarget|target)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?/#
    for match in try text("Package.swift").matches(of: declaration) {
      let names = (match.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) }
      targets[String(match.1)] = Set(names)
    }
    for name in ["DocumentRules", "ReferenceEngine", "LogJSON", "WorkbookFile", "LibraryExample"] {
      targets[name] = nil
    }
    let own = Set(targets.keys)
    return targets.mapValues { $0.intersection(own) }
  }

  /// Module and what it sees, in the order of the page's table.
  private static func page() throws -> [(name: String, sees: Set<String>)] {
    try text("ARCHITECTURE.md").matches(of: #/(?m)^\| `(\w+)` \| ([\w, ]+) \| /#).map {
      ($0.1.description, Set($0.2.matches(of: /\w+/).map { String($0.0) }).subtracting(["nothing"]))
    }
  }

  @Test func thePageIsTheManifest() throws {
    let manifest = try Self.manifest()
    let page = try Self.page()
    #expect(page.count == 12 && page.count == manifest.count)
    for (name, sees) in page { #expect(manifest[name] == sees, "\(name)") }
  }

  /// Every module sees only modules that stand above it in the table: no cycle, and one order to read in.
  @Test func nothingPointsUp() throws {
    var known: Set<String> = []
    for (name, sees) in try Self.page() {
      #expect(sees.isSubset(of: known), "\(name)")
      known.insert(name)
    }
  }

  /// A module imports what the manifest lets it see; SwiftPM alone does not always notice.
  @Test func importsAreThoseOfTheManifest() throws {
    let manifest = try Self.manifest()
    var imports = 0
    for (name, sees) in manifest {
      let root = RepositoryFiles.root.appendingPathComponent("Sources/\(name)")
      let files = try #require(FileManager.default.enumerator(atPath: root.path))
      for case let file as String in files where file.hasSuffix(".swift") {
        for match in try Self.text("Sources/\(name)/\(file)").matches(
          of: #/(?m)^(?:@?\w+ )*import (?:\w+ )?(\w+)$/#)
        {
          let module = String(match.1)
          guard manifest[module] != nil else { continue }
          imports += 1
          #expect(sees.contains(module), "\(name)/\(file) imports \(module)")
        }
      }
    }
    #expect(imports > 1_000)
  }
}
