import CLibCSV

/// Writes CSV into memory, a field at a time (RFC 4180, CRLF, UTF-8).
///
/// libcsv does the quoting but quotes everything, so only fields that need quotes go through it;
/// an unknown value must stay bare, because `""` is an empty text to those who tell them apart.
package struct CSVWriter {
  package let dialect: CSVDialect
  /// Whether texts are kept from being read as formulas or numbers, which a file for people needs
  /// and a program does not want.
  package let isGuarded: Bool
  package private(set) var bytes: [UInt8] = []
  private var fieldsInRow = 0
  private var rowStart = 0

  package init(dialect: CSVDialect = .rfc4180, isGuarded: Bool = true) {
    self.dialect = dialect
    self.isGuarded = isGuarded
    if dialect.hasByteOrderMark { bytes = CSVDialect.byteOrderMark }
    rowStart = bytes.count
  }

  /// A text field. In a file for people `SpreadsheetGuard` decides of an apostrophe in front of it,
  /// and in front of what follows that which a spreadsheet of another country, to which neither the
  /// delimiter nor the quotes mean anything, would take for the end of a cell.
  package mutating func text(_ value: String) {
    separate()
    var value = value
    let isUsual = value.withUTF8 { field in
      if field.first == CSVDialect.byteOrderMark[0] || field.contains(where: Self.mayEndCell)
        || (isGuarded && !Self.isPlainName(field))
      {
        return false
      }
      bytes.append(contentsOf: field)
      return true
    }
    if isUsual { return }
    if isGuarded { value = withoutInnerFormulas(SpreadsheetGuard.guarded(value)) }
    value.withUTF8 { field in
      if needsQuotes(field) { appendQuoted(field) } else { bytes.append(contentsOf: field) }
    }
  }

  /// A Latin letter and then no digit, and no truth value: nothing that a spreadsheet reads as anything
  /// but text.
  private static func isPlainName(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = field.first else { return true }
    let letter = first | 0x20
    if field.count <= SpreadsheetGuard.longestTruthValue, "fotvw".utf8.contains(letter) {
      return false
    }
    return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
      && !field.contains { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 >= 0x80 }
  }

  private static func mayEndCell(_ byte: UInt8) -> Bool {
    byte < UInt8(ascii: "-")
      ? [UInt8(ascii: "\""), UInt8(ascii: ","), 0x09, 0x0A, 0x0D].contains(byte)
      : byte == UInt8(ascii: ";")
  }

  private func withoutInnerFormulas(_ value: String) -> String {
    let own = Unicode.Scalar(dialect.delimiter)
    let ends = [",", ";", "\t", "\r", "\n"].filter { $0 != own }
    var result = String.UnicodeScalarView()
    let scalars = value.unicodeScalars
    for place in scalars.indices {
      if let last = result.last, ends.contains(last), !ends.contains(scalars[place]) {
        let cell = scalars[place...].prefix { !ends.contains($0) }
        if SpreadsheetGuard.startsFormula(cell) { result.append("'") }
      }
      result.append(scalars[place])
    }
    return String(result)
  }

  /// A number in plain decimal notation with a `.`; the dialect decides how the point is written.
  package mutating func number(_ digits: String) {
    separate()
    let point = UInt8(ascii: ".")
    let comma = UInt8(ascii: ",")
    if dialect.hasDecimalComma {
      for byte in digits.utf8 { bytes.append(byte == point ? comma : byte) }
    } else {
      bytes.append(contentsOf: digits.utf8)
    }
  }

  package mutating func integer(_ value: Int64) { number(String(value)) }

  /// A date, timestamp or truth value: characters that no dialect changes.
  package mutating func plain(_ value: String) {
    separate()
    bytes.append(contentsOf: value.utf8)
  }

  /// A field as it was read, for a file that is to be read again: not defended against
  /// spreadsheets.
  package mutating func verbatim(_ field: [UInt8]) {
    separate()
    field.withUnsafeBufferPointer { field in
      if needsQuotes(field) { appendQuoted(field) } else { bytes.append(contentsOf: field) }
    }
  }

  /// An unknown value: an empty field.
  package mutating func unknown() { separate() }

  package mutating func endRow() {
    // A row of one empty field would be a blank line, which readers skip.
    if bytes.count == rowStart { appendQuoted(UnsafeBufferPointer(start: nil, count: 0)) }
    bytes.append(UInt8(ascii: "\r"))
    bytes.append(UInt8(ascii: "\n"))
    fieldsInRow = 0
    rowStart = bytes.count
  }

  /// Hands over the rows written so far and starts again behind them, for files that are streamed.
  package mutating func takeBytes() -> [UInt8] {
    precondition(fieldsInRow == 0, "rows are handed over whole")
    let taken = bytes
    bytes.removeAll(keepingCapacity: true)
    rowStart = 0
    return taken
  }

  private mutating func separate() {
    if fieldsInRow > 0 { bytes.append(dialect.delimiter) }
    fieldsInRow += 1
  }

  private func needsQuotes(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    // At a file's start it would be taken for a mark of the byte order.
    field.starts(with: CSVDialect.byteOrderMark)
      || field.contains { byte in
        byte == dialect.delimiter || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r")
          || byte == UInt8(ascii: "\n")
      }
  }

  private mutating func appendQuoted(_ field: UnsafeBufferPointer<UInt8>) {
    let capacity = 2 * field.count + 2
    let quoted = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      // libcsv refuses a null source even for no bytes; any other address does.
      let source =
        field.baseAddress.map(UnsafeRawPointer.init) ?? UnsafeRawPointer(buffer.baseAddress)
      count = csv_write(buffer.baseAddress, capacity, source, field.count)
    }
    bytes.append(contentsOf: quoted)
  }
}
