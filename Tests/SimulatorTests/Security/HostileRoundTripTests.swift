import CostModel
import Foundation
import Testing

@testable import Catalogs
@testable import Gates
@testable import Scenarios
@testable import Simulator
@testable import Support

/// What costsim writes it can read: names come back as they were, whatever they are.
@Suite struct HostileRoundTripTests {
  private static let fixed = [
    "<<", "\u{FFFE}", "\u{FFFF}", "~", "null", "Null", "1e5", "0x1F", "007", "yes", "no", "true",
    "on",
    "a\nb", "\r\n", "*x", "&x", "!tag", "@at", "`", "'", "\"", "\\", "%", "?", "- a", "? b", ": c",
    "a: b", "a #b", "#", "{a}", "[b]", "a,b", "|", ">", "---", "...", " lead", "trail ", "\t",
    "=1+1",
    "\u{FEFF}x", "\u{85}", "\u{2028}", "\u{202E}x", "\u{1B}[31m", "\u{1}", "\u{E000}", "\u{E001}x",
    "\u{10FFFF}", "é", "👩‍💻", "..", "default", "mean", "extends", "-", "1", "-1", "1:30",
    "2026-01-01", "$1", "5%",
  ]
  private static let pieces = fixed + ["a", "B", "9", "_", "/", " ", "::", "##[x]", "\u{300}"]

  /// The fixed ones, and random compositions of them.
  private static let names: [String] = {
    var random = TestRandom(seed: 29)
    let composed = (0..<300).map { _ in
      (0...random.below(4)).map { _ in random.oneOf(pieces) }.joined()
    }
    return (fixed + composed).filter { !$0.isEmpty }
  }()

  /// As a program compares them: Swift takes some different texts for equal.
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func everyNameIsItselfInYAML() throws {
    // Foundation drops a byte-order mark that begins a text.
    for name in Self.names where name.unicodeScalars.first != "\u{FEFF}" {
      for quote in [QuotedText.quoted, NodeText.scalar] {
        let text = "top:\n  \(quote(name)): [\(quote(name)), {\(quote(name)): \(quote(name))}]\n"
        let log = InputLog()
        let file = SourceFile(path: "x.yaml", order: 0, text: text)
        let top = YAMLDocument.parse(file, log: log)?["top"]
        #expect(log.count == 0, "\(text.debugDescription) \(log.diagnostics)")
        guard case .mapping(let entries)? = top?.content, let entry = entries.first,
          case .sequence(let items) = entry.value.content,
          case .scalar(let value, _)? = items.first?.content,
          case .mapping(let inner)? = items.last?.content
        else {
          Issue.record("\(text.debugDescription)")
          continue
        }
        #expect(Self.bytes(entry.key) == Self.bytes(name), "\(text.debugDescription)")
        #expect(Self.bytes(value) == Self.bytes(name), "\(text.debugDescription)")
        #expect(inner.first.map { Self.bytes($0.key) } == Self.bytes(name))
      }
    }
  }

  /// A name is no null where it is one that was meant.
  @Test func namesAreNotNothing() throws {
    for name in ["~", "null", "Null", "NULL", ""] {
      let file = SourceFile(path: "x", order: 0, text: "a: \(NodeText.scalar(name))\n")
      let node = try #require(YAMLDocument.parse(file, log: InputLog())?["a"])
      #expect(!node.isNull, "\(name)")
    }
  }

  /// A merge key is one only where it is not quoted.
  @Test func mergeKeysAreStillRefused() {
    let log = InputLog()
    let file = SourceFile(path: "x", order: 0, text: "a: &a {b: 1}\nc: {<<: *a}\n")
    _ = YAMLDocument.parse(file, log: log)
    #expect("\(log.diagnostics)".contains("merge keys are not supported"))
  }

  /// Names that a scenario may have: distinct to Swift, and none that means something else.
  private static let distinct: [String] = {
    var seen: Set<String> = ["default", ""]
    // A log means nothing by these.
    seen.formUnion(TraceFormat.usualMissing)
    return names.filter {
      seen.insert($0).inserted && $0 == $0.trimmingCharacters(in: .whitespacesAndNewlines)
        && !$0.unicodeScalars.contains("\u{FEFF}")
    }
  }()

  private static func field(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// A log with hostile names becomes a scenario, whose calls are a log again.
  @Test func calibratedNamesComeBack() throws {
    for start in stride(from: 0, to: Self.distinct.count, by: 40) {
      let names = Array(Self.distinct[start..<min(start + 40, Self.distinct.count)])
      let models = names.map {
        "  \(QuotedText.quoted($0)): {provider: p, latency: 1s, "
          + "input: $1 per 1M tokens, output: $2 per 1M tokens}\n"
      }.joined()
      let folder = try ScenarioFolder(["catalog.yaml": "name: c\nmodels:\n" + models])
      var log = "timestamp,user,use_case,task,model,input_tokens,output_tokens\n"
      for (place, name) in names.enumerated() {
        let text = Self.field(name)
        let minute = place < 10 ? "0\(place)" : "\(place)"
        log += "2026-06-01T09:\(minute):00Z,\(text),\(text),\(text),\(text),100,20\n"
      }
      try folder.write("log.csv", log)
      let made = try Program.run(
        ["calibrate", "log.csv", "--catalog", "catalog.yaml", "-o", "s.yaml", "-q"], in: folder.url)
      try #require(made.code == 0, "\(made.errors)")
      let scenario = try folder.read()
      #expect(Set(scenario.catalog.models.map(\.name)) == Set(names))
      #expect(Set(scenario.workloads.map(\.useCase)).isSubset(of: Set(names)))
      let run = try Program.run(
        [
          "replay", "log.csv", "--scenario", "s.yaml", "--policy", "logged", "--calls", "calls.csv",
          "--out", "o", "-q",
        ], in: folder.url)
      try #require(run.code == 0, "\(run.errors)")
      let again = try Program.run(
        [
          "replay", "calls.csv", "--scenario", "s.yaml", "--policy", "logged", "--calls",
          "again.csv",
          "--out", "o", "-q",
        ], in: folder.url)
      try #require(again.code == 0, "\(again.errors)")
      let columns = ["account_id", "use_case", "task", "routed_model", "model"]
      let (first, second) = (
        try Self.calls(folder, "calls.csv"), try Self.calls(folder, "again.csv")
      )
      for column in columns { #expect(first[column] == second[column], "\(column)") }
      // A baseline holds all of it.
      let baseline = try Program.run(["baseline", "s.yaml", "-o", "b.yaml", "-q"], in: folder.url)
      try #require(baseline.code == 0, "\(baseline.errors)")
      let check = try Program.run(
        ["check", "s.yaml", "--baseline", "b.yaml", "-q"], in: folder.url)
      #expect(check.code == 0, "\(check.errors)")
    }
  }

  /// The columns of a ledger.
  private static func calls(_ folder: ScenarioFolder, _ name: String) throws -> [String: [String]] {
    let rows = try CSVReader.rows(Array(Data(contentsOf: folder.url.appendingPathComponent(name))))
    let header = try #require(rows.first)
    return Dictionary(
      uniqueKeysWithValues: header.enumerated().map { place, name in
        (name, rows.dropFirst().map { $0[place] })
      })
  }

  /// A price list becomes a catalog, which is read to the same again.
  @Test func importedNamesComeBack() throws {
    let entries = Self.distinct.map {
      "\(QuotedText.quoted($0)): {\"litellm_provider\": \(QuotedText.quoted($0)), \"mode\": \"chat\", "
        + "\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 2e-06}"
    }
    let folder = try ScenarioFolder(["list.json": "{\(entries.joined(separator: ", "))}"])
    let result = try PriceListSource(kind: .litellm, path: folder.path("list.json"))
      .read(filter: CatalogFilter(), checked: nil)
    try folder.write("c.yaml", CatalogText.text(result.catalog))
    let again = try CatalogReader.read(path: folder.path("c.yaml"))
    #expect(
      again.models.map { Self.bytes($0.name) } == result.catalog.models.map { Self.bytes($0.name) })
    #expect(result.catalog.models.count > Self.distinct.count / 2)
  }

  /// What was malformed can be mended and priced: rejected rows keep their columns.
  @Test func rejectedRowsComeBack() throws {
    let names = Self.distinct.prefix(60)
    let folder = try SmallCompany.folder()
    try folder.write(
      "usage.csv",
      "model,note,input_tokens,output_tokens\n"
        + names.map { "small,\(Self.field($0)),x,1\n" }.joined())
    let run = try Program.run(
      ["price", "usage.csv", "--catalog", "catalog.yaml", "--skip-bad-rows", "99", "-q"],
      in: folder.url)
    #expect(run.code == 0, "\(run.errors)")
    let rejected = try Self.calls(folder, "rejected.csv")
    #expect(rejected["note"]?.map(Self.bytes) == names.map(Self.bytes))
  }
}
