import ArgumentParser
import Foundation
import Testing

@testable import costsim

/// What README and docs tell people to type.
@Suite struct DocumentedCommandsTests {
  struct Block: CustomStringConvertible {
    var page: String
    /// Each in words, `costsim` left out.
    var commands: [[String]]
    var description: String { "\(page): \(commands.map { $0.joined(separator: " ") })" }
  }

  private static func pages(_ folder: String) -> [String] {
    let root = RepositoryFiles.root.appendingPathComponent(folder).path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().map { folder + $0 }
  }

  /// Blocks of code that begin with a command of the program.
  static func blocks(_ pages: [String]) -> [Block] {
    pages.flatMap { page -> [Block] in
      let file = RepositoryFiles.root.appendingPathComponent(page)
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      let parts = text.split(separator: "```\n", omittingEmptySubsequences: false)
      return parts.enumerated().compactMap { place, part in
        guard !place.isMultiple(of: 2), part.hasPrefix("costsim ") else { return nil }
        let lines = part.replacing("\\\n", with: " ").split(separator: "\n")
        return Block(
          page: page, commands: lines.filter { $0.hasPrefix("costsim ") }.map { words(String($0)) })
      }
    }
  }

  /// As a shell splits it; a comment ends it.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line.dropFirst("costsim ".count) {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if "'\"".contains(character) {
        quote = character
        word = word ?? ""
      } else if character == "#", word == nil {
        break
      } else if character == " " {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  private static let all = pages("") + pages("docs/")

  /// What stands for something else (`FILE|WHEEL`, `[words]`, `…`) is a form, no command.
  private static func isForm(_ words: [String]) -> Bool {
    words.contains { $0.contains("|") || $0.hasPrefix("[") || $0 == "…" || $0 == "FILE" }
  }

  /// Verbs and options are there, and take what is written.
  @Test func everyCommandIsUnderstood() {
    let commands = Self.blocks(Self.all + Self.pages("docs/recipes/")).flatMap { block in
      block.commands.map { (block.page, $0) }
    }
    #expect(commands.count > 40)
    for (page, words) in commands where !Self.isForm(words) {
      #expect(throws: Never.self, "\(page): costsim \(words.joined(separator: " "))") {
        _ = try Costsim.parseAsRoot(words)
      }
    }
  }

  /// Recipes run as they stand, but for few users.
  @Test(arguments: blocks(pages("docs/recipes/"))) func recipesRun(block: Block) throws {
    let folder = try ScenarioFolder()
    for words in block.commands {
      let few = words.first == "init" ? ["--users", "3"] : []
      let outcome = try Program.run(words + few, in: folder.url)
      #expect(outcome.code == 0, "\(words): \(outcome.errors)")
    }
  }

  /// A recipe is read in one go.
  @Test func recipesAreShort() throws {
    let pages = Self.pages("docs/recipes/")
    #expect(pages.count > 5)
    for page in pages {
      let file = RepositoryFiles.root.appendingPathComponent(page)
      let lines = try String(contentsOf: file, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 40, "\(page)")
    }
  }
}
