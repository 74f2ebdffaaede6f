/// Walks through one JSON object and picks out values, without building any.
///
/// Texts with escapes are written to `scratch`, which must have room for as many bytes as the text
/// has; nothing else is copied.
package struct JSONScanner {
  package struct Problem: Error {
    package var message: String
  }

  private static let maximumDepth = 128

  private let bytes: Bytes
  private var index = 0
  private let scratch: UnsafeMutablePointer<UInt8>
  package private(set) var scratchEnd = 0

  package init(_ bytes: Bytes, scratch: UnsafeMutablePointer<UInt8>) {
    self.bytes = bytes
    self.scratch = scratch
  }

  // MARK: What is asked for

  /// The wanted values of the object that is the whole text: texts without quotes and escapes,
  /// `null` as nothing, all else as it is written.
  package mutating func pick(_ paths: JSONPaths, into slots: UnsafeMutableBufferPointer<Bytes>)
    throws(Problem)
  {
    skipSpace()
    guard peek == UInt8(ascii: "{") else { throw fail("expected a JSON object") }
    try object(paths, node: 0, depth: 0, slots)
    try end()
  }

  /// The keys of the object and, behind a `/`, those of objects in it.
  package mutating func keys() throws(Problem) -> [String] {
    skipSpace()
    guard peek == UInt8(ascii: "{") else { throw fail("expected a JSON object") }
    var keys: [String] = []
    try collect(into: &keys, prefix: "", depth: 0)
    try end()
    return keys
  }

  private mutating func end() throws(Problem) {
    skipSpace()
    if index < bytes.count { throw fail("expected nothing behind the JSON object") }
  }

  // MARK: Objects

  private mutating func object(
    _ paths: JSONPaths, node: Int, depth: Int, _ slots: UnsafeMutableBufferPointer<Bytes>
  ) throws(Problem) {
    try members(depth) { scanner, key throws(Problem) in
      guard let child = paths.child(of: node, key) else { return try scanner.skip(depth + 1) }
      let wanted = paths.nodes[child]
      if !wanted.children.isEmpty, scanner.peek == UInt8(ascii: "{") {
        let start = scanner.index
        try scanner.object(paths, node: child, depth: depth + 1, slots)
        if wanted.slot >= 0 { slots[wanted.slot] = scanner.slice(start) }
      } else if wanted.slot >= 0 {
        slots[wanted.slot] = try scanner.value(depth + 1)
      } else {
        try scanner.skip(depth + 1)
      }
    }
  }

  private mutating func collect(
    into keys: inout [String], prefix: String, depth: Int
  ) throws(Problem) {
    var found: [String] = []
    try members(depth) { scanner, key throws(Problem) in
      let name = prefix + String(decoding: key, as: UTF8.self)
      found.append(name)
      if depth == 0, scanner.peek == UInt8(ascii: "{") {
        try scanner.collect(into: &found, prefix: name + "/", depth: 1)
      } else {
        try scanner.skip(depth + 1)
      }
    }
    keys += found
  }

  /// Calls `body` at each value of the object that begins here.
  private mutating func members(
    _ depth: Int, _ body: (inout JSONScanner, Bytes) throws(Problem) -> Void
  ) throws(Problem) {
    if depth > Self.maximumDepth { throw fail("JSON nested too deep") }
    index += 1
    skipSpace()
    if take("}") { return }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw fail("expected a key in the JSON object") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw fail("expected ':' behind a JSON key") }
      skipSpace()
      try body(&self, key)
      skipSpace()
      if take("}") { return }
      guard take(",") else { throw fail("expected ',' or '}' in the JSON object") }
    }
  }

  // MARK: Values

  private mutating func value(_ depth: Int) throws(Problem) -> Bytes {
    if peek == UInt8(ascii: "\"") { return try string() }
    let start = index
    try skip(depth)
    let text = slice(start)
    return text.elementsEqual("null".utf8) ? Bytes(start: nil, count: 0) : text
  }

  private mutating func skip(_ depth: Int) throws(Problem) {
    switch peek {
    case UInt8(ascii: "{"):
      try members(depth) { scanner, _ throws(Problem) in try scanner.skip(depth + 1) }
    case UInt8(ascii: "["): try array(depth)
    case UInt8(ascii: "\""): _ = try string()
    default: try scalar()
    }
  }

  private mutating func array(_ depth: Int) throws(Problem) {
    if depth > Self.maximumDepth { throw fail("JSON nested too deep") }
    index += 1
    skipSpace()
    if take("]") { return }
    while true {
      skipSpace()
      try skip(depth + 1)
      skipSpace()
      if take("]") { return }
      guard take(",") else { throw fail("expected ',' or ']' in the JSON array") }
    }
  }

  /// A number, `true`, `false` or `null`; also the `NaN` that Python writes.
  private mutating func scalar() throws(Problem) {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
      let isDigit = byte &- 0x30 < 10
      guard
        isLetter || isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
          || byte == UInt8(ascii: ".")
      else { break }
      index += 1
    }
    let text = slice(start)
    guard let first = text.first else { throw fail("expected a JSON value") }
    let isNumber = first &- 0x30 < 10 || first == UInt8(ascii: "-")
    let isWord = ["true", "false", "null", "NaN"].contains { text.elementsEqual($0.utf8) }
    if !isNumber, !isWord { throw fail("expected a JSON value") }
  }

  /// A text without its quotes, escapes resolved.
  private mutating func string() throws(Problem) -> Bytes {
    index += 1
    let start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        defer { index += 1 }
        return slice(start)
      case UInt8(ascii: "\\"): return try escaped(from: start)
      default: index += 1
      }
    }
    throw fail("a JSON text is not closed")
  }

  private mutating func escaped(from start: Int) throws(Problem) -> Bytes {
    let first = scratchEnd
    for byte in bytes[start..<index] { put(byte) }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        return Bytes(start: scratch + first, count: scratchEnd - first)
      }
      if byte == UInt8(ascii: "\\") { try escape() } else { put(byte) }
    }
    throw fail("a JSON text is not closed")
  }

  private mutating func escape() throws(Problem) {
    guard index < bytes.count else { throw fail("a JSON text is not closed") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "n"): put(0x0A)
    case UInt8(ascii: "t"): put(0x09)
    case UInt8(ascii: "r"): put(0x0D)
    case UInt8(ascii: "b"): put(0x08)
    case UInt8(ascii: "f"): put(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): put(byte)
    case UInt8(ascii: "u"): try unicode()
    default: throw fail("an unknown escape in a JSON text")
    }
  }

  private mutating func unicode() throws(Problem) {
    var code = try hex()
    if (0xD800..<0xDC00).contains(code), index + 1 < bytes.count,
      bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    {
      let before = index
      index += 2
      let low = try hex()
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        index = before
      }
    }
    for byte in String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8 { put(byte) }
  }

  private mutating func hex() throws(Problem) -> UInt32 {
    guard index + 4 <= bytes.count else { throw fail("a JSON text is not closed") }
    var code: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      let digit = byte &- 0x30
      let letter = (byte | 0x20) &- UInt8(ascii: "a")
      guard digit < 10 || letter < 6 else { throw fail("an unknown escape in a JSON text") }
      code = code << 4 + UInt32(digit < 10 ? digit : letter + 10)
    }
    index += 4
    return code
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func put(_ byte: UInt8) {
    scratch[scratchEnd] = byte
    scratchEnd += 1
  }

  private func slice(_ start: Int) -> Bytes { Bytes(rebasing: bytes[start..<index]) }

  private func fail(_ message: String) -> Problem {
    Problem(message: index < bytes.count ? message : message + " (the text ends too early)")
  }
}
