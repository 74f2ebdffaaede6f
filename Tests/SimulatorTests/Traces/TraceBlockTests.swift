import CostModel
import Foundation
import Testing

@testable import Simulator

/// However a log is spelled, cut into blocks and dealt to threads, the same comes out.
@Suite struct TraceBlockTests {
  private static let seed: UInt64 = 20_261_122
  private static let header =
    "timestamp,model,user,prompt,input_tokens,status,use_case,task,cost_usd"

  private func rows(_ random: inout TestRandom, bad: Double) -> [[String]] {
    (0..<(60 + random.below(100))).map { number in
      let second = String(1_000 + number).dropFirst()
      var row = [
        "2026-11-2\(number / 60 % 3)T08:00:00.\(second)Z", "m\(random.below(4))",
        "someone with a long name \(random.below(9))", "p\(random.below(40))",
        "\(random.below(100_000_000_000) >> random.below(37))",
        random.chance(0.8) ? "200" : "error", "use\(random.below(5))",
        random.chance(0.5) ? "" : "t\(random.below(3))",
        random.chance(0.5) ? "null" : "0.00\(number)",
      ]
      if random.chance(bad) { row[random.below(9)] = "what is \u{E9} this" }
      if random.chance(bad / 3) { row.removeLast() }
      return row
    }
  }

  /// One attribute, times to the second and usual numbers: what is read quickest, and what is nearly
  /// that.
  private static let shortHeader = "timestamp,model,user,prompt,input_tokens,status,use_case"

  private func shortRows(_ random: inout TestRandom, bad: Double) -> [[String]] {
    (0..<(60 + random.below(300))).map { number in
      let minute = String(100 + number / 25).dropFirst()
      let second = String(100 + (random.chance(0.01) ? 60 : random.below(60))).dropFirst()
      var row = [
        "2026-11-21T08:\(minute):\(second)Z", "m\(random.below(4))", "u\(random.below(40))",
        random.chance(0.1) ? "null" : "prompt \(random.below(40))",
        random.chance(0.1) ? "" : "\(random.below(10_000))",
        random.chance(0.8) ? "200" : ["204", "429", "ok", "null", "", "2000"][random.below(6)],
        random.chance(0.1) ? "null" : "use\(random.below(5))",
      ]
      if random.chance(bad) { row[0] = "2026-11-21T08:00:\(random.below(100))Z" }
      if random.chance(bad) { row[random.below(7)] = "\u{E9}" }
      return row
    }
  }

  private func text(
    _ header: String, _ rows: [[String]], quoted: (Int) -> Bool, lineEnd: String
  ) -> String {
    let lines = rows.enumerated().map { number, row in
      quoted(number) ? row.map { "\"\($0)\"" }.joined(separator: ",") : row.joined(separator: ",")
    }
    return ([header] + lines).joined(separator: lineEnd)
  }

  @Test(arguments: [false, true])
  func spellingBlocksAndThreadsChangeNothing(_ isShort: Bool) throws {
    var random = TestRandom(seed: Self.seed)
    let folder = try TraceFolder()
    var failures = 0
    for round in 0..<25 {
      let bad = round % 4 == 0 ? 0.02 : 0.5 * Double(round % 3) * 0.2
      let header = isShort ? Self.shortHeader : Self.header
      let rows = isShort ? shortRows(&random, bad: bad) : rows(&random, bad: bad)
      let oneIn = 1 + random.below(60)
      let spellings = [
        text(header, rows, quoted: { _ in true }, lineEnd: "\n"),
        text(header, rows, quoted: { _ in false }, lineEnd: "\n"),
        text(header, rows, quoted: { _ in false }, lineEnd: "\r\n") + "\r\n\r\n",
        text(header, rows, quoted: { $0 % oneIn == 0 }, lineEnd: "\n") + "\n",
      ]
      var all: [TraceReading] = []
      for (number, spelling) in spellings.enumerated() {
        let path = try folder.write(spelling, to: "log\(number).csv")
        all.append(TraceReading(path, block: 1 << 20, threads: 1))
        all.append(
          TraceReading(path, block: 100 + random.below(3_000), threads: 1 + random.below(3)))
      }
      failures += all[0].failure.isEmpty ? 0 : 1
      for reading in all { #expect(reading == all[0], "round \(round)") }
    }
    #expect(failures > 3 && failures < 22)
  }

  /// Users met in earlier blocks are not numbered anew.
  @Test func usersKeepTheirNumbers() throws {
    var random = TestRandom(seed: Self.seed)
    let folder = try TraceFolder()
    let rows = (0..<400).map { "\(1_761_955_200 + $0),\($0),u\(random.below(60))\n" }
    let path = try folder.write("timestamp,input_tokens,user\n" + rows.joined())
    let whole = TraceReading(path, block: 1 << 20, threads: 1)
    #expect(whole.rows.count == 400 && whole.names[0].count > 40)
    for block in [60, 150, 400] {
      for threads in 1...3 {
        #expect(TraceReading(path, block: block, threads: threads) == whole)
      }
    }
  }

  /// A line break in quotes looks like the end of a block's last line.
  @Test func blocksThatEndWithinQuotes() throws {
    let folder = try TraceFolder()
    let broken = "1,7,\"\n" + (0..<50).map { "2,8,u\($0)\n" }.joined() + "\"\n"
    let text =
      "timestamp,input_tokens,user\n" + (0..<20).map { _ in broken + "3,9,plain\n" }.joined()
    let path = try folder.write(text)
    let whole = TraceReading(path, block: 1 << 20, threads: 1)
    #expect(whole.rows.count == 40 && whole.names[0].count == 2)
    for block in [30, 77, 128, 300] {
      #expect(TraceReading(path, block: block, threads: 3) == whole)
    }
  }

  @Test func linesOfJSON() throws {
    var random = TestRandom(seed: Self.seed)
    let folder = try TraceFolder()
    let lines = (0..<300).map { number in
      random.chance(0.02)
        ? "{\"timestamp\": \(number), \"user\": }"
        : "{\"timestamp\": \(number), \"user\": \"u\(random.below(30))\", \"input_tokens\": \(number)}"
    }
    let path = try folder.write(lines.joined(separator: "\n"), to: "log.jsonl")
    let whole = TraceReading(path, block: 1 << 20, threads: 1)
    #expect(whole.rows.count > 200 && !whole.rejected.isEmpty)
    for block in [50, 128, 1_000] { #expect(TraceReading(path, block: block, threads: 3) == whole) }
  }
}
