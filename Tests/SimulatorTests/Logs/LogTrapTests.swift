import CostModel
import Foundation
import Testing

@testable import Logs
@testable import Simulator

/// The same records packed, in pages and in any order give the same rows.
@Suite struct LogTrapTests {
  private let folder: ScenarioFolder

  init() throws { folder = try ScenarioFolder() }

  /// One record a line, and more than one of a call or of a tree among them.
  private static let trapped = [
    "azure-apim-llm", "bedrock-invocation", "claude-code", "copilot", "helicone", "langfuse-blob",
    "litellm-csv", "openrouter", "otel-attrs", "portkey", "raw-responses", "vertex-log",
  ]

  private func tables(_ name: String, _ path: String) throws -> (rows: [[String]], left: [String]) {
    let reading = try LogIntake(LogFixtures.options(name)).read([path])
    let rows = try LogFixtures.rows(LogTables(reading: reading).table(.requests))
    let left = reading.leftOut.map { "\($0.key) \($0.reason.rawValue)" }
    return (rows.sorted { $0.lexicographicallyPrecedes($1) }, left.sorted())
  }

  @Test(arguments: trapped) func fromGzip(_ name: String) throws {
    let plain = try tables(name, LogFixtures.input(name))
    let path = folder.path("log.gz")
    let gzip = Process()
    gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gzip.arguments = ["sh", "-c", "gzip -c '\(LogFixtures.input(name))' > '\(path)'"]
    try gzip.run()
    gzip.waitUntilExit()
    let packed = try tables(name, path)
    #expect(packed.rows == plain.rows)
    #expect(packed.left == plain.left)
  }

  @Test(arguments: trapped) func inAnyOrder(_ name: String) throws {
    let plain = try tables(name, LogFixtures.input(name))
    let text = try String(contentsOfFile: LogFixtures.input(name), encoding: .utf8)
    var lines = text.split(whereSeparator: \.isNewline).map(String.init)
    let head = name.hasSuffix("csv") || text.first != "{" ? [lines.removeFirst()] : []
    // A fixed shuffle: the same on every machine.
    var state: UInt64 = 42
    for place in lines.indices.dropFirst().reversed() {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      lines.swapAt(place, Int(state >> 33) % (place + 1))
    }
    try folder.write("log", (head + lines).joined(separator: "\n") + "\n")
    let shuffled = try tables(name, folder.path("log"))
    #expect(shuffled.rows == plain.rows)
    #expect(shuffled.left == plain.left)
  }

  @Test(arguments: trapped.filter { LogFixtures.input($0).hasSuffix("jsonl") })
  func inPages(_ name: String) throws {
    let plain = try tables(name, LogFixtures.input(name))
    let text = try String(contentsOfFile: LogFixtures.input(name), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    let pages = stride(from: 0, to: lines.count, by: 2).map { start in
      let records = lines[start..<min(start + 2, lines.count)].joined(separator: ", ")
      return "{\"page\": {\"number\": 1}, \"data\": [\(records)], \"has_more\": false}"
    }
    try folder.write("pages.json", "[" + pages.joined(separator: ",\n") + "]")
    let paged = try tables(name, folder.path("pages.json"))
    #expect(paged.rows == plain.rows)
    #expect(paged.left == plain.left)
  }

  // MARK: Containers

  /// Two calls of $0.0035 each in every file, by gpt-4o's $2.50 and $10: 1,000 tokens in and 100 out.
  @Test(arguments: [
    "array.json", "pretty-concatenated.json", "pages.json", "lines.jsonl.gz", "two.zip",
    "late-fields.jsonl",
  ])
  func containers(_ name: String) throws {
    let reading = try LogIntake(LogFixtures.options()).read([
      LogFixtures.path("containers", name)
    ])
    #expect(reading.rows(.requests).count == 2)
    let cost = reading.rows.reduce(MoneySum.zero) { $0 + ($1.cost ?? .zero) }
    #expect(cost.exactDecimal == "0.007")
    #expect(reading.files.flatMap(\.ignored) == (name == "two.zip" ? ["README.txt"] : []))
    #expect(reading.leftOut(.notACall) == (name == "late-fields.jsonl" ? 3 : 0))
  }

  @Test func aCutRecordIsAnError() throws {
    let error = #expect(throws: TraceError.self) {
      try LogIntake(LogFixtures.options()).read([LogFixtures.path("containers", "cut.jsonl")])
    }
    #expect(error?.description.contains("line 2: the last record is cut off") == true)
  }
}
