import CostModel

/// A value that parts of a result hold. One list of its fields, `code`, writes and reads it alike, so
/// that the two cannot differ.
package protocol PartValue {
  /// What is there before anything is read.
  init()
  /// Hands over every field in turn, always in the same order.
  mutating func code(_ part: inout PartCoder) throws(PartDamage)
}

/// A part that does not hold what it should.
package struct PartDamage: Error {
  /// In words that follow the part's name.
  package var message: String

  package init(_ message: String) { self.message = message }
}

/// Writes values one after another, or reads them back: integers as long as they are large (LEB128,
/// signed ones folded), reals by their bits, texts and lists after their length.
package struct PartCoder: Sendable {
  package private(set) var bytes: [UInt8]
  private var place = 0
  private let isReading: Bool

  /// Of a value.
  package static func bytes(of value: some PartValue) -> [UInt8] {
    var coder = PartCoder(bytes: [], isReading: false)
    var value = value
    do { try value.code(&coder) } catch { preconditionFailure("writing fails at nothing") }
    return coder.bytes
  }

  /// The value that these are; nothing may be left over.
  package static func value<Value: PartValue>(
    _ bytes: [UInt8], as type: Value.Type = Value.self
  ) throws(PartDamage) -> Value {
    var coder = PartCoder(bytes: bytes, isReading: true)
    return try coder.rest()
  }

  /// The same behind a text that is to be checked before.
  package static func value<Value: PartValue>(
    _ bytes: [UInt8], as type: Value.Type = Value.self,
    after check: (String) throws(PartDamage) -> Void
  ) throws(PartDamage) -> Value {
    var coder = PartCoder(bytes: bytes, isReading: true)
    var text = ""
    try text.code(&coder)
    try check(text)
    return try coder.rest()
  }

  private mutating func rest<Value: PartValue>() throws(PartDamage) -> Value {
    var value = Value()
    try value.code(&self)
    guard left == 0 else { throw PartDamage("is damaged: it holds more than a part does") }
    return value
  }

  private init(bytes: [UInt8], isReading: Bool) {
    self.bytes = bytes
    self.isReading = isReading
  }

  private var left: Int { bytes.count - place }

  /// Written, or what is read in its place.
  package mutating func code(_ value: inout some PartValue) throws(PartDamage) {
    try value.code(&self)
  }

  /// What is read must hold; what is written does.
  package func check(_ holds: Bool, _ message: String) throws(PartDamage) {
    guard isReading, !holds else { return }
    throw PartDamage("is damaged: \(message)")
  }

  // MARK: Kinds of values

  fileprivate mutating func code(folded value: UInt128) throws(PartDamage) -> UInt128 {
    guard isReading else {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(truncatingIfNeeded: rest))
      return value
    }
    var value: UInt128 = 0
    var shift: UInt128 = 0
    while true {
      let byte = try next()
      let bits = UInt128(byte & 0x7F)
      guard shift < 128, (bits << shift) >> shift == bits else { throw .number }
      value |= bits << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  fileprivate mutating func code(length: Int) throws(PartDamage) -> Int {
    let known = try code(folded: UInt128(length))
    // Every element takes a byte or more.
    guard !isReading || known <= UInt128(left) else { throw .tooShort }
    return Int(known)
  }

  fileprivate mutating func code(eight bits: UInt64) throws(PartDamage) -> UInt64 {
    var bits = bits
    for byte in 0..<8 {
      if isReading {
        if byte == 0 { bits = 0 }
        bits |= UInt64(try next()) << UInt64(8 * byte)
      } else {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte)))
      }
    }
    return bits
  }

  fileprivate mutating func code(text: String) throws(PartDamage) -> String {
    let length = try code(length: text.utf8.count)
    guard isReading else {
      bytes += Array(text.utf8)
      return text
    }
    guard let text = String(validating: bytes[place..<place + length], as: UTF8.self) else {
      throw PartDamage("is damaged: a text in it is no UTF-8")
    }
    place += length
    return text
  }

  fileprivate mutating func code<Value: PartValue>(
    list: inout [Value]
  ) throws(PartDamage) {
    let count = try code(length: list.count)
    guard isReading else {
      for index in list.indices {
        var value = list[index]
        try value.code(&self)
      }
      return
    }
    list = []
    // No more than a file can prove: elements may take a byte there and many here.
    list.reserveCapacity(min(count, 1 << 12))
    for _ in 0..<count {
      var value = Value()
      try value.code(&self)
      list.append(value)
    }
  }

  private mutating func next() throws(PartDamage) -> UInt8 {
    guard place < bytes.count else { throw .tooShort }
    place += 1
    return bytes[place - 1]
  }
}

extension PartDamage {
  fileprivate static let tooShort = PartDamage("is damaged: it ends too early")
  fileprivate static let number = PartDamage("is damaged: a number in it is too large")
}

// MARK: Numbers and texts

extension PartValue where Self: FixedWidthInteger & SignedInteger {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    let wide = Int128(self)
    let folded = try part.code(folded: UInt128(bitPattern: (wide << 1) ^ (wide >> 127)))
    let value = Int128(bitPattern: folded >> 1) ^ -Int128(bitPattern: folded & 1)
    guard let known = Self(exactly: value) else { throw .number }
    self = known
  }
}

extension PartValue where Self: FixedWidthInteger & UnsignedInteger {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    guard let known = Self(exactly: try part.code(folded: UInt128(self))) else { throw .number }
    self = known
  }
}

extension Int: PartValue {}
extension Int64: PartValue {}
extension Int128: PartValue {}
extension UInt8: PartValue {}
extension UInt32: PartValue {}
extension UInt64: PartValue {}

extension Bool: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    var bit: UInt32 = self ? 1 : 0
    try bit.code(&part)
    try part.check(bit < 2, "a flag in it is neither 0 nor 1")
    self = bit == 1
  }
}

extension Double: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    self = Double(bitPattern: try part.code(eight: bitPattern))
  }
}

extension String: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    self = try part.code(text: self)
  }
}

extension MoneySum: PartValue {
  package init() { self = .zero }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    var amount = picodollars
    try amount.code(&part)
    self = MoneySum(picodollars: amount)
  }
}

// MARK: Lists

extension Array: PartValue where Element: PartValue {
  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    try part.code(list: &self)
  }
}

extension Optional: PartValue where Wrapped: PartValue {
  package init() { self = nil }

  package mutating func code(_ part: inout PartCoder) throws(PartDamage) {
    var isThere = self != nil
    try isThere.code(&part)
    guard isThere else {
      self = nil
      return
    }
    var value = self ?? Wrapped()
    try value.code(&part)
    self = value
  }
}
