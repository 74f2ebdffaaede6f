import Testing

@testable import Support

/// The fast scan against libcsv, on text that is mostly separators.
@Suite struct CSVScanTests {
  private static let seed: UInt64 = 20_261_121
  /// Those that this processor has.
  private static let ways = CSVScan.canBeFast ? [true, false] : [false]

  /// The scan's rows; nil if it leaves the text to libcsv. Every way must find the same.
  private func scanned(_ text: [UInt8], delimiter: UInt8) throws -> [[[UInt8]]]? {
    let found = try Self.ways.map { try scanned(text, delimiter: delimiter, isFast: $0) }
    #expect(found.allSatisfy { $0 == found[0] }, "\(text)")
    return found[0]
  }

  private func scanned(
    _ text: [UInt8], delimiter: UInt8, isFast: Bool
  ) throws -> [[[UInt8]]]? {
    let scan = try #require(CSVScan(delimiter: delimiter, capacity: text.count))
    var memory = text + Array(repeating: 0, count: CSVScan.padding)
    return memory.withUnsafeMutableBufferPointer { memory -> [[[UInt8]]]? in
      guard let base = memory.baseAddress,
        scan.find(in: base, count: text.count, isFast: isFast)
      else { return nil }
      var rows: [[[UInt8]]] = []
      scan.rows(of: base) { row in rows.append((0..<row.count).map { Array(row[$0]) }) }
      #expect(scan.lines == text.count { $0 == UInt8(ascii: "\n") })
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

  /// Line ends are counted by their place in a vector of 16 or 32 bytes: here it is always the same.
  @Test(arguments: [255, 256, 257, 512, 1_000])
  func countsLinesOfOneVector(_ lines: Int) throws {
    for line in ["1761955200,1,22\n", "1761955200000000000,1,1234567,2\n"] {
      let width = line.count { $0 == "," } + 1
      let text = (0..<lines).flatMap { _ in Array(line.utf8) }
      for isFast in Self.ways {
        #expect(try gridRows(text, width: width, isFast: isFast) == lines)
      }
    }
  }

  /// How many rows a grid has; nil if the text is none.
  private func gridRows(_ text: [UInt8], width: Int, isFast: Bool) throws -> Int? {
    let scan = try #require(CSVScan(delimiter: UInt8(ascii: ","), capacity: text.count))
    var memory = text + Array(repeating: 0, count: CSVScan.padding)
    return memory.withUnsafeMutableBufferPointer { memory in
      memory.baseAddress.flatMap { base in
        scan.find(in: base, count: text.count, isFast: isFast)
          ? scan.grid(of: base, width: width)?.rows : nil
      }
    }
  }

  @Test func aGridHasRowsOfOneWidth() throws {
    for (text, rows) in [
      ("1,2\n3,4\n", 2), ("1\n2,3,4\n", nil), ("1,2,3\n4\n", nil), ("1,2\n3\n4,5\n", nil),
      ("1\n2\n", nil), ("1,2,3,4\n", nil),
    ] as [(String, Int?)] {
      for isFast in Self.ways {
        #expect(try gridRows(Array(text.utf8), width: 2, isFast: isFast) == rows, "\(text)")
      }
    }
  }

  /// Each byte at the ends of a vector, of a block, and where line ends are counted anew.
  @Test(arguments: [",", "~"])
  func takesEveryByte(_ delimiter: String) throws {
    let delimiter = try #require(delimiter.utf8.first)
    let suspects: [UInt8] = [0, UInt8(ascii: "\""), UInt8(ascii: "\r")]
    for byte in UInt8.min ... .max {
      for place in [0, 31, 32, 63] + (byte < 0x30 ? [4_095, 4_096] : []) {
        var text = Array(repeating: UInt8(ascii: "x"), count: place + 3)
        text[place] = byte
        text[place + 2] = UInt8(ascii: "\n")
        let lines = text.split(separator: UInt8(ascii: "\n"))
        let rows = lines.map { line in
          line.split(separator: delimiter, omittingEmptySubsequences: false).map { Array($0) }
        }
        #expect(
          try scanned(text, delimiter: delimiter) == (suspects.contains(byte) ? nil : rows))
      }
    }
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
