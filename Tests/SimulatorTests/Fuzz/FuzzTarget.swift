import Foundation
import Testing

@testable import Simulator

/// One reader of files from outside, with small files that it understands.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
  var name: String
  /// Under the repository's root: a file, or a folder of them.
  var seeds: String
  /// Name of the damaged file, in a folder that holds `companions` too.
  var file: String
  /// Files of `Tests/Golden/fuzz-companions` that it names.
  var companions: [String] = []
  /// Reads the file; whatever it can throw for bad input is fine.
  var read: @Sendable (_ path: String) throws -> Void

  var testDescription: String { name }

  /// In order of their paths.
  func seedFiles() throws -> [URL] {
    let whole = RepositoryFiles.root.appendingPathComponent(seeds)
    guard whole.hasDirectoryPath || seeds.hasSuffix("/") else { return [whole] }
    return try FileManager.default.contentsOfDirectory(at: whole, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  private static func own(
    _ name: String, _ file: String, with companions: [String] = [],
    _ read: @escaping @Sendable (_ path: String) throws -> Void
  ) -> FuzzTarget {
    FuzzTarget(
      name: name, seeds: "Tests/Golden/fuzz/\(name)/", file: file, companions: companions,
      read: read)
  }

  private static let traces = [
    "azure.csv", "burstgpt.csv", "calls.csv", "canonical.csv", "excel-fr.csv", "helicone.csv",
    "langfuse.csv", "litellm.csv", "mooncake.jsonl", "openai-usage.csv", "otel.jsonl",
  ]

  private static let scenario = ["scenario.yaml", "catalog.yaml", "policy.yaml"]
  private static let before = ["before/run.json", "before/costs.csv"]

  static let all: [FuzzTarget] =
    [
      own("scenario", "s.yaml", FuzzReaders.scenario),
      own("override", "o.txt", with: scenario, FuzzReaders.overrides),
      own("catalog", "c.yaml", with: ["catalog.yaml"], FuzzReaders.catalog),
      own("policy", "policy.yaml", with: ["scenario.yaml", "catalog.yaml"], FuzzReaders.policy),
      own("claims", "claims.yaml", with: scenario, FuzzReaders.claims),
      own("report", "s.yaml", FuzzVerbs.report),
      own("decisions", "s.yaml", FuzzVerbs.decisions),
      own("vary", "v.txt", with: scenario, FuzzVerbs.vary),
      own("replay", "log.csv", with: scenario, FuzzVerbs.replay),
      own("calibrate", "log.csv", with: ["catalog.yaml"], FuzzVerbs.calibrate),
      own("baseline", "b.yaml", with: scenario, FuzzVerbs.baseline),
      own("run-json", "run.json", with: ["costs.csv"] + before, FuzzVerbs.reportFolder),
      own("costs", "costs.csv", with: ["run.json"] + before, FuzzVerbs.reportFolder),
      own("litellm", "l.json") { try FuzzReaders.prices($0, .litellm) },
      own("wheel", "w.whl") { try FuzzReaders.prices($0, .litellm) },
      own("genai-prices", "g.json") { try FuzzReaders.prices($0, .genAIPrices) },
      own("usage", "u.csv", with: ["catalog.yaml"], FuzzReaders.usage),
      own("trace-format", "f.yaml", with: ["log.csv"], FuzzReaders.traceFormat),
    ]
    + traces.map { name in
      FuzzTarget(
        name: name, seeds: "Tests/Golden/traces/" + name, file: name, read: FuzzReaders.trace)
    }
}

/// The damaged file of a target, among the files that it names.
final class FuzzFolder {
  private let folder: ScenarioFolder
  private let target: FuzzTarget
  private let path: String

  init(_ target: FuzzTarget) throws {
    folder = try ScenarioFolder()
    self.target = target
    path = folder.path(target.file)
    for name in target.companions {
      let companion = RepositoryFiles.root.appendingPathComponent("Tests/Golden/fuzz-companions/")
      try folder.write(name, data: Data(contentsOf: companion.appendingPathComponent(name)))
    }
  }

  /// The message of the error; nil if such a file can be read. Throws `FuzzFinding`.
  func outcome(of bytes: some ContiguousBytes) throws -> String? {
    try write(bytes)
    do {
      try target.read(path)
      return nil
    } catch let finding as FuzzFinding {
      throw finding
    } catch {
      let message = "\(error)"
      guard message.contains("error: ") else {
        throw FuzzFinding(what: "no error of the usual form: \(message)")
      }
      return message
    }
  }

  /// Written in place: a million renames take longer than a million scenarios.
  private func write(_ bytes: some ContiguousBytes) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(descriptor) }
    let isWritten = bytes.withUnsafeBytes { bytes in
      Foundation.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
    }
    guard isWritten else { throw FuzzFinding(what: "cannot write \(path)") }
  }
}

/// What a fuzzer is there to find, short of a crash.
struct FuzzFinding: Error, CustomStringConvertible {
  var what: String

  var description: String { what }
}
