/// How a CSV file is spelled: the canonical form, or what a spreadsheet opens without asking.
package enum CSVDialect: String, CaseIterable, Sendable {
  /// Commas, `.` decimals, no byte-order mark.
  case rfc4180
  /// The same with a byte-order mark, without which Excel misreads accents.
  case excel
  /// Byte-order mark, semicolons and decimal commas, as a French locale expects.
  case excelFr = "excel-fr"

  package var delimiter: UInt8 { self == .excelFr ? UInt8(ascii: ";") : UInt8(ascii: ",") }
  package var hasByteOrderMark: Bool { self != .rfc4180 }
  package var hasDecimalComma: Bool { self == .excelFr }

  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
