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
      // Blocks of other languages have their name behind the marks.
      let parts = text.matches(of: /(?ms)^```([a-z]*)\n(.*?)^```$/)
      return parts.filter { $0.output.1.isEmpty }.map(\.output.2).compactMap { part in
        guard part.hasPrefix("costsim ") else { return nil }
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

  /// README's and the pages' commands run as they stand, one page after the other's files, but for few
  /// users and months, and on small scenarios in the places of the shipped ones, which other tests run.
  @Test(arguments: all) func commandsRun(page: String) throws {
    let blocks = Self.blocks([page])
    guard !blocks.isEmpty else { return }
    let folder = try Self.workplace()
    let few = ["--users": "3", "--runs": "4", "--budget": "1"]
    for words in blocks.flatMap(\.commands) where !Self.isForm(words) {
      var words = words.enumerated().map { place, word in
        place > 0 ? few[words[place - 1]] ?? word : word
      }
      words = words.flatMap { $0 == "*.bin" ? ["1.bin"] : [$0] }
      if words.first == "init" { words += ["--users", "3"] }
      // Shares of a log that the page says are elsewhere.
      words = words.map { $0 == "1/40" ? "1/1" : $0 }
      let outcome = try Program.run(words, in: folder.url)
      #expect(outcome.code == 0, "\(page): \(words.joined(separator: " ")): \(outcome.errors)")
      // What a baseline wrote is compared with what main has.
      if words.first == "baseline" { try Self.commit(folder) }
    }
  }

  /// A folder with the files that the pages name.
  private static func workplace() throws -> ScenarioFolder {
    let folder = try ScenarioFolder([:])
    let files = FileManager.default
    let shipped = RepositoryFiles.root.appendingPathComponent("scenarios")
    try files.createDirectory(
      at: folder.url.appendingPathComponent("scenarios"), withIntermediateDirectories: true)
    for name in ["catalogs", "policies"] {
      for place in ["", "scenarios/"] {
        try files.copyItem(
          at: shipped.appendingPathComponent(name),
          to: folder.url.appendingPathComponent(place + name))
      }
    }
    for name in ["two-tier", "huntaze-published", "huntaze-engineering", "ab-test"] {
      for place in ["", "scenarios/"] { try folder.write("\(place)\(name).yaml", small(name)) }
    }
    try folder.write("s.yaml", small("s"))
    for (copy, name) in [
      ("documents", "documents"), ("market", "market"), ("catalog", "market"),
      ("my-prices", "documents"),
    ] {
      try files.copyItem(
        at: shipped.appendingPathComponent("catalogs/\(name).yaml"),
        to: folder.url.appendingPathComponent(copy + ".yaml"))
    }
    try folder.write("scenarios/claims.yaml", claims)
    for (name, day) in [("requests", "01"), ("day-01", "01"), ("day-02", "02")] {
      let rows = (6...19).map { hour in
        "2025-11-\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z,gpt-4o-mini,u\(hour % 3),\(100 + hour),20\n"
      }
      try folder.write(
        name + ".csv", "timestamp,model,user,input_tokens,output_tokens\n" + rows.joined())
    }
    for (piece, first) in [("a", 1), ("b", 2)] {
      let rows = (0...6).map { row in
        let place = first + 2 * row
        return "2025-11-01T\(9 + row):\(first)0:00Z,gpt-4o-mini,\(piece),100,20,\(place)\n"
          .replacing("T9:", with: "T09:")
      }
      try folder.write(
        "accounts-\(piece).csv",
        "timestamp,model,user,input_tokens,output_tokens,place\n" + rows.joined())
    }
    try folder.write("log.csv", "when,prompt,output_tokens\n2025-11-01T06:00:00Z,100,20\n")
    let used =
      "timestamp,model,input_tokens,output_tokens\n2026-11-01T06:00:00Z,gpt-4o-mini,100,20\n"
    try folder.write("usage.csv", used)
    try folder.write("week36/one.csv", used)
    try folder.write(
      "spend.json",
      """
      [{"request_id": "a", "call_type": "acompletion", "startTime": "2026-11-01T06:00:00Z", "model": "gpt-4o-mini", "status": "success",
        "prompt_tokens": 100, "completion_tokens": 20, "spend": 0.000027, "user": "u1"}]
      """)
    try folder.write("names.yaml", "aliases:\n  - {name: chat, model: gpt-4o-mini}\n")
    try git(folder, "init", "-q", "-b", "main")
    try commit(folder)
    return folder
  }

  private static func commit(_ folder: ScenarioFolder) throws {
    try git(folder, "add", "-A")
    try git(folder, "commit", "-q", "-m", "files")
  }

  private static func git(_ folder: ScenarioFolder, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "user.email=a@b.c", "-c", "user.name=n"] + arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// Few calls a month, with what the commands name: two models, a response cache, a budget.
  private static func small(_ name: String) -> String {
    """
    name: \(name)
    period: 2025-11
    plans: [2, 3]
    catalog: catalogs/market.yaml
    policy: policies/two-tier.yaml
    budget: {amount: $1, thresholds: [75%]}
    cache: {mode: rate, classes: {chat: {ttl: 1h, hit_rate: 50%}}}
    models:
      gpt-4o-mini: {latency: 1s}
      gpt-4o: {latency: 1s}
    workloads:
      fan-messages:
        volume: 30
        task: chat
        complexity: simple
        cache_class: chat
        input: 500
        output: 200
    """
  }

  private static let claims = """
    title: What a small document says
    claims:
      a: {subject: rent, published: $10.50, unit: USD per month, at: "plan.md:1"}
    """

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
