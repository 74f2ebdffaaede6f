import CostModel
import Testing

@testable import Simulator
@testable import Support

private func text(_ writer: CSVWriter) -> String { String(decoding: writer.bytes, as: UTF8.self) }

@Test func csvQuotesOnlyWhatNeedsIt() {
  var writer = CSVWriter()
  writer.text("plain text")
  writer.text("a,b")
  writer.text("say \"hi\"")
  writer.text("two\nlines")
  writer.text(" spaces ")
  writer.text("a;b")
  writer.text("")
  writer.unknown()
  writer.integer(-5)
  writer.number("-1.500000")
  writer.endRow()
  #expect(
    text(writer)
      == "plain text,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\", spaces ,a;b,,,-5,-1.500000\r\n")
}

@Test func csvDialectsDifferInMarkSeparatorAndPoint() {
  func written(_ dialect: CSVDialect) -> [UInt8] {
    var writer = CSVWriter(dialect: dialect)
    writer.text("é;,")
    writer.number("1.5")
    writer.plain("2026-11-01")
    writer.endRow()
    return writer.bytes
  }
  #expect(written(.rfc4180) == Array("\"é;,\",1.5,2026-11-01\r\n".utf8))
  #expect(written(.excel) == [0xEF, 0xBB, 0xBF] + Array("\"é;,\",1.5,2026-11-01\r\n".utf8))
  #expect(written(.excelFr) == [0xEF, 0xBB, 0xBF] + Array("\"é;,\";1,5;2026-11-01\r\n".utf8))
}

@Test(arguments: ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "\u{FF1D}1+1", "\u{FF20}a"])
func csvDefusesFormulasInTextOnly(_ value: String) {
  var writer = CSVWriter()
  writer.text(value)
  writer.number("-1")
  writer.endRow()
  let quoted = ["\r", "\n"].contains { value.hasPrefix($0) } ? "\"'\(value)\"" : "'\(value)"
  #expect(text(writer) == quoted + ",-1\r\n")
}

@Test func csvWritesARowOfOneEmptyFieldThatReadersKeep() throws {
  var writer = CSVWriter()
  writer.text("")
  writer.endRow()
  #expect(text(writer) == "\"\"\r\n")
  #expect(try CSVReader.rows(writer.bytes) == [[""]])
}

@Test func csvStreamsInWholeRowsWithOneByteOrderMark() {
  var writer = CSVWriter(dialect: .excel)
  writer.text("a")
  writer.endRow()
  let first = writer.takeBytes()
  writer.text("b")
  writer.endRow()
  #expect(first + writer.takeBytes() == [0xEF, 0xBB, 0xBF] + Array("a\r\nb\r\n".utf8))
}

/// 2,000 seeded random tables, fed to the reader in random pieces.
@Test func csvRoundTripsThroughLibcsv() throws {
  var random = SplitMix.Words(seed: 20_261_121)
  let alphabet = Array("ab ,;\t\"'\r\n=+-@é漢0.")
  for table in 0..<2_000 {
    let dialect = CSVDialect.allCases[table % 3]
    let columns = 1 + random.below(5)
    var rows: [[String]] = []
    for _ in 0..<(1 + random.below(6)) {
      rows.append(
        (0..<columns).map { _ in
          String((0..<random.below(8)).map { _ in alphabet[random.below(alphabet.count)] })
        })
    }
    var writer = CSVWriter(dialect: dialect)
    for row in rows {
      for field in row { writer.text(field) }
      writer.endRow()
    }
    var found: [[String]] = []
    let reader = CSVReader(delimiter: dialect.delimiter) { row in
      found.append((0..<row.count).map { row.text($0) ?? "invalid" })
    }
    var rest = writer.bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1 + random.below(7))
      try reader.feed(piece)
      rest = rest.dropFirst(piece.count)
    }
    try reader.finish()
    let guarded = rows.map { $0.map { guarding($0, dialect) } }
    #expect(found == guarded, "table \(table) of seed 20261121")
  }
}

/// Cell by cell, as a spreadsheet would split it that knows no quotes and another delimiter, and
/// trims blanks.
private func guarding(_ field: String, _ dialect: CSVDialect) -> String {
  let other = dialect == .excelFr ? "," : ";"
  let ends = "\t\r\n\(other)".unicodeScalars
  var cells: [String] = [""]
  for scalar in field.unicodeScalars {
    cells[cells.count - 1].unicodeScalars.append(scalar)
    if ends.contains(scalar) { cells.append("") }
  }
  for index in cells.indices where index > 0 {
    let cell = cells[index].filter { !" \t\r\n".contains($0) }
    let isAnEnd = cells[index].unicodeScalars.allSatisfy(ends.contains)
    if !isAnEnd, let first = cell.first, "=+-@".contains(first) {
      cells[index] = "'" + cells[index]
    }
  }
  let joined = cells.joined()
  return SpreadsheetGuard.isNeeded(field) ? "'" + joined : joined
}

/// What a spreadsheet would run, with blanks in front or without, and what it would spell otherwise.
@Test(arguments: [
  " =1+1", "\u{A0}=1+1", "\u{200B}=1+1", "  +x", " @SUM(1)", "@a/b(c)", "@a/", "@/b", "@a b/c",
  "00123", "12345678901234567890", "1E5", "1e-5", "3.10", "1,5", "2026-01-05", "1/2", "12:30",
  "5 %", "$5", "(5)", "1 pm", "MARCH1", "2-sept", "3 mai", " 007 ", "1\u{202F}000", "\u{FF11}2",
  "'=1", "''00123", "true", "FALSE", "Vrai", " faux ", "wahr", "Falsch",
]) func csvKeepsTextsTexts(_ value: String) throws {
  #expect(SpreadsheetGuard.guarded(value) == "'" + value)
  for dialect in CSVDialect.allCases {
    var guarded = CSVWriter(dialect: dialect)
    var plain = CSVWriter(dialect: dialect, isGuarded: false)
    for text in ["name", "x", value, "y"] {
      guarded.text(text)
      plain.text(text)
      if text == "x" || text == "y" {
        guarded.endRow()
        plain.endRow()
      }
    }
    #expect(try CSVReader.rows(guarded.bytes)[1] == ["'" + value, "y"])
    #expect(try CSVReader.rows(plain.bytes)[1] == [value, "y"], "programs get texts as they are")
  }
}

@Test(arguments: [
  "@cf/meta/llama-3.1-8b", "@hf/thebloke/x_y", "0", "12345", "123456789012345", "gpt-4o", "4o",
  "mars", "user-000123", "1a", "12 monkeys", "3 e 4 e 5", "a=b", "x1E5", "'quoted'", "", " ", "é1",
  "0x1F", "truest", "not true", "vraiment",
]) func csvLeavesOtherTextsAlone(_ value: String) {
  #expect(SpreadsheetGuard.guarded(value) == value)
}

/// The files are made for one country's spreadsheets, and opened in another's.
@Test func csvDefusesFormulasOfOtherCountries() {
  func written(_ value: String, _ dialect: CSVDialect) -> String {
    var writer = CSVWriter(dialect: dialect)
    writer.text(value)
    return String(text(writer).drop { $0 == "\u{FEFF}" })
  }
  #expect(written("a;=1+1", .rfc4180) == "a;'=1+1")
  #expect(written("a,=1+1", .rfc4180) == "\"a,=1+1\"")
  #expect(written("a,=1+1", .excelFr) == "a,'=1+1")
  #expect(written("a;=1+1", .excelFr) == "\"a;=1+1\"")
  #expect(written("a\r\n@b\t-1", .excel) == "\"a\r\n'@b\t'-1\"")
  #expect(written("a; b; c-d", .rfc4180) == "a; b; c-d")
}

@Test func csvReaderFindsTheDelimiter() throws {
  let expected = [["a", "b,c"], ["1", "2"]]
  #expect(try CSVReader.rows(Array("a;\"b,c\"\n1;2".utf8)) == expected)
  #expect(try CSVReader.rows(Array("a\t\"b,c\"\r\n1\t2\r\n".utf8)) == expected)
  #expect(try CSVReader.rows(Array("\u{FEFF}a,\"b,c\"\n1,2\n".utf8)) == expected)
  #expect(try CSVReader.rows(Array("sep=|\r\na|b,c\r\n1|2\r\n".utf8)) == expected)
  #expect(try CSVReader.rows(Array("\u{FEFF}sep=;\r\na;b,c\r\n1;2\r\n".utf8)) == expected)
  let blank = String(repeating: " \t\r\n\n", count: 20_000)
  for start in [blank, "\u{FEFF}" + blank, blank + "\u{FEFF}sep=;\n"] {
    #expect(try CSVReader.rows(Array((start + "a;\"b,c\"\n1;2").utf8)) == expected)
  }
}

@Test func csvReaderNamesTheRowOfAnError() {
  #expect(throws: CSVError.self) { try CSVReader.rows(Array("a,b\n1,\"2".utf8)) }
  do {
    _ = try CSVReader.rows(Array("a,b\n1,2\n3,x\"y\n".utf8))
    Issue.record("a stray quote was accepted")
  } catch { #expect((error as? CSVError)?.row == 3) }
  do {
    _ = try CSVReader.rows(Array("a,b\n1,".utf8) + [0xFF, 0x0A])
    Issue.record("invalid UTF-8 was accepted")
  } catch { #expect(error as? CSVError == CSVError(row: 2, reason: "column 2 is not UTF-8")) }
}

@Test func csvReaderReadsAnEmptyFile() throws {
  #expect(try CSVReader.rows([]) == [])
  #expect(try CSVReader.rows([0xEF, 0xBB, 0xBF]) == [])
}

extension SplitMix.Words {
  fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A name that begins with U+FEFF is not taken for a mark of the byte order.
@Test(arguments: [CSVDialect.rfc4180, .excel, .excelFr])
func aNameKeepsItsZeroWidthSpace(dialect: CSVDialect) throws {
  var writer = CSVWriter(dialect: dialect, isGuarded: false)
  writer.text("\u{FEFF}name")
  writer.text("\u{FEFF}")
  writer.endRow()
  #expect(try CSVReader.rows(writer.bytes) == [["\u{FEFF}name", "\u{FEFF}"]])
}
