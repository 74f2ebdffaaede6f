import ArgumentParser
import Foundation
import Testing

@testable import costsim

/// What holds for every verb: its help shows an example, and with `--json` its standard output is
/// one JSON document whose decimals are text (docs/interface.md).
@Suite struct EveryVerbTests {
  /// A way to call a verb in the folder below.
  struct Case: CustomTestStringConvertible, Sendable {
    var verb: String
    var arguments: String
    /// What must be done first.
    var first: String?

    init(_ verb: String, _ arguments: String, after first: String? = nil) {
      self.verb = verb
      self.arguments = arguments
      self.first = first
    }

    var testDescription: String { verb }
  }

  static let cases = [
    Case("run", "s.yaml --out out"),
    Case("run", "s.yaml --out out --table costs --sort -cost_usd --top 2 --columns model,cost_usd"),
    Case("forecast", "s.yaml --out out --months 2 --growth 10%"),
    Case("levers", "s.yaml --out out"),
    Case("stress", "s.yaml --out out"),
    Case("solve", "s.yaml --out out"),
    Case("sweep", "s.yaml --out out --vary users=1,2"),
    Case("sweep", "s.yaml --out out --vary users=1,2 --sort -cost_usd"),
    Case("sensitivity", "s.yaml --out out"),
    Case("select", "s.yaml --out out"),
    Case("what-if", "s.yaml users=2 2x"),
    Case("replay", "log.csv --scenario s.yaml --policy logged --out out"),
    Case("replay", "log.csv --scenario s.yaml --policy logged --out out --table daily --top 1"),
    Case("run", "s.yaml --runs 2 --shard 1/2 --partial p.bin"),
    Case("merge", "p.bin --out out", after: "run s.yaml --runs 2 --partial p.bin"),
    Case(
      "merge", "p.bin --partial q.bin", after: "run s.yaml --runs 2 --shard 2/2 --partial p.bin"),
    Case("read", "log.csv --catalog catalog.yaml -o rows.csv"),
    Case("calibrate", "log.csv --catalog catalog.yaml -o fitted.yaml"),
    Case("explain", "s.yaml --call 1"),
    Case("validate", "s.yaml"),
    Case("init", "new"),
    Case("check", "s.yaml --baseline b.yaml", after: "baseline s.yaml -o b.yaml"),
    Case("diff", "s.yaml s.yaml"),
    Case("baseline", "s.yaml -o b.yaml"),
    Case("query", "out/s/costs.sqlite", after: "run s.yaml --out out"),
    Case("audit", "claims.yaml --out out"),
    Case("price", "usage.csv --catalog catalog.yaml"),
    Case(
      "estimate",
      "--requests-per-day 10 --input 100 --output 20 --mini 50% --catalog catalog.yaml "
        + "--mini-model small --full-model large"),
    Case("catalog list", "catalog.yaml"),
    Case("catalog list", "catalog.yaml --sort -input_usd_per_1m"),
    Case("catalog show", "catalog.yaml small"),
    Case("catalog import", "litellm list.json"),
    Case("catalog refresh", "catalog.yaml --from list.json -o fresh.yaml"),
    Case("catalog lint", "catalog.yaml --date 2026-01-01"),
    Case("catalog diff", "catalog.yaml catalog.yaml --scenario s.yaml"),
  ]

  private static func folder() throws -> ScenarioFolder {
    let folder = try SmallCompany.folder()
    try folder.write(
      "log.csv",
      """
      timestamp,user,use_case,model,input_tokens,output_tokens
      2026-06-01T09:00:00Z,ann,chat,small,100,20
      2026-06-01T09:02:00Z,bob,chat,large,100,20
      2026-06-02T10:00:00Z,bob,chat,small,90,10

      """)
    try folder.write("usage.csv", "model,input_tokens,output_tokens\nsmall,1000,333\n")
    try folder.write(
      "claims.yaml",
      """
      title: A plan
      claims:
        a: { subject: rent, published: $10.50, unit: USD per month, at: "plan.md:1" }
      """)
    try folder.write(
      "list.json",
      #"{"p/m": {"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1.5e-06}}"#)
    return folder
  }

  /// Verbs by name, those of subverbs with their verb's.
  private static func verbs(
    of command: any ParsableCommand.Type, _ path: [String] = []
  ) -> [(name: String, type: any ParsableCommand.Type)] {
    let children = command.configuration.subcommands
    guard !children.isEmpty else { return [(path.joined(separator: " "), command)] }
    return children.flatMap { verbs(of: $0, path + [$0._commandName]) }
  }

  @Test func noVerbIsForgotten() throws {
    let names = Set(Self.verbs(of: Costsim.self).map(\.name))
    #expect(Set(Self.cases.map(\.verb)) == names)
    let page = try String(
      contentsOf: RepositoryFiles.root.appendingPathComponent("docs/interface.md"), encoding: .utf8)
    for name in names {
      let verb = name.prefix { $0 != " " }
      #expect(page.contains("| `\(verb) "), "docs/interface.md: \(verb)")
    }
  }

  @Test func helpShowsAnExampleAndJSON() {
    for verb in Self.verbs(of: Costsim.self) {
      let help = Costsim.helpMessage(for: verb.type, columns: 200)
      #expect(help.contains("Example: costsim \(verb.name)"), "\(verb.name)")
      #expect(help.contains("--json"), "\(verb.name)")
      // What makes man pages of it drops all else.
      #expect(help.allSatisfy { $0.isASCII }, "\(verb.name)")
    }
  }

  @Test(arguments: cases)
  func jsonIsOneDocumentWithoutFractions(_ example: Case) throws {
    let folder = try Self.folder()
    if let first = example.first {
      let outcome = try Program.run(words(first) + ["-q"], in: folder.url)
      try #require(outcome.code == 0, "\(outcome.errors)")
    }
    let arguments = words("\(example.verb) \(example.arguments)")
    let outcome = try Program.run(arguments + ["--json"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    #expect(document.hasContent)
  }

  /// Of what is quick; `price` and `catalog import` print there what others write to a file.
  @Test(
    arguments: cases.filter { example in
      example.verb.hasPrefix("catalog") && example.verb != "catalog import"
        || ["validate", "init", "explain", "audit", "solve"].contains(example.verb)
    })
  func quietPrintsNothing(_ example: Case) throws {
    let folder = try Self.folder()
    let arguments = words("\(example.verb) \(example.arguments)")
    let outcome = try Program.run(arguments + ["--quiet"], in: folder.url)
    #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  /// JSON whose numbers are whole: any other number fails to decode.
  private enum Document: Decodable {
    case scalar
    case array([Document])
    case object([String: Document])

    init(from decoder: any Decoder) throws {
      if let object = try? decoder.container(keyedBy: Key.self) {
        self = .object(
          try Dictionary(
            uniqueKeysWithValues: object.allKeys.map {
              ($0.stringValue, try object.decode(Document.self, forKey: $0))
            }))
        return
      }
      if var array = try? decoder.unkeyedContainer() {
        var items: [Document] = []
        while !array.isAtEnd { items.append(try array.decode(Document.self)) }
        self = .array(items)
        return
      }
      let value = try decoder.singleValueContainer()
      self = .scalar
      guard !value.decodeNil(), (try? value.decode(Bool.self)) == nil,
        (try? value.decode(String.self)) == nil
      else { return }
      _ = try value.decode(Int64.self)
    }

    var hasContent: Bool {
      switch self {
      case .scalar: false
      case .array(let items): !items.isEmpty
      case .object(let members): !members.isEmpty
      }
    }

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
  }
}
