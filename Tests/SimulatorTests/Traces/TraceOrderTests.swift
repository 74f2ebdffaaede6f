import CostModel
import Foundation
import Testing

@testable import Simulator

/// Arrivals come in order of (timestamp, row number), however little memory there is.
@Suite struct TraceOrderTests {
  /// A Mooncake-like log: many ties, blocks of its own for each row.
  private func log(rows: Int, sorted: Bool, seed: UInt64) -> String {
    var random = TestRandom(seed: seed)
    var times = (0..<rows).map { _ in Int(random.bits() % UInt64(max(1, rows / 4))) }
    if sorted { times.sort() }
    return times.enumerated().map { row, time in
      let ids = (0..<(row % 4)).map { "\(row)-\($0)" }.map { "\"\($0)\"" }
      return "{\"timestamp\":\(time),\"input_length\":\(row),\"output_length\":1,"
        + "\"hash_ids\":[\(ids.joined(separator: ","))]}\n"
    }.joined()
  }

  private func check(_ text: String, sorted: Bool, memory: Int, block: Int) throws {
    let folder = try TraceFolder()
    var options = TraceOptions()
    options.sortMemory = memory
    options.blockSize = block
    options.temporaryFolder = folder.path
    let trace = try ReadTrace(try folder.write(text, to: "log.jsonl"), options: options)
    let lines = text.split(separator: "\n")
    #expect(trace.rows.count == lines.count && trace.facts.accepted == lines.count)
    #expect(trace.facts.wasSorted == sorted)
    #expect(trace.rows.map(\.number).sorted() == (1...lines.count).map(Int64.init))
    for (a, b) in zip(trace.rows, trace.rows.dropFirst()) {
      #expect((a.time, a.number) < (b.time, b.number))
    }
    for (row, blocks) in zip(trace.rows, trace.blocks) {
      #expect(row.input == row.number - 1)
      let expected = (0..<(Int(row.input) % 4)).map { index in
        Array("\(row.input)-\(index)".utf8).withUnsafeBufferPointer { ByteKey.key($0) }
      }
      #expect(blocks == expected)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left == ["log.jsonl"], "the temporary files are gone")
  }

  @Test(arguments: [64 << 20, 100_000, 2_000, 1])
  func unsorted(_ memory: Int) throws {
    try check(log(rows: 2_000, sorted: false, seed: 1), sorted: false, memory: memory, block: 512)
  }

  @Test(arguments: [64 << 20, 100_000, 1])
  func sorted(_ memory: Int) throws {
    try check(log(rows: 2_000, sorted: true, seed: 2), sorted: true, memory: memory, block: 512)
  }

  /// In order for longer than the memory lasts, so that it is noticed only on looking through.
  @Test func lateDisorder() throws {
    let text =
      log(rows: 2_000, sorted: true, seed: 3)
      + "{\"timestamp\":0,\"input_length\":2000,\"output_length\":1,\"hash_ids\":[]}\n"
    try check(text, sorted: false, memory: 20_000, block: 512)
  }

  @Test func optimistic() throws {
    let folder = try TraceFolder()
    var options = TraceOptions()
    options.order = .optimistic
    let good = try folder.write(log(rows: 500, sorted: true, seed: 4), to: "good.jsonl")
    #expect(try ReadTrace(good, options: options).rows.count == 500)
    let bad = try folder.write("timestamp,input_tokens\n5,1\n6,1\n5,1\n", to: "bad.csv")
    let error = #expect(throws: TraceUnsorted.self) { try ReadTrace(bad, options: options) }
    #expect(error?.row == 3)
  }

  @Test func malformedRowsAreHandedOnOnce() throws {
    let folder = try TraceFolder()
    var options = TraceOptions()
    options.sortMemory = 1
    options.blockSize = 64
    options.skipBadRows = 1_000
    var rejected: [Int64] = []
    options.onRejected = { rejected.append($0.row.number) }
    let rows = (1...300).map { $0 % 10 == 0 ? "bad,1\n" : "\($0),1\n" }.joined()
    let path = try folder.write("timestamp,input_tokens\n" + rows)
    let trace = try ReadTrace(path, options: options)
    #expect(trace.rows.count == 270 && trace.facts.rejected == 30)
    #expect(rejected == (1...30).map { $0 * 10 })
  }

  /// The order of rows that do not tie changes nothing but their numbers.
  @Test func shuffledRows() throws {
    let folder = try TraceFolder()
    var rows = (0..<500).map { "\(1_761_955_200 + $0),\($0),user\($0 % 7)\n" }
    let header = "timestamp,input_tokens,user\n"
    let straight = try ReadTrace(try folder.write(header + rows.joined(), to: "a.csv"))
    var random = SplitMix64ForTests(seed: 5)
    rows.shuffle(using: &random)
    let shuffled = try ReadTrace(try folder.write(header + rows.joined(), to: "b.csv"))
    #expect(shuffled.rows.map(\.input) == straight.rows.map(\.input))
    #expect(shuffled.rows.indices.map(shuffled.user) == straight.rows.indices.map(straight.user))
    #expect(!shuffled.facts.wasSorted && straight.facts.wasSorted)
  }
}

private struct SplitMix64ForTests: RandomNumberGenerator {
  private var random: TestRandom
  init(seed: UInt64) { random = TestRandom(seed: seed) }
  mutating func next() -> UInt64 { random.bits() }
}
