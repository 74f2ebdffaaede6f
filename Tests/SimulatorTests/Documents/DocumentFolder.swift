import Foundation
import Testing

@testable import Scenarios
@testable import Support

/// A scenario at the documents' prices, run as a user runs it; its tables by name.
struct DocumentFolder {
  private let folder: ScenarioFolder

  /// DeepSeek V3 at $1.14 and $4.56 a million tokens (complete-guide.md 2266–2267), two seconds for an
  /// answer, and a model that takes eight.
  init(_ scenario: String) throws {
    folder = try ScenarioFolder([
      "catalog.yaml": """
      name: documents
      models:
        deepseek-v3: { provider: azure, latency: 2s, input: $1.14 per 1M tokens, output: $4.56 per 1M tokens, source: complete-guide.md 2266 }
        slow: { provider: azure, latency: 8s, input: $1 per 1M tokens, output: $1 per 1M tokens, source: made up }
      """,
      "policy.yaml": """
      name: documents
      rules:
        - { name: slow calls, when: { task: slow }, model: slow }
        - { name: all others, model: deepseek-v3 }
      """,
      "s.yaml": "catalog: catalog.yaml\npolicy: policy.yaml\nperiod: 2025-11\n" + scenario,
    ])
  }

  func write(_ name: String, _ text: String) throws { try folder.write(name, text) }

  /// Runs it; with a ledger in both forms.
  func run(_ more: String...) throws {
    let outcome = try Program.run(
      [
        "run", folder.path("s.yaml"), "--out", folder.path("out"), "--calls",
        folder.path("calls.csv"), "--ledger", "-q",
      ] + more)
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  /// Replays a log that lies in the folder.
  func replay(_ log: String) throws {
    let outcome = try Program.run([
      "replay", folder.path(log), "--scenario", folder.path("s.yaml"), "--out",
      folder.path("out"), "--calls", folder.path("calls.csv"), "--ledger", "-q",
    ])
    try #require(outcome.code == 0, "\(outcome.errors)")
  }

  /// What is wrong with a log that lies in the folder.
  func errorsOfReplay(_ log: String) throws -> String {
    try Program.run([
      "replay", folder.path(log), "--scenario", folder.path("s.yaml"), "--out", folder.path("bad"),
    ]).errors
  }

  /// What `check` says of the scenario against its own baseline; it fails.
  func check() throws -> String {
    let baseline = folder.path("baseline.yaml")
    let made = try Program.run(["baseline", folder.path("s.yaml"), "-o", baseline])
    try #require(made.code == 0, "\(made.errors)")
    let outcome = try Program.run(["check", folder.path("s.yaml"), "--baseline", baseline])
    try #require(outcome.code == 99, "\(outcome.output)\(outcome.errors)")
    return outcome.output
  }

  func errors() throws -> String { folder.errors() }

  func read() throws -> Scenario { try folder.read() }

  func query(_ sql: String, _ report: String = "s") throws -> [[String: String]] {
    let outcome = try Program.run(["query", folder.path("out/\(report)/costs.sqlite"), sql])
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try Self.rows(Array(outcome.output.utf8))
  }

  func calls() throws -> [[String: String]] { try table(at: "calls.csv") }

  func table(_ name: String, _ report: String = "s") throws -> [[String: String]] {
    try table(at: "out/\(report)/\(name).csv")
  }

  /// The page of a report.
  func report(_ report: String = "s") throws -> String {
    try String(contentsOfFile: folder.path("out/\(report)/report.md"), encoding: .utf8)
  }

  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path("out/s/\(name).csv"))
  }

  private func table(at path: String) throws -> [[String: String]] {
    try Self.rows(Array(Data(contentsOf: URL(fileURLWithPath: folder.path(path)))))
  }

  private static func rows(_ bytes: [UInt8]) throws -> [[String: String]] {
    let rows = try CSVReader.rows(bytes)
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }
}

extension [[String: String]] {
  func column(_ name: String) -> [String] { map { $0[name] ?? "?" } }

  func sum(_ name: String) -> Int64 { compactMap { Int64($0[name] ?? "") }.reduce(0, +) }
}
