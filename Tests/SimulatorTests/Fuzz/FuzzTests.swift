import Foundation
import Testing

@testable import Simulator

/// Damaged files end in values or in an error that names the file, never in a crash or a hang.
///
/// `make fuzz` gives each reader `COSTSIM_FUZZ_SECONDS` in a release build; a crash leaves the file
/// that caused it in `COSTSIM_FUZZ_FOLDER`. `make test` runs a few of the same inputs.
@Suite struct FuzzTests {
  private static let seconds = ProcessInfo.processInfo.environment["COSTSIM_FUZZ_SECONDS"]
    .flatMap(Double.init)
  private static let seed: UInt64 =
    ProcessInfo.processInfo.environment["COSTSIM_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261_121
  private static let inputs = 12

  @Test(arguments: FuzzTarget.all)
  func damagedFiles(target: FuzzTarget) throws {
    let folder = try Folder(target)
    let seeds = try target.seeds.map { name in
      try Array(Data(contentsOf: RepositoryFiles.root.appendingPathComponent(name)))
    }
    // Of aggregated usage nothing can be replayed.
    let isReadable = try seeds.map { try folder.outcome(of: $0, target) == nil }
    #expect(!isReadable.contains(false) || target.name == "openai-usage.csv")
    var mutator = Mutator(seed: Self.seed, words: seeds[0])
    var refused = 0
    var count = 0
    let start = ContinuousClock.now
    var slowest = Duration.zero
    while Self.seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (count < Self.inputs)
    {
      let before = ContinuousClock.now
      let message = try folder.outcome(of: mutator.mutated(seeds[count % seeds.count]), target)
      count += 1
      slowest = max(slowest, ContinuousClock.now - before)
      guard let message else { continue }
      refused += 1
      #expect(message.contains("error: "), "seed \(Self.seed), input \(count): \(message)")
    }
    // A fuzzer that damages nothing, or of whose inputs nothing is refused, tests nothing.
    #expect(refused > 0 && count > 0)
    if Self.seconds != nil {
      print("fuzz \(target.name): \(count) inputs, \(refused) refused, slowest \(slowest)")
    }
  }

  /// Where the damaged file lies, among the files that it names.
  private final class Folder {
    private let folder = try? ScenarioFolder()
    let root: URL

    init(_ target: FuzzTarget) throws {
      let own = ProcessInfo.processInfo.environment["COSTSIM_FUZZ_FOLDER"]
      root =
        own.map { URL(fileURLWithPath: $0).appendingPathComponent(target.name) }
        ?? folder?.url ?? FileManager.default.temporaryDirectory
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      for name in target.companions where !FileManager.default.fileExists(atPath: path(name)) {
        let source = RepositoryFiles.root.appendingPathComponent("scenarios/" + name)
        try FileManager.default.copyItem(at: source, to: root.appendingPathComponent(name))
      }
    }

    private func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    /// The message of the error; nil if it could be read.
    func outcome(of bytes: [UInt8], _ target: FuzzTarget) throws -> String? {
      try Data(bytes).write(to: root.appendingPathComponent(target.file))
      do {
        try target.read(path(target.file))
        return nil
      } catch {
        return "\(error)"
      }
    }
  }
}
