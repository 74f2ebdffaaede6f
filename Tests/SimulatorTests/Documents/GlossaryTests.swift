import Foundation
import Testing

/// docs/glossary.md: the words of the docs, the keys and the code are the same.
@Suite struct GlossaryTests {
  private struct Entry {
    var term: String
    var key: String
    var type: String
  }

  private static func entries() throws -> [Entry] {
    let page = RepositoryFiles.root.appendingPathComponent("docs/glossary.md")
    return try String(contentsOf: page, encoding: .utf8).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count == 6, cells[1] != "term", !cells[1].hasPrefix("-") else { return nil }
      let bare = { (text: String) in text.trimmingCharacters(in: ["`"]) }
      return Entry(term: cells[1], key: bare(cells[3]), type: bare(cells[4]))
    }
  }

  /// Every type is declared in the sources, and every key is one that a file may have.
  @Test func everyKeyAndTypeExists() throws {
    let entries = try Self.entries()
    #expect(entries.count > 40)
    #expect(Set(entries.map(\.term)).count == entries.count)
    var declared: Set<Substring> = []
    let sources = RepositoryFiles.root.appendingPathComponent("Sources")
    for file in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    where file.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for match in text.matches(of: /\b(?:struct|enum|class|typealias) (\w+)/) {
        declared.insert(match.1)
      }
    }
    var keys: Set<Substring> = []
    for page in ["scenario", "catalog", "policy", "claims"] {
      let text = try String(
        contentsOf: RepositoryFiles.root.appendingPathComponent("docs/\(page)-format.md"),
        encoding: .utf8)
      for match in text.matches(of: /`([a-z_]+)`/) { keys.insert(match.1) }
    }
    for entry in entries {
      #expect(declared.contains(entry.type[...]), "\(entry.term): no type \(entry.type)")
      #expect(
        entry.key.isEmpty || keys.contains(entry.key[...]),
        "\(entry.term): no key \(entry.key)")
    }
  }
}
