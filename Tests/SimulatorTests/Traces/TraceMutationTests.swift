import CostModel
import Foundation
import Testing

@testable import Simulator

/// Damaged logs end in rows or in an error, never in a crash or a hang.
@Suite struct TraceMutationTests {
  private static let seed: UInt64 = 20_251_101
  private static let files = [
    "azure.csv", "burstgpt.csv", "calls.csv", "canonical.csv", "excel-fr.csv", "helicone.csv",
    "langfuse.csv", "litellm.csv", "mooncake.jsonl", "openai-usage.csv", "otel.jsonl",
  ]
  private static let pieces: [[UInt8]] = [
    Array("\"".utf8), Array("\"\"".utf8), Array("\n".utf8), Array("\r\n".utf8), Array(",".utf8),
    Array(";".utf8), Array("{".utf8), Array("}".utf8), Array("[".utf8), Array("\\u".utf8), [0],
    [0xEF, 0xBB, 0xBF], [0xFF], Array("-".utf8), Array("9999999999999999999".utf8),
    Array("1e308".utf8), Array("NaN".utf8), Array("sep=|\n".utf8), Array("null".utf8),
  ]

  @Test(arguments: files)
  func damagedLogs(_ file: String) throws {
    let folder = try TraceFolder()
    let original = try Array(Data(contentsOf: URL(fileURLWithPath: TraceFolder.fixture(file))))
    var random = TestRandom(seed: Self.seed)
    var readable = 0
    for round in 0..<300 {
      var bytes = original
      for _ in 0...(random.bits() % 3) { Self.damage(&bytes, &random) }
      let path = try folder.write(bytes)
      var options = TraceOptions()
      options.skipBadRows = Int64(random.bits() % 3)
      options.blockSize = 1 + Int(random.bits() % 300)
      options.sortMemory = 1 + Int(random.bits() % 2_000)
      do {
        let trace = try ReadTrace(path, options: options)
        readable += 1
        #expect(Int(trace.facts.accepted) == trace.rows.count, "seed \(Self.seed), round \(round)")
        #expect(trace.facts.rejected <= options.skipBadRows, "seed \(Self.seed), round \(round)")
      } catch is TraceError {
      } catch {
        Issue.record("seed \(Self.seed), round \(round): \(error)")
      }
    }
    // A test that reads nothing, or in which nothing is damaged, tests nothing.
    #expect(readable < 300 && (readable > 0 || file == "openai-usage.csv"))
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout TestRandom) {
    let at = Int(random.bits() % UInt64(bytes.count + 1))
    switch random.bits() % 6 {
    case 0: bytes.insert(contentsOf: pieces[Int(random.bits() % UInt64(pieces.count))], at: at)
    case 1: bytes.removeSubrange(at...)
    case 2: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: random.bits()) }
    case 3: if at < bytes.count { bytes.remove(at: at) }
    case 4:
      let end = min(bytes.count, at + Int(random.bits() % 40))
      bytes.insert(contentsOf: bytes[at..<end], at: at)
    default: bytes.removeSubrange(at..<min(bytes.count, at + Int(random.bits() % 40)))
    }
  }
}
