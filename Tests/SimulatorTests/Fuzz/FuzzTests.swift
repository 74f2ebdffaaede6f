import Foundation
import Testing

@testable import Simulator

/// Damaged files end in values or in an error that names the file, never in a crash or a hang.
///
/// `make test` runs a few; `make fuzz` gives each reader `COSTSIM_FUZZ_OPTIONS` of libFuzzer, which
/// looks for inputs that reach code that none has reached before.
@Suite struct FuzzTests {
  private static let seed: UInt64 = 20_261_121
  private static let inputs = 60

  @Test(arguments: FuzzTarget.all)
  func damagedFiles(target: FuzzTarget) throws {
    let folder = try FuzzFolder(target)
    let seeds = try target.seedFiles().map { try Array(Data(contentsOf: $0)) }
    for seed in seeds {
      let message = try folder.outcome(of: seed)
      // Of aggregated usage nothing can be replayed.
      #expect(message == nil || target.name == "openai-usage.csv", "\(message ?? "")")
    }
    var mutator = Mutator(seed: Self.seed, words: seeds[0])
    var refused = 0
    for count in 0..<Self.inputs {
      let message = try folder.outcome(of: mutator.mutated(seeds[count % seeds.count]))
      refused += message == nil ? 0 : 1
    }
    // A fuzzer that damages nothing, or of whose inputs nothing is refused, tests nothing.
    #expect(refused > 0)
  }

  /// On the main thread, since only there libFuzzer's alarm ends what takes too long.
  @Test(.enabled(if: LibFuzzer.target != nil)) @MainActor
  func libFuzzer() throws {
    let target = try #require(FuzzTarget.all.first { $0.name == LibFuzzer.target })
    let options = ProcessInfo.processInfo.environment["COSTSIM_FUZZ_OPTIONS"] ?? ""
    try LibFuzzer.run(target, options: options.split(separator: " ").map(String.init))
    Issue.record("the tests are not linked with libFuzzer, or it has not ended the process")
  }
}
