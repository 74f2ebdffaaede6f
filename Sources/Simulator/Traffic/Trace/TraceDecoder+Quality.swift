import CostModel
import Support

/// What a log may tell of the quality of answers.
extension TraceDecoder {
  package mutating func readQuality(_ row: inout TraceRecord, _ fields: FieldList) throws(BadRow) {
    let number = row.number
    row.quality.feedback = try word(.feedback, fields, number, Self.opinions)
    row.quality.sent = try word(.sent, fields, number, Self.flags)
    row.quality.converted = try word(.converted, fields, number, Self.flags)
    row.quality.hallucination = try word(.hallucination, fields, number, Self.flags)
    row.quality.inappropriate = try word(.inappropriate, fields, number, Self.flags)
    row.quality.technicalError = try word(.technicalError, fields, number, Self.flags)
    row.quality.engagement = try share(.engagement, fields, number)
    if has(.responseTimeMs) {
      row.quality.responseTime = try quantity(.responseTimeMs, fields, number)
    }
    if row.quality.sent == 0, row.quality.converted == 1 {
      throw bad(number, .converted, "it sold, but was not sent")
    }
  }

  private static let flags: [(words: [String], value: Int8)] = [
    (["true", "yes", "1"], 1), (["false", "no", "0"], 0),
  ]
  private static let opinions: [(words: [String], value: Int8)] = [
    (["positive", "up", "1"], 1), (["negative", "down", "-1"], 0), (["neutral", "0"], -2),
  ]

  /// The value of one of those words, in any case; −1 where the row does not tell the column.
  private mutating func word(
    _ column: TraceColumn, _ fields: FieldList, _ number: Int64,
    _ known: [(words: [String], value: Int8)]
  ) throws(BadRow) -> Int8 {
    guard let bytes = value(column, fields) else { return -1 }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    if let found = known.first(where: { $0.words.contains(text) }) { return found.value }
    let words = InputLog.alternatives(known.map { $0.words[0] })
    throw bad(number, column, "expected \(words), not \(bytes.shown)")
  }

  /// A fraction in millionths; −1 where the row does not tell the column.
  private mutating func share(
    _ column: TraceColumn, _ fields: FieldList, _ number: Int64
  ) throws(BadRow) -> Int32 {
    guard let bytes = value(column, fields) else { return -1 }
    guard let decimal = TraceDecimal(bytes, decimalComma: decimalComma), !decimal.isNegative,
      let millionths = try? decimal.scaled(by: 6, .halfEven), millionths <= 1_000_000
    else {
      throw bad(number, column, "expected a fraction from 0 to 1, not \(bytes.shown)")
    }
    return Int32(millionths)
  }
}
