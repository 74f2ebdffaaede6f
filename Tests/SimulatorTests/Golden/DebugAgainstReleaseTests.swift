import Foundation
import Testing

/// What the debug build beside the tests writes is what the release build writes, to the byte:
/// files, tables on the terminal, and messages.
@Suite(
  .enabled(
    if: ShippedReports.binary != nil, "COSTSIM_BINARY names no program: `make test` sets it"))
struct DebugAgainstReleaseTests {
  /// In a folder with the seeds of the fuzzers, which use every key between them.
  private static let commands = [
    "run mix.yaml flow.yaml actions.yaml prices.yaml plain.yaml --out all",
    "run mix.yaml --users 2 --calls calls.csv --out calls", "run flow.yaml --ledger --out ledger",
    "run ranges.yaml --runs 3 --out runs", "forecast ranges.yaml --out forecast",
    "levers plain.yaml --out levers", "stress plain.yaml --out stress",
    "solve plain.yaml --for users --budget 1 --out solve", "sensitivity plain.yaml --out tornado",
    "sweep plain.yaml --vary users=1,2 --out sweep", "audit claims.yaml --out audit",
    "replay log.csv --scenario scenario.yaml --out replay",
    "calibrate log.csv --catalog catalog.yaml -o fitted.yaml",
    "price usage.csv --catalog catalog.yaml --skip-bad-rows 1",
    "catalog import litellm list.json -o list.yaml",
    "explain flow.yaml --call 3", "baseline plain.yaml -o baseline.yaml",
    "check mix.yaml --baseline baseline.yaml", "validate claims.yaml",
  ]

  @Test(arguments: commands) func writeTheSame(command: String) throws {
    let debug = try Self.seeds()
    let release = try Self.seeds()
    let arguments = command.split(separator: " ").map(String.init)
    let program = try #require(ShippedReports.binary.map { URL(fileURLWithPath: $0) })
    // A check needs what another command has written.
    for folder in [debug, release] where command.hasPrefix("check") {
      _ = try Program.run(
        ["baseline", "mix.yaml", "-o", "baseline.yaml"], in: folder.url, program: program)
    }
    let ours = try Program.run(arguments, in: debug.url)
    let theirs = try Program.run(arguments, in: release.url, program: program)
    #expect(ours == theirs)
    #expect(ours.code == (command.hasPrefix("validate") ? 2 : 0), "\(ours.errors)")
    let files = try ShippedReports.files(in: debug.url, databases: true)
    #expect(files == (try ShippedReports.files(in: release.url, databases: true)))
    for file in files { try ShippedReports.expectSame(file, debug.url, release.url) }
  }

  /// The seeds of the fuzzers and what they name, in one folder.
  static func seeds() throws -> ScenarioFolder {
    let folder = try ScenarioFolder()
    for seeds in ["fuzz/scenario", "fuzz/claims", "fuzz/usage", "fuzz/litellm", "fuzz-companions"] {
      let source = RepositoryFiles.root.appendingPathComponent("Tests/Golden/\(seeds)")
      for name in try FileManager.default.subpathsOfDirectory(atPath: source.path)
      where !source.appendingPathComponent(name).hasDirectoryPath {
        try folder.write(name, data: Data(contentsOf: source.appendingPathComponent(name)))
      }
    }
    return folder
  }
}
