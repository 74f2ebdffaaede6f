import Support

/// Reads JSON and Python literals into a `DataTree`.
///
/// Of Python: `None`, `True`, single quotes, tuples, trailing commas, adjacent texts, and calls with
/// named arguments, which become objects (`Tier(start=1)`). `Decimal('1')`, `datetime.date(…)` and
/// `datetime.time(…)` become what they stand for. Nothing is executed.
package struct DataTreeParser {
  package struct Problem: Error {
    package var line: Int
    package var message: String
  }

  private static let maximumDepth = 64

  private let bytes: [UInt8]
  private var index: Int
  private var values = 0

  /// The one value that begins at `start`, behind which nothing but space may follow if `toEnd`.
  package static func parse(
    _ bytes: [UInt8], from start: Int = 0, toEnd: Bool = true
  ) throws(Problem) -> DataTree {
    var parser = DataTreeParser(bytes: bytes, index: start)
    let value = try parser.value(0)
    parser.skipSpace()
    if toEnd, parser.index < bytes.count { throw parser.problem("nothing more") }
    return value
  }

  private init(bytes: [UInt8], index: Int) {
    self.bytes = bytes
    self.index = index
  }

  private func problem(_ expected: String) -> Problem {
    let found = peek.map { "'\(Character(Unicode.Scalar($0)))'" } ?? "the end"
    return Problem(line: line, message: "expected \(expected), not \(found)")
  }

  /// Where reading has come to.
  private var line: Int {
    1 + bytes[..<min(index, bytes.count)].count { $0 == UInt8(ascii: "\n") }
  }

  // MARK: Values

  private mutating func value(_ depth: Int) throws(Problem) -> DataTree {
    if depth > Self.maximumDepth { throw problem("less nesting") }
    values += 1
    if values > InputLimit.priceListValues.value {
      throw Problem(line: line, message: InputLimit.priceListValues.exceeded(by: "values"))
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return .list(try list("]", depth).items)
    case UInt8(ascii: "("):
      let (items, isTuple) = try list(")", depth)
      return items.count == 1 && !isTuple ? items[0] : .list(items)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(try texts())
    case let byte? where byte == UInt8(ascii: "-") || byte &- 0x30 < 10:
      return .number(number())
    default: return try word(depth)
    }
  }

  private mutating func object(_ depth: Int) throws(Problem) -> DataTree {
    index += 1
    var members: [(key: String, value: DataTree)] = []
    while true {
      skipSpace()
      if take("}") { return .object(members) }
      guard peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") else {
        throw problem("a key in quotes")
      }
      let key = try texts()
      skipSpace()
      guard take(":") else { throw problem("':'") }
      members.append((key, try value(depth + 1)))
      skipSpace()
      if !take(","), peek != UInt8(ascii: "}") { throw problem("',' or '}'") }
    }
  }

  private mutating func list(
    _ end: Unicode.Scalar, _ depth: Int
  ) throws(Problem) -> (items: [DataTree], hasComma: Bool) {
    index += 1
    var items: [DataTree] = []
    var hasComma = false
    while true {
      skipSpace()
      if take(end) { return (items, hasComma) }
      items.append(try value(depth + 1))
      skipSpace()
      if take(",") {
        hasComma = true
      } else if peek != UInt8(ascii: end) {
        throw problem("',' or '\(end)'")
      }
    }
  }

  private mutating func number() -> String {
    let start = index
    while let byte = peek,
      Self.isWord(byte) || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  // MARK: Words and calls

  private mutating func word(_ depth: Int) throws(Problem) -> DataTree {
    let name = name()
    switch name {
    case "": throw problem("a value")
    case "null", "None": return .null
    case "true", "True": return .bool(true)
    case "false", "False": return .bool(false)
    default: break
    }
    guard take("(") else { return .text(name) }
    var arguments: [DataTree] = []
    var members: [(key: String, value: DataTree)] = []
    while true {
      skipSpace()
      if take(")") { break }
      let start = index
      let key = self.name()
      skipSpace()
      if !key.isEmpty, take("=") {
        // Python's own words get an underscore: `or_`.
        members.append(
          (key.hasSuffix("_") ? String(key.dropLast()) : key, try value(depth + 1)))
      } else {
        index = start
        arguments.append(try value(depth + 1))
      }
      skipSpace()
      if !take(","), peek != UInt8(ascii: ")") { throw problem("',' or ')'") }
    }
    return try result(of: name, arguments, members)
  }

  private func result(
    of name: String, _ arguments: [DataTree], _ members: [(key: String, value: DataTree)]
  ) throws(Problem) -> DataTree {
    if arguments.isEmpty { return .object(members) }
    let numbers = arguments.compactMap { $0.wholeNumber }
    switch name {
    case "Decimal":
      if let text = arguments[0].text { return .number(text) }
      return arguments[0]
    case "datetime.date" where numbers.count == 3:
      return .text(Self.joined(numbers, "-", first: 4))
    case "datetime.time" where numbers.count >= 2:
      return .text(Self.joined(numbers, ":", first: 2))
    default: throw problem("named arguments of \(name)")
    }
  }

  private static func joined(_ numbers: [Int64], _ separator: String, first: Int) -> String {
    numbers.enumerated().map { index, number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, (index == 0 ? first : 2) - digits.count)) + digits
    }.joined(separator: separator)
  }

  private mutating func name() -> String {
    let start = index
    while let byte = peek, Self.isWord(byte) || byte == UInt8(ascii: ".") { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte &- 0x30 < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  // MARK: Texts

  /// One text, or several beside each other, which are one to Python; without the byte-order marks
  /// in front, which no reader of YAML would give back.
  private mutating func texts() throws(Problem) -> String {
    var result: [UInt8] = []
    repeat {
      try text(into: &result)
      skipSpace()
    } while peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'")
    let marked = String(decoding: result, as: UTF8.self).unicodeScalars
    return String(marked.drop { $0 == "\u{FEFF}" })
  }

  private mutating func text(into result: inout [UInt8]) throws(Problem) {
    let quote = bytes[index]
    index += 1
    while let byte = peek {
      index += 1
      if byte == quote { return }
      if byte != UInt8(ascii: "\\") {
        result.append(byte)
        continue
      }
      guard let escape = peek else { break }
      index += 1
      switch escape {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "u"): try unicode(into: &result)
      case UInt8(ascii: "x"): result += String(Character(scalar(try hex(2)))).utf8
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "/"):
        result.append(escape)
      default: throw problem("a known escape")
      }
    }
    throw problem("the end of a text")
  }

  private mutating func unicode(into result: inout [UInt8]) throws(Problem) {
    var code = try hex(4)
    if (0xD800..<0xDC00).contains(code), bytes[index...].starts(with: "\\u".utf8) {
      index += 2
      code = 0x10000 + (code - 0xD800) << 10 + (try hex(4) & 0x3FF)
    }
    result += String(Character(scalar(code))).utf8
  }

  private func scalar(_ code: UInt32) -> Unicode.Scalar { Unicode.Scalar(code) ?? "\u{FFFD}" }

  private mutating func hex(_ digits: Int) throws(Problem) -> UInt32 {
    let end = index + digits
    guard end <= bytes.count,
      let code = UInt32(String(decoding: bytes[index..<end], as: UTF8.self), radix: 16)
    else { throw problem("\(digits) hexadecimal digits") }
    index = end
    return code
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  /// Space, and Python's comments.
  private mutating func skipSpace() {
    while let byte = peek {
      if byte == UInt8(ascii: "#") {
        while let byte = peek, byte != UInt8(ascii: "\n") { index += 1 }
      } else if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        index += 1
      } else {
        return
      }
    }
  }
}
