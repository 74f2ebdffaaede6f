import Testing

@testable import Simulator

/// The fast scan against libcsv, on text that is mostly separators.
@Suite struct CSVScanTests {
  private static let seed: UInt64 = 20_261_121

  /// The scan's rows; nil if it leaves the text to libcsv.
  private func scanned(_ text: [UInt8], delimiter: UInt8) throws -> [[[UInt8]]]? {
    let scan = try #require(CSVScan(delimiter: delimiter, capacity: text.count))
    var memory = text + Array(repeating: 0, count: CSVScan.padding)
    return memory.withUnsafeMutableBufferPointer { memory -> [[[UInt8]]]? in
      guard let base = memory.baseAddress, scan.find(in: base, count: text.count) else {
        return nil
      }
      var rows: [[[UInt8]]] = []
      scan.rows(of: base) { row in rows.append((0..<row.count).map { Array(row[$0]) }) }
      return rows
    }
  }

  private func parsed(_ text: [UInt8], delimiter: UInt8) throws -> [[[UInt8]]] {
    var rows: [[[UInt8]]] = []
    let reader = CSVReader(delimiter: delimiter) { row in
      rows.append((0..<row.count).map { index in row.withBytes(index) { Array($0) } })
    }
    try reader.feed(text)
    try reader.finish()
    return rows
  }

  @Test(arguments: [",", ";", "\t", "|"])
  func givesTheRowsOfLibcsv(_ delimiter: String) throws {
    var random = TestRandom(seed: Self.seed)
    let delimiter = try #require(delimiter.utf8.first)
    let pieces: [[UInt8]] = [
      [delimiter], [delimiter], Array("\n".utf8), Array("\r\n".utf8), Array(",".utf8),
      Array("é".utf8), Array(" ".utf8), Array("\t".utf8), Array("\u{B}".utf8), [0xFF], [0x80],
      Array("x1".utf8), Array("2026-11-21T08:00:00Z".utf8), [UInt8(ascii: "\n") | 0x80],
    ]
    for round in 0..<400 {
      var text: [UInt8] = []
      for _ in 0..<random.below(120) { text += pieces[random.below(pieces.count)] }
      text.append(UInt8(ascii: "\n"))
      let rows = try scanned(text, delimiter: delimiter)
      #expect(rows == (try parsed(text, delimiter: delimiter)), "round \(round): \(text)")
    }
  }

  /// Line ends are counted by their place in a vector of 16 bytes: here it is always the same.
  @Test(arguments: [255, 256, 257, 512, 1_000])
  func countsLinesOfOneVector(_ lines: Int) throws {
    let text = (0..<lines).flatMap { _ in Array("1761955200,1,22\n".utf8) }
    let scan = try #require(CSVScan(delimiter: UInt8(ascii: ","), capacity: text.count))
    var memory = text + Array(repeating: 0, count: CSVScan.padding)
    let rows = memory.withUnsafeMutableBufferPointer { memory in
      memory.baseAddress.flatMap { base in
        scan.find(in: base, count: text.count) ? scan.grid(of: base, width: 3)?.rows : nil
      }
    }
    #expect(rows == lines)
  }

  @Test func leavesTheUnusualToLibcsv() throws {
    var random = TestRandom(seed: Self.seed)
    let line = Array("1,2,3\n".utf8)
    for odd in [Array("\"".utf8), Array("\rx".utf8), [0], Array("\r\r\n".utf8)] {
      for _ in 0..<40 {
        var text = (0...random.below(40)).flatMap { _ in line }
        text.insert(contentsOf: odd, at: random.below(text.count - 1))
        #expect(try scanned(text, delimiter: UInt8(ascii: ",")) == nil)
      }
    }
    for delimiter in ["\"", "\n", "\r", " "] {
      #expect(CSVScan(delimiter: try #require(delimiter.utf8.first), capacity: 10) == nil)
    }
  }
}
